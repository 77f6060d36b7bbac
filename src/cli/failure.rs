use super::Exit;
use std::io;
use treepatch::checkout::OpenError;
use treepatch::write::WriteError;

/// Why a command came to no verdict.
#[derive(Debug)]
pub enum Failure {
    /// The user asked for something that does not exist.
    Usage(String),
    /// The patchset does not load: messages that are ready to print.
    Patchset(Vec<String>),
    /// The world is not as it should be.
    World(String),
    /// Nobody reads our output any more.
    Pipe,
}

impl Failure {
    /// The exit code it leads to.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Usage(_) | Failure::Patchset(_) => Exit::Usage,
            Failure::World(_) => Exit::World,
            Failure::Pipe => Exit::Done,
        }
    }

    /// A failed write to standard output.
    pub fn of_output(error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Pipe,
            _ => Failure::World(format!("cannot write to standard output: {error}")),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        match error {
            OpenError::Missing(_) | OpenError::NotAFolder(_) => Failure::Usage(error.to_string()),
            OpenError::System(..) => Failure::World(error.to_string()),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        match error {
            WriteError::Root(error) => error.into(),
            WriteError::OutputIsFolder(_)
            | WriteError::OutputIsFull(_)
            | WriteError::BadCopy { .. }
            | WriteError::NothingToRecover(_) => Failure::Usage(error.to_string()),
            other => Failure::World(other.to_string()),
        }
    }
}

/// Says that nothing was written where that is so: it is what a person wants to know first.
pub fn refused(error: WriteError) -> Failure {
    match error.nothing_changed() {
        true => nothing_written(error.into()),
        false => error.into(),
    }
}

pub fn nothing_written(failure: Failure) -> Failure {
    match failure {
        Failure::World(message) => Failure::World(format!("nothing was written: {message}")),
        failure => failure,
    }
}
