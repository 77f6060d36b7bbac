use super::HoleId;
use crate::language::{Atom, ListKind};
use crate::source::{Bytes, Gap, Source, Tokens};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// One side of a body: a run of elements.
#[derive(Clone, Debug)]
pub struct Side {
    /// The elements in order.
    pub elements: Vec<Element>,
    /// The first element of each hole.
    pub(crate) holes: BTreeMap<HoleId, usize>,
    /// What the whole is, and where it may be.
    pub root: Root,
    /// The rows of this side, joined by line ends, as the author wrote them.
    pub text: String,
    /// Rows of the fragment over which a token of an earlier row (a raw string, a comment) reaches. What is
    /// behind it counts to the row that it began on.
    pub inner_rows: std::collections::BTreeSet<usize>,
    /// The rows as a file of their own, placeholders for the holes: what the other side is matched against at load.
    pub source: Arc<Source>,
}

/// What a side is as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// Nothing is shown.
    Empty,
    /// One expression or type.
    Value,
    /// One name, wherever it is.
    Name,
    /// One node of any of these kinds.
    Node(Vec<&'static str>),
    /// A run of tokens, whatever they are a part of.
    Part,
    /// A run of items of one list.
    Run {
        /// Whether of a list of lines, rather than of commas.
        by_lines: bool,
        /// The list, numbered within the side.
        list: Option<usize>,
    },
}

/// One thing that a side shows.
#[derive(Clone, Debug)]
pub struct Element {
    /// What it is.
    pub part: Part,
    /// What separates it from the element before.
    pub gap: Gap,
    /// The row it begins on, as an index into the fragment's rows.
    pub row: usize,
    /// Its bytes in [`Side::text`].
    pub bytes: Bytes,
    /// Its tokens in [`Side::source`].
    pub tokens: Tokens,
    /// The list it is an item border of, numbered within the side, where that matters to matching.
    pub list: Option<usize>,
    /// An earlier element with the same list number.
    pub list_prior: Option<usize>,
    /// An earlier element with the same hole.
    pub hole_prior: Option<usize>,
    /// How deep its row is nested in brackets: those that open on one row count once.
    pub depth: usize,
    /// Whether the innermost bracket around it is no brace.
    pub wrapped: bool,
}

/// What an element matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// This token.
    Token {
        /// Its text.
        text: Vec<u8>,
        /// Its kind.
        atom: Atom,
    },
    /// The name by which the file imports this package.
    Package {
        /// The name that the body uses.
        name: String,
        /// The package's import path.
        path: String,
    },
    /// One item.
    Item(HoleId),
    /// One whole statement.
    Statement(HoleId),
    /// One operator.
    Operator(HoleId),
    /// Any number of items.
    Dots(HoleId, Reach),
    /// One token pasted together.
    Paste(Vec<Piece>),
    /// A comment, in the gap before the next token.
    Comment(Vec<u8>),
}

/// A piece of a pasted token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// This text.
    Text(Vec<u8>),
    /// The text of a hole.
    Hole(HoleId),
}

/// How far an ellipsis goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Whole items of a list of lines.
    Lines {
        /// Whether it ends a branch (`case`, `#if`) and may go on over whole branches behind it.
        tail: bool,
    },
    /// Whole items of a list of commas.
    Commas,
    /// All between a keyword such as `if` and the body's brace.
    Header,
    /// All between two brackets.
    Bracket,
    /// The words before a C declarator.
    Specifiers,
}

impl Root {
    /// What some tokens are as a whole.
    pub(crate) fn of(source: &Source, tokens: &Tokens) -> Root {
        if tokens.is_empty() {
            return Root::Empty;
        }
        let over: Vec<&'static str> = source
            .nodes_over(tokens)
            .filter(|(id, n)| *id != 0 && !source.language.is_item_holder(n.kind))
            .map(|(_, n)| n.kind)
            .collect();
        // The list whose items the whole is made of: of `a, b := f()` and what follows, the statements, not the names.
        let mut made_of = source.lists_at(tokens.start).filter(|&l| {
            let list = &source.lists[l];
            list.item_from(tokens.start).zip(list.item_to(tokens.end)).is_some_and(|(first, last)| first < last)
        });
        if over.iter().any(|k| source.language.is_value(k)) {
            return Root::Value;
        }
        if !over.is_empty() {
            return Root::Node(over);
        }
        let list = made_of.next_back();
        Root::Run { by_lines: list.is_none_or(|l| source.lists[l].kind.by_lines()), list }
    }
}

impl Part {
    /// The hole that this part binds by itself.
    pub fn hole(&self) -> Option<HoleId> {
        match self {
            Part::Item(h) | Part::Statement(h) | Part::Operator(h) | Part::Dots(h, _) => Some(*h),
            _ => None,
        }
    }

    /// Whether it is a hole for code of any extent.
    pub fn takes_code(&self) -> bool {
        matches!(self, Part::Item(_) | Part::Statement(_))
    }

    /// Whether it is an ellipsis.
    pub fn is_dots(&self) -> bool {
        matches!(self, Part::Dots(..))
    }
}

impl Side {
    /// The first element that shows a hole.
    pub fn of_hole(&self, hole: HoleId) -> Option<usize> {
        self.holes.get(&hole).copied()
    }

    /// The elements that are on a row of the fragment.
    pub fn on_row(&self, row: usize) -> Range<usize> {
        let from = self.elements.partition_point(|e| e.row < row);
        from..self.elements.partition_point(|e| e.row <= row)
    }

    /// The element's text as the author wrote it.
    pub fn written(&self, element: usize) -> &str {
        &self.text[self.elements[element].bytes.clone()]
    }

    /// How many items of one list it can cover: 1 where it is within an item or is one, `None` where an ellipsis
    /// is among the items.
    pub fn items(&self) -> Option<usize> {
        let Root::Run { by_lines: true, list } = &self.root else { return Some(1) };
        let of_run = || self.elements.iter().filter(|e| list.is_some() && e.list == *list);
        let counts = list.is_some() && !of_run().any(|e| e.part.is_dots());
        counts.then(|| 1 + of_run().filter(|e| e.gap == Gap::Line).count())
    }

    /// What the row has behind an element that ends it.
    pub fn tail(&self, last: usize) -> &str {
        self.text[self.elements[last].bytes.end..].split('\n').next().unwrap_or("")
    }

    /// The text between two neighbouring elements.
    pub fn between(&self, left: usize, right: usize) -> &str {
        &self.text[self.elements[left].bytes.end..self.elements[right].bytes.start]
    }
}

/// The lists in which a fragment that was read as `reading` can be, where that is bound.
pub(crate) fn lists_of(reading: crate::patchset::Reading) -> Option<&'static [ListKind]> {
    use crate::patchset::Reading as R;
    Some(match reading {
        R::Code | R::Label | R::Name => return None,
        R::Field => &[ListKind::Fields],
        R::Element => &[ListKind::Elements],
        R::Parameter => &[ListKind::Parameters],
        R::Case => &[ListKind::Clauses],
        R::Method => &[ListKind::Methods],
        R::Spec => &[ListKind::Specs],
        R::Enumerator => &[ListKind::Enumerators],
    })
}
