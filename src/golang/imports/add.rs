//! Where a new import goes.

use super::{ImportSpec, brackets, declarations, has_own_lines, specs, with_trailing_comments};
use crate::language::go_nodes as go;
use crate::source::{Bytes, Edit, NodeId, Source};

/// The edits that import a package, under a name of its own or without one. None, if the file has that very import.
pub fn add(source: &Source, path: &str, name: Option<&str>) -> Vec<Edit> {
    place_spec(source, text_of(path, name).as_bytes())
}

fn text_of(path: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} \"{path}\""),
        None => format!("\"{path}\""),
    }
}

/// The edit that imports a package in the place of another one, whose import is the only one of the file and is alone.
pub fn replace_lone(source: &Source, gone: &str, path: &str, name: Option<&str>) -> Option<Edit> {
    let all = specs(source);
    let [spec] = &all[..] else { return None };
    let is_lone = spec.path == gone && !spec.is_cgo() && brackets(source, spec.declaration).is_none();
    is_lone.then(|| Edit::new(source.span(&spec.tokens), text_of(path, name)))
}

/// The edits that put an import spec, such as `errors "github.com/pkg/errors" // why`, into its place.
///
/// It joins the lines of imports that it is closest to: of the standard library or not, as the paths beside it are.
/// There it is where gofmt sorts it. A single import becomes a group; a file without imports gets a declaration.
/// The declaration of `import "C"` is never touched.
pub fn place_spec(source: &Source, spec_text: &[u8]) -> Vec<Edit> {
    let new = New::read(spec_text);
    let all = specs(source);
    if all.iter().any(|s| s.path == new.path && s.name.as_deref().unwrap_or("") == new.name) {
        return Vec::new();
    }
    let usable = |d: &NodeId| !all.iter().any(|s| s.declaration == *d && s.is_cgo());
    let (groups, singles): (Vec<_>, Vec<_>) =
        declarations(source).filter(usable).partition(|&d| brackets(source, d).is_some());
    let of = |declaration: NodeId| all.iter().filter(move |s| s.declaration == declaration);
    let sections: Vec<Vec<&ImportSpec>> = groups.iter().flat_map(|&d| sections(source, of(d))).collect();
    let single_specs: Vec<&ImportSpec> = singles.iter().flat_map(|&d| of(d)).collect();
    let place = Place { source, eol: source.lines.ending().bytes(), new: &new };
    match (best(&sections, &new), &groups[..], &single_specs[..]) {
        (Some(section), ..) => place.join_section(&sections[section]),
        (None, [group, ..], _) => place.new_section(*group, &sections),
        (None, [], [single]) => place.make_group(single),
        (None, [], []) => place.first_declaration(),
        (None, [], singles) => place.beside_singles(singles),
    }
}

/// The spec that is to be placed.
struct New {
    text: Vec<u8>,
    path: String,
    name: String,
}

impl New {
    fn read(text: &[u8]) -> New {
        let text = text.trim_ascii();
        let quote = text.iter().position(|b| matches!(b, b'"' | b'`')).unwrap_or(text.len());
        let name = text[..quote].trim_ascii();
        let path = text[quote..].iter().skip(1).copied().take_while(|b| !matches!(b, b'"' | b'`')).collect::<Vec<u8>>();
        let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        New { text: text.to_vec(), path: string(&path), name: string(name) }
    }

    /// gofmt sorts by path, then by name.
    fn is_before(&self, other: &ImportSpec) -> bool {
        (&self.path[..], &self.name[..]) < (&other.path[..], other.name.as_deref().unwrap_or(""))
    }
}

/// Whether a path is of the standard library, as far as a path can say: its first element has no dot.
fn is_standard(path: &str) -> bool {
    !path.split('/').next().unwrap_or(path).contains('.')
}

/// The parts of a group that empty lines separate.
fn sections<'a>(source: &Source, specs: impl Iterator<Item = &'a ImportSpec>) -> Vec<Vec<&'a ImportSpec>> {
    let mut sections: Vec<Vec<&ImportSpec>> = Vec::new();
    for spec in specs {
        let from = source.span(&spec.tokens).start;
        let last = sections.last_mut().filter(|section| {
            let before = section.last().map_or(from, |s| source.span(&s.tokens).end);
            !has_empty_line(&source.bytes[before..from])
        });
        match last {
            Some(section) => section.push(spec),
            None => sections.push(vec![spec]),
        }
    }
    sections
}

