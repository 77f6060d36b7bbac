//! Edits below the line: the words of rows that differ, changed as the patch changes those of A.

use super::blocks::{pairs, stretches};
use super::edits::Edit;
use super::likeness::Likeness;
use super::placement::{Placement, Reason, Way};
use super::placing::Placing;
use super::rows::{Rows, Table};
use super::words::{Word, is_identifier, words};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

/// Two runs longer than this, as a product, are not compared word by word.
const MAX_ROWS: usize = 20_000;
const MAX_WORDS: usize = 4_000_000;
/// So many words are shown of what has changed.
const MAX_SHOWN: usize = 24;
/// From here on a removed run may have a name exchanged.
const LONG: usize = 10;

/// Carries an edit over by the words of the rows that it removes.
pub fn place(placing: &Placing<'_>, edit: &Edit) -> Result<Placement, Reason> {
    let (a, b) = (placing.whole.a, placing.whole.b);
    let rows = region(placing, edit)?;
    let merge = Merge {
        old: words(a.slice(edit.removed.clone())).0,
        new: words(placing.after.slice(edit.added.clone())).0,
        onto: words(b.slice(rows.clone())).0,
        tail: words(b.slice(rows.clone())).1,
    };
    let changes = merge.changes(a.slice(edit.removed.clone()), placing.after.slice(edit.added.clone()))?;
    let text = merge.text(&changes)?;
    Ok(Placement::one(rows, text.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect(), Way::BelowTheLine))
}

/// The rows of B that stand for the removed rows.
fn region(placing: &Placing<'_>, edit: &Edit) -> Result<Range<usize>, Reason> {
    let (whole, a, b) = (placing.whole, placing.whole.a, placing.whole.b);
    let full = a.full(edit.removed.clone());
    let (above, below) = placing.neighbours(edit);
    let (mp, mq) = (whole.anchor(above, None), whole.anchor(below, None));
    let paired: Vec<usize> = full.iter().filter_map(|row| whole.pairs.any(*row)).collect();
    let (mut start, mut end);
    if paired.is_empty() {
        let (Some(mp), Some(mq)) = (mp, mq) else { return Err(Reason::RemovedChanged(String::new())) };
        if mq <= mp + 1 || mq - mp > 3 * edit.removed.len() as isize + 6 {
            return Err(Reason::RemovedChanged(String::new()));
        }
        (start, end) = ((mp + 1) as usize, mq as usize);
    } else {
        if !paired.is_sorted() {
            return Err(Reason::RemovedTorn);
        }
        (start, end) = (paired[0], paired[paired.len() - 1] + 1);
        let (first, last) = (full[0], full[full.len() - 1]);
        if let Some(mp) = mp.map(|mp| mp + 1).filter(|mp| *mp <= start as isize) {
            let distance = start as isize + 1 - mp;
            let is_open = whole.pairs.any(first).is_none() && distance < 6;
            if is_open || whole.pairs.exact[first].is_none() && distance < 5 {
                start = mp as usize;
            }
        }
        if let Some(mq) = mq.filter(|mq| *mq >= end as isize) {
            let distance = mq - end as isize;
            let is_open = whole.pairs.any(last).is_none() && distance < 6;
            if is_open || whole.pairs.exact[last].is_none() && distance < 4 {
                end = mq as usize;
            }
        }
    }
    while start < end && b.is_blank(start) {
        start += 1;
    }
    while end > start && b.is_blank(end - 1) {
        end -= 1;
    }
    Ok(start..end)
}

/// The words of the region before and after the patch, and of B.
struct Merge<'a> {
    old: Vec<Word<'a>>,
    new: Vec<Word<'a>>,
    onto: Vec<Word<'a>>,
    tail: &'a [u8],
}

/// Words of the old region, and the words of the new one that stand for them.
type Change = (Range<usize>, Range<usize>);

