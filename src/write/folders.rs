//! The folders of files that come and go.

use super::error::{WriteError, failed};
use super::fs::{mkdir, sync};
use crate::checkout::Root;
use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Makes the folders above a new file, as far as they are not there.
pub(crate) fn make_folders(root: &Root, path: &Path, made: &mut Vec<PathBuf>) -> Result<(), WriteError> {
    let mut above: Vec<_> = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
    above.reverse();
    for folder in above {
        let (parent, name) = root.parent(folder)?;
        match mkdir(&parent, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => made.push(folder.to_owned()),
            Err(Errno::EXIST) => {}
            Err(other) if root.parent(path).is_err() => return Err(failed("make the folder", folder)(other)),
            // A folder that is there need not be one that may be written to.
            Err(_) => {}
        }
    }
    Ok(())
}

/// Removes folders that were made for new files, as far as they are empty.
pub(crate) fn remove_folders(root: &Root, folders: &[PathBuf]) -> Result<(), WriteError> {
    for folder in folders.iter().rev() {
        let (parent, name) = match root.parent(folder) {
            Ok(found) => found,
            Err(e) if e.is_missing() => continue,
            Err(other) => return Err(other.into()),
        };
        match rustix::fs::unlinkat(&parent, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => {}
            Err(other) => return Err(failed("remove the folder", folder)(other)),
        }
    }
    Ok(())
}

/// Makes sure that the folders of these files are on the disk as they are now.
pub(crate) fn sync_folders<'a>(root: &Root, paths: impl Iterator<Item = &'a Path>) -> Result<(), WriteError> {
    let folders: BTreeSet<_> = paths.filter_map(Path::parent).flat_map(Path::ancestors).collect();
    for folder in folders {
        let (handle, _) = root.parent(&folder.join("x"))?;
        sync(&handle, folder)?;
    }
    Ok(())
}
