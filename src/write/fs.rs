//! Files and folders below open folders: made, permitted, renamed and synced. Nothing here follows a symlink, and nothing
//! replaces a file but [`exchange`], which keeps both.

use super::error::{WriteError, failed};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

/// Makes a file in an open folder, to be written; `EXIST` where something is, be it a symlink.
pub(crate) fn anew(folder: impl AsFd, name: impl AsRef<OsStr>) -> Result<File, Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(folder, name.as_ref(), flags, Mode::from_raw_mode(0o666)).map(File::from)
}

/// Makes a file that appears whole: it has no name until `write` is through. Nothing is replaced.
///
/// Not every file system can, and it needs `/proc`; whoever calls this must know another way.
pub(crate) fn appear(
    folder: impl AsFd,
    name: impl AsRef<OsStr>,
    write: impl Fn(&mut File) -> io::Result<()>,
) -> Result<(), Errno> {
    #[cfg(target_os = "linux")]
    {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(&folder, ".", flags, Mode::from_raw_mode(0o666))?);
        write(&mut file).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))?;
        let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
        rustix::fs::linkat(rustix::fs::CWD, itself, folder, name.as_ref(), AtFlags::SYMLINK_FOLLOW)
    }
    #[cfg(not(target_os = "linux"))]
    {
        Err(Errno::NOSYS)
    }
}

/// Makes a folder that its owner can list, enter and write to, whatever the umask says.
pub(crate) fn mkdir(above: impl AsFd, name: impl AsRef<OsStr>, mode: Mode) -> Result<(), Errno> {
    let name = name.as_ref();
    rustix::fs::mkdirat(&above, name, mode)?;
    let made = Mode::from_raw_mode(rustix::fs::statat(&above, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode & 0o7777);
    if made.contains(Mode::RWXU) { Ok(()) } else { permit(above, name, made | Mode::RWXU) }
}

/// Sets the mode of a folder in an open one. It may be one that nobody can open; no symlink is followed.
pub(crate) fn permit(above: impl AsFd, name: impl AsRef<OsStr>, mode: Mode) -> Result<(), Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = rustix::fs::openat(above, name.as_ref(), flags, Mode::empty())?;
    rustix::fs::chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), mode)
}

/// Exchanges two files in one step. Some file systems cannot; see [`is_unknown`].
pub(crate) fn exchange(from: &OwnedFd, name: &str, to: &OwnedFd, new: &OsStr) -> Result<(), Errno> {
    rustix::fs::renameat_with(from, name, to, new, RenameFlags::EXCHANGE)
}

/// Renames a file to where nothing is; `EXIST` where something is.
///
/// For file systems that know no rename without replacing: a link does not replace either. Where there are no links a
/// look must do.
pub(crate) fn to_nothing(from: &OwnedFd, name: &str, to: &OwnedFd, new: &OsStr) -> Result<(), Errno> {
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
pub(crate) fn is_unknown(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// Makes sure that a folder's entries are on the disk. Some file systems cannot; then there is nothing to be done.
pub(crate) fn sync(folder: impl AsFd, path: &Path) -> Result<(), WriteError> {
    match rustix::fs::fsync(folder) {
        Ok(()) | Err(Errno::INVAL | Errno::BADF | Errno::OPNOTSUPP) => Ok(()),
        Err(other) => Err(failed("sync the folder", path)(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_closed_folder_is_opened_and_what_a_symlink_leads_to_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let above = fs::File::open(dir.path()).unwrap();
        let at = |name: &str| dir.path().join(name);
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        fs::create_dir(at("closed")).unwrap();
        fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o000)).unwrap();
        symlink("closed", at("link")).unwrap();
        assert!(permit(&above, "link", Mode::RWXU).is_err());
        assert_eq!(mode("closed"), 0);
        permit(&above, "closed", Mode::RWXU).unwrap();
        assert_eq!(mode("closed"), 0o700);
    }
}
