use super::query::{Query, QueryId};
use crate::checkout::{BadGlob, Globs};
use crate::find::Rule;
use crate::language::Language;
use crate::patchset;
use crate::patchset::{Create, Diagnostic, Expect, Hunk, Operation, Patch, Syntax, Work};
use crate::pattern::{Compiled, Names, compile_fragment};
use crate::text::{Body, Row, condition};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A patch with its bodies compiled.
pub(crate) struct CompiledPatch {
    pub bodies: Vec<CompiledBody>,
    pub obsolete: Option<CompiledObsolete>,
}

/// One body, compiled.
pub(crate) struct CompiledBody {
    pub work: CompiledAction,
    pub names: Names,
}

pub(crate) enum CompiledAction {
    Hunks(Vec<CompiledHunk>),
    Operation(Globs, Operation),
    Create(Create),
}

/// One hunk, compiled for each language that its files can be in.
pub(crate) struct CompiledHunk {
    /// Its number among the hunks of the whole patchset.
    pub query: QueryId,
    /// What it asks for where it may find nothing, and does.
    pub names: Option<QueryId>,
    pub files: patchset::Globs,
    pub globs: Globs,
    pub rules: BTreeMap<Language, Rule>,
}

/// What shows that upstream has made its own change.
pub(crate) struct CompiledObsolete {
    /// Where to look, by each of which: the files of its own, or else those of the patch.
    pub queries: Vec<(QueryId, patchset::Globs)>,
    pub matches: Vec<(Language, Compiled)>,
    /// The same in text.
    pub lines: Vec<Vec<Row>>,
}

impl CompiledPatch {
    pub fn compile(patch: &Patch) -> Result<CompiledPatch, Vec<Diagnostic>> {
        let compiled = CompiledPatch::unchecked(patch)?;
        compiled.hunks().flat_map(|hunk| hunk.rules.values()).try_for_each(check)?;
        Ok(compiled)
    }

    fn unchecked(patch: &Patch) -> Result<CompiledPatch, Vec<Diagnostic>> {
        let mut bodies = Vec::new();
        for body in &patch.bodies {
            let mut names = Names::default();
            let work = match &body.work {
                Work::Edit(hunks) => CompiledAction::Hunks(
                    hunks.iter().map(|h| CompiledHunk::compile(h, &mut names)).collect::<Result<_, _>>()?,
                ),
                Work::Operation(operation) => CompiledAction::Operation(globs(&operation.files)?, operation.clone()),
                Work::Create(create) => CompiledAction::Create(create.clone()),
            };
            let mut body = CompiledBody { work, names };
            body.tell_what_comes();
            bodies.push(body);
        }
        let obsolete = patch.obsolete.as_ref().map(|o| CompiledObsolete::compile(patch, o)).transpose()?;
        Ok(CompiledPatch { bodies, obsolete })
    }

    /// A patch with its sides exchanged, compiled; the reason where that cannot be.
    pub fn of_inverse(inverse: &Patch) -> Result<CompiledPatch, String> {
        CompiledPatch::compile_inverse(inverse).map_err(|diagnostics| {
            let message = diagnostics.first().map_or("", |c| c.message.as_str());
            format!("its sides cannot be exchanged ({message})")
        })
    }

    /// Compiles a patch that undoes another one. What an insertion is taken back from holds what it held before, copies of
    /// the inserted rows included, so that a deletion counts as made whatever is left elsewhere.
    pub fn compile_inverse(inverse: &Patch) -> Result<CompiledPatch, Vec<Diagnostic>> {
        let mut compiled = CompiledPatch::unchecked(inverse)?;
        compiled.bodies.iter_mut().for_each(CompiledBody::leave_copies);
        Ok(compiled)
    }

