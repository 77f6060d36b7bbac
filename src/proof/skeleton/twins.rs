//! Which link of the result is which link of the source.

use super::chain::{Chains, Kind, LinkId};

/// How many tokens of a link are looked at to know it again where its keyword does not tell it.
const TRIES: usize = 64;

/// The tokens that stay: where each begins before and after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    forth: Vec<(usize, usize)>,
    back: Vec<(usize, usize)>,
}

impl Pairs {
    pub fn new(mut forth: Vec<(usize, usize)>) -> Pairs {
        forth.sort_unstable();
        forth.dedup_by_key(|pair| pair.0);
        let mut back: Vec<(usize, usize)> = forth.iter().map(|&(a, b)| (b, a)).collect();
        back.sort_unstable();
        Pairs { forth, back }
    }

    /// Where a token of the source begins in the result.
    pub fn forth(&self, byte: usize) -> Option<usize> {
        find(&self.forth, byte)
    }

    /// Where a token of the result begins in the source.
    pub fn back(&self, byte: usize) -> Option<usize> {
        find(&self.back, byte)
    }
}

fn find(pairs: &[(usize, usize)], byte: usize) -> Option<usize> {
    let at = pairs.binary_search_by_key(&byte, |pair| pair.0).ok()?;
    Some(pairs[at].1)
}

/// The links that are the same before and after.
pub(crate) struct Twins {
    /// For each link of the source the one of the result that has the same marks.
    forth: Vec<Option<LinkId>>,
    /// For each link of the source whether it and all around it have twins, and nothing else is around those.
    same: Vec<bool>,
}

impl Twins {
    pub fn new(before: &Chains, after: &Chains, pairs: &Pairs) -> Twins {
        let back: Vec<Option<LinkId>> =
            (0..after.links.len()).map(|b| grouped(after, before, b, &|byte| pairs.back(byte))).collect();
        let mut twins = Twins { forth: vec![Some(0)], same: vec![true] };
        for a in 1..before.links.len() {
            let other = grouped(before, after, a, &|byte| pairs.forth(byte));
            // One to one: two statements that have become one are not the same as that.
            let other = other.filter(|&b| back[b] == Some(a));
            let parent = before.links[a].parent;
            let fits = |b: LinkId| twins.same[parent] && twins.forth[parent] == Some(after.links[b].parent);
            let is_same = other.is_some_and(fits);
            twins.forth.push(other);
            twins.same.push(is_same);
        }
        twins
    }

    /// Whether two links are the same, whatever is around them.
    pub fn are(&self, before: LinkId, after: LinkId) -> bool {
        self.forth[before] == Some(after)
    }

    /// Whether two chains are the same.
    pub fn are_chains(&self, before: LinkId, after: LinkId) -> bool {
        self.same[before] && self.are(before, after)
    }
}

/// The link of other chains that a link's marks mark; of one without a keyword, that holds what it holds.
fn grouped(from: &Chains, to: &Chains, link: LinkId, image: &dyn Fn(usize) -> Option<usize>) -> Option<LinkId> {
    if link == 0 {
        return Some(0);
    }
    let own = &from.links[link];
    let marked = own.marks.iter().filter_map(|&mark| image(mark)).find_map(|mark| to.marked(mark, own.kind));
    if marked.is_some() || !own.kind.is_nameless() {
        return marked;
    }
    let tokens = from.within(&own.span).iter().filter(|p| p.counts).take(TRIES);
    let place = tokens.filter_map(|p| image(p.bytes.start)).find_map(|byte| to.at(byte))?;
    let holds = to.chain(place.link).find(|&l| to.links[l].kind == own.kind);
    holds.filter(|_| own.kind != Kind::Root)
}
