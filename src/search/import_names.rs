//! The packages that a body names, under the names that a Go file gives them.

use crate::find::{LocalPackage, Packages, Rule};
use crate::golang::imports::{self, LocalName};
use crate::golang::types::Scope;
use crate::language::Language;
use crate::source::Source;

/// For each package that the rule names: the name by which the file imports it, if it does and by a plain name.
pub(crate) fn packages_of(rule: &Rule, source: &Source) -> Packages {
    let local = |path: &str| match imports::local_name(source, path) {
        LocalName::Named(name) => {
            let hidden = Scope::of(source, &name).hidden();
            Some(LocalPackage { name, hidden })
        }
        _ => None,
    };
    let go = source.language == Language::Go;
    rule.imports.iter().filter(|_| go).map(|(name, path)| (name.clone(), local(path))).collect()
}
