use super::error::{WriteError, failed};
use crate::checkout::Root;
use rustix::fs::{AtFlags, Gid, Mode, Uid, XattrFlags};
use rustix::io::Errno;
use std::ffi::CStr;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

/// What else than bytes belongs to a file: whatever its users have noted on it, and what others may do with it. Not
/// what vouches for its bytes (`security.ima`) or lets a program do more (`security.capability`): these are others now.
fn is_kept(name: &CStr) -> bool {
    let name = name.to_bytes();
    name.starts_with(b"user.") || name == ACCESS.to_bytes() || name == b"security.selinux"
}

const ACCESS: &CStr = c"system.posix_acl_access";

/// The kernel lets neither the names nor a value be longer.
const MOST: usize = 1 << 16;

/// Gives a new file the owner, the mode and the attributes of the old one at `path`, as far as that is permitted.
pub(crate) fn dress(file: &File, root: &Root, path: &Path) -> Result<(), WriteError> {
    let system = |what| failed(what, path);
    let (folder, name) = root.parent(path)?;
    let stat = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(system("look at the file"))?;
    let mine = rustix::fs::fstat(file).map_err(system("look at the new file"))?;
    if (stat.st_uid, stat.st_gid) != (mine.st_uid, mine.st_gid) {
        let (owner, group) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
        // Only root may give files away; for others the new file is their own, as with any editor.
        let _ = rustix::fs::fchown(file, Some(owner), Some(group));
    }
    let old = OwnedFd::from(root.file(path)?);
    attributes(&old, file).map_err(system("copy the extended attributes"))?;
    // Last: a change of owner drops the set-user-id bits, and to a file that is read-only nobody may add attributes.
    rustix::fs::fchmod(file, Mode::from_raw_mode(stat.st_mode & 0o7777)).map_err(system("set the mode"))
}

/// Copies the attributes, and removes an access list that the new file has from its folder and the old one has not.
fn attributes(old: &OwnedFd, new: &File) -> Result<(), Errno> {
    let mut names = vec![0; MOST];
    let length = match rustix::fs::flistxattr(old, &mut names[..]) {
        Err(Errno::OPNOTSUPP) => return Ok(()),
        length => length?,
    };
    let names: Vec<&CStr> = names[..length].split_inclusive(|b| *b == 0).flat_map(CStr::from_bytes_with_nul).collect();
    if !names.contains(&ACCESS) {
        permitted(rustix::fs::fremovexattr(new, ACCESS))?;
    }
    for name in names.into_iter().filter(|name| is_kept(name)) {
        let mut value = vec![0; MOST];
        let length = match rustix::fs::fgetxattr(old, name, &mut value[..]) {
            Err(Errno::NODATA) => continue,
            length => length?,
        };
        permitted(rustix::fs::fsetxattr(new, name, &value[..length], XattrFlags::empty()))?;
    }
    Ok(())
}

/// What is not permitted, or not known to the file system, is left out.
fn permitted(answer: Result<(), Errno>) -> Result<(), Errno> {
    match answer {
        Err(Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NODATA) => Ok(()),
        answer => answer,
    }
}
