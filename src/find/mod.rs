//! Sites of a pattern in a source: where its sides match, and which places are to do and which are done.

pub mod code;
pub mod conditions;
pub mod left_over;
pub mod matcher;
pub mod packages;
pub mod rule;
pub mod sites;
pub mod extent;
pub mod precedence;

pub use code::{Code, Env};
pub use conditions::{Answer, Condition, NoTypes, Objection, Types, declaration};
pub use left_over::LeftOver;
pub use matcher::{Bound, Match, Matcher, Miss, OutOfSteps, Steps};
pub use packages::{LocalPackage, Packages};
pub use rule::{Rule, Test};
pub use sites::{Found, Hit, Refused, changed, find};
pub use precedence::{Undecidable, Wins, wins};
