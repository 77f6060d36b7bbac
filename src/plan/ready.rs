use crate::checkout::Globs;
use crate::find::Rule;
use crate::language::Language;
use crate::patchset::{self, Complaint, Create, Hunk, Operation, Patch, Work};
use crate::pattern::{Compiled, Names, compile_fragment};
use std::collections::BTreeMap;
use std::path::Path;

/// A patch with its bodies compiled.
pub(super) struct Ready {
    pub bodies: Vec<ReadyBody>,
    pub obsolete: Option<ReadyObsolete>,
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
    pub globs: Globs,
    pub rules: BTreeMap<Language, Rule>,
}

pub(super) struct ReadyObsolete {
    /// `None`: the files of the patch.
    pub globs: Option<Globs>,
    pub matches: Vec<(Language, Compiled)>,
}

impl Ready {
    pub fn compile(patch: &Patch) -> Result<Ready, Vec<Complaint>> {
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
            bodies.push(ReadyBody { work, names });
        }
        let obsolete = patch.obsolete.as_ref().map(|o| ReadyObsolete::compile(patch, o)).transpose()?;
        Ok(Ready { bodies, obsolete })
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

impl ReadyHunk {
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
            _ => Ok(ReadyHunk { globs: globs(&hunk.files)?, rules }),
        }
    }
}

impl ReadyObsolete {
    fn compile(patch: &Patch, obsolete: &patchset::Obsolete) -> Result<ReadyObsolete, Vec<Complaint>> {
        let files = obsolete.files.as_ref().or_else(|| {
            patch.bodies.iter().find_map(|b| match &b.work {
                Work::Edit(hunks) => hunks.first().map(|h| &h.files),
                Work::Operation(operation) => Some(&operation.files),
                Work::Create(_) => None,
            })
        });
        let languages = files.map_or_else(|| vec![Language::Go, Language::C], |f| languages(None, f));
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
        Ok(ReadyObsolete { globs: obsolete.files.as_ref().map(globs).transpose()?, matches })
    }
}

fn globs(files: &patchset::Globs) -> Result<Globs, Vec<Complaint>> {
    Globs::new(files).map_err(|bad| {
        let span = files.globs.first().map_or(0..0, |g| g.span.clone());
        vec![Complaint { message: bad.to_string(), span, label: String::new(), help: None }]
    })
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
