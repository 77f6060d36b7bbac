//! Headers cut down to names: what a body says of the declaration around it.

use super::shown::{Shown, Versions, touched};
use crate::language::{Language, ListKind};
use crate::source::{Bytes, NodeId, Source};

/// A longer `inside` says more than it helps.
const LONGEST: usize = 160;

/// Pieces of headers that ellipses stand for.
#[derive(Clone, Debug, Default)]
pub struct Brief {
    /// Bytes of the file before, sorted, each with what is written instead.
    cuts: Vec<(Bytes, &'static str)>,
}

impl Brief {
    /// Of the functions whose headers are shown and stay as they are.
    pub fn of(versions: &Versions<'_>, shown: &Shown) -> Brief {
        let source = versions.before;
        let mut cuts = Vec::new();
        for (id, node) in source.nodes.iter().enumerate() {
            if !source.language.is_function(node.kind) || !is_top_level(source, id) || node.tokens.is_empty() {
                continue;
            }
            let Some(header) = Header::of(source, id) else { continue };
            let bytes = source.nodes[id].tokens.start..header.open;
            let span = source.span(&bytes);
            let mut lines = source.lines.line(span.start)..=source.lines.line(span.end.saturating_sub(1));
            if lines.all(|line| shown.kept.contains(&line)) {
                cuts.extend(header.cuts(source));
            }
        }
        Brief { cuts }
    }

    /// Whether nothing is cut.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// The row that begins on a line, and the last line that it stands for; `None` where nothing is cut there.
    pub fn row(&self, line: usize, source: &Source) -> Option<(Vec<u8>, usize)> {
        let line_of = |at: usize| source.lines.line(at);
        let mut cuts = self.cuts.iter().skip_while(|(cut, _)| line_of(cut.start) < line).peekable();
        cuts.peek().filter(|(cut, _)| line_of(cut.start) == line)?;
        let mut at = match source.lines.line(0) {
            0 if line == 0 => source.lines.content_start(),
            _ => line_start(source, line),
        };
        let (mut out, mut end) = (Vec::new(), line);
        while let Some((cut, instead)) = cuts.next_if(|(cut, _)| line_of(cut.start) == end) {
            out.extend(&source.bytes[at..cut.start]);
            out.extend(instead.as_bytes());
            (at, end) = (cut.end, line_of(cut.end.saturating_sub(1).max(cut.start)));
        }
        let rest = source.lines.next(source.bytes.len().min(at));
        out.extend(&source.bytes[at..rest.max(at)]);
        Some((out, end.max(line_of(at))))
    }
}

fn line_start(source: &Source, line: usize) -> usize {
    let starts = memchr::memchr_iter(b'\n', &source.bytes).map(|at| at + 1);
    std::iter::once(0).chain(starts).nth(line).unwrap_or(source.bytes.len())
}

/// The header of a function.
struct Header {
    language: Language,
    /// The first token of the function.
    start: usize,
    /// The first token of its name, stars of C before it included.
    declarator: usize,
    /// The tokens between the parentheses of its parameters.
    parameters: std::ops::Range<usize>,
    /// The token of the brace that opens its body.
    open: usize,
}

impl Header {
    fn of(source: &Source, id: NodeId) -> Option<Header> {
        let node = &source.nodes[id];
        let body = source.child(id, "body")?;
        let open = source.nodes[body].tokens.start;
        let mut declarator = node.tokens.start;
        let name = match source.language {
            Language::Go => source.child(id, "name").map(|name| source.nodes[name].tokens.start)?,
            _ => {
                let mut at = source.child(id, "declarator")?;
                declarator = source.nodes[at].tokens.start;
                while let Some(inner) = source.child(at, "declarator") {
                    at = inner;
                }
                source.nodes[at].tokens.start
            }
        };
        let is_own = |list: &&crate::source::List| {
            list.kind == ListKind::Parameters && list.inside.start > name && list.inside.end <= open
        };
        let from = source.lists.iter().filter(is_own).min_by_key(|list| list.inside.start)?;
        Some(Header {
            language: source.language,
            start: node.tokens.start,
            declarator,
            parameters: from.inside.clone(),
            open,
        })
    }

