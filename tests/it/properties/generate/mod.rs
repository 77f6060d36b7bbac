//! Patches made of real code: at random places, in random spelling, and what each of them means as a plain edit.

mod delete;
mod insert;
mod list;
mod replace;
mod shift;
mod snippets;
mod wrap;

use crate::disturb::Random;
use crate::properties::case::{Case, Draft, Dress, Kind};
use crate::properties::corpus::Excerpt;
use crate::properties::fragment::{Fragment, Row, Style, Word};
use crate::properties::place::{Place, Run, is_shown, occurrences};
use treepatch::language::{Language, ListKind};
use treepatch::source::{Source, Tokens};

/// A patch of this kind for the excerpt, if it has a place for one.
pub fn case(excerpt: &Excerpt, kind: Kind, number: usize, random: &mut Random) -> Option<Case> {
    let source = &excerpt.source;
    for _ in 0..20 {
        let exact = random.below(3) == 0;
        let maker = Maker { source, number, exact, random };
        let Some(mut draft) = maker.draft(kind) else { continue };
        draft.edits.sort_by_key(|e| (e.bytes.start, e.bytes.end));
        let odd = |text: &str| text.contains("'''") || text.contains('\r');
        if draft.rows.iter().any(|(_, text)| odd(text)) {
            continue;
        }
        let end = if source.language == Language::Go { "go" } else { "c" };
        let mut patch = format!("[[patch]]\nid = \"made\"\ntitle = \"made\"\nwhy = \"made\"\nfiles = [\"*.{end}\"]\n");
        if let Some(reading) = draft.reading {
            patch.push_str(&format!("as = \"{reading}\"\n"));
        }
        patch.push_str("diff = '''\n");
        for (sign, text) in &draft.rows {
            text.split('\n').for_each(|line| patch.push_str(&format!("{sign}{line}\n")));
        }
        patch.push_str("'''\n");
        let dress = match random.below(20) {
            0 => Dress::Crlf,
            1 => Dress::Bom,
            2 => Dress::NoLastLineEnd,
            _ => Dress::Plain,
        };
        return Some(Case {
            number,
            language: source.language,
            kind,
            how: draft.how,
            origin: excerpt.origin.clone(),
            dress,
            text: source.bytes.to_vec(),
            patch,
            edits: draft.edits,
        });
    }
    None
}

/// One try.
struct Maker<'a> {
    source: &'a Source,
    number: usize,
    /// Spelt as the source is.
    exact: bool,
    random: &'a mut Random,
}

