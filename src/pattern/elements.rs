//! What the grammar read of a side, as elements.

use super::element::{Element, Part, Piece, Reach, Root, Side};
use super::framed::{Reading, body_tokens};
use super::names::{HoleName, Names};
use super::side_text::{SideText, is_statement};
use crate::language::{Language, c};
use crate::patchset::{HoleKind, Sign};
use crate::source::{Bytes, Gap, ListId, Node, Source, Tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Reading {
    /// The side as elements. `partner` gives the row whose unnamed holes a `+` row shares.
    pub fn elements(
        self,
        side: &SideText<'_>,
        partner: &[Option<usize>],
        fragment: usize,
        names: &mut Names,
        imports: &BTreeMap<String, String>,
    ) -> Result<Side, Unpaired> {
        let tokens = body_tokens(&self.source, &self.body);
        let holes = self.hole_names(side, partner, fragment)?;
        let mut elements: Vec<Element> = Vec::new();
        let comments = self.source.comments_in(&self.body).to_vec();
        let mut comments = comments.iter().peekable();
        let mut t = tokens.start;
        loop {
            let next = if t < tokens.end { self.source.tokens[t].bytes.start } else { self.body.end };
            while let Some(c) = comments.next_if(|c| c.bytes.start < next) {
                let part = Part::Comment(self.source.bytes[c.bytes.clone()].to_vec());
                elements.push(self.element(side, part, Gap::None, c.bytes.clone(), t..t, None));
            }
            if t >= tokens.end {
                break;
            }
            let token = &self.source.tokens[t];
            let from = self.segments.partition_point(|s| s.start <= token.bytes.start).checked_sub(1);
            let use_at = from.filter(|&n| token.bytes.end <= self.segments[n].end);
            if let Some(n) = use_at.filter(|&n| side.uses[n].kind != HoleKind::Dollar) {
                let end = (t..tokens.end).find(|&e| self.source.tokens[e].bytes.start >= self.segments[n].end);
                let region = t..end.unwrap_or(tokens.end);
                let (part, list) = self.hole_part(side, n, &region, names.id(holes[n].clone()));
                let list = list.or_else(|| self.separated_list(t));
                elements.push(self.element(side, part, token.gap, self.segments[n].clone(), region.clone(), list));
                t = region.end;
                continue;
            }
            let part = self.token_part(side, t, &tokens, names, imports);
            let list = self.separated_list(t);
            elements.push(self.element(side, part, token.gap, token.bytes.clone(), t..t + 1, list));
            t += 1;
        }
        if let Some(first) = elements.first_mut() {
            first.gap = Gap::None;
        }
        let inner_rows = join_rows(side, &mut elements);
        nest(&mut elements);
        nest_bare_bodies(&mut elements, &self.source);
        wrap(&mut elements);
        let holes = link(&mut elements);
        let root = Root::of(&self.source, &tokens);
        Ok(Side { elements, holes, root, text: side.text.clone(), inner_rows, source: Arc::new(self.source) })
    }

    fn element(
        &self,
        side: &SideText<'_>,
        part: Part,
        gap: Gap,
        at: Bytes,
        tokens: Tokens,
        list: Option<ListId>,
    ) -> Element {
        let bytes = self.to_text(side, at.start, false)..self.to_text(side, at.end, true);
        Element {
            part,
            gap,
            row: side.row(bytes.start),
            bytes,
            tokens,
            list,
            list_prior: None,
            hole_prior: None,
            depth: 0,
            wrapped: false,
        }
    }

    /// What makes each hole the same as others: its name, or its row and number.
    fn hole_names(
        &self,
        side: &SideText<'_>,
        partner: &[Option<usize>],
        fragment: usize,
    ) -> Result<Vec<HoleName>, Unpaired> {
        let mut counts: BTreeMap<(usize, bool), usize> = BTreeMap::new();
        let mut names = Vec::with_capacity(side.uses.len());
        for u in &side.uses {
            let dots = matches!(u.kind, HoleKind::Dots | HoleKind::NamedDots);
            let named = matches!(u.kind, HoleKind::Item | HoleKind::NamedDots | HoleKind::Pasted);
            if named || u.kind == HoleKind::Dollar {
                names.push(HoleName::Named(u.name.clone()));
                continue;
            }
            let row = side.row(u.bytes.start);
            let nth = counts.entry((row, dots)).or_insert(0);
            *nth += 1;
            let row = match (side.fragment.rows[row].sign, partner.get(row).copied().flatten()) {
                (Sign::Plus, Some(minus)) => minus,
                (Sign::Plus, None) => return Err(Unpaired(u.bytes.clone())),
                _ => row,
            };
            names.push(HoleName::Unnamed { fragment, row, nth: *nth, dots });
        }
        Ok(names)
    }

    fn hole_part(&self, side: &SideText<'_>, n: usize, region: &Tokens, hole: usize) -> (Part, Option<ListId>) {
        let source = &self.source;
        let u = &side.uses[n];
        let spelling = u.spellings[self.choices[n]];
        let item_of = |l: &ListId| source.lists[*l].has_item(region);
        let list = source.lists_at(region.start).rfind(item_of);
        match u.kind {
            HoleKind::Dots | HoleKind::NamedDots => {
                let reach = match list {
                    Some(l) if source.lists[l].kind.by_lines() => {
                        let last = source.lists[l].inside.end == region.end;
                        Reach::Lines { tail: last && source.language.is_branch(source.kind(source.lists[l].node)) }
                    }
                    Some(_) => Reach::Commas,
                    None => self.reach_without_list(region),
                };
                (Part::Dots(hole, reach), list)
            }
            _ if !spelling.contains('@') => (Part::Operator(hole), None),
            _ if is_statement(spelling) => (Part::Statement(hole), None),
            _ => (Part::Item(hole), None),
        }
    }

    fn reach_without_list(&self, region: &Tokens) -> Reach {
        let source = &self.source;
        let node = source.node_around(region);
        let up = source.nodes[node].parent;
        let bracketed = region.start > 0
            && matches!(source.text(region.start - 1), b"(" | b"[")
            && source.tokens.get(region.end).is_some_and(|_| matches!(source.text(region.end), b")" | b"]"));
        if bracketed {
            Reach::Bracket
        } else if source.language == Language::C && source.nodes[node].field == "type" {
            Reach::Specifiers
        } else if source.has_header(up) || source.has_header(node) {
            Reach::Header
        } else {
            Reach::Commas
        }
    }

    /// The list whose border a separated token is.
    fn separated_list(&self, t: usize) -> Option<ListId> {
        let source = &self.source;
        let by_lines = match source.tokens[t].gap {
            Gap::None => return None,
            Gap::Comma => false,
            Gap::Line => true,
        };
        let starts = |l: &ListId| {
            let list = &source.lists[*l];
            list.kind.by_lines() == by_lines && list.item_from(t).is_some_and(|item| item > 0)
        };
        source.lists_at(t).rfind(starts)
    }

    fn token_part(
        &self,
        side: &SideText<'_>,
        t: usize,
        tokens: &Tokens,
        names: &mut Names,
        imports: &BTreeMap<String, String>,
    ) -> Part {
        let source = &self.source;
        let token = &source.tokens[t];
        let text = source.word(t).into_owned();
        let from = self.segments.partition_point(|s| s.start < token.bytes.start);
        let inside: Vec<usize> =
            (from..self.segments.len()).take_while(|&n| self.segments[n].end <= token.bytes.end).collect();
        if !inside.is_empty() {
            let mut pieces = Vec::new();
            let mut at = token.bytes.start;
            for n in inside {
                let (segment, u) = (&self.segments[n], &side.uses[n]);
                pieces.push(Piece::Text(source.bytes[at..segment.start].to_vec()));
                pieces.push(match u.kind {
                    HoleKind::Dollar => Piece::Text(b"$".to_vec()),
                    _ => Piece::Hole(names.id(HoleName::Named(u.name.clone()))),
                });
                at = segment.end;
            }
            pieces.push(Piece::Text(source.bytes[at..token.bytes.end].to_vec()));
            pieces.retain(|p| !matches!(p, Piece::Text(t) if t.is_empty()));
            if let [Piece::Hole(hole)] = pieces[..] {
                return Part::Item(hole);
            }
            return Part::Paste(pieces);
        }
        let dot = |t: usize| tokens.contains(&t) && source.text(t) == b".";
        if dot(t + 1) && (t == tokens.start || !dot(t - 1)) {
            let name = String::from_utf8_lossy(&text).into_owned();
            if let Some(path) = imports.get(&name) {
                return Part::Package { name, path: path.clone() };
            }
        }
        Part::Token { text, atom: token.atom }
    }
}

/// A `$_` or `$...` on a `+` row that has no `-` row to take its text from.
pub(crate) struct Unpaired(pub Bytes);

/// Counts what is behind a token of several rows to the row that the token began on; gives the rows that are
/// left without elements by this.
fn join_rows(side: &SideText<'_>, elements: &mut [Element]) -> BTreeSet<usize> {
    let mut inner = BTreeSet::new();
    let mut joined = None;
    for e in elements {
        if let Some((last, first)) = joined
            && e.row == last
        {
            e.row = first;
        }
        let last = side.row(e.bytes.end.saturating_sub(1).max(e.bytes.start));
        if side.text[e.bytes.clone()].contains('\n') {
            let behind = &side.starts[side.starts.partition_point(|s| s.1 <= e.row)..];
            inner.extend(behind.iter().map(|s| s.1).take_while(|r| *r <= last));
            joined = Some((last, e.row));
        }
    }
    inner
}

/// Says how deep each row is nested. Brackets that open on one row count once, as they do in any layout; those that
/// a row begins by closing do not count for it.
fn nest(elements: &mut [Element]) {
    // The rows on which brackets are open, each with how many rows these are up to it.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < elements.len() {
        let row = elements[at].row;
        let end = at + elements[at..].iter().take_while(|e| e.row == row).count();
        let mark = |e: &Element| match &e.part {
            Part::Token { text, .. } => match &text[..] {
                b"(" | b"[" | b"{" => 1,
                b")" | b"]" | b"}" => -1,
                _ => 0,
            },
            _ => 0,
        };
        let closing = elements[at..end].iter().take_while(|e| mark(e) < 0).count();
        open.truncate(open.len().saturating_sub(closing));
        let rows = |open: &[(usize, usize)]| open.last().map_or(0, |o| o.1);
        for e in &mut elements[at..end] {
            e.depth = rows(&open);
        }
        for e in &elements[at + closing..end] {
            match mark(e) {
                1 => open.push((row, rows(&open) + usize::from(open.last().is_none_or(|o| o.0 != row)))),
                -1 => drop(open.pop()),
                _ => {}
            }
        }
        at = end;
    }
}

