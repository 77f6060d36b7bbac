//! The sites of a body of text, as those of code are reported.

use super::code::Code;
use super::conditions::{Condition, FailedCondition};
use super::env::Env;
use super::left_over::LeftOver;
use super::matcher::{Match, OutOfSteps, Steps};
use super::rule::{Rule, Test};
use super::sites::{Found, Hit, Refused};
use crate::patchset::{HoleTest, Pick};
use crate::source::{Source, Tokens};
use crate::text::{Around, Bindings, Body, Site, Text, Unmet, form, sites};
use std::path::Path;
use std::sync::Arc;

/// Finds the sites of a rule for text in a file of this name. `env` holds what earlier hunks of the patch bound.
pub fn find_text(
    rule: &Rule,
    body: &Body,
    source: &Source,
    path: &Path,
    env: &Env,
    steps: &mut Steps,
) -> Result<Found, OutOfSteps> {
    let text = Text::of(source, path);
    let known: Bindings = env.iter().map(|(hole, code)| (hole, code.text().to_vec())).collect();
    let out = |_| OutOfSteps;
    let all = sites(body, &text, &known, &mut steps.0).map_err(out)?;
    let finder = Finder { rule, body, source, text: &text, env };
    let mut found = Found::default();
    let tokens = |lines: &[usize]| finder.tokens(lines.iter().copied());
    found.undecided = all.undecided.iter().map(|lines| tokens(lines)).collect();
    let left =
        |left: &crate::text::Left| LeftOver { site: tokens(&left.site), row: tokens(&[left.line]), deletion: (0, 0) };
    found.left_over = all.left.iter().map(left).collect();
    for site in all.sites {
        match finder.check(&site, &known, steps) {
            Ok(bindings) => found.hits.push(finder.hit(site, &bindings)),
            Err(_) if site.is_done => {}
            Err(by) => found.refused.push(Refused { tokens: finder.site_tokens(&site), by }),
        }
        if steps.0 == 0 {
            return Err(OutOfSteps);
        }
    }
    found.hits.sort_by_key(|hit| (hit.bytes.start, hit.changed.first().map_or(0, |c| c.start)));
    match rule.pick {
        Some(Pick::First) => found.hits.truncate(1),
        Some(Pick::Last) => drop(found.hits.drain(..found.hits.len().saturating_sub(1))),
        None => {}
    }
    Ok(found)
}

struct Finder<'a> {
    rule: &'a Rule,
    body: &'a Body,
    source: &'a Source,
    text: &'a Text,
    env: &'a Env,
}

impl Finder<'_> {
    /// What a site binds, conditions included; or the first of them that does not hold.
    fn check(&self, site: &Site, known: &Bindings, steps: &mut Steps) -> Result<Bindings, FailedCondition> {
        let mut bindings = known.clone();
        bindings.extend(site.way.bindings.clone());
        let tests = self.rule.tests.iter().enumerate();
        let mut failed = tests.filter(|(_, test)| bindings.get(&test.hole).is_some_and(|text| !holds(test, text)));
        let object = |condition: Condition, tokens: Tokens| FailedCondition { condition, tokens, unknown: None };
        if let Some((n, _)) = failed.next() {
            return Err(object(Condition::Test(n), self.site_tokens(site)));
        }
        let around = Around { body: self.body, text: self.text, way: &site.way };
        let unmet = around.check(site.is_done, &mut bindings, &mut steps.0);
        let (condition, line) = match unmet {
            None => return Ok(bindings),
            Some(Unmet::Inside) => (Condition::Inside, None),
            Some(Unmet::Has(n)) => (Condition::Has(n), None),
            Some(Unmet::FileHas(n)) => (Condition::FileHas(n), None),
            Some(Unmet::Unless(n, line)) => (Condition::Unless(n), Some(line)),
        };
        let tokens = line.map_or_else(|| self.site_tokens(site), |line| self.tokens(std::iter::once(line)));
        Err(object(condition, tokens))
    }

    fn hit(&self, site: Site, bindings: &Bindings) -> Hit {
        let tokens = self.site_tokens(&site);
        let mut env = self.env.clone();
        for (hole, text) in bindings.iter().filter(|(hole, _)| self.rule.named.contains(hole)) {
            env.bind(*hole, || Code::of_line(text));
        }
        Hit {
            variant: 0,
            done: site.is_done,
            bytes: self.source.span(&tokens),
            matched: Match { bounds: Vec::new(), tokens, broken: false, pasted: Vec::new() },
            env,
            changed: site.changed,
            way: Some(Arc::new(site.way)),
        }
    }

    fn site_tokens(&self, site: &Site) -> Tokens {
        self.tokens(site.way.lines.iter().flatten().copied())
    }

    /// The tokens over some lines.
    fn tokens(&self, lines: impl Iterator<Item = usize>) -> Tokens {
        let shown = lines.map(|line| &self.text.lines[line]).filter(|line| !line.is_blank());
        let ends = shown.map(|line| (line.shown.start, line.shown.end));
        let span = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        span.map_or(0..0, |(start, end)| self.source.token_at(start)..self.source.token_at(end))
    }
}

/// Whether the bytes of a hole are what a condition asks for.
fn holds(test: &Test, text: &[u8]) -> bool {
    let is_one = |texts: &[String]| texts.iter().any(|other| form(other.as_bytes()) == form(text));
    match &test.test {
        HoleTest::Text(texts) | HoleTest::In(texts) => is_one(texts),
        HoleTest::Not(texts) => !is_one(texts),
        HoleTest::Regex(regex) => std::str::from_utf8(text).is_ok_and(|text| regex.is_match(text)),
        // They ask for code; the patchset does not load.
        HoleTest::Type(_) | HoleTest::Kind(_) | HoleTest::Fits(_) | HoleTest::Is(_) => false,
    }
}