    /// Numbers what the patch asks of files, behind what others ask.
    pub fn number(&mut self, queries: &mut Vec<Query>) {
        let mut number = |query: Query| {
            queries.push(query);
            queries.len() - 1
        };
        for body in &mut self.bodies {
            if let CompiledAction::Hunks(hunks) = &mut body.work {
                for hunk in hunks {
                    hunk.query = number(Query::of_rules(hunk.files.clone(), hunk.rules.values()));
                    hunk.names = hunk
                        .may_find_nothing()
                        .then(|| number(Query::of_names(hunk.files.clone(), hunk.rules.values())));
                }
            }
        }
        if let Some(obsolete) = &mut self.obsolete {
            for (id, files) in &mut obsolete.queries {
                *id = number(match obsolete.lines.is_empty() {
                    true => Query::of_fragments(files.clone(), obsolete.matches.iter()),
                    false => Query::of_lines(files.clone(), &obsolete.lines),
                });
            }
        }
    }

    /// The hunks of all bodies.
    pub fn hunks(&self) -> impl Iterator<Item = &CompiledHunk> {
        self.bodies.iter().flat_map(|b| b.hunks())
    }

    /// The numbers of all that the patch asks of files.
    pub fn queries(&self) -> impl Iterator<Item = QueryId> {
        let signs = self.obsolete.iter().flat_map(|obsolete| obsolete.queries.iter().map(|(query, _)| *query));
        self.hunks().map(|hunk| hunk.query).chain(signs)
    }

    /// Whether it is an operation.
    pub fn is_operation(&self) -> bool {
        self.bodies.iter().any(|body| matches!(body.work, CompiledAction::Operation(..)))
    }

    /// Whether a file is one that some body of the patch names.
    pub fn names_file(&self, path: &Path) -> bool {
        self.bodies.iter().any(|b| match &b.work {
            CompiledAction::Hunks(hunks) => hunks.iter().any(|h| h.globs.matches(path)),
            CompiledAction::Operation(globs, _) => globs.matches(path),
            CompiledAction::Create(_) => false,
        })
    }
}

impl CompiledPatch {
    /// Whether a file is one whose code some body changes. An operation follows the code into other files.
    pub fn edits_file(&self, path: &Path) -> bool {
        self.hunks().any(|h| h.globs.matches(path))
    }
}

impl CompiledBody {
    /// Lets a deletion count as made, whatever is left of what it removes elsewhere.
    fn leave_copies(&mut self) {
        let CompiledAction::Hunks(hunks) = &mut self.work else { return };
        hunks.iter_mut().flat_map(|h| h.rules.values_mut()).for_each(Rule::leave_copies);
    }

    /// Tells each hunk of text the lines that all of them insert: a line that goes here and comes there has moved.
    fn tell_what_comes(&mut self) {
        let comes =
            |rule: &Rule| rule.text.iter().flat_map(Body::comes).map(|row| row.form.clone()).collect::<Vec<_>>();
        let added: BTreeSet<Vec<u8>> =
            self.hunks().iter().flat_map(|hunk| hunk.rules.values()).flat_map(comes).collect();
        let CompiledAction::Hunks(hunks) = &mut self.work else { return };
        let bodies = hunks.iter_mut().flat_map(|hunk| hunk.rules.values_mut()).filter_map(|rule| rule.text.as_mut());
        bodies.for_each(|body| body.added.clone_from(&added));
    }

    /// Its hunks; none where it is no diff.
    pub fn hunks(&self) -> &[CompiledHunk] {
        match &self.work {
            CompiledAction::Hunks(hunks) => hunks,
            CompiledAction::Operation(..) | CompiledAction::Create(_) => &[],
        }
    }
}

impl CompiledHunk {
    /// Whether it is right without a site, so that what it removes may be there in another form.
    fn may_find_nothing(&self) -> bool {
        let is_free = |rule: &Rule| matches!(rule.expect, Expect::Between(0, _)) && rule.inside.is_empty();
        self.rules.values().all(is_free) && self.rules.values().any(|rule| !rule.pattern.own_names.is_empty())
    }

