use super::stage::superproject;
use crate::checkout::Root;
use std::path::Path;

/// Whether git knows a folder below the root as a submodule, be it an empty one that is not initialised. Where git's
/// files cannot be read it may be one.
pub(in crate::write) fn may_be_submodule(root: &Root, folder: &Path) -> bool {
    superproject(root, folder).map_or(true, |parent| parent.is_some())
}

/// Whether git knows a folder below the root as a submodule, as far as its files can be read.
pub(in crate::write) fn is_submodule(root: &Root, folder: &Path) -> bool {
    superproject(root, folder).is_ok_and(|parent| parent.is_some())
}
