//! treepatch carries source changes over upstream releases.
//!
//! A *patch* is a diff that is matched against the syntax tree of a file, declared in TOML with its reason, its files and
//! the number of places that it expects. A *patchset* is a list of patches. This crate plans patchsets over the files of a
//! release, and writes what it planned: all of it, or nothing.
//!
//! # The types
//!
//! - [`Patchset`] is what the author wrote, as data. [`load`] reads one; what is wrong comes back as [`Diagnostic`]s, each
//!   with its place in the text.
//! - [`FileTree`] is where files come from. [`MemoryTree`] holds them in memory; a folder on the disk is named by its path.
//! - [`Planner`] plans a patchset over a folder, and [`plan()`] over any tree. Both take [`Options`].
//! - [`Plan`] is what comes out: a [`Report`] for each patch, with its [`Verdict`], its [`Site`]s and the reasons, and the
//!   [`FileChange`]s. A plan writes nothing. If one verdict forbids it, the plan has no changes at all.
//! - [`apply`] writes the changes of a plan. If it is killed, [`recover`] finishes or undoes it.
//!
//! # An example
//!
//! ```
//! use treepatch::{MemoryTree, Options, Verdict, load, plan};
//!
//! let patchset = load("arm.toml", r#"
//! format = 1
//! [patchset]
//! name = "arm"
//! title = "Run on 32-bit ARM"
//!
//! [[patch]]
//! id = "omit-time-int32"
//! title = "Make the constant fit into 32 bits"
//! why = "The constant is larger than an int on 32-bit ARM."
//! files = ["*.go"]
//! diff = '''
//! -const omitTime int64 = $value
//! +const omitTime int32 = $value
//! '''
//! "#).unwrap();
//!
//! let release = MemoryTree::new([("time.go", "package times\n\nconst omitTime int64 = (1 << 30) - 2\n")]);
//! let plan = plan(&patchset, &release, &Options::default()).unwrap();
//!
//! assert_eq!(plan.reports[0].verdict, Verdict::Applies);
//! assert_eq!(plan.changes()[0].after, b"package times\n\nconst omitTime int32 = (1 << 30) - 2\n");
//! ```
//!
//! Over a folder it is `Planner::new(patchset, root, options)?.plan(false)?`, and then `apply(root, &planned.plan.changes())?`.
//!
//! # Promises
//!
//! The library never prints, exits or reads the environment, and only [`mod@write`] changes the disk. Verdicts depend on the files,
//! the patchset and the options alone: on no time, no number of threads and no order of a map. No input makes it panic.
//!
//! The language of patchsets is described in `docs/language.md`, the way through the code in `ARCHITECTURE.md`.

pub mod commit;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod rebase;
pub mod render;
pub mod write;

#[doc(hidden)]
pub mod checkout;
pub(crate) mod diagnose;
#[doc(hidden)]
pub mod edit;
#[doc(hidden)]
pub mod find;
#[doc(hidden)]
pub mod golang;
#[doc(hidden)]
pub mod language;
#[doc(hidden)]
pub mod operations;
#[doc(hidden)]
pub mod patchset;
#[doc(hidden)]
pub mod pattern;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod planner;
pub(crate) mod proof;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod revert;
#[doc(hidden)]
pub mod search;
#[doc(hidden)]
pub mod source;
pub(crate) mod stack;
#[doc(hidden)]
pub mod text;
mod threads;
#[doc(hidden)]
pub mod vfs;

pub use language::Language;
pub use patchset::{Diagnostic, Patchset, load};
pub use plan::Options;
pub use planner::{PlanError, Planned, Planner, plan};
pub use report::{FileChange, Place, Plan, Reason, Report, Site, Verdict};
pub use source::Limits;
pub use vfs::{FileTree, MemoryTree};
pub use write::{WriteError, apply, recover};
