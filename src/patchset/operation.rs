use super::diagnostic::Diagnostic;
use super::keys::{Keys, scalar};
use super::nearest::nearest;
use super::notes::{Notes, list, quoted};
use super::{Acceptance, Spanned};
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeValue;

/// An operation: what no pattern can say.
pub(super) struct Known {
    /// What `operation` names it by.
    pub(super) name: &'static str,
    /// The keys that may be beside it, each with its values.
    options: &'static [(&'static str, &'static [&'static str])],
}

/// The operations that there are.
pub(super) const OPERATIONS: &[Known] = &[Known {
    name: "go/align-atomics",
    options: &[("style", &["minimal", "leading", "atomic-types"]), ("pad", &["true", "false"])],
}];

/// The key that accepts what an operation leaves as it is.
const ACCEPT: &str = "accept";

impl Known {
    /// The keys that may be beside it.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        let options: &'static [_] = self.options;
        options.iter().map(|(key, _)| *key).chain([ACCEPT])
    }
}

impl Notes {
    /// The options of an operation. Whatever is no value of theirs is complained about.
    pub(super) fn options(&mut self, keys: &Keys<'_>, known: &Known) -> BTreeMap<String, Spanned<String>> {
        let mut options = BTreeMap::new();
        for (key, values) in known.options {
            let Some((value, span)) = keys.value(key) else { continue };
            let text = match value {
                DeValue::Boolean(flag) => Some(flag.to_string()),
                value => scalar(value),
            };
            let Some(value) = text else {
                let message = format!("{} is one of {}", quoted(key), list(values.iter().copied(), "and"));
                self.push(Diagnostic::new(&span, message));
                continue;
            };
            if !values.contains(&value.as_str()) {
                let message = format!("{} is not a value of {}", quoted(&value), quoted(key));
                let near = nearest(&value, values.iter().copied());
                let label = near.map_or("not known".to_owned(), |near| format!("did you mean {}?", quoted(near)));
                let help = format!("the values of {} are {}", quoted(key), list(values.iter().copied(), "and"));
                self.push(Diagnostic::new(&span, message).label(label).help(help));
                continue;
            }
            options.insert((*key).to_owned(), Spanned { value, span });
        }
        options
    }

    /// `accept`: what a person has looked at and lets an operation leave as it is.
    pub(super) fn acceptances(&mut self, keys: &Keys<'_>) -> Vec<Acceptance> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        for keys in self.tables(keys, ACCEPT, "[[patch.accept]]") {
            self.only(&keys, &["field", "why"]);
            self.required(&keys, "field", "`pkg.Struct.field`, as the report names it");
            self.required(&keys, "why", "the reason why the field may stay as it is, in prose");
            let (Some(field), Some(why)) = (self.line(&keys, "field"), self.prose(&keys, "why")) else { continue };
            if field.value.split('.').filter(|part| !part.trim().is_empty()).count() < 3 {
                let message = format!("{} names no field", quoted(&field.value));
                let help = "write `pkg.Struct.field`, or `folder.Struct.field` where several packages have it";
                self.push(Diagnostic::new(&field.span, message).help(help));
            } else if !seen.insert(field.value.clone()) {
                self.push(Diagnostic::new(&field.span, format!("{} is accepted twice", quoted(&field.value))));
            } else {
                all.push(Acceptance { field, why: why.value });
            }
        }
        all
    }
}
