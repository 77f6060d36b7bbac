//! Files are read in parts where a few declarations hold all that a body can find. What comes of it is what comes of
//! reading them whole; a fixed sample is compared here, and `examples/parts.rs` compares any tree.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod compare;
#[path = "../tools/mod.rs"]
mod tools;

use std::io::Write;
use std::path::{Path, PathBuf};
use treepatch::language::Language;

/// So many names are tried in each folder.
const NAMES: usize = 4;

#[test]
fn go_is_found_in_parts_as_in_the_whole() {
    let Some(go) = tools::find("gofmt").map(|gofmt| gofmt.with_file_name("go")) else { return };
    let root = tools::output(std::process::Command::new(go).args(["env", "GOROOT"]));
    let root = PathBuf::from(root.trim_end()).join("src").canonicalize().unwrap();
    holds(&root.join("net"), Language::Go);
}

#[test]
fn c_is_found_in_parts_as_in_the_whole() {
    let gnulib = Path::new("/usr/share/gnulib/lib");
    if !gnulib.is_dir() {
        assert!(std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_none(), "needs gnulib, which is not installed");
        writeln!(std::io::stderr(), "SKIPPED c_is_found_in_parts_as_in_the_whole: gnulib is not installed").unwrap();
        return;
    }
    holds(gnulib, Language::C);
}

fn holds(folder: &Path, language: Language) {
    let compared = compare::compare(folder, language, NAMES);
    let told = [("differs", &compared.wrong), ("more in a torn file", &compared.more)];
    for (what, lines) in told {
        lines.iter().for_each(|line| writeln!(std::io::stderr(), "{what}: {line}").unwrap());
    }
    assert!(compared.wrong.is_empty());
    assert!(compared.sites > 200 && compared.files > 20, "{} sites, {} files", compared.sites, compared.files);
}
