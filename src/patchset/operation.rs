/// An operation: what no pattern can say.
pub(super) struct Known {
    /// What `operation` names it by.
    pub(super) name: &'static str,
    /// The keys that may stand beside it.
    pub(super) options: &'static [&'static str],
}

/// The operations that there are. What the values of their options mean is theirs to know.
pub(super) const OPERATIONS: &[Known] = &[Known { name: "go/align-atomics", options: &["style", "pad"] }];
