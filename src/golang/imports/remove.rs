//! How an import goes.

use super::{ImportSpec, LocalName, brackets, declarations, has_own_lines, specs, with_trailing_comments};
use crate::source::{Bytes, Edit, NodeId, Source, Tokens};

/// The edits that take the imports of a package away.
///
/// Blank and dot imports stay: they are not there for their name. A group that becomes empty goes as a whole,
/// unless comments are left in it. Fails with the comment that one of the imports has, on its line or directly above it:
/// without its import it would be lost, or belong to another one.
pub fn remove(source: &Source, path: &str) -> Result<Vec<Edit>, Bytes> {
    let all = specs(source);
    let goes = |s: &ImportSpec| s.path == path && !s.is_cgo() && matches!(s.local_name(), LocalName::Named(_));
    let mut edits = Vec::new();
    for declaration in declarations(source) {
        let (gone, kept): (Vec<&ImportSpec>, Vec<&ImportSpec>) =
            all.iter().filter(|s| s.declaration == declaration).partition(|s| goes(s));
        if gone.is_empty() {
            continue;
        }
        if let Some(comment) = gone.iter().find_map(|spec| comment_of(source, &spec.tokens)) {
            return Err(comment);
        }
        let all = &source.nodes[declaration].tokens;
        if kept.is_empty() && source.comments_in(&source.span(all)).is_empty() {
            if let Some(comment) = comment_of(source, all) {
                return Err(comment);
            }
            edits.push(whole(source, declaration));
        } else {
            edits.extend(from_group(source, declaration, &gone));
        }
    }
    Ok(edits)
}

/// The comment that belongs to code: in it, behind it on its last line, or directly above it.
fn comment_of(source: &Source, tokens: &Tokens) -> Option<Bytes> {
    let span = source.span(tokens);
    let line = |byte: usize| source.lines.line(byte);
    let inside = source.comments_in(&span).first();
    let behind = || source.comments_at(tokens.end).iter().find(|c| line(c.bytes.start) == line(span.end));
    let above = || {
        let last = source.comments_at(tokens.start).last()?;
        (line(last.bytes.end) + 1 >= line(span.start) && !follows_code(source, &last.bytes)).then_some(last)
    };
    inside.or_else(behind).or_else(above).map(|c| c.bytes.clone())
}

/// Whether code is before a comment on its line.
fn follows_code(source: &Source, comment: &Bytes) -> bool {
    let before = &source.bytes[source.lines.start(comment.start)..comment.start];
    !before.trim_ascii_start().is_empty() && !before.trim_ascii_start().starts_with(b"/*")
}

/// Takes a declaration away, with the empty lines that would be too many.
fn whole(source: &Source, declaration: NodeId) -> Edit {
    let mut span = source.span(&source.nodes[declaration].tokens);
    if !has_own_lines(source, &span) {
        // It shares its line: its semicolon goes along.
        let rest = &source.bytes[span.end..];
        let blanks = |text: &[u8]| text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let semicolon = blanks(rest);
        if rest.get(semicolon) == Some(&b';') {
            span.end += semicolon + 1;
            span.end += blanks(&source.bytes[span.end..]);
        }
        return Edit::new(span, "");
    }
    let lines = source.lines.start(span.start)..source.lines.next(span.end);
    let above = empty_lines_above(source, lines.start);
    let below = empty_lines_below(source, lines.end);
    match (above < lines.start, below > lines.end, below == source.bytes.len()) {
        (_, _, true) => Edit::new(above..below, ""),
        (true, true, _) => Edit::new(lines.start..below, ""),
        _ => Edit::new(lines, ""),
    }
}

/// Where the empty lines above a line begin.
fn empty_lines_above(source: &Source, mut start: usize) -> usize {
    while start > source.lines.content_start() {
        let line = source.lines.start(start - 1);
        if !source.bytes[line..start].trim_ascii().is_empty() {
            break;
        }
        start = line;
    }
    start
}

/// Where the empty lines below a line end.
fn empty_lines_below(source: &Source, mut end: usize) -> usize {
    while end < source.bytes.len() {
        let next = source.lines.next(end);
        if !source.bytes[end..next].trim_ascii().is_empty() {
            break;
        }
        end = next;
    }
    end
}

/// Takes specs out of a group, and the empty lines that would be too many.
fn from_group(source: &Source, declaration: NodeId, gone: &[&ImportSpec]) -> Vec<Edit> {
    let Some((open, close)) = brackets(source, declaration) else { return Vec::new() };
    let (open, close) =
        (source.lines.next(source.tokens[open].bytes.end), source.lines.start(source.tokens[close].bytes.start));
    let mut edits = Vec::new();
    let mut removed: Vec<Bytes> = Vec::new();
    for spec in gone {
        let span = with_trailing_comments(source, spec);
        if has_own_lines(source, &span) && open <= span.start && span.end <= close {
            let lines = source.lines.start(span.start)..source.lines.next(span.end);
            removed.push(lines);
        } else {
            edits.push(inline(source, spec));
        }
    }
    let is_removed = |line: usize| removed.iter().any(|r| r.start <= line && line < r.end);
    // The lines that stay, and with them no two empty ones, none at the start and none at the end.
    let mut lines = Vec::new();
    let mut at = open;
    while at < close {
        let next = source.lines.next(at);
        lines.push(at..next);
        at = next;
    }
    let is_empty = |line: &Bytes| source.bytes[line.clone()].trim_ascii().is_empty();
    let kept: Vec<Bytes> = lines.iter().filter(|l| !is_removed(l.start)).cloned().collect();
    let last_text = kept.iter().rposition(|l| !is_empty(l));
    let mut gap = true;
    for (i, line) in kept.into_iter().enumerate() {
        let empty = is_empty(&line);
        let beside = removed
            .iter()
            .any(|r| empty_lines_above(source, r.start) <= line.start && line.end <= empty_lines_below(source, r.end));
        if empty && beside && (gap || last_text.is_none_or(|last| i > last)) {
            removed.push(line);
        } else {
            gap = empty;
        }
    }
    removed.sort_by_key(|r| r.start);
    edits.extend(removed.into_iter().map(|r| Edit::new(r, "")));
    edits
}

/// Takes a spec out of a line that it shares, with one semicolon.
fn inline(source: &Source, spec: &ImportSpec) -> Edit {
    let mut span = source.span(&spec.tokens);
    let blanks = |text: &[u8]| text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let behind = &source.bytes[span.end..];
    let semicolon = blanks(behind);
    if behind.get(semicolon) == Some(&b';') {
        let rest = &behind[semicolon + 1..];
        span.end += semicolon + 1 + blanks(rest);
    } else if let Some(before) = source.bytes[..span.start].trim_ascii_end().strip_suffix(b";") {
        span.start = before.len();
    }
    Edit::new(span, "")
}
