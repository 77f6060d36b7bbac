//! Compares what is found and made when files are read in parts with what comes of reading them whole:
//! `parts go|c FOLDER NAMES`, with so many of the names that are called most. Lists every difference.

#![allow(clippy::unwrap_used)]

#[path = "../tests/it/parts/compare.rs"]
mod compare;

use std::path::Path;
use treepatch::language::Language;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [language, folder, names] = &arguments[..] else { panic!("usage: parts go|c FOLDER NAMES") };
    let language = if language == "go" { Language::Go } else { Language::C };
    let compared = compare::compare(Path::new(folder), language, names.parse().unwrap());
    compared.wrong.iter().for_each(|line| println!("differs: {line}"));
    compared.more.iter().for_each(|line| println!("more in a torn file: {line}"));
    let (wrong, more) = (compared.wrong.len(), compared.more.len());
    println!("{} sites and {} changed files alike; {wrong} differ, {more} have more", compared.sites, compared.files);
}
