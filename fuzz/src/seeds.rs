//! What inputs are made from: the pages, patchsets and sources of `testdata`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Files by name.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

#[derive(Default)]
pub struct Seeds {
    /// Whole patchset files.
    pub patchsets: Vec<String>,
    /// Patchsets, and files that they change.
    pub pages: Vec<(String, Files)>,
    /// Go and C files, small ones.
    pub sources: Vec<(PathBuf, Vec<u8>)>,
}

const HEAD: &str = "format = 1\n[patchset]\nname = \"page\"\ntitle = \"a page\"\n";
/// Larger sources are slow, and hold nothing that smaller ones do not.
const LARGEST: usize = 4096;

pub fn seeds() -> &'static Seeds {
    static SEEDS: OnceLock<Seeds> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let top = [here, here.parent().unwrap()].into_iter().find(|top| top.join("testdata").is_dir()).unwrap();
        let mut seeds = Seeds::default();
        ["testdata", "patchsets"].iter().for_each(|folder| seeds.collect(&top.join(folder)));
        seeds
    })
}

impl Seeds {
    fn collect(&mut self, folder: &Path) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            let text = || std::fs::read_to_string(&path).unwrap();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => self.collect(&path),
                Some("toml") => self.patchsets.push(text()),
                Some("page") => self.page(&text()),
                Some("go" | "c" | "h") => self.source(&path, text().into_bytes()),
                _ => {}
            }
        }
    }

    fn source(&mut self, path: &Path, bytes: Vec<u8>) {
        if bytes.len() <= LARGEST && treepatch::language::Language::of_path(path).is_some() {
            self.sources.push((PathBuf::from(path.file_name().unwrap()), bytes));
        }
    }

    /// `tests/cases.rs` describes pages.
    fn page(&mut self, text: &str) {
        let (mut patch, mut files) = (String::new(), Files::new());
        let mut into: Option<String> = None;
        for line in text.split_inclusive('\n') {
            if let Some(name) = line.trim_end().strip_prefix("-- ").and_then(|l| l.strip_suffix(" --")) {
                into = Some(name.to_owned());
            } else if into.as_deref() == Some("patch") {
                patch.push_str(line);
            } else if let Some(name) = into.as_deref().and_then(|i| i.strip_prefix("before ")) {
                files.entry(name.into()).or_default().extend_from_slice(line.as_bytes());
            }
        }
        for (path, bytes) in &files {
            self.source(path, bytes.clone());
        }
        let toml = if patch.contains("format = ") { patch } else { format!("{HEAD}{patch}") };
        self.patchsets.push(toml.clone());
        self.pages.push((toml, files));
    }
}
