//! The skeleton law: an edit changes what the body shows to change, and no other relation between the tokens that stay.
//!
//! For each token that stays the chain of statements, headers, blocks, lists and preprocessor branches around it is
//! the same before and after, but for the links that the body's sides show around it. The proof reads both trees of
//! every declaration that an edit touches. Links are known again by their keywords, which the edits keep; so a bare
//! header that takes in the statement behind it, an `else` that finds another `if` and a clause that is cut in two are
//! all the same to it: a chain that is longer or shorter than the body says.

mod chain;
mod choices;
mod completed;
mod directives;
mod labels;
mod message;
mod model;
mod place;
mod proof;
mod shown;
mod sites;
mod tree;
mod twins;
mod view;

pub(crate) use completed::split;
pub(crate) use model::{Broken, Change, Site, Verdict};

use crate::source::{Bytes, Limits, Source};
use chain::Chains;
use choices::choices;
use directives::Directives;
use place::{Range, errors, ranges};
use shown::By;
use sites::Sites;
use std::cell::RefCell;
use twins::{Pairs, Twins};
use view::View;

/// Proves the law for all sites of a file.
pub(crate) fn prove(change: Change<'_>, sites: &[Site<'_>]) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(edits) = change.batches.first() else { return verdict };
    let ranges = ranges(change.before, edits, change.shift);
    let (old, new): (Vec<Bytes>, Vec<Bytes>) = ranges.iter().map(|r| (r.before.clone(), r.after.clone())).unzip();
    let lines = [Directives::of(change.before, &old), Directives::of(change.after, &new)];
    if let (None, Some(line)) = (&lines[0].stray, &lines[1].stray) {
        verdict.broken = Some(message::unpaired(change, line));
        return verdict;
    }
    let pairs = pairs(change, &old, &lines[0]);
    let torn = RefCell::default();
    let proof = Proof { change, sites: Sites::new(sites), lines: &lines, pairs: &pairs, torn };
    let mut broken = None;
    let mut readable = Vec::new();
    for range in ranges {
        let same = errors(change.before, change.after, &range, change.shift);
        if same != Some(false) && broken.is_none() && proof.has_choices(&range) {
            let (found, is_read) = proof.by_choices(&range);
            broken = found;
            if is_read {
                continue;
            }
        }
        match same {
            Some(_) => readable.push(range),
            None => verdict.unproved.push(range.before),
        }
    }
    let broken = broken.or_else(|| proof.by_trees(&readable)).or_else(|| proof.by_lines(&old, &new));
    verdict.broken = broken.or_else(|| labels::torn(change, &old, sites));
    verdict.unproved.extend(proof.torn.take());
    verdict
}

/// The tokens of some ranges that stay, and the lines of the preprocessor among them.
fn pairs(change: Change<'_>, ranges: &[Bytes], lines: &Directives) -> Pairs {
    let source = change.before;
    let of = |range: &Bytes| source.token_at(range.start)..source.token_at(range.end);
    let tokens = ranges.iter().flat_map(of).map(|t| source.tokens[t].bytes.clone());
    let marks = lines.lines.iter().map(|line| line.start..line.start + 1);
    let kept = tokens.chain(marks).filter_map(|token| Some((token.start, change.shift.kept(&token)?)));
    Pairs::new(kept.collect())
}

struct Proof<'a> {
    change: Change<'a>,
    sites: Sites<'a>,
    lines: &'a [Directives; 2],
    pairs: &'a Pairs,
    /// A token that ends up elsewhere, but within a syntax error.
    torn: RefCell<Option<Bytes>>,
}

impl Proof<'_> {
    /// Whether a range holds a preprocessor conditional before or after.
    fn has_choices(&self, range: &Range) -> bool {
        let within = |lines: &Directives, bytes: &Bytes| lines.conditionals.iter().any(|c| bytes.contains(&c.end));
        within(&self.lines[0], &range.before) || within(&self.lines[1], &range.after)
    }

    /// By the preprocessor lines.
    fn by_lines(&self, old: &[Bytes], new: &[Bytes]) -> Option<Broken> {
        let [before, after] = self.lines;
        if before.conditionals.is_empty() && after.conditionals.is_empty() {
            return None;
        }
        let (before, after) = (before.chains(self.change.before, old), after.chains(self.change.after, new));
        self.view(before, after, By::Lines, String::new())
    }

    /// By the trees as they are.
    fn by_trees(&self, ranges: &[Range]) -> Option<Broken> {
        if ranges.is_empty() {
            return None;
        }
        let (old, new): (Vec<Bytes>, Vec<Bytes>) = ranges.iter().map(|r| (r.before.clone(), r.after.clone())).unzip();
        let Change { before, after, .. } = self.change;
        let [old_lines, new_lines] = self.lines;
        let (before, after) = (tree::chains(before, &old, old_lines), tree::chains(after, &new, new_lines));
        self.view(before, after, By::Tree, String::new())
    }

    /// By the trees that are left with each choice of branches, where the conditionals are no items of the tree: how the
    /// law is broken, and whether any choice can be read.
    fn by_choices(&self, range: &Range) -> (Option<Broken>, bool) {
        let Change { before, after, shift, .. } = self.change;
        let [old_lines, new_lines] = self.lines;
        let mut is_read = false;
        for choice in choices((before, old_lines), (after, new_lines), shift) {
            let read = |source: &Source, lines: &Directives, choice: &[Option<usize>], range: &Bytes| {
                let bytes = lines.blanked(&source.bytes, choice);
                let parts = std::iter::once(range.clone()).collect();
                Source::parse_parts(source.language, bytes, parts, Limits::NONE).ok()
            };
            let old = read(before, old_lines, &choice.before, &range.before);
            let new = read(after, new_lines, &choice.after, &range.after);
            let (Some(old), Some(new)) = (old, new) else { continue };
            if errors(&old, &new, range, shift).is_none() {
                continue;
            }
            is_read = true;
            let chains = |source: &Source, range: &Bytes| {
                tree::chains(source, std::slice::from_ref(range), &Directives::default())
            };
            let (old, new) = (chains(&old, &range.before), chains(&new, &range.after));
            let broken = self.view(old, new, By::Tree, message::choice(before, old_lines, &choice.before));
            if broken.is_some() {
                return (broken, true);
            }
        }
        (None, is_read)
    }

    /// The proof with these chains.
    fn view(&self, before: Chains, after: Chains, by: By, choice: String) -> Option<Broken> {
        let twins = Twins::new(&before, &after, self.pairs);
        View { change: self.change, before, after, twins, pairs: self.pairs, by, choice, torn: &self.torn }
            .prove(&self.sites)
    }
}