    fn compile(hunk: &Hunk, names: &mut Names) -> Result<CompiledHunk, Vec<Diagnostic>> {
        let languages = languages(hunk.language, &hunk.files);
        let mut rules = BTreeMap::new();
        let mut wrong = None;
        for &language in &languages {
            match Rule::compile(hunk, language, names) {
                Ok(rule) => drop(rules.insert(language, rule)),
                Err(diagnostics) => wrong = wrong.or(Some(diagnostics)),
            }
        }
        match wrong {
            Some(diagnostics) if rules.is_empty() || languages.len() == 1 => Err(diagnostics),
            _ => {
                Ok(CompiledHunk { query: 0, names: None, files: hunk.files.clone(), globs: globs(&hunk.files)?, rules })
            }
        }
    }
}

impl CompiledObsolete {
    fn compile(patch: &Patch, obsolete: &patchset::Obsolete) -> Result<CompiledObsolete, Vec<Diagnostic>> {
        let of_body = |b: &patchset::Body| match &b.work {
            Work::Edit(hunks) => hunks.iter().map(|h| h.files.clone()).collect(),
            Work::Operation(operation) => vec![operation.files.clone()],
            Work::Create(_) => Vec::new(),
        };
        let files: Vec<patchset::Globs> = match &obsolete.files {
            Some(files) => vec![files.clone()],
            None => patch.bodies.iter().flat_map(of_body).collect(),
        };
        let queries = files.iter().map(|f| (0, f.clone())).collect();
        if obsolete.matches.iter().any(|fragment| fragment.syntax != Syntax::Code) {
            let names = &mut Names::default();
            let lines = obsolete.matches.iter().map(|fragment| condition(fragment, names, false));
            let lines = lines.collect::<Result<_, _>>()?;
            return Ok(CompiledObsolete { queries, matches: Vec::new(), lines });
        }
        let languages = files.first().map_or_else(|| vec![Language::Go, Language::C], |f| languages(None, f));
        let mut matches = Vec::new();
        for fragment in &obsolete.matches {
            let mut wrong = None;
            let before = matches.len();
            for &language in &languages {
                match compile_fragment(fragment, language, &mut Names::default(), &BTreeMap::new()) {
                    Ok(compiled) => matches.push((language, compiled)),
                    Err(diagnostics) => wrong = wrong.or(Some(diagnostics)),
                }
            }
            if let Some(diagnostics) = wrong.filter(|_| matches.len() == before) {
                return Err(diagnostics);
            }
        }
        Ok(CompiledObsolete { queries, matches, lines: Vec::new() })
    }
}

/// What a body of text must hold before any file is looked into.
fn check(rule: &Rule) -> Result<(), Vec<Diagnostic>> {
    let body = rule.text.as_ref();
    body.map_or(Ok(()), |body| crate::text::check(body, &rule.pattern.fragment)).map_err(|diagnostic| vec![diagnostic])
}

fn globs(files: &patchset::Globs) -> Result<Globs, Vec<Diagnostic>> {
    Globs::new(files).map_err(|bad| vec![glob_diagnostic(&bad)])
}

/// A glob that does not parse, as a diagnostic.
pub(crate) fn glob_diagnostic(bad: &BadGlob) -> Diagnostic {
    Diagnostic { message: bad.to_string(), span: bad.span.clone(), label: String::new(), help: None }
}

/// The languages that the files of these globs can be in.
fn languages(said: Option<Language>, files: &patchset::Globs) -> Vec<Language> {
    if let Some(language) = said {
        return vec![language];
    }
    let of = |glob: &str| Language::of_path(Path::new(glob));
    let positive: Vec<Option<Language>> =
        files.globs.iter().filter(|g| !g.value.starts_with('!')).map(|g| of(&g.value)).collect();
    let mut known: Vec<Language> = positive.iter().copied().flatten().collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || positive.contains(&None) { vec![Language::Go, Language::C] } else { known }
}
