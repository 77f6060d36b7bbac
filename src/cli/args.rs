use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use treepatch::source::Limits;

/// Carry source changes over upstream releases: diffs matched against the syntax tree.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXITS, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXITS: &str = "\
Exit codes:
  0  done, or nothing to do
  1  a verdict needs a person; nothing was written
  2  wrong arguments, a patchset that does not load, a missing root
  3  the world: a lock, a disk, a permission, an interrupted run";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Patch the files below DIR: all of them, or none
    ///
    /// The verdicts go to standard error; with --dry-run a unified diff goes to standard output, which `git apply`
    /// and `patch -p1` accept in DIR, submodules included (but not with git's --index).
    Apply(ApplyArgs),
    /// Say for each patch whether it applies; change nothing
    Check(CheckArgs),
    /// Take the patches out again: the last one first, with their sides exchanged
    ///
    /// Only what treepatch has put in goes: HEAD, the commits of the patches, or the record that `apply` keeps tell. A
    /// patch that this does not undo exactly is named, and nothing is written. docs/revert.md says more.
    Revert(RevertArgs),
    /// Write the patches as they are for the files below DIR, for other programs; change nothing there
    ///
    /// Each repository gets a series of its own, in a folder of its path below the one of -o.
    Export(ExportArgs),
    /// Make a patchset of patches: a series of quilt, patch files, a mailbox, commits, two folders
    ///
    /// Each patch is proven, byte for byte, against the tree that it is for, before anything is written. What cannot be
    /// carried is listed, and the exit code is 1. docs/import.md says more.
    Import(ImportArgs),
    /// Carry a patchset to another version of the code: say what fits, and give new bodies for what does not
    ///
    /// A and B are folders, or revisions of the checkout in DIR: their objects are read, submodules at the commits that
    /// they record, and no working tree is touched. `apply` never guesses; this proposes, proves what it proposes, and
    /// says how each change found its place. docs/rebase.md says more.
    Rebase(RebaseArgs),
    /// Run the examples of a patchset
    Test(TestArgs),
    /// List the built-in patchsets, or the patches of one
    List(ListArgs),
    /// Print a built-in patchset, to read or to start from
    Show(ShowArgs),
    /// Settle a run that was killed while it wrote
    Recover(RecoverArgs),
    /// Print a page of the documentation, or the help of a command
    ///
    /// Without a topic it lists the pages.
    Help(HelpArgs),
    /// Print the completions of a shell
    ///
    /// For bash: treepatch completions bash > ~/.local/share/bash-completion/completions/treepatch
    Completions(CompletionsArgs),
    /// Write a man page for the program and for each command
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub struct ApplyArgs {
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Print what would change as a unified diff, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Commit, too: one commit for each patch and repository, or (squash) one for each repository
    ///
    /// Submodules first; then the superproject's record of them is moved. SOURCE_DATE_EPOCH gives the same commit ids
    /// on every machine. docs/commits.md says more.
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "each")]
    pub commit: Option<CommitStyle>,
    /// Make this branch for the commits, in each repository that gets some, and check it out
    #[arg(long, value_name = "NAME", requires = "commit")]
    pub branch: Option<String>,
    /// Keep no record of what is put into files that no HEAD has; without one, `revert` asks for --assume-applied
    #[arg(long, conflicts_with_all = ["commit", "into"])]
    pub no_record: bool,
    /// Leave DIR as it is, and make a patched copy of it, without git's files; COPY must be new or empty
    #[arg(long, value_name = "COPY", conflicts_with = "commit")]
    pub into: Option<PathBuf>,
    /// Commit to files that have changes which are not committed; those stay as they are, uncommitted
    #[arg(long, requires = "commit")]
    pub allow_dirty: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Exit 1 unless every patch is in, or is not needed (obsolete, skipped, nothing there and that is allowed)
    #[arg(long, value_enum, value_name = "WHAT")]
    pub require: Option<Require>,
}

