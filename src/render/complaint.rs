use crate::patchset::Complaint;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// So many lines of a longer range are shown.
const MOST_LINES: usize = 6;

/// A complaint as people read it: what is wrong, `origin:line:column`, the line with the place marked, what to do.
pub fn render(complaint: &Complaint, origin: &str, text: &str, color: bool) -> String {
    let shown = Window::around(text, complaint.span_in(text));
    let mut mark = AnnotationKind::Primary.span(shown.mark.clone());
    if !complaint.label.is_empty() {
        mark = mark.label(&complaint.label);
    }
    let snippet = Snippet::source(shown.text).line_start(shown.line).path(origin).annotation(mark);
    let group = Level::ERROR.primary_title(&complaint.message).element(snippet);
    let report: [Group<'_>; 1] = [match &complaint.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }];
    if color { Renderer::styled().render(&report) } else { Renderer::plain().render(&report) }
}

/// The lines of a text that a range stands on, so that the work does not grow with the text.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_shows_its_line() {
        let complaint = Complaint::new(&(11..18), "unknown key `expects`").label("did you mean `expect`?");
        let shown = render(&complaint.help("a key"), "my.toml", "format = 1\nexpects = 2\nx = 3\n", false);
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
    fn a_complaint_without_a_place_shows_the_first_line() {
        let shown = render(&Complaint::new(&(0..0), "`format` is missing"), "my.toml", "", false);
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
        let shown = render(&Complaint::new(&(4..2000), "too long"), "my.toml", &text, false);
        assert!(shown.lines().count() < 12, "{shown}");
    }

    proptest::proptest! {
        #[test]
        fn any_place_of_any_text_is_shown(text in r"[a\té\r\n\u{1b}\u{202e}😀]{0,40}", start in 0usize..50, len in 0usize..50) {
            let complaint = Complaint::new(&(start..start + len), "message").label("label");
            for color in [false, true] {
                assert!(render(&complaint, "x.toml", &text, color).contains("message"));
            }
        }
    }
}