fn has_empty_line(between: &[u8]) -> bool {
    let lines: Vec<&[u8]> = between.split(|&b| b == b'\n').collect();
    lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|l| l.trim_ascii().is_empty())
}

/// The section that a new import is closest to: one with paths of its kind, sharing as many leading path
/// elements as possible, holding no other kind, and more than blank imports.
fn best(sections: &[Vec<&ImportSpec>], new: &New) -> Option<usize> {
    let shared = |path: &str| path.split('/').zip(new.path.split('/')).take_while(|(a, b)| a == b).count();
    let rank = |section: &[&ImportSpec]| {
        let (alike, others): (Vec<&ImportSpec>, Vec<&ImportSpec>) =
            section.iter().partition(|s| is_standard(&s.path) == is_standard(&new.path));
        let closest = alike.iter().map(|s| shared(&s.path)).max()?;
        let named = alike.iter().any(|s| !matches!(s.name.as_deref(), Some("_" | ".")));
        Some((closest, others.is_empty(), named))
    };
    let ranked = sections.iter().enumerate().filter_map(|(i, s)| Some((rank(s)?, std::cmp::Reverse(i))));
    ranked.max().map(|(_, std::cmp::Reverse(i))| i)
}

/// What an insertion needs to know.
struct Place<'a> {
    source: &'a Source,
    eol: &'static [u8],
    new: &'a New,
}