    /// What ellipses stand for.
    fn cuts(&self, source: &Source) -> Vec<(Bytes, &'static str)> {
        let mut cuts = Vec::new();
        let text = |tokens: std::ops::Range<usize>| source.span(&tokens);
        if self.declarator > self.start {
            cuts.push((text(self.start..self.declarator).start..source.gap_end(self.declarator), "$... "));
        }
        let (open, close) = (source.gap_start(self.parameters.start), source.gap_end(self.parameters.end));
        if !self.parameters.is_empty() {
            cuts.push((open..close, "$..."));
        }
        let behind = self.parameters.end + 1;
        if self.language == Language::Go && behind < self.open {
            cuts.push((text(behind..self.open), "$..."));
        }
        cuts
    }
}

fn is_top_level(source: &Source, id: NodeId) -> bool {
    !source.ancestors(id).any(|above| source.language.is_function(source.kind(above)))
}

/// The declaration around what is shown, by its name, as a fragment on one line; `None` where there is none, or where it
/// is shown itself.
pub fn inside(versions: &Versions<'_>, shown: &Shown) -> Option<String> {
    let source = versions.before;
    let lines = shown.kept.iter().copied().chain(shown.runs.iter().flat_map(|&run| versions.runs[run].before.clone()));
    let (first, last) = touched(source, &lines.collect())?;
    let node = source.node_around(&(first..last + 1));
    let around: Vec<NodeId> = std::iter::once(node).chain(source.ancestors(node)).filter(|&id| id != 0).collect();
    let function = around
        .iter()
        .copied()
        .filter(|&id| source.language.is_function(source.kind(id)) && is_top_level(source, id))
        .last();
    let text = match function {
        Some(id) => {
            let header = Header::of(source, id)?;
            if first < header.open + 1 {
                return None;
            }
            let span = source.span(&(header.start..header.open));
            if touches_run(versions, &span) {
                return None;
            }
            let mut text = Vec::new();
            let mut at = span.start;
            for (cut, instead) in header.cuts(source) {
                text.extend(&source.bytes[at..cut.start]);
                text.extend(instead.as_bytes());
                at = cut.end;
            }
            text.extend(&source.bytes[at..span.end]);
            let results = if source.language == Language::Go && !text.ends_with(b"$...") { " $..." } else { "" };
            format!("{}{results} {{ $... }}", String::from_utf8(text).ok()?)
        }
        None => {
            let id = around.iter().copied().rfind(|&id| {
                source.language.is_declaration(source.kind(id)) && !source.language.is_conditional(source.kind(id))
            })?;
            let whole = &source.nodes[id].tokens;
            let is_around = |list: &&crate::source::List| {
                whole.start < list.inside.start
                    && list.inside.end < whole.end
                    && list.inside.start <= first
                    && last < list.inside.end
            };
            let list = source.lists.iter().find(is_around)?;
            let (head, tail) =
                (source.span(&(whole.start..list.inside.start)), source.span(&(list.inside.end..whole.end)));
            if touches_run(versions, &head) || touches_run(versions, &tail) {
                return None;
            }
            let text = |bytes: Bytes| std::str::from_utf8(&source.bytes[bytes]).map(str::to_owned).ok();
            format!("{} $... {}", text(head)?, text(tail)?)
        }
    };
    let is_plain = !text.contains("//") && !text.contains("/*") && !text.contains('#') && !text.contains("'''");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (is_plain && line.len() <= LONGEST).then_some(line)
}

/// Whether any run of the file changes a part of some bytes.
fn touches_run(versions: &Versions<'_>, bytes: &Bytes) -> bool {
    let lines = &versions.before.lines;
    let (first, last) = (lines.line(bytes.start), lines.line(bytes.end.saturating_sub(1)));
    versions.runs.iter().any(|run| {
        run.before.start <= last && run.before.end > first || {
            run.before.is_empty() && first < run.before.start && run.before.start <= last
        }
    })
}
