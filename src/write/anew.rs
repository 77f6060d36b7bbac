use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsFd;

/// Makes a file in an open folder, to be written; `EXIST` where something is, be it a symlink.
pub(super) fn anew(folder: impl AsFd, name: impl AsRef<OsStr>) -> Result<File, Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(folder, name.as_ref(), flags, Mode::from_raw_mode(0o666)).map(File::from)
}
