use super::error::WriteError;
use super::job::Removal;
use super::record::Recording;
use crate::checkout;
use crate::render::Encoded;
use crate::report::FileChange;
use crate::write::git::{Move, What};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Changes with its meaning.
const FORMAT: u32 = 1;

/// What a run is about to do: enough to finish it and to undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Journal {
    /// The changes, in the order in which they are made.
    pub changes: Vec<FileChange>,
    /// The folders that are made for new files, outermost first.
    pub folders: Vec<PathBuf>,
    /// The files that are removed, after the changes.
    pub removals: Vec<Removal>,
    /// What becomes of the repositories' own files, after the others.
    pub moves: Vec<Move>,
    /// What becomes of the record of what is put in.
    pub recording: Option<Recording>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    treepatch_journal: u32,
    folders: Vec<Encoded>,
    files: Vec<Entry>,
    #[serde(default)]
    removed: Vec<Gone>,
    #[serde(default)]
    git: Vec<GitEntry>,
    #[serde(default)]
    record: Option<RecordEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordEntry {
    before: Option<Encoded>,
    after: Option<Encoded>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: Encoded,
    before: Option<Encoded>,
    after: Encoded,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    path: Encoded,
    before: Encoded,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GitEntry {
    repository: Encoded,
    what: String,
    before: Option<Encoded>,
    after: Encoded,
}

impl Journal {
    /// As bytes.
    pub(crate) fn write(&self) -> Vec<u8> {
        let files = self.changes.iter().map(|c| Entry {
            path: Encoded::of_path(&c.path),
            before: c.before.as_deref().map(Encoded::of),
            after: Encoded::of(&c.after),
        });
        let folders = self.folders.iter().map(|f| Encoded::of_path(f)).collect();
        let git = self.moves.iter().map(|m| GitEntry {
            repository: Encoded::of_path(&m.repository),
            what: m.what.name().to_owned(),
            before: m.before.as_deref().map(Encoded::of),
            after: Encoded::of(&m.after),
        });
        let gone = |r: &Removal| Gone { path: Encoded::of_path(&r.path), before: Encoded::of(&r.before) };
        let removed = self.removals.iter().map(gone).collect();
        let record = self.recording.as_ref().map(|r| RecordEntry {
            before: r.before.as_deref().map(Encoded::of),
            after: r.after.as_deref().map(Encoded::of),
        });
        let (files, git) = (files.collect(), git.collect());
        let text = Text { treepatch_journal: FORMAT, folders, files, removed, git, record };
        serde_json::to_vec(&text).unwrap_or_default()
    }

    /// From bytes that may be anything.
    pub(crate) fn read(bytes: &[u8], root: &Path) -> Result<Journal, WriteError> {
        let bad = |reason: String| WriteError::Journal { path: root.to_owned(), reason };
        let text: Text = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
        if text.treepatch_journal != FORMAT {
            return Err(bad(format!("it has format {}, this program knows {FORMAT}", text.treepatch_journal)));
        }
        let optional = |bytes: &Option<Encoded>| match bytes {
            Some(bytes) => bytes.bytes().map(Some),
            None => Some(None),
        };
        let decode = || {
            let change = |e: &Entry| {
                Some(FileChange { path: e.path.path()?, before: optional(&e.before)?, after: e.after.bytes()? })
            };
            let gone = |e: &Gone| Some(Removal { path: e.path.path()?, before: e.before.bytes()? });
            let git = |e: &GitEntry| {
                let (repository, what) = (e.repository.path()?, What::of(&e.what)?);
                let is_safe = repository.as_os_str().is_empty() || checkout::check(&repository).is_ok();
                is_safe.then_some(())?;
                Some(Move { repository, what, before: optional(&e.before)?, after: e.after.bytes()? })
            };
            let moves: Vec<Move> = text.git.iter().map(git).collect::<Option<_>>()?;
            // Every run moves the index, too, and a run of somebody else cannot know it: a journal that came with a
            // tree does not move the heads of the repository that the tree was put into.
            let has_index = |m: &Move| {
                let mut same = moves.iter().filter(|other| other.repository == m.repository);
                same.any(|other| other.what == What::Index && other.before.is_some())
            };
            moves.iter().all(has_index).then_some(())?;
            let recording = match &text.record {
                Some(r) => Some(Recording { before: optional(&r.before)?, after: optional(&r.after)? }),
                None => None,
            };
            Some(Journal {
                recording,
                changes: text.files.iter().map(change).collect::<Option<_>>()?,
                folders: text.folders.iter().map(Encoded::path).collect::<Option<_>>()?,
                removals: text.removed.iter().map(gone).collect::<Option<_>>()?,
                moves,
            })
        };
        decode().ok_or_else(|| bad("its base64 is broken, or it names a file that no run writes".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_comes_back_as_it_was() {
        let changes = vec![
            FileChange { path: "a.go".into(), before: Some(b"\xff".to_vec()), after: b"b".to_vec() },
            FileChange { path: "n/ew.c".into(), before: None, after: b"\r\n\0".to_vec() },
        ];
        let removals = vec![Removal { path: "old.c".into(), before: b"\xfe".to_vec() }];
        let moves = vec![
            Move { repository: "".into(), what: What::Index, before: Some(b"DIRC\xff".to_vec()), after: vec![0] },
            Move { repository: "s".into(), what: What::Index, before: Some(vec![1]), after: vec![2] },
            Move { repository: "s".into(), what: What::Head, before: Some(b"a\n".to_vec()), after: b"b\n".to_vec() },
            Move { repository: "".into(), what: What::Reference("refs/heads/x".into()), before: None, after: vec![] },
        ];
        let recording = Some(Recording { before: None, after: Some(b"\xff{}".to_vec()) });
        let journal = Journal { changes, folders: vec!["n".into()], removals, moves, recording };
        assert_eq!(Journal::read(&journal.write(), Path::new(".")).unwrap(), journal);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{}",
            "[1]",
            r#"{"treepatch_journal":2,"folders":[],"files":[]}"#,
            r#"{"treepatch_journal":1,"folders":[],"files":[{"path":{"base64":"!"},"before":null,"after":""}]}"#,
            r#"{"treepatch_journal":1,"folders":[],"files":[],"git":[{"repository":"","what":"config","before":null,"after":""}]}"#,
            r#"{"treepatch_journal":1,"folders":[],"files":[],"git":[{"repository":"../x","what":"HEAD","before":null,"after":""}]}"#,
            r#"{"treepatch_journal":1,"folders":[],"files":[],"git":[{"repository":"","what":"HEAD","before":"a","after":"b"}]}"#,
            r#"{"treepatch_journal":1,"folders":[],"files":[],"git":[{"repository":"","what":"refs/heads/../../config","before":null,"after":""}]}"#,
        ] {
            assert!(
                matches!(Journal::read(text.as_bytes(), Path::new(".")), Err(WriteError::Journal { .. })),
                "{text}"
            );
        }
    }
}
