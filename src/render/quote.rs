//! Prose beside a diff, written so that no program takes a part of it for one.
//!
//! `patch` looks for the beginning of a diff anywhere in the text before it, indented or not; git looks for what separates
//! a message from its diff, and for headers of mails.

use super::mbox;

/// Prose in which paragraphs that quote a diff have a bar before each line, which `patch` and git do not read over.
pub(super) fn quote(prose: &str) -> String {
    let mut rows: Vec<String> = Vec::new();
    for paragraph in prose.split("\n\n") {
        let bar = if paragraph.lines().any(begins_diff) { "| " } else { "" };
        rows.extend(paragraph.lines().map(|row| format!("{bar}{row}").trim_end().to_owned()));
        rows.push(String::new());
    }
    rows.join("\n").trim_end().to_owned()
}

/// The same for the body of a mail: nothing in it is the end of the message or of the mail, or a cut.
pub(super) fn quote_mail(prose: &str) -> String {
    let row = |row: &str| {
        let whole = if is_cut(row) { apart(row) } else { row.to_owned() };
        if mbox::ends_message(&whole) { format!(" {whole}") } else { whole }
    };
    quote(prose).lines().map(row).collect::<Vec<_>>().join("\n")
}

/// Whether `patch` takes a line for the beginning of a diff, or git does.
fn begins_diff(row: &str) -> bool {
    const WORDS: [&str; 18] = [
        "--- ",
        "+++ ",
        "*** ",
        "****",
        "@@ ",
        "diff ",
        "Index:",
        "Prereq:",
        "index ",
        "old mode ",
        "new mode ",
        "deleted file mode ",
        "new file mode ",
        "rename ",
        "copy ",
        "similarity index ",
        "dissimilarity index ",
        "GIT binary patch",
    ];
    // `patch` takes indentation away, of which X is a part; and the dashes that mailers put before dashes.
    let inner = row.trim_start_matches([' ', '\t', 'X']);
    let dashed = inner.trim_start_matches("- ");
    WORDS.iter().any(|word| inner.starts_with(word)) || dashed.starts_with("--- ") || is_command(inner)
}

/// A command of `ed`, or of a diff without context: `3a`, `1,2d`, `5c7,8`.
fn is_command(row: &str) -> bool {
    let number = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',').len();
    let row = row.trim_end();
    let rest = &row[row.len() - number(row)..];
    let behind = rest.strip_prefix(['a', 'c', 'd', 'i', 's']);
    row.starts_with(|c: char| c.is_ascii_digit()) && behind.is_some_and(|b| number(b) == 0)
}

/// Whether a line of dashes and scissors says that the message begins below it.
fn is_cut(row: &str) -> bool {
    row.contains('-') && SCISSORS.iter().any(|(whole, _)| row.contains(whole))
}

/// Takes the scissors of a line apart.
fn apart(row: &str) -> String {
    SCISSORS.iter().fold(row.to_owned(), |row, (whole, apart)| row.replace(whole, apart))
}

const SCISSORS: [(&str, &str); 4] = [("8<", "8 <"), (">8", "> 8"), ("%<", "% <"), (">%", "> %")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_diff_is_known() {
        for row in [
            "--- a",
            "    +++ b",
            "\tXX@@ -1 +1 @@",
            "*** a",
            "***************",
            "- - --- a",
            "Index: a",
            "3a",
            " 1,2d",
            "5,6c7,8",
        ] {
            assert!(begins_diff(row), "{row}");
        }
        for row in
            ["a --- b", "---", "-- a", "2 apples", "3are", "3 a", "An index: a", "Xylophones", "12", "1,2", "| --- a"]
        {
            assert!(!begins_diff(row), "{row}");
        }
    }

    #[test]
    fn a_paragraph_with_a_diff_gets_bars() {
        let prose = "The older patch was:\n\n    --- a/a.go\n    +++ b/a.go\n\nIt was wrong.\n\n\nSubject: x";
        let quoted = "The older patch was:\n\n|     --- a/a.go\n|     +++ b/a.go\n\nIt was wrong.\n\n\nSubject: x";
        assert_eq!(quote(prose), quoted);
        assert_eq!(quote_mail("---\nx"), " ---\nx");
        assert_eq!(quote_mail("-- >8 -- 8< --"), "-- > 8 -- 8 < --");
        assert_eq!(quote(""), "");
    }
}
