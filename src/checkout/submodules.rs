use super::{Folder, GateError, Root, check};
use rustix::fs::FileType;
use std::path::{Path, PathBuf};

const NAMES: &str = ".gitmodules";
/// A larger file names no submodules.
const LIMIT: u64 = 4 << 20;
/// More submodules than these are not looked for.
const MOST: usize = 100_000;

/// The submodules at or below the root whose files are not there: git has made an empty folder for each. They are reported
/// by `.gitmodules`, which releases without git's own files have, too. Sorted.
pub fn empty_submodules(root: &Root) -> Vec<PathBuf> {
    let mut empty = Vec::new();
    let mut next: Vec<PathBuf> = above(root).unwrap_or_else(|| listed(root.with_repositories(), Path::new("")));
    let mut seen = 0;
    while let Some(folder) = next.pop() {
        seen += 1;
        if seen > MOST {
            break;
        }
        match is_empty(root, &folder) {
            Ok(true) => empty.push(folder),
            // Those of a submodule are named in it.
            Ok(false) => next.extend(listed(root.with_repositories(), &folder)),
            Err(_) => {}
        }
    }
    empty.sort_unstable();
    empty.dedup();
    empty
}

/// Those that the repository around the root names; `None` where the root is the top of one, or lies in none.
fn above(root: &Root) -> Option<Vec<PathBuf>> {
    let place = super::place_in_repository(root).filter(|place| !place.as_os_str().is_empty())?;
    let real = root.real().ok()?;
    let top = Folder::open(real.ancestors().nth(place.components().count())?).ok()?;
    let below = listed(&top, Path::new("")).into_iter();
    Some(below.filter_map(|path| path.strip_prefix(&place).ok().map(Path::to_owned)).collect())
}

fn is_empty(root: &Root, folder: &Path) -> Result<bool, GateError> {
    check(folder)?;
    let all = root.with_repositories();
    Ok(all.kind(folder)? == Some(FileType::Directory) && all.entries(folder)?.is_empty())
}

/// The submodules that a folder's `.gitmodules` names.
fn listed(top: &Folder, folder: &Path) -> Vec<PathBuf> {
    let text = top.read(&folder.join(NAMES), LIMIT).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let values = text.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        // A section may be on the same line.
        let key = key.rsplit(']').next()?.trim();
        key.eq_ignore_ascii_case("path").then(|| value_of(value))
    });
    values.map(|path| folder.join(path.trim_end_matches('/'))).filter(|path| check(path).is_ok()).collect()
}

/// A value of git's settings: without quotes, escapes, comments and the blanks around it.
fn value_of(text: &str) -> String {
    let (mut value, mut is_quoted) = (String::new(), false);
    let mut kept = 0;
    let mut chars = text.trim_start().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' => value.push(match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('b') => '\u{8}',
                other => other.unwrap_or('\\'),
            }),
            '#' | ';' if !is_quoted => break,
            c => value.push(c),
        }
        if is_quoted || !c.is_whitespace() {
            kept = value.len();
        }
    }
    value.truncate(kept);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn empty_folders_of_submodules_are_found_at_any_depth() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["lib", "here/deep", "two words", "empty", "outside"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        fs::write(at("here/a.c"), "").unwrap();
        let names = "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib\n[submodule \"w\"] path = \"two words\" # x\n\
                     [submodule \"h\"]\n\tPath=here\n[submodule \"gone\"]\n\tpath = gone\n[submodule \"o\"]\n\tpath = ../x\n";
        fs::write(at(".gitmodules"), names).unwrap();
        fs::write(at("here/.gitmodules"), "[submodule \"deep\"]\n\tpath = deep/ ; x\n").unwrap();
        let empty = |path: &str| empty_submodules(&Root::open(&at(path)).unwrap());
        let all = ["here/deep", "lib", "two words"].map(PathBuf::from);
        assert_eq!(empty(""), all);
        assert_eq!(empty("here"), [PathBuf::from("deep")]);
        // A folder of a repository, whose submodules are named in its top.
        fs::create_dir(at(".git")).unwrap();
        fs::write(at(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(at("here/.gitmodules"), "").unwrap();
        fs::write(at(".gitmodules"), "[submodule \"deep\"]\n\tpath = here/deep\n").unwrap();
        assert_eq!(empty("here"), [PathBuf::from("deep")]);
    }
}
