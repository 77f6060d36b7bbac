use super::diagnostic::Diagnostic;
use super::nearest::{LONGEST_WORD, nearest};
use crate::source::Bytes;

/// So many diagnostics are reported at most.
const MOST: usize = 100;
/// So many are kept to be put in order.
const MOST_KEPT: usize = 1000;

/// The diagnostics of one reading, so that many come in one go.
#[derive(Default)]
pub(super) struct Notes {
    diagnostics: Vec<Diagnostic>,
    /// How many more there were.
    dropped: usize,
    /// How many regexes have been compiled.
    pub(super) regexes: usize,
}

impl Notes {
    pub(super) fn of(diagnostics: Vec<Diagnostic>) -> Notes {
        Notes { diagnostics, ..Notes::default() }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether there is nothing to complain about so far.
    pub(super) fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether there are more diagnostics than anyone reads.
    pub(super) fn is_full(&self) -> bool {
        self.diagnostics.len() >= MOST_KEPT
    }

    /// A diagnostic about one of several words, with the nearest of those that are known.
    pub(super) fn unknown<'k>(&mut self, span: &Bytes, what: String, word: &str, known: impl Iterator<Item = &'k str>) {
        let diagnostic = Diagnostic::new(span, what);
        if self.diagnostics.len() > MOST {
            return self.push(diagnostic);
        }
        let known: Vec<&str> = known.collect();
        let diagnostic = match nearest(word, known.iter().copied()) {
            Some(near) => diagnostic.label(format!("did you mean {}?", quoted(near))),
            None if known.is_empty() || known.len() > 12 => diagnostic.label("not known"),
            None => diagnostic.label("not known").help(format!("known are {}", list(known, "and"))),
        };
        self.push(diagnostic);
    }

    /// What was read, if there is nothing to complain about; else the diagnostics in the order of the file.
    pub(super) fn finish<T>(mut self, text: &str, read: Option<T>) -> Result<T, Vec<Diagnostic>> {
        match read {
            Some(read) if self.diagnostics.is_empty() => return Ok(read),
            None if self.diagnostics.is_empty() => self.push(Diagnostic::new(&(0..0), "the patchset cannot be read")),
            _ => {}
        }
        let mut diagnostics = self.diagnostics;
        diagnostics.iter_mut().for_each(|diagnostic| diagnostic.span = diagnostic.span_in(text));
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        diagnostics.dedup();
        if diagnostics.len() > MOST {
            let more = diagnostics.len() - MOST + self.dropped;
            diagnostics.truncate(MOST);
            if let Some(last) = diagnostics.last_mut() {
                last.help = Some(format!("{more} more errors are not shown"));
            }
        }
        Err(diagnostics)
    }
}

/// A word of the user in a message: between back quotes, no control characters, not too long.
pub(super) fn quoted(word: &str) -> String {
    let mut out = String::from("`");
    for (n, c) in word.chars().enumerate() {
        match c {
            _ if n == LONGEST_WORD => {
                out.push('…');
                break;
            }
            c if c.is_control() => out.extend(c.escape_debug()),
            c => out.push(c),
        }
    }
    out.push('`');
    out
}

/// Words as "`a`, `b` and `c`".
pub(super) fn list<'k>(words: impl IntoIterator<Item = &'k str>, and: &str) -> String {
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {and} {last}", rest.join(", ")),
    }
}
