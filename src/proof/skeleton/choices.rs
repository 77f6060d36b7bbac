//! The choices of branches of preprocessor conditionals, and a file as each of them leaves it.

use super::directives::{Conditional, Directives};
use crate::language::PreprocessorLine;
use crate::source::{Bytes, OffsetMap, Source};
use std::collections::HashMap;

/// So many combinations of branches are tried; beyond them each branch is tried once.
const COMBINATIONS: usize = 8;
/// The most branches of a conditional that are tried.
const BRANCHES: usize = 8;

/// The branch that stays of each conditional, by the line that opens it: before and after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    pub before: Vec<Option<usize>>,
    pub after: Vec<Option<usize>>,
}

/// A conditional that is on one side or on both, and its branches on each.
struct Both {
    before: Option<usize>,
    after: Option<usize>,
    branches: Vec<(Option<usize>, Option<usize>)>,
}

/// The choices of the branches of all conditionals.
pub(crate) fn choices(before: (&Source, &Directives), after: (&Source, &Directives), shift: &OffsetMap) -> Vec<Choice> {
    let all = pair(before, after, shift);
    let combinations = all.iter().try_fold(1usize, |n, both| n.checked_mul(both.branches.len()));
    let (count, product) = match combinations.filter(|&n| n <= COMBINATIONS) {
        Some(count) => (count, true),
        None => (all.iter().map(|both| both.branches.len()).max().unwrap_or(0).min(BRANCHES), false),
    };
    let choice = |n: usize| {
        let mut choice =
            Choice { before: vec![None; before.1.conditionals.len()], after: vec![None; after.1.conditionals.len()] };
        let mut rest = n;
        for both in &all {
            let branch = if product { rest % both.branches.len() } else { n.min(both.branches.len() - 1) };
            rest /= both.branches.len();
            let (old, new) = both.branches[branch];
            both.before.into_iter().for_each(|c| choice.before[c] = old);
            both.after.into_iter().for_each(|c| choice.after[c] = new);
        }
        choice
    };
    (0..count).map(choice).collect()
}

/// The conditionals of the two sides: those that stay are one.
fn pair(before: (&Source, &Directives), after: (&Source, &Directives), shift: &OffsetMap) -> Vec<Both> {
    let image = |line: &Bytes| shift.kept(&(line.start..line.start + 1));
    let branches_of =
        |(n, c): (usize, &'_ Conditional)| c.branches.iter().map(move |b| (b.start, n)).collect::<Vec<_>>();
    let of_branch: HashMap<usize, usize> = after.1.conditionals.iter().enumerate().flat_map(branches_of).collect();
    let mut used = vec![false; after.1.conditionals.len()];
    let mut all = Vec::new();
    for (n, old) in before.1.conditionals.iter().enumerate() {
        let kept: Vec<(usize, Option<usize>)> = old.branches.iter().map(|line| (line.start, image(line))).collect();
        let twins = kept.iter().filter_map(|(_, at)| of_branch.get(&(*at)?).copied());
        let grouped = twins.into_iter().find(|&grouped| !used[grouped]);
        let Some(grouped) = grouped else {
            let branches = old.branches.iter().map(|b| (Some(b.start), None)).chain(none(old, before.0));
            all.push(Both { before: Some(n), after: None, branches: branches.collect() });
            continue;
        };
        used[grouped] = true;
        let new = &after.1.conditionals[grouped];
        let mut branches: Vec<(Option<usize>, Option<usize>)> = Vec::new();
        for (start, at) in kept {
            let same = at.filter(|at| of_branch.get(at) == Some(&grouped));
            branches.push((Some(start), same.or(last(new, after.0))));
        }
        let came = new.branches.iter().filter(|b| !branches.iter().any(|(_, new)| *new == Some(b.start)));
        let came: Vec<_> = came.map(|b| (last(old, before.0), Some(b.start))).collect();
        branches.extend(came);
        if last(old, before.0).is_none() && last(new, after.0).is_none() {
            branches.push((None, None));
        }
        all.push(Both { before: Some(n), after: Some(grouped), branches });
    }
    for (n, new) in after.1.conditionals.iter().enumerate().filter(|(n, _)| !used[*n]) {
        let branches = new.branches.iter().map(|b| (None, Some(b.start))).chain(none(new, after.0));
        all.push(Both { before: None, after: Some(n), branches: branches.collect() });
    }
    all
}

/// The `#else` of a conditional.
fn last(c: &Conditional, source: &Source) -> Option<usize> {
    let is_else = |line: &&Bytes| PreprocessorLine::of(&source.bytes[(*line).clone()]) == PreprocessorLine::Else;
    c.branches.iter().find(is_else).map(|line| line.start)
}

/// The choice of no branch, where there is one.
fn none(c: &Conditional, source: &Source) -> Option<(Option<usize>, Option<usize>)> {
    last(c, source).is_none().then_some((None, None))
}
