//! Sites of a pattern in a source: where its sides match, and which places are to do and which are done.

mod code;
mod conditions;
mod env;
mod extent;
mod left_over;
mod matcher;
mod packages;
mod precedence;
mod rule;
mod sites;
mod text;

pub use code::Code;
pub use conditions::{Condition, FailedCondition, NoTypes, Types, declaration};
pub use env::Env;
pub use left_over::LeftOver;
pub use matcher::{Bound, Match, Matcher, Miss, OutOfSteps, Steps};
pub use packages::{LocalPackage, Packages};
pub use precedence::{Precedence, Undecidable, precedence};
pub use rule::{Rule, Test};
pub use sites::{Found, Hit, Refused, changed, find};
pub use text::find_text;
