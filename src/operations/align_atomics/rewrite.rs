//! New orders as edits of the files.

use super::analysis::{Shape, Study};
use super::change::{Change, Part};
use super::literals;
use super::model::StructKey;
use crate::golang::types::{FileId, Orders, Slot};
use crate::source::{Bytes, Edit, NodeId, Source, apply_edits, sort_edits};
use std::collections::BTreeMap;
use std::path::Path;

/// The edits of each file, and what could not be rewritten.
#[derive(Default)]
pub(crate) struct Rewritten {
    pub(crate) edits: BTreeMap<FileId, Vec<Edit>>,
    pub(crate) refused: BTreeMap<StructKey, String>,
    /// The files whose other edits exclude each other.
    pub(crate) torn: Vec<FileId>,
}

/// One struct's declaration or literal that gets a new order.
struct Job {
    key: StructKey,
    order: Vec<Slot>,
    literal: bool,
}

/// Turns orders into edits, together with other edits of the same files.
pub(crate) fn edits(
    study: &Study<'_, '_>,
    orders: &Orders,
    others: &BTreeMap<FileId, Vec<Edit>>,
    scope: &dyn Fn(&Path) -> bool,
) -> Rewritten {
    let mut out = Rewritten::default();
    let mut jobs = jobs(study, orders, scope, &mut out);
    for &id in others.keys() {
        jobs.entry(id).or_default();
    }
    for (id, list) in jobs {
        let Some(file) = study.world.file(id) else { continue };
        let mut changes: Vec<(NodeId, Change)> = Vec::new();
        for (node, job) in &list {
            let Some(shape) = study.shape(job.key) else { continue };
            let made = if job.literal {
                let names: Vec<String> = shape.fields.iter().map(|f| f.name.clone()).collect();
                literals::reorder(&file, *node, &job.order, &names)
            } else {
                reorder(&shape, &job.order)
            };
            match made {
                Ok(new) => changes.extend(new.into_iter().map(|change| (*node, change))),
                Err(reason) => drop(out.refused.insert(job.key, reason)),
            }
        }
        // What lies in a declaration that moves goes along, whatever node it belongs to.
        let inner = |edit: &Edit| {
            let parts = vec![Part::Text(edit.text.clone())];
            (NodeId::MAX, Change { at: edit.bytes.clone(), parts })
        };
        changes.extend(others.get(&id).into_iter().flatten().map(inner));
        match rendered(&file.source, &changes) {
            Some(edits) => drop(out.edits.insert(id, edits)),
            None if list.is_empty() => out.torn.push(id),
            None => {
                let reason = "its edits cannot be made together with the others in its file";
                out.refused.extend(list.iter().map(|(_, job)| (job.key, reason.to_owned())));
            }
        }
    }
    out
}

/// What is to be rewritten in each file.
fn jobs(
    study: &Study<'_, '_>,
    orders: &Orders,
    scope: &dyn Fn(&Path) -> bool,
    out: &mut Rewritten,
) -> BTreeMap<FileId, Vec<(NodeId, Job)>> {
    let mut jobs: BTreeMap<FileId, Vec<(NodeId, Job)>> = BTreeMap::new();
    let mut sorted: Vec<(&StructKey, &Vec<Slot>)> = orders.slots.iter().collect();
    sorted.sort_by_key(|(key, _)| **key);
    for (&key, order) in sorted {
        let Some(shape) = study.shape(key) else { continue };
        let places = literals::positional(study, key, shape.fields.len());
        if let Some((id, _)) = places.iter().find(|(id, _)| !scope(study.world.path(*id))) {
            let path = study.world.path(*id).display().to_string();
            out.refused
                .insert(key, format!("{path} has a positional literal of it, and is not among the patch's files"));
            continue;
        }
        jobs.entry(key.0).or_default().push((key.1, Job { key, order: order.clone(), literal: false }));
        for (id, body) in places {
            jobs.entry(id).or_default().push((body, Job { key, order: order.clone(), literal: true }));
        }
    }
    jobs
}

