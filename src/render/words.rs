/// `1 site`, `2 sites`.
pub fn count(n: usize, thing: &str) -> String {
    if n == 1 {
        format!("1 {thing}")
    } else if let Some(stem) = thing.strip_suffix("ch") {
        format!("{n} {stem}ches")
    } else {
        format!("{n} {thing}s")
    }
}

#[cfg(test)]
mod tests {

    use crate::patchset::Expect;

    #[test]
    fn expectations_read_as_words() {
        let all = [
            (Expect::Between(1, Some(1)), "1 site"),
            (Expect::Between(2, Some(2)), "2 sites"),
            (Expect::Between(1, None), "at least 1 site"),
            (Expect::Between(0, None), "any number of sites"),
            (Expect::Between(0, Some(1)), "at most 1 site"),
            (Expect::Between(2, Some(5)), "2 to 5 sites"),
            (Expect::PerFile(1), "1 site per file"),
        ];
        for (expect, words) in all {
            assert_eq!(expect.to_string(), words);
        }
    }
}
