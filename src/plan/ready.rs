use super::asks::{Ask, AskId};
use super::back::WayBack;
use crate::checkout::{BadGlob, Globs};
use crate::find::Rule;
use crate::language::Language;
use crate::patchset::{self, Complaint, Create, Expect, Hunk, Operation, Patch, Patchset, Syntax, Work};
use crate::pattern::{Compiled, Names, compile_fragment};
use crate::text::{Body, Row, condition};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

/// A patch with its bodies compiled.
pub(super) struct Ready {
    pub bodies: Vec<ReadyBody>,
    pub obsolete: Option<ReadyObsolete>,
    way_back: OnceLock<Result<Box<WayBack>, String>>,
}

/// One body, compiled.
pub(super) struct ReadyBody {
    pub work: ReadyWork,
    pub names: Names,
}

pub(super) enum ReadyWork {
    Hunks(Vec<ReadyHunk>),
    Operation(Globs, Operation),
    Create(Create),
}

/// One hunk, compiled for each language that its files can be in.
pub(super) struct ReadyHunk {
    /// Its number among the hunks of the whole patchset.
    pub ask: AskId,
    /// What it asks for where it may find nothing, and does.
    pub names: Option<AskId>,
    pub files: patchset::Globs,
    pub globs: Globs,
    pub rules: BTreeMap<Language, Rule>,
}

/// What shows that upstream has made its own change.
pub(super) struct ReadyObsolete {
    /// Where to look, by each of which: the files of its own, or else those of the patch.
    pub asks: Vec<(AskId, patchset::Globs)>,
    pub matches: Vec<(Language, Compiled)>,
    /// The same in text.
    pub lines: Vec<Vec<Row>>,
}

impl Ready {
    pub fn compile(patch: &Patch) -> Result<Ready, Vec<Complaint>> {
        let ready = Ready::unchecked(patch)?;
        ready.hunks().flat_map(|hunk| hunk.rules.values()).try_for_each(check)?;
        Ok(ready)
    }

    fn unchecked(patch: &Patch) -> Result<Ready, Vec<Complaint>> {
        let mut bodies = Vec::new();
        for body in &patch.bodies {
            let mut names = Names::default();
            let work = match &body.work {
                Work::Edit(hunks) => {
                    ReadyWork::Hunks(hunks.iter().map(|h| ReadyHunk::compile(h, &mut names)).collect::<Result<_, _>>()?)
                }
                Work::Operation(operation) => ReadyWork::Operation(globs(&operation.files)?, operation.clone()),
                Work::Create(create) => ReadyWork::Create(create.clone()),
            };
            let mut body = ReadyBody { work, names };
            body.tell_what_comes();
            bodies.push(body);
        }
        let obsolete = patch.obsolete.as_ref().map(|o| ReadyObsolete::compile(patch, o)).transpose()?;
        Ok(Ready { bodies, obsolete, way_back: OnceLock::new() })
    }

    /// A patch with its sides exchanged, compiled; the reason where that cannot be.
    pub fn of_inverse(inverse: &Patch) -> Result<Ready, String> {
        Ready::compile_inverse(inverse).map_err(|complaints| {
            let message = complaints.first().map_or("", |c| c.message.as_str());
            format!("its sides cannot be exchanged ({message})")
        })
    }

    /// Compiles a patch that undoes another one. What an insertion is taken back from holds what it held before, copies of
    /// the inserted rows included, so that a deletion counts as made whatever is left elsewhere.
    pub fn compile_inverse(inverse: &Patch) -> Result<Ready, Vec<Complaint>> {
        let mut ready = Ready::unchecked(inverse)?;
        ready.bodies.iter_mut().for_each(ReadyBody::leave_copies);
        Ok(ready)
    }

    /// The way back from the patch, made when it is first asked for.
    pub fn way_back(&self, patchset: &Patchset, patch: &Patch) -> &Result<Box<WayBack>, String> {
        self.way_back.get_or_init(|| WayBack::new(patchset, patch).map(Box::new))
    }

    /// Numbers what the patch asks of files, behind what others ask.
    pub fn number(&mut self, asks: &mut Vec<Ask>) {
        let mut number = |ask: Ask| {
            asks.push(ask);
            asks.len() - 1
        };
        for body in &mut self.bodies {
            if let ReadyWork::Hunks(hunks) = &mut body.work {
                for hunk in hunks {
                    hunk.ask = number(Ask::of_hunk(hunk));
                    hunk.names = hunk.may_find_nothing().then(|| number(Ask::of_names(hunk)));
                }
            }
        }
        if let Some(obsolete) = &mut self.obsolete {
            for (id, files) in &mut obsolete.asks {
                *id = number(match obsolete.lines.is_empty() {
                    true => Ask::of_fragments(files.clone(), obsolete.matches.iter()),
                    false => Ask::of_lines(files.clone(), &obsolete.lines),
                });
            }
        }
    }

    /// The hunks of all bodies.
    pub fn hunks(&self) -> impl Iterator<Item = &ReadyHunk> {
        self.bodies.iter().flat_map(|b| b.hunks())
    }

    /// The numbers of all that the patch asks of files.
    pub fn asks(&self) -> impl Iterator<Item = AskId> {
        let signs = self.obsolete.iter().flat_map(|obsolete| obsolete.asks.iter().map(|(ask, _)| *ask));
        self.hunks().map(|hunk| hunk.ask).chain(signs)
    }

    /// Whether it is an operation.
    pub fn is_operation(&self) -> bool {
        self.bodies.iter().any(|body| matches!(body.work, ReadyWork::Operation(..)))
    }