/// How deep changes lie inside each other at most.
const NESTED: usize = 40;

/// The changes as edits: those that lie inside another one are carried out in what it copies.
fn rendered(source: &Source, changes: &[(NodeId, Change)]) -> Option<Vec<Edit>> {
    let inside = |inner: &(NodeId, Change), outer: &(NodeId, Change)| {
        inner.0 > outer.0
            && outer.1.at.start <= inner.1.at.start
            && inner.1.at.end <= outer.1.at.end
            && !outer.1.at.is_empty()
    };
    let outermost = changes.iter().filter(|c| !changes.iter().any(|o| inside(c, o)));
    let mut edits: Vec<Edit> =
        outermost.map(|(owner, change)| render(source, changes, *owner, change, 0)).collect::<Option<_>>()?;
    sort_edits(&mut edits).ok()?;
    Some(edits)
}

fn render(source: &Source, changes: &[(NodeId, Change)], owner: NodeId, change: &Change, depth: usize) -> Option<Edit> {
    if depth > NESTED {
        return None;
    }
    let mut text = Vec::new();
    for part in &change.parts {
        match part {
            Part::Text(own) => text.extend_from_slice(own),
            Part::Copy(from) => {
                let within = |(node, inner): &&(NodeId, Change)| {
                    *node > owner && from.start <= inner.at.start && inner.at.end <= from.end
                };
                let inner: Vec<&(NodeId, Change)> = changes.iter().filter(within).collect();
                let covered = |c: &(NodeId, Change)| {
                    inner.iter().any(|o| {
                        c.0 > o.0 && o.1.at.start <= c.1.at.start && c.1.at.end <= o.1.at.end && !o.1.at.is_empty()
                    })
                };
                let mut edits = Vec::new();
                for &c in inner.iter().filter(|c| !covered(c)) {
                    let edit = render(source, changes, c.0, &c.1, depth + 1)?;
                    edits.push(Edit::new(edit.bytes.start - from.start..edit.bytes.end - from.start, edit.text));
                }
                sort_edits(&mut edits).ok()?;
                text.extend_from_slice(&apply_edits(&source.bytes[from.clone()], &edits).0);
            }
        }
    }
    Some(Edit::new(change.at.clone(), text))
}

/// The edits that give a struct's declaration the new order.
fn reorder(shape: &Shape, order: &[Slot]) -> Result<Vec<Change>, String> {
    let source = &shape.file.source;
    let struct_span = source.span(&source.nodes[shape.place.node].tokens);
    if source.is_broken(&source.nodes[shape.place.node].tokens) {
        return Err("its declaration has a syntax error".to_owned());
    }
    let decls = declarations(shape);
    let lines: Vec<Bytes> = decls.iter().map(|&d| own_lines(source, d)).collect();
    let line_of = |byte: usize| source.lines.line(byte);
    let (first_line, last_line) = (line_of(struct_span.start), line_of(struct_span.end - 1));
    let apart = lines.windows(2).all(|w| w[0].end <= w[1].start)
        && lines.iter().all(|l| line_of(l.start) > open_line(source, shape) && line_of(l.end - 1) < last_line)
        && first_line < last_line;
    if !apart {
        return inline(shape, order, &decls);
    }
    by_lines(shape, order, &decls, &lines)
}

/// The declarations of a struct in order.
fn declarations(shape: &Shape) -> Vec<NodeId> {
    let mut decls: Vec<NodeId> = shape.fields.iter().map(|f| f.decl).collect();
    decls.dedup();
    decls
}

/// The line on which the struct's brace opens.
fn open_line(source: &Source, shape: &Shape) -> usize {
    let tokens = &source.nodes[shape.place.node].tokens;
    let brace = tokens.clone().find(|&t| source.text(t) == b"{").unwrap_or(tokens.start);
    source.lines.line(source.tokens[brace].bytes.start)
}

