//! A patch as its author has left it, and the names that it gets.

use super::diff::{self, FileDiff};
use super::head::{Head, one_line};

/// One patch of a pile.
#[derive(Clone, Debug, Default)]
pub struct Original {
    /// What the pile calls it: the name of its file, or its number in a mailbox.
    pub name: String,
    /// What stands above its diffs.
    pub head: Head,
    /// Its diffs.
    pub diffs: Vec<FileDiff>,
    /// How many folders are taken off its paths.
    pub strip: usize,
    /// Why it is not applied.
    pub disabled: Option<String>,
}

impl Original {
    /// Reads a patch file. Fails with a 1-based line and what is wrong there.
    pub fn read(name: &str, bytes: &[u8], strip: usize) -> Result<Original, (usize, String)> {
        let (head, diffs) = diff::read(bytes)?;
        Ok(Original { name: name.to_owned(), head: Head::read(&head), diffs, strip, disabled: None })
    }

    /// With the sides of its diffs exchanged, as `-R` in a series asks for.
    pub fn reversed(mut self) -> Original {
        for diff in &mut self.diffs {
            std::mem::swap(&mut diff.old, &mut diff.new);
            std::mem::swap(&mut diff.old_mode, &mut diff.new_mode);
            let mut grown = 0;
            for hunk in &mut diff.hunks {
                let (old, new) = (hunk.side(b'-').count(), hunk.side(b'+').count());
                *hunk = hunk.reversed(hunk.old_start.saturating_add_signed(grown));
                grown += new as isize - old as isize;
            }
        }
        self
    }

    /// A name that ids are made from: the file's without its number and ending, or the subject.
    pub fn stem(&self) -> String {
        let base = self.name.rsplit('/').next().unwrap_or(&self.name);
        let endings = [".patch", ".diff", ".dpatch", ".txt"];
        let base = endings.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
        let digits = base.trim_start_matches(|c: char| c.is_ascii_digit());
        let unnumbered = digits.strip_prefix(['-', '_']).filter(|rest| digits.len() < base.len() && !rest.is_empty());
        let stem = name(unnumbered.unwrap_or(base));
        let has_letter = stem.contains(|c: char| c.is_ascii_alphabetic());
        match &self.head.title {
            Some(title) if !has_letter => name(&title.to_ascii_lowercase()),
            _ if stem.is_empty() => "patch".to_owned(),
            _ => stem,
        }
    }

    /// The subject.
    pub fn title(&self) -> String {
        let words = || self.stem().replace(['-', '_'], " ");
        one_line(&self.head.title.clone().unwrap_or_else(words))
    }

    /// The reason. Where the patch gives none, its subject is all there is.
    pub fn why(&self) -> String {
        match self.head.why.trim() {
            "" => self.title(),
            why => visible(why),
        }
    }
}

/// Without control characters that no TOML string holds.
fn visible(text: &str) -> String {
    text.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect()
}

/// A text as an id: letters, digits and single marks.
pub fn name(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c),
            '.' | '_' | '+' if !out.is_empty() && !out.ends_with('.') => out.push(c),
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.truncate(80);
    out.trim_end_matches(['-', '.', '_', '+']).to_owned()
}

/// A name that none of the others is.
pub fn unique(name: &str, taken: &mut std::collections::BTreeSet<String>) -> String {
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name}-{n}")));
    let free = names.find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned());
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_names() {
        let stem = |name: &str| Original { name: name.to_owned(), ..Original::default() }.stem();
        assert_eq!(stem("0004-cve-2022-28805.patch"), "cve-2022-28805");
        assert_eq!(stem("fixes/CVE-2024-45490.patch"), "CVE-2024-45490");
        assert_eq!(stem("02-disable_delay_test"), "disable_delay_test");
        assert_eq!(stem("größe & mehr..diff"), "gr-e-mehr");
        let mut taken = std::collections::BTreeSet::new();
        assert_eq!([unique("a", &mut taken), unique("a", &mut taken)], ["a", "a-2"]);
    }
}
