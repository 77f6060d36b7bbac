//! Where an edit goes in B, and how it got there: or why not.

use std::ops::Range;

/// Rows of B that are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The rows of B, counted from 0; empty where rows are put in.
    pub rows: Range<usize>,
    /// What stands there then, each without its line end.
    pub by: Vec<Vec<u8>>,
}

/// How an edit found its place. From the surest to the least sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The rows that are removed, or both neighbours, stand there as they did.
    Unchanged,
    /// Another row stands beside it than did.
    OneNeighbour,
    /// A neighbour says nearly the same.
    SimilarNeighbour,
    /// By the order of imports or includes.
    Imports,
    /// Rows differ, and words of them were changed.
    BelowTheLine,
}

/// Where an edit goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// What is replaced; nothing where B has it already.
    pub replacements: Vec<Replacement>,
    /// How the place was found.
    pub way: Way,
}

impl Placement {
    pub(super) fn one(rows: Range<usize>, by: Vec<Vec<u8>>, way: Way) -> Placement {
        Placement { replacements: vec![Replacement { rows, by }], way }
    }
}

/// Why an edit has no place, or why its result is not given out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Rows or words that it removes are others in B.
    #[error("what the patch removes has changed{}", shown(.0))]
    RemovedChanged(String),
    /// Words that it removes side by side stand apart in B, or in another order.
    #[error("what the patch removes stands apart or in another order")]
    RemovedTorn,
    /// No neighbour is left.
    #[error("no row beside the place is left")]
    NoNeighbour,
    /// A neighbour that is left is a bracket alone, among others of its kind.
    #[error("of the rows beside the place only a bracket is left")]
    WeakNeighbour,
    /// Rows stand between the two neighbours that A does not have.
    #[error("the rows above and below the place lead to different places")]
    NeighboursDisagree,
    /// The rows that it brings stand there already.
    #[error("the rows that the patch adds stand there already")]
    AlreadyThere,
    /// No group of imports is the right one, or two are.
    #[error("no group of imports is the right one")]
    NoImportGroup,
    /// An import that it changes is another in B.
    #[error("an import that the patch changes is another one")]
    ImportChanged,
    /// Two edits change the same rows.
    #[error("two changes of the patch meet in the same rows")]
    Overlap,
    /// The result would have other brackets.
    #[error("the result would open or close other brackets than the patch does")]
    Unbalanced,
    /// The added rows use a name that is not here.
    #[error("the patch brings `{0}`, which A has and B has not")]
    NameLacks(String),
    /// The added rows use a name that was most likely exchanged for another.
    #[error("the patch brings `{0}`, which seems to have another name in B")]
    NameExchanged(String),
    /// The added rows use a variable of the function that the function has no longer.
    #[error("the patch brings `{0}`, which the function declares in A and not in B")]
    LocalLacks(String),
    /// B spells a name otherwise.
    #[error("the patch brings `{0}`, which B spells otherwise")]
    NameRespelt(String),
    /// A field or method is reached otherwise in B.
    #[error("the patch brings `{0}`, which A has elsewhere and B nowhere")]
    PathLacks(String),
    /// A function has more or fewer arguments in B.
    #[error("`{0}` is called with another number of arguments in B")]
    Arguments(String),
    /// A name that the patch makes vanish is still there.
    #[error("the patch makes `{0}` vanish, which the result still has")]
    StillUsed(String),
    /// An import is missing, unused or still used.
    #[error("the import of `{0}` does not fit what the result uses")]
    ImportUnfit(String),
    /// It would be carried if names were exchanged, which was not asked for.
    #[error("names are others in B; `--fit rename` would exchange {}", pairs(.0))]
    Renamed(Vec<(String, String)>),
    /// An added row goes on with something that is not there.
    #[error("the row `{0}` goes on with something that B does not have there")]
    NoOpener(String),
    /// The place is not as sure as was asked for.
    #[error("the place is not sure enough: {0:?}")]
    Fit(Way),
    /// The two versions in A cannot be compared.
    #[error("the file cannot be compared")]
    Incomparable,
}

fn shown(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": `{text}`") }
}

fn pairs(names: &[(String, String)]) -> String {
    names.iter().map(|(old, new)| format!("{old} -> {new}")).collect::<Vec<_>>().join(", ")
}
