//! What must hold for a body before it is looked for in any file: else nobody could tell later that it is done.

use super::body::{Body, Kind, Row, Run, Wins, deletions};
use super::laid_out::laid_out;
use super::matcher::{Bindings, Matcher};
use super::sites::is_closed;
use crate::patchset::{Diagnostic, Fragment, Sign};

/// The steps that laying a body on itself may take.
const STEPS: u64 = 10_000_000;

/// The first thing that is wrong with a body, as a place in the patchset file.
pub fn check(body: &Body, fragment: &Fragment) -> Result<(), Diagnostic> {
    let check = Check { body, fragment };
    check.shows_something()?;
    check.has_neighbours()?;
    check.is_not_weak()?;
    check.is_told_from_its_like()?;
    check.is_told_from_itself()
}

struct Check<'a> {
    body: &'a Body,
    fragment: &'a Fragment,
}

impl Check<'_> {
    fn complain(&self, message: &str, help: &str) -> Diagnostic {
        let help = Some(help.to_owned());
        Diagnostic { message: message.to_owned(), span: self.fragment.span.clone(), label: String::new(), help }
    }

    fn about(&self, row: usize, message: String, help: &str) -> Diagnostic {
        let row = &self.fragment.rows[row];
        let span = if row.at == self.fragment.span.start {
            self.fragment.span.clone()
        } else {
            row.at..row.at + row.text.len().max(1)
        };
        Diagnostic { message, span, label: String::new(), help: Some(help.to_owned()) }
    }

    fn shows_something(&self) -> Result<(), Diagnostic> {
        let side = |sign: Sign| {
            let rows = self.body.rows.iter().filter(move |row| row.is_on(sign));
            rows.map(|row| (row.kind, &row.text, row.unended))
        };
        if side(Sign::Minus).eq(side(Sign::Plus)) {
            return Err(self.complain("the two sides are the same, so there is nothing to do", "change a line"));
        }
        if self.body.before.lines.is_empty() {
            let help = "show a line that stands beside the new ones, with a blank in column 1";
            return Err(self.complain("the body shows no line of the file", help));
        }
        if self.body.after.lines.is_empty() {
            let help = "show the line above or below what goes, with a blank in column 1";
            return Err(self.complain("nothing of this diff is left when it is done", help));
        }
        Ok(())
    }

    /// What comes or goes must be beside something that stays.
    fn has_neighbours(&self) -> Result<(), Diagnostic> {
        let rows = &self.body.rows;
        let kind = |row: Option<usize>| row.and_then(|row| rows.get(row)).map(|row| row.kind);
        let mut at = 0;
        while at < rows.len() {
            let end = at + rows[at..].iter().take_while(|row| row.sign != Sign::Context).count();
            let only = |sign: Sign| end > at && rows[at..end].iter().all(|row| row.sign == sign);
            let beside = [kind(at.checked_sub(1)), kind(Some(end))];
            let shown = beside.iter().flatten().filter(|kind| **kind != Kind::Ellipsis).count();
            if shown == 0 && only(Sign::Plus) {
                let help = "show the line above or below it, not across `...`";
                return Err(self.about(at, "nothing tells where this line goes".to_owned(), help));
            }
            if shown == 0 && only(Sign::Minus) {
                let message = "nothing that stays is shown beside this line".to_owned();
                return Err(self.about(at, message, "show the line above or below it, not across `...`"));
            }
            at = end.max(at + 1);
        }
        deletions(rows).iter().try_for_each(|run| self.closes(run, kind))
    }

    /// A deletion must be known again where it has closed.
    fn closes(&self, run: &Run, kind: impl Fn(Option<usize>) -> Option<Kind>) -> Result<(), Diagnostic> {
        let beside = [kind(run.rows.start.checked_sub(1)), kind(Some(run.rows.end))];
        let shown: Vec<Kind> = beside.into_iter().flatten().filter(|kind| *kind != Kind::Ellipsis).collect();
        if shown.len() == 2 {
            return Ok(());
        }
        if run.is_weak {
            let first = self.body.rows[run.rows.start].form.as_slice();
            let what =
                if first.is_empty() { "an empty line".into() } else { format!("`{}`", String::from_utf8_lossy(first)) };
            let message = format!("{what} is everywhere, so that nobody could tell whether it has gone");
            return Err(self.about(run.rows.start, message, "show the line above and the line below what goes"));
        }
        if shown == [Kind::Blank] {
            let message = "beside what goes only an empty line is shown".to_owned();
            return Err(self.about(run.rows.start, message, "show the line above and the line below what goes"));
        }
        Ok(())
    }

    /// Each stretch that changes must show a line that is not everywhere.
    fn is_not_weak(&self) -> Result<(), Diagnostic> {
        let stretches = self.body.stretches();
        let rows = || self.body.rows.iter().zip(&stretches);
        for stretch in 0..=stretches.last().copied().unwrap_or(0) {
            let mine = || rows().filter(|(_, of)| **of == stretch).map(|(row, _)| row);
            let changes = mine().any(|row| row.sign != Sign::Context);
            let tells = |row: &Row| row.kind == Kind::Line && row.sign != Sign::Plus && !row.is_weak();
            if changes && !mine().any(tells) {
                let of = |(row, of): (&Row, &usize)| *of == stretch && row.kind == Kind::Line && row.sign != Sign::Plus;
                let first = rows().position(of).or_else(|| rows().position(|(_, of)| *of == stretch)).unwrap_or(0);
                let form = String::from_utf8_lossy(&self.body.rows[first].form);
                let message = format!("`{form}` is everywhere: it says too little about where it is");
                return Err(self.about(first, message, "show more of the lines beside it"));
            }
        }
        Ok(())
    }

    /// Lines that come beside lines like them must show where these end: else one more of them, and they are done.
    fn is_told_from_its_like(&self) -> Result<(), Diagnostic> {
        let rows = &self.body.rows;
        fn form(row: &Row) -> Option<&Vec<u8>> {
            (row.kind == Kind::Line).then_some(&row.form)
        }
        let mut at = 0;
        while at < rows.len() {
            let end = at + rows[at..].iter().take_while(|row| row.sign != Sign::Context).count();
            if end > at && rows[at..end].iter().all(|row| row.sign == Sign::Plus) {
                let new: Vec<_> = rows[at..end].iter().filter_map(form).collect();
                let is_context = |row: &&Row| row.sign == Sign::Context && row.kind != Kind::Ellipsis;
                let below: Vec<_> = rows[end..].iter().take_while(is_context).filter_map(form).collect();
                let above: Vec<_> = rows[..at].iter().rev().take_while(is_context).filter_map(form).collect();
                let goes_on = |new: &[&Vec<u8>], beside: &[&Vec<u8>]| {
                    let all = [new, beside].concat();
                    !new.is_empty() && !beside.is_empty() && (0..beside.len()).all(|n| all[n] == all[n + new.len()])
                };
                let upwards: Vec<_> = new.iter().rev().copied().collect();
                for (new, beside, side) in [(&new, below, "below"), (&upwards, above, "above")] {
                    if goes_on(new, &beside) {
                        let message =
                            format!("this line is like the one {side}, so that nobody could tell whether it has come");
                        let help = format!("show the lines {side} as far as they are like it, and the next one");
                        return Err(self.about(if side == "below" { end - 1 } else { at }, message, &help));
                    }
                }
            }
            at = end.max(at + 1);
        }
        Ok(())
    }

    /// The after side must not be found in what is there before.
    fn is_told_from_itself(&self) -> Result<(), Diagnostic> {
        if self.body.wins == Wins::Bytes || self.body.rows.iter().all(|row| row.sign != Sign::Minus) {
            return Ok(());
        }
        let text = laid_out(self.body, Sign::Minus);
        let (known, mut steps) = (Bindings::new(), STEPS);
        let ways = Matcher::new(self.body, &self.body.after, &text, &known, &mut steps).ways();
        let closed = |way: &super::matcher::Way| self.body.runs.iter().all(|run| is_closed(self.body, &text, way, run));
        match ways {
            Ok(ways) if !ways.iter().any(closed) => Ok(()),
            Ok(_) => Err(self.complain(
                "what remains is also in what is there before, so that nobody could tell whether it is done",
                "the line above and below must be shown, since what remains is also in what goes",
            )),
            Err(_) => {
                Err(self.complain("the body takes too long to be told from itself", "show less of it, or fewer `...`"))
            }
        }
    }
}
