//! A site that is all that a header without braces governs.
//!
//! The body of the patch does not show that header, and means a statement among others. Where it leaves no statement
//! in its place, or several, or one that would take the header's `else`, braces go around what is left, in the file's
//! style, so that the header governs what it did.

use crate::find::Hit;
use crate::language::{Form, Language};
use crate::pattern::{Part, Root, Side, Variant};
use crate::source::{NodeId, Source, Tokens};

/// A statement below a header without braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    /// The tokens of the header, up to the statement.
    pub header: Tokens,
    /// The tokens of the statement.
    pub body: Tokens,
    /// Whether nothing is left of it.
    pub is_empty: bool,
}

impl Bare {
    /// The header of a site that needs braces.
    pub fn of(variant: &Variant, source: &Source, hit: &Hit) -> Option<Bare> {
        if source.language != Language::C || variant.grouped.is_some() {
            return None;
        }
        let (body, count) = (hit.matched.tokens.clone(), statements(variant, source, hit)?);
        let header = Bare::header(source, &body)?;
        let takes_else = || {
            let goes_on = body.end < source.tokens.len() && source.text(body.end) == b"else";
            goes_on && ends_open(&variant.after)
        };
        (count != 1 || takes_else()).then_some(Bare { header, body, is_empty: count == 0 })
    }

    /// The header without braces that governs exactly these tokens.
    pub fn header(source: &Source, body: &Tokens) -> Option<Tokens> {
        let first = body.start.checked_sub(1)?;
        let is_bare = |&(id, _): &(NodeId, _)| {
            let node = &source.nodes[id];
            source.language.is_bare_body(node.kind, node.field, source.kind(node.parent))
        };
        if let Some((id, _)) = source.nodes_over(body).find(is_bare) {
            return Some(source.nodes[source.nodes[id].parent].tokens.start..body.start);
        }
        // A macro that repeats what follows.
        let own = source.tokens[first].node;
        let mut above = std::iter::once(own).chain(source.ancestors(own));
        let call = above.find(|&id| source.nodes[id].tokens.end == body.start && source.is_macro_header(id))?;
        let next = &source.nodes[source.nodes[call].end];
        (next.tokens == *body && !source.language.is_block(next.kind)).then(|| source.nodes[call].tokens.clone())
    }
}

/// How many statements the after side leaves in the place of one; nothing where it is no statement.
fn statements(variant: &Variant, source: &Source, hit: &Hit) -> Option<usize> {
    let side = &variant.after;
    let items: Vec<Tokens> = match &side.root {
        Root::Empty => return Some(0),
        Root::Value | Root::Name | Root::Part => return None,
        Root::Run { by_lines: true, list: Some(list) } => {
            let items = side.source.lists[*list].items.iter().map(|i| i.tokens.clone());
            items
                .filter(|i| {
                    let from = side.elements.partition_point(|e| e.tokens.start < i.start);
                    let within = side.elements[from..].iter().take_while(|e| e.tokens.start < i.end);
                    within.into_iter().any(|e| !e.tokens.is_empty())
                })
                .collect()
        }
        Root::Run { .. } => return None,
        Root::Node(_) => {
            let shown = || side.elements.iter().filter(|e| !e.tokens.is_empty());
            let whole = shown().next()?.tokens.start..shown().next_back()?.tokens.end;
            std::iter::once(whole).collect()
        }
    };
    Some(items.iter().map(|item| weight(variant, source, hit, item)).sum())
}

/// How many statements an item is: an ellipsis is as many as it stands for, and what cannot be alone below a header counts
/// as two.
fn weight(variant: &Variant, source: &Source, hit: &Hit, item: &Tokens) -> usize {
    let side = &variant.after;
    let from = side.elements.partition_point(|e| e.tokens.start < item.start);
    let here = side.elements[from..].iter().take_while(|e| e.tokens.start == item.start);
    let dots = here.into_iter().find(|e| e.tokens == *item && e.part.is_dots());
    let bound = dots.and_then(|e| variant.before.of_hole(e.part.hole()?)).map(|b| &hit.matched.bounds[b]);
    if let Some(bound) = bound {
        let Some(list) = bound.list.map(|l| &source.lists[l]) else { return 1 };
        let within = |i: &Tokens| bound.tokens.start <= i.start && i.end <= bound.tokens.end;
        let items = list.items.iter().filter(|i| within(&i.tokens) && !i.tokens.is_empty());
        return items.map(|i| if i.node.is_some_and(|id| is_declaration(source, id)) { 2 } else { 1 }).sum();
    }
    let is_alone = !side.source.nodes_over(item).any(|(id, _)| is_declaration(&side.source, id));
    if is_alone { 1 } else { 2 }
}

/// Whether the node is no statement, so that it cannot be what a header governs: a declaration, a directive.
fn is_declaration(source: &Source, id: NodeId) -> bool {
    source.language.is_declaration(source.kind(id)) || source.language.is_branch(source.kind(id))
}

/// Whether a side ends with an `if` that has no `else`, and so would take one that follows.
fn ends_open(side: &Side) -> bool {
    let Some(last) = side.elements.iter().rev().find(|e| !matches!(e.part, Part::Comment(_))) else { return false };
    let source = &side.source;
    let ends = |id: &NodeId| source.nodes[*id].tokens.end == last.tokens.end;
    let open = |id: NodeId| {
        let form = source.language.form(source.kind(id), source.nodes[id].field);
        form == Form::If && source.child(id, "alternative").is_none()
    };
    let own = source.tokens.get(last.tokens.start).map_or(0, |t| t.node);
    // What ends in a closed block is not asked: its last token is the brace.
    std::iter::once(own).chain(source.ancestors(own)).take_while(ends).any(open)
}
