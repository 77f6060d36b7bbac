//! What folders are called that are part of no tree, git's and treepatch's own: no patchset reaches into them.

/// The folder below the root in which a run that writes keeps its journal and its unfinished files.
/// It is there only while such a run is under way, or was killed.
pub const STATE: &str = ".treepatch-journal";

/// The folder below the root in which `apply` keeps what it has put into files that no `HEAD` has, so that `revert` can
/// tell what may go.
pub const RECORD: &str = ".treepatch-record";

/// What folders are called in which a report waits until it is whole: this, and a number. Such a folder, beside the
/// report, is there only for that moment, or was left by a run that was killed in it.
pub const DRAFTS: &str = ".treepatch-output-";

/// How the name of the folder ends, beside a place, in which what is to go there grows: a dot, the place's name, this.
pub const COPY: &str = ".treepatch-copy";

/// Whether a name is that of a folder of treepatch's own. Letters are compared as they are; whoever asks for a file
/// system that takes others for the same folds the name first.
pub fn is_own(name: &[u8]) -> bool {
    name == STATE.as_bytes()
        || name == RECORD.as_bytes()
        || name.starts_with(DRAFTS.as_bytes())
        || name.starts_with(b".") && name.ends_with(COPY.as_bytes())
}

/// Whether a name in small letters is a short one that some file systems give to such a folder, as `treepa~1`.
pub fn is_own_in_short(name: &str) -> bool {
    is_short(name, "treepa~")
}

/// Whether a name in small letters is that of a repository's own folder, `.git` or one in short.
pub fn is_git(name: &str) -> bool {
    name == ".git" || is_short(name, "git~")
}

fn is_short(name: &str, begin: &str) -> bool {
    name.strip_prefix(begin).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}
