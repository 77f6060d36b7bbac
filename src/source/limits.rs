/// How much work one file may make. Limits are sizes and steps, never times, so that every machine gives the same
/// verdict; `docs/limits.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file that is parsed, in bytes.
    pub bytes: usize,
    /// The most nodes and tokens that a file may have, together.
    pub nodes: usize,
    /// The most steps that it may take to look for one hunk in one file.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 16 << 20, nodes: 8_000_000, steps: 50_000_000 }
    }
}

impl Limits {
    /// Whatever there is, is read: for what was made from something that passed the limits.
    pub const NONE: Limits = Limits { bytes: usize::MAX, nodes: usize::MAX, steps: u64::MAX };
}
