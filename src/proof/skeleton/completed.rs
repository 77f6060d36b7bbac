//! A body with the rows that it lacks, to be printed where it cannot be carried out without them.

use super::chain::Kind;
use super::directives::Directives;
use super::model::Site;
use super::shown::{By, ShownSide};
use super::sites::Sites;
use super::view::View;
use crate::language::{Form, PreprocessorLine};
use crate::patchset::{Row, Sign};
use crate::pattern::Variant;
use crate::source::{Bytes, NodeId, Source};

/// The body with an ellipsis below a new clause, so that it shows what comes under that.
pub(crate) fn below(view: &View<'_>, sites: &Sites<'_>, mark: Option<usize>) -> Option<String> {
    let mark = mark?;
    let clause = view.after.marked(mark, Kind::Clause)?;
    let holds = |bytes: &Bytes| view.after.links[clause].span.contains(&bytes.start);
    let shows = |site: &&Site<'_>| site.after.unwrap_or_default().iter().any(|b| b.bytes.start == mark);
    let site = sites.all.iter().find(shows)?;
    let last = site.after?.iter().rposition(|b| !b.bytes.is_empty() && holds(&b.bytes))?;
    let row = site.variant.after.elements[last].row;
    let blank: String = site.rows[row].text.chars().take_while(|c| c.is_whitespace()).collect();
    Some(written(site.rows, |n| if n == row { vec![format!("{blank}...")] } else { Vec::new() }))
}

/// What a body needs that splits a clause, or a branch of a conditional, which it does not show: the reason, and the body
/// as it would do. `at` is where in the source it was found.
pub(crate) fn split(variant: &Variant, rows: &[Row], source: &Source, at: usize) -> Option<String> {
    let (before, after) = (ShownSide::new(&variant.before, By::Tree), ShownSide::new(&variant.after, By::Tree));
    if let Some(word) = new_branch(variant) {
        let all: Vec<Bytes> = std::iter::once(0..source.bytes.len()).collect();
        let lines = Directives::of(source, &all);
        let around = lines.conditionals.iter().rfind(|c| c.branches[0].start <= at && at < c.end)?;
        let opens = String::from_utf8_lossy(&source.bytes[around.branches[0].clone()]).into_owned();
        let ends = [" ...".to_owned(), " #endif".to_owned()].join("\n");
        let body = format!(" {}\n ...\n{}\n{ends}", opens.trim_end(), written(rows, |_| Vec::new()));
        return Some(format!(
            "`{word}` takes all that follows, up to `#endif`, which the body does not show; write\n{body}"
        ));
    }
    if !after.has_bare_clause() || before.has_bare_clause() {
        return None;
    }
    let label = label(source, at).unwrap_or_else(|| "case $_:".to_owned());
    let dots =
        |row: Option<&Row>, text: &str| if row.is_some_and(|r| r.text.trim() == "...") { "" } else { text }.to_owned();
    let (first, last) = (dots(rows.first(), "\n \t..."), dots(rows.last(), "\n \t..."));
    let body = written(rows, |_| Vec::new());
    Some(format!(
        "the body splits a clause that it does not show, and what follows would come under the new one; write\n \
         {label}{first}\n{body}{last}"
    ))
}

/// The label of the clause that a byte is in.
fn label(source: &Source, at: usize) -> Option<String> {
    let own = source.tokens.get(source.token_at(at))?.node;
    let is_clause = |id: &NodeId| source.language.form(source.kind(*id), "") == Form::Clause;
    let clause = std::iter::once(own).chain(source.ancestors(own)).find(is_clause)?;
    let tokens = source.nodes[clause].tokens.clone();
    let colon = tokens.clone().find(|&t| source.tokens[t].node == clause && source.text(t) == b":")?;
    Some(String::from_utf8_lossy(source.slice(&(tokens.start..colon + 1))).into_owned())
}

/// The word of a new `#else` or `#elif` without its `#if`.
fn new_branch(variant: &Variant) -> Option<String> {
    let of = |source: &Source| {
        let all: Vec<Bytes> = std::iter::once(0..source.bytes.len()).collect();
        let lines = Directives::of(source, &all);
        let is_branch = |line: &&Bytes| {
            matches!(
                PreprocessorLine::of(&source.bytes[(*line).clone()]),
                PreprocessorLine::Else | PreprocessorLine::ElseIf
            )
        };
        let branch = lines.lines.iter().find(is_branch).filter(|_| lines.conditionals.is_empty());
        branch.map(|line| String::from_utf8_lossy(&source.bytes[line.clone()]).trim_end().to_owned())
    };
    of(&variant.after.source).filter(|_| of(&variant.before.source).is_none())
}

/// The rows with their signs, and context rows behind some of them.
fn written(rows: &[Row], behind: impl Fn(usize) -> Vec<String>) -> String {
    let mut out = Vec::new();
    for (n, Row { sign, text, .. }) in rows.iter().enumerate() {
        let sign = match sign {
            Sign::Minus => '-',
            Sign::Plus => '+',
            Sign::Context => ' ',
        };
        out.push(format!("{sign}{text}"));
        let is_shown = rows.get(n + 1).is_some_and(|next| next.text.trim() == "...");
        out.extend(behind(n).into_iter().filter(|_| !is_shown).map(|row| format!(" {row}")));
    }
    out.join("\n")
}
