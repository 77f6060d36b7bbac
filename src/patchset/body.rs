use super::diagnostic::Diagnostic;
use super::holes::{HoleUse, long_literals, scan, scan_lines};
use super::notes::quoted;
use crate::source::Bytes;

/// Which sides of a diff a row is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// On both sides.
    Context,
    /// On the before side only.
    Minus,
    /// On the after side only.
    Plus,
}

/// One line of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The sides it is on.
    pub sign: Sign,
    /// The code behind the sign, without the line end.
    pub text: String,
    /// Where `text` begins in the patchset file, in bytes. The file has the row's text there as it is, unless a
    /// parameter has been replaced in it or the value was written with escapes: then this is where the value begins.
    pub at: usize,
}

/// How the rows of a fragment are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Syntax {
    /// As code of Go or C: empty lines mean nothing, `$` marks holes.
    #[default]
    Code,
    /// As lines of text: empty lines are rows, and holes are marked by what `sigil` says, if it says anything.
    Text(Option<char>),
}

/// A piece of Go or C, or lines of text, cut into rows. In `inside`, `has`, `unless` and `match` every row is context.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Fragment {
    /// The rows; empty lines are left out, except within raw strings and comments.
    pub rows: Vec<Row>,
    /// For each empty line that is left out: the number of the row below it. They mean nothing, but say how the code
    /// is laid out where the source has them in the same places.
    pub blanks: Vec<usize>,
    /// The whole value in the patchset file.
    pub span: Bytes,
    /// How it is read.
    pub syntax: Syntax,
    /// Rows behind which a file of text ends without a line end (`\\ No newline at end of file`).
    pub unended: Vec<usize>,
}

impl Fragment {
    /// Code that is without signs.
    pub(super) fn plain(text: &str, span: &Bytes, value: &str) -> Fragment {
        let mut lines: Vec<Line<'_>> =
            lines(text, span, value).map(|(at, text)| Line { sign: Some(Sign::Context), text, at }).collect();
        lines.iter_mut().filter(|line| is_blank(line.text)).for_each(|line| line.sign = None);
        Fragment::of(lines, span)
    }

    /// A diff: column 1 of every line is its sign.
    pub(super) fn diff(text: &str, span: &Bytes, value: &str) -> Result<Fragment, Diagnostic> {
        let mut found = Vec::new();
        let mut wrong: Option<(usize, &str)> = None;
        let mut wrong_rows = 0;
        for (at, line) in lines(text, span, value) {
            let step = usize::from(at != span.start);
            let behind = line.get(1..).unwrap_or("");
            let (sign, text) = match line.chars().next() {
                Some('-') => (Some(Sign::Minus), behind),
                Some('+') => (Some(Sign::Plus), behind),
                _ if is_blank(line) => (None, behind),
                Some(' ') => (Some(Sign::Context), behind),
                _ => {
                    wrong_rows += 1;
                    wrong = wrong.or(Some((at, line)));
                    continue;
                }
            };
            found.push(Line { sign, text, at: at + step });
        }
        match wrong {
            None => Ok(Fragment::of(found, span)),
            Some((at, line)) => Err(no_sign(at, line, span, wrong_rows, "the syntax tree tells the place")),
        }
    }

    fn of(lines: Vec<Line<'_>>, span: &Bytes) -> Fragment {
        let (rows, blanks) = rows(lines);
        Fragment { rows, blanks, span: span.clone(), ..Fragment::default() }
    }

