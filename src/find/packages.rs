//! The packages that a body names, as one file knows them.

use crate::source::{Source, Tokens};
use std::collections::BTreeMap;

/// The packages of a body by the name that it uses; `None`: the file does not import it under a plain name.
pub type Packages = BTreeMap<String, Option<LocalPackage>>;

/// The name under which a file knows a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPackage {
    /// The name.
    pub name: String,
    /// The tokens among which something of the file has that name: in order, and apart from each other.
    pub hidden: Vec<Tokens>,
}

impl LocalPackage {
    /// A package whose name nothing else has.
    pub fn named(name: &str) -> LocalPackage {
        LocalPackage { name: name.to_owned(), hidden: Vec::new() }
    }

    /// Whether a token is the name, and means the package.
    pub fn is_at(&self, source: &Source, token: usize) -> bool {
        source.text(token) == self.name.as_bytes() && !self.is_hidden(token)
    }

    fn is_hidden(&self, token: usize) -> bool {
        let next = self.hidden.partition_point(|h| h.start <= token);
        self.hidden[..next].last().is_some_and(|h| token < h.end)
    }
}
