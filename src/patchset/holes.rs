use crate::source::Bytes;

/// What a `$` in a body begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoleKind {
    /// `$name`: one item.
    Item,
    /// `$_`: one item without a name.
    Anonymous,
    /// `$...`: any number of items.
    Dots,
    /// `$...name`: any number of items, named.
    NamedDots,
    /// `${name}`: the text of `$name`, pasted into a word.
    Pasted,
    /// `$$`: a dollar.
    Dollar,
    /// A `$` that begins none of these.
    Stray,
}

/// One use of a hole in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoleUse {
    /// What it is.
    pub kind: HoleKind,
    /// Its name without `$`; `_` for [`HoleKind::Anonymous`], else empty where it has none.
    pub name: String,
    /// Its bytes in the text, from the `$` on.
    pub bytes: Bytes,
}

/// Finds the holes of a text in order. String, character and raw string literals and comments, as Go and C
/// write them, hold none.
///
/// A raw string or a comment may span rows, so give it all rows of one side, joined, rather than each alone.
pub fn scan(text: &str) -> Vec<HoleUse> {
    let hole = |(piece, bytes): (Piece, Bytes)| (piece == Piece::Dollar).then(|| read(text, bytes, '$'));
    pieces(text).filter_map(hole).collect()
}

/// Finds the holes of lines of text in order, wherever their mark is: in quotes and comments, too.
pub fn scan_lines(text: &str, sigil: char) -> Vec<HoleUse> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(sigil).map(|n| at + n) {
        at = next + hole(&text[next..], sigil).1;
        found.push(read(text, next..at, sigil));
    }
    found
}

/// The raw strings and block comments of a text: what may hold empty lines that matter.
pub(super) fn long_literals(text: &str) -> Vec<Bytes> {
    pieces(text).filter(|(piece, _)| *piece == Piece::Long).map(|(_, bytes)| bytes).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A `$` and what belongs to it.
    Dollar,
    /// A raw string or a block comment.
    Long,
    /// Anything else.
    Other,
}

/// Cuts a text into words, literals, comments, holes and single characters.
fn pieces(text: &str) -> impl Iterator<Item = (Piece, Bytes)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let (piece, len) = match first {
            '$' => (Piece::Dollar, hole(rest, '$').1),
            '"' | '\'' => (Piece::Other, quoted(rest, first)),
            '`' => (Piece::Long, until(rest, 1, "`")),
            '/' if rest.starts_with("//") => (Piece::Other, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (Piece::Long, until(rest, 2, "*/")),
            _ if is_word(first) => (Piece::Other, word(rest)),
            _ => (Piece::Other, first.len_utf8()),
        };
        at += len;
        Some((piece, at - len..at))
    })
}

/// Whether a character can be in a word of Go or C.
pub(super) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The length of the hole's name that a text begins with; 0 if it does not.
pub(super) fn name_len(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len())
}

/// The hole at these bytes.
fn read(text: &str, bytes: Bytes, sigil: char) -> HoleUse {
    let (kind, _, name) = hole(&text[bytes.start..], sigil);
    HoleUse { kind, name: name.to_owned(), bytes }
}

/// What the `$` that the text begins with is, its length and its name. `sigil` is ASCII, and is in the place of `$`.
fn hole(text: &str, sigil: char) -> (HoleKind, usize, &str) {
    let rest = &text[1..];
    if rest.starts_with(sigil) {
        return (HoleKind::Dollar, 2, "");
    }
    if let Some(after) = rest.strip_prefix("...") {
        return match name_len(after) {
            0 => (HoleKind::Dots, 4, ""),
            len => (HoleKind::NamedDots, 4 + len, &after[..len]),
        };
    }
    if let Some(after) = rest.strip_prefix('{') {
        let len = name_len(after);
        return match len > 0 && after[len..].starts_with('}') {
            true => (HoleKind::Pasted, len + 3, &after[..len]),
            false => (HoleKind::Stray, 1, ""),
        };
    }
    match &rest[..name_len(rest)] {
        "" => (HoleKind::Stray, 1, ""),
        "_" => (HoleKind::Anonymous, 2, "_"),
        name => (HoleKind::Item, 1 + name.len(), name),
    }
}

/// The length of a literal with escapes. It ends at its line's end at the latest, unless that is escaped (C).
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' => return at,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of what ends with `end`, searched from `from` on.
fn until(text: &str, from: usize, end: &str) -> usize {
    text[from..].find(end).map_or(text.len(), |found| from + found + end.len())
}

/// The length of a word. In a number, `'` between digits belongs to it (C23).
fn word(text: &str) -> usize {
    let number = text.starts_with(|c: char| c.is_ascii_digit());
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let separator = number && c == '\'' && chars.peek().is_some_and(|(_, next)| next.is_ascii_alphanumeric());
        if !is_word(c) && !separator {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use HoleKind::*;

    fn found(text: &str) -> Vec<(HoleKind, &str)> {
        scan(text).into_iter().map(|hole| (hole.kind, &text[hole.bytes])).collect()
    }

    #[test]
    fn every_kind_of_hole() {
        assert_eq!(
            found("$f($_, $...rest, $...) { backport_${f}x; sys$$call }"),
            [
                (Item, "$f"),
                (Anonymous, "$_"),
                (NamedDots, "$...rest"),
                (Dots, "$..."),
                (Pasted, "${f}"),
                (Dollar, "$$"),
            ]
        );
    }

    #[test]
    fn a_name_is_as_long_as_it_can_be() {
        assert_eq!(
            found("$_x $__ $a1.b $...x9, $x_"),
            [(Item, "$_x"), (Item, "$__"), (Item, "$a1"), (NamedDots, "$...x9"), (Item, "$x_"),]
        );
    }

    #[test]
    fn a_dollar_that_begins_no_hole_is_told() {
        assert_eq!(found("$ $1 ${ ${} ${a $é $"), [(Stray, "$"); 7]);
    }

    #[test]
    fn literals_hold_none() {
        assert_eq!(found(r#"f("$a", '$', "\"$b", '\'', $c)"#), [(Item, "$c")]);
        assert_eq!(found("x := `$a\n$b`; $c"), [(Item, "$c")]);
        assert_eq!(found("L'$', u8\"$x\", 1'000 + $c"), [(Item, "$c")]);
    }

    #[test]
    fn comments_hold_none() {
        assert_eq!(found("// $a\n$b /* $c\n$d */ $e"), [(Item, "$b"), (Item, "$e")]);
    }

    #[test]
    fn a_quote_that_is_not_closed_ends_with_its_line() {
        assert_eq!(found("#error don't $a\n$b"), [(Item, "$b")]);
        assert_eq!(found("\"a \\\n $a\" $b"), [(Item, "$b")]);
    }

    #[test]
    fn lines_have_holes_wherever_the_mark_stands() {
        let found = scan_lines("\"~a\" # ~...b $c ~~ ~", '~');
        let found: Vec<(HoleKind, &str)> = found.iter().map(|hole| (hole.kind, hole.name.as_str())).collect();
        assert_eq!(found, [(Item, "a"), (NamedDots, "b"), (Dollar, ""), (Stray, "")]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_scanned(text in r#"[$a_.{}"'`/*\\\n0é]{0,40}"#) {
            for hole in scan(&text) {
                assert!(text[hole.bytes.clone()].starts_with('$'));
            }
        }
    }
}
