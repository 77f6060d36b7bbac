//! Sites of a pattern in a source: where its sides match, and which places are to do and which are done.

mod code;
mod conditions;
mod env;
mod left_over;
mod matcher;
mod packages;
mod reach;
mod rule;
mod sites;
mod wins;

pub use code::Code;
pub use conditions::{Answer, Condition, NoTypes, Objection, Types, declaration};
pub use env::Env;
pub use left_over::LeftOver;
pub use matcher::{Bound, Match, Matcher, Miss, OutOfSteps, Steps};
pub use packages::{LocalPackage, Packages};
pub use rule::{Rule, Test};
pub use sites::{Found, Hit, Refused, changed, find};
pub use wins::{Undecidable, Wins, wins};
