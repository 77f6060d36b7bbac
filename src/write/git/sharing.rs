use crate::write::fs::permit;
use git2::Repository;
use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::os::fd::AsFd;

/// Whom a repository is shared with: what git makes of `core.sharedRepository`, and then of the modes of its own files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sharing {
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
