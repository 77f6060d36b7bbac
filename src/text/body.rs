//! A diff of lines, compiled.

use super::form::{depth, form, indent, is_weak, tokens};
use super::row::{Element, Part, plain};
use crate::patchset::{Diagnostic, Fragment, HoleKind, Hunk, Row as Written, Sign, Syntax, scan_lines};
use crate::pattern::{HoleId, HoleName, Names, Required, pair};
use crate::source::is_blank;
use std::collections::BTreeSet;

/// The most parts of a row with holes.
const PARTS: usize = 1_000;

/// A diff of lines, ready to be looked for.
#[derive(Clone, Debug)]
pub struct Body {
    /// The rows as they are.
    pub rows: Vec<Row>,
    /// The rows that are there before.
    pub before: Side,
    /// The rows that are there after.
    pub after: Side,
    /// Which side tells where both match.
    pub wins: Wins,
    /// The rows of each run that goes, by their forms, and whether all of them are weak. Empty where something comes, too.
    pub runs: Vec<Run>,
    /// Whether a deletion counts as made wherever its seam is closed, whatever is left elsewhere.
    pub leaves_copies: bool,
    /// Forms that hunks of the same patch insert: what goes here and comes there has moved.
    pub added: BTreeSet<Vec<u8>>,
    /// The rows of `inside`, one list for each of them.
    pub inside: Vec<Vec<Row>>,
    /// The same of `has`.
    pub has: Vec<Vec<Row>>,
    /// The same of `unless`.
    pub unless: Vec<Vec<Row>>,
    /// The same of `file-has`.
    pub file_has: Vec<Vec<Row>>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub kind: Kind,
    /// The sides that it is on.
    pub sign: Sign,
    /// What it says behind the sign, doubled marks of holes made single.
    pub text: Vec<u8>,
    /// Its form.
    pub form: Vec<u8>,
    /// Its depth in the body.
    pub depth: i32,
    /// Its parts, where it has holes.
    pub holes: Option<Vec<Element>>,
    /// Whether the file ends behind it, without a line end.
    pub unended: bool,
    /// The row of the other side that it is paired with.
    pub partner: Option<usize>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line with something on it.
    Line,
    /// An empty line.
    Blank,
    /// `...`.
    Ellipsis,
}

/// One side of a body: its lines, and what is between them.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The lines in order.
    pub lines: Vec<Shown>,
    /// What is below the last line.
    pub tail: Gap,
    /// Whether a line end must be behind the last line, since the other side shows that none does.
    pub is_ended: bool,
}

/// A line of a side.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The row.
    pub row: usize,
    /// What is above it.
    pub gap: Gap,
    /// Whether its place tells sites apart: it changes, or something changes beside it.
    pub counts: bool,
}

/// What is between two lines of a side.
#[derive(Clone, Debug, Default)]
pub struct Gap {
    /// Whether there is an ellipsis.
    pub is_open: bool,
    /// The empty lines directly below the upper line.
    pub above: Blanks,
    /// Those directly above the lower line, where there is an ellipsis between, or no upper line.
    pub below: Blanks,
}

/// Rows that are empty lines.
#[derive(Clone, Debug, Default)]
pub struct Blanks {
    /// The rows.
    pub rows: Vec<usize>,
    /// Whether there may be no others.
    pub is_exact: bool,
}

/// Which side tells where both match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wins {
    /// The after side: it holds all of the before side.
    After,
    /// The before side: it holds all of the after side.
    Before,
    /// Neither: where both match, nobody can tell.
    Neither,
    /// Only blanks change: the signed rows are met byte for byte.
    Bytes,
}

/// A run of rows that go.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its rows.
    pub rows: std::ops::Range<usize>,
    /// The forms of its lines.
    pub forms: Vec<Vec<u8>>,
    /// Whether all of them are weak.
    pub is_weak: bool,
}

impl Row {
    /// Its parts.
    pub fn elements(&self) -> Vec<Element> {
        self.holes.clone().unwrap_or_else(|| plain(&self.text))
    }

