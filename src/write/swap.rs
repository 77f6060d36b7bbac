use super::error::{WriteError, failed};
use super::folders::{make_folders, remove_folders, sync_folders};
use super::job::Written;
use super::state::State;
use super::{concurrent, fs, git, remove};
use crate::checkout::{GateError, Root, clash};
use crate::report::FileChange;
use rustix::fs::AtFlags;
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Looks whether a change can be made: the gate lets its path through, and the bytes on disk are those of the plan.
pub fn look(root: &Root, change: &FileChange) -> Result<(), WriteError> {
    // Whatever is larger is another file.
    let size = change.before.as_ref().map_or(0, Vec::len) as u64;
    match (&change.before, root.read(&change.path, size)) {
        (Some(before), Ok(bytes)) if *before == bytes => {}
        (None, Err(e)) if e.is_missing() => {
            check_case(root, &change.path)?;
            return check_submodule(root, &change.path);
        }
        (Some(_), Err(e)) if !e.is_missing() && !matches!(e, GateError::TooLarge { .. }) => return Err(e.into()),
        (None, Err(e @ GateError::Forbidden { .. })) => return Err(e.into()),
        (None, Err(e @ (GateError::Symlink { .. } | GateError::NotRegular { .. } | GateError::System { .. }))) => {
            return Err(e.into());
        }
        _ => return Err(WriteError::Changed(change.path.clone())),
    }
    let (folder, _) = root.parent(&change.path)?;
    let disk = |handle: &OwnedFd| rustix::fs::fstat(handle).map(|s| s.st_dev).map_err(failed("look at", &change.path));
    if disk(&folder)? == disk(root.handle())? { Ok(()) } else { Err(WriteError::OtherDisk(change.path.clone())) }
}

/// Looks whether a new file or a folder above it would be beside one that differs in case alone.
fn check_case(root: &Root, path: &Path) -> Result<(), WriteError> {
    for path in path.ancestors().filter(|p| !p.as_os_str().is_empty()) {
        let folder = path.parent().unwrap_or(Path::new(""));
        let names = match root.names(folder) {
            Ok(names) => names,
            Err(e) if e.is_missing() => continue,
            Err(other) => return Err(other.into()),
        };
        if let Some(other) = names.iter().map(|name| folder.join(name)).find(|other| clash(path, other)) {
            return Err(WriteError::Case { path: path.to_owned(), other });
        }
    }
    Ok(())
}

