//! What git's library will open: it must lie in the repository, and be what it is taken for.

use super::search::{Search, Store};
use crate::checkout::GateError;
use crate::checkout::folder::kind_name;
use rustix::fs::FileType;
use std::path::Path;

/// Settings are never larger.
const SETTINGS: u64 = 1 << 22;

/// The files that the library reads as a whole, and how large they may be.
const FILES: &[(&str, u64)] = &[
    ("HEAD", 1 << 20),
    ("ORIG_HEAD", 1 << 20),
    ("config", SETTINGS),
    ("config.worktree", SETTINGS),
    ("index", 1 << 30),
    ("packed-refs", 1 << 30),
    ("shallow", 64 << 20),
    ("info/attributes", 64 << 20),
    ("info/exclude", 64 << 20),
    ("info/grafts", 64 << 20),
    ("info/sparse-checkout", 64 << 20),
];

/// What the library takes for a repository. Where it finds none in `.git`, it looks at the folder around that, which
/// nobody has looked at.
pub(super) fn is_one(search: &Search<'_>, own: &Store, common: &Store) -> Result<(), GateError> {
    let parts = [
        (own, "HEAD", FileType::RegularFile),
        (common, "objects", FileType::Directory),
        (common, "refs", FileType::Directory),
    ];
    for (store, name, kind) in parts {
        if !expect(search, store, Path::new(name), kind)? {
            return search.refuse(&format!("there is no {}", store.path.join(name).display()));
        }
    }
    Ok(())
}

/// The files that the library reads, and the settings: they must not include others.
pub(super) fn settings(search: &Search<'_>, store: &Store) -> Result<(), GateError> {
    for (name, most) in FILES {
        let path = Path::new(name);
        if expect(search, store, path, FileType::RegularFile)? {
            let size = store.folder.size(path).or_else(|e| search.refuse(&e.to_string()))?;
            if size.is_some_and(|size| size > *most) {
                let (path, most) = (store.path.join(path), most >> 20);
                return search.refuse(&format!("{} is larger than {most} MiB", path.display()));
            }
        }
    }
    for name in ["config", "config.worktree"] {
        let bytes = match store.folder.read(Path::new(name), SETTINGS) {
            Ok(bytes) => bytes,
            Err(e) if e.is_missing() => continue,
            Err(other) => return search.refuse(&format!("its settings do not read: {other}")),
        };
        // However it is broken into lines: a section that includes begins like this.
        let text: Vec<u8> =
            bytes.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'\\').map(u8::to_ascii_lowercase).collect();
        if memchr::memmem::find(&text, b"[include").is_some() {
            return search.refuse(&format!(
                "its `{name}` includes other files, which treepatch does not follow; take the `[include]` out"
            ));
        }
    }
    Ok(())
}

/// Whether something is there, which then must be of this kind.
pub(super) fn expect(search: &Search<'_>, store: &Store, path: &Path, kind: FileType) -> Result<bool, GateError> {
    match store.folder.kind(path) {
        Ok(None) => Ok(false),
        Ok(Some(is)) if is == kind => Ok(true),
        Ok(Some(other)) => wrong(search, store, path, other),
        Err(error) => search.refuse(&error.to_string()),
    }
}

pub(super) fn wrong<T>(search: &Search<'_>, store: &Store, path: &Path, kind: FileType) -> Result<T, GateError> {
    search.refuse(&format!("{} is {}", store.path.join(path).display(), kind_name(kind)))
}
