//! Commas that separate nothing.

use super::{Bytes, Source};
use crate::language::Language;

impl Source {
    /// The commas without an item before them, and in Go those without one behind them on the line, which gofmt takes
    /// away: each with the blanks up to the bracket that closes the list.
    pub fn idle_commas(&self) -> impl Iterator<Item = Bytes> {
        self.separators.iter().filter(|s| self.bytes[(*s).clone()] == *b",").filter_map(|comma| {
            let next = self.token_at(comma.end);
            let closes = self.tokens.get(next).is_some_and(|_| matches!(self.text(next), b")" | b"}"));
            let behind = comma.end..self.gap_end(next);
            let blank = self.bytes[behind.clone()].iter().all(|b| matches!(b, b' ' | b'\t'));
            let opens = next.checked_sub(1).is_some_and(|t| matches!(self.text(t), b"(" | b"[" | b"{"));
            let same_line = !self.bytes[behind.clone()].contains(&b'\n');
            let idle = closes && (opens || self.language == Language::Go && same_line);
            idle.then_some(comma.start..if blank { behind.end } else { comma.end })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    #[test]
    fn a_comma_needs_an_item() {
        let idle = |language, text: &str| {
            let source = Source::parse(language, text.as_bytes().to_vec(), Limits::NONE).unwrap();
            source.idle_commas().map(|c| String::from_utf8_lossy(&source.bytes[c]).into_owned()).collect::<Vec<_>>()
        };
        let go = "package a\n\nvar x = []int{,}\nvar y = f(a, b, )\nvar z = []int{\n\ta, // a\n}\nvar w = g(h(a,) /* w */)\n";
        assert_eq!(idle(Language::Go, go), [",", ", ", ","]);
        assert_eq!(idle(Language::C, "int x[] = {,};\nint y[] = {1, 2, };\n"), [","]);
    }
}