/// Looks whether a new file would lie in the empty folder of a submodule that is not initialised.
fn check_submodule(root: &Root, path: &Path) -> Result<(), WriteError> {
    for folder in path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()) {
        match root.names(folder) {
            Err(e) if e.is_missing() => continue,
            Ok(names) if names.is_empty() && git::is_submodule(root, folder) => {
                let why =
                    "is the folder of a submodule that is not initialised; `git submodule update --init` brings it"
                        .to_owned();
                return Err(GateError::Repository { path: folder.to_owned(), why }.into());
            }
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// Puts every prepared file in its place: the one function after which the disk is another. If `last`, which is to
/// leave everything as it was when it fails, does so, the files go back, too.
pub(crate) fn all(
    root: &Root,
    state: &State,
    changes: &[FileChange],
    last: impl FnOnce() -> Result<(), WriteError>,
) -> Result<Written, WriteError> {
    let mut done = Done::default();
    let outcome = changes.iter().enumerate().try_for_each(|(number, change)| {
        if change.before.is_none() {
            make_folders(root, &change.path, &mut done.folders)?;
        }
        one(root, state, number, change, &mut done)
    });
    let outcome = outcome.and_then(|()| sync_folders(root, changes.iter().map(|c| c.path.as_path())));
    match outcome.and_then(|()| done.look(state)).and_then(|()| last()) {
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
pub(crate) fn single(root: &Root, state: &State, number: usize, change: &FileChange) -> Result<(), WriteError> {
    let mut done = Done::default();
    if change.before.is_none() {
        make_folders(root, &change.path, &mut done.folders)?;
    }
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
    let staged = State::name(number);
    let (folder, name) = root.parent(&change.path)?;
    let place = Place { root, state, staged: &staged, folder: &folder, name, change };
    let linked = change.before.is_some() && has_other_names(&folder, name);
    let how = match &change.before {
        None => place.create(),
        Some(_) => place.replace(),
    }?;
    done.files.push((number, change, how));
    // What came out of a swap is what was there at that very moment.
    if how == How::Swapped && state.bytes(&staged) != change.before {
        return Err(WriteError::Changed(change.path.clone()));
    }
    if linked {
        done.linked.push(change.path.clone());
    }
    Ok(())
}

/// A prepared file and where it goes.
struct Place<'a> {
    root: &'a Root,
    state: &'a State,
    staged: &'a str,
    folder: &'a OwnedFd,
    name: &'a OsStr,
    change: &'a FileChange,
}

impl Place<'_> {
    fn create(&self) -> Result<How, WriteError> {
        match fs::to_nothing(self.state.handle(), self.staged, self.folder, self.name) {
            Ok(()) => Ok(How::Created),
            Err(other) => Err(self.failed(other)),
        }
    }

    fn replace(&self) -> Result<How, WriteError> {
        match fs::exchange(self.state.handle(), self.staged, self.folder, self.name) {
            Ok(()) => Ok(How::Swapped),
            // Some file systems cannot swap. Between this look and the rename there is a moment that nobody guards.
            Err(error) if fs::is_unknown(error) => {
                look(self.root, self.change)?;
                rustix::fs::renameat(self.state.handle(), self.staged, self.folder, self.name)
                    .map_err(|e| self.failed(e))?;
                Ok(How::Replaced)
            }
            Err(other) => Err(self.failed(other)),
        }
    }

    fn failed(&self, error: Errno) -> WriteError {
        match error {
            // Something is there that was not, or nothing where something was.
            Errno::EXIST | Errno::NOENT => WriteError::Changed(self.change.path.clone()),
            other => failed("put the new file in its place", &self.change.path)(other),
        }
    }
}

/// Whether the file has hard links elsewhere.
fn has_other_names(folder: &OwnedFd, name: &OsStr) -> bool {
    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|s| s.st_nlink > 1)
}

impl Done<'_> {
    /// Looks at the old files once more. Whoever had one open may have written into it after it was swapped out.
    fn look(&self, state: &State) -> Result<(), WriteError> {
        let is_as_before = |number: usize, change: &FileChange| state.bytes(&State::name(number)) == change.before;
        let mut swapped = self.files.iter().filter(|(_, _, how)| *how == How::Swapped);
        match swapped.find(|(number, change, _)| !is_as_before(*number, change)) {
            None => Ok(()),
            Some((_, change, _)) => Err(WriteError::Changed(change.path.clone())),
        }
    }

    /// Puts everything back. What somebody else has made of a new file meanwhile stays where it is.
    fn undo(&self, root: &Root, state: &State) -> Result<(), WriteError> {
        for &(number, change, how) in self.files.iter().rev() {
            let path = &change.path;
            let system = || failed("put the old file back", path);
            let staged = State::name(number);
            match (how, &change.before) {
                (How::Created, _) => take_away(root, state, number, change)?,
                (How::Swapped, _) => {
                    let (folder, name) = root.parent(path)?;
                    fs::exchange(state.handle(), &staged, &folder, name).map_err(system())?;
                    if state.bytes(&staged).as_ref() != Some(&change.after) {
                        concurrent::swap_back(root, state, &staged, path, &[change.before.as_deref()])?;
                        return Err(WriteError::Foreign { path: path.clone() });
                    }
                }
                (How::Replaced, before) => {
                    let back = FileChange {
                        path: path.clone(),
                        before: Some(change.after.clone()),
                        after: before.clone().unwrap_or_default(),
                    };
                    look(root, &back).map_err(|_| WriteError::Foreign { path: path.clone() })?;
                    state.stage(root, number, &back)?;
                    let (folder, name) = root.parent(path)?;
                    rustix::fs::renameat(state.handle(), &*staged, &folder, name).map_err(system())?;
                }
            }
        }
        remove_folders(root, &self.folders)?;
        sync_folders(root, self.files.iter().filter(|f| f.2 != How::Created).map(|f| f.1.path.as_path()))
    }
}

/// Takes a new file away again.
pub(crate) fn take_away(root: &Root, state: &State, number: usize, change: &FileChange) -> Result<(), WriteError> {
    match remove::take(root, state, &State::made(number), &change.path, &change.after) {
        Err(WriteError::Changed(path)) => Err(WriteError::Foreign { path }),
        answer => answer,
    }
}
