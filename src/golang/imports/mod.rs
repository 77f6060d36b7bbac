//! Import declarations: under which name a file knows a package, and how an import comes and goes.

mod add;
mod remove;
mod sort;

pub use add::{add, place_spec, replace_lone};
pub use remove::remove;
pub use sort::sort;

use crate::golang::types::is_used;
use crate::language::go_nodes as go;
use crate::source::{Bytes, NodeId, Source, Tokens};

/// One import of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSpec {
    /// The path, without its quotes.
    pub path: String,
    /// The name written before it: an alias, `_` or `.`.
    pub name: Option<String>,
    /// The tokens of the spec.
    pub tokens: Tokens,
    /// The declaration that holds it, alone or in a group.
    pub declaration: NodeId,
}

/// The name under which a file knows a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalName {
    /// An alias, or the name that the path leads one to expect: see [`default_name`].
    Named(String),
    /// `import . "path"`: its names stand for themselves.
    Dot,
    /// `import _ "path"`: it has no name.
    Blank,
    /// The file does not import it.
    Missing,
}

/// The imports of a file, in order.
pub fn specs(source: &Source) -> Vec<ImportSpec> {
    let mut specs = Vec::new();
    for declaration in declarations(source) {
        let holder = source.children(declaration).find(|&c| source.kind(c) == go::IMPORT_SPECS).unwrap_or(declaration);
        for spec in source.children(holder).filter(|&c| source.kind(c) == go::IMPORT_SPEC) {
            let Some(path) = source.child(spec, "path") else { continue };
            let text = |id| String::from_utf8_lossy(source.node_text(id)).into_owned();
            specs.push(ImportSpec {
                path: text(path).trim_matches(['"', '`']).to_owned(),
                name: source.child(spec, "name").map(text),
                tokens: source.nodes[spec].tokens.clone(),
                declaration,
            });
        }
    }
    specs
}

/// The name under which a file knows the package of this path. Of several imports of it, a named one counts most,
/// a blank one least. Where the path alone does not say the name, that of its likely names is taken which the file uses.
pub fn local_name(source: &Source, path: &str) -> LocalName {
    let all = specs(source);
    let rank = |spec: &&ImportSpec| match spec.local_name() {
        LocalName::Named(_) => 0,
        LocalName::Dot => 1,
        _ => 2,
    };
    let Some(spec) = all.iter().filter(|s| s.path == path).min_by_key(rank) else { return LocalName::Missing };
    if spec.name.is_none() {
        let is_taken =
            |name: &str| all.iter().any(|s| s.path != path && s.local_name() == LocalName::Named(name.into()));
        if let Some(name) = likely_names(path).find(|name| !is_taken(name) && is_used(source, name)) {
            return LocalName::Named(name.to_owned());
        }
    }
    spec.local_name()
}

/// The names that a package of this path may have, the likeliest first.
fn likely_names(path: &str) -> impl Iterator<Item = &str> {
    let default = default_name(path);
    let last = path.rsplit('/').next().unwrap_or(path);
    let parts = [last].into_iter().chain(last.split(['-', '.']).rev());
    [default].into_iter().chain(parts).chain(default.strip_prefix("go")).filter(|name| !name.is_empty())
}

/// The name that a package most likely has. A path does not say it for certain: as other Go tools do, this takes the
/// last element, or the one before a version (`/v2`), without `go-` before it, up to the first character
/// that no name has (`yaml.v2`, `foo-go`).
pub fn default_name(path: &str) -> &str {
    let is_version = |element: &str| {
        element.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let element = if is_version(last) { elements.next().unwrap_or(last) } else { last };
    let element = element.strip_prefix("go-").unwrap_or(element);
    let end = element.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(element.len());
    &element[..end]
}

impl ImportSpec {
    /// The name that this import gives the package.
    pub fn local_name(&self) -> LocalName {
        match self.name.as_deref() {
            None => LocalName::Named(default_name(&self.path).to_owned()),
            Some(".") => LocalName::Dot,
            Some("_") => LocalName::Blank,
            Some(name) => LocalName::Named(name.to_owned()),
        }
    }

    fn is_cgo(&self) -> bool {
        self.path == "C"
    }
}

/// The import declarations of a file.
fn declarations(source: &Source) -> impl Iterator<Item = NodeId> {
    source.children(0).filter(|&c| source.kind(c) == go::IMPORT_DECLARATION)
}

/// The brackets of a declaration that is a group.
fn brackets(source: &Source, declaration: NodeId) -> Option<(usize, usize)> {
    let group = source.children(declaration).find(|&c| source.kind(c) == go::IMPORT_SPECS)?;
    let tokens = &source.nodes[group].tokens;
    let (open, close) = (tokens.start, tokens.end.checked_sub(1)?);
    (open < close && source.text(open) == b"(" && source.text(close) == b")").then_some((open, close))
}

/// The text of a spec with the comments behind it on its line.
fn with_trailing_comments(source: &Source, spec: &ImportSpec) -> Bytes {
    let mut span = source.span(&spec.tokens);
    let next = source.gap_end(spec.tokens.end);
    for comment in source.comments_in(&(span.end..next)) {
        if source.lines.line(comment.bytes.start) > source.lines.line(span.end) {
            break;
        }
        span.end = comment.bytes.end;
    }
    span
}

/// Whether nothing but white space is before and behind a text on its lines.
fn has_own_lines(source: &Source, span: &Bytes) -> bool {
    let before = &source.bytes[source.lines.start(span.start)..span.start];
    let behind = &source.bytes[span.end..source.lines.around(span.end, &source.bytes).end.max(span.end)];
    before.iter().chain(behind).all(u8::is_ascii_whitespace)
}
