use std::ffi::OsStr;
use std::path::Path;

/// Whether two paths part at names that differ in nothing but upper and lower case: where a file system does not
/// care for case they lead to one place.
pub fn clash(one: &Path, other: &Path) -> bool {
    let fold = |name: &OsStr| name.to_string_lossy().to_lowercase();
    one.iter().zip(other).find(|(a, b)| a != b).is_some_and(|(a, b)| fold(a) == fold(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_clash_where_they_part() {
        let clash = |a: &str, b: &str| super::clash(Path::new(a), Path::new(b));
        assert!(clash("a/B.c", "a/b.c") && clash("Lib/x.c", "lib/y.c") && clash("ÄÖ", "äö"));
        assert!(!clash("a/b.c", "a/b.c") && !clash("a", "a/b") && !clash("x/B.c", "y/b.c"));
    }
}
