//! What must hold for a site beside its body: yes, no or unknown, and unknown never counts as yes.

use super::code::Code;
use super::env::Env;
use super::matcher::{Match, Matcher, OutOfSteps, Steps};
use super::packages::Packages;
use super::rule::{Rule, Test};
use crate::language::Language;
use crate::patchset::{CodeKind, HoleTest};
use crate::pattern::{Compiled, HoleId, Side};
use crate::source::{Answer, Bytes, Source, Tokens};
use std::borrow::Cow;

/// The condition that keeps a match from being a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCondition {
    /// Which condition of the rule.
    pub condition: Condition,
    /// The code that it is about: a hole's, what an `unless` found, else the match.
    pub tokens: Tokens,
    /// Why nobody can tell whether it holds; `None` where it does not hold.
    pub unknown: Option<String>,
}

/// A condition of a rule, by its number among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `where.HOLE.*`.
    Test(usize),
    /// `inside`: all of them together.
    Inside,
    /// `has`.
    Has(usize),
    /// `unless`.
    Unless(usize),
    /// `file-has`.
    FileHas(usize),
}

/// Who answers questions of types. The semantics are another room's work.
pub trait Types {
    /// Whether the code is declared to have this type.
    fn has_type(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer;
    /// Whether the code is a constant that the named integer type holds.
    fn fits(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer;
}

/// Nobody knows any type.
pub struct NoTypes;

impl Types for NoTypes {
    fn has_type(&self, _: &Source, _: &Tokens, _: &str) -> Answer {
        Answer::Unknown("types are not looked up here".to_owned())
    }

    fn fits(&self, _: &Source, _: &Tokens, _: &str) -> Answer {
        Answer::Unknown("values are not looked up here".to_owned())
    }
}

/// Checks the conditions of one match.
pub(crate) struct Judge<'a> {
    pub rule: &'a Rule,
    pub source: &'a Source,
    pub packages: &'a Packages,
    pub types: &'a dyn Types,
}

impl Judge<'_> {
    /// Checks what holds for sites of both kinds, and for those to do the rest; binds the holes that the
    /// conditions show into `env`. Gives what speaks against the match; a plain no before what nobody can tell.
    pub fn check(
        &self,
        m: &Match,
        bound: &[(HoleId, Tokens)],
        env: &mut Env,
        done: bool,
        steps: &mut Steps,
    ) -> Result<Option<FailedCondition>, OutOfSteps> {
        let no =
            |condition, tokens: &Tokens| Ok(Some(FailedCondition { condition, tokens: tokens.clone(), unknown: None }));
        let mut unknown = None;
        for (n, Test { hole, test, is, .. }) in self.rule.tests.iter().enumerate() {
            let condition = Condition::Test(n);
            // A hole that this side shows only within a pasted word is all of that word, for a person.
            let of_hole = bound.iter().find(|(h, _)| h == hole).map(|(_, tokens)| tokens);
            let tokens = of_hole.unwrap_or(&m.tokens);
            let answer = match (of_hole, m.pasted.iter().find(|(h, _)| h == hole)) {
                (Some(tokens), _) => self.test(tokens, test, is.as_ref(), env, steps)?,
                (None, Some((_, code))) => test_word(code.text(), test),
                (None, None) => continue,
            };
            match answer {
                Answer::Yes => {}
                Answer::No => return no(condition, tokens),
                Answer::Unknown(why) => {
                    let objection = FailedCondition { condition, tokens: tokens.clone(), unknown: Some(why) };
                    unknown = unknown.or(Some(objection));
                }
            }
        }
        if !self.rule.inside.is_empty() && !self.inside(m, env, steps)? {
            return no(Condition::Inside, &m.tokens);
        }
        let all = 0..self.source.tokens.len();
        for (n, fragment) in self.rule.file_has.iter().enumerate() {
            if self.occurs(fragment, &all, env, true, steps)?.is_none() {
                return no(Condition::FileHas(n), &m.tokens);
            }
        }
        if !done {
            for (n, fragment) in self.rule.has.iter().enumerate() {
                if self.occurs(fragment, &m.tokens, env, true, steps)?.is_none() {
                    return no(Condition::Has(n), &m.tokens);
                }
            }
            let mut around = 0..0;
            if !self.rule.unless.is_empty() {
                steps.take(self.source.ancestors(self.source.node_around(&m.tokens)).count() / 8)?;
                around = declaration_around(self.source, &m.tokens);
            }
            for (n, fragment) in self.rule.unless.iter().enumerate() {
                if let Some(found) = self.occurs(fragment, &around, env, false, steps)? {
                    return no(Condition::Unless(n), &found);
                }
            }
        }
        Ok(unknown)
    }

