use super::WriteError;
use crate::plan::FileChange;
use crate::render::Encoded;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Changes with its meaning.
const FORMAT: u32 = 1;

/// What a run is about to do: enough to finish it and to undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    /// The changes, in the order in which they are made.
    pub changes: Vec<FileChange>,
    /// The folders that are made for new files, outermost first.
    pub folders: Vec<PathBuf>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    treepatch_journal: u32,
    folders: Vec<Encoded>,
    files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: Encoded,
    before: Option<Encoded>,
    after: Encoded,
}

impl Journal {
    /// As bytes.
    pub(super) fn write(&self) -> Vec<u8> {
        let files = self.changes.iter().map(|c| Entry {
            path: Encoded::of_path(&c.path),
            before: c.before.as_deref().map(Encoded::of),
            after: Encoded::of(&c.after),
        });
        let folders = self.folders.iter().map(|f| Encoded::of_path(f)).collect();
        let text = Text { treepatch_journal: FORMAT, folders, files: files.collect() };
        serde_json::to_vec(&text).unwrap_or_default()
    }

    /// From bytes that may be anything.
    pub(super) fn read(bytes: &[u8], root: &Path) -> Result<Journal, WriteError> {
        let bad = |reason: String| WriteError::Journal { path: root.to_owned(), reason };
        let text: Text = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
        if text.treepatch_journal != FORMAT {
            return Err(bad(format!("it has format {}, this program knows {FORMAT}", text.treepatch_journal)));
        }
        let decode = || {
            let change = |e: &Entry| {
                let before = match &e.before {
                    Some(before) => Some(before.bytes()?),
                    None => None,
                };
                Some(FileChange { path: e.path.path()?, before, after: e.after.bytes()? })
            };
            let changes = text.files.iter().map(change).collect::<Option<_>>()?;
            Some(Journal { changes, folders: text.folders.iter().map(Encoded::path).collect::<Option<_>>()? })
        };
        decode().ok_or_else(|| bad("its base64 is broken".to_owned()))
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
        let journal = Journal { changes, folders: vec!["n".into()] };
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
        ] {
            assert!(
                matches!(Journal::read(text.as_bytes(), Path::new(".")), Err(WriteError::Journal { .. })),
                "{text}"
            );
        }
    }
}
