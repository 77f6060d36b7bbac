use super::error::{WriteError, failed};
use crate::checkout::Root;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// The right to write below a root; given back when dropped.
///
/// It is the system's advisory lock on the root folder itself: no file that could show in `git status` or stay
/// behind. Where the file system has no such locks (some network ones), the folder of the journal, which only one
/// run can create, stands in for it.
#[derive(Debug)]
pub struct Lock {
    handle: Option<OwnedFd>,
}

impl Lock {
    /// Takes the lock, or says at once that somebody else has it.
    pub fn take(root: &Root) -> Result<Lock, WriteError> {
        let handle = root.handle().try_clone().map_err(|source| WriteError::System {
            what: "lock the folder",
            path: root.path().to_owned(),
            source,
        })?;
        match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Lock { handle: Some(handle) }),
            Err(Errno::WOULDBLOCK) => Err(WriteError::Locked(root.path().to_owned())),
            Err(Errno::BADF | Errno::NOLCK | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(Lock { handle: None }),
            Err(other) => Err(failed("lock the folder", root.path())(other)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The root's own handle shares the lock and may live on.
        if let Some(handle) = &self.handle {
            let _ = flock(handle, FlockOperation::Unlock);
        }
    }
}
