//! What an edit of lines must leave as it is: under which headers the other lines are, and which of them continue others.

use super::lines::Text;
use std::collections::BTreeSet;

/// A file before and after edits.
pub struct Change<'a> {
    /// The file before.
    pub before: &'a Text,
    /// The file after.
    pub after: &'a Text,
    /// The lines before that the bodies show, those that go included.
    pub shown: &'a BTreeSet<usize>,
    /// The lines before that go.
    pub gone: &'a BTreeSet<usize>,
    /// For each line before its line after: of one that stays itself, of one that goes what is paired with it.
    pub becomes: &'a dyn Fn(usize) -> Option<usize>,
}

/// A law that is broken.
#[derive(Debug)]
pub struct Broken {
    /// The line before that it is broken for.
    pub line: usize,
    /// What would be, in words.
    pub message: String,
}

impl Change<'_> {
    /// The first line, if any, that the body does not show, and that would be under another header or continue another
    /// line.
    pub fn broken(&self) -> Option<Broken> {
        let kept = (0..self.before.lines.len()).filter(|line| !self.gone.contains(line));
        kept.filter(|line| !self.before.lines[*line].is_blank()).find_map(|line| {
            self.moved(line, (self.becomes)(line)?).or_else(|| self.joined(line, (self.becomes)(line)?))
        })
    }

    /// The skeleton: a header counts as the same where what comes is paired with it. By the headers of headers it holds for
    /// the whole chain.
    fn moved(&self, line: usize, now: usize) -> Option<Broken> {
        if self.shown.contains(&line) {
            return None;
        }
        let (was, is) = (self.before.header(line), self.after.header(now));
        let becomes = was.and_then(|was| (self.becomes)(was));
        if becomes == is && (was.is_none() || becomes.is_some()) {
            return None;
        }
        let name = |text: &Text, header: Option<usize>| match header {
            Some(header) => format!("`{}`", brief(text.form(header))),
            None => "no line".to_owned(),
        };
        let message = format!(
            "this line, which the body does not show, would stand under {}, and stands under {}: show it, or the line that it \
             stands under",
            name(self.after, is),
            name(self.before, was)
        );
        Some(Broken { line, message })
    }

    /// The joints: what continues the line above, which ends in a backslash.
    fn joined(&self, line: usize, now: usize) -> Option<Broken> {
        let above = |text: &Text, line: usize| line.checked_sub(1).filter(|above| text.is_continued(*above));
        let (was, is) = (above(self.before, line), above(self.after, now));
        if was.is_some() == is.is_some() {
            return None;
        }
        let neighbour = line.checked_sub(1).is_none_or(|above| self.shown.contains(&above));
        if self.shown.contains(&line) && neighbour {
            return None;
        }
        let message = match is {
            Some(_) => "this line would continue the one above, which would end in a backslash",
            None => "this line continues the one above, which ends in a backslash, and would not any more",
        };
        Some(Broken { line, message: format!("{message}: show both in the body") })
    }
}

/// A line for a message, not too much of it.
pub fn brief(form: &[u8]) -> String {
    let text = String::from_utf8_lossy(form);
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.into_owned(),
    }
}
