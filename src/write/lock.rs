use super::error::WriteError;
use crate::checkout::Root;
use rustix::io::Errno;
use std::fs::{File, TryLockError};

/// The right to write below a root; given back when dropped.
///
/// It is the system's advisory lock on the root folder itself: no file that could show in `git status` or stay
/// behind. Where the file system has no such locks (some network ones), the folder of the journal, which only one
/// run can create, replaces it.
#[derive(Debug)]
pub struct Lock {
    folder: Option<File>,
}

impl Lock {
    /// Takes the lock. Fails at once if somebody else has it.
    pub fn take(root: &Root) -> Result<Lock, WriteError> {
        let system = |source| WriteError::System { what: "lock the folder", path: root.path().to_owned(), source };
        let folder = File::from(root.handle().try_clone().map_err(system)?);
        match folder.try_lock() {
            Ok(()) => Ok(Lock { folder: Some(folder) }),
            Err(TryLockError::WouldBlock) => Err(WriteError::Locked(root.path().to_owned())),
            Err(TryLockError::Error(error)) => match Errno::from_io_error(&error) {
                Some(Errno::BADF | Errno::NOLCK | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(Lock { folder: None }),
                _ => Err(system(error)),
            },
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The root's own handle shares the lock and may live on.
        if let Some(folder) = &self.folder {
            let _ = folder.unlock();
        }
    }
}
