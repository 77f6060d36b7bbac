use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// Makes a file that appears whole: it has no name until `write` is through. Nothing is replaced.
///
/// Not every file system can, and it needs `/proc`; whoever calls this must know another way.
pub(super) fn appear(
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
