use super::open::Git;
use crate::write::permit::permit;
use crate::write::{WriteError, failed};
use git2::{Oid, Repository};
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// Whom a repository is shared with: what git makes of `core.sharedRepository`, and then of the modes of its own files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sharing {
    /// The umask alone decides.
    #[default]
    Umask,
    /// These may do so, whatever the umask says.
    AtLeast(u32),
    /// These may do so, and no others.
    Exactly(u32),
}

const GROUP: Sharing = Sharing::AtLeast(0o660);
const EVERYBODY: Sharing = Sharing::AtLeast(0o664);
/// New files in such a folder belong to its group.
const SET_GROUP: u32 = 0o2000;

impl Sharing {
    /// Reads the setting; fails with a value that git does not take.
    pub fn of(git: &Repository) -> Result<Sharing, String> {
        let config = git.config().and_then(|mut config| config.snapshot());
        let Ok(config) = config else { return Ok(Sharing::Umask) };
        let Ok(entry) = config.get_entry("core.sharedrepository") else { return Ok(Sharing::Umask) };
        // The name alone says yes.
        let value = if entry.has_value() { entry.value().unwrap_or("?") } else { "true" };
        Sharing::read(value).ok_or_else(|| value.to_owned())
    }

    fn read(value: &str) -> Option<Sharing> {
        match value {
            "" | "umask" => return Some(Sharing::Umask),
            "group" => return Some(GROUP),
            "all" | "world" | "everybody" => return Some(EVERYBODY),
            _ => {}
        }
        match (u32::from_str_radix(value, 8), value.to_ascii_lowercase().as_str()) {
            (Ok(0), _) | (_, "false" | "no" | "off") => Some(Sharing::Umask),
            (Ok(1), _) | (_, "true" | "yes" | "on") => Some(GROUP),
            (Ok(2), _) => Some(EVERYBODY),
            // Who owns a file may read and change it; others never change it.
            (Ok(mode), _) => (mode & 0o600 == 0o600).then_some(Sharing::Exactly(mode & 0o666)),
            _ => None,
        }
    }

    /// The mode of a file that was made with this one.
    pub fn file(self, mode: u32) -> u32 {
        let (granted, kept) = match self {
            Sharing::Umask => return mode,
            Sharing::AtLeast(granted) => (granted, mode),
            Sharing::Exactly(granted) => (granted, mode & !0o777),
        };
        let mut granted = if mode & 0o200 == 0 { granted & !0o222 } else { granted };
        if mode & 0o100 != 0 {
            granted |= (granted & 0o444) >> 2;
        }
        kept | granted
    }

    /// The mode of a folder that was made with this one.
    pub fn folder(self, mode: u32) -> u32 {
        if self == Sharing::Umask {
            return mode;
        }
        let mode = self.file(mode);
        let mode = mode | (mode & 0o444) >> 2;
        if mode & 0o060 != 0 { mode | SET_GROUP } else { mode }
    }

    /// Gives a file that was just made to those that it is shared with.
    pub fn share(self, file: impl AsFd) -> Result<(), Errno> {
        let mode = rustix::fs::fstat(&file)?.st_mode & 0o7777;
        let shared = self.file(mode);
        if shared == mode { Ok(()) } else { rustix::fs::fchmod(file, Mode::from_raw_mode(shared)) }
    }

    /// The same for a folder.
    pub fn share_folder(self, above: impl AsFd, name: &OsStr) -> Result<(), Errno> {
        if self == Sharing::Umask {
            return Ok(());
        }
        let mode = rustix::fs::statat(&above, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode & 0o7777;
        let shared = self.folder(mode);
        if shared == mode { Ok(()) } else { permit(above, name, Mode::from_raw_mode(shared)) }
    }
}

/// Git's library makes objects as the umask has it. Here they are given to those whom the repository is shared with, at
/// once: in a folder of one user alone no other could add an object.
pub(super) struct Objects {
    sharing: Sharing,
    /// The folders that were there before.
    folders: BTreeSet<OsString>,
}

const OBJECTS: &str = "objects";

impl Objects {
    /// Looks what is there before anything is written.
    pub fn before(git: &Git) -> Result<Objects, WriteError> {
        let sharing = git.sharing();
        let mut folders = BTreeSet::new();
        if sharing != Sharing::Umask {
            let entries = git.common().0.entries(Path::new(OBJECTS))?;
            folders.extend(entries.into_iter().map(|(name, _)| name));
        }
        Ok(Objects { sharing, folders })
    }

    /// Shares an object that was written, if it has a file of its own.
    pub fn share(&self, git: &Git, id: Oid) -> Result<(), WriteError> {
        if self.sharing == Sharing::Umask {
            return Ok(());
        }
        let (store, shown) = git.common();
        let id = id.to_string();
        let (folder, file) = id.split_at(2);
        let path = PathBuf::from(OBJECTS).join(folder).join(file);
        let shown = shown.join(&path);
        if !self.folders.contains(OsStr::new(folder)) {
            match store.parent(path.parent().unwrap_or(&path)) {
                Ok((above, name)) => {
                    self.sharing.share_folder(above, name).or_else(none).map_err(failed("share", &shown))?
                }
                Err(error) => return Err(error.into()),
            }
        }
        let (above, name) = match store.parent(&path) {
            Ok(found) => found,
            Err(error) if error.is_missing() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(above, name, flags, Mode::empty());
        file.and_then(|file| self.sharing.share(file)).or_else(none).map_err(failed("share", &shown))
    }
}

/// An object that lies in a pack has no file, and one that was there already may be somebody else's.
fn none(error: Errno) -> Result<(), Errno> {
    match error {
        Errno::NOENT | Errno::PERM | Errno::ACCESS => Ok(()),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_read_as_git_reads_it() {
        for (value, sharing) in [
            ("umask", Sharing::Umask),
            ("0", Sharing::Umask),
            ("no", Sharing::Umask),
            ("group", GROUP),
            ("1", GROUP),
            ("True", GROUP),
            ("all", EVERYBODY),
            ("world", EVERYBODY),
            ("2", EVERYBODY),
            ("0640", Sharing::Exactly(0o640)),
            ("0777", Sharing::Exactly(0o666)),
        ] {
            assert_eq!(Sharing::read(value), Some(sharing), "{value}");
        }
        assert_eq!((Sharing::read("0440"), Sharing::read("some")), (None, None));
    }

    #[test]
    fn modes_are_what_git_makes_of_them() {
        for (sharing, file, folder) in [
            (Sharing::Umask, [0o400, 0o600], 0o700),
            (GROUP, [0o440, 0o660], 0o2770),
            (EVERYBODY, [0o444, 0o664], 0o2775),
            (Sharing::Exactly(0o600), [0o400, 0o600], 0o700),
            (Sharing::Exactly(0o640), [0o440, 0o640], 0o2750),
        ] {
            assert_eq!([sharing.file(0o400), sharing.file(0o600)], file, "{sharing:?}");
            assert_eq!(sharing.folder(0o700), folder, "{sharing:?}");
        }
        assert_eq!(Sharing::Exactly(0o600).file(0o444), 0o400);
    }
}
