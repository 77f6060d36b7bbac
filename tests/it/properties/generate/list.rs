//! Arguments and elements that come and go within a line.

use super::{Maker, reading, separate};
use crate::properties::case::Draft;
use crate::properties::fragment::Word;
use crate::properties::place::{Place, Run};
use treepatch::language::{Language, ListKind};
use treepatch::source::{Edit, List};

impl Maker<'_> {
    /// One more argument, parameter or element.
    pub(super) fn insert_argument(&mut self) -> Option<Draft> {
        let (run, list) = self.inline_list()?;
        let source = self.source;
        let spread = source.text(list.items.last()?.tokens.end - 1) == b"...";
        let at = if spread { 0 } else { self.random.below(list.items.len() + 1) };
        let new = match (list.kind, source.language) {
            (ListKind::Parameters, Language::C) => format!("int {}", self.name()),
            _ => self.name(),
        };
        let mut before = self.show(&run, std::slice::from_ref(&list.inside), true);
        separate(&mut before, &run, self.random);
        let mut after = before.clone();
        let near = &list.items[at.min(list.items.len() - 1)].tokens;
        let (row, words) = after.words_of(near)?;
        let (place, come, edit) = if at == list.items.len() {
            let end = source.span(near).end;
            let come = vec![Word::new(",", false), Word::new(new.clone(), true)];
            (words.end, come, Edit::new(end..end, format!(", {new}")))
        } else {
            let start = source.span(near).start;
            let come = vec![Word::new(new.clone(), false), Word::new(",", false)];
            (words.start, come, Edit::new(start..start, format!("{new}, ")))
        };
        after.rows[row].words.splice(place..place, come);
        if at < list.items.len() {
            if let Some(next) = after.rows[row].words.get_mut(place + 2) {
                next.blank = " ".to_owned();
            }
            after.rows[row].words[place].blank.clone_from(&before.rows[row].words[place].blank);
        }
        let style = self.style();
        let rows = self.difference(&before, &after, &style);
        Some(Draft { how: "an argument", rows, reading: reading(run.place().kind), edits: vec![edit] })
    }

    /// One argument, parameter or element less.
    pub(super) fn delete_argument(&mut self) -> Option<Draft> {
        let (run, list) = self.inline_list()?;
        let source = self.source;
        let at = self.random.below(list.items.len());
        let tokens = &list.items[at].tokens;
        if list.items.len() == 1 && list.kind == ListKind::Elements && source.language == Language::C {
            return None;
        }
        let mut before = self.show(&run, std::slice::from_ref(&list.inside), true);
        separate(&mut before, &run, self.random);
        let mut after = before.clone();
        let (row, words) = after.words_of(tokens)?;
        let is_comma = |w: Option<&Word>| w.is_some_and(|w| w.text == "," && w.token.is_none());
        let all = &after.rows[row].words;
        let span = source.span(tokens);
        let (gone, edit) = if at + 1 < list.items.len() {
            let to = source.span(&list.items[at + 1].tokens).start;
            is_comma(all.get(words.end)).then(|| (words.start..words.end + 1, Edit::new(span.start..to, "")))?
        } else if at > 0 {
            let from = source.span(&list.items[at - 1].tokens).end;
            is_comma(all.get(words.start.wrapping_sub(1)))
                .then(|| (words.start - 1..words.end, Edit::new(from..span.end, "")))?
        } else if is_comma(all.get(words.end)) || source.bytes.get(span.end) == Some(&b',') {
            return None;
        } else {
            (words, Edit::new(span, ""))
        };
        let first = after.rows[row].words[gone.start].blank.clone();
        let at_start = gone.start;
        after.rows[row].words.drain(gone);
        if after.rows[row].words.is_empty() {
            return None;
        }
        if let Some(word) =
            after.rows[row].words.get_mut(at_start).filter(|w| w.token.is_some() && at + 1 < list.items.len())
        {
            word.blank = first;
        }
        let style = self.style();
        let rows = self.difference(&before, &after, &style);
        Some(Draft { how: "an argument", rows, reading: reading(run.place().kind), edits: vec![edit] })
    }

    /// A list within one line, and the item with its own lines that it is in.
    fn inline_list(&mut self) -> Option<(Run, List)> {
        let source = self.source;
        let kinds = match source.language {
            Language::Go => [ListKind::Arguments, ListKind::Elements].as_slice(),
            Language::C | Language::Text => &[ListKind::Arguments, ListKind::Elements, ListKind::Parameters],
        };
        let lists: Vec<&List> =
            source.lists.iter().filter(|l| kinds.contains(&l.kind) && !l.items.is_empty()).collect();
        let list = (*self.random.pick(&lists)?).clone();
        let first = list.inside.start.checked_sub(1)?;
        let span = source.span(&(first..(list.inside.end + 1).min(source.tokens.len())));
        let text = &source.bytes[span.clone()];
        let line = source.lines.start(span.start);
        let directive = source.bytes[line..span.start].trim_ascii_start().starts_with(b"#");
        let keyed = list.kind == ListKind::Elements && text.contains(&b':');
        let void = list.kind == ListKind::Parameters && matches!(text, b"(void)" | b"( void )");
        if text.contains(&b'\n') || directive || keyed || void || !source.comments_in(&span).is_empty() {
            return None;
        }
        let holds = |id: &usize| {
            let outer = &source.lists[*id];
            let own = [ListKind::Statements, ListKind::Fields, ListKind::Specs, ListKind::File].contains(&outer.kind);
            own && outer.items.iter().any(|i| i.tokens.start < list.inside.start && list.inside.end < i.tokens.end)
        };
        let outer = (0..source.lists.len()).rev().find(holds)?;
        let item = source.lists[outer]
            .items
            .iter()
            .position(|i| i.tokens.start < list.inside.start && list.inside.end < i.tokens.end)?;
        Place::of(source, outer, item)?;
        Some((self.run_at(outer, item)?, list))
    }
}
