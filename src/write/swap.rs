use super::state::{State, sync};
use super::{WriteError, Written, failed};
use crate::checkout::{GateError, Root};
use crate::plan::FileChange;
use rustix::fs::{AtFlags, Mode, RenameFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Looks whether a change can be made: the gate lets its path through, and the bytes on disk are those of the plan.
pub(super) fn check(root: &Root, change: &FileChange) -> Result<(), WriteError> {
    match (&change.before, root.read(&change.path, u64::MAX)) {
        (Some(before), Ok(bytes)) if *before == bytes => {}
        (None, Err(e)) if e.is_missing() => return Ok(()),
        (Some(_), Err(e)) if !e.is_missing() => return Err(e.into()),
        (None, Err(e @ GateError::Forbidden { .. })) => return Err(e.into()),
        (None, Err(e @ (GateError::Symlink { .. } | GateError::System { .. }))) => return Err(e.into()),
        _ => return Err(WriteError::Changed(change.path.clone())),
    }
    let (folder, _) = root.parent(&change.path)?;
    let disk = |handle: &OwnedFd| rustix::fs::fstat(handle).map(|s| s.st_dev).map_err(failed("look at", &change.path));
    if disk(&folder)? == disk(root.handle())? { Ok(()) } else { Err(WriteError::OtherDisk(change.path.clone())) }
}

/// Puts every prepared file in its place: the one function after which the disk is another.
pub(super) fn all(root: &Root, state: &State, changes: &[FileChange]) -> Result<Written, WriteError> {
    let mut done = Done::default();
    let outcome = changes.iter().enumerate().try_for_each(|(number, change)| {
        make_folders(root, change, &mut done.folders)?;
        one(root, state, number, change, &mut done)
    });
    match outcome.and_then(|()| sync_folders(root, changes.iter().map(|c| c.path.as_path()))) {
        Ok(()) => Ok(Written { files: changes.iter().map(|c| c.path.clone()).collect(), linked: done.linked }),
        Err(cause) => match done.undo(root, state) {
            Ok(()) => Err(cause),
            Err(undo) => {
                Err(WriteError::Torn { cause: Box::new(cause), undo: Box::new(undo), root: root.path().to_owned() })
            }
        },
    }
}

/// Puts one prepared file in its place, on the way out of an interrupted run: what fails stays in the journal.
pub(super) fn single(root: &Root, state: &State, number: usize, change: &FileChange) -> Result<(), WriteError> {
    let mut done = Done::default();
    make_folders(root, change, &mut done.folders)?;
    let outcome = one(root, state, number, change, &mut done);
    if matches!(outcome, Err(WriteError::Changed(_))) {
        done.undo(root, state)?;
    }
    outcome.and_then(|()| sync_folders(root, std::iter::once(change.path.as_path())))
}

/// What has been done so far.
#[derive(Default)]
struct Done<'a> {
    files: Vec<(usize, &'a FileChange, How)>,
    folders: Vec<PathBuf>,
    linked: Vec<PathBuf>,
}

/// How a file came to its place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Swapped with the old one, which lies among the prepared files now.
    Swapped,
    /// Renamed over the old one.
    Replaced,
    /// Renamed to where nothing was.
    Created,
}

fn one<'a>(
    root: &Root,
    state: &State,
    number: usize,
    change: &'a FileChange,
    done: &mut Done<'a>,
) -> Result<(), WriteError> {
    let system = || failed("put the new file in its place", &change.path);
    let changed = || WriteError::Changed(change.path.clone());
    let staged = State::name(number);
    let (folder, name) = root.parent(&change.path)?;
    let Some(before) = &change.before else {
        let unlikely = || rename_to_nothing(state.handle(), &staged, &folder, name);
        match rustix::fs::renameat_with(state.handle(), &*staged, &folder, name, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => unlikely().map_err(|e| match e {
                Errno::EXIST => changed(),
                other => system()(other),
            })?,
            Err(Errno::EXIST) => return Err(changed()),
            Err(other) => return Err(system()(other)),
        }
        done.files.push((number, change, How::Created));
        return Ok(());
    };
    let links =
        |at: &OwnedFd, name: &OsStr| rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW).map_or(1, |s| s.st_nlink);
    match rustix::fs::renameat_with(state.handle(), &*staged, &folder, name, RenameFlags::EXCHANGE) {
        Ok(()) => {
            done.files.push((number, change, How::Swapped));
            // What came out is what was there at that very moment.
            if state.bytes(&staged).as_ref() != Some(before) {
                return Err(changed());
            }
            if links(state.handle(), staged.as_ref()) > 1 {
                done.linked.push(change.path.clone());
            }
            Ok(())
        }
        // Some file systems cannot swap. Between this look and the rename there is a moment that nobody guards.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            check(root, change)?;
            if links(&folder, name) > 1 {
                done.linked.push(change.path.clone());
            }
            rustix::fs::renameat(state.handle(), &*staged, &folder, name).map_err(system())?;
            done.files.push((number, change, How::Replaced));
            Ok(())
        }
        Err(Errno::NOENT) => Err(changed()),
        Err(other) => Err(system()(other)),
    }
}