/// Words by which a comment shows that it speaks of what follows and not of one field.
const SECTION_WORDS: &[&str] = &["fields", "variables", "members", "following", "below"];

/// Where the lines of a declaration begin without the comment above it, when that is the title of a section: it speaks
/// of several fields, and the next one, which stays, has no comment of its own.
fn below_title(source: &Source, decl: NodeId, lines: &Bytes, next_stays: bool) -> usize {
    let start = source.span(&source.nodes[decl].tokens).start;
    let own = source.lines.start(start);
    let title = String::from_utf8_lossy(&source.bytes[lines.start..own]).to_lowercase();
    let is_title = SECTION_WORDS.iter().any(|word| title.contains(word));
    if is_title && next_stays { own } else { lines.start }
}

/// The whole lines of a declaration: with its doc comment above and its trailing comment.
fn own_lines(source: &Source, decl: NodeId) -> Bytes {
    let tokens = &source.nodes[decl].tokens;
    let span = source.span(tokens);
    let mut start = source.lines.start(span.start);
    for comment in source.comments_at(tokens.start).iter().rev() {
        let from = source.lines.start(comment.bytes.start);
        let alone = source.bytes[from..comment.bytes.start].iter().all(u8::is_ascii_whitespace);
        let below = source.lines.next(comment.bytes.end.max(comment.bytes.start + 1) - 1);
        if from == start {
            continue;
        }
        if !alone || below != start {
            break;
        }
        start = from;
    }
    let mut end = source.lines.next(span.end - 1);
    for comment in source.comments_at(tokens.end) {
        if source.lines.line(comment.bytes.start) == source.lines.line(span.end - 1) {
            end = end.max(source.lines.next(comment.bytes.end - 1));
        }
    }
    start..end
}

fn own_line_start(source: &Source, decl: NodeId) -> usize {
    source.lines.start(source.span(&source.nodes[decl].tokens).start)
}

fn is_blank(source: &Source, line: Bytes) -> bool {
    source.bytes[line].iter().all(u8::is_ascii_whitespace)
}

