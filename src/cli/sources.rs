//! Piles of patches, read from where the user says they are.

use super::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use treepatch::checkout::Disk;
use treepatch::import::{Original, compare, mailbox, series};

/// A larger file is no patch.
const LIMIT: u64 = 256 << 20;

/// What was read, and what there is to say of it.
#[derive(Debug, Default)]
pub struct Pile {
    pub originals: Vec<Original>,
    pub notes: Vec<String>,
}

impl Pile {
    /// Reads all sources, in order.
    pub fn read(sources: &[PathBuf], tree: &Path, strip: usize) -> Result<Pile, Failure> {
        let mut pile = Pile::default();
        let is_series = |path: &PathBuf| path.join("series").is_file();
        if let [old, new] = sources
            && [old, new].into_iter().all(|path| path.is_dir() && !is_series(path))
        {
            let name = new.file_name().map_or("changes".to_owned(), |name| name.to_string_lossy().into_owned());
            let (before, after) = (Disk::open(old)?, Disk::open(new)?);
            pile.originals.push(compare(&name, &before, &after).map_err(Failure::World)?);
            return Ok(pile);
        }
        for source in sources {
            pile.source(source, tree, strip)?;
        }
        Ok(pile)
    }

    fn source(&mut self, source: &Path, tree: &Path, strip: usize) -> Result<(), Failure> {
        let shown = source.display();
        if let Some(range) = source.to_str().filter(|text| is_range(text) && !source.exists()) {
            return self.commits(tree, range);
        }
        if source.is_dir() {
            let file = source.join("series");
            if !file.is_file() {
                return Err(Failure::Usage(format!(
                    "{shown}: the folder has no `series` file; name the patch files, or two folders to compare"
                )));
            }
            return self.series(source, &file);
        }
        if source.file_name().is_some_and(|name| name == "series") {
            return self.series(source.parent().unwrap_or(Path::new("")), source);
        }
        let bytes = bytes(source)?;
        if mailbox::is_mailbox(&bytes) {
            return self.mailbox(source, &bytes, strip);
        }
        let name = source.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let original = Original::read(&name, &bytes, strip).map_err(|(line, why)| wrong(source, line, &why))?;
        if original.diffs.is_empty() {
            return Err(Failure::Usage(format!("{shown}: no diff stands in it")));
        }
        self.originals.push(original);
        Ok(())
    }

    /// A folder of quilt's.
    fn series(&mut self, folder: &Path, file: &Path) -> Result<(), Failure> {
        let text = String::from_utf8_lossy(&bytes(file)?).into_owned();
        let is_there = |name: &str| folder.join(name).is_file();
        let entries = series::read(&text, &is_there).map_err(|(line, why)| wrong(file, line, &why))?;
        if entries.is_empty() {
            return Err(Failure::Usage(format!("{}: names no patch", file.display())));
        }
        for entry in entries {
            let path = folder.join(&entry.file);
            let bytes = bytes(&path)?;
            let original = Original::read(&entry.file, &bytes, entry.strip);
            let original = original.map_err(|(line, why)| wrong(&path, line, &why))?;
            let original = if entry.reversed { original.reversed() } else { original };
            self.originals.push(Original { disabled: entry.disabled, ..original });
        }
        Ok(())
    }

    fn mailbox(&mut self, source: &Path, bytes: &[u8], strip: usize) -> Result<(), Failure> {
        let (mails, without) = mailbox::read(bytes).map_err(|(mail, line, why)| {
            Failure::Usage(format!("{}: mail {mail}, line {line}: {why}", source.display()))
        })?;
        if mails.is_empty() {
            return Err(Failure::Usage(format!("{}: no mail in it holds a diff", source.display())));
        }
        let is_one = mails.len() == 1 && without.is_empty();
        for mail in mails {
            let name = source.file_name().filter(|_| is_one).map(|name| name.to_string_lossy().into_owned());
            let name = name.unwrap_or_else(|| mail.name.clone());
            self.originals.push(Original { name, strip, ..mail });
        }
        let left_out = without.into_iter().map(|title| format!("{}: `{title}` holds no diff", source.display()));
        self.notes.extend(left_out);
        Ok(())
    }

    /// The commits of a range, oldest first.
    fn commits(&mut self, tree: &Path, range: &str) -> Result<(), Failure> {
        let commits = treepatch::commit::commits(tree, range).map_err(Failure::Usage)?;
        if commits.is_empty() {
            return Err(Failure::Usage(format!("{range}: there is no commit in this range")));
        }
        for commit in commits {
            let original = Original::read(&commit.name, &commit.patch, 1);
            let original = original.map_err(|(_, why)| Failure::World(format!("{}: {why}", commit.name)))?;
            self.originals.push(original);
        }
        Ok(())
    }
}

/// `REV..REV`.
fn is_range(text: &str) -> bool {
    text.split_once("..").is_some_and(|(old, _)| !old.is_empty() && !text.starts_with('.') && !text.contains("../"))
}

fn wrong(file: &Path, line: usize, why: &str) -> Failure {
    Failure::Usage(format!("{}:{line}: {why}", file.display()))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::Usage(format!("{}: cannot be read: {error}", path.display()));
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > LIMIT {
        return Err(Failure::Usage(format!(
            "{}: is larger than {} MiB, too large for a patch",
            path.display(),
            LIMIT >> 20
        )));
    }
    fs::read(path).map_err(failed)
}
