use super::paths::{base, join, relative};
use crate::vfs::FileTree;

/// The `go.mod` files of a tree.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    /// The deepest folders first.
    all: Vec<Module>,
}

#[derive(Clone, Debug)]
struct Module {
    dir: String,
    path: String,
    /// The version of Go that it is written for.
    version: Option<(u32, u32)>,
    /// Import paths and the folders, relative to the tree, that stand in for them.
    replaced: Vec<(String, String)>,
}

impl Modules {
    /// Reads all `go.mod` files.
    pub fn read(tree: &dyn FileTree) -> Modules {
        let mut all = Vec::new();
        for path in tree.paths().iter().filter(|p| p.file_name().is_some_and(|n| n == "go.mod")) {
            let Ok(bytes) = tree.read(path) else { continue };
            let dir = path.parent().map_or(String::new(), |p| p.to_string_lossy().into_owned());
            if let Some(module) = Module::parse(dir, &String::from_utf8_lossy(&bytes)) {
                all.push(module);
            }
        }
        all.sort_by_key(|m| (std::cmp::Reverse(m.dir.len()), m.dir.clone()));
        Modules { all }
    }

    fn around(&self, dir: &str) -> Option<&Module> {
        self.all.iter().find(|m| below(dir, &m.dir).is_some())
    }

    /// The folder that an import path means in this folder.
    pub fn find(&self, from: &str, path: &str, has_go: &dyn Fn(&str) -> bool) -> Option<String> {
        let own = self.around(from);
        if let Some(own) = own {
            for (replaced, dir) in &own.replaced {
                if let Some(rest) = below(path, replaced) {
                    return Some(join_rest(dir, rest)).filter(|d| has_go(d));
                }
            }
        }
        let mut best: Option<(&Module, &str)> = None;
        for module in &self.all {
            if let Some(rest) = below(path, &module.path) {
                let better = best.is_none_or(|(b, _)| module.path.len() > b.path.len());
                if better && has_go(&join_rest(&module.dir, rest)) {
                    best = Some((module, rest));
                }
            }
        }
        best.map(|(module, rest)| join_rest(&module.dir, rest))
    }

    /// The version of Go that the module around a folder is written for.
    pub fn version_of(&self, dir: &str) -> Option<(u32, u32)> {
        self.around(dir)?.version
    }

    /// The import path of a folder inside a module.
    pub fn path_of(&self, dir: &str) -> Option<String> {
        let module = self.around(dir)?;
        Some(join_rest(&module.path, below(dir, &module.dir)?))
    }
}

impl Module {
    fn parse(dir: String, text: &str) -> Option<Module> {
        let mut module = Module { dir, path: String::new(), version: None, replaced: Vec::new() };
        let mut block = String::new();
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or("").trim();
            let words: Vec<&str> = line.split_whitespace().map(|w| w.trim_matches(['"', '`'])).collect();
            match words.as_slice() {
                [")"] => block.clear(),
                [name, "("] => block = (*name).to_owned(),
                ["module", path] => module.path = (*path).to_owned(),
                ["go", version] => module.version = parse_version(version),
                ["replace", rest @ ..] => module.replace(rest),
                rest if block == "replace" => module.replace(rest),
                [path] if block == "module" => module.path = (*path).to_owned(),
                _ => {}
            }
        }
        (!module.path.is_empty()).then_some(module)
    }

    /// `path [version] => ./folder`.
    fn replace(&mut self, words: &[&str]) {
        let Some(arrow) = words.iter().position(|w| *w == "=>") else { return };
        let (Some(path), Some(target)) = (words.first(), words.get(arrow + 1)) else { return };
        if !(target.starts_with("./") || target.starts_with("../")) {
            return;
        }
        let Some(folder) = relative(&self.dir, target) else { return };
        self.replaced.push(((*path).to_owned(), folder));
    }
}

/// `1.19` and `1.21.3`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What is left of a path below a folder.
fn below<'p>(path: &'p str, dir: &str) -> Option<&'p str> {
    if dir.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(dir)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

fn join_rest(dir: &str, rest: &str) -> String {
    if rest.is_empty() { dir.to_owned() } else { join(dir, rest) }
}

/// The name that a package most likely has, judged by its import path.
pub fn likely_name(path: &str) -> &str {
    let last = base(path);
    let is_version = last.len() > 1 && last.starts_with('v') && last[1..].bytes().all(|b| b.is_ascii_digit());
    let last = match path.rsplit_once('/') {
        Some((up, _)) if is_version => base(up),
        _ => last,
    };
    let last = last.split('.').next().unwrap_or(last);
    let last = last.strip_prefix("go-").unwrap_or(last);
    last.strip_suffix("-go").unwrap_or(last)
}
