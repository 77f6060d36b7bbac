//! Labels own nothing, but each stays with the statement that it marks.

use super::model::{Broken, Change, Site};
use crate::language::Form;
use crate::source::{Bytes, NodeId};

/// A label that comes to mark another statement although no body shows it.
pub(crate) fn torn(change: Change<'_>, ranges: &[Bytes], sites: &[Site<'_>]) -> Option<Broken> {
    let source = change.before;
    let is_label = |id: &NodeId| source.language.form(source.kind(*id), "") == Form::Label;
    for range in ranges {
        let first = source.nodes.partition_point(|n| source.gap_end(n.tokens.start) < range.start);
        let nodes =
            (first..source.nodes.len()).take_while(|&id| source.gap_end(source.nodes[id].tokens.start) < range.end);
        if let Some(broken) = nodes.filter(is_label).find_map(|id| moved(change, id, sites)) {
            return Some(broken);
        }
    }
    None
}

fn moved(change: Change<'_>, label: NodeId, sites: &[Site<'_>]) -> Option<Broken> {
    let Change { before, after, shift, .. } = change;
    let node = &before.nodes[label];
    let colon = node.tokens.clone().find(|&t| before.tokens[t].node == label && before.text(t) == b":")?;
    let marked = before.tokens.get(colon + 1)?;
    let (new, old) = (shift.kept(&before.tokens[colon].bytes)?, shift.kept(&marked.bytes)?);
    let next = after.tokens.get(after.token_at(new) + 1)?;
    let name = before.tokens[node.tokens.start].bytes.clone();
    let is_shown = |site: &Site<'_>| site.before.iter().any(|b| b.bytes == name);
    if next.bytes.start == old || sites.iter().any(is_shown) {
        return None;
    }
    let text = |bytes: &Bytes| String::from_utf8_lossy(&before.bytes[bytes.clone()]).into_owned();
    let line = before.lines.around(marked.bytes.start, &before.bytes);
    let statement = text(&(marked.bytes.start..line.end));
    let message = format!(
        "the new code would come between the label `{}:` and the statement that it marks, `{}`: show the label in the body",
        text(&name),
        statement.trim()
    );
    Some(Broken { bytes: name, message })
}
