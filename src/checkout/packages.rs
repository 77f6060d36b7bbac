use super::Root;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::Path;

/// A larger file is no package's spec.
const LIMIT: u64 = 1 << 20;

/// What the packages of a BOSH release hold: the files below `src` that their specs list. A change of any other file
/// is in no package, and thus in no release.
#[derive(Debug)]
pub struct Packages {
    /// For each package: what it lists, and what it leaves out of that.
    listed: Vec<(GlobSet, GlobSet)>,
}

impl Packages {
    /// Reads `packages/*/spec`; `None` where there are none, as in anything but a release.
    pub fn read(root: &Root) -> Option<Packages> {
        let folder = Path::new("packages");
        let specs = root.names(folder).ok()?.into_iter().map(|name| folder.join(name).join("spec"));
        let texts = specs.filter_map(|spec| root.read(&spec, LIMIT).ok());
        let listed: Vec<_> = texts.map(|text| globs(&String::from_utf8_lossy(&text))).collect();
        (!listed.is_empty()).then_some(Packages { listed })
    }

    /// Whether no package holds a file of the release.
    pub fn misses(&self, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix("src") else { return false };
        !self.listed.iter().any(|(files, excluded)| files.is_match(below) && !excluded.is_match(below))
    }
}

/// `files` and `excluded_files` of a spec: lists with one item a line, or in brackets on one line, as everybody writes
/// them.
fn globs(spec: &str) -> (GlobSet, GlobSet) {
    let (mut files, mut excluded) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    let mut add = |key: &str, item: &str| {
        let item = item.trim().trim_matches(['"', '\'']);
        let glob = GlobBuilder::new(item).literal_separator(true).build();
        match (key, glob) {
            ("files", Ok(glob)) => drop(files.add(glob)),
            ("excluded_files", Ok(glob)) => drop(excluded.add(glob)),
            _ => {}
        }
    };
    let mut key = "";
    for line in spec.lines() {
        let line = line.split(" #").next().unwrap_or("").trim_end();
        match line.trim_start().strip_prefix("- ") {
            Some(item) => add(key, item),
            None if line.starts_with([' ', '#']) => {}
            None => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                key = name;
                let items = value.trim().strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or("");
                items.split(',').filter(|item| !item.trim().is_empty()).for_each(|item| add(key, item));
            }
        }
    }
    (files.build().unwrap_or_default(), excluded.build().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_in_a_package_if_a_spec_lists_it() {
        let dir = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let root = Root::open(dir.path()).unwrap();
        assert!(Packages::read(&root).is_none());
        put("packages/one/spec", "---\nname: one\ndependencies:\n- x/*.c\nfiles:\n- a/*.go # all\n- \"b/**/*\"\n");
        put("packages/two/spec", "name: two\nfiles:\n  - c/*.c\n\nexcluded_files:\n  - c/not.c\n");
        put("packages/three/spec", "name: three\ndependencies: [d/x.c]\nfiles: [d/*.h, \"d/**/y.c\"]\n");
        let packages = Packages::read(&root).unwrap();
        let misses = |path: &str| packages.misses(Path::new(path));
        for path in ["src/a/x.go", "src/b/c/d.txt", "src/c/x.c", "src/d/x.h", "src/d/e/y.c", "jobs/x.erb"] {
            assert!(!misses(path), "{path}");
        }
        for path in ["src/a/b/x.go", "src/x/a.c", "src/c/not.c", "src/d/x.c"] {
            assert!(misses(path), "{path}");
        }
    }
}
