use super::permit::permit;
use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::AsFd;

/// Makes a folder that its owner can list, enter and write to, whatever the umask says.
pub(super) fn mkdir(above: impl AsFd, name: impl AsRef<OsStr>, mode: Mode) -> Result<(), Errno> {
    let name = name.as_ref();
    rustix::fs::mkdirat(&above, name, mode)?;
    let made = Mode::from_raw_mode(rustix::fs::statat(&above, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode & 0o7777);
    if made.contains(Mode::RWXU) { Ok(()) } else { permit(above, name, made | Mode::RWXU) }
}