    /// Whether it is on the side that has rows of this sign.
    pub fn is_on(&self, sign: Sign) -> bool {
        self.sign == Sign::Context || self.sign == sign
    }

    /// The blanks that it begins with.
    pub fn indent(&self) -> &[u8] {
        indent(&self.text)
    }

    /// Whether it says little about where it is.
    pub fn is_weak(&self) -> bool {
        match &self.holes {
            Some(elements) => {
                let words = elements.iter().filter_map(|e| match &e.part {
                    Part::Token(text) => Some(text.as_slice()),
                    _ => None,
                });
                is_weak(words.filter(|word| is_name(word)))
            }
            None => is_weak(tokens(&self.text).into_iter().map(|t| &self.text[t]).filter(|word| is_name(word))),
        }
    }
}

fn is_name(word: &[u8]) -> bool {
    word.first().is_some_and(|b| super::form::is_word(*b))
}

impl Body {
    /// Compiles the diff of a hunk. Holes are numbered in `names`, which all fragments of one patch share.
    ///
    /// Fails with what is wrong in the body, as places in the patchset file.
    pub fn compile(hunk: &Hunk, names: &mut Names) -> Result<Body, Vec<Diagnostic>> {
        let rows = rows(&hunk.diff, names)?;
        let conditions = |fragments: &[Fragment], names: &mut Names, may_skip: bool| {
            fragments.iter().map(|fragment| condition(fragment, names, may_skip)).collect::<Result<Vec<_>, _>>()
        };
        let inside = conditions(&hunk.inside, names, true)?;
        let has = conditions(&hunk.has, names, false)?;
        let unless = conditions(&hunk.unless, names, false)?;
        let file_has = conditions(&hunk.file_has, names, false)?;
        let (before, after) = (Side::of(&rows, Sign::Minus), Side::of(&rows, Sign::Plus));
        let (wins, runs) = (wins(&rows), runs(&rows));
        let (added, leaves_copies) = (BTreeSet::new(), false);
        Ok(Body { rows, before, after, wins, runs, leaves_copies, added, inside, has, unless, file_has })
    }

    /// Whether the `+` rows and the context are looked at, or the `-` rows.
    pub fn side(&self, is_after: bool) -> &Side {
        if is_after { &self.after } else { &self.before }
    }

    /// The forms of the rows that come.
    pub fn comes(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.sign == Sign::Plus && row.kind == Kind::Line)
    }

    /// The holes that some row shows.
    pub fn holes(&self) -> BTreeSet<HoleId> {
        let elements = self.rows.iter().filter_map(|row| row.holes.as_ref()).flatten();
        elements.filter_map(|e| e.part.hole()).collect()
    }

    /// The words without which a side is nowhere.
    pub fn words(&self, side: &Side) -> Required {
        let mut words: Vec<Vec<u8>> = side.lines.iter().flat_map(|line| words(&self.rows[line.row])).collect();
        words.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        words.dedup();
        words.truncate(64);
        Required::new(&words)
    }

    /// The stretch between ellipses that each row is in.
    pub fn stretches(&self) -> Vec<usize> {
        let mut stretch = 0;
        let number = |row: &Row| {
            stretch += usize::from(row.kind == Kind::Ellipsis);
            stretch
        };
        self.rows.iter().map(number).collect()
    }
}

/// The words that a row shows.
pub fn words(row: &Row) -> Vec<Vec<u8>> {
    let token = |e: Element| match e.part {
        Part::Token(text) => Some(text),
        _ => None,
    };
    row.elements().into_iter().filter_map(token).filter(|word| is_name(word)).collect()
}

