use super::complaint::Complaint;
use crate::source::Bytes;

/// So many complaints are told at most.
const MOST: usize = 100;
/// So many are kept to be put in order.
const MOST_KEPT: usize = 1000;
/// Longer words are not compared with the known ones.
const LONGEST_WORD: usize = 64;

/// The complaints of one reading, so that many come in one go.
#[derive(Default)]
pub(super) struct Notes {
    complaints: Vec<Complaint>,
    /// How many more there were.
    dropped: usize,
    /// How many regexes have been compiled.
    pub(super) regexes: usize,
}

impl Notes {
    pub(super) fn of(complaints: Vec<Complaint>) -> Notes {
        Notes { complaints, ..Notes::default() }
    }

    pub(super) fn push(&mut self, complaint: Complaint) {
        if !self.is_full() {
            self.complaints.push(complaint);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether there is nothing to complain about so far.
    pub(super) fn is_empty(&self) -> bool {
        self.complaints.is_empty()
    }

    /// Whether there are more complaints than anyone reads.
    pub(super) fn is_full(&self) -> bool {
        self.complaints.len() >= MOST_KEPT
    }

    /// A complaint about one of several words, with the nearest of those that are known.
    pub(super) fn unknown<'k>(&mut self, span: &Bytes, what: String, word: &str, known: impl Iterator<Item = &'k str>) {
        let complaint = Complaint::new(span, what);
        if self.complaints.len() > MOST {
            return self.push(complaint);
        }
        let known: Vec<&str> = known.collect();
        let complaint = match nearest(word, known.iter().copied()) {
            Some(near) => complaint.label(format!("did you mean {}?", quoted(near))),
            None if known.is_empty() || known.len() > 12 => complaint.label("not known"),
            None => complaint.label("not known").help(format!("known are {}", list(known, "and"))),
        };
        self.push(complaint);
    }

    /// What was read, if there is nothing to complain about; else the complaints in the order of the file.
    pub(super) fn finish<T>(mut self, text: &str, read: Option<T>) -> Result<T, Vec<Complaint>> {
        match read {
            Some(read) if self.complaints.is_empty() => return Ok(read),
            None if self.complaints.is_empty() => self.push(Complaint::new(&(0..0), "the patchset cannot be read")),
            _ => {}
        }
        let mut complaints = self.complaints;
        complaints.iter_mut().for_each(|complaint| complaint.span = complaint.span_in(text));
        complaints.sort_by_key(|complaint| complaint.span.start);
        complaints.dedup();
        if complaints.len() > MOST {
            let more = complaints.len() - MOST + self.dropped;
            complaints.truncate(MOST);
            if let Some(last) = complaints.last_mut() {
                last.help = Some(format!("{more} more complaints are not shown"));
            }
        }
        Err(complaints)
    }
}

/// The known word that a misspelt one is nearest to, if one is near.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    known
        .filter(|known| known.len() <= LONGEST_WORD)
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, known)| *distance <= (word.len().min(known.len()) / 3).max(1))
        .min_by_key(|(distance, known)| (*distance, !word.starts_with(known)))
        .map(|(_, known)| known)
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
