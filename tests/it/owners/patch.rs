//! A patch around an item of a generated file.

use crate::disturb::Random;
use crate::owners::file::{File, Item};

/// So many kinds of patches there are.
pub const KINDS: usize = 9;

/// A patch.
pub struct Patch {
    pub kind: &'static str,
    pub body: String,
    reading: &'static str,
}

impl Patch {
    pub fn toml(&self) -> String {
        toml(&format!("expect = \"0..1\"\n{}", self.reading), &self.body)
    }
}

pub fn toml(keys: &str, body: &str) -> String {
    let head = "format = 1\n[patchset]\nname = \"made\"\n[[patch]]\nid = \"p\"\ntitle = \"p\"\nwhy = \"w\"\nfiles = [\"*.go\"]\n";
    format!("{head}{keys}diff = '''\n{body}'''\n")
}

pub fn make(file: &File, random: &mut Random) -> Patch {
    let list = random.pick(&file.lists).unwrap();
    let at = random.below(list.len());
    let (item, next) = (&list[at], list.get(at + 1));
    let shown = random.below(3);
    let mut fresh = File { text: String::new(), lists: Vec::new(), next: 1_000 };
    let new = like(&mut fresh, &item.code);
    let (kind, rows) = match random.below(KINDS) {
        0 => ("delete", rows('-', item, shown)),
        1 => ("above", vec![format!("+{new}"), format!(" {}", item.code)]),
        2 => ("below", vec![format!(" {}", item.code), format!("+{new}")]),
        3 => {
            // Between two items that stand beside each other.
            let below = next.map_or_else(Vec::new, |next| vec![format!(" {}", next.code)]);
            ("between", [vec![format!(" {}", item.code), format!("+{new}")], below].concat())
        }
        4 => ("replace", [rows('-', item, shown), vec![format!("+{new}")]].concat()),
        5 => ("edit", vec![format!("-{}", item.code), format!("+{}", edited(&item.code))]),
        6 => ("rename", vec![format!("-{}", item.code), format!("+{}", item.code.replacen('q', "qq", 1))]),
        7 => {
            let moved = next.map_or_else(Vec::new, |n| vec![format!(" {}", n.code), format!("+{}", item.code)]);
            ("move", [vec![format!("-{}", item.code)], moved].concat())
        }
        _ => {
            let wrapped = vec!["+if ok {".to_owned(), format!("+\t{}", item.code), "+}".to_owned()];
            ("wrap", [vec![format!("-{}", item.code)], wrapped].concat())
        }
    };
    let is_field = item.code.starts_with('A');
    Patch { kind, body: rows.join("\n") + "\n", reading: if is_field { "as = \"field\"\n" } else { "" } }
}

/// The rows of an item: with `shown`, also those of its comments and its tag.
fn rows(sign: char, item: &Item, shown: usize) -> Vec<String> {
    let all = shown == 0;
    let above = item.above.iter().filter(|_| all).map(|comment| format!("{sign}{comment}"));
    let parts = [Some(item.code.clone()), item.tag.clone().filter(|_| shown < 2), item.behind.clone().filter(|_| all)];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    above.chain([format!("{sign}{line}")]).collect()
}

/// Another item of the same sort.
fn like(fresh: &mut File, code: &str) -> String {
    let sort = match code {
        _ if code.starts_with('A') => "A§ string",
        _ if code.starts_with("var") => "var v§ string",
        _ if code.starts_with('x') => "x§ []byte",
        _ => "s§(a§)",
    };
    fresh.word(sort)
}

/// An item with another type, or an argument more.
fn edited(code: &str) -> String {
    match code {
        _ if code.ends_with(" int") => code.replace(" int", " int64"),
        _ if code.ends_with(" string") => code.replace(" string", " []byte"),
        _ if code.ends_with("[]byte") => code.replace("[]byte", "string"),
        _ => code.replacen('(', "(extra, ", 1).replace(", )", ")"),
    }
}
