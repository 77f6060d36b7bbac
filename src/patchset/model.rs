use super::{Date, Fragment, Part};
use crate::language::Language;
use crate::source::Bytes;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A value and where it is in the patchset file, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the patchset file.
    pub span: Bytes,
}

/// A whole patchset file.
#[derive(Clone, Debug)]
pub struct Patchset {
    /// `[patchset] name`.
    pub name: String,
    /// `[patchset] title`; the name where there is none.
    pub title: String,
    /// `[patchset] release`: the release it is made for.
    pub release: Option<String>,
    /// `[patchset] tested`: the versions it was tried on.
    pub tested: Vec<String>,
    /// `[patchset] author`: `Name <mail>`, for commits.
    pub author: Option<String>,
    /// `[patchset] target`: the target used when none is asked for.
    pub target: Option<String>,
    /// `[table.NAME]`: one value per target.
    pub tables: BTreeMap<String, Table>,
    /// The patches in order.
    pub patches: Vec<Patch>,
    /// Where the text came from: a path as the user wrote it, or a built-in's name.
    pub origin: String,
    /// The files that it stands in.
    pub parts: Vec<Part>,
    /// The whole text, for messages that show a line of it.
    pub text: Arc<str>,
}

impl Patchset {
    /// Whether a patch makes a file.
    pub fn makes(&self, path: &Path) -> bool {
        let makes = |body: &Body| matches!(&body.work, Work::Create(new) if Path::new(&new.path.value) == path);
        self.patches.iter().flat_map(|patch| &patch.bodies).any(makes)
    }

    /// The same file with these patches alone.
    pub fn with(&self, patches: Vec<Patch>) -> Patchset {
        Patchset {
            name: self.name.clone(),
            title: self.title.clone(),
            release: self.release.clone(),
            tested: self.tested.clone(),
            author: self.author.clone(),
            target: self.target.clone(),
            tables: self.tables.clone(),
            patches,
            origin: self.origin.clone(),
            parts: self.parts.clone(),
            text: self.text.clone(),
        }
    }
}

/// `[table.NAME]`.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The text that `$NAME` stands for, by target.
    pub rows: BTreeMap<String, String>,
    /// Its header in the patchset file.
    pub span: Bytes,
}

/// One `[[patch]]`.
#[derive(Clone, Debug)]
pub struct Patch {
    /// `id`, unique in the patchset.
    pub id: Spanned<String>,
    /// `title`: the subject line.
    pub title: String,
    /// `why`: the reason, in prose.
    pub why: String,
    /// `target`: the targets it is for; empty for all.
    pub target: Vec<String>,
    /// `needs`: ids of earlier patches.
    pub needs: Vec<Spanned<String>>,
    /// `amends`: ids of earlier patches whose results it changes.
    pub amends: Vec<Spanned<String>>,
    /// `optional`: no matching file is no error.
    pub optional: bool,
    /// `disabled`: why it is left out for now.
    pub disabled: Option<String>,
    /// `author`: `Name <mail>`, where it is not the patchset's.
    pub author: Option<String>,
    /// `date`: when it was written.
    pub date: Option<Date>,
    /// `trailers`: `Key: value`, for commits and exported patches.
    pub trailers: Vec<String>,
    /// The patch's own body first, then its `[[patch.alternative]]`s in order.
    pub bodies: Vec<Body>,
    /// `alternatives = "sum"`: all bodies are tried everywhere, rather than the first that has sites.
    pub sum: bool,
    /// `[patch.obsolete]`.
    pub obsolete: Option<Obsolete>,
    /// `[patch.upstream]`.
    pub upstream: Upstream,
    /// `[[patch.example]]`.
    pub examples: Vec<Example>,
    /// Its `[[patch]]` line, for messages about the whole.
    pub span: Bytes,
}

/// One way to make the change: the patch's own, or an alternative.
#[derive(Clone, Debug)]
pub struct Body {
    /// An alternative's `name` or `note`, if it has one.
    pub note: Option<String>,
    /// What it does.
    pub work: Work,
    /// Its `diff`, `operation` or `create`; of an alternative or several hunks the line that begins them.
    pub span: Bytes,
}

/// What a body does.
#[derive(Clone, Debug)]
pub enum Work {
    /// `diff`, or several `[[patch.hunk]]`s.
    Edit(Vec<Hunk>),
    /// `operation`.
    Operation(Operation),
    /// `create` and `content`.
    Create(Create),
}

/// One diff, and what holds for its sites.
#[derive(Clone, Debug)]
pub struct Hunk {
    /// `files`.
    pub files: Globs,
    /// `diff`.
    pub diff: Fragment,
    /// `language`, or what the extensions of the globs tell. A loaded hunk always has one.
    pub language: Option<Language>,
    /// `expect`.
    pub expect: Expect,
    /// `expect`'s place, where it was written.
    pub expect_span: Option<Bytes>,
    /// `pick`.
    pub pick: Option<Pick>,
    /// `as`.
    pub reading: Option<Spanned<Reading>>,
    /// `layout`.
    pub layout: Layout,
    /// `where.HOLE.*`, for holes that occur in this hunk.
    pub holes: Vec<HoleCondition>,
    /// `inside`: any enclosing node is one of these.
    pub inside: Vec<Fragment>,
    /// `has`: each occurs in the site.
    pub has: Vec<Fragment>,
    /// `unless`: none occurs in the enclosing top-level declaration.
    pub unless: Vec<Fragment>,
    /// `file-has`: each occurs in the file.
    pub file_has: Vec<Fragment>,
    /// `imports.NAME = "path"`.
    pub imports: BTreeMap<String, Spanned<String>>,
}

