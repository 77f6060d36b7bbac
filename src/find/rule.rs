use super::precedence::{Precedence, Undecidable, precedence};
use crate::language::Language;
use crate::patchset::{Diagnostic, Expect, Fragment, HoleTest, Hunk, Layout, Pick};
use crate::pattern::{Compiled, HoleId, Names, Pattern, compile_fragment, compile_hunk};
use crate::source::Bytes;
use crate::text::Body;
use std::collections::{BTreeMap, BTreeSet};

/// A hunk ready to be looked for: its pattern, and what must hold for a site.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The diff.
    pub pattern: Pattern,
    /// For each shape of the pattern, which side tells where both match.
    pub precedence: Vec<Precedence>,
    /// What must hold for holes.
    pub tests: Vec<Test>,
    /// Any enclosing node is one of these.
    pub inside: Vec<Compiled>,
    /// Each occurs in a site to do.
    pub has: Vec<Compiled>,
    /// None occurs in the declaration around a site to do.
    pub unless: Vec<Compiled>,
    /// Each occurs in the file.
    pub file_has: Vec<Compiled>,
    /// Which of many sites of a file is meant.
    pub pick: Option<Pick>,
    /// What counts where a rule about layout says otherwise than the rows.
    pub layout: Layout,
    /// How many sites there must be.
    pub expect: Expect,
    /// The holes of the body that have a name: others than the body may show them, too.
    pub named: BTreeSet<HoleId>,
    /// Package paths by the name that the body uses.
    pub imports: BTreeMap<String, String>,
    /// The body, where it is text: then the pattern has no shapes.
    pub text: Option<Body>,
}

/// What must hold for the code of one hole.
#[derive(Clone, Debug)]
pub struct Test {
    /// The hole.
    pub hole: HoleId,
    /// What must hold.
    pub test: HoleTest,
    /// The fragment of an `is`, compiled.
    pub is: Option<Compiled>,
    /// The value in the patchset file.
    pub span: Bytes,
}

impl Rule {
    /// Whether a site, and all that decides on it, lies within one item of the top level of a file, so that the rest
    /// of the file need not be read.
    pub fn is_local(&self) -> bool {
        let asks_file = |t: &Test| matches!(t.test, HoleTest::Type(_) | HoleTest::Fits(_));
        let leaves_nothing = self.pattern.variants.iter().any(|s| s.after.elements.is_empty());
        self.file_has.is_empty() && self.unless.is_empty() && !leaves_nothing && !self.tests.iter().any(asks_file)
    }

    /// Compiles a hunk for one language. `names` numbers the holes of the whole patch.
    ///
    /// Fails with what is wrong in the bodies, as places in the patchset file.
    pub fn compile(hunk: &Hunk, language: Language, names: &mut Names) -> Result<Rule, Vec<Diagnostic>> {
        if language == Language::Text {
            return Rule::compile_text(hunk, names);
        }
        let pattern = compile_hunk(hunk, language, names)?;
        let imports: BTreeMap<String, String> =
            hunk.imports.iter().map(|(name, path)| (name.clone(), path.value.clone())).collect();
        let mut all = |fragments: &[Fragment]| -> Result<Vec<Compiled>, Vec<Diagnostic>> {
            fragments.iter().map(|f| compile_fragment(f, language, names, &imports)).collect()
        };
        let (inside, has, unless, file_has) =
            (all(&hunk.inside)?, all(&hunk.has)?, all(&hunk.unless)?, all(&hunk.file_has)?);
        let mut tests = Vec::new();
        for condition in &hunk.holes {
            let Some(hole) = names.find(&condition.hole.value) else {
                return Err(vec![Diagnostic {
                    message: format!("no hole ${} in the body", condition.hole.value),
                    span: condition.hole.span.clone(),
                    label: String::new(),
                    help: None,
                }]);
            };
            for test in &condition.tests {
                let is = match &test.value {
                    HoleTest::Is(fragment) => Some(compile_fragment(fragment, language, names, &imports)?),
                    _ => None,
                };
                tests.push(Test { hole, test: test.value.clone(), is, span: test.span.clone() });
            }
        }
        let conditional =
            !tests.is_empty() || !inside.is_empty() || !unless.is_empty() || !has.is_empty() || !file_has.is_empty();
        let precedence = pattern
            .variants
            .iter()
            .map(|s| precedence(s, conditional))
            .collect::<Result<Vec<Precedence>, Undecidable>>();
        let precedence = precedence.map_err(|e| {
            vec![Diagnostic {
                message: e.to_string(),
                span: hunk.diff.span.clone(),
                label: String::new(),
                help: Some(
                    "show more of the code around the change, or bound it with `unless`, `has` or `where`".to_owned(),
                ),
            }]
        })?;
        let sides = pattern.variants.iter().flat_map(|s| [&s.before, &s.after]);
        let holes = sides.flat_map(|s| &s.elements).filter_map(|e| e.part.hole());
        let named = holes.filter(|hole| names.is_named(*hole)).collect();
        Ok(Rule {
            named,
            pattern,
            precedence,
            tests,
            inside,
            has,
            unless,
            file_has,
            pick: hunk.pick,
            layout: hunk.layout,
            expect: hunk.expect,
            imports,
            text: None,
        })
    }

    /// Compiles a hunk of text.
    fn compile_text(hunk: &Hunk, names: &mut Names) -> Result<Rule, Vec<Diagnostic>> {
        let mut body = Body::compile(hunk, names)?;
        crate::text::settle(&mut body);
        let unread = |fragments: &[Fragment]| -> Vec<Compiled> {
            fragments.iter().map(|f| Compiled { spellings: Vec::new(), fragment: f.clone() }).collect()
        };
        let tests = hunk.holes.iter().flat_map(|condition| {
            let hole = names.find(&condition.hole.value);
            condition.tests.iter().filter_map(move |test| {
                Some(Test { hole: hole?, test: test.value.clone(), is: None, span: test.span.clone() })
            })
        });
        let pattern = Pattern {
            language: Language::Text,
            variants: Vec::new(),
            fragment: hunk.diff.clone(),
            words_before: body.words(&body.before),
            words_after: body.words(&body.after),
            own_names: Vec::new(),
        };
        Ok(Rule {
            pattern,
            precedence: Vec::new(),
            tests: tests.collect(),
            inside: unread(&hunk.inside),
            has: unread(&hunk.has),
            unless: unread(&hunk.unless),
            file_has: unread(&hunk.file_has),
            pick: hunk.pick,
            layout: hunk.layout,
            expect: hunk.expect,
            named: body.holes().into_iter().filter(|hole| names.is_named(*hole)).collect(),
            imports: BTreeMap::new(),
            text: Some(body),
        })
    }

    /// The holes that its body shows.
    pub fn holes(&self) -> BTreeSet<HoleId> {
        let sides = self.pattern.variants.iter().flat_map(|s| [&s.before, &s.after]);
        let holes = sides.flat_map(|s| &s.elements).filter_map(|e| e.part.hole());
        holes.chain(self.text.iter().flat_map(Body::holes)).collect()
    }

    /// Lets a deletion count as made, whatever is left of what it removes elsewhere.
    pub fn leave_copies(&mut self) {
        self.pattern.variants.iter_mut().for_each(|variant| variant.removed.clear());
        self.text.iter_mut().for_each(|body| body.leaves_copies = true);
    }
}