impl Maker<'_> {
    fn draft(mut self, kind: Kind) -> Option<Draft> {
        let way = self.random.below(10);
        match (kind, way) {
            (Kind::Replace, 0..5) => self.replace_token(),
            (Kind::Replace, 5..8) => self.replace_item(),
            (Kind::Replace, _) => self.replace_expression(),
            (Kind::Insert, 0..5) => self.insert_below(),
            (Kind::Insert, 5..8) => self.insert_above(),
            (Kind::Insert, _) => self.insert_argument(),
            (Kind::Delete, 0..6) => self.delete_item(),
            (Kind::Delete, 6..8) => self.unwrap(),
            (Kind::Delete, _) => self.delete_argument(),
            (Kind::Move, _) => self.shift(),
            (Kind::Wrap, 0..5) => self.wrap_item(),
            (Kind::Wrap, _) => self.wrap_expression(),
        }
    }

    fn go(&self) -> bool {
        self.source.language == Language::Go
    }

    /// A name that stands nowhere else.
    fn name(&self) -> String {
        format!("patched{}", self.number)
    }

    /// An item alone on its lines, and items beside it that tell it from others.
    fn run(&mut self) -> Option<Run> {
        use ListKind::*;
        let kinds = [File, Statements, Fields, Methods, Specs, Elements, Enumerators];
        let fits = |l: &&treepatch::source::List| kinds.contains(&l.kind) && !l.items.is_empty();
        // The long lists of a file are not the only ones that count.
        let lists: Vec<usize> = (0..self.source.lists.len()).filter(|&l| fits(&&self.source.lists[l])).collect();
        let &list = self.random.pick(&lists)?;
        let item = self.random.below(self.source.lists[list].items.len());
        self.run_at(list, item)
    }

    /// The same for an item that is given.
    fn run_at(&mut self, list: usize, item: usize) -> Option<Run> {
        let source = self.source;
        // The specs of an import are sorted by gofmt.
        let inside = source.lists[list].inside.start;
        if source.lists[list].kind == ListKind::Specs && inside > 1 && source.text(inside - 2) == b"import" {
            return None;
        }
        let place = Place::of(source, list, item).filter(|p| is_shown(source, p))?;
        let mut run = Run { places: vec![place], at: 0 };
        if self.random.below(4) == 0 {
            run.grow_up(source);
        }
        if self.random.below(4) == 0 {
            run.grow_down(source);
        }
        for _ in 0..3 {
            if occurrences(source, &run.tokens()) == 1 {
                return Some(run);
            }
            if !run.grow_down(source) && !run.grow_up(source) {
                return None;
            }
        }
        None
    }

    /// The run as rows, veiled and respelt; `pinned` stays as it is.
    fn show(&mut self, run: &Run, pinned: &[Tokens], rows_too: bool) -> Fragment {
        let tokens = run.tokens();
        let mut fragment = Fragment::of(self.source, &tokens);
        fragment.veil(self.source, &tokens, pinned, rows_too, self.random);
        self.respell(&mut fragment, &run.starts());
        fragment
    }

    fn respell(&mut self, fragment: &mut Fragment, starts: &[usize]) {
        if !self.exact {
            fragment.respell(self.source, starts, self.random);
        }
    }

    fn style(&mut self) -> Style {
        if self.exact { Style::Exact } else { Style::any(self.random) }
    }

    /// Rows with one sign.
    fn signed(&mut self, sign: char, fragment: &Fragment, style: &Style) -> Vec<(char, String)> {
        fragment.texts(style, self.random).into_iter().map(|text| (sign, text)).collect()
    }

    /// Two versions of one fragment as a diff.
    fn difference(&mut self, before: &Fragment, after: &Fragment, style: &Style) -> Vec<(char, String)> {
        let (old, new) = (before.texts(style, self.random), after.texts(style, self.random));
        let mut rows = Vec::new();
        let mut coming = Vec::new();
        for (n, (a, b)) in before.rows.iter().zip(&after.rows).enumerate() {
            if a == b {
                rows.append(&mut coming);
                rows.push((' ', old[n].clone()));
            } else {
                rows.push(('-', old[n].clone()));
                coming.push(('+', new[n].clone()));
            }
        }
        rows.append(&mut coming);
        rows
    }
}

/// The rows of a fragment that belong to the items from one to another, as a range.
fn rows_of(fragment: &Fragment, run: &Run, item: usize) -> std::ops::Range<usize> {
    let first = |item: usize| {
        let start = run.places.get(item).map(|p| p.tokens.start);
        start.and_then(|t| fragment.row_of(t)).unwrap_or(fragment.rows.len())
    };
    first(item)..first(item + 1)
}

/// What a body of such items is read as.
fn reading(kind: ListKind) -> Option<&'static str> {
    match kind {
        ListKind::Fields => Some("field"),
        ListKind::Methods => Some("method"),
        ListKind::Specs => Some("spec"),
        ListKind::Elements => Some("element"),
        ListKind::Enumerators => Some("enumerator"),
        ListKind::File | ListKind::Statements => Some("code"),
        _ => None,
    }
}

/// A comma where the items of the body's list need one: behind every item but the last.
fn separate(fragment: &mut Fragment, run: &Run, random: &mut Random) {
    if run.place().kind.by_lines() {
        return;
    }
    let comma = |row: &mut Row| {
        if row.words.last().is_some_and(|w| w.text != ",") {
            row.words.push(Word::new(",", false));
        }
    };
    let last = fragment.rows.len() - 1;
    if random.below(2) == 0 {
        comma(&mut fragment.rows[last]);
    }
}