/// For file systems that know no rename without replacing: a link does not replace either. Where there are no links
/// a look must do.
fn rename_to_nothing(from: &OwnedFd, staged: &str, folder: &OwnedFd, name: &OsStr) -> Result<(), Errno> {
    match rustix::fs::linkat(from, staged, folder, name, AtFlags::empty()) {
        Ok(()) => rustix::fs::unlinkat(from, staged, AtFlags::empty()),
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
            match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => rustix::fs::renameat(from, staged, folder, name),
                Ok(_) => Err(Errno::EXIST),
                Err(other) => Err(other),
            }
        }
        Err(other) => Err(other),
    }
}

/// Makes the folders above a new file.
fn make_folders(root: &Root, change: &FileChange, made: &mut Vec<PathBuf>) -> Result<(), WriteError> {
    let path = &change.path;
    if change.before.is_some() {
        return Ok(());
    }
    let mut above: Vec<_> = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
    above.reverse();
    for folder in above {
        let (parent, name) = root.parent(folder)?;
        match rustix::fs::mkdirat(&parent, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => made.push(folder.to_owned()),
            Err(Errno::EXIST) => {}
            Err(other) if root.parent(path).is_err() => return Err(failed("make the folder", folder)(other)),
            // A folder that is there need not be one that may be written to.
            Err(_) => {}
        }
    }
    Ok(())
}

impl Done<'_> {
    fn undo(&self, root: &Root, state: &State) -> Result<(), WriteError> {
        for &(number, change, how) in self.files.iter().rev() {
            let system = || failed("put the old file back", &change.path);
            let (folder, name) = root.parent(&change.path)?;
            let staged = State::name(number);
            match (how, &change.before) {
                (How::Created, _) => rustix::fs::unlinkat(&folder, name, AtFlags::empty()).map_err(system())?,
                (How::Swapped, _) => {
                    rustix::fs::renameat_with(state.handle(), &*staged, &folder, name, RenameFlags::EXCHANGE)
                        .map_err(system())?;
                }
                (How::Replaced, before) => {
                    let back = FileChange {
                        path: change.path.clone(),
                        before: Some(change.after.clone()),
                        after: before.clone().unwrap_or_default(),
                    };
                    state.stage(root, number, &back)?;
                    rustix::fs::renameat(state.handle(), &*staged, &folder, name).map_err(system())?;
                }
            }
        }
        remove_folders(root, &self.folders);
        sync_folders(root, self.files.iter().filter(|f| f.2 != How::Created).map(|f| f.1.path.as_path()))
    }
}

/// Removes folders that were made for new files, as far as they are empty.
pub(super) fn remove_folders(root: &Root, folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        if let Ok((parent, name)) = root.parent(folder) {
            let _ = rustix::fs::unlinkat(&parent, name, AtFlags::REMOVEDIR);
        }
    }
}

/// Makes sure that the folders of these files are on the disk as they are now.
pub(super) fn sync_folders<'a>(root: &Root, paths: impl Iterator<Item = &'a Path>) -> Result<(), WriteError> {
    let folders: BTreeSet<_> = paths.filter_map(Path::parent).flat_map(Path::ancestors).collect();
    for folder in folders {
        let (handle, _) = root.parent(&folder.join("x"))?;
        sync(&handle, folder)?;
    }
    Ok(())
}
