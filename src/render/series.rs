//! One patch of a series, with its reason on top: for `quilt`, and for `git am`.

use super::mbox;
use super::message::{line, prose, trailer, upstream};
use super::quote::{quote, quote_mail};
use super::unified;
use crate::patchset::{Date, Patch, Patchset};
use crate::report::FileChange;

/// Who sends a mail where the patchset names no author.
const NOBODY: &str = "treepatch <treepatch@localhost>";

/// A patch file for `quilt`, with a header after Debian's DEP-3.
pub fn quilt(set: &Patchset, patch: &Patch, changes: &[FileChange]) -> Vec<u8> {
    let mut head = trailer("Description", &patch.title) + "\n";
    for row in quote(&prose(&patch.why)).lines() {
        head.push_str(&format!(" {}\n", if row.is_empty() { "." } else { row }));
    }
    if let Some(author) = patch.author.as_ref().or(set.author.as_ref()) {
        head.push_str(&(trailer("Author", author) + "\n"));
    }
    head.extend(patch.date.map(|date| format!("Date: {}\n", date.mail())));
    upstream(patch).iter().chain(&patch.trailers).for_each(|trailer| head.push_str(&format!("{trailer}\n")));
    head.push_str("---\n");
    [head.into_bytes(), unified(changes, false)].concat()
}

/// A mail of a mailbox for `git am --keep`. `message` is what the commit is to say, `note` what only the mail says, and
/// `date` is in seconds since 1970.
pub fn mail(set: &Patchset, patch: &Patch, message: &str, note: &str, date: i64, changes: &[FileChange]) -> Vec<u8> {
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    let author = mbox::author(&line(patch.author.as_deref().or(set.author.as_deref()).unwrap_or(NOBODY)));
    let date = patch.date.unwrap_or(Date { seconds: date, offset: 0 });
    // No `[PATCH 1/2]` before the subject: only `--keep` keeps a title's own `[tag]` and `Re:`, and it keeps all.
    let mut out = format!(
        "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: {author}\nDate: {}\n\
         Subject: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\
         Content-Transfer-Encoding: 8bit\n\n",
        date.mail(),
        mbox::subject(&line(subject)),
    );
    let body = body.trim();
    if mbox::looks_like_header(body) {
        out.push_str(&format!("From: {author}\n\n"));
    }
    out.push_str(&format!("{}\n---\n{note}\n", quote_mail(body)));
    [out.into_bytes(), unified(changes, false), b"-- \ntreepatch\n\n".to_vec()].concat()
}
