//! The fields that tags belong to.

use crate::language::{Atom, go_nodes as go};
use crate::source::{NodeId, Source, Tokens};

/// The field that a tag belongs to.
pub fn tagged_field(source: &Source, tag: usize) -> Option<NodeId> {
    let node = source.tokens.get(tag).filter(|t| t.atom == Atom::Tag)?.node;
    std::iter::once(node).chain(source.ancestors(node)).find(|&id| source.kind(id) == go::FIELD)
}

/// The names of a field: those before its type, or that of the type which it embeds.
pub fn field_names(source: &Source, field: NodeId) -> Vec<&[u8]> {
    let names = source.children(field).filter(|&c| source.nodes[c].field == "name");
    let names: Vec<&[u8]> = names.map(|c| source.node_text(c)).collect();
    if !names.is_empty() {
        return names;
    }
    let tokens: Tokens = source.nodes[field].tokens.clone();
    let own = tokens.take_while(|&t| source.text(t) != b"[" && source.tokens[t].atom != Atom::Tag);
    own.filter(|&t| source.tokens[t].atom == Atom::Word).last().map(|t| source.text(t)).into_iter().collect()
}
