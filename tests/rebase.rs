//! Every page of `testdata/rebase` is a test: a file in A before and after a patch, and in B; then the file that comes out,
//! or the reason why none does, and how each change found its place.
//!
//! A page holds sections that begin with `-- name --`: `a FILE`, `patched`, `b`, and `result` and `ways`, or `refused`. `fit`
//! (`exact`, `context` or `rename`; `context` where it is left out) says how far to go, `tree a` and `tree b` what other files
//! of both trees say. With `TREEPATCH_BLESS=1` pages are written as things are.

#![allow(clippy::unwrap_used)]

mod page;

use libtest_mimic::{Arguments, Failed, Trial};
use page::Page;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use treepatch::language::Language;
use treepatch::rebase::{Carry, Change, Fit, Trees, carry, declared, hunks};

fn main() {
    let args = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rebase");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let trial = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || run(&path))
    };
    libtest_mimic::run(&args, pages.into_iter().map(trial).collect()).exit();
}

impl Page {
    fn file(&self) -> (&Path, &str) {
        let section = self.sections.iter().find(|s| s.0.starts_with("a ")).unwrap();
        (Path::new(section.0.strip_prefix("a ").unwrap()), &section.1)
    }
}

/// What other files of the two trees say.
struct Words<'a>(&'a Page, Option<Language>);

impl Trees for Words<'_> {
    fn lacking(&self, names: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
        let in_a = declared(self.0.get("tree a").unwrap_or("").as_bytes(), self.1);
        let in_b = self.0.get("tree b").unwrap_or("");
        let is_there = |name: &[u8]| in_b.contains(&*String::from_utf8_lossy(name));
        names.iter().filter(|name| in_a.contains(*name) && !is_there(name)).cloned().collect()
    }
}

fn run(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path).unwrap();
    let page = Page::read(&text);
    let (name, before) = page.file();
    let language = Language::of_path(name);
    let fit = match page.get("fit").map(str::trim) {
        Some("exact") => Fit::Exact,
        Some("rename") => Fit::Rename,
        _ => Fit::Context,
    };
    let after = page.get("patched").unwrap().as_bytes();
    let onto = page.get("b").unwrap().as_bytes();
    let three = Carry { before: before.as_bytes(), after, onto, language, fit };
    let mut out = page.head.clone();
    for (name, text) in page.sections.iter().filter(|s| !["result", "ways", "refused"].contains(&s.0.as_str())) {
        out.push_str(&format!("-- {name} --\n{text}"));
    }
    match carry(&three, Some(&Words(&page, language))) {
        Err(refusal) => out.push_str(&format!("-- refused --\n{refusal}\n")),
        Ok(carried) => {
            out.push_str(&format!("-- result --\n{}-- ways --\n", String::from_utf8_lossy(&carried.text)));
            for placed in &carried.placed {
                out.push_str(&format!("{}: {:?}\n", placed.edit.removed.start + 1, placed.placement.way));
            }
            carried.renames.iter().for_each(|(old, new)| out.push_str(&format!("{old} -> {new}\n")));
            let Some(language) = language else { return Err("a page needs a language".into()) };
            let change = Change { path: name, language, before: onto, after: &carried.text };
            if onto != carried.text && hunks(&change).is_none() {
                return Err("no body says what is to be done".into());
            }
        }
    }
    if std::env::var_os("TREEPATCH_BLESS").is_some() {
        std::fs::write(path, out).unwrap();
    } else if out != text {
        return Err(format!("{} says otherwise; what there is:\n{out}", path.display()).into());
    }
    Ok(())
}
