//! The packages that a body names, under the names that a Go file gives them.

use crate::find::Rule;
use crate::golang::imports::{self, LocalName};
use crate::language::Language;
use crate::pattern::{Change, Part};
use crate::source::{Edit, Source};
use std::collections::BTreeMap;

/// For each package that the rule names: the name by which the file imports it, if it does and by a plain name.
pub(super) fn packages_of(rule: &Rule, source: &Source) -> BTreeMap<String, Option<String>> {
    let local = |path: &str| match imports::local_name(source, path) {
        LocalName::Named(name) => Some(name),
        _ => None,
    };
    let go = source.language == Language::Go;
    rule.imports.iter().filter(|_| go).map(|(name, path)| (name.clone(), local(path))).collect()
}

/// The next thing that an edit asks of the imports of a file, which was `before` and is `after`: an import that the
/// result needs and lacks, or one that it leaves unused. One at a time, since one may take the other's line.
///
/// What is unused goes first, so that a lone import stays on one line; only the last one of a group waits until the new
/// one has joined it. So nothing hangs on the order of the names.
///
/// Fails with the name that another import has already.
pub(super) fn adjust(rule: &Rule, before: &Source, after: &Source) -> Result<Vec<Edit>, String> {
    if before.language != Language::Go {
        return Ok(Vec::new());
    }
    let unused = rule.imports.values().find(|path| match imports::local_name(after, path) {
        LocalName::Named(local) => imports::is_used(before, &local) && !imports::is_used(after, &local),
        _ => false,
    });
    let missing = rule.imports.iter().find(|(name, path)| {
        imports::local_name(after, path) == LocalName::Missing && inserts(rule, name) && imports::is_used(after, name)
    });
    match (unused, missing) {
        (Some(unused), Some((name, path))) if imports::is_alone_in_group(after, unused) => {
            add(after, name, path).or_else(|_| Ok(imports::remove(after, unused)))
        }
        (Some(unused), _) => Ok(imports::remove(after, unused)),
        (None, Some((name, path))) => add(after, name, path),
        (None, None) => Ok(Vec::new()),
    }
}

fn add(source: &Source, name: &str, path: &str) -> Result<Vec<Edit>, String> {
    if imports::specs(source).iter().any(|s| s.name.as_deref() == Some(name) || default_is(s, name)) {
        return Err(format!("another package is imported as `{name}` here"));
    }
    let alias = (imports::default_name(path) != name).then_some(name);
    Ok(imports::add(source, path, alias))
}

fn default_is(spec: &imports::ImportSpec, name: &str) -> bool {
    spec.name.is_none() && imports::default_name(&spec.path) == name
}

/// Whether the rule writes this package's name.
fn inserts(rule: &Rule, name: &str) -> bool {
    rule.pattern.shapes.iter().any(|shape| {
        let written = shape.changes.iter().flat_map(|c| match c {
            Change::Tokens { after, .. } => vec![after.clone()],
            Change::Rows { insert, .. } => insert.iter().map(|i| i.elements.clone()).collect(),
        });
        written.flatten().any(|i| matches!(&shape.after.elements[i].part, Part::Package { name: n, .. } if n == name))
    })
}