    /// Whether the tests of these holes do not speak against what they are bound to.
    pub fn may_hold(&self, bound: &[(HoleId, Tokens)], env: &Env, steps: &mut Steps) -> Result<bool, OutOfSteps> {
        for Test { hole, test, is, .. } in &self.rule.tests {
            for (_, tokens) in bound.iter().filter(|(h, _)| h == hole) {
                if self.test(tokens, test, is.as_ref(), env, steps)? == Answer::No {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn inside(&self, m: &Match, env: &mut Env, steps: &mut Steps) -> Result<bool, OutOfSteps> {
        let around = self.source.node_around(&m.tokens);
        let mut starts: Vec<usize> = std::iter::once(around)
            .chain(self.source.ancestors(around))
            .map(|id| self.source.nodes[id].tokens.start)
            .collect();
        starts.dedup();
        steps.take(starts.len())?;
        for fragment in &self.rule.inside {
            for &start in &starts {
                let wraps = |o: &Match| o.tokens.start <= m.tokens.start && m.tokens.end <= o.tokens.end;
                if let Some((side, outer)) = self.first(fragment, start..start + 1, env, steps, wraps)? {
                    bind(self.source, side, &outer, env);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Every place that `inside` names, whatever is in it.
    pub fn surroundings(&self, env: &Env, steps: &mut Steps) -> Result<Vec<Match>, OutOfSteps> {
        let mut places: Vec<Match> = Vec::new();
        for spelling in self.rule.inside.iter().flat_map(|f| &f.spellings) {
            let matcher = Matcher::new(&spelling.side, self.source, env, self.packages);
            for place in matcher.within(spelling.lists, spelling.grouped).all(steps)? {
                if !places.iter().any(|p| p.tokens == place.tokens) {
                    places.push(place);
                }
            }
        }
        Ok(places)
    }

    fn occurs(
        &self,
        fragment: &Compiled,
        within: &Tokens,
        env: &mut Env,
        binds: bool,
        steps: &mut Steps,
    ) -> Result<Option<Tokens>, OutOfSteps> {
        let ends = |o: &Match| o.tokens.end <= within.end;
        let Some((side, first)) = self.first(fragment, within.clone(), env, steps, ends)? else { return Ok(None) };
        if binds {
            bind(self.source, side, &first, env);
        }
        Ok(Some(first.tokens.clone()))
    }

    /// The first place in a range where a fragment occurs as is wanted, in any of its spellings.
    fn first<'f>(
        &self,
        fragment: &'f Compiled,
        within: Tokens,
        env: &Env,
        steps: &mut Steps,
        wanted: impl Fn(&Match) -> bool,
    ) -> Result<Option<(&'f Side, Match)>, OutOfSteps> {
        for spelling in &fragment.spellings {
            let matcher = Matcher::new(&spelling.side, self.source, env, self.packages);
            let found = matcher.within(spelling.lists, spelling.grouped).between(within.clone(), steps)?;
            if let Some(first) = found.into_iter().find(&wanted) {
                return Ok(Some((&spelling.side, first)));
            }
        }
        Ok(None)
    }

    fn test(
        &self,
        tokens: &Tokens,
        test: &HoleTest,
        is: Option<&Compiled>,
        env: &Env,
        steps: &mut Steps,
    ) -> Result<Answer, OutOfSteps> {
        let source = self.source;
        let yes = |b: bool| if b { Answer::Yes } else { Answer::No };
        let same = |texts: &[String]| texts.iter().any(|t| reads_as(source, tokens, t));
        Ok(match test {
            HoleTest::Type(wanted) => match source.language {
                Language::Go => self.types.has_type(source, tokens, wanted),
                Language::C => c_type(source, tokens, wanted),
                Language::Text => Answer::Unknown("lines have no types".to_owned()),
            },
            HoleTest::Fits(wanted) => self.types.fits(source, tokens, wanted),
            HoleTest::Kind(kind) => yes(is_kind(source, tokens, *kind)),
            HoleTest::Text(texts) | HoleTest::In(texts) => yes(same(texts)),
            HoleTest::Not(texts) => yes(!same(texts)),
            HoleTest::Regex(regex) => {
                let text = String::from_utf8_lossy(source.slice(tokens));
                yes(regex.find(&text).is_some_and(|m| m.range() == (0..text.len())))
            }
            HoleTest::Is(_) => {
                let Some(fragment) = is else { return Ok(Answer::No) };
                let whole = |m: &Match| m.tokens == *tokens;
                yes(self.first(fragment, tokens.start..tokens.start + 1, env, steps, whole)?.is_some())
            }
        })
    }
}

/// Tests a part of a word: what it is declared as nobody can tell, but what it spells.
fn test_word(word: &[u8], test: &HoleTest) -> Answer {
    let yes = |b: bool| if b { Answer::Yes } else { Answer::No };
    let word = String::from_utf8_lossy(word);
    match test {
        HoleTest::Text(texts) | HoleTest::In(texts) => yes(texts.iter().any(|t| *t == word)),
        HoleTest::Not(texts) => yes(texts.iter().all(|t| *t != word)),
        HoleTest::Regex(regex) => yes(regex.find(&word).is_some_and(|m| m.range() == (0..word.len()))),
        _ => Answer::Yes,
    }
}

/// Takes the holes that a condition bound into the environment.
fn bind(source: &Source, side: &Side, m: &Match, env: &mut Env) {
    for (element, bound) in side.elements.iter().zip(&m.bounds) {
        if let Some(hole) = element.part.hole() {
            env.bind(hole, || Code::of(source, &bound.tokens));
        }
    }
}

/// Whether a token range spells this text, blanks and comments between its tokens aside.
fn reads_as(source: &Source, tokens: &Tokens, text: &str) -> bool {
    if source.slice(tokens) == text.as_bytes() {
        return true;
    }
    let mark = |s: &&Bytes| !source.bytes[(*s).clone()].trim_ascii().is_empty();
    let pieces = tokens.clone().flat_map(|t| {
        let gap = if t > tokens.start { source.gap_start(t)..source.gap_end(t) } else { 0..0 };
        let from = source.separators.partition_point(|s| s.start < gap.start);
        let marks = source.separators[from..].iter().take_while(move |s| s.end <= gap.end).filter(mark);
        marks.map(|s| Cow::from(&source.bytes[s.clone()])).chain([source.word(t)])
    });
    let mut rest = text.as_bytes();
    let mut last = Cow::from(&b""[..]);
    for piece in pieces {
        let shown = rest.trim_ascii_start();
        // What the source holds apart, and would be another token in one, is apart in the text.
        let apart = shown.len() < rest.len() || !source.language.runs_together(&last, &piece);
        let Some(behind) = shown.strip_prefix(&*piece).filter(|_| apart) else { return false };
        (rest, last) = (behind, piece);
    }
    rest.trim_ascii().is_empty()
}

fn is_kind(source: &Source, tokens: &Tokens, kind: CodeKind) -> bool {
    source.nodes_over(tokens).any(|(_, n)| source.language.is_code_kind(n.kind, n.field, kind_name(kind)))
}

fn kind_name(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Name => "name",
        CodeKind::Expression => "expression",
        CodeKind::Statement => "statement",
        CodeKind::Declaration => "declaration",
        CodeKind::Type => "type",
        CodeKind::Field => "field",
        CodeKind::Element => "element",
        CodeKind::Call => "call",
        CodeKind::String => "string",
        CodeKind::Number => "number",
        CodeKind::Block => "block",
    }
}

/// The top-level declaration that the tokens lie in; the whole file where there is none.
pub fn declaration_around(source: &Source, tokens: &Tokens) -> Tokens {
    declaration(source, tokens).unwrap_or(0..source.tokens.len())
}

/// The top-level declaration that the tokens lie in, if they lie in one.
pub fn declaration(source: &Source, tokens: &Tokens) -> Option<Tokens> {
    let node = source.node_around(tokens);
    let outermost = std::iter::once(node)
        .chain(source.ancestors(node))
        .filter(|&id| id != 0 && source.language.is_declaration(source.kind(id)))
        .last();
    outermost.map(|id| source.nodes[id].tokens.clone())
}

/// The type of a C name from its declaration in the same file: the nearest before the place, in the same
/// function or at the top level.
fn c_type(source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
    let unknown = || {
        Answer::Unknown(format!("no declaration of `{}` in this file", String::from_utf8_lossy(source.slice(tokens))))
    };
    if tokens.len() != 1 {
        return Answer::Unknown("only plain names have their type looked up in C".to_owned());
    }
    let name = source.text(tokens.start);
    let here = declaration_around(source, tokens);
    let mut best: Option<(bool, usize, usize)> = None;
    for (id, node) in source.nodes.iter().enumerate() {
        let Some(declared) = declared_name(source, id) else { continue };
        if source.text(declared) != name || declared > tokens.start {
            continue;
        }
        let local = here.contains(&declared);
        let top = declaration_around(source, &node.tokens) == node.tokens;
        if (local || top) && best.is_none_or(|b| (b.0, b.1) < (local, declared)) {
            best = Some((local, declared, id));
        }
    }
    let Some((_, declared, id)) = best else { return unknown() };
    let inits = |d: usize| source.child(d, "value").and_then(|_| source.child(d, "declarator"));
    let end = source.child(id, "declarator").map_or(declared + 1, |d| source.nodes[inits(d).unwrap_or(d)].tokens.end);
    // What is behind the name, `[4]` or `(void)`, is part of the type.
    let words: Vec<&[u8]> =
        (source.nodes[id].tokens.start..end).filter(|t| *t != declared).map(|t| source.text(t)).collect();
    if is_type(&words, &type_words(wanted)) { Answer::Yes } else { Answer::No }
}

/// Whether declared words are the wanted type: storage says nothing of it, nor do qualifiers of what is no pointer.
fn is_type(declared: &[&[u8]], wanted: &[&[u8]]) -> bool {
    let storage: &[&[u8]] = &[b"static", b"extern", b"register", b"inline", b"typedef"];
    let qualifiers: &[&[u8]] = &[b"const", b"volatile"];
    let typed: Vec<&[u8]> = declared.iter().copied().filter(|w| !storage.contains(w)).collect();
    let plain: Vec<&[u8]> = typed.iter().copied().filter(|w| !qualifiers.contains(w)).collect();
    typed == wanted || plain == wanted && !plain.contains(&b"*".as_slice())
}

/// A type as words and marks.
fn type_words(text: &str) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        words.push(&rest.as_bytes()[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// The token of the first name that a C declaration declares.
fn declared_name(source: &Source, node: usize) -> Option<usize> {
    if !source.language.declares_typed_name(source.kind(node)) {
        return None;
    }
    let declarator = source.child(node, "declarator")?;
    let mut tokens = source.nodes[declarator].tokens.clone();
    tokens.find(|&t| source.language.is_name(source.kind(source.tokens[t].node)))
}
