//! Macros of C that repeat the statement behind them: `list_for_each_entry(p, &head, list) {…}`. The grammar knows
//! no such thing: it reads two statements and misses a semicolon between them.

use super::tree::{Node, NodeId};
use crate::language::{Language, ListKind, c};

/// Whether a call without a semicolon is a macro before the statement that it repeats.
pub(crate) fn is_header(language: Language, nodes: &[Node], id: NodeId) -> bool {
    let node = &nodes[id];
    let above = &nodes[node.parent];
    let next = nodes.get(node.end).filter(|n| n.parent == node.parent && n.tokens.start == node.tokens.end);
    language == Language::C
        && c::ends_in_semicolon(node.kind)
        && nodes.get(id + 1).is_some_and(|call| c::is_call(call.kind) && call.end == node.end)
        && language.list(above.kind, nodes[above.parent].kind, false) == Some(ListKind::Statements)
        && next.is_some_and(|n| language.is_statement(n.kind) && !c::is_directive(n.kind))
}
