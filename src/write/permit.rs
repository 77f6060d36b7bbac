use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd};

/// Sets the mode of a folder in an open one. It may be one that nobody can open; no symlink is followed.
pub(super) fn permit(above: impl AsFd, name: impl AsRef<OsStr>, mode: Mode) -> Result<(), Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = rustix::fs::openat(above, name.as_ref(), flags, Mode::empty())?;
    rustix::fs::chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), mode)
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