/// What a header without braces governs is a step deeper, too, where it is on a row of its own.
fn nest_bare_bodies(elements: &mut [Element], source: &Source) {
    let row = |t: usize| elements.get(elements.partition_point(|e| e.tokens.end <= t)).map(|e| e.row);
    let mut steps: Vec<(usize, isize)> = Vec::new();
    // It looks like a macro that repeats what follows, and governs nothing.
    let is_pragma = |node: &Node| c::is_pragma(source.text(node.tokens.start));
    for (id, node) in source.nodes.iter().enumerate() {
        let parent = &source.nodes[node.parent];
        let (header, body) = match source.nodes.get(node.end).filter(|_| source.is_macro_header(id) && !is_pragma(node))
        {
            Some(body) => (node.tokens.start, body),
            None => (parent.tokens.start, node),
        };
        let bare = match std::ptr::eq(body, node) {
            true => source.is_bare_body(id),
            false => !source.language.is_code_kind(body.kind, body.field, "block"),
        };
        if bare && row(header) < row(body.tokens.start) {
            steps.extend([(body.tokens.start, 1), (body.tokens.end, -1)]);
        }
    }
    steps.sort_unstable();
    let (mut steps, mut deeper) = (steps.into_iter().peekable(), 0isize);
    // A row is as deep as what it begins with.
    let mut last = None;
    for e in elements {
        while let Some((_, step)) = steps.next_if(|s| s.0 <= e.tokens.start) {
            deeper += step;
        }
        let (_, of_row) = *last.insert(last.filter(|l: &(usize, isize)| l.0 == e.row).unwrap_or((e.row, deeper)));
        e.depth = e.depth.saturating_add_signed(of_row);
    }
}

/// Says which elements are within a bracket that is no brace.
fn wrap(elements: &mut [Element]) {
    let mut open = Vec::new();
    for e in elements {
        e.wrapped = open.last().is_some_and(|bracket| *bracket != b'{');
        let Part::Token { text, .. } = &e.part else { continue };
        match &text[..] {
            b"(" | b"[" | b"{" => open.push(text[0]),
            b")" | b"]" | b"}" => drop(open.pop()),
            _ => {}
        }
    }
}

/// Fills in what earlier elements each one must agree with; gives the first of each hole.
pub(crate) fn link(elements: &mut [Element]) -> BTreeMap<usize, usize> {
    let mut lists: BTreeMap<usize, usize> = BTreeMap::new();
    let mut holes: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, e) in elements.iter_mut().enumerate() {
        if let Some(list) = e.list {
            e.list_prior = lists.get(&list).copied();
            lists.entry(list).or_insert(i);
        }
        if let Some(hole) = e.part.hole() {
            e.hole_prior = holes.get(&hole).copied();
            holes.entry(hole).or_insert(i);
        }
    }
    holes
}