/// The rows of a condition: all of them are shown, and empty ones mean nothing. With `may_skip` lines may be between them,
/// whether `...` is written there or not; without it none may.
pub fn condition(fragment: &Fragment, names: &mut Names, may_skip: bool) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let mut rows = rows(fragment, names)?;
    let complain = |message: &str, help: Option<&str>| {
        let (span, help) = (fragment.span.clone(), help.map(str::to_owned));
        Err(vec![Diagnostic { message: message.to_owned(), span, label: String::new(), help }])
    };
    if !may_skip && rows.iter().any(|row| row.kind == Kind::Ellipsis) {
        let help = "write several conditions, each of lines that follow each other";
        return complain("an ellipsis has no meaning in this condition on text", Some(help));
    }
    rows.retain(|row| row.kind == Kind::Line);
    if rows.is_empty() {
        return complain("this shows no line", None);
    }
    Ok(rows)
}

fn rows(fragment: &Fragment, names: &mut Names) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let sigil = match fragment.syntax {
        Syntax::Text(sigil) => sigil,
        Syntax::Code => None,
    };
    let pairs = pair(fragment);
    let mut partner = pairs.partner;
    for (minus, plus) in pairs.moved {
        (partner[minus], partner[plus]) = (Some(plus), Some(minus));
    }
    let number = names.fragment();
    let mut out = Vec::with_capacity(fragment.rows.len());
    for (n, written) in fragment.rows.iter().enumerate() {
        let marked = sigil.filter(|sigil| written.text.contains(*sigil));
        let mut holes = marked.map(|sigil| parts(written, n, sigil, number, partner[n], names));
        let mut text = written.text.clone().into_bytes();
        if let Some((elements, plain)) = holes.take() {
            if elements.len() > PARTS {
                let message = format!("a row with holes has no more than {PARTS} words and marks");
                let span = written.at..written.at + written.text.len();
                return Err(vec![Diagnostic { message, span, label: String::new(), help: None }]);
            }
            let has_holes = elements.iter().any(|e| e.part.hole().is_some());
            holes = has_holes.then_some((elements, Vec::new()));
            text = if has_holes { text } else { plain };
        }
        let form = form(&text).into_owned();
        let is_dots = form == b"..." && written.sign == Sign::Context && fragment.unended.iter().all(|u| *u != n);
        let kind = match () {
            () if form.is_empty() => Kind::Blank,
            () if is_dots => Kind::Ellipsis,
            () => Kind::Line,
        };
        let depth = if kind == Kind::Line { depth(&text) } else { 0 };
        let holes = holes.map(|(elements, _)| elements);
        let unended = fragment.unended.contains(&n);
        out.push(Row { kind, sign: written.sign, text, form, depth, holes, unended, partner: partner[n] });
    }
    Ok(out)
}

/// The parts of a row in which the mark of holes is, and its text with doubled marks made single.
fn parts(
    row: &Written,
    number: usize,
    sigil: char,
    fragment: usize,
    partner: Option<usize>,
    names: &mut Names,
) -> (Vec<Element>, Vec<u8>) {
    let text = row.text.as_bytes();
    let (mut elements, mut plain_text, mut from): (Vec<Element>, Vec<u8>, usize) = Default::default();
    let mut nth = [0, 0];
    let literal = |range: std::ops::Range<usize>, elements: &mut Vec<Element>| {
        let part = |t: std::ops::Range<usize>| Element {
            part: Part::Token(text[range.clone()][t.clone()].to_vec()),
            gap: false,
            bytes: range.start + t.start..range.start + t.end,
        };
        elements.extend(tokens(&text[range.clone()]).into_iter().map(part));
    };
    for hole in scan_lines(&row.text, sigil) {
        literal(from..hole.bytes.start, &mut elements);
        plain_text.extend_from_slice(&text[from..hole.bytes.start]);
        from = hole.bytes.end;
        let mut unnamed = |dots: bool, names: &mut Names| {
            let nth = &mut nth[usize::from(dots)];
            *nth += 1;
            // What comes takes its text from the row that it is paired with.
            let row = partner.filter(|_| row.sign == Sign::Plus).unwrap_or(number);
            names.id(HoleName::Unnamed { fragment, row, nth: *nth - 1, dots })
        };
        let part = match hole.kind {
            HoleKind::Item => Part::Item(names.id(HoleName::Named(hole.name.clone()))),
            HoleKind::NamedDots => Part::Dots(names.id(HoleName::Named(hole.name.clone()))),
            HoleKind::Anonymous => Part::Item(unnamed(false, names)),
            HoleKind::Dots => Part::Dots(unnamed(true, names)),
            HoleKind::Dollar | HoleKind::Stray | HoleKind::Pasted => Part::Token(vec![sigil as u8]),
        };
        if matches!(part, Part::Token(_)) {
            plain_text.push(sigil as u8);
        }
        elements.push(Element { part, gap: false, bytes: hole.bytes });
    }
    literal(from..text.len(), &mut elements);
    plain_text.extend_from_slice(&text[from..]);
    for n in 1..elements.len() {
        elements[n].gap = is_blank(text[elements[n].bytes.start - 1]);
    }
    (elements, plain_text)
}

