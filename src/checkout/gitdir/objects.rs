//! The objects of a repository, and the stores that it borrows from.

use super::look::{expect, wrong};
use super::search::{LIMIT, Search, Store};
use crate::checkout::GateError;
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How far object stores may refer to others: as far as git goes.
const DEPTH: usize = 5;

/// The objects, with the stores below the root that they borrow from. Gives those that lie elsewhere, unopened.
pub(super) fn objects(search: &Search<'_>, store: &Store) -> Result<Vec<PathBuf>, GateError> {
    let mut elsewhere = Vec::new();
    let mut known = vec![store.path.join("objects")];
    let mut open =
        vec![(Store { folder: store.folder.again()?, path: store.path.clone() }, PathBuf::from("objects"), 0)];
    while let Some((store, objects, depth)) = open.pop() {
        files(search, &store, &objects)?;
        for line in alternates(search, &store, &objects)? {
            let other = store.path.join(&objects).join(line);
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

/// A store and its files: folders and files, nothing else.
fn files(search: &Search<'_>, store: &Store, objects: &Path) -> Result<(), GateError> {
    if !expect(search, store, objects, FileType::Directory)? {
        return search.refuse(&format!("there is no {}", store.path.join(objects).display()));
    }
    for (name, kind) in store.folder.entries(objects)? {
        let folder = objects.join(&name);
        match kind {
            FileType::Directory => {}
            FileType::RegularFile => continue,
            other => return wrong(search, store, &folder, other),
        }
        let files = store.folder.entries(&folder)?;
        if let Some((file, kind)) =
            files.into_iter().find(|f| !matches!(f.1, FileType::RegularFile | FileType::Directory))
        {
            return wrong(search, store, &folder.join(file), kind);
        }
    }
    Ok(())
}

/// The paths of the stores that a store borrows from, as far as git and its library read the same.
///
/// The library also ends a line at a carriage return, and a file at a zero byte. A relative path it takes from the
/// store only if that begins with a dot, and otherwise from wherever the program was started. Git takes quotes off.
fn alternates(search: &Search<'_>, store: &Store, objects: &Path) -> Result<Vec<PathBuf>, GateError> {
    let name = objects.join("info/alternates");
    let list = match store.folder.read(&name, LIMIT) {
        Ok(list) => list,
        Err(e) if e.is_missing() => return Ok(Vec::new()),
        Err(other) => return search.refuse(&other.to_string()),
    };
    let lines = list.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let is_plain = |line: &[u8]| {
        [&b"/"[..], b"./", b"../", b"#"].iter().any(|begin| line.starts_with(begin))
            && !line.iter().any(u8::is_ascii_control)
    };
    if let Some(odd) = lines.clone().find(|line| !is_plain(line)) {
        return search.refuse(&format!(
            "{} has a line that git takes otherwise than others, `{}`; a path begins with `/`, `./` or `../`",
            store.path.join(name).display(),
            odd.escape_ascii()
        ));
    }
    Ok(lines.filter(|line| line[0] != b'#').map(|line| PathBuf::from(OsStr::from_bytes(line))).collect())
}
