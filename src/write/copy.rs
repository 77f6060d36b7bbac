use super::error::WriteError;
use super::interrupted::unfinished_below;
use super::run::Run;
use super::staging::{Growing, Place};
use crate::checkout::{InventoryError, Item, ItemKind, Root, inventory, root_mode};
use crate::report::FileChange;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A patched copy of a tree that is to be made: nothing is in its way, and nothing is made yet.
///
/// The copy has every file, folder and symlink below the root, with their permissions and the files with their times,
/// but for git's own files, so that submodules are plain folders in it. It grows beside the place where it is to be,
/// and goes there whole.
#[derive(Debug)]
pub struct Copying {
    /// Nobody else patches the tree until the copy is made.
    run: Run,
    items: Vec<Item>,
    place: Place,
}

/// What a copy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many files it has, symlinks included.
    pub files: usize,
}

impl Copying {
    /// Looks at the tree and at the place for the copy: it must not be there yet or be an empty folder, and must not lie
    /// in the tree itself.
    pub fn look(root: &Path, target: &Path) -> Result<Copying, WriteError> {
        let root = Root::open(root)?;
        let place = place(&root, target)?;
        place.can_be_replaced()?;
        let run = Run::begin(root)?;
        let items = inventory(&run.root)?;
        items.iter().try_for_each(|item| dangles_there_too(item, &place))?;
        let folders = items.iter().filter(|i| matches!(i.kind, ItemKind::Folder(_))).map(|i| i.path.as_path());
        if let Some(below) = unfinished_below(&run.root, folders)? {
            return Err(WriteError::Unfinished(below));
        }
        Ok(Copying { run, items, place })
    }

    /// Makes the copy, with the changes in it.
    pub fn write(self, changes: &[FileChange]) -> Result<Copied, WriteError> {
        changes.iter().try_for_each(|change| self.is_as_planned(change))?;
        let Copying { run, items, place } = self;
        let draft = place.begin()?;
        let files = fill(&run.root, &items, changes, &draft)?;
        draft.finish(Some(root_mode(&run.root)?))?;
        Ok(Copied { files })
    }

    fn is_as_planned(&self, change: &FileChange) -> Result<(), WriteError> {
        match (&change.before, self.run.root.read(&change.path, u64::MAX)) {
            (Some(before), Ok(bytes)) if *before == bytes => Ok(()),
            (None, Err(e)) if e.is_missing() => Ok(()),
            (_, Err(e)) if !e.is_missing() => Err(e.into()),
            _ => Err(WriteError::Changed(change.path.clone())),
        }
    }
}

/// A symlink that leads out of the tree and to nothing is copied if it leads to nothing from the copy, too.
fn dangles_there_too(item: &Item, place: &Place) -> Result<(), WriteError> {
    let ItemKind::Dangling { target, outside } = &item.kind else { return Ok(()) };
    if place.is_nothing_beside(outside) {
        return Ok(());
    }
    Err(InventoryError::Link { path: item.path.clone(), target: target.clone() }.into())
}

/// Everything of the tree, with the changes in it; gives how many files there are.
fn fill(root: &Root, items: &[Item], changes: &[FileChange], draft: &Growing) -> Result<usize, WriteError> {
    let mut changes: BTreeMap<&Path, &FileChange> = changes.iter().map(|c| (c.path.as_path(), c)).collect();
    let mut files = 0;
    for Item { path, kind } in items {
        match kind {
            // Its own permissions come last: it may be one that nobody can write to.
            ItemKind::Folder(_) => draft.folder(path)?,
            ItemKind::Link(target) | ItemKind::Dangling { target, .. } => draft.link(path, target)?,
            ItemKind::File => file(root, path, draft, changes.remove(path.as_path()))?,
        }
        files += usize::from(!matches!(kind, ItemKind::Folder(_)));
    }
    for (path, change) in changes {
        draft.put(path, &change.after)?;
        files += 1;
    }
    for Item { path, kind } in items.iter().rev() {
        if let ItemKind::Folder(mode) = kind {
            draft.permit(path, *mode)?;
        }
    }
    Ok(files)
}

/// One file: its bytes, or those that it is to have. What is not changed keeps its time, so that nothing is built
/// anew for it.
fn file(root: &Root, path: &Path, draft: &Growing, change: Option<&FileChange>) -> Result<(), WriteError> {
    let mut from = root.file(path)?;
    let meta = from.metadata().map_err(failed("look at", path))?;
    let (mut copy, to) = (draft.file(path)?, &draft.shown(path));
    match change {
        Some(change) => copy.write_all(&change.after).map_err(failed("write", to))?,
        None => {
            io::copy(&mut from, &mut copy).map_err(failed("copy", path))?;
            let time = meta.modified().map_err(failed("look at", path))?;
            copy.set_modified(time).map_err(failed("set the time of", to))?;
        }
    }
    let mode = Permissions::from_mode(meta.permissions().mode() & 0o777);
    copy.set_permissions(mode).map_err(failed("set the mode of", to))
}

/// Where the copy goes, as a path that no symlink and no `..` is in.
fn place(root: &Root, target: &Path) -> Result<Place, WriteError> {
    let refuse = |why: &str| Err(WriteError::BadCopy { path: target.to_owned(), why: why.to_owned() });
    let real = match target.canonicalize() {
        Ok(real) => match fs::read_dir(&real).map(|mut entries| entries.next().is_none()) {
            Ok(true) => real,
            Ok(false) => return Err(Place::at(&real, target)?.is_full()),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => return refuse("is no folder, and cannot become one"),
            Err(other) => return Err(failed("list", target)(other)),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            if target.symlink_metadata().is_ok() {
                return refuse("is a symlink to nothing");
            }
            let Some(name) = target.file_name() else { return Err(WriteError::nameless(target)) };
            let above = match target.parent() {
                Some(above) if !above.as_os_str().is_empty() => above,
                _ => Path::new("."),
            };
            match above.canonicalize() {
                Ok(above) => above.join(name),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return refuse(&format!("there is no folder {} to put the copy in", above.display()));
                }
                Err(other) => return Err(failed("look at", above)(other)),
            }
        }
        Err(other) => return Err(failed("look at", target)(other)),
    };
    let tree = root.path().canonicalize().map_err(failed("look at", root.path()))?;
    if real.starts_with(&tree) {
        return refuse(&format!("lies in {}, which is to be copied; name a folder elsewhere", root.path().display()));
    }
    Place::at(&real, &real)
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::System { what, path, source }
}