/// `files`: globs below the root, `!` excludes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globs {
    /// The globs as written, the `!` ones included, in order.
    pub globs: Vec<Spanned<String>>,
}

/// How many sites (to do and done together) there must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// At least the first, at most the second.
    Between(usize, Option<usize>),
    /// This many in each file that has any.
    PerFile(usize),
}

/// How many sites there must be, in words: `at least 2 sites`.
impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sites = |n: usize| if n == 1 { "1 site".to_owned() } else { format!("{n} sites") };
        match *self {
            Expect::Between(0, None) => write!(f, "any number of sites"),
            Expect::Between(least, None) => write!(f, "at least {}", sites(least)),
            Expect::Between(least, Some(most)) if least == most => write!(f, "{}", sites(least)),
            Expect::Between(0, Some(most)) => write!(f, "at most {}", sites(most)),
            Expect::Between(least, Some(most)) => write!(f, "{least} to {most} sites"),
            Expect::PerFile(n) => write!(f, "{} per file", sites(n)),
        }
    }
}

impl Default for Expect {
    fn default() -> Self {
        Expect::Between(1, Some(1))
    }
}

/// Which of many sites of a file is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first.
    First,
    /// The last.
    Last,
}

/// `layout`: what counts where a rule about the layout of code says otherwise than the rows of a diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Layout {
    /// The rule.
    #[default]
    Code,
    /// The rows, wherever the source is laid out as they are: the result is what `patch` would write.
    Patch,
}

/// `as`: the surroundings that a fragment is read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// Expressions, statements, declarations, types: what needs no word.
    Code,
    /// Struct or union fields.
    Field,
    /// Elements of a composite literal or initialiser.
    Element,
    /// Parameters or results.
    Parameter,
    /// Clauses of a switch or select.
    Case,
    /// A labelled statement.
    Label,
    /// A method of an interface.
    Method,
    /// A spec of a declaration group.
    Spec,
    /// A constant of an enum.
    Enumerator,
    /// A name wherever it is, where it is declared, too.
    Name,
}

/// `where.HOLE.*`.
#[derive(Clone, Debug)]
pub struct HoleCondition {
    /// The hole's name, without `$`.
    pub hole: Spanned<String>,
    /// What must hold. All of them.
    pub tests: Vec<Spanned<HoleTest>>,
}

/// One condition on what a hole is bound to.
#[derive(Clone, Debug)]
pub enum HoleTest {
    /// `type`: its declared type.
    Type(String),
    /// `kind`: what sort of code it is.
    Kind(CodeKind),
    /// `text`: exactly this code (spacing aside). A list is any of them.
    Text(Vec<String>),
    /// `not`: none of these codes.
    Not(Vec<String>),
    /// `regex`: the text matches, whole.
    Regex(regex::Regex),
    /// `in`: one of these.
    In(Vec<String>),
    /// `fits`: a constant whose value the named integer type holds.
    Fits(String),
    /// `is`: a fragment that its code matches.
    Is(Fragment),
}

/// The values of `where.HOLE.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// A lone name.
    Name,
    /// Any expression.
    Expression,
    /// A statement.
    Statement,
    /// A declaration.
    Declaration,
    /// A type.
    Type,
    /// A struct field.
    Field,
    /// A list element.
    Element,
    /// A call.
    Call,
    /// A string literal.
    String,
    /// A number literal.
    Number,
    /// A block.
    Block,
}

/// `operation` and its options.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name, such as `go/align-atomics`.
    pub name: Spanned<String>,
    /// `files`.
    pub files: Globs,
    /// `expect`.
    pub expect: Expect,
    /// The keys beside it that are the operation's own, as text.
    pub options: BTreeMap<String, Spanned<String>>,
    /// `accept`.
    pub accept: Vec<Acceptance>,
}

/// `accept`: something that an operation leaves as it is, and that a person has looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// `field`: `pkg.Struct.field`.
    pub field: Spanned<String>,
    /// `why`.
    pub why: String,
}

/// `create` and `content`.
#[derive(Clone, Debug)]
pub struct Create {
    /// The new file's path below the root.
    pub path: Spanned<String>,
    /// What it holds.
    pub content: String,
}

/// `[patch.obsolete]`: how to know that the patch is no longer needed.
#[derive(Clone, Debug)]
pub struct Obsolete {
    /// `match`: any of these in a file of the patch.
    pub matches: Vec<Fragment>,
    /// `files`, where it is not the patch's own.
    pub files: Option<Globs>,
    /// `by`: the commit or change that made it so.
    pub by: Option<String>,
    /// `since`: the version.
    pub since: Option<String>,
    /// `note`: what to tell the user.
    pub note: Option<String>,
}

/// `[patch.upstream]`, after Debian's DEP-3 and Yocto's `Upstream-Status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upstream {
    /// `status`.
    pub status: Option<String>,
    /// `forwarded`.
    pub forwarded: Option<String>,
    /// `bug`.
    pub bug: Option<String>,
    /// `origin`.
    pub origin: Option<String>,
    /// `applied`: the upstream commit that has it.
    pub applied: Option<String>,
}

/// `[[patch.example]]`: documentation and test at once.
#[derive(Clone, Debug)]
pub struct Example {
    /// The file before.
    pub before: String,
    /// The file after; the same as `before` where the example says `unchanged`.
    pub after: String,
    /// The path that the example's file has, where it matters; a path that fits `files` otherwise.
    pub path: Option<String>,
    /// `target`, where the patch reads a table.
    pub target: Option<String>,
    /// Where it is in the patchset file.
    pub span: Bytes,
}
