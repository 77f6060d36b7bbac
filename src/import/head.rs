//! The text above the diffs of a patch: DEP-3 fields, the headers of a mail, git's trailers, or prose.

use crate::patchset::{Date, Upstream, is_author};

/// What the head of a patch file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The subject, on one line.
    pub title: Option<String>,
    /// The reason, in lines.
    pub why: String,
    /// `Name <mail>`.
    pub author: Option<String>,
    /// When it was written.
    pub date: Option<Date>,
    /// What is known of it upstream.
    pub upstream: Upstream,
    /// All other fields, as `Key: value`.
    pub trailers: Vec<String>,
}

/// Fields that only carry a mail.
const CARRIERS: &[&str] = &[
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-language",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "sender",
    "return-path",
    "delivered-to",
    "received",
    "references",
    "in-reply-to",
    "list-id",
    "precedence",
    "status",
    "x-status",
];

/// A longer subject is more than one.
const LONGEST: usize = 160;

impl Head {
    /// Reads the text above the first diff.
    pub fn read(bytes: &[u8]) -> Head {
        let text = text(bytes);
        let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
        let mut lines = without_statistics(&lines);
        let is_mail = lines.first().is_some_and(|line| is_postmark(line));
        if is_mail {
            lines.remove(0);
        }
        let mut head = Head::default();
        let mut prose: Vec<String> = Vec::new();
        let starts = lines.iter().position(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or(0);
        let mut rest = &lines[starts.min(lines.len())..];
        let mut is_first = true;
        while is_first || rest.first().is_some_and(|line| field(line).is_some_and(|(key, _)| is_known(key))) {
            if rest.first().is_none_or(|line| field(line).is_none_or(|(key, _)| is_first && !is_head_field(key))) {
                break;
            }
            let end = rest.iter().position(|line| line.trim().is_empty()).unwrap_or(rest.len());
            // A `From:` in the text is who wrote it; the one of the mail is who sent it.
            let names_author = |line: &&str| {
                let author = field(line).filter(|(key, _)| key.eq_ignore_ascii_case("from")).map(|(_, author)| author);
                author.is_some_and(|author| is_author(&plain_author(&decoded(author))))
            };
            if is_mail && !is_first && rest[..end].iter().any(names_author) {
                head.author = None;
            }
            head.fields(&rest[..end], is_mail, &mut prose);
            rest = &rest[end..];
            rest = &rest[rest.iter().take_while(|line| line.trim().is_empty()).count()..];
            is_first = false;
        }
        let before: Vec<String> = lines[..starts.min(lines.len())].iter().filter_map(|line| commented(line)).collect();
        prose.splice(0..0, before);
        if !prose.is_empty() && !rest.is_empty() {
            prose.push(String::new());
        }
        let mut rest: Vec<String> = rest.iter().filter_map(|line| commented(line)).collect();
        head.trailing(&mut rest);
        prose.extend(rest);
        head.take_prose(prose);
        head
    }

    /// A block of `Key: value` lines, with what is folded below each.
    fn fields(&mut self, lines: &[&str], is_mail: bool, prose: &mut Vec<String>) {
        let mut at = 0;
        while at < lines.len() {
            let Some((key, value)) = field(lines[at]) else {
                prose.extend(commented(lines[at]));
                at += 1;
                continue;
            };
            let below = lines[at + 1..].iter().take_while(|line| line.starts_with([' ', '\t'])).count();
            let folded: Vec<&str> = lines[at + 1..at + 1 + below].to_vec();
            at += 1 + below;
            match key.to_ascii_lowercase().as_str() {
                "description" => {
                    self.title = Some(value.to_owned()).filter(|title| !title.is_empty()).or(self.title.take());
                    let unfolded = folded.iter().map(|line| line.strip_prefix([' ', '\t']).unwrap_or(line));
                    prose.extend(unfolded.map(|line| if line.trim() == "." { String::new() } else { line.to_owned() }));
                }
                "subject" => {
                    let whole = decoded(&joined(value, &folded));
                    // Where the empty line below a subject was lost, the whole reason is folded into it.
                    let (subject, reason) = match folded.is_empty() || whole.chars().count() <= LONGEST {
                        true => (whole, &folded[..0]),
                        false => (decoded(value), &folded[..]),
                    };
                    self.title = Some(without_tag(&subject).to_owned());
                    prose.extend(reason.iter().map(|line| line.trim().to_owned()));
                }
                key_lower => {
                    let value = decoded(&joined(value, &folded));
                    self.field(key, key_lower, value, is_mail);
                }
            }
        }
    }

    /// One field of one line.
    fn field(&mut self, key: &str, lower: &str, value: String, is_mail: bool) {
        let slot = match lower {
            "author" | "from" => {
                let value = plain_author(&value);
                match is_author(&value) && self.author.is_none() {
                    true => self.author = Some(value),
                    false => self.trailers.push(format!("{key}: {value}")),
                }
                return;
            }
            "date" => match Date::of_mail(&value) {
                Some(date) => return self.date = Some(date),
                None => return self.trailers.push(format!("{key}: {value}")),
            },
            "upstream-status" => &mut self.upstream.status,
            "origin" => &mut self.upstream.origin,
            "forwarded" => &mut self.upstream.forwarded,
            "bug" => &mut self.upstream.bug,
            "applied-upstream" => &mut self.upstream.applied,
            _ if is_mail && (CARRIERS.contains(&lower) || lower.starts_with("x-") || lower.starts_with("list-")) => {
                return;
            }
            _ => return self.trailers.push(format!("{key}: {value}").trim_end().to_owned()),
        };
        match slot {
            None if !value.is_empty() => *slot = Some(value),
            _ if value.is_empty() => {}
            _ => self.trailers.push(format!("{key}: {value}")),
        }
    }

    /// The last paragraph, where it is nothing but trailers.
    fn trailing(&mut self, lines: &mut Vec<String>) {
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let from = lines.iter().rposition(|line| line.trim().is_empty()).map_or(0, |blank| blank + 1);
        let is_trailer = |line: &String| {
            line.starts_with(' ') || field(line).is_some_and(|(key, _)| key.contains('-') || is_known(key))
        };
        let is_block = from < lines.len() && !lines[from].starts_with(' ') && lines[from..].iter().all(is_trailer);
        if !is_block {
            return;
        }
        let block: Vec<String> = lines.split_off(from);
        let block: Vec<&str> = block.iter().map(String::as_str).collect();
        self.fields(&block, false, lines);
    }

    /// The prose: where there is no title yet, its first line is one.
    fn take_prose(&mut self, mut lines: Vec<String>) {
        let is_blank = |line: &String| line.trim().is_empty();
        lines.drain(..lines.iter().take_while(|line| is_blank(line)).count());
        if self.title.is_none() && !lines.is_empty() {
            let first = lines.remove(0);
            self.title = Some(without_tag(first.trim()).to_owned());
            if lines.first().is_some_and(|next| !is_blank(next)) {
                // A paragraph rather than a subject: it is the reason, too.
                lines.insert(0, first);
            }
        }
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        self.why = lines.join("\n").trim_matches('\n').to_owned();
        self.title = self.title.take().map(|title| one_line(&title)).filter(|title| !title.is_empty());
    }
}

/// Bytes of any encoding as text: UTF-8, or else Latin-1.
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// A name without quotes around it.
fn plain_author(author: &str) -> String {
    match author.rsplit_once(" <") {
        Some((name, mail)) => format!("{} <{mail}", name.trim().trim_matches('"')),
        None => author.to_owned(),
    }
}

/// One line, of single blanks.
pub fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn joined(value: &str, folded: &[&str]) -> String {
    let parts = std::iter::once(value).chain(folded.iter().map(|line| line.trim())).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// What a mail's encoded words stand for.
fn decoded(value: &str) -> String {
    if !value.contains("=?") {
        return value.to_owned();
    }
    match mailparse::parse_header(format!("X: {value}").as_bytes()) {
        Ok((header, _)) => one_line(&header.get_value()),
        Err(_) => value.to_owned(),
    }
}

/// `[PATCH 1/2]` and its like, taken off.
fn without_tag(title: &str) -> &str {
    let mut title = title.trim();
    while let Some((tag, rest)) = title.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if !tag.to_ascii_uppercase().contains("PATCH") {
            break;
        }
        title = rest.trim_start();
    }
    title
}

/// `From 0123… Mon Sep 17 00:00:00 2001`, with which mails begin in a mailbox.
pub fn is_postmark(line: &str) -> bool {
    let is_clock = |w: &[u8]| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit();
    line.strip_prefix("From ").is_some_and(|rest| rest.as_bytes().windows(3).any(is_clock))
}

/// `Key: value` at the beginning of a line.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && (value.is_empty() || value.starts_with([' ', '\t']));
    is_key.then(|| (key, value.trim()))
}

