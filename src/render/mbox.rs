//! What `git am` takes a line of a mail for, so that a message comes out as it was written.

/// The subject of a mail, on one line. A title that looks encoded is encoded, so that it is not decoded.
pub(super) fn subject(title: &str) -> String {
    if !title.contains("=?") {
        return title.to_owned();
    }
    // A word is at most 75 bytes long, with 12 bytes around its text, and ends between two characters.
    let (mut words, mut word) = (Vec::new(), String::new());
    for c in title.chars() {
        let quoted = quoted(c);
        if word.len() + quoted.len() > 63 {
            words.push(std::mem::take(&mut word));
        }
        word.push_str(&quoted);
    }
    words.push(word);
    words.iter().map(|word| format!("=?UTF-8?Q?{word}?=")).collect::<Vec<_>>().join(" ")
}

/// Who a mail is from: with what git would take off a name, or decode in it, put so that it does not.
pub(super) fn author(author: &str) -> String {
    let (name, address) = author.rsplit_once(" <").unwrap_or((author, ""));
    let name = match name {
        name if name.contains('"') => format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")),
        name => subject(name),
    };
    if address.is_empty() { name } else { format!("{name} <{address}") }
}

/// One character of an encoded word (RFC 2047).
fn quoted(c: char) -> String {
    match c {
        ' ' => "_".to_owned(),
        c if c.is_ascii_alphanumeric() => c.to_string(),
        c => c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("={byte:02X}")).collect(),
    }
}

/// Whether the first line of a message is taken for a header of the mail. Behind a header and an empty line none is.
pub(super) fn looks_like_header(body: &str) -> bool {
    let first = body.lines().next().unwrap_or("").to_ascii_lowercase();
    ["from:", "subject:", "date:", ">from", "[patch]"].iter().any(|header| first.starts_with(header))
}

/// Whether a line ends the message: behind it comes a patch, or another mail.
pub(super) fn ends_message(row: &str) -> bool {
    let is_rule = |rest: &str| {
        let name = rest.strip_prefix(' ').is_some_and(|name| !name.starts_with(char::is_whitespace));
        rest.trim().is_empty() || name
    };
    row.starts_with("diff -")
        || row.starts_with("Index: ")
        || row.strip_prefix("---").is_some_and(is_rule)
        || row.strip_prefix("From ").is_some_and(has_time)
}

/// Whether a line has a time of the day in it, as the first line of a mail in a mailbox does.
fn has_time(row: &str) -> bool {
    let is_time = |w: &[u8]| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit();
    row.as_bytes().windows(3).any(is_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_looks_encoded_is_encoded() {
        assert_eq!(subject("numbers: größer [arm]"), "numbers: größer [arm]");
        assert_eq!(subject("keep =?UTF-8?Q?x?= é"), "=?UTF-8?Q?keep_=3D=3FUTF=2D8=3FQ=3Fx=3F=3D_=C3=A9?=");
        let long = subject(&"=?é".repeat(40));
        assert!(long.split(' ').count() > 3 && long.split(' ').all(|word| word.len() <= 75), "{long}");
    }

    #[test]
    fn a_name_with_quotes_is_quoted() {
        assert_eq!(author("Zoë O'Hara, Esq. <z@b.c>"), "Zoë O'Hara, Esq. <z@b.c>");
        assert_eq!(author(r#"Ada "Q" \ L <a@b.c>"#), r#""Ada \"Q\" \\ L" <a@b.c>"#);
        assert_eq!(author("=?x <a@b.c>"), "=?UTF-8?Q?=3D=3Fx?= <a@b.c>");
    }

    #[test]
    fn only_lines_that_end_a_message_do() {
        for row in ["---", "--- a.c", "diff --git a/x b/x", "Index: x", "From ada Mon Sep 17 00:00:00 2001"] {
            assert!(ends_message(row), "{row}");
        }
        for row in ["----", "---x", "different", "diff of two", "From here on", ">From me", "Index:", " ---"] {
            assert!(!ends_message(row), "{row}");
        }
    }
}
