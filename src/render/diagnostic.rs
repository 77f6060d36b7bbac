use super::visible::{visible, visible_line};
use super::wrap::wrap_lines;
use crate::patchset::Diagnostic;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// So many lines of a longer range are shown.
const MOST_LINES: usize = 6;

/// A diagnostic as people read it: what is wrong, `origin:line:column`, the line with the place marked, what to do.
pub fn render(diagnostic: &Diagnostic, origin: &str, text: &str, color: bool) -> String {
    render_in(diagnostic, origin, text, color, None)
}

/// The same for a terminal of so many columns.
pub fn render_in(diagnostic: &Diagnostic, origin: &str, text: &str, color: bool, width: Option<usize>) -> String {
    let window = Window::around(text, diagnostic.span_in(text));
    let (shown, mark) = window.visible();
    let (label, origin) = (visible_line(&diagnostic.label), visible_line(origin));
    // What the renderer puts before a message: `error: `, and `   = help: `.
    let wrapped = |message: &str, before: usize| {
        wrap_lines(&visible(message), width.map(|width| width.saturating_sub(before).max(20)), 0)
    };
    let (message, help) = (wrapped(&diagnostic.message, 7), diagnostic.help.as_ref().map(|help| wrapped(help, 14)));
    let mut mark = AnnotationKind::Primary.span(mark);
    if !label.is_empty() {
        mark = mark.label(&*label);
    }
    let snippet = Snippet::source(shown).line_start(window.line).path(&*origin).annotation(mark);
    let group = Level::ERROR.primary_title(&message).element(snippet);
    let report: [Group<'_>; 1] = [match &help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }];
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    match width {
        Some(width) => renderer.term_width(width).render(&report),
        None => renderer.render(&report),
    }
}

/// The lines of a text that a range is on, so that the work does not grow with the text.
struct Window<'t> {
    text: &'t str,
    /// The number of the first line.
    line: usize,
    /// The range, counted from the first line on.
    mark: Range<usize>,
}

impl<'t> Window<'t> {
    fn around(text: &'t str, span: Range<usize>) -> Window<'t> {
        let Range { start, end } = span;
        let first = text[..start].rfind('\n').map_or(0, |before| before + 1);
        let ends = || text[start..].match_indices('\n').map(|(at, _)| start + at);
        let last = ends().find(|at| *at + 1 >= end).unwrap_or(text.len());
        let last = ends().nth(MOST_LINES - 1).map_or(last, |most| most.min(last));
        Window {
            text: &text[first..last],
            line: text[..start].matches('\n').count() + 1,
            mark: start - first..end.min(last) - first,
        }
    }

    /// The lines with what is hidden written out, and where the range is in them.
    fn visible(&self) -> (String, Range<usize>) {
        let Range { start, end } = self.mark;
        let part = |range: Range<usize>| self.text.get(range).map(lines_of).unwrap_or_default();
        let (before, within, behind) = (part(0..start), part(start..end), part(end..self.text.len()));
        let mark = before.len()..before.len() + within.len();
        (before + &within + &behind, mark)
    }
}

/// Whole lines end as they do.
fn lines_of(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.strip_suffix('\r') {
        Some(line) => visible(line).into_owned() + "\r",
        None => visible(line).into_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out_and_the_mark_moves_along() {
        let text = "a = \"\u{202e}\u{9b}x\" wrong \u{200b}\n";
        let at = text.find("wrong").unwrap();
        let diagnostic = Diagnostic::new(&(at..at + 5), "no \u{202d}").label("\u{202d}").help("\u{202d}");
        insta::assert_snapshot!(render(&diagnostic, "my\u{202e}.toml", text, false), @r#"
        error: no \u{202d}
         --> my\u{202e}.toml:1:23
          |
        1 | a = "\u{202e}\u{9b}x" wrong \u{200b}
          |                       ^^^^^ \u{202d}
          |
          = help: \u{202d}
        "#);
    }

    #[test]
    fn a_message_is_broken_between_words() {
        let diagnostic = Diagnostic::new(&(0..1), "a long message that has more words than a line of the terminal");
        let shown = render_in(&diagnostic.help("and a help that is as long as that"), "my.toml", "x", false, Some(40));
        insta::assert_snapshot!(shown, @r"
        error: a long message that has more
               words than a line of the terminal
         --> my.toml:1:1
          |
        1 | x
          | ^
          |
          = help: and a help that is as long
                  as that
        ");
    }

    #[test]
    fn a_diagnostic_shows_its_line() {
        let diagnostic = Diagnostic::new(&(11..18), "unknown key `expects`").label("did you mean `expect`?");
        let shown = render(&diagnostic.help("a key"), "my.toml", "format = 1\nexpects = 2\nx = 3\n", false);
        insta::assert_snapshot!(shown, @r"
        error: unknown key `expects`
         --> my.toml:2:1
          |
        2 | expects = 2
          | ^^^^^^^ did you mean `expect`?
          |
          = help: a key
        ");
    }

    #[test]
    fn a_diagnostic_without_a_place_shows_the_first_line() {
        let shown = render(&Diagnostic::new(&(0..0), "`format` is missing"), "my.toml", "", false);
        insta::assert_snapshot!(shown, @r"
        error: `format` is missing
         --> my.toml:1:1
          |
        1 |
          | ^
        ");
    }

    #[test]
    fn a_long_range_is_cut() {
        let text = "a\n".repeat(1000);
        let shown = render(&Diagnostic::new(&(4..2000), "too long"), "my.toml", &text, false);
        assert!(shown.lines().count() < 12, "{shown}");
    }

    proptest::proptest! {
        #[test]
        fn any_place_of_any_text_is_shown(text in r"[a\té\r\n\u{1b}\u{202e}😀]{0,40}", start in 0usize..50, len in 0usize..50) {
            let diagnostic = Diagnostic::new(&(start..start + len), "message").label("label");
            for color in [false, true] {
                assert!(render(&diagnostic, "x.toml", &text, color).contains("message"));
            }
        }
    }
}
