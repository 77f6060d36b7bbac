//! The references of a repository: git's library opens the file that a symbolic one names, whatever the name.

use super::look::{expect, wrong};
use super::search::{LIMIT, Search, Store};
use crate::checkout::GateError;
use rustix::fs::FileType;
use std::path::{Path, PathBuf};

/// The references and their logs: folders and files, nothing else, and none that leads out of `refs`.
pub(super) fn references(search: &Search<'_>, store: &Store) -> Result<(), GateError> {
    for top in ["refs", "logs"] {
        if !expect(search, store, Path::new(top), FileType::Directory)? {
            continue;
        }
        let mut folders = vec![PathBuf::from(top)];
        while let Some(folder) = folders.pop() {
            for (name, kind) in store.folder.entries(&folder)? {
                let path = folder.join(name);
                match kind {
                    FileType::Directory => folders.push(path),
                    FileType::RegularFile if top == "refs" => reference(search, store, &path)?,
                    FileType::RegularFile => {}
                    other => return wrong(search, store, &path, other),
                }
            }
        }
    }
    Ok(())
}

/// What `HEAD` or a reference refers to: an object, or a reference below `refs`.
pub(super) fn reference(search: &Search<'_>, store: &Store, path: &Path) -> Result<(), GateError> {
    let bytes = match store.folder.read(path, LIMIT) {
        Ok(bytes) => bytes,
        // Git takes references away at any time.
        Err(e) if e.is_missing() => return Ok(()),
        Err(other) => return search.refuse(&other.to_string()),
    };
    let Some(name) = bytes.strip_prefix(b"ref:") else { return Ok(()) };
    let name = name.trim_ascii();
    let is_plain = name.starts_with(b"refs/")
        && !name.iter().any(u8::is_ascii_control)
        && name.split(|b| *b == b'/').all(|part| !matches!(part, b"" | b"." | b".."));
    if is_plain {
        return Ok(());
    }
    let path = store.path.join(path);
    search.refuse(&format!("{} refers to `{}`, which is no reference", path.display(), name.escape_ascii()))
}
