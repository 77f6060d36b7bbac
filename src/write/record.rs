//! What runs have put into files that no `HEAD` has: a record in a hidden folder of the root, as quilt keeps one in `.pc`.
//!
//! It says what each file was before the first run, and which patches have been put into it since. `revert` asks it, and
//! nothing else does: it is evidence, and no source of anything that is written.

use super::error::{WriteError, failed};
use super::fs::sync;
use super::hidden::Hidden;
use super::state::State;
use crate::checkout::Root;
use crate::patchset::RECORD;
use crate::render::Encoded;
use crate::report::FileChange;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Changes with its meaning.
const FORMAT: u32 = 1;
/// The file in the folder, and the same in the folder of a run that is about to write it.
const FILE: &str = "record";

/// What is known of the patches that runs have put into the files below a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// By the name of the patchset.
    sets: BTreeMap<String, BTreeMap<PathBuf, Noted>>,
}

/// A file that patches were put into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Noted {
    /// What it was before the first of them; `None` where it was not there.
    before: Option<Vec<u8>>,
    patches: BTreeSet<String>,
}

/// What a run puts into files, or takes out of them.
#[derive(Clone, Debug)]
pub struct Noting {
    /// The name of the patchset.
    pub patchset: String,
    /// The patches, by file.
    pub files: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Whether they are taken out.
    pub is_out: bool,
}

/// The record before and after a run, as bytes. `None` where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recording {
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    treepatch_record: u32,
    patchsets: Vec<Set>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    name: String,
    files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: Encoded,
    before: Option<Encoded>,
    patches: BTreeSet<String>,
}

impl Record {
    /// The record below a root; an empty one where there is none.
    pub fn open(root: &Root) -> Result<Record, WriteError> {
        bytes(root)?.map_or_else(|| Ok(Record::default()), |bytes| Record::read(&bytes, root.path()))
    }

    /// What a file was before a patch was put into it, if a run has done so: `Some(None)` for a file that was not there.
    pub fn before(&self, patchset: &str, patch: &str, path: &Path) -> Option<Option<&[u8]>> {
        let noted = self.sets.get(patchset)?.get(path)?;
        noted.patches.contains(patch).then_some(noted.before.as_deref())
    }

    /// What a file was before any patch of a set was put into it.
    pub fn earlier(&self, patchset: &str, path: &Path) -> Option<&[u8]> {
        self.sets.get(patchset)?.get(path)?.before.as_deref()
    }

    /// Takes in what a run does.
    fn note(&mut self, noting: &Noting, changes: &[FileChange]) {
        let files = self.sets.entry(noting.patchset.clone()).or_default();
        for (path, patches) in &noting.files {
            if noting.is_out {
                let left = files.get_mut(path).map(|noted| {
                    noted.patches.retain(|patch| !patches.contains(patch));
                    noted.patches.len()
                });
                if left == Some(0) {
                    files.remove(path);
                }
                continue;
            }
            let before = || changes.iter().find(|change| change.path == *path).and_then(|change| change.before.clone());
            let noted = files.entry(path.clone()).or_insert_with(|| Noted { before: before(), ..Noted::default() });
            noted.patches.extend(patches.iter().cloned());
        }
        self.sets.retain(|_, files| !files.is_empty());
    }

    /// As bytes; `None` for an empty one.
    fn write(&self) -> Option<Vec<u8>> {
        let entry = |(path, noted): (&PathBuf, &Noted)| Entry {
            path: Encoded::of_path(path),
            before: noted.before.as_deref().map(Encoded::of),
            patches: noted.patches.clone(),
        };
        let set = |(name, files): (&String, &BTreeMap<PathBuf, Noted>)| Set {
            name: name.clone(),
            files: files.iter().map(entry).collect(),
        };
        let text = Text { treepatch_record: FORMAT, patchsets: self.sets.iter().map(set).collect() };
        (!self.sets.is_empty()).then(|| serde_json::to_vec(&text).unwrap_or_default())
    }

    /// From bytes that may be anything.
    fn read(bytes: &[u8], root: &Path) -> Result<Record, WriteError> {
        let bad = |reason: String| WriteError::Record { path: root.to_owned(), reason };
        let text: Text = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
        if text.treepatch_record != FORMAT {
            return Err(bad(format!("it has format {}, this program knows {FORMAT}", text.treepatch_record)));
        }
        let mut record = Record::default();
        for set in text.patchsets {
            let files = record.sets.entry(set.name).or_default();
            for Entry { path, before, patches } in set.files {
                let before = match before {
                    Some(before) => Some(before.bytes().ok_or_else(|| bad("its base64 is broken".to_owned()))?),
                    None => None,
                };
                let path = path.path().ok_or_else(|| bad("its base64 is broken".to_owned()))?;
                files.insert(path, Noted { before, patches });
            }
        }
        Ok(record)
    }
}

