//! The proof that a field's tag, which matching does not look at, goes only where the body shows it.

use super::edited::Edited;
use super::fates::{Fate, Fates};
use super::site_edit::SiteEdit;
use crate::edit::EditError;
use crate::golang::types::{field_names, tagged_field};
use crate::language::Atom;
use crate::source::{Bytes, NodeId, Source, Tokens, places_of};
use std::collections::HashSet;

/// A tag that the edits of a file take away, or leave to a field of another name, although no body shows it.
pub(crate) fn stray_tag(source: &Source, edited: &Edited, works: &[SiteEdit<'_>]) -> Option<EditError> {
    let fates = Fates::new(&edited.batches);
    let tags = (0..source.tokens.len()).filter_map(|t| Some((t, tagged_field(source, t)?)));
    let touched = tags.filter(|(_, field)| fates.touches(&source.span(&source.nodes[*field].tokens)));
    let touched: Vec<(usize, NodeId)> = touched.collect();
    let shown = shown_tags(&touched, works);
    let mut hidden = touched.iter().filter(|(tag, _)| !shown.contains(tag)).peekable();
    hidden.peek()?;
    let after = &edited.source;
    let written = written_tags(after, &places_of(&edited.batches));
    hidden.find_map(|&(tag, field)| {
        let names = field_names(source, field);
        let text = source.text(tag);
        let shown = String::from_utf8_lossy(text).into_owned();
        let bytes = source.tokens[tag].bytes.clone();
        let is_of = |t: usize| tagged_field(after, t).is_some_and(|field| field_names(after, field) == names);
        let refuse = |what: &str| {
            let message =
                format!("the tag {shown} {what}; show it on the `-` line if it is to go, and on a `+` line if not");
            Some(EditError { message, bytes: bytes.clone() })
        };
        match fates.of(&bytes) {
            Fate::Kept(at) if is_of(after.token_at(at)) => None,
            Fate::Kept(_) => refuse("would be left to a field of another name"),
            // It may have moved with its field.
            _ if written.contains(&(text, names.clone())) => None,
            _ => refuse("would go with its field"),
        }
    })
}

/// The tags to which a site binds something: the tag itself, or a hole or an ellipsis that it lies in.
fn shown_tags(tags: &[(usize, NodeId)], works: &[SiteEdit<'_>]) -> HashSet<usize> {
    let within = |tokens: &Tokens| {
        let (from, to) = (tags.partition_point(|t| t.0 < tokens.start), tags.partition_point(|t| t.0 < tokens.end));
        tags[from..to.max(from)].iter().map(|t| t.0)
    };
    works.iter().flat_map(|work| &work.hit.matched.bounds).flat_map(|bound| within(&bound.tokens)).collect()
}

/// The tags in what the edits wrote, with the names of their fields.
fn written_tags<'a>(after: &'a Source, places: &[Bytes]) -> HashSet<(&'a [u8], Vec<&'a [u8]>)> {
    let tokens = places.iter().flat_map(|place| after.token_at(place.start)..after.token_at(place.end));
    let tags = tokens.filter(|&t| after.tokens[t].atom == Atom::Tag);
    tags.filter_map(|t| Some((after.text(t), field_names(after, tagged_field(after, t)?)))).collect()
}
