//! Generated Go files in which comments, directives and tags stand beside code, and patches around them: whatever a patch
//! does, a comment keeps its code, a tag its field, and a package its name. What belongs together is known from the text
//! alone: every line of code has words of its own, and so has every comment.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod file;
mod model;
mod names;
mod patch;

use crate::disturb::Random;
use file::File;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use treepatch::patchset::load;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::vfs::MemoryTree;

/// So many patches are made.
const COUNT: usize = 1_200;

fn count() -> usize {
    std::env::var("TREEPATCH_PROPERTIES_COUNT").map_or(COUNT, |text| text.parse().unwrap())
}

/// What a patchset makes of a file; nothing where it refuses, or does nothing.
fn result(file: &str, patchset: &str) -> Option<String> {
    let patchset = load("made.toml", patchset).ok()?;
    let tree = MemoryTree::new([(PathBuf::from("a.go"), file.as_bytes().to_vec())]);
    let done = plan(&patchset, &tree, &Options { threads: 1, ..Options::default() }).ok()?;
    done.changes().first().map(|change| String::from_utf8(change.after.clone()).unwrap())
}

/// Fails where a property was broken, with the first case of each.
fn judged(broken: &BTreeMap<&str, Vec<String>>) {
    let mut told = String::from("broken:\n");
    for (property, cases) in broken {
        told.push_str(&format!("    {property} {}\n", cases.len()));
    }
    broken.values().for_each(|cases| told.push_str(&cases[0]));
    assert!(broken.is_empty(), "{told}");
}

#[test]
fn comments_and_tags_keep_their_code() {
    let mut broken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (mut made, mut done) = (0, BTreeMap::<&str, usize>::new());
    for seed in 0..count() {
        let mut random = Random::new(seed as u64 + 1);
        let file = File::new(&mut random);
        let patch = patch::make(&file, &mut random);
        let Some(after) = result(&file.text, &patch.toml()) else { continue };
        made += 1;
        *done.entry(patch.kind).or_default() += 1;
        for (property, what) in model::wrong(&file.text, &after, &patch.body) {
            let case = format!(
                "{property} (seed {seed}): {what}\n{}\n--- before\n{}\n--- after\n{after}\n",
                patch.body, file.text
            );
            broken.entry(property).or_default().push(case);
        }
    }
    writeln!(std::io::stderr(), "{made} of {} carried out: {done:?}", count()).unwrap();
    assert!(made * 5 > count() * 2 && done.len() == patch::KINDS, "{made} of {}: {done:?}", count());
    judged(&broken);
}

#[test]
fn packages_are_met_where_their_name_means_them() {
    let mut broken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for seed in 0..count() / 3 {
        let file = names::make(&mut Random::new(seed as u64 + 1));
        let body = "-errors.Wrap($x)\n+errors.Fresh($x)";
        let toml = patch::toml("expect = \"any\"\nimports.errors = \"github.com/pkg/errors\"\n", body);
        let after = result(&file, &toml).unwrap_or(file.clone());
        if after != file.replace("errors.Wrap(\"yes", "errors.Fresh(\"yes") {
            broken.entry("package").or_default().push(format!("seed {seed}:\n{file}\n--- after\n{after}\n"));
        }
    }
    judged(&broken);
}
