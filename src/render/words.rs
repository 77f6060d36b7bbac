use crate::patchset::Expect;
use crate::plan::Verdict;

/// A verdict's word, as it is printed and as it stands in JSON.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Skipped => "skipped",
        Verdict::Blocked => "blocked",
        Verdict::Unreadable => "unreadable",
        Verdict::Absent => "absent",
        Verdict::Applies => "applies",
        Verdict::Partly => "partly",
        Verdict::Applied => "applied",
        Verdict::Obsolete => "obsolete",
        Verdict::Nothing => "nothing",
        Verdict::Drifted => "drifted",
        Verdict::Ambiguous => "ambiguous",
    }
}

/// How many sites there must be, in words.
pub fn expected(expect: Expect) -> String {
    match expect {
        Expect::Between(0, None) => "any number of sites".to_owned(),
        Expect::Between(least, None) => format!("at least {}", count(least, "site")),
        Expect::Between(least, Some(most)) if least == most => count(least, "site"),
        Expect::Between(0, Some(most)) => format!("at most {}", count(most, "site")),
        Expect::Between(least, Some(most)) => format!("{least} to {most} sites"),
        Expect::PerFile(n) => format!("{} per file", count(n, "site")),
    }
}

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
    use super::*;

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
            assert_eq!(expected(expect), words);
        }
    }
}