    /// Whether a file is one that some body of the patch names.
    pub fn names_file(&self, path: &Path) -> bool {
        self.bodies.iter().any(|b| match &b.work {
            ReadyWork::Hunks(hunks) => hunks.iter().any(|h| h.globs.matches(path)),
            ReadyWork::Operation(globs, _) => globs.matches(path),
            ReadyWork::Create(_) => false,
        })
    }
}

impl Ready {
    /// Whether a file is one whose code some body changes. An operation follows the code into other files.
    pub fn edits_file(&self, path: &Path) -> bool {
        self.hunks().any(|h| h.globs.matches(path))
    }
}

impl ReadyBody {
    /// Lets a deletion count as made, whatever is left of what it removes elsewhere.
    fn leave_copies(&mut self) {
        let ReadyWork::Hunks(hunks) = &mut self.work else { return };
        hunks.iter_mut().flat_map(|h| h.rules.values_mut()).for_each(Rule::leave_copies);
    }

    /// Tells each hunk of text the lines that all of them insert: a line that goes here and comes there has moved.
    fn tell_what_comes(&mut self) {
        let comes =
            |rule: &Rule| rule.text.iter().flat_map(Body::comes).map(|row| row.form.clone()).collect::<Vec<_>>();
        let added: BTreeSet<Vec<u8>> =
            self.hunks().iter().flat_map(|hunk| hunk.rules.values()).flat_map(comes).collect();
        let ReadyWork::Hunks(hunks) = &mut self.work else { return };
        let bodies = hunks.iter_mut().flat_map(|hunk| hunk.rules.values_mut()).filter_map(|rule| rule.text.as_mut());
        bodies.for_each(|body| body.added.clone_from(&added));
    }

    /// Its hunks; none where it is no diff.
    pub fn hunks(&self) -> &[ReadyHunk] {
        match &self.work {
            ReadyWork::Hunks(hunks) => hunks,
            ReadyWork::Operation(..) | ReadyWork::Create(_) => &[],
        }
    }
}

impl ReadyHunk {
    /// Whether it is right without a site, so that what it removes may be there in another form.
    fn may_find_nothing(&self) -> bool {
        let is_free = |rule: &Rule| matches!(rule.expect, Expect::Between(0, _)) && rule.inside.is_empty();
        self.rules.values().all(is_free) && self.rules.values().any(|rule| !rule.pattern.own_names.is_empty())
    }

    fn compile(hunk: &Hunk, names: &mut Names) -> Result<ReadyHunk, Vec<Complaint>> {
        let languages = languages(hunk.language, &hunk.files);
        let mut rules = BTreeMap::new();
        let mut wrong = None;
        for &language in &languages {
            match Rule::compile(hunk, language, names) {
                Ok(rule) => drop(rules.insert(language, rule)),
                Err(complaints) => wrong = wrong.or(Some(complaints)),
            }
        }
        match wrong {
            Some(complaints) if rules.is_empty() || languages.len() == 1 => Err(complaints),
            _ => Ok(ReadyHunk { ask: 0, names: None, files: hunk.files.clone(), globs: globs(&hunk.files)?, rules }),
        }
    }
}

impl ReadyObsolete {
    fn compile(patch: &Patch, obsolete: &patchset::Obsolete) -> Result<ReadyObsolete, Vec<Complaint>> {
        let of_body = |b: &patchset::Body| match &b.work {
            Work::Edit(hunks) => hunks.iter().map(|h| h.files.clone()).collect(),
            Work::Operation(operation) => vec![operation.files.clone()],
            Work::Create(_) => Vec::new(),
        };
        let files: Vec<patchset::Globs> = match &obsolete.files {
            Some(files) => vec![files.clone()],
            None => patch.bodies.iter().flat_map(of_body).collect(),
        };
        let asks = files.iter().map(|f| (0, f.clone())).collect();
        if obsolete.matches.iter().any(|fragment| fragment.syntax != Syntax::Code) {
            let names = &mut Names::default();
            let lines = obsolete.matches.iter().map(|fragment| condition(fragment, names, false));
            let lines = lines.collect::<Result<_, _>>()?;
            return Ok(ReadyObsolete { asks, matches: Vec::new(), lines });
        }
        let languages = files.first().map_or_else(|| vec![Language::Go, Language::C], |f| languages(None, f));
        let mut matches = Vec::new();
        for fragment in &obsolete.matches {
            let mut wrong = None;
            let before = matches.len();
            for &language in &languages {
                match compile_fragment(fragment, language, &mut Names::default(), &BTreeMap::new()) {
                    Ok(compiled) => matches.push((language, compiled)),
                    Err(complaints) => wrong = wrong.or(Some(complaints)),
                }
            }
            if let Some(complaints) = wrong.filter(|_| matches.len() == before) {
                return Err(complaints);
            }
        }
        Ok(ReadyObsolete { asks, matches, lines: Vec::new() })
    }
}

/// What a body of text must hold before any file is looked into.
fn check(rule: &Rule) -> Result<(), Vec<Complaint>> {
    let body = rule.text.as_ref();
    body.map_or(Ok(()), |body| crate::text::check(body, &rule.pattern.fragment)).map_err(|complaint| vec![complaint])
}

fn globs(files: &patchset::Globs) -> Result<Globs, Vec<Complaint>> {
    Globs::new(files).map_err(|bad| vec![complaint(&bad)])
}

/// A glob that does not parse, as a complaint.
pub(super) fn complaint(bad: &BadGlob) -> Complaint {
    Complaint { message: bad.to_string(), span: bad.span.clone(), label: String::new(), help: None }
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
