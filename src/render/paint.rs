use super::visible::visible_line;
use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) on: bool,
}

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const CARE: Style = AnsiColor::Yellow.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const STRONG: Style = Style::new().bold();

impl Paint {
    /// The text in this style, or as it is.
    pub(crate) fn text(self, style: Style, text: impl Display) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}

/// One line of source as a terminal may see it: tabs widened, what is hidden written out.
pub(crate) fn clean(line: &str) -> String {
    visible_line(&line.trim_end_matches(['\r', '\n']).replace('\t', "    ")).into_owned()
}