/// A field that a head may begin with. Other words with a colon are the beginning of a subject: `expat: …`.
fn is_head_field(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    is_known(key) || CARRIERS.contains(&lower.as_str()) || lower.starts_with("bug-") || lower == "message-id"
}

/// The fields of DEP-3, of mails and of commits that mean something here.
fn is_known(key: &str) -> bool {
    const KNOWN: &[&str] = &[
        "description",
        "subject",
        "author",
        "from",
        "date",
        "origin",
        "bug",
        "forwarded",
        "applied-upstream",
        "upstream-status",
        "last-update",
        "reviewed-by",
        "acked-by",
        "signed-off-by",
        "fixes",
        "cc",
    ];
    let lower = key.to_ascii_lowercase();
    KNOWN.contains(&lower.as_str()) || lower.starts_with("bug-")
}

/// A line of prose; of a comment what `## DP:` says of the patch.
fn commented(line: &str) -> Option<String> {
    match line.strip_prefix('#') {
        Some(rest) => rest.trim_start_matches('#').trim().strip_prefix("DP:").map(|said| said.trim().to_owned()),
        None => Some(line.to_owned()),
    }
}

/// The lines up to the rule that git puts above its statistics.
fn without_statistics<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let end = lines.iter().position(|line| line.trim_end() == "---").unwrap_or(lines.len());
    let is_statistics = |line: &&&str| {
        let line = line.trim();
        let bar = line.rsplit_once('|').map(|(_, counts)| counts.trim());
        let counts = bar.is_some_and(|counts| {
            counts.starts_with(|c: char| c.is_ascii_digit())
                && counts.trim_end_matches(['+', '-', '!']).trim().parse::<u64>().is_ok()
                || counts.starts_with("Bin")
        });
        let is_sum = line.contains(" changed, ") && line.starts_with(|c: char| c.is_ascii_digit());
        let is_rule = line.len() > 3 && line.chars().all(|c| c == '=');
        counts || is_sum || is_rule || line.starts_with("create mode ") || line.starts_with("delete mode ")
    };
    lines[..end].iter().filter(|line| !is_statistics(line)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dep3_is_read() {
        let head = Head::read(
            b"Description: give the width 64 bits\n It overflows.\n .\n Often.\nAuthor: Ada L <ada@example.org>\nOrigin: vendor\n\
              Bug-Debian: https://bugs.example/1\nLast-Update: 2022-01-02\n---\nThis goes.\n",
        );
        assert_eq!(head.title.as_deref(), Some("give the width 64 bits"));
        assert_eq!(head.why, "It overflows.\n\nOften.");
        assert_eq!(head.author.as_deref(), Some("Ada L <ada@example.org>"));
        assert_eq!(head.upstream.origin.as_deref(), Some("vendor"));
        assert_eq!(head.trailers, ["Bug-Debian: https://bugs.example/1", "Last-Update: 2022-01-02"]);
    }

    #[test]
    fn a_mail_is_read() {
        let head = Head::read(
            "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: =?UTF-8?q?Zo=C3=AB?= <z@example.org>\n\
             Date: Wed, 25 May 2022 16:00:57 +0200\nSubject: [PATCH 1/2] numbers: give the\n width 64 bits\nMIME-Version: 1.0\n\n\
             It overflows.\n\nForwarded: not-needed\nSigned-off-by: Z <z@example.org>\n---\n a.c | 2 +-\n"
                .as_bytes(),
        );
        assert_eq!(head.title.as_deref(), Some("numbers: give the width 64 bits"));
        assert_eq!(head.why, "It overflows.");
        assert_eq!(head.author.as_deref(), Some("Zoë <z@example.org>"));
        assert_eq!(head.date.map(|date| date.to_string()).as_deref(), Some("2022-05-25T16:00:57+02:00"));
        assert_eq!(head.upstream.forwarded.as_deref(), Some("not-needed"));
        assert_eq!(head.trailers, ["Signed-off-by: Z <z@example.org>"]);
    }

    #[test]
    fn prose_is_read() {
        let head = Head::read(b"lib: a subject\n\nThe reason: it\nis so.\n");
        assert_eq!((head.title.as_deref(), head.why.as_str()), (Some("lib: a subject"), "The reason: it\nis so."));
        assert_eq!(Head::read(b"").title, None);
        let dpatch = Head::read(b"#! /bin/sh /usr/share/dpatch/dpatch-run\n## DP: no documentation\n");
        assert_eq!(dpatch.title.as_deref(), Some("no documentation"));
    }
}