#[derive(Debug, Args)]
pub struct RevertArgs {
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Say what would change, and write nothing
    #[arg(short = 'n', long, conflicts_with = "commit")]
    pub dry_run: bool,
    /// Take this patch out though nothing tells that treepatch put it in (may be repeated)
    #[arg(long, value_name = "ID", conflicts_with = "commit")]
    pub assume_applied: Vec<String>,
    /// Undo the commits that `apply --commit` made, with a commit for each
    #[arg(long)]
    pub commit: bool,
    /// Make this branch for the commits, in each repository that gets some, and check it out
    #[arg(long, value_name = "NAME", requires = "commit")]
    pub branch: Option<String>,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// A patchset file (with a `/` in it, or ending in `.toml`), or the name of a built-in one
    pub patchset: String,
    /// The root of the checkout
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Export this patch only (may be repeated)
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Accept files that are not there, as long as one patch finds its file
    #[arg(long)]
    pub partial: bool,
    /// Read the patchset's tables for this target
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    #[command(flatten)]
    pub threads: ThreadArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// A folder of patches for quilt, mailboxes for git am, or one diff
    #[arg(long, value_enum, value_name = "KIND")]
    pub format: ExportFormat,
    /// Where to: a folder that is empty or not there yet, or a file for a diff
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    #[command(flatten)]
    pub style: StyleArgs,
}

impl ExportArgs {
    /// What there is to plan.
    pub fn plan(&self) -> PlanArgs {
        let output = OutputArgs { format: Format::Text, output: None, style: self.style, verbose: false, quiet: false };
        PlanArgs {
            patchset: self.patchset.clone(),
            dir: self.dir.clone(),
            only: self.only.clone(),
            partial: self.partial,
            target: self.target.clone(),
            strict: false,
            count_done: false,
            threads: self.threads,
            limits: self.limits.clone(),
            output,
        }
    }
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A folder with a `series` file, patch files, a mailbox, REV..REV of the repository of the tree, or two folders: before, after
    #[arg(required = true)]
    pub sources: Vec<PathBuf>,
    /// The tree that the patches are for: without them, with them, or with the first of them
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub tree: PathBuf,
    /// Where to: a file, or (with a `/` at the end) a folder with a file for each patch; standard output, if left out
    #[arg(short, long, value_name = "FILE|DIR/")]
    pub output: Option<PathBuf>,
    /// The name of the patchset [default: that of the tree's folder]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Only say what could be carried; write nothing
    #[arg(long, conflicts_with = "output")]
    pub check: bool,
    /// Write all bodies as text, those of Go and C, too
    #[arg(long)]
    pub text: bool,
    /// Let hunks fit where so many rows at their ends differ
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub fuzz: u8,
    /// How many folders to take off the paths of patch files
    #[arg(short = 'p', long, value_name = "N", default_value_t = 1)]
    pub strip: usize,
    #[command(flatten)]
    pub threads: ThreadArgs,
    #[command(flatten)]
    pub style: StyleArgs,
}

/// What `apply` and `check` share.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// A patchset file (with a `/` in it, or ending in `.toml`), or the name of a built-in one
    pub patchset: String,
    /// The root of the checkout
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Look at this patch only (may be repeated)
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Accept files that are not there, as long as one patch finds its file
    #[arg(long)]
    pub partial: bool,
    /// Read the patchset's tables for this target
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Let patches that are obsolete, and warnings, need a person, too
    #[arg(long)]
    pub strict: bool,
    /// Count every place that is done, also where `expect` has no upper bound and a large tree would take long
    #[arg(long)]
    pub count_done: bool,
    #[command(flatten)]
    pub threads: ThreadArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct ThreadArgs {
    /// How many threads to use [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
}

impl ThreadArgs {
    /// The number of threads; 0 for one for each core.
    pub fn count(&self) -> usize {
        self.jobs.map_or(0, usize::from)
    }
}

/// How much work one file may make.
#[derive(Clone, Debug, Args)]
pub struct LimitArgs {
    /// Raise or lower a limit: bytes=N, nodes=N or steps=N for each file (may be repeated; docs/limits.md)
    #[arg(long = "limit", value_name = "WHAT=N", value_parser = limit)]
    limits: Vec<(Limited, u64)>,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limited {
    Bytes,
    Nodes,
    Steps,
}

impl LimitArgs {
    /// The limits that were asked for, and the usual ones beside them.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for &(what, number) in &self.limits {
            let size = usize::try_from(number).unwrap_or(usize::MAX);
            match what {
                Limited::Bytes => limits.bytes = size,
                Limited::Nodes => limits.nodes = size,
                Limited::Steps => limits.steps = number,
            }
        }
        limits
    }
}

