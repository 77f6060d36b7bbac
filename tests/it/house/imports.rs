//! Which file of `src` imports which, read from the paths in the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module, as its path below the crate: `["plan", "verify"]`.
type Module = Vec<String>;

/// The imports between the files of `src`: who imports whom, by module path.
pub struct Imports {
    pub files: BTreeMap<String, BTreeSet<String>>,
}

/// What the reader knows of one file.
struct File {
    module: Module,
    code: String,
    /// Names that it passes on from elsewhere: `pub use report::Verdict`. A glob has the name `*`.
    passed_on: Vec<(String, Module)>,
}

impl Imports {
    /// Reads the imports of all files. Each is given with its path below `src`.
    pub fn read(files: &[(PathBuf, String)]) -> Imports {
        let mut known: BTreeMap<Module, File> = BTreeMap::new();
        for (path, text) in files {
            let module = module_of(path);
            let code = code_of(text);
            known.insert(module.clone(), File { module, code, passed_on: Vec::new() });
        }
        let modules: BTreeSet<Module> = known.keys().cloned().collect();
        for file in known.values_mut() {
            for (is_public, path, name) in uses(&file.code) {
                if let (true, Some(target)) = (is_public, absolute(&file.module, &path, &modules)) {
                    file.passed_on.push((name, target));
                }
            }
        }
        let mut all = BTreeMap::new();
        for file in known.values() {
            let mut imported = BTreeSet::new();
            let private = uses(&file.code).into_iter().filter(|(is_public, ..)| !is_public).map(|(_, path, _)| path);
            for path in private.chain(inline_paths(&file.code)) {
                let Some(path) = absolute(&file.module, &path, &modules) else { continue };
                if let Some(target) = defining(&path, &known).filter(|t| *t != file.module) {
                    imported.insert(target.join("/"));
                }
            }
            all.insert(file.module.join("/"), imported);
        }
        Imports { files: all }
    }

    /// The circles: sets of files that import each other in a loop, each sorted.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reach: BTreeMap<&String, BTreeSet<&String>> = self.files.keys().map(|f| (f, self.reach(f))).collect();
        let mut circles = BTreeSet::new();
        for (file, reached) in &reach {
            let circle: Vec<String> =
                reached.iter().filter(|other| reach[*other].contains(file)).map(|f| (*f).clone()).collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }

    fn reach<'a>(&'a self, from: &'a String) -> BTreeSet<&'a String> {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(file) = next.pop() {
            next.extend(self.files.get(file).into_iter().flatten().filter(|f| seen.insert(*f)));
        }
        seen
    }
}

/// `plan/near/mod.rs` is the module `plan::near`.
fn module_of(path: &Path) -> Module {
    let path = path.with_extension("");
    let mut parts: Module = path.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// The code without its comments and without the tests at its end.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The `use` items: whether others see them, the path, and the name that it gets.
fn uses(code: &str) -> Vec<(bool, Module, String)> {
    let mut found = Vec::new();
    let starts = code.match_indices("use ").filter(|(at, _)| {
        let line = code[..*at].rfind('\n').map_or(0, |n| n + 1);
        let before = code[line..*at].trim();
        before.is_empty() || before.starts_with("pub")
    });
    for (at, word) in starts {
        let line = code[..at].rfind('\n').map_or(0, |n| n + 1);
        let is_public = code[line..at].trim_start().starts_with("pub");
        let item = code[at + word.len()..].split(';').next().unwrap_or_default();
        expand(&[], item.trim(), &mut |path, name| found.push((is_public, path, name)));
    }
    found
}

/// Takes `a::{b, c::d as e}` apart.
fn expand(before: &[String], tree: &str, each: &mut dyn FnMut(Module, String)) {
    if let Some((head, rest)) = tree.split_once("::{") {
        let head: Module = before.iter().cloned().chain(head.split("::").map(|p| p.trim().to_owned())).collect();
        let inner = rest.trim_end().strip_suffix('}').unwrap_or(rest);
        top_level(inner).into_iter().for_each(|part| expand(&head, part.trim(), each));
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let mut path: Module = before.iter().cloned().chain(path.split("::").map(|p| p.trim().to_owned())).collect();
    if path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(last) = path.last().filter(|last| !last.is_empty()).cloned() {
        each(path, alias.map_or(last, str::to_owned));
    }
}

/// Splits at the commas that no brace encloses.
fn top_level(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Paths within the code that begin at `crate` or `super`.
fn inline_paths(code: &str) -> Vec<Module> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let starts = ["crate::", "super::"].iter().flat_map(|word| code.match_indices(word));
    let own = starts.filter(|(at, _)| !code[..*at].ends_with(is_word));
    own.map(|(at, _)| {
        let path: &str = code[at..].split(|c| !is_word(c)).next().unwrap_or_default();
        path.split("::").filter(|p| !p.is_empty()).map(str::to_owned).collect()
    })
    .collect()
}

/// The path from the crate's root, where it leads to a module of the crate.
fn absolute(module: &Module, path: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let mut at = module.clone();
    let mut rest = path.as_slice();
    match rest.first()?.as_str() {
        "crate" => {
            at.clear();
            rest = &rest[1..];
        }
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|p| p == "super") {
                at.pop();
                rest = &rest[1..];
            }
        }
        child => {
            let mut own = at.clone();
            own.push(child.to_owned());
            if !modules.contains(&own) {
                return None;
            }
        }
    }
    at.extend(rest.iter().cloned());
    Some(at)
}

/// The module that defines what a path names: names that a module passes on are followed.
fn defining(path: &Module, known: &BTreeMap<Module, File>) -> Option<Module> {
    let mut path = path.clone();
    for _ in 0..8 {
        let longest = (0..=path.len()).rev().find(|&n| known.contains_key(&path[..n]))?;
        let file = &known[&path[..longest]];
        let Some(name) = path.get(longest) else { return Some(file.module.clone()) };
        let named = file.passed_on.iter().find(|(passed, _)| passed == name);
        let globs = file.passed_on.iter().filter(|(passed, _)| passed == "*");
        let by_glob = || {
            globs.map(|(_, target)| target[..target.len() - 1].to_vec()).find(|target| {
                known.get(target).is_some_and(|f| {
                    ["struct", "enum", "fn", "trait", "const", "type"]
                        .iter()
                        .any(|kind| f.code.contains(&format!("pub {kind} {name}")))
                })
            })
        };
        path = match named {
            Some((_, target)) => target.iter().chain(&path[longest + 1..]).cloned().collect(),
            None => match by_glob() {
                Some(target) => target.iter().chain(&path[longest..]).cloned().collect(),
                None => return Some(file.module.clone()),
            },
        };
    }
    None
}
