//! How much a token is like an element, and what it is worth.

use crate::language::Atom;
use crate::pattern::Part;
use crate::source::Source;

/// What an element is worth where it is found, and what it costs where it is not. Rare names tell most.
pub(crate) fn worth(part: &Part, source: &Source, count: usize) -> (i32, i32) {
    let named = match count {
        0 | 1 => 64,
        2..=4 => 48,
        5..=16 => 32,
        17..=64 => 20,
        _ => 16,
    };
    match part {
        // Whatever else has come between, what opens must close.
        Part::Token { text, .. } if matches!(text.as_slice(), b")" | b"]" | b"}") => (4, 24),
        Part::Token { atom: Atom::Mark, .. } => (4, 8),
        Part::Token { text, .. } if is_keyword(source, text) => (12, 12),
        Part::Token { text, .. } if std::str::from_utf8(text).is_ok_and(|w| source.language.is_predeclared(w)) => {
            (16, 14)
        }
        Part::Token { .. } | Part::Package { .. } => (named, 14),
        Part::Item(_) | Part::Statement(_) | Part::Operator(_) | Part::Paste(_) => (8, 8),
        Part::Dots(..) | Part::Comment(_) => (0, 0),
    }
}

/// Whether it is a word of the language, or of the preprocessor.
pub(crate) fn is_keyword(source: &Source, text: &[u8]) -> bool {
    text.first() == Some(&b'#') || std::str::from_utf8(text).is_ok_and(|w| source.language.is_keyword(w))
}

/// Whether the token could have taken the element's place: a name for a name, an operator for an operator.
pub(crate) fn alike(part: &Part, source: &Source, t: usize) -> bool {
    let sort = |atom: Atom, text: &[u8]| match atom {
        Atom::Mark if is_sign(text) => 1,
        Atom::Mark | Atom::Tag => 0,
        Atom::Word if is_keyword(source, text) => 2,
        Atom::Word | Atom::Number | Atom::Text | Atom::Macro => 3,
    };
    let wanted = match part {
        Part::Token { text, atom } => sort(*atom, text),
        Part::Package { .. } | Part::Paste(_) => 3,
        _ => 0,
    };
    wanted != 0 && wanted == sort(source.tokens[t].atom, source.text(t))
}

/// How much of a text two tokens share from both ends, per mille; nothing to speak of is nothing.
pub(crate) fn likeness(part: &Part, text: &[u8]) -> i32 {
    let Part::Token { text: wanted, .. } = part else { return 0 };
    let head = wanted.iter().zip(text).take_while(|(a, b)| a == b).count();
    let (a, b) = (&wanted[head..], &text[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (same, longest) = (head + tail, wanted.len().max(text.len()).max(1));
    if longest < 4 || same * 2 < longest { 0 } else { i32::try_from(same * 1000 / longest).unwrap_or(0) }
}

/// Whether the token is an operator rather than a bracket or a separator.
pub(crate) fn is_operator(source: &Source, t: usize) -> bool {
    source.tokens[t].atom == Atom::Mark && is_sign(source.text(t))
}

/// Whether a mark does something, rather than hold or part other code.
pub(crate) fn is_sign(text: &[u8]) -> bool {
    text.iter().all(|b| !b"(){}[];:,".contains(b))
}
