//! The files of a tree by their names.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many look-ups walk the paths; more of them pay for an index.
const WALKS: usize = 32;

/// Finds files by name.
#[derive(Default)]
pub(crate) struct FileNames {
    asked: AtomicUsize,
    index: OnceLock<HashMap<OsString, Vec<usize>>>,
}

impl FileNames {
    /// Those of some paths, which are always the same, that have this name.
    pub fn find<'p>(&self, paths: &'p [PathBuf], name: &OsStr) -> Vec<&'p PathBuf> {
        if self.asked.fetch_add(1, Ordering::Relaxed) < WALKS {
            let wanted = name.as_encoded_bytes();
            let ends = |p: &&PathBuf| p.as_os_str().as_encoded_bytes().ends_with(wanted);
            return paths.iter().filter(ends).filter(|p| p.file_name() == Some(name)).collect();
        }
        let index = self.index.get_or_init(|| {
            let mut index: HashMap<OsString, Vec<usize>> = HashMap::new();
            for (n, name) in paths.iter().enumerate().filter_map(|(n, p)| Some((n, p.file_name()?))) {
                index.entry(name.to_owned()).or_default().push(n);
            }
            index
        });
        index.get(name).into_iter().flatten().map(|&n| &paths[n]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_what_a_walk_finds() {
        let paths: Vec<PathBuf> = ["a/b.c", "a/xb.c", "b.c", "b.c/d"].map(PathBuf::from).to_vec();
        let names = FileNames::default();
        for _ in 0..2 * WALKS {
            assert_eq!(names.find(&paths, OsStr::new("b.c")), [&paths[0], &paths[2]]);
        }
    }
}
