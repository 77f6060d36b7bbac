/// What is known of a question about code: yes, no, or why nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// What was missing to tell.
    Unknown(String),
}