fn by_lines(shape: &Shape, order: &[Slot], decls: &[NodeId], lines: &[Bytes]) -> Result<Vec<Change>, String> {
    let source = &shape.file.source;
    let index_of = |i: usize| decls.iter().position(|&d| d == shape.fields[i].decl);
    // The new order in declarations; one whose names part company is written once for each.
    let mut sequence: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
    for slot in order {
        match slot {
            Slot::Pad => sequence.push((None, Vec::new())),
            Slot::Field(i) => {
                let decl = index_of(*i);
                match sequence.last_mut() {
                    Some((last, fields)) if *last == decl && decl.is_some() => fields.push(*i),
                    _ => sequence.push((decl, vec![*i])),
                }
            }
        }
    }
    let whole = |decl: usize| shape.fields.iter().filter(|f| f.decl == decls[decl]).count();
    // Declarations that keep their order among themselves stay where they are: the longest such run.
    let kept = kept_in_place(&sequence, &whole);
    let stays = |d: usize| kept.iter().any(|&at| sequence[at].0 == Some(d));
    let lines: Vec<Bytes> = (0..decls.len())
        .map(|d| {
            let next = (d + 1..decls.len()).next().filter(|&n| lines[n].start == lines[d].end);
            let plain = next.is_some_and(|n| stays(n) && own_line_start(source, decls[n]) == lines[n].start);
            if stays(d) { lines[d].clone() } else { below_title(source, decls[d], &lines[d], plain)..lines[d].end }
        })
        .collect();
    let lines = &lines[..];
    let ending = source.lines.ending().bytes();
    let is_gap = |d: usize| is_blank(source, lines[d].end..lines[d + 1].start);
    let mut changes: Vec<Change> = Vec::new();
    // What is put behind the declaration that was kept last.
    let mut waiting: Vec<Part> = Vec::new();
    let mut inserted: Vec<(usize, Vec<Part>)> = Vec::new();
    let mut last_kept: Option<usize> = None;
    for (at, (decl, fields)) in sequence.iter().enumerate() {
        if kept.contains(&at) {
            if !waiting.is_empty() {
                let place = last_kept.map_or_else(|| body_start(source, shape), |d| lines[d].end);
                inserted.push((place, std::mem::take(&mut waiting)));
            }
            last_kept = *decl;
            continue;
        }
        match decl {
            None => waiting.push(Part::Text([indent(source, lines).as_slice(), b"_ [4]byte", ending].concat())),
            Some(d) if fields.len() == whole(*d) => {
                // Paragraphs that leave one after the other stay paragraphs.
                let follows = *d > 0 && matches!(waiting.last(), Some(Part::Copy(from)) if *from == lines[*d - 1]);
                if follows && is_gap(*d - 1) {
                    waiting.push(Part::Copy(lines[*d - 1].end..lines[*d].start));
                }
                waiting.push(Part::Copy(lines[*d].clone()));
            }
            Some(d) => waiting.extend(part_of(shape, decls[*d], &lines[*d], fields)?),
        }
    }
    if !waiting.is_empty() {
        let place = last_kept.map_or_else(|| body_start(source, shape), |d| lines[d].end);
        inserted.push((place, waiting));
    }
    let kept_decls: Vec<usize> = kept.iter().filter_map(|&at| sequence[at].0).collect();
    let mut gone: Vec<usize> = (0..decls.len()).filter(|d| !kept_decls.contains(d)).collect();
    gone.sort_unstable();
    let body = body_start(source, shape)..lines.last().map_or(0, |l| l.end);
    // Runs of lines that leave take one of the blank lines around them along.
    let mut blanks_taken = 0;
    let mut cleared = body.start;
    let mut at = 0;
    while at < gone.len() {
        let from = at;
        while at + 1 < gone.len() && gone[at + 1] == gone[at] + 1 && is_gap(gone[at]) {
            at += 1;
        }
        let mut hole = lines[gone[from]].start..lines[gone[at]].end;
        at += 1;
        let next = hole.end..source.lines.next(hole.end);
        let above = hole.start.checked_sub(1).map(|b| source.lines.start(b)..hole.start);
        let blank_below = is_blank(source, next.clone());
        let blank_above = above.clone().is_some_and(|a| a.start >= cleared && is_blank(source, a));
        let at_top = hole.start == body.start;
        let at_bottom = hole.end >= body.end;
        if blank_below && (blank_above || at_top) {
            hole.end = next.end;
            blanks_taken += 1;
        } else if blank_above && at_bottom {
            hole.start = above.map_or(hole.start, |a| a.start);
            blanks_taken += 1;
        }
        cleared = hole.end;
        changes.push(Change::delete(hole));
    }
    for (n, (place, mut parts)) in inserted.into_iter().enumerate() {
        // A blank line separates what moved from what it moved in front of, where one came free or a comment is near.
        let next = place..source.lines.next(place);
        let at_top = place == body_start(source, shape);
        let commented = |text: &[u8]| text.trim_ascii_start().starts_with(b"/");
        let comments = commented(&source.bytes[next.clone()])
            || parts.iter().any(|p| matches!(p, Part::Copy(from) if commented(&source.bytes[from.clone()])));
        if n == 0 && at_top && !is_blank(source, next) && (blanks_taken > 0 || comments) {
            parts.push(Part::Text(ending.to_vec()));
        }
        changes.push(Change { at: place..place, parts });
    }
    Ok(changes)
}

/// The first byte of the line below the opening brace.
fn body_start(source: &Source, shape: &Shape) -> usize {
    let tokens = &source.nodes[shape.place.node].tokens;
    let brace = tokens.clone().find(|&t| source.text(t) == b"{").unwrap_or(tokens.start);
    source.lines.next(source.tokens[brace].bytes.start)
}

fn indent(source: &Source, lines: &[Bytes]) -> Vec<u8> {
    let line = lines.first().map_or(&[][..], |l| &source.bytes[l.clone()]);
    line.iter().copied().take_while(|b| matches!(b, b' ' | b'\t')).collect()
}