impl Place<'_> {
    fn insert(&self, at: usize, parts: &[&[u8]]) -> Vec<Edit> {
        vec![Edit::new(at..at, parts.concat())]
    }

    fn indent(&self, span: &Bytes) -> &[u8] {
        &self.source.bytes[self.source.lines.start(span.start)..span.start]
    }

    fn join_section(&self, section: &[&ImportSpec]) -> Vec<Edit> {
        let Some(&last) = section.last() else { return Vec::new() };
        // A comment on a line of its own ends what gofmt sorts together: look in the last such part that may hold it.
        let line = |byte: usize| self.source.lines.line(byte);
        let starts_part = |i: usize| {
            i == 0
                || line(self.source.span(&section[i].tokens).start)
                    > line(self.source.span(&section[i - 1].tokens).end) + 1
        };
        let part = (0..section.len()).rfind(|&i| starts_part(i) && !self.new.is_before(section[i])).unwrap_or(0);
        let next = (part..section.len()).find(|&i| i > part && starts_part(i) || self.new.is_before(section[i]));
        match next {
            Some(next) if next > part => self.behind(section[next - 1]),
            Some(next) => self.before(section[next]),
            None => self.behind(last),
        }
    }

    fn behind(&self, spec: &ImportSpec) -> Vec<Edit> {
        let (source, new) = (self.source, &self.new.text[..]);
        let span = with_trailing_comments(source, spec);
        if has_own_lines(source, &span) {
            self.insert(span.end, &[self.eol, self.indent(&span), new])
        } else {
            self.insert(source.span(&spec.tokens).end, &[b"; ", new])
        }
    }

    /// Before a spec, and before the comment above it.
    fn before(&self, spec: &ImportSpec) -> Vec<Edit> {
        let (source, new) = (self.source, &self.new.text[..]);
        let mut span = with_trailing_comments(source, spec);
        let indent = self.indent(&span);
        if !has_own_lines(source, &span) {
            return self.insert(span.start, &[new, b"; "]);
        }
        for comment in source.comments_at(spec.tokens.start).iter().rev() {
            let (from, to) = (source.lines.line(comment.bytes.start), source.lines.line(comment.bytes.end));
            let alone = self.indent(&comment.bytes).iter().all(u8::is_ascii_whitespace);
            if !alone || to + 1 != source.lines.line(span.start) && from != source.lines.line(span.start) {
                break;
            }
            span.start = comment.bytes.start;
        }
        self.insert(source.lines.start(span.start), &[indent, new, self.eol])
    }

    /// A section of its own in a group: the standard library's comes first, any other last.
    fn new_section(&self, group: NodeId, sections: &[Vec<&ImportSpec>]) -> Vec<Edit> {
        let (source, new) = (self.source, &self.new.text[..]);
        let Some((open, close)) = brackets(source, group) else { return Vec::new() };
        let mut of_group = sections.iter().flatten().filter(|s| s.declaration == group);
        let open_end = source.tokens[open].bytes.end;
        let Some(last) = of_group.next_back() else {
            let end = source.comments_at(close).last().map_or(open_end, |c| c.bytes.end);
            let between = end..source.tokens[close].bytes.start;
            return vec![Edit::new(between, [self.eol, b"\t", new, self.eol].concat())];
        };
        let span = with_trailing_comments(source, last);
        if !has_own_lines(source, &span) {
            return self.behind(last);
        }
        if is_standard(&self.new.path) {
            self.insert(open_end, &[self.eol, self.indent(&span), new, self.eol])
        } else {
            self.insert(span.end, &[self.eol, self.eol, self.indent(&span), new])
        }
    }

    /// `import "fmt"` becomes a group of two.
    fn make_group(&self, single: &ImportSpec) -> Vec<Edit> {
        let new = &self.new.text[..];
        let span = with_trailing_comments(self.source, single);
        let gap: &[u8] = if is_standard(&single.path) == is_standard(&self.new.path) { b"" } else { self.eol };
        let first = if gap.is_empty() { self.new.is_before(single) } else { is_standard(&self.new.path) };
        let open: Vec<u8> = [b"(", self.eol, b"\t"].concat();
        let close: Vec<u8> = [self.eol, b")"].concat();
        if first {
            let above = [&open[..], new, self.eol, gap, b"\t"].concat();
            vec![Edit::new(span.start..span.start, above), Edit::new(span.end..span.end, close)]
        } else {
            let below = [self.eol, gap, b"\t", new, &close[..]].concat();
            vec![Edit::new(span.start..span.start, open), Edit::new(span.end..span.end, below)]
        }
    }

    /// A file that declares its imports one by one goes on to do so.
    fn beside_singles(&self, singles: &[&ImportSpec]) -> Vec<Edit> {
        let (source, new) = (self.source, &self.new.text[..]);
        let before = singles.iter().rev().find(|s| !self.new.is_before(s)).or(singles.last());
        let Some(spec) = before else { return Vec::new() };
        let span = with_trailing_comments(source, spec);
        if self.new.is_before(spec) || !source.bytes[span.end..].starts_with(self.eol) {
            let start = source.span(&source.nodes[spec.declaration].tokens).start;
            return self.insert(start, &[b"import ", new, self.eol]);
        }
        self.insert(span.end, &[self.eol, b"import ", new])
    }

    /// The first import of a file is below the package clause.
    fn first_declaration(&self) -> Vec<Edit> {
        let (source, new) = (self.source, &self.new.text[..]);
        let Some(clause) = source.children(0).find(|&c| source.kind(c) == go::PACKAGE_CLAUSE) else {
            return Vec::new();
        };
        let next = source.nodes[clause].tokens.end;
        let mut end = source.gap_start(next);
        let line = source.lines.line(end);
        let until = source.gap_end(next);
        let separators = source.separators.iter().filter(|s| end <= s.start && s.end <= until);
        let semicolon = separators.filter(|s| source.bytes[(*s).clone()] == *b";").map(|s| s.end).max();
        let comments = source.comments_in(&(end..until)).iter();
        let comment = comments.filter(|c| source.lines.line(c.bytes.start) == line).map(|c| c.bytes.end).max();
        end = end.max(semicolon.unwrap_or(0)).max(comment.unwrap_or(0));
        let rest = &source.bytes[end..];
        let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let line_ends = rest[..blanks].iter().filter(|b| **b == b'\n').count();
        // An empty line behind it, unless there is one or nothing follows.
        let gap: Vec<u8> = match line_ends {
            _ if blanks == rest.len() => Vec::new(),
            0 => self.eol.repeat(2),
            1 => self.eol.to_vec(),
            _ => Vec::new(),
        };
        self.insert(end, &[self.eol, self.eol, b"import ", new, &gap])
    }
}