    /// A diff of lines of text: every line is a row, and one without anything on it is an empty line that is shown.
    pub(super) fn text_diff(
        text: &str,
        span: &Bytes,
        value: &str,
        sigil: Option<char>,
    ) -> Result<Fragment, Diagnostic> {
        let mut fragment = Fragment { span: span.clone(), syntax: Syntax::Text(sigil), ..Fragment::default() };
        let mut lines: Vec<(usize, &str)> = lines(text, span, value).collect();
        lines.pop_if(|(_, last)| last.is_empty());
        let mut wrong: Option<(usize, &str)> = None;
        let mut wrong_rows = 0;
        for (at, line) in lines {
            let step = usize::from(at != span.start);
            let sign = match line.chars().next() {
                Some('-') => Sign::Minus,
                Some('+') => Sign::Plus,
                Some(' ') | None => Sign::Context,
                Some('\\') if !fragment.rows.is_empty() && line.starts_with("\\ No newline") => {
                    fragment.unended.push(fragment.rows.len() - 1);
                    continue;
                }
                _ if is_blank(line) => Sign::Context,
                _ => {
                    wrong_rows += 1;
                    wrong = wrong.or(Some((at, line)));
                    continue;
                }
            };
            let row = Row { sign, text: line.get(1..).unwrap_or("").to_owned(), at: at + step };
            fragment.rows.push(row);
        }
        match wrong {
            None => Ok(fragment),
            Some((at, line)) => Err(no_sign(at, line, span, wrong_rows, "the rows tell the place")),
        }
    }

    /// The holes of one side, as far as it is code that is read row by row; their bytes are of no use.
    pub fn holes_of(&self, side: Sign) -> Vec<HoleUse> {
        self.side(side).holes(self.syntax).into_iter().map(|(_, hole)| hole).collect()
    }

    /// The rows of one side (or of neither: all context) as one text.
    pub(super) fn side(&self, side: Sign) -> Side {
        let mut joined = Side { text: String::new(), rows: Vec::new() };
        for (index, row) in self.rows.iter().enumerate() {
            if row.sign == Sign::Context || row.sign == side {
                joined.rows.push((joined.text.len(), index));
                joined.text.push_str(&row.text);
                joined.text.push('\n');
            }
        }
        joined
    }

    /// The bytes of the patchset file that hold these bytes of a row, or the nearest that the file has.
    pub fn place(&self, text: &str, row: usize, bytes: Bytes) -> Bytes {
        let Some(row) = self.rows.get(row) else {
            return self.span.clone();
        };
        if row.at == self.span.start {
            return self.span.clone();
        }
        let found = row.at + bytes.start..row.at + bytes.end;
        let code = row.text.get(bytes);
        if code.is_some() && code == text.get(found.clone()) {
            return found;
        }
        let file = text.get(row.at..self.span.end).unwrap_or("");
        row.at..row.at + file.lines().next().unwrap_or("").trim_end().len()
    }

    /// A whole row in the patchset file, without what it is indented by.
    pub(super) fn row_place(&self, text: &str, row: usize) -> Bytes {
        let code = self.rows.get(row).map_or("", |row| row.text.as_str());
        self.place(text, row, code.len() - code.trim_start().len()..code.trim_end().len())
    }
}

/// One side of a fragment.
pub(super) struct Side {
    /// The rows' texts, each with a line end.
    pub(super) text: String,
    /// Where each row begins in the text, and its number in the fragment.
    rows: Vec<(usize, usize)>,
}

impl Side {
    /// The holes with the rows they are on; their bytes are counted in the row.
    pub(super) fn holes(&self, syntax: Syntax) -> Vec<(usize, HoleUse)> {
        let mut row = 0;
        let mut found = Vec::new();
        let holes = match syntax {
            Syntax::Code => scan(&self.text),
            Syntax::Text(sigil) => sigil.map_or_else(Vec::new, |sigil| scan_lines(&self.text, sigil)),
        };
        for mut hole in holes {
            while self.rows.get(row + 1).is_some_and(|(start, _)| *start <= hole.bytes.start) {
                row += 1;
            }
            if let Some((start, index)) = self.rows.get(row) {
                hole.bytes = hole.bytes.start - start..hole.bytes.end - start;
                found.push((*index, hole));
            }
        }
        found
    }
}

