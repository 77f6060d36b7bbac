use super::visible::color;
use unicode_width::UnicodeWidthStr;

/// Breaks a line at blanks, where it is wider than a terminal; what comes behind a break is indented by `hang`. A word
/// that is wider by itself stays whole.
pub fn wrap(line: &str, width: Option<usize>, hang: usize) -> String {
    let Some(width) = width.filter(|&width| columns(line) > width) else { return line.to_owned() };
    // In a narrow terminal words need the room more than the indentation does.
    let hang = hang.min(width / 2);
    let mut out = String::with_capacity(line.len() + line.len() / 16);
    let (mut at, mut is_begun) = (0, false);
    let mut rest = line;
    while !rest.is_empty() {
        let word_at = rest.find(|c| c != ' ').unwrap_or(rest.len());
        let end = rest[word_at..].find(' ').map_or(rest.len(), |end| word_at + end);
        let word = columns(&rest[word_at..end]);
        if is_begun && at + word_at + word > width {
            out.push('\n');
            out.push_str(&" ".repeat(hang));
            out.push_str(&rest[word_at..end]);
            at = hang + word;
        } else {
            out.push_str(&rest[..end]);
            at += word_at + word;
        }
        is_begun |= word > 0;
        rest = &rest[end..];
    }
    out
}

/// [`wrap`] for each line of a text.
pub fn wrap_lines(text: &str, width: Option<usize>, hang: usize) -> String {
    text.split('\n').map(|line| wrap(line, width, hang)).collect::<Vec<_>>().join("\n")
}

/// How many columns a text takes. Colours take none.
pub(super) fn columns(text: &str) -> usize {
    let mut columns = 0;
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        columns += rest[..at].width();
        rest = &rest[at + color(&rest[at..]).unwrap_or(1)..];
    }
    columns + rest.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_hang() {
        let line = "  what to do: show more of the code around the place";
        assert_eq!(wrap(line, Some(24), 4), "  what to do: show more\n    of the code around\n    the place");
        assert_eq!(wrap(line, None, 4), line);
        assert_eq!(wrap(line, Some(80), 4), line);
    }

    #[test]
    fn a_wide_word_stays_whole_and_the_indentation_gives_way() {
        assert_eq!(wrap("a bbbbbbbbbbbbbbbb c", Some(8), 6), "a\n    bbbbbbbbbbbbbbbb\n    c");
        assert_eq!(wrap("    bbbbbbbbbbbbbbbb", Some(8), 6), "    bbbbbbbbbbbbbbbb");
    }

    #[test]
    fn colours_have_no_width_and_wide_letters_have_two() {
        let red = "\u{1b}[31mred word\u{1b}[0m end";
        assert_eq!(columns(red), 12);
        assert_eq!(wrap(red, Some(8), 0), "\u{1b}[31mred word\u{1b}[0m\nend");
        assert_eq!(wrap("漢字 漢字", Some(6), 0), "漢字\n漢字");
    }
}