impl Recording {
    /// What a run does to the record.
    pub fn of(root: &Root, noting: &Noting, changes: &[FileChange]) -> Result<Option<Recording>, WriteError> {
        let before = bytes(root)?;
        let mut record = match &before {
            Some(bytes) => Record::read(bytes, root.path())?,
            None => Record::default(),
        };
        record.note(noting, changes);
        let after = record.write();
        Ok((before != after).then_some(Recording { before, after }))
    }

    /// Writes the new record into the folder of the run.
    pub fn stage(&self, state: &State) -> Result<(), WriteError> {
        self.after.as_ref().map_or(Ok(()), |bytes| state.put(FILE, bytes))
    }

    /// Puts the new record in its place, in one step.
    pub fn place(&self, root: &Root, state: &State) -> Result<(), WriteError> {
        put(root, state, self.after.as_deref())
    }

    /// Puts the old record back.
    pub fn undo(&self, root: &Root, state: &State) -> Result<(), WriteError> {
        put(root, state, self.before.as_deref())
    }
}

fn shown() -> PathBuf {
    Path::new(RECORD).join(FILE)
}

/// The record as it is on the disk.
fn bytes(root: &Root) -> Result<Option<Vec<u8>>, WriteError> {
    Ok(Hidden::open(root.handle(), RECORD, Path::new(RECORD))?.and_then(|folder| folder.bytes(FILE)))
}

/// Makes these bytes the record. What is staged already is not written again.
fn put(root: &Root, state: &State, bytes: Option<&[u8]>) -> Result<(), WriteError> {
    let above = root.handle();
    let Some(bytes) = bytes else {
        let Some(folder) = Hidden::open(above, RECORD, Path::new(RECORD))? else { return Ok(()) };
        folder.remove(above, RECORD)?;
        return sync(above, root.path());
    };
    let folder = Hidden::take(above, RECORD, Path::new(RECORD))?;
    if folder.bytes(FILE).as_deref() != Some(bytes) {
        if state.bytes(FILE).as_deref() != Some(bytes) {
            state.put(FILE, bytes)?;
        }
        let rename = rustix::fs::renameat(state.handle(), FILE, folder.handle(), FILE);
        rename.map_err(failed("write the record", &shown()))?;
    }
    sync(folder.handle(), Path::new(RECORD))?;
    sync(above, root.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noting(files: &[(&str, &[&str])], is_out: bool) -> Noting {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let files = files.iter().map(|(path, patches)| (PathBuf::from(path), ids(patches))).collect();
        Noting { patchset: "mine".to_owned(), files, is_out }
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_ends_with_the_last_patch() {
        let change = |path: &str, before: Option<&[u8]>| FileChange {
            path: path.into(),
            before: before.map(<[u8]>::to_vec),
            after: b"after".to_vec(),
        };
        let mut record = Record::default();
        record.note(
            &noting(&[("a.c", &["one"]), ("b.c", &["one"])], false),
            &[change("a.c", Some(b"\xff")), change("b.c", None)],
        );
        record.note(&noting(&[("a.c", &["two"])], false), &[change("a.c", Some(b"after"))]);
        let read = Record::read(&record.write().unwrap(), Path::new(".")).unwrap();
        assert_eq!(read, record);
        assert_eq!(read.before("mine", "two", Path::new("a.c")), Some(Some(b"\xff".as_slice())));
        assert_eq!(read.before("mine", "one", Path::new("b.c")), Some(None));
        assert_eq!(read.before("mine", "two", Path::new("b.c")), None);
        record.note(&noting(&[("a.c", &["one", "two"])], true), &[]);
        assert_eq!(record.before("mine", "two", Path::new("a.c")), None);
        record.note(&noting(&[("b.c", &["one"])], true), &[]);
        assert_eq!(record.write(), None);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "{}", r#"{"treepatch_record":2,"patchsets":[]}"#, r#"{"treepatch_record":1,"patchsets":[],"x":1}"#]
        {
            assert!(matches!(Record::read(text.as_bytes(), Path::new(".")), Err(WriteError::Record { .. })), "{text}");
        }
    }
}