impl Side {
    fn of(rows: &[Row], sign: Sign) -> Side {
        let mut side = Side::default();
        let mut gap = Gap::default();
        for (n, row) in rows.iter().enumerate() {
            match row.kind {
                Kind::Blank => {
                    let is_first = side.lines.is_empty();
                    let blanks = if gap.is_open || is_first { &mut gap.below } else { &mut gap.above };
                    blanks.is_exact |= row.sign != Sign::Context;
                    if row.is_on(sign) {
                        blanks.rows.push(n);
                    }
                }
                // What is between two ellipses says nothing.
                Kind::Ellipsis => gap = Gap { is_open: true, below: Blanks::default(), above: gap.above },
                Kind::Line if row.is_on(sign) => {
                    let counts = row.sign != Sign::Context || is_beside_change(rows, n);
                    side.lines.push(Shown { row: n, gap: std::mem::take(&mut gap), counts });
                }
                Kind::Line => {}
            }
        }
        side.tail = gap;
        let shows = |sign: Sign| rows.iter().any(|row| row.unended && row.is_on(sign));
        let other = if sign == Sign::Minus { Sign::Plus } else { Sign::Minus };
        side.is_ended = shows(other) && !shows(sign);
        side
    }
}

/// Whether something changes directly above or below a row, empty lines aside.
fn is_beside_change(rows: &[Row], row: usize) -> bool {
    let is_other = |row: &&Row| row.kind != Kind::Blank || row.sign != Sign::Context;
    let changes = |row: Option<&Row>| row.is_some_and(|row| row.sign != Sign::Context);
    changes(rows[row + 1..].iter().find(is_other)) || changes(rows[..row].iter().rev().find(is_other))
}

fn wins(rows: &[Row]) -> Wins {
    let side = |sign: Sign| rows.iter().filter(move |row| row.is_on(sign)).map(|row| (row.kind, &row.form));
    let (before, after) = (|| side(Sign::Minus), || side(Sign::Plus));
    let holds = |sign: Sign, other: Sign| {
        let mut all = side(sign);
        side(other).all(|row| all.any(|one| one == row))
    };
    match () {
        () if before().eq(after()) => Wins::Bytes,
        () if holds(Sign::Plus, Sign::Minus) => Wins::After,
        () if holds(Sign::Minus, Sign::Plus) => Wins::Before,
        () => Wins::Neither,
    }
}

/// The runs of rows that go, where nothing comes.
fn runs(rows: &[Row]) -> Vec<Run> {
    if rows.iter().any(|row| row.sign == Sign::Plus) {
        return Vec::new();
    }
    deletions(rows)
}

/// The runs of `-` rows beside which no `+` row is.
pub fn deletions(rows: &[Row]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut from = 0;
    while from < rows.len() {
        let end = from + rows[from..].iter().take_while(|row| row.sign != Sign::Context).count();
        if end > from && rows[from..end].iter().all(|row| row.sign == Sign::Minus) {
            let lines = || rows[from..end].iter().filter(|row| row.kind == Kind::Line);
            let forms = lines().map(|row| row.form.clone()).collect();
            runs.push(Run { rows: from..end, forms, is_weak: lines().all(Row::is_weak) });
        }
        from = end.max(from + 1);
    }
    runs
}
