//! Commas that separate nothing.

use super::{Bytes, Source};
use crate::language::{Language, ListKind};

impl Source {
    /// The commas without an item before them, and in Go those that gofmt takes away: without one behind them on the line,
    /// or at the end of arguments or elements that are on one line. Each with the white space up to the bracket that
    /// closes the list.
    pub fn idle_commas(&self) -> impl Iterator<Item = Bytes> {
        let go = self.language == Language::Go;
        self.separators.iter().filter(|s| self.bytes[(*s).clone()] == *b",").filter_map(move |comma| {
            let next = self.token_at(comma.end);
            let closes = self.tokens.get(next).is_some_and(|_| matches!(self.text(next), b")" | b"}"));
            let gap = &self.bytes[comma.end..self.gap_end(next)];
            let blanks = gap.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let breaks = gap.contains(&b'\n');
            let opens = next.checked_sub(1).is_some_and(|t| matches!(self.text(t), b"(" | b"[" | b"{"));
            if !closes || !(opens || go && (!breaks || blanks == gap.len() && self.is_on_one_line(next, comma))) {
                return None;
            }
            let all = blanks == gap.len() && !(opens && breaks);
            Some(comma.start..comma.end + if all { gap.len() } else { 0 })
        })
    }

    /// Whether arguments or elements are on one line with their opening bracket and the comma behind them.
    fn is_on_one_line(&self, close: usize, comma: &Bytes) -> bool {
        let lists = self.lists_at(close).map(|l| &self.lists[l]);
        let mut lists =
            lists.filter(|l| l.inside.end == close && matches!(l.kind, ListKind::Arguments | ListKind::Elements));
        lists.any(|l| self.lines.line(self.gap_start(l.inside.start)) == self.lines.line(comma.start))
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
        let go = "package a\n\nvar x = f(a,\n)\nvar y = f(`a\nb`,\n)\n\nfunc g(a int,\n) {\n}\n";
        assert_eq!(idle(Language::Go, go), [",\n"]);
        assert_eq!(idle(Language::C, "int x[] = {,};\nint y[] = {1, 2, };\n"), [","]);
    }
}
