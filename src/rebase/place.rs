//! The place of one edit: beside its neighbours, where what it removes stands, or below the line.

use super::below;
use super::correspondence::Side;
use super::edits::Edit;
use super::imports;
use super::placement::{Placement, Reason, Way};
use super::placing::Placing;
use super::rows::is_blank;
use super::words::words;

/// Rows that are to be put in: between which rows, and how far from them.
struct Insertion<'a> {
    edit: &'a Edit,
    /// The neighbours in A.
    above: isize,
    below: isize,
    /// How many blank rows there are between each and the place.
    blanks_above: usize,
    blanks_below: usize,
}

impl Placing<'_> {
    /// The place of an edit, or why there is none.
    pub fn place(&self, edit: &Edit) -> Result<Placement, Reason> {
        let removed = self.whole.a.slice(edit.removed.clone());
        let added = self.after.slice(edit.added.clone());
        if !is_blank(removed) || !is_blank(added) {
            let is_import = |text: &[u8]| text.split(|b| *b == b'\n').all(|row| imports::is_import(row, self.language));
            if is_import(removed) && is_import(added) {
                return self.plain_import(edit).or_else(|_| match imports::place(self, edit) {
                    Some(result) => result,
                    None => self.plain(edit),
                });
            }
        }
        self.plain(edit)
    }

    fn plain(&self, edit: &Edit) -> Result<Placement, Reason> {
        if !is_blank(self.whole.a.slice(edit.removed.clone())) {
            return self.replace(edit);
        }
        if is_blank(self.after.slice(edit.added.clone())) {
            return Ok(Placement { replacements: Vec::new(), way: Way::Unchanged });
        }
        self.insert(edit)
    }

    /// The place of an import whose neighbours are both there, if its path is not.
    fn plain_import(&self, edit: &Edit) -> Result<Placement, Reason> {
        let (a, b) = (self.whole.a, self.whole.b);
        let (above, below) = self.neighbours(edit);
        let anchored = [above, below].into_iter().all(|row| self.whole.anchor(row, None).is_some());
        let kept = a.full(edit.removed.clone()).into_iter().all(|row| self.whole.pairs.exact[row].is_some());
        let removed: Vec<u32> = edit.removed.clone().map(|row| a.says[row]).collect();
        let added: Vec<u32> = edit.added.clone().map(|row| self.after.says[row]).filter(|says| *says != 0).collect();
        let is_there = added.iter().any(|says| !removed.contains(says) && b.says.contains(says));
        let was_there = added.iter().any(|says| a.says.contains(says));
        if !anchored || !kept || is_there && !was_there {
            return Err(Reason::NoImportGroup);
        }
        self.plain(edit)
    }

    // What removes rows.

    fn replace(&self, edit: &Edit) -> Result<Placement, Reason> {
        let (a, b) = (self.whole.a, self.whole.b);
        let rows = a.full(edit.removed.clone());
        let paired: Vec<Option<usize>> = rows.iter().map(|row| self.whole.pairs.exact[*row]).collect();
        if let Some(to) = paired.iter().copied().collect::<Option<Vec<usize>>>()
            && to.is_sorted()
            && (to[0]..to[to.len() - 1]).all(|row| b.is_blank(row) || to.contains(&row))
        {
            return Ok(self.put_for(edit, to[0], to[to.len() - 1] + 1));
        }
        let is_lost = rows.iter().all(|row| self.whole.pairs.any(*row).is_none());
        if is_lost && let Some((start, end)) = self.only_run(&rows) {
            return Ok(self.put_for(edit, start, end));
        }
        let (above, below) = self.neighbours(edit);
        if let (Some(mp), Some(mq)) = (self.whole.anchor(above, None), self.whole.anchor(below, None))
            && is_lost
            && self.is_between(edit, mp, mq)
        {
            return Err(Reason::AlreadyThere);
        }
        below::place(self, edit).or_else(|reason| {
            let is_inside = above >= 0 && (below as usize) < a.len();
            let is_exact = |row: isize| self.whole.pairs.exact[row as usize].is_some();
            if is_inside && (is_exact(above) || is_exact(below)) {
                return below::place(self, &self.widened(edit, above, below));
            }
            Err(reason)
        })
    }

    /// Where some rows of A stand in B, one behind the other, if that is one place.
    fn only_run(&self, rows: &[usize]) -> Option<(usize, usize)> {
        let (a, b) = (self.whole.a, self.whole.b);
        let full = b.full(0..b.len());
        let is_run = |run: &&[usize]| run.iter().zip(rows).all(|(y, x)| b.says[*y] == a.says[*x]);
        let mut runs = full.windows(rows.len()).filter(is_run);
        let run = runs.next()?;
        runs.next().is_none().then(|| (run[0], run[run.len() - 1] + 1))
    }

    /// The edit with the rows around it.
    fn widened(&self, edit: &Edit, above: isize, below: isize) -> Edit {
        let (above, below) = (above as usize, below as usize);
        let added = edit.added.start - (edit.removed.start - above)..edit.added.end + (below + 1 - edit.removed.end);
        Edit { removed: above..below + 1, added }
    }

    /// Puts the added rows in the place of these rows of B. Blank rows at the rims of what is removed go where they are.
    fn put_for(&self, edit: &Edit, mut start: usize, mut end: usize) -> Placement {
        let (a, b) = (self.whole.a, self.whole.b);
        let full = a.full(edit.removed.clone());
        let (mut lead, mut tail) = (full[0] - edit.removed.start, edit.removed.end - 1 - full[full.len() - 1]);
        let anchor = (full[0], start);
        while lead > 0 && start > 0 && b.is_blank(start - 1) {
            (start, lead) = (start - 1, lead - 1);
        }
        while tail > 0 && end < b.len() && b.is_blank(end) {
            (end, tail) = (end + 1, tail - 1);
        }
        let mut added = edit.added.clone();
        while lead > 0 && !added.is_empty() && self.after.is_blank(added.start) {
            (added.start, lead) = (added.start + 1, lead - 1);
        }
        while tail > 0 && !added.is_empty() && self.after.is_blank(added.end - 1) {
            (added.end, tail) = (added.end - 1, tail - 1);
        }
        let by = added.map(|row| self.after.row(row).to_vec()).collect();
        Placement::one(start..end, self.indented(by, anchor.0 as isize, anchor.1 as isize), Way::Unchanged)
    }

    /// Rows as deep as a row of B is, where they are as deep as the row of A that is its pair.
    fn indented(&self, rows: Vec<Vec<u8>>, row_a: isize, row_b: isize) -> Vec<Vec<u8>> {
        let inside = |row: isize, len: usize| row >= 0 && (row as usize) < len;
        if !inside(row_a, self.whole.a.len()) || !inside(row_b, self.whole.b.len()) {
            return rows;
        }
        // Of a row that is broken in B, or of the statement that it opens, the first row counts.
        let first = self.whole.first_row(row_a as usize, row_b as usize);
        let (old, new) = (self.whole.a.indent(row_a as usize), self.whole.b.indent(first));
        if let Some(less) = old.strip_prefix(new) {
            let cut = |row: Vec<u8>| row.strip_prefix(less).map_or(row.clone(), <[u8]>::to_vec);
            return rows.into_iter().map(cut).collect();
        }
        if !new.starts_with(old) {
            return rows;
        }
        let deeper = |row: Vec<u8>| match row.strip_prefix(old) {
            Some(rest) if !is_blank(&row) => [new, rest].concat(),
            _ => row,
        };
        rows.into_iter().map(deeper).collect()
    }

    // What only adds.

    fn insert(&self, edit: &Edit) -> Result<Placement, Reason> {
        let (whole, b) = (self.whole, self.whole.b);
        let (above, below) = self.neighbours(edit);
        let insertion = Insertion {
            edit,
            above,
            below,
            blanks_above: (edit.removed.start as isize - 1 - above) as usize,
            blanks_below: (below - edit.removed.start as isize) as usize,
        };
        let (mp, mq) = (whole.anchor(above, Some(Side::Above)), whole.anchor(below, Some(Side::Below)));
        let similar = |row: isize| whole.pairs.similar.get(row as usize).copied().flatten();
        let sp = mp.or_else(|| similar(above).map(|to| whole.statement_end(above as usize, to) as isize));
        let sq = mq.or_else(|| similar(below).map(|to| to as isize));
        let below_of = |row: isize| b.from((row + 1) as usize) as isize;
        let above_of = |row: isize| b.above(row as usize).map_or(-1, |row| row as isize);
        if let (Some(sp), Some(sq)) = (sp, sq)
            && self.is_between(edit, sp, sq)
        {
            return Err(Reason::AlreadyThere);
        }
        if let (Some(mp), Some(mq)) = (mp, mq) {
            let is_one = mp < mq && whole.is_blank_between(mp, mq);
            return if is_one {
                self.put(&insertion, mp, mq, None, Way::Unchanged)
            } else {
                Err(Reason::NeighboursDisagree)
            };
        }
        if let (Some(sp), Some(sq)) = (sp, sq)
            && sp < sq
            && whole.is_blank_between(sp, sq)
        {
            return self.put(&insertion, sp, sq, None, Way::SimilarNeighbour);
        }
        match (mp, mq) {
            (Some(mp), _) => {
                let next = below_of(mp);
                if sq.is_some_and(|sq| sq != next) {
                    return Err(Reason::NeighboursDisagree);
                }
                if sq.is_none() && whole.is_weak(above, mp, Side::Above) {
                    return self.around(edit, Reason::WeakNeighbour);
                }
                self.put(&insertion, mp, next, Some(Side::Above), Way::OneNeighbour)
            }
            (None, Some(mq)) => {
                let before = above_of(mq);
                if sp.is_some_and(|sp| sp != before) {
                    return Err(Reason::NeighboursDisagree);
                }
                if sp.is_none() && whole.is_weak(below, mq, Side::Below) {
                    return self.around(edit, Reason::WeakNeighbour);
                }
                self.put(&insertion, before, mq, Some(Side::Below), Way::OneNeighbour)
            }
            (None, None) => self.around(edit, Reason::NoNeighbour),
        }
    }

    /// An insertion by the words of the rows around it; where that is nothing, the reason given.
    fn around(&self, edit: &Edit, reason: Reason) -> Result<Placement, Reason> {
        let (above, below) = self.neighbours(edit);
        if above < 0 || below as usize >= self.whole.a.len() {
            return Err(reason);
        }
        let paired = |row: isize| self.whole.pairs.any(row as usize).is_some();
        if !paired(above) || !paired(below) && self.whole.a.lengths[below as usize] > 3 {
            return Err(reason);
        }
        below::place(self, &self.widened(edit, above, below)).map_err(|_| reason)
    }

    /// Puts rows between two rows of B, by the side of the one that is sure.
    fn put(
        &self,
        insertion: &Insertion<'_>,
        mp: isize,
        mq: isize,
        by: Option<Side>,
        way: Way,
    ) -> Result<Placement, Reason> {
        let gap = (mq - mp - 1) as usize;
        if self.is_there(insertion.edit, mp, mq) {
            return Err(Reason::AlreadyThere);
        }
        if way != Way::Unchanged && by != Some(Side::Above) {
            self.opened(insertion)?;
        }
        let (above, below) = (insertion.blanks_above, insertion.blanks_below);
        let from_below = by == Some(Side::Below) || by.is_none() && above > 0 && below < above;
        let row = match from_below {
            true => mq as usize - below.min(gap),
            false => (mp + 1) as usize + above.min(gap),
        };
        let rows = insertion.edit.added.clone().map(|row| self.after.row(row).to_vec()).collect();
        let rows = match by {
            Some(Side::Below) => self.indented(rows, insertion.below, mq),
            _ => self.indented(rows, insertion.above, mp),
        };
        Ok(Placement::one(row..row, rows, way))
    }

    /// Rows that go on with what the row above began (`else`, `#else`) need that row as it was.
    fn opened(&self, insertion: &Insertion<'_>) -> Result<(), Reason> {
        let first = insertion.edit.added.clone().find(|row| !self.after.is_blank(*row));
        let row = first.map_or(&b""[..], |row| self.after.row(row)).trim_ascii();
        let words: Vec<&[u8]> = words(row).0.iter().map(|w| w.text).filter(|w| !matches!(*w, b"}" | b"#")).collect();
        let goes_on = matches!(words.first(), Some(&(b"else" | b"elif" | b"endif")));
        let is_kept = insertion.above >= 0 && self.whole.pairs.exact[insertion.above as usize].is_some();
        match goes_on && !is_kept {
            true => Err(Reason::NoOpener(String::from_utf8_lossy(row).into_owned())),
            false => Ok(()),
        }
    }

    /// Whether nothing but the added rows stands between two rows of B.
    fn is_between(&self, edit: &Edit, mp: isize, mq: isize) -> bool {
        let full = |says: &[u32]| says.iter().copied().filter(|s| *s != 0).collect::<Vec<u32>>();
        let added = full(&self.after.says[edit.added.clone()]);
        mp < mq && !added.is_empty() && full(&self.whole.b.says[(mp + 1) as usize..mq as usize]) == added
    }

    /// Whether the added rows stand beside the place already, and did not in A.
    fn is_there(&self, edit: &Edit, mp: isize, mq: isize) -> bool {
        let full = |says: &[u32]| says.iter().copied().filter(|s| *s != 0).collect::<Vec<u32>>();
        let added = full(&self.after.says[edit.added.clone()]);
        let length: usize = self.after.lengths[edit.added.clone()].iter().sum();
        let reach = 3 * added.len() + 5;
        let begins = |says: &[u32], from: usize| {
            full(&says[from.min(says.len())..(from + reach).min(says.len())]).starts_with(&added)
        };
        let ends = |says: &[u32], to: usize| full(&says[to.saturating_sub(reach)..to]).ends_with(&added);
        let (a, b) = (&self.whole.a.says, &self.whole.b.says);
        let is_in_b = begins(b, mq as usize) || ends(b, (mp + 1) as usize);
        let place = edit.removed.start;
        length > 12 && is_in_b && !ends(a, place) && !begins(a, place)
    }
}