struct Line<'t> {
    /// `None` for a line without meaning.
    sign: Option<Sign>,
    text: &'t str,
    at: usize,
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// The lines of a value and where each begins in the file. A value with escapes has no lines in the file:
/// all of them begin where it does.
fn lines<'t>(text: &'t str, span: &Bytes, value: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    let written = text.get(span.clone()).and_then(|written| content(written, value));
    let mut at = span.start + written.map_or(0, |(skipped, _)| skipped);
    written.map_or(value, |(_, content)| content).split('\n').map(move |line| {
        let start = at;
        if written.is_some() {
            at += line.len() + 1;
        }
        (start, line.strip_suffix('\r').unwrap_or(line))
    })
}

/// What is between the quotes and where it begins, if that is the value letter for letter.
fn content<'t>(written: &'t str, value: &str) -> Option<(usize, &'t str)> {
    let quotes = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quotes| written.starts_with(quotes))?;
    let inner = written.get(quotes.len()..written.len().checked_sub(quotes.len())?)?;
    let first = match quotes.len() {
        3 => ["\r\n", "\n"].into_iter().find(|end| inner.starts_with(end)).map_or(0, str::len),
        _ => 0,
    };
    let inner = &inner[first..];
    let plain = inner == value || inner.replace("\r\n", "\n") == value.replace("\r\n", "\n");
    plain.then_some((quotes.len() + first, inner))
}

/// Drops the blank lines, except those that are in a raw string or a comment: they are on the sides that have it.
/// Tells where those are that are dropped.
fn rows(mut lines: Vec<Line<'_>>) -> (Vec<Row>, Vec<usize>) {
    // The line end of the last row is no line of its own.
    lines.pop_if(|last| last.sign.is_none() && last.text.is_empty());
    if lines.iter().any(|line| line.text.contains('`') || line.text.contains("/*")) {
        let before = blanks_that_matter(&lines, Sign::Minus);
        let after = blanks_that_matter(&lines, Sign::Plus);
        for at in &before {
            lines[*at].sign = Some(Sign::Minus);
        }
        for at in after {
            lines[at].sign = Some(if lines[at].sign.is_some() { Sign::Context } else { Sign::Plus });
        }
    }
    let (mut rows, mut blanks) = (Vec::new(), Vec::new());
    for line in lines {
        match line.sign {
            Some(sign) => rows.push(Row { sign, text: line.text.to_owned(), at: line.at }),
            None => blanks.push(rows.len()),
        }
    }
    (rows, blanks)
}

/// The blank lines that are in a raw string or a comment of one side.
fn blanks_that_matter(lines: &[Line<'_>], side: Sign) -> Vec<usize> {
    let mut joined = String::new();
    let mut blanks = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        match line.sign {
            None => blanks.push((joined.len(), index)),
            Some(sign) if sign != Sign::Context && sign != side => continue,
            Some(_) => joined.push_str(line.text),
        }
        joined.push('\n');
    }
    let literals = long_literals(&joined);
    let mut literals = literals.iter().peekable();
    let mut matters = |(at, _): &(usize, usize)| {
        while literals.next_if(|literal| literal.end <= *at).is_some() {}
        literals.peek().is_some_and(|literal| literal.start < *at)
    };
    blanks.into_iter().filter(|blank| matters(blank)).map(|(_, index)| index).collect()
}

/// The diagnostic about a line of a diff without a sign.
fn no_sign(at: usize, line: &str, span: &Bytes, rows: usize, why: &str) -> Diagnostic {
    let header = ["@@", "diff ", "index ", "\\ No newline"].iter().any(|header| line.starts_with(header));
    let help = match line.chars().next() {
        _ if header => format!("leave the headers of a unified diff out: {why}"),
        Some('\t') => "put a space before the tab for a context line".to_owned(),
        _ => "put a space before the code for a context line, `-` or `+` for a changed one".to_owned(),
    };
    let help = if rows > 1 { format!("{help}; {} more lines are like this", rows - 1) } else { help };
    let first = line.chars().next().map_or(0, char::len_utf8);
    let span = if at == span.start { span.clone() } else { at..at + first };
    let message = format!("column 1 of a diff is `-`, `+` or a space, not {}", quoted(line.get(..first).unwrap_or("")));
    Diagnostic::new(&span, message).label("no sign").help(help)
}
