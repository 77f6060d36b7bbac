/// Where a file holds a NUL byte among so many, it is no text: git has it so, too.
pub(crate) const TEXT: usize = 8_000;

/// Why a file has no tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The file is larger than the limit.
    #[error("the file has {size} bytes, and the limit is {limit}: raise it with `--limit bytes={size}`")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The file has more nodes than the limit.
    #[error("the file has more than {limit} nodes, which is the limit: raise it with `--limit nodes=N`")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The file is no text.
    #[error("a NUL byte among the first {TEXT} bytes: this is no text (a binary file, or UTF-16)")]
    NoText,
    /// The file is no text.
    #[error("a NUL byte, or the mark of UTF-16 or UTF-32: this is no text that has lines")]
    NoLines,
    /// The parser takes more steps than code of that size can need, or makes no sense of most of it.
    #[error("the {0} parser gave up: the file holds too much that is not {0}")]
    GaveUp(&'static str),
    /// The system has no thread for it.
    #[error(
        "the system gives no thread with the {megabytes} MB of stack that its parser may need ({why}): allow more processes (`ulimit -u`, a container's limit) or memory, or use fewer threads (`-j 1`)"
    )]
    NoThread {
        /// The stack that was asked for.
        megabytes: usize,
        /// What the system said.
        why: String,
    },
}
