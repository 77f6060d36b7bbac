//! Which way an interrupted run is settled, and how far a file has come.

use super::error::WriteError;
use std::path::Path;

/// Which way an interrupted run is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Every file becomes what it was to become.
    Finish,
    /// Every file becomes what it was.
    Undo,
}

/// Which side of its change a file is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// It is what it was.
    Before,
    /// It is what it was to become.
    After,
    /// Somebody saved another before the run came to it.
    Edited,
}

impl Stands {
    /// Whether nothing is left to do. What the run had not come to need not be undone, and can no longer be finished.
    pub(crate) fn is_settled(self, way: Direction, path: &Path) -> Result<bool, WriteError> {
        match (self, way) {
            (Stands::After, Direction::Finish) | (Stands::Before | Stands::Edited, Direction::Undo) => Ok(true),
            (Stands::Before, Direction::Finish) | (Stands::After, Direction::Undo) => Ok(false),
            (Stands::Edited, Direction::Finish) => Err(WriteError::Foreign { path: path.to_owned() }),
        }
    }
}
