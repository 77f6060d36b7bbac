use super::provenance::{Heads, Known, OurCommits};
use crate::checkout::Root;
use crate::revert::Evidence;
use crate::write::{Record, WriteError};
use std::collections::BTreeSet;
use std::path::Path;

/// What the checkout tells of the runs that have patched it: what `HEAD` has, the commits of the patches, and the record.
/// Reads only.
pub struct Past {
    patchset: String,
    heads: Heads,
    record: Record,
    commits: OurCommits,
    assumed: BTreeSet<String>,
}

impl Past {
    /// Of a patchset below a root. Of the `assumed` patches somebody has said that treepatch put them in.
    pub fn open(root: &Path, patchset: &str, assumed: &[String]) -> Result<Past, WriteError> {
        Ok(Past {
            patchset: patchset.to_owned(),
            heads: Heads::new(root),
            record: Record::open(&Root::open(root)?)?,
            commits: OurCommits::new(root, patchset),
            assumed: assumed.iter().cloned().collect(),
        })
    }
}

impl Evidence for Past {
    fn before(&self, patch: &str, path: &Path, is_made: bool) -> Vec<Option<Vec<u8>>> {
        let head = match self.heads.look(path) {
            Known::Has(bytes) => Some(Some(bytes)),
            // Of a file that a patch makes it says enough that it was not committed.
            Known::Lacks => is_made.then_some(None),
            Known::Nothing => None,
        };
        let record = self.record.before(&self.patchset, patch, path).map(|before| before.map(<[u8]>::to_vec));
        head.into_iter().chain(record).collect()
    }

    fn before_commits(&self, patch: &str, path: &Path) -> Vec<Option<Vec<u8>>> {
        self.commits.before(patch, path)
    }

    fn earlier(&self, path: &Path) -> Option<Vec<u8>> {
        match self.heads.look(path) {
            Known::Has(bytes) => Some(bytes),
            // Whoever takes it upon himself takes what the patch shows.
            _ if !self.assumed.is_empty() => None,
            _ => self.record.earlier(&self.patchset, path).map(<[u8]>::to_vec),
        }
    }

    fn lost(&self, patch: &str, path: &Path) -> String {
        let path_shown = path.display();
        match self.heads.look(path) {
            Known::Has(_) => {
                format!("{path_shown} would not be what HEAD has, byte for byte; `git checkout` puts that back")
            }
            _ => format!(
                "{path_shown} would not be what it was before, byte for byte; with `--assume-applied {patch}` it comes back as \
                 the patch shows it"
            ),
        }
    }

    fn is_assumed(&self, patch: &str) -> bool {
        self.assumed.contains(patch)
    }
}
