//! Plans that read files in parts, held against plans that read them whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use treepatch::checkout::Disk;
use treepatch::language::Language;
use treepatch::patchset::{Globs, Spanned, load, substitute};
use treepatch::plan::Options;
use treepatch::planner;
use treepatch::report::Plan;
use treepatch::source::{Limits, Source};
use treepatch::vfs::FileTree;

/// What came of a comparison.
#[derive(Default)]
pub struct Compared {
    /// How many sites both ways found.
    pub sites: usize,
    /// How many files both ways changed in the same way.
    pub files: usize,
    /// What differs in files that the grammar reads without an error, and what is lost in others: nothing may be here.
    pub wrong: Vec<String>,
    /// What reading in parts finds more, in files that the grammar cannot read as a whole.
    pub more: Vec<String>,
}

/// The forms of body that are tried with each name: an expression, a statement, an insertion, and several lines.
const BODIES: [(&str, &str); 5] = [
    ("value", "-NAME($...a)\n+NAME_new($...a)\n"),
    ("statement", "-NAME($...a);\n+NAME_new($...a);\n"),
    ("insertion", " NAME($...a);\n+added(1);\n"),
    ("run", " $x = NAME($...a);\n-$next\n+($next)\n"),
    ("far", "-$x = NAME($...a);\n+$x = NAME_new($...a);\n ...\n return $y;\n"),
];

/// Makes patches of the calls that a folder has most of, and plans them both ways.
pub fn compare(folder: &Path, language: Language, names: usize) -> Compared {
    let globs = match language {
        Language::Go => &["**/*.go"][..],
        Language::C | Language::Text => &["**/*.c", "**/*.h"],
    };
    let list = Globs { globs: globs.iter().map(|g| Spanned { value: g.to_string(), span: 0..0 }).collect() };
    let disk = Disk::open_for(folder, &[&list]).unwrap();
    let names = frequent(&disk, language, names);
    let mut out = Compared::default();
    for (form, body) in BODIES {
        for name in &names {
            let text = patchset(form, body, name, globs, language);
            let mut set = load("parts.toml", &text).unwrap();
            substitute(&mut set, None).unwrap();
            let plan = |whole_files| {
                planner::plan(&set, &disk, &Options { whole_files, all_done: true, ..Options::default() })
            };
            // A body that a language does not read is none of ours.
            if let (Ok(parts), Ok(whole)) = (plan(false), plan(true)) {
                judge(&format!("{form} of {name}"), &disk, language, &parts, &whole, &mut out);
            }
        }
    }
    out
}

/// More files than these are not looked into for one name.
const FILES: usize = 25;

/// The names that are called in most files, though not in more than [`FILES`].
fn frequent(disk: &Disk, language: Language, most: usize) -> Vec<String> {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    let ends = |path: &&PathBuf| Language::of_path(path) == Some(language);
    for path in disk.paths().iter().filter(ends) {
        let Ok(bytes) = disk.read(path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let called = text.split('(').filter_map(|before| before.rsplit(|c| !is_name(c)).next());
        let called: BTreeSet<&str> =
            called.filter(|n| n.len() > 2 && !n.starts_with(|c: char| c.is_ascii_digit())).collect();
        called
            .into_iter()
            .filter(|n| !language.is_keyword(n))
            .for_each(|n| *files.entry(n.to_owned()).or_default() += 1);
    }
    let mut names: Vec<(usize, String)> = files.into_iter().map(|(name, files)| (files, name)).collect();
    names.retain(|(files, _)| *files <= FILES);
    names.sort_by(|a, b| b.cmp(a));
    names.into_iter().take(most).map(|(_, name)| name).collect()
}

fn patchset(form: &str, body: &str, name: &str, globs: &[&str], language: Language) -> String {
    let body = body.replace("NAME", name);
    let body = if language == Language::Go { body.replace(';', "").replace(" = ", " := ") } else { body };
    format!(
        "format = 1\n[patchset]\nname = \"parts\"\ntitle = \"parts\"\n[[patch]]\nid = \"{form}\"\ntitle = \"t\"\nwhy = \"w\"\n\
         files = {globs:?}\nexpect = \"any\"\ndiff = '''\n{body}'''\n"
    )
}

/// The sites by file, and the result by file.
type Told = BTreeMap<PathBuf, (BTreeSet<(usize, usize, bool)>, Option<Vec<u8>>)>;

fn told(plan: &Plan) -> Told {
    let mut told = Told::new();
    for site in plan.reports.iter().flat_map(|r| &r.sites) {
        let at = (site.place.line, site.place.column, site.done);
        told.entry(site.place.path.clone()).or_default().0.insert(at);
    }
    for step in &plan.steps {
        told.entry(step.path.clone()).or_default().1 = Some(step.after.bytes().to_vec());
    }
    told
}

fn judge(what: &str, disk: &Disk, language: Language, parts: &Plan, whole: &Plan, out: &mut Compared) {
    let (mut ours, theirs) = (told(parts), told(whole));
    // Where one way is refused there are no results to compare.
    let both = !parts.is_refused() && !whole.is_refused();
    let none = (BTreeSet::new(), None);
    for (path, (sites, result)) in &theirs {
        let (found, made) = ours.remove(path).unwrap_or_else(|| none.clone());
        out.sites += sites.intersection(&found).count();
        if *sites == found && (!both || *result == made) {
            out.files += usize::from(result.is_some() && both);
            continue;
        }
        tell(what, disk, language, path, sites, &found, out);
    }
    for (path, (found, _)) in ours {
        tell(what, disk, language, &path, &none.0, &found, out);
    }
}

fn tell(
    what: &str,
    disk: &Disk,
    language: Language,
    path: &Path,
    whole: &BTreeSet<(usize, usize, bool)>,
    parts: &BTreeSet<(usize, usize, bool)>,
    out: &mut Compared,
) {
    let source = Source::parse(language, disk.read(path).unwrap(), Limits::default()).unwrap();
    let mut text = format!("{what}: {}: ", path.display());
    let lost: Vec<_> = whole.difference(parts).collect();
    let added: Vec<_> = parts.difference(whole).collect();
    write!(text, "lost {lost:?}, added {added:?}").unwrap();
    if source.errors.is_empty() || added.is_empty() || !lost.is_empty() {
        out.wrong.push(text);
    } else {
        out.more.push(text);
    }
}
