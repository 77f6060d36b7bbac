use super::args::OutputArgs;
use super::console;
use super::failure::{Failure, refused};
use std::path::Path;
use treepatch::write::{Output, WriteError};

/// Where a report goes: known before anything is written, and written when it is known what came of the run.
pub struct Report {
    /// `None` for standard output.
    file: Option<Output>,
}

impl Report {
    /// Looks whether the file that was asked for can be written.
    pub fn look(args: &OutputArgs, root: &Path) -> Result<Report, Failure> {
        let file = args.output.as_deref().map(|file| Output::look(Some(root), file)).transpose();
        Ok(Report { file: file.map_err(refused)? })
    }

    /// Refuses a file that the run itself changes.
    pub fn is_apart<'p>(&self, mut changed: impl Iterator<Item = &'p Path>) -> Result<(), Failure> {
        let is_it = |path: &&Path| self.file.as_ref().is_some_and(|file| file.is(path));
        match changed.find(is_it) {
            Some(path) => {
                let path = path.display();
                Err(Failure::Usage(format!("{path}: is a file that is patched; name another for the output")))
            }
            None => Ok(()),
        }
    }

    /// Whether it goes to standard output.
    pub fn is_printed(&self) -> bool {
        self.file.is_none()
    }

    /// Writes it, after a run that has `done` something, as "the tree is written". That remains where this fails.
    pub fn write(self, text: &[u8], done: Option<&str>) -> Result<(), Failure> {
        let Some(file) = self.file else { return console::stdout(text) };
        file.write(text).map_err(|error: WriteError| match done {
            Some(done) => Failure::World(format!("{done}, but the report is not: {error}")),
            None => error.into(),
        })
    }
}
