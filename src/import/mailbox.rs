//! Mailboxes: patches as `git format-patch` and `git am` have them.

use super::head::is_postmark;
use super::original::Original;
use mailparse::{MailHeaderMap, ParsedMail, parse_mail};

/// Whether bytes are a mail or a mailbox rather than a patch: they begin with a postmark.
pub fn is_mailbox(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_postmark(&String::from_utf8_lossy(first))
}

/// The number of a mail, the 1-based line in it, and what is wrong there.
pub type Wrong = (usize, usize, String);

/// The mails of a mailbox, as patches. Those without a diff (a cover letter) are left out, and named.
///
/// Fails with the number of the mail, the 1-based line in it and what is wrong there.
pub fn read(bytes: &[u8]) -> Result<(Vec<Original>, Vec<String>), Wrong> {
    let (mut originals, mut without) = (Vec::new(), Vec::new());
    for (number, mail) in split(bytes).into_iter().enumerate() {
        let text = plain(mail);
        let name = format!("mail {}", number + 1);
        let original = Original::read(&name, &text, 1).map_err(|(line, why)| (number + 1, line, why))?;
        match original.diffs.is_empty() {
            true => without.push(original.head.title.clone().unwrap_or(name)),
            false => originals.push(original),
        }
    }
    Ok((originals, without))
}

/// Cuts a mailbox at its postmarks.
fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let (mut at, mut is_after_blank) = (0, true);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if is_after_blank && line.starts_with(b"From ") && is_postmark(&String::from_utf8_lossy(line)) {
            starts.push(at);
        }
        is_after_blank = line.trim_ascii().is_empty();
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &bytes[start..end]).collect()
}

/// A mail with its text decoded, as base64 and quoted-printable need it.
fn plain(mail: &[u8]) -> Vec<u8> {
    let start = mail.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let Ok(parsed) = parse_mail(&mail[start..]) else { return mail.to_vec() };
    let encoding = parsed.headers.get_first_value("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
    let is_plain = parsed.subparts.is_empty() && !matches!(encoding.as_str(), "base64" | "quoted-printable");
    if is_plain {
        return mail.to_vec();
    }
    let end = mail[start..].windows(2).position(|w| w == b"\n\n").map_or(mail.len(), |at| start + at + 2);
    let mut out = mail[..end].to_vec();
    texts(&parsed, &mut out);
    out
}

/// The parts of a mail, one after the other.
fn texts(mail: &ParsedMail<'_>, out: &mut Vec<u8>) {
    if mail.subparts.is_empty() && mail.ctype.mimetype.starts_with("text/") {
        out.extend(mail.get_body_raw().unwrap_or_default());
    }
    mail.subparts.iter().for_each(|part| texts(part, out));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn mails_are_told_apart() {
        let mail = |subject: &str, body: &str| {
            format!(
                "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: A B <a@example.org>\nSubject: [PATCH] {subject}\n{body}\n"
            )
        };
        let diff = "\nA reason.\n---\n a | 2 +-\n\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n-- \n2.40\n";
        let encoded = "Content-Transfer-Encoding: quoted-printable\n\nFrom: C D <c@example.org>\n\nIt =3D it.\n---\n--- a/a\n+++ b/a\n@@ -1 =\n+1 @@\n-a\n+b\n";
        let text = mail("cover", "\nNo diff.\n") + &mail("one", diff) + &mail("two", encoded);
        let (originals, without) = read(text.as_bytes()).unwrap();
        assert_eq!(without, ["cover"]);
        let told: Vec<_> = originals
            .iter()
            .map(|o| {
                (
                    o.head.title.as_deref().unwrap(),
                    o.head.why.as_str(),
                    o.head.author.as_deref().unwrap(),
                    o.diffs.len(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [("one", "A reason.", "A B <a@example.org>", 1), ("two", "It = it.", "C D <c@example.org>", 1)]
        );
    }
}
