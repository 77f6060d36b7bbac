use std::process::ExitCode;

/// The exit codes of the program, all of them. Where several would fit, the highest is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// A verdict needs a person, or an example of a patchset does not hold.
    Person = 1,
    /// Wrong arguments, a patchset that does not load, a root that is not there.
    Usage = 2,
    /// The world: a lock, a disk, a permission, an interrupted run.
    World = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
