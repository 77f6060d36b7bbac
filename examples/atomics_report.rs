//! Writes what `go/align-atomics` finds in a folder as JSON, and with `--write` carries out its edits:
//! `atomics_report DIR [--leading | --atomic-types] [--pad] [--write] [--novendor]`.
use std::path::{Path, PathBuf};
use std::sync::Arc;
use treepatch::checkout::Disk;
use treepatch::operations::align_atomics::{Options, Outcome, Style, align_atomics};
use treepatch::source::apply_edits;
use treepatch::vfs::{FileTree, ReadError};

struct Folder {
    root: PathBuf,
    paths: Vec<PathBuf>,
}

impl FileTree for Folder {
    fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
    fn read(&self, path: &Path) -> Result<Arc<Vec<u8>>, ReadError> {
        let refused = |e: std::io::Error| ReadError { path: path.to_owned(), reason: e.to_string() };
        std::fs::read(self.root.join(path)).map(Arc::new).map_err(refused)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let root = PathBuf::from(arguments.first().map_or(".", |a| a.as_str()));
    let paths = match Disk::open(&root) {
        Ok(disk) => disk.paths().to_vec(),
        Err(error) => return eprintln!("{error}"),
    };
    let tree = Folder { root: root.clone(), paths };
    let style = match () {
        _ if has("--leading") => Style::Leading,
        _ if has("--atomic-types") => Style::AtomicTypes,
        _ => Style::Minimal,
    };
    let options = Options { style, pad: has("--pad"), ..Options::default() };
    let ours = |path: &Path| {
        let hidden = |p: &str| (p.starts_with('.') || p.starts_with('_')) && p != "_workspace" || p == "testdata";
        let vendored = |p: &str| p == "vendor" || p == "Godeps";
        !path.components().any(|c| {
            let part = c.as_os_str().to_string_lossy();
            hidden(&part) || has("--novendor") && vendored(&part)
        })
    };
    let report = align_atomics(&tree, &ours, &options);
    let findings: Vec<serde_json::Value> = report
        .findings
        .iter()
        .filter(|f| f.is_change() || matches!(f.outcome, Outcome::Refused(_)) || has("--all"))
        .map(|f| {
            serde_json::json!({
                "file": f.file, "struct": f.name, "field": f.field, "line": f.line, "level": format!("{:?}", f.level),
                "before": f.before, "after": f.after, "outcome": format!("{:?}", f.outcome),
                "sites": f.sites.iter().take(3).map(|s| format!("{}:{} {}", s.file.display(), s.line, s.how)).collect::<Vec<_>>(),
            })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&findings).unwrap_or_default());
    eprintln!("to do {} done {} refused {}", report.to_do, report.done, report.refused);
    if has("--write") {
        for (path, edits) in &report.edits {
            let full = root.join(path);
            let bytes = std::fs::read(&full).unwrap_or_default();
            if let Err(error) = std::fs::write(&full, apply_edits(&bytes, edits).0) {
                eprintln!("{}: {error}", full.display());
            }
        }
    }
}
