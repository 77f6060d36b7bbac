//! Items that have their lines for themselves, and what belongs to them, told from the bytes around them.

use treepatch::language::{Language, ListKind};
use treepatch::source::{Bytes, Edit, Source, Tokens};

/// An item of a list, alone on its lines.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its list.
    pub list: usize,
    /// Which item it is.
    pub item: usize,
    /// What the list holds.
    pub kind: ListKind,
    /// Its tokens.
    pub tokens: Tokens,
    /// From its first byte to its last.
    pub span: Bytes,
    /// The separator behind it.
    pub comma: Option<Bytes>,
    /// The comment behind it, on its last line.
    pub tail: Option<Bytes>,
    /// Where its comment above begins, or its own line.
    pub doc: usize,
    /// Where its first line begins.
    pub start: usize,
    /// Where the line below its last begins.
    pub end: usize,
}

impl Place {
    /// The item, if it has its lines for itself.
    pub fn of(source: &Source, list: usize, item: usize) -> Option<Place> {
        let kind = source.lists[list].kind;
        let tokens = source.lists[list].items[item].tokens.clone();
        let span = source.span(&tokens);
        let bytes = &source.bytes;
        let start = source.lines.start(span.start);
        // An item of the preprocessor may hold its own line end.
        let end = if bytes[..span.end].ends_with(b"\n") { span.end } else { source.lines.next(span.end) };
        if !bytes[start..span.start].iter().all(u8::is_ascii_whitespace) || tokens.is_empty() || end <= span.start {
            return None;
        }
        let mut at = span.end;
        let mut comma = None;
        let blanks = |at: usize| bytes[at..end.max(at)].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        at += blanks(at);
        if !kind.by_lines() && bytes.get(at) == Some(&b',') {
            comma = Some(at..at + 1);
            at += 1;
            at += blanks(at);
        }
        let mut tail = None;
        if let Some(comment) = source.comments.iter().find(|c| c.bytes.start == at && at < end) {
            at = comment.bytes.end;
            tail = Some(comment.bytes.clone());
        }
        if !bytes[at.min(end)..end].iter().all(u8::is_ascii_whitespace) || at > end {
            return None;
        }
        let doc = doc(source, start, span.start)?;
        Some(Place { list, item, kind, tokens, span, comma, tail, doc, start, end })
    }

    /// The blanks before it.
    pub fn indent(&self, source: &Source) -> String {
        String::from_utf8_lossy(&source.bytes[self.start..self.span.start]).into_owned()
    }

    /// Whether comments stand within it.
    pub fn has_comments(&self, source: &Source) -> bool {
        !source.comments_in(&self.span).is_empty()
    }
}

/// Where the comment begins that stands directly above a line. Nothing where its depth leaves open whose it is.
fn doc(source: &Source, start: usize, first: usize) -> Option<usize> {
    let bytes = &source.bytes;
    let mut top = start;
    while top > 0 {
        let above = source.lines.start(top - 1);
        let end = bytes[..top].trim_ascii_end().len();
        let Some(comment) = source.comments.iter().find(|c| c.bytes.end == end && end > above) else { break };
        let line = source.lines.start(comment.bytes.start);
        if bytes[line..comment.bytes.start] != bytes[start..first] {
            let alone = bytes[line..comment.bytes.start].iter().all(u8::is_ascii_whitespace);
            return if alone { None } else { Some(top) };
        }
        top = line;
    }
    Some(top)
}

/// How often a run of tokens occurs in the file.
pub fn occurrences(source: &Source, tokens: &Tokens) -> usize {
    let first = source.text(tokens.start);
    let starts = (0..(source.tokens.len() + 1).saturating_sub(tokens.len())).filter(|&t| source.text(t) == first);
    starts.filter(|&t| (0..tokens.len()).all(|i| source.text(t + i) == source.text(tokens.start + i))).count()
}

/// Neighbouring items of one list, each alone on its lines.
pub struct Run {
    /// The items.
    pub places: Vec<Place>,
    /// Which of them is meant.
    pub at: usize,
}

impl Run {
    /// All tokens.
    pub fn tokens(&self) -> Tokens {
        self.places[0].tokens.start..self.places[self.places.len() - 1].tokens.end
    }

    /// The item that is meant.
    pub fn place(&self) -> &Place {
        &self.places[self.at]
    }

    /// Where a new line comes that the body shows directly above the item that is meant: where the item above is
    /// shown as well it wins.
    pub fn above(&self) -> usize {
        self.at.checked_sub(1).map_or(self.place().doc, |above| self.places[above].end)
    }

    /// The first tokens of the items.
    pub fn starts(&self) -> Vec<usize> {
        self.places.iter().map(|p| p.tokens.start).collect()
    }

    /// One more item in front, if there is one.
    pub fn grow_up(&mut self, source: &Source) -> bool {
        let first = &self.places[0];
        let above = first.item.checked_sub(1).and_then(|i| Place::of(source, first.list, i));
        let grew = above.filter(|p| is_shown(source, p));
        let is = grew.is_some();
        if let Some(place) = grew {
            self.places.insert(0, place);
            self.at += 1;
        }
        is
    }

    /// One more item behind, if there is one.
    pub fn grow_down(&mut self, source: &Source) -> bool {
        let last = &self.places[self.places.len() - 1];
        let next = last.item + 1;
        let below = (next < source.lists[last.list].items.len()).then(|| Place::of(source, last.list, next)).flatten();
        let grew = below.filter(|p| is_shown(source, p));
        let is = grew.is_some();
        self.places.extend(grew);
        is
    }
}

/// What a body may show: not a package clause or an import, which have rules of their own, and not the half of a file.
pub fn is_shown(source: &Source, place: &Place) -> bool {
    let head = matches!(source.text(place.tokens.start), b"package" | b"import");
    let text = &source.bytes[place.span.clone()];
    let lines = text.iter().filter(|b| **b == b'\n').count();
    !head && lines < 40 && std::str::from_utf8(text).is_ok()
}

/// Whole lines that go. Two blank lines do not become neighbours, and in Go none is left at the edge of a block.
pub fn cut(source: &Source, from: usize, to: usize) -> Edit {
    let line = |at: usize| source.bytes[source.lines.start(at)..source.lines.next(at)].trim_ascii();
    if from == 0 || to >= source.bytes.len() {
        return Edit::new(from..to, "");
    }
    let (above, below) = (line(from - 1), line(to));
    let go = source.language == Language::Go;
    if below.is_empty() && (above.is_empty() || go && above.ends_with(b"{") || go && above.ends_with(b"(")) {
        return Edit::new(from..source.lines.next(to), "");
    }
    if go && above.is_empty() && matches!(below.first(), Some(b'}' | b')')) {
        return Edit::new(source.lines.start(from - 1)..to, "");
    }
    Edit::new(from..to, "")
}
