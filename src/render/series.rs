//! One patch of a series, with its reason on top: for `quilt`, and for `git am`.

use super::mbox;
use super::message::{line, prose, trailer, upstream};
use super::quote::{quote, quote_mail};
use super::unified;
use crate::patchset::{Patch, Patchset};
use crate::report::FileChange;

/// Who sends a mail where the patchset names no author.
const NOBODY: &str = "treepatch <treepatch@localhost>";

/// A patch file for `quilt`, with a header after Debian's DEP-3.
pub fn quilt(set: &Patchset, patch: &Patch, changes: &[FileChange]) -> Vec<u8> {
    let mut head = trailer("Description", &patch.title) + "\n";
    for row in quote(&prose(&patch.why)).lines() {
        head.push_str(&format!(" {}\n", if row.is_empty() { "." } else { row }));
    }
    if let Some(author) = &set.author {
        head.push_str(&(trailer("Author", author) + "\n"));
    }
    upstream(patch).iter().for_each(|trailer| head.push_str(&format!("{trailer}\n")));
    head.push_str("---\n");
    [head.into_bytes(), unified(changes, false)].concat()
}

/// A mail of a mailbox for `git am --keep`. `message` is what the commit is to say, `note` what only the mail says, and
/// `date` is in seconds since 1970.
pub fn mail(set: &Patchset, message: &str, note: &str, date: i64, changes: &[FileChange]) -> Vec<u8> {
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    let author = mbox::author(&line(set.author.as_deref().unwrap_or(NOBODY)));
    // No `[PATCH 1/2]` before the subject: only `--keep` keeps a title's own `[tag]` and `Re:`, and it keeps all.
    let mut out = format!(
        "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: {author}\nDate: {}\n\
         Subject: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\
         Content-Transfer-Encoding: 8bit\n\n",
        mail_date(date),
        mbox::subject(&line(subject)),
    );
    let body = body.trim();
    if mbox::looks_like_header(body) {
        out.push_str(&format!("From: {author}\n\n"));
    }
    out.push_str(&format!("{}\n---\n{note}\n", quote_mail(body)));
    [out.into_bytes(), unified(changes, false), b"-- \ntreepatch\n\n".to_vec()].concat()
}

/// A date as mails have it.
fn mail_date(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (mut day, time) = (seconds.max(0) / 86_400, seconds.max(0) % 86_400);
    let name = DAYS[(day % 7) as usize];
    // Years count from March, so that the day that leap years have is the last one.
    day += 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12;
    let year = era * 400 + year + i64::from(month < 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{name}, {date:02} {} {year} {hour:02}:{minute:02}:{second:02} +0000", MONTHS[month as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_mails_have_them() {
        assert_eq!(mail_date(0), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(mail_date(951_782_399), "Mon, 28 Feb 2000 23:59:59 +0000");
        assert_eq!(mail_date(951_782_400), "Tue, 29 Feb 2000 00:00:00 +0000");
        assert_eq!(mail_date(1_500_000_000), "Fri, 14 Jul 2017 02:40:00 +0000");
        assert_eq!(mail_date(1_735_689_599), "Tue, 31 Dec 2024 23:59:59 +0000");
    }
}
