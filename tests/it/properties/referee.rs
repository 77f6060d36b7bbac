//! Programs that know nothing of treepatch: gofmt, git, patch, and the bare grammars.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use treepatch::language::Language;

/// A folder of numbered files.
pub struct Folder {
    dir: TempDir,
}

impl Folder {
    /// A file for each text.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a [u8]>, end: &str) -> Folder {
        let folder = Folder { dir: tempfile::tempdir().expect("a folder") };
        for (number, text) in texts.into_iter().enumerate() {
            std::fs::write(folder.file(number, end), text).expect("a file");
        }
        folder
    }

    fn file(&self, number: usize, end: &str) -> PathBuf {
        self.dir.path().join(name(number, end))
    }

    fn read(&self, number: usize, end: &str) -> Vec<u8> {
        std::fs::read(self.file(number, end)).unwrap_or_default()
    }

    fn run(&self, command: &mut Command) -> Output {
        // Outside of any repository: git would else leave out what lies outside of it.
        let ceiling = self.dir.path().parent().unwrap_or(Path::new("/"));
        command.current_dir(self.dir.path()).env("GIT_CEILING_DIRECTORIES", ceiling);
        command.output().expect("the program runs")
    }
}

/// The name of a numbered file.
pub fn name(number: usize, end: &str) -> String {
    format!("{number:06}.{end}")
}

/// The numbers of the files that a text names.
fn named(text: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(text);
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.filter_map(|w| w.strip_suffix(".go").filter(|n| n.len() == 6)?.parse().ok()).collect()
}

/// Which of these Go files gofmt would leave alone.
pub fn are_clean<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Vec<bool> {
    let mut count = 0;
    let folder = Folder::of(texts.into_iter().inspect(|_| count += 1), "go");
    let out = folder.run(Command::new("gofmt").args(["-l", "."]));
    let mut clean = vec![true; count];
    named(&out.stdout).into_iter().chain(named(&out.stderr)).for_each(|n| clean[n] = false);
    clean
}

/// What gofmt makes of these Go files; nothing where it cannot read one.
pub fn gofmt<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Vec<Option<Vec<u8>>> {
    let mut count = 0;
    let folder = Folder::of(texts.into_iter().inspect(|_| count += 1), "go");
    let wrong = named(&folder.run(Command::new("gofmt").args(["-w", "."])).stderr);
    (0..count).map(|n| (!wrong.contains(&n)).then(|| folder.read(n, "go"))).collect()
}

/// What a program that applies diffs makes of these files; `end` is how their names end.
pub fn patched<'a>(
    program: &[&str],
    texts: impl IntoIterator<Item = &'a [u8]>,
    diff: &[u8],
    end: &str,
) -> (Vec<Vec<u8>>, String) {
    let mut count = 0;
    let folder = Folder::of(texts.into_iter().inspect(|_| count += 1), end);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), diff).expect("a file");
    let out = folder.run(Command::new(program[0]).args(&program[1..]).arg(file.path()));
    let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    ((0..count).map(|n| folder.read(n, end)).collect(), said)
}

/// How many places the grammar cannot read, or where it misses something.
pub fn errors(language: Language, text: &[u8]) -> usize {
    let mut parser = tree_sitter::Parser::new();
    let grammar: tree_sitter::Language = match language {
        Language::Go => tree_sitter_go::LANGUAGE.into(),
        Language::C | Language::Text => tree_sitter_c::LANGUAGE.into(),
    };
    parser.set_language(&grammar).expect("a grammar");
    let tree = parser.parse(text, None).expect("a tree");
    let mut cursor = tree.walk();
    let mut errors = 0;
    loop {
        errors += usize::from(cursor.node().is_error() || cursor.node().is_missing());
        if cursor.node().has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return errors;
            }
        }
    }
}
