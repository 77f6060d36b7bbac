//! Of the places that a patch would be taken out of, those that a run of treepatch has put it into.

use crate::stack::Earlier;
use std::path::Path;

/// What is known of the files from before patches were put in.
pub trait Evidence {
    /// What a file was before runs that have put a patch into it, as far as that is known without much work: what `HEAD` has,
    /// or a record. `None` for a file that was not there. `is_made` asks for a file that the patch makes.
    fn before(&self, patch: &str, path: &Path, is_made: bool) -> Vec<Option<Vec<u8>>>;

    /// The same by the commits of the patch.
    fn before_commits(&self, patch: &str, path: &Path) -> Vec<Option<Vec<u8>>>;

    /// What a file was before the first run, be it of one patch or of several.
    fn earlier(&self, path: &Path) -> Option<Vec<u8>>;

    /// What to say where a file would not be that again.
    fn lost(&self, patch: &str, path: &Path) -> String;

    /// Whether somebody has said that a run of treepatch put the patch in, wherever it is.
    fn is_assumed(&self, patch: &str) -> bool;
}

/// Every patch that is in was put in by treepatch: what a program knows that has just done so.
pub struct Assumed<'a> {
    /// What the files were before, where that is known.
    pub earlier: &'a Earlier<'a>,
}

impl Evidence for Assumed<'_> {
    fn before(&self, _: &str, _: &Path, _: bool) -> Vec<Option<Vec<u8>>> {
        Vec::new()
    }

    fn before_commits(&self, _: &str, _: &Path) -> Vec<Option<Vec<u8>>> {
        Vec::new()
    }

    fn earlier(&self, path: &Path) -> Option<Vec<u8>> {
        (self.earlier)(path)
    }

    fn lost(&self, _: &str, path: &Path) -> String {
        format!("{} would not be what it was, byte for byte", path.display())
    }

    fn is_assumed(&self, _: &str) -> bool {
        true
    }
}