/// Reads `bytes=64M`: K, M and G stand for 1024, its square and its cube.
fn limit(text: &str) -> Result<(Limited, u64), String> {
    let (what, number) = text.split_once('=').ok_or("write what is limited and the number, as in bytes=64M")?;
    let what = match what {
        "bytes" => Limited::Bytes,
        "nodes" => Limited::Nodes,
        "steps" => Limited::Steps,
        _ => return Err("bytes, nodes and steps are limited".to_owned()),
    };
    let digits = number.trim_end_matches(['K', 'M', 'G']);
    let unit = match &number[digits.len()..] {
        "" => Some(1),
        "K" => Some(1 << 10),
        "M" => Some(1 << 20),
        "G" => Some(1u64 << 30),
        _ => None,
    };
    let whole = digits.parse::<u64>().ok().zip(unit).and_then(|(n, unit)| n.checked_mul(unit)).filter(|n| *n > 0);
    whole.map(|n| (what, n)).ok_or_else(|| "the number is a whole one, such as 2000000 or 64M".to_owned())
}

/// How a command tells what it found.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// For people or for programs (docs/json.md describes the latter)
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the diff (or the JSON) to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub style: StyleArgs,
    /// Show every site, note and finding
    #[arg(short, long)]
    pub verbose: bool,
    /// Show only what needs a person
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct StyleArgs {
    /// When to use colours; auto heeds NO_COLOR
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

#[derive(Debug, Args)]
pub struct RebaseArgs {
    /// A patchset file (with a `/` in it, or ending in `.toml`), or the name of a built-in one
    pub patchset: String,
    /// The root of the checkout whose revisions A and B may be
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The version that the patchset fits: a folder, or a revision
    #[arg(long, value_name = "A")]
    pub from: String,
    /// The version that it is to fit: a folder, or a revision
    #[arg(long, value_name = "B")]
    pub onto: String,
    /// How far to go: only to unchanged places, to places whose surroundings changed, or with names exchanged, too
    #[arg(long, value_enum, default_value_t = FitKind::Context, value_name = "HOW")]
    pub fit: FitKind,
    /// Write the new bodies into the patchset, as alternatives: it then fits both versions
    #[arg(long, conflicts_with = "replace")]
    pub write: bool,
    /// Write the new bodies into the patchset, in the place of the old ones
    #[arg(long)]
    pub replace: bool,
    /// Read the patchset's tables for this target
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    #[command(flatten)]
    pub threads: ThreadArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FitKind {
    Exact,
    Context,
    Rename,
}

#[derive(Debug, Args)]
pub struct TestArgs {
    /// A patchset file (with a `/` in it, or ending in `.toml`), or the name of a built-in one
    pub patchset: String,
    /// Run the examples of this patch only (may be repeated)
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// List the patches of this one
    pub patchset: Option<String>,
    #[command(flatten)]
    pub style: StyleArgs,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The name of a built-in patchset
    pub patchset: String,
    #[command(flatten)]
    pub style: StyleArgs,
}

#[derive(Debug, Args)]
pub struct RecoverArgs {
    /// The root of the checkout
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Make every file what it was, rather than what it was to become
    #[arg(long)]
    pub undo: bool,
    #[command(flatten)]
    pub style: StyleArgs,
}

#[derive(Debug, Args)]
pub struct HelpArgs {
    /// A page (language, limits, …) or a command
    pub topic: Option<String>,
    #[command(flatten)]
    pub style: StyleArgs,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Where to: a folder that is there
    pub dir: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CommitStyle {
    /// One commit for each patch and repository
    Each,
    /// One commit for each repository
    Squash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    Quilt,
    Mbox,
    Diff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Require {
    Applied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_name_and_a_number() {
        assert_eq!(limit("bytes=64M"), Ok((Limited::Bytes, 64 << 20)));
        assert_eq!(limit("nodes=5K"), Ok((Limited::Nodes, 5 << 10)));
        assert_eq!(limit("steps=1000000"), Ok((Limited::Steps, 1_000_000)));
        for wrong in ["bytes", "bytes=", "bytes=M", "bytes=1MM", "bytes=-1", "steps=0", "time=5", "bytes=99999999999G"]
        {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
