//! Small random changes of Go files, as a patch makes them: names and comments grow and shrink, lines come and go.
#![allow(dead_code)] // Not every test needs all of it.

use treepatch::language::{Atom, Language, ListKind};
use treepatch::source::{Bytes, Edit, Limits, List, Source, apply_edits, sort_edits};

/// A small generator of random numbers (xorshift), the same on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        (!from.is_empty()).then(|| &from[self.below(from.len())])
    }

    fn name(&mut self) -> Vec<u8> {
        let letters = "xylonite_ünïcode_wide_names_that_go_on_and_on_far_beyond_the_columns";
        let longest = if self.below(8) == 0 { 60 } else { 14 };
        letters.chars().take(1 + self.below(longest)).collect::<String>().into_bytes()
    }
}

/// The file with these edits carried out.
pub fn edited(source: &Source, mut edits: Vec<Edit>) -> Vec<u8> {
    sort_edits(&mut edits).expect("edits do not overlap");
    apply_edits(&source.bytes, &edits).0
}

/// Changes a file in a few places; the changed file, and where the changes lie.
pub fn disturb(source: &Source, random: &mut Random) -> Option<(Source, Vec<Bytes>)> {
    let mut edits: Vec<Edit> = Vec::new();
    for _ in 0..1 + random.below(3) {
        let made = match random.below(10) {
            0..=2 => rename_in_list(source, random).into_iter().collect(),
            3 => rename(source, random).into_iter().collect(),
            4 => comment(source, random).into_iter().collect(),
            5 => delete_line(source, random).into_iter().collect(),
            6 | 7 => insert_line(source, random).into_iter().collect(),
            8 => wrap(source, random),
            _ => scramble(source, random),
        };
        let apart = |e: &Edit| edits.iter().all(|o| e.bytes.end < o.bytes.start || o.bytes.end < e.bytes.start);
        if made.iter().all(apart) {
            edits.extend(made);
        }
    }
    sort_edits(&mut edits).ok()?;
    let (bytes, placed) = apply_edits(&source.bytes, &edits);
    let disturbed = Source::parse(Language::Go, bytes, Limits::default()).ok()?;
    (!edits.is_empty() && disturbed.errors.is_empty()).then_some((disturbed, placed))
}

fn is_name(source: &Source, token: usize) -> bool {
    let word = source.text(token);
    source.tokens[token].atom == Atom::Word
        && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && std::str::from_utf8(word).is_ok_and(|w| !Language::Go.is_keyword(w) && w != "_")
}

fn rename(source: &Source, random: &mut Random) -> Option<Edit> {
    let token = random.below(source.tokens.len());
    is_name(source, token).then(|| Edit::new(source.tokens[token].bytes.clone(), random.name()))
}

const COLUMNS: &[ListKind] = &[ListKind::Fields, ListKind::Specs, ListKind::Elements];

fn rename_in_list(source: &Source, random: &mut Random) -> Option<Edit> {
    let lists: Vec<_> = source.lists.iter().filter(|l| COLUMNS.contains(&l.kind) && l.items.len() > 1).collect();
    let list = random.pick(&lists)?;
    let item = &random.pick(&list.items)?.tokens;
    let token = item.start + random.below(item.len().min(3));
    is_name(source, token).then(|| Edit::new(source.tokens[token].bytes.clone(), random.name()))
}

fn comment(source: &Source, random: &mut Random) -> Option<Edit> {
    let comment = random.pick(&source.comments)?.bytes.clone();
    let line = source.lines.start(comment.start);
    let trails = source.bytes[line..comment.start].iter().any(|b| !b.is_ascii_whitespace());
    if !trails || !source.bytes[comment.clone()].starts_with(b"// ") {
        return None;
    }
    if random.below(3) == 0 {
        let blanks = source.bytes[line..comment.start].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        return Some(Edit::new(comment.start - blanks..comment.end, ""));
    }
    Some(Edit::new(comment, [&b"// "[..], &random.name()].concat()))
}

