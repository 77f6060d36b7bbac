//! What line ends mean. To Go one is a semicolon, unless what it is behind cannot end there; in C a directive has
//! its line for itself.
//!
//! The grammars are more lenient: they read on where a line of Go ends in the midst of an item, and take a directive
//! wherever it is.

use super::{Bytes, Gap, Source};
use crate::language::{Atom, Language};

impl Source {
    /// Whether a line end behind token `t` is a semicolon to Go.
    pub fn ends_with_line(&self, t: usize) -> bool {
        let text = self.text(t);
        match self.tokens[t].atom {
            Atom::Mark => matches!(text, b")" | b"]" | b"}" | b"++" | b"--"),
            Atom::Word => {
                matches!(text, b"break" | b"continue" | b"fallthrough" | b"return")
                    || std::str::from_utf8(text).is_ok_and(|word| word != "." && !Language::Go.is_keyword(word))
            }
            _ => true,
        }
    }

    /// Whether a line may end between a token and `p`, the one behind it: Go reads a semicolon in neither place, or
    /// an item ends there.
    pub fn may_break(&self, p: usize) -> bool {
        let mut lists = self.lists_at(p).map(|l| &self.lists[l]);
        self.language != Language::Go
            || p == 0
            || !self.ends_with_line(p - 1)
            || lists.any(|list| list.kind.by_lines() && list.item_to(p).is_some())
    }

    /// Whether the first line end of a gap is behind a comma or semicolon, if there is one.
    fn has_bare_line_end(&self, p: usize) -> bool {
        let gap = self.gap_start(p)..self.gap_end(p);
        let Some(at) = memchr::memchr(b'\n', &self.bytes[gap.clone()]) else { return false };
        let first = self.separators.partition_point(|s| s.start < gap.start);
        !self.separators[first..].iter().take_while(|s| s.start < gap.start + at).any(|s| s.start < s.end)
    }

    /// The positions where an item of lines begins although no line ends before it and no semicolon is there: the
    /// grammar reads `a [4]b` as `a[4]` and `b`. A label needs neither.
    pub fn run_on_items(&self) -> impl Iterator<Item = usize> {
        self.gaps_of_go().filter(|&p| {
            let gap = self.gap_start(p)..self.gap_end(p);
            self.tokens[p].gap == Gap::Line && self.text(p - 1) != b":" && !self.ends_item(&gap)
        })
    }

    /// Whether a line end or a semicolon is in a gap.
    fn ends_item(&self, gap: &Bytes) -> bool {
        let first = self.separators.partition_point(|s| s.start < gap.start);
        let within = self.separators[first..].iter().take_while(|s| s.start < gap.end);
        self.bytes[gap.clone()].contains(&b'\n') || within.into_iter().any(|s| self.bytes[s.clone()] == *b";")
    }

    /// The positions between two tokens of Go; none in another language.
    fn gaps_of_go(&self) -> std::ops::Range<usize> {
        if self.language == Language::Go { 1..self.tokens.len().max(1) } else { 0..0 }
    }

    /// The positions where a line ends in the midst of what Go would have to read on for.
    pub fn torn_lines(&self) -> impl Iterator<Item = usize> {
        self.gaps_of_go().filter(|&p| self.has_bare_line_end(p) && !self.may_break(p))
    }

    /// The positions of directives that do not begin their line, and of what is behind `#else` or `#endif` on theirs.
    pub fn stray_directives(&self) -> impl Iterator<Item = usize> {
        let is_directive = |t: usize| self.tokens[t].atom == Atom::Word && self.text(t).first() == Some(&b'#');
        let ends_line = |t: usize| matches!(&*self.word(t), b"#else" | b"#endif");
        let tokens = if self.language == Language::C { 1..self.tokens.len().max(1) } else { 0..0 };
        tokens
            .filter(move |&p| is_directive(p) || is_directive(p - 1) && ends_line(p - 1))
            .filter(|&p| !self.has_line_end(&(self.gap_start(p)..self.gap_end(p))))
    }

    /// Whether a line ends in a gap, and not within a comment.
    fn has_line_end(&self, gap: &Bytes) -> bool {
        let mut at = gap.start;
        let comments = self.comments_in(gap).iter().map(|c| c.bytes.clone());
        comments.chain(std::iter::once(gap.end..gap.end)).any(|c| {
            let ends = self.bytes[at..c.start].contains(&b'\n');
            at = c.end;
            ends
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    #[test]
    fn an_item_needs_a_line_end_or_a_semicolon_before_it() {
        let run_on = |text: &str| {
            let source = Source::parse(Language::Go, text.as_bytes().to_vec(), Limits::NONE).unwrap();
            source.run_on_items().map(|p| String::from_utf8_lossy(source.text(p)).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(run_on("mask [4]uint32\n"), ["uint32"]);
        let fine = "package a\n\nfunc f() { x(); y() /*\n*/; z()\nL: for { switch { case a: b(); case c: d() } } }\n";
        assert_eq!(run_on(fine), [""; 0]);
    }

    #[test]
    fn a_directive_has_its_line_for_itself() {
        let stray = |text: &str| {
            let source = Source::parse(Language::C, text.as_bytes().to_vec(), Limits::NONE).unwrap();
            source.stray_directives().map(|p| String::from_utf8_lossy(source.text(p)).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(stray("void f(void) { a(); #ifdef Q b();\n#endif c(); }\n"), ["#ifdef", "c"]);
        assert_eq!(stray("int x; /*\n*/ #include <a.h>\n"), ["#include"]);
        let fine =
            "#include <a.h>\nint x; // x\n/* y */ #ifdef A\n# define B 1\n#else /* n */ // A\n#endif\nint z;\n#endif";
        assert_eq!(stray(fine), [""; 0]);
    }
}
