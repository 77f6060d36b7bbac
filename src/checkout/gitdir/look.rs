//! What git's library will open: it must lie in the repository, and be what it is taken for.

use super::{LIMIT, Search, Store};
use crate::checkout::GateError;
use crate::checkout::folder::kind_name;
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Settings are never larger.
const SETTINGS: u64 = 1 << 22;
/// How far object stores may refer to others: as far as git goes.
const DEPTH: usize = 5;

/// The files that the library reads, and the settings: they must not include others.
pub(super) fn settings(search: &Search<'_>, store: &Store) -> Result<(), GateError> {
    let files =
        ["HEAD", "index", "packed-refs", "shallow", "config", "config.worktree", "info/attributes", "info/exclude"];
    for name in files.into_iter().chain(["info/grafts", "info/sparse-checkout", "ORIG_HEAD"]) {
        expect(search, store, Path::new(name), FileType::RegularFile)?;
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

/// The references and their logs: folders and files, nothing else.
pub(super) fn references(search: &Search<'_>, store: &Store) -> Result<(), GateError> {
    for name in ["refs", "logs"] {
        if !expect(search, store, Path::new(name), FileType::Directory)? {
            continue;
        }
        let mut folders = vec![PathBuf::from(name)];
        while let Some(folder) = folders.pop() {
            for (name, kind) in store.folder.entries(&folder)? {
                let path = folder.join(name);
                match kind {
                    FileType::Directory => folders.push(path),
                    FileType::RegularFile => {}
                    other => return wrong(search, store, &path, other),
                }
            }
        }
    }
    Ok(())
}

/// The objects, with the stores below the root that they borrow from. Gives those that lie elsewhere, unopened.
pub(super) fn objects(search: &Search<'_>, store: &Store) -> Result<Vec<PathBuf>, GateError> {
    let mut elsewhere = Vec::new();
    let mut known = vec![store.path.join("objects")];
    let mut open =
        vec![(Store { folder: store.folder.again()?, path: store.path.clone() }, PathBuf::from("objects"), 0)];
    while let Some((store, objects, depth)) = open.pop() {
        if !expect(search, &store, &objects, FileType::Directory)? {
            return search.refuse(&format!("there is no {}", store.path.join(objects).display()));
        }
        for (name, kind) in store.folder.entries(&objects)? {
            let folder = objects.join(&name);
            match kind {
                FileType::Directory => {}
                FileType::RegularFile => continue,
                other => return wrong(search, &store, &folder, other),
            }
            let files = store.folder.entries(&folder)?;
            if let Some((file, kind)) =
                files.into_iter().find(|f| !matches!(f.1, FileType::RegularFile | FileType::Directory))
            {
                return wrong(search, &store, &folder.join(file), kind);
            }
        }
        let list = match store.folder.read(&objects.join("info/alternates"), LIMIT) {
            Ok(list) => list,
            Err(e) if e.is_missing() => continue,
            Err(other) => return search.refuse(&other.to_string()),
        };
        for line in list.split(|b| *b == b'\n').filter(|line| !line.is_empty() && line[0] != b'#') {
            let other = store.path.join(&objects).join(OsStr::from_bytes(line));
            let Ok(real) = other.canonicalize() else {
                return search.refuse(&format!("it borrows objects from {}, which is not there", other.display()));
            };
            if !real.starts_with(search.real) {
                elsewhere.push(real);
                continue;
            }
            if depth == DEPTH {
                return search.refuse("its objects/info/alternates lead on and on");
            }
            if !known.contains(&real) {
                known.push(real.clone());
                open.push((
                    search.store(real.parent().unwrap_or(&real))?,
                    real.file_name().map(PathBuf::from).unwrap_or_default(),
                    depth + 1,
                ));
            }
        }
    }
    Ok(elsewhere)
}

/// Whether something is there, which then must be of this kind.
fn expect(search: &Search<'_>, store: &Store, path: &Path, kind: FileType) -> Result<bool, GateError> {
    match store.folder.kind(path) {
        Ok(None) => Ok(false),
        Ok(Some(is)) if is == kind => Ok(true),
        Ok(Some(other)) => wrong(search, store, path, other),
        Err(error) => search.refuse(&error.to_string()),
    }
}

fn wrong<T>(search: &Search<'_>, store: &Store, path: &Path, kind: FileType) -> Result<T, GateError> {
    search.refuse(&format!("{} is {}", store.path.join(path).display(), kind_name(kind)))
}