impl Merge<'_> {
    /// What the patch changes: by rows first or at once, whichever removes fewer words.
    fn changes(&self, old: &[u8], new: &[u8]) -> Result<Vec<Change>, Reason> {
        let texts = |words: &[Word<'_>]| words.iter().map(|w| w.text.to_vec()).collect::<Vec<_>>();
        let (at, pt) = (texts(&self.old), texts(&self.new));
        let mut table = Table::default();
        let (old, new) = (Rows::new(old.to_vec(), &mut table), Rows::new(new.to_vec(), &mut table));
        let (ia, ip) = (old.full(0..old.len()), new.full(0..new.len()));
        if ia.len() * ip.len() > MAX_ROWS {
            return Err(Reason::RemovedChanged("too many rows".to_owned()));
        }
        let rows = Likeness::default().best(&old, &new, (&ia, &ip), 0.4);
        let counts = |rows: &Rows| {
            let mut sums = vec![0];
            (0..rows.len()).for_each(|row| sums.push(sums[row] + words(rows.row(row)).0.len()));
            sums
        };
        let (ca, cp) = (counts(&old), counts(&new));
        let mut whole = Vec::new();
        differ(&at, &pt, (0..at.len(), 0..pt.len()), &mut whole);
        if rows.is_empty() {
            return Ok(whole);
        }
        let (mut x, mut y, mut by_rows) = (0, 0, Vec::new());
        for (u, v) in rows {
            differ(&at, &pt, (x..ca[u], y..cp[v]), &mut by_rows);
            differ(&at, &pt, (ca[u]..ca[u + 1], cp[v]..cp[v + 1]), &mut by_rows);
            (x, y) = (ca[u + 1], cp[v + 1]);
        }
        differ(&at, &pt, (x..at.len(), y..pt.len()), &mut by_rows);
        let removes = |changes: &[Change]| changes.iter().map(|c| c.0.len()).sum::<usize>();
        let is_whole = at.len() * pt.len() < MAX_WORDS && removes(&whole) < removes(&by_rows);
        Ok(if is_whole { whole } else { by_rows })
    }

    /// B's region with the changes in it.
    fn text(&self, changes: &[Change]) -> Result<Vec<u8>, Reason> {
        let texts = |words: &[Word<'_>]| words.iter().map(|w| w.text.to_vec()).collect::<Vec<_>>();
        let map = pairs(&texts(&self.old), &texts(&self.onto));
        let mut cut = HashSet::new();
        let mut brought: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
        for (old, new) in changes {
            if old.is_empty() {
                brought.entry(self.gap(&map, old.start)?).or_default().push(new.clone());
                continue;
            }
            let onto = self.removed(&map, old, new)?;
            if !new.is_empty() {
                brought.entry(onto.start).or_default().push(new.clone());
            }
            cut.extend(onto);
        }
        let kept = kept(changes, self.old.len());
        let back: HashMap<usize, usize> = map.iter().enumerate().filter_map(|(x, y)| y.map(|y| (y, x))).collect();
        let mut text = Vec::new();
        for y in 0..=self.onto.len() {
            for range in brought.get(&y).into_iter().flatten() {
                self.new[range.clone()].iter().for_each(|w| text.extend([w.space, w.text].concat()));
            }
            let Some(word) = self.onto.get(y).filter(|_| !cut.contains(&y)) else { continue };
            let mut space = word.space;
            if let Some((x, x2)) = back.get(&y).and_then(|x| kept[*x].map(|x2| (*x, x2))) {
                let (was, is) = (self.old[x].space, self.new[x2].space);
                space = if was != is && was == space { is } else { space };
            }
            text.extend_from_slice(space);
            text.extend_from_slice(word.text);
        }
        text.extend_from_slice(self.tail);
        Ok(text)
    }

    /// Where words go that stand before a word of the old region, or at its end.
    fn gap(&self, map: &[Option<usize>], place: usize) -> Result<usize, Reason> {
        let before = if place == 0 { Some(0) } else { map[place - 1].map(|y| y + 1) };
        let after = if place == self.old.len() { Some(self.onto.len()) } else { map[place] };
        match (before, after) {
            (Some(before), Some(after)) if before != after => Err(Reason::NeighboursDisagree),
            (Some(place), _) | (None, Some(place)) => Ok(place),
            (None, None) => Err(Reason::NoNeighbour),
        }
    }

    /// The words of B that stand for removed words, side by side.
    fn removed(&self, map: &[Option<usize>], old: &Range<usize>, new: &Range<usize>) -> Result<Range<usize>, Reason> {
        let to = &map[old.clone()];
        if to.contains(&None) && !self.is_renamed(to, old, new) {
            return Err(Reason::RemovedChanged(self.shown(old)));
        }
        match (to[0], to[to.len() - 1]) {
            (Some(first), Some(last)) if last + 1 == first + old.len() => Ok(first..last + 1),
            _ => Err(Reason::RemovedTorn),
        }
    }

    /// Words as a person reads them, on one line.
    fn shown(&self, old: &Range<usize>) -> String {
        let mut text = String::new();
        for word in self.old[old.clone()].iter().take(MAX_SHOWN) {
            let space = if word.space.is_empty() || text.is_empty() { "" } else { " " };
            text.push_str(space);
            text.push_str(&String::from_utf8_lossy(word.text));
        }
        if old.len() > MAX_SHOWN { text + " …" } else { text }
    }

    /// Whether a long run is the same in B but for a few names, always exchanged alike and not brought again.
    fn is_renamed(&self, to: &[Option<usize>], old: &Range<usize>, new: &Range<usize>) -> bool {
        let (Some(first), Some(last)) = (to[0], to[to.len() - 1]) else { return false };
        let open = to.iter().filter(|y| y.is_none()).count();
        if old.len() < LONG || open * 10 > old.len() || last + 1 != first + old.len() {
            return false;
        }
        let mut names: HashMap<&[u8], &[u8]> = HashMap::new();
        for (n, y) in to.iter().enumerate() {
            if y.is_some_and(|y| y != first + n) {
                return false;
            }
            if y.is_none() {
                let (was, is) = (self.old[old.start + n].text, self.onto[first + n].text);
                if !is_identifier(was) || !is_identifier(is) || *names.entry(was).or_insert(is) != is {
                    return false;
                }
            }
        }
        !self.new[new.clone()].iter().any(|w| names.contains_key(w.text))
    }
}

/// For each word of the old region its place in the new one, if it stays.
fn kept(changes: &[Change], length: usize) -> Vec<Option<usize>> {
    let mut kept = vec![None; length];
    let (mut old, mut new) = (0, 0);
    for change in changes.iter().cloned().chain([(length..length, 0..0)]) {
        while old < change.0.start {
            kept[old] = Some(new);
            (old, new) = (old + 1, new + 1);
        }
        (old, new) = (change.0.end, change.1.end);
    }
    kept
}

/// Adds what differs between two stretches; changes that meet are one.
fn differ(old: &[Vec<u8>], new: &[Vec<u8>], (a, b): (Range<usize>, Range<usize>), out: &mut Vec<Change>) {
    let mut add = |x: Range<usize>, y: Range<usize>| match out.last_mut() {
        _ if x.is_empty() && y.is_empty() => {}
        Some(last) if last.0.end == x.start && last.1.end == y.start => {
            last.0.end = x.end;
            last.1.end = y.end;
        }
        _ => out.push((x, y)),
    };
    for cut in stretches(&old[a.clone()], &new[b.clone()]).into_iter().filter(|s| !s.is_equal) {
        add(a.start + cut.old.start..a.start + cut.old.end, b.start + cut.new.start..b.start + cut.new.end);
    }
}
