use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd};

/// Makes a folder that its owner can list, enter and write to, whatever the umask says.
pub(super) fn mkdir(above: impl AsFd, name: impl AsRef<OsStr>, mode: Mode) -> Result<(), Errno> {
    let name = name.as_ref();
    rustix::fs::mkdirat(&above, name, mode)?;
    let made = Mode::from_raw_mode(rustix::fs::statat(&above, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode & 0o7777);
    if made.contains(Mode::RWXU) {
        return Ok(());
    }
    // A folder that may not be read can be named by a handle all the same, so that no symlink is followed.
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = rustix::fs::openat(&above, name, flags, Mode::empty())?;
    rustix::fs::chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), made | Mode::RWXU)
}
