use crate::patchset;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::ffi::OsStr;
use std::path::{Component, Path};

/// `files`, ready to match: the last glob that matches a path decides, and one that begins with `!` excludes.
#[derive(Clone, Debug)]
pub struct Globs {
    set: GlobSet,
    /// For each glob of the set, whether it takes files in.
    takes: Vec<bool>,
    reach: Reach,
    /// For each glob that takes files in, a name that its files could have.
    names: Vec<String>,
}

/// A glob that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the glob `{glob}` does not parse: {reason}")]
pub struct BadGlob {
    /// As written.
    pub glob: String,
    /// What is wrong with it.
    pub reason: String,
    /// Where it is in the patchset file.
    pub span: std::ops::Range<usize>,
}

impl Globs {
    /// Compiles the globs of a patchset. `*` and `?` do not cross a `/`; `**/` does.
    pub fn new(globs: &patchset::Globs) -> Result<Globs, BadGlob> {
        let mut set = GlobSetBuilder::new();
        let (mut takes, mut names) = (Vec::with_capacity(globs.globs.len()), Vec::new());
        for glob in &globs.globs {
            let (take, compiled) = compile(glob)?;
            set.add(compiled);
            takes.push(take);
            names.extend(take.then(|| name_for(&glob.value)));
        }
        Ok(Globs { set: build(set)?, takes, reach: Reach::of(&[globs]), names })
    }

    /// Whether a path relative to the root is meant.
    pub fn matches(&self, path: &Path) -> bool {
        self.set.matches(path).last().is_some_and(|&last| self.takes[last])
    }

    /// Whether a file below this folder can match.
    pub fn enters(&self, folder: &Path) -> bool {
        self.reach.enters(folder)
    }

    /// Whether a file below this folder, of which nothing is known, is meant: some glob can match there, and no later one
    /// excludes whatever lies there.
    pub fn means(&self, folder: &Path) -> bool {
        let names: Vec<&OsStr> = folder.components().map(Component::as_os_str).collect();
        let excludes = |path: &Path| self.set.matches(path).last().is_some_and(|&last| !self.takes[last]);
        self.reach.globs.iter().zip(&self.names).any(|(steps, name)| {
            let mut below = folder.to_owned();
            let probes: Vec<_> = (0..3).map(|_| (below.join(name), below.push(UNKNOWN)).0).collect();
            reaches(steps, &names) && !probes.iter().all(|path| excludes(path))
        })
    }
}

/// A name that no glob means in particular.
const UNKNOWN: &str = "\u{1}";

/// A name that a file of a glob could have: its own if it says it, else an unknown one with its ending.
fn name_for(glob: &str) -> String {
    let last = glob.rsplit('/').next().unwrap_or(glob);
    let is_plain = |text: &str| !text.contains(['*', '?', '[', ']', '{', '}', '\\']);
    match last.rsplit_once('.') {
        _ if is_plain(last) => last.to_owned(),
        Some((_, ending)) if is_plain(ending) => format!("{UNKNOWN}.{ending}"),
        _ => UNKNOWN.to_owned(),
    }
}

/// The globs of many patches, asked all at once.
#[derive(Clone, Debug)]
pub struct GlobTable {
    set: GlobSet,
    /// For each glob of the set, which list it is of, and whether it takes files in.
    globs: Vec<(usize, bool)>,
}

impl GlobTable {
    /// Compiles lists of globs, each as [`Globs::new`] does.
    pub fn new<'a>(lists: impl IntoIterator<Item = &'a patchset::Globs>) -> Result<GlobTable, BadGlob> {
        let mut set = GlobSetBuilder::new();
        let mut globs = Vec::new();
        for (number, list) in lists.into_iter().enumerate() {
            for glob in &list.globs {
                let (take, compiled) = compile(glob)?;
                set.add(compiled);
                globs.push((number, take));
            }
        }
        Ok(GlobTable { set: build(set)?, globs })
    }

    /// The lists, as numbers in rising order, that mean this path.
    pub fn lists_for(&self, path: &Path) -> Vec<usize> {
        let mut lists: Vec<usize> = Vec::new();
        // The globs of a list follow each other, and the last one decides.
        for (list, take) in self.set.matches(path).into_iter().map(|glob| self.globs[glob]) {
            match (lists.last() == Some(&list), take) {
                (true, false) => drop(lists.pop()),
                (false, true) => lists.push(list),
                _ => {}
            }
        }
        lists
    }
}

fn compile(glob: &patchset::Spanned<String>) -> Result<(bool, globset::Glob), BadGlob> {
    let (take, text) = split(&glob.value);
    let compiled = GlobBuilder::new(text).literal_separator(true).empty_alternates(true).build();
    let compiled = compiled.map_err(|e| BadGlob {
        glob: glob.value.clone(),
        reason: e.kind().to_string(),
        span: glob.span.clone(),
    })?;
    Ok((take, compiled))
}

