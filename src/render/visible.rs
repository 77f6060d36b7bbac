use crate::patchset::is_ignorable;
use std::borrow::Cow;

/// Whether a character steers a terminal, turns the order of what is read around, or shows nothing at all: what a person
/// sees is then not what is there. Letters that join others, and the forms of pictures, are none of these.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\u{fe00}'..='\u{fe0f}' => false,
        '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' => true,
        c => c.is_control() || is_ignorable(c),
    }
}

/// Text for people, of several lines: what is hidden is written out, as `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    written_out(text, &['\n', '\t'])
}

/// The same on one line: line ends are written out, too.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    written_out(text, &[])
}

fn written_out<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    let is_shown = |c: char| !is_hidden(c) || kept.contains(&c);
    if text.chars().all(is_shown) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_shown(c) { out.push(c) } else { out.extend(c.escape_unicode()) }
    }
    out.into()
}

/// Bytes for people, as lines of a file have them: what is hidden is written out, control characters as `^M`, what is no
/// UTF-8 as `\xff`.
pub fn visible_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' | '\t' => out.push(c as u8),
                c if c.is_ascii_control() => out.extend_from_slice(&[b'^', c as u8 ^ 0x40]),
                c if is_hidden(c) => out.extend_from_slice(c.escape_unicode().to_string().as_bytes()),
                c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        chunk.invalid().iter().for_each(|byte| out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()));
    }
    out
}

/// JSON that is as good, in which what is hidden is escaped.
pub(super) fn visible_json(json: String) -> String {
    if json.bytes().all(|byte| byte < 0x7f) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if c >= '\u{7f}' && is_hidden(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// A text that programs colour: their colours stay, and nothing else that steers a terminal.
pub fn visible_colored(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return visible(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&visible(&rest[..at]));
        let end = color(&rest[at..]);
        // Without an end it is no colour, and written out.
        let (kept, behind) = rest[at..].split_at(end.unwrap_or(1));
        out.push_str(&if end.is_some() { Cow::from(kept) } else { visible(kept) });
        rest = behind;
    }
    out.push_str(&visible(rest));
    out.into()
}

/// How long the colour is that a text begins with: `ESC [ numbers m`.
pub(super) fn color(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    numbers[end..].starts_with('m').then_some(2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out() {
        for c in "\u{0}\u{7}\u{1b}\u{7f}\u{80}\u{9b}\u{9f}\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{ad}\u{2028}\u{e0041}".chars() {
            assert!(is_hidden(c), "{c:?}");
            assert_eq!(visible(&format!("a{c}b")), format!("a\\u{{{:x}}}b", c as u32));
        }
        assert_eq!(visible("a\tä→😀\u{fe0f}\n"), "a\tä→😀\u{fe0f}\n");
        assert_eq!(visible_line("a\nb"), "a\\u{a}b");
    }

    #[test]
    fn bytes_are_written_out_as_diffs_have_them() {
        assert_eq!(visible_bytes("a\r\n\tä\u{202e}\u{9b}".as_bytes()), "a^M\n\tä\\u{202e}\\u{9b}".as_bytes());
        assert_eq!(visible_bytes(b"\x9b31m\xff"), b"\\x9b31m\\xff");
    }

    #[test]
    fn json_stays_the_same_value() {
        let text = "\u{9b}\u{202e}\u{e0041}ä\u{7f}\"\n";
        let json = visible_json(serde_json::to_string(text).unwrap());
        assert_eq!(json, r#""\u009b\u202e\udb40\udc41ä\u007f\"\n""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn colours_stay_and_other_sequences_do_not() {
        let text = "\u{1b}[1;31merror\u{1b}[0m: \u{202e}\u{1b}]0;t\u{7}\u{1b}[2J\u{1b}[3";
        let expected = "\u{1b}[1;31merror\u{1b}[0m: \\u{202e}\\u{1b}]0;t\\u{7}\\u{1b}[2J\\u{1b}[3";
        assert_eq!(visible_colored(text), expected);
    }
}
