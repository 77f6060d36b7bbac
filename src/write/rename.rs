//! Renames that lose nothing. Neither follows a symlink, and neither replaces a file.

use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;

/// Exchanges two files in one step. Some file systems cannot; see [`is_unknown`].
pub(super) fn exchange(from: &OwnedFd, name: &str, to: &OwnedFd, new: &OsStr) -> Result<(), Errno> {
    rustix::fs::renameat_with(from, name, to, new, RenameFlags::EXCHANGE)
}

/// Renames a file to where nothing is; `EXIST` where something is.
///
/// For file systems that know no rename without replacing: a link does not replace either. Where there are no links a
/// look must do.
pub(super) fn to_nothing(from: &OwnedFd, name: &str, to: &OwnedFd, new: &OsStr) -> Result<(), Errno> {
    match rustix::fs::renameat_with(from, name, to, new, RenameFlags::NOREPLACE) {
        Err(error) if is_unknown(error) => {}
        answer => return answer,
    }
    match rustix::fs::linkat(from, name, to, new, AtFlags::empty()) {
        // If this fails, the file has two names, of which the one in the folder for unfinished work is swept away.
        Ok(()) => {
            let _ = rustix::fs::unlinkat(from, name, AtFlags::empty());
            Ok(())
        }
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
            match rustix::fs::statat(to, new, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => rustix::fs::renameat(from, name, to, new),
                Ok(_) => Err(Errno::EXIST),
                Err(other) => Err(other),
            }
        }
        Err(other) => Err(other),
    }
}

/// Whether the error says that the file system knows no such rename.
pub(super) fn is_unknown(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}
