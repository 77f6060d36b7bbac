//! Macro calls without semicolons, which stand for statements, declarations or fields. The grammar of C knows no such
//! thing: it makes errors of some and declarations of others, and of other ones once their arguments are others. So a
//! result that has such a call for such a call is judged by what is left when all of them are left out.

use super::site_edit::SiteEdit;
use crate::source::{Bytes, Limits, OffsetMap, Source};

/// Whether all sites are such calls, before and after, and the rest of the file has no error that it had not before.
pub(super) fn are_all_that_is_misread(
    source: &Source,
    after: &Source,
    works: &[SiteEdit<'_>],
    shift: &OffsetMap,
) -> bool {
    let is_call = |work: &SiteEdit<'_>| {
        let new = shift.range(&source.span(&work.hit.matched.tokens));
        let new = after.token_at(new.start)..after.token_at(new.end);
        source.is_unclosed_call(&work.hit.matched.tokens) && after.is_unclosed_call(&new)
    };
    if works.is_empty() || !works.iter().all(is_call) {
        return false;
    }
    let old: Vec<Bytes> = works.iter().map(|work| source.span(&work.hit.matched.tokens)).collect();
    let new = old.iter().map(|bytes| shift.range(bytes)).collect();
    match (errors_without(source, old), errors_without(after, new)) {
        (Some(old), Some(new)) => new <= old,
        _ => false,
    }
}

/// How many errors there are in a file without some of its bytes.
fn errors_without(source: &Source, mut gone: Vec<Bytes>) -> Option<usize> {
    gone.sort_by_key(|bytes| bytes.start);
    let mut gone = gone.into_iter().peekable();
    let mut parts = Vec::new();
    for part in &source.parts {
        let mut at = part.start;
        while let Some(bytes) = gone.next_if(|bytes| bytes.start < part.end) {
            parts.push(at..bytes.start.max(at));
            at = bytes.end.max(at);
        }
        parts.push(at..part.end);
    }
    let rest = Source::parse_parts(source.language, source.bytes.clone(), parts, Limits::NONE);
    rest.ok().map(|rest| rest.errors.len())
}