/// The entries of the sequence that need not move: those in front that are where they were, and the run of
/// declarations in their old order at the end.
fn kept_in_place(sequence: &[(Option<usize>, Vec<usize>)], whole: &dyn Fn(usize) -> usize) -> Vec<usize> {
    let intact = |at: usize| sequence[at].0.filter(|&d| sequence[at].1.len() == whole(d));
    let front = (0..sequence.len()).take_while(|&at| intact(at) == Some(at)).count();
    let mut from = sequence.len();
    let mut next = usize::MAX;
    for at in (front..sequence.len()).rev() {
        match intact(at) {
            Some(decl) if decl < next => (from, next) = (at, decl),
            // Padding at the end is no part of the old order.
            None if sequence[at].0.is_none() && next == usize::MAX => {}
            _ => break,
        }
    }
    (0..front).chain((from..sequence.len()).filter(|&at| intact(at).is_some())).collect()
}

/// One or some of the names of a declaration, as a declaration of their own. The comments stay with the first.
fn part_of(shape: &Shape, decl: NodeId, lines: &Bytes, fields: &[usize]) -> Result<Vec<Part>, String> {
    let source = &shape.file.source;
    let span = source.span(&source.nodes[decl].tokens);
    let names: Vec<&str> = fields.iter().map(|&i| shape.fields[i].name.as_str()).collect();
    let all: Vec<usize> = (0..shape.fields.len()).filter(|&i| shape.fields[i].decl == decl).collect();
    let last_name = all.last().map(|&i| source.span(&source.nodes[shape.fields[i].name_node].tokens).end);
    let Some(type_start) = last_name else { return Err("a field has no name".to_owned()) };
    let is_first = fields.first() == all.first();
    let start = if is_first { lines.start } else { source.lines.start(span.start) };
    let end = if is_first { lines.end } else { span.end };
    let mut parts =
        vec![Part::Copy(start..span.start), Part::Text(names.join(", ").into_bytes()), Part::Copy(type_start..end)];
    if !is_first {
        parts.push(Part::Text(source.lines.ending().bytes().to_vec()));
    }
    Ok(parts)
}

/// Fields that share lines with each other or with the braces: their texts change places.
fn inline(shape: &Shape, order: &[Slot], decls: &[NodeId]) -> Result<Vec<Change>, String> {
    let source = &shape.file.source;
    let span = source.span(&source.nodes[shape.place.node].tokens);
    if !source.comments_in(&span).is_empty() {
        return Err("several fields stand on one line, with comments".to_owned());
    }
    let mut sequence: Vec<Part> = Vec::new();
    let mut last: Option<NodeId> = None;
    for slot in order {
        match slot {
            Slot::Pad => sequence.push(Part::Text(b"_ [4]byte".to_vec())),
            Slot::Field(i) => {
                let decl = shape.fields[*i].decl;
                if last != Some(decl) {
                    last = Some(decl);
                    sequence.push(Part::Copy(source.span(&source.nodes[decl].tokens)));
                }
            }
        }
    }
    let pads = order.iter().filter(|s| **s == Slot::Pad).count();
    if sequence.len() != decls.len() + pads {
        return Err("the names of one field part company on a line that they share with others".to_owned());
    }
    let extra = sequence.split_off(decls.len());
    let mut changes = Vec::new();
    for (&decl, part) in decls.iter().zip(sequence) {
        let at = source.span(&source.nodes[decl].tokens);
        if !matches!(&part, Part::Copy(from) if *from == at) {
            changes.push(Change { at, parts: vec![part] });
        }
    }
    if let Some(&last) = decls.last() {
        let end = source.span(&source.nodes[last].tokens).end;
        for part in extra {
            changes.push(Change { at: end..end, parts: vec![Part::Text(b"; ".to_vec()), part] });
        }
    }
    Ok(changes)
}