/// A whole item that has its lines for itself, and those lines.
fn own_lines(source: &Source, random: &mut Random) -> Option<(ListKind, Bytes, Bytes)> {
    let kinds = [COLUMNS, &[ListKind::Statements, ListKind::Methods]].concat();
    // The order of imports is not the aligner's.
    let imports = |list: &List| {
        list.kind == ListKind::Specs && source.word(list.inside.start.saturating_sub(2)) == &b"import"[..]
    };
    let lists: Vec<_> =
        source.lists.iter().filter(|l| kinds.contains(&l.kind) && !l.items.is_empty() && !imports(l)).collect();
    let list = random.pick(&lists)?;
    let span = source.span(&random.pick(&list.items)?.tokens);
    let lines = source.lines.start(span.start)..source.lines.next(span.end);
    let before = source.bytes[lines.start..span.start].iter().all(|b| b.is_ascii_whitespace());
    let mut behind = source.bytes[span.end..lines.end].trim_ascii();
    if list.kind == ListKind::Elements {
        behind = behind.strip_prefix(b",")?.trim_ascii();
    }
    (before && (behind.is_empty() || behind.starts_with(b"//"))).then_some((list.kind, span, lines))
}

fn delete_line(source: &Source, random: &mut Random) -> Option<Edit> {
    own_lines(source, random).map(|(.., lines)| Edit::new(lines, ""))
}

fn insert_line(source: &Source, random: &mut Random) -> Option<Edit> {
    let (kind, span, lines) = own_lines(source, random)?;
    let indent = source.bytes[lines.start..span.start].to_vec();
    let mut name = random.name();
    let item = &source.bytes[span.clone()];
    let rest = item.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_').unwrap_or(item.len());
    if random.below(2) == 0 && kind != ListKind::Statements {
        // A copy of the line under another name.
        name.extend(&item[rest..]);
    } else {
        match kind {
            ListKind::Fields => name.extend(b" int"),
            ListKind::Methods => name.extend(b"() error"),
            ListKind::Elements if item.contains(&b':') => name.extend(b": 1"),
            ListKind::Statements | ListKind::Specs => name.extend(b" = 1"),
            _ => {}
        }
    }
    if kind == ListKind::Elements {
        name.push(b',');
    }
    if random.below(3) == 0 {
        name.extend(b" // ");
        name.extend(random.name());
    }
    let text = [&indent[..], &name, b"\n"].concat();
    let at = if random.below(2) == 0 { lines.start } else { lines.end };
    Some(Edit::new(at..at, text))
}

/// Puts a statement into a block, its lines not indented again.
fn wrap(source: &Source, random: &mut Random) -> Vec<Edit> {
    let Some((ListKind::Statements, _, lines)) = own_lines(source, random) else { return Vec::new() };
    vec![Edit::new(lines.start..lines.start, "if wrapped {\n"), Edit::new(lines.end..lines.end, "}\n")]
}

/// Changes the blanks in one line, and its indentation.
fn scramble(source: &Source, random: &mut Random) -> Vec<Edit> {
    let mut edits = Vec::new();
    let line = |token: usize| source.lines.line(source.tokens[token].bytes.start);
    let some = random.below(source.tokens.len());
    let first = (0..=some).rev().take_while(|&t| line(t) == line(some)).last().unwrap_or(some);
    let indent = source.lines.start(source.tokens[first].bytes.start)..source.tokens[first].bytes.start;
    if random.below(3) == 0 && source.bytes[indent.clone()].iter().all(u8::is_ascii_whitespace) {
        edits.push(Edit::new(indent, [&b""[..], b"  ", b"\t", b"\t\t\t"][random.below(4)]));
    }
    for token in (first + 1..source.tokens.len()).take_while(|&t| line(t) == line(some)) {
        let gap = source.tokens[token - 1].bytes.end..source.tokens[token].bytes.start;
        let are_marks = [token - 1, token].map(|t| source.tokens[t].atom == Atom::Mark);
        if random.below(2) == 0 && !are_marks[0] && source.bytes[gap.clone()].iter().all(|b| *b == b' ') {
            let narrowest = usize::from(!are_marks[1]);
            edits.push(Edit::new(gap, " ".repeat(narrowest + random.below(3))));
        }
    }
    edits
}
