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
/// Fails with the name that another import has already.
pub(super) fn adjust(rule: &Rule, before: &Source, after: &Source) -> Result<Vec<Edit>, String> {
    if before.language != Language::Go {
        return Ok(Vec::new());
    }
    for (name, path) in &rule.imports {
        match imports::local_name(after, path) {
            LocalName::Missing if inserts(rule, name) && imports::is_used(after, name) => {
                let taken =
                    imports::specs(after).iter().any(|s| s.name.as_deref() == Some(name) || default_is(s, name));
                if taken {
                    return Err(format!("another package is imported as `{name}` here"));
                }
                let alias = (imports::default_name(path) != *name).then_some(name.as_str());
                return Ok(imports::add(after, path, alias));
            }
            LocalName::Named(local) if imports::is_used(before, &local) && !imports::is_used(after, &local) => {
                return Ok(imports::remove(after, path));
            }
            _ => {}
        }
    }
    Ok(Vec::new())
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