fn build(set: GlobSetBuilder) -> Result<GlobSet, BadGlob> {
    set.build().map_err(|e| BadGlob { glob: String::new(), reason: e.kind().to_string(), span: 0..0 })
}

fn split(glob: &str) -> (bool, &str) {
    match glob.strip_prefix('!') {
        Some(rest) => (false, rest),
        None => (true, glob),
    }
}

/// Which folders some globs can match in.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    globs: Vec<Vec<Step>>,
}

#[derive(Clone, Debug)]
enum Step {
    /// This name.
    Name(String),
    /// Some name: a component with wildcards.
    Any,
    /// Whatever follows: `**`, or braces, which may hold a `/`.
    Rest,
}

impl Reach {
    pub(crate) fn of(globs: &[&patchset::Globs]) -> Reach {
        let takes = globs.iter().flat_map(|g| &g.globs).filter_map(|g| match split(&g.value) {
            (true, text) => Some(text.split('/').map(step).collect()),
            (false, _) => None,
        });
        Reach { globs: takes.collect() }
    }

    /// Whether a file below this folder can match.
    pub(crate) fn enters(&self, folder: &Path) -> bool {
        let names: Vec<&OsStr> = folder.components().map(Component::as_os_str).collect();
        self.globs.iter().any(|steps| reaches(steps, &names))
    }
}

fn step(component: &str) -> Step {
    if component.contains("**") || component.contains(['{', '}']) {
        Step::Rest
    } else if component.contains(['*', '?', '[', ']', '\\']) {
        Step::Any
    } else {
        Step::Name(component.to_owned())
    }
}

/// Walks along the folder's names; a name must be left over for the file itself.
fn reaches(steps: &[Step], names: &[&OsStr]) -> bool {
    for (i, name) in names.iter().enumerate() {
        match steps.get(i) {
            Some(Step::Rest) => return true,
            Some(Step::Any) => {}
            Some(Step::Name(wanted)) if *wanted.as_str() == **name => {}
            _ => return false,
        }
    }
    steps.len() > names.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patchset::Spanned;

    fn globs(text: &[&str]) -> Result<Globs, BadGlob> {
        let globs = text.iter().map(|g| Spanned { value: g.to_string(), span: 3..9 }).collect();
        Globs::new(&patchset::Globs { globs })
    }

    fn matches(text: &[&str], path: &str) -> bool {
        globs(text).unwrap().matches(Path::new(path))
    }

    #[test]
    fn stars_stay_in_their_folder() {
        assert!(matches(&["src/*.go"], "src/a.go"));
        assert!(!matches(&["src/*.go"], "src/b/a.go"));
        assert!(matches(&["**/a.go"], "a.go"));
        assert!(matches(&["**/a.go"], "x/y/a.go"));
        assert!(matches(&["**/store/filesystems/*.go"], "src/store/filesystems/f.go"));
        assert!(matches(&["a{,_test}.go"], "a.go"));
    }

    #[test]
    fn the_last_glob_that_matches_decides() {
        assert!(!matches(&["**/*.go", "!**/*_test.go"], "x/a_test.go"));
        assert!(matches(&["**/*.go", "!**/*_test.go", "x/a_test.go"], "x/a_test.go"));
        assert!(matches(&["!**/*_test.go", "**/*.go"], "x/a_test.go"));
        assert!(!matches(&["!**/*_test.go"], "x/a.go"));
    }

    #[test]
    fn a_folder_is_meant_unless_all_of_it_is_excluded() {
        let means = |text: &[&str]| globs(text).unwrap().means(Path::new("lib/x"));
        for text in [&["**/*.c"][..], &["lib/x/src/a.c"], &["lib/*/*.c"], &["**/*.c", "!lib/x/test/**"], &["**"]] {
            assert!(means(text), "{text:?}");
        }
        let all = ["**/*.c", "!lib/**", "lib/x/a.c"];
        assert!(means(&all) && !means(&all[..2]));
        for text in [&["*.c"][..], &["lib/*.c"], &["**/*.c", "!lib/x/**/*.c"], &["lib/x/src/*.c", "!**/x/**"]] {
            assert!(!means(text), "{text:?}");
        }
    }

    #[test]
    fn names_that_are_not_utf8_match() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(OsStr::from_bytes(b"src/\xff.go"));
        assert!(globs(&["src/*.go"]).unwrap().matches(path));
    }

    #[test]
    fn a_glob_that_does_not_parse_says_where_it_stands() {
        let bad = globs(&["a", "src/[z-a].go"]).unwrap_err();
        assert_eq!((bad.glob.as_str(), bad.span.clone()), ("src/[z-a].go", 3..9));
        assert!(bad.to_string().contains("invalid"), "{bad}");
    }
}
