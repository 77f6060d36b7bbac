//! Who wrote a patch, when, and what else is said of it.

use super::keys::Keys;
use super::notes::{Notes, quoted};
use super::{Date, Diagnostic};
use toml::de::DeValue;

impl Notes {
    /// `author`: `Name <mail>`.
    pub(super) fn author(&mut self, keys: &Keys<'_>) -> Option<String> {
        let author = self.line(keys, "author")?;
        if !is_author(&author.value) {
            self.push(Diagnostic::new(&author.span, "this is not an author").help("write `Name <mail>`"));
        }
        Some(author.value)
    }

    /// `date`: a date of TOML, or the same as a string.
    pub(super) fn date(&mut self, keys: &Keys<'_>) -> Option<Date> {
        let (value, span) = keys.value("date")?;
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        let date = Date::parse(&text);
        if date.is_none() {
            self.push(Diagnostic::new(&span, "this is not a date").help("write `2022-05-25T16:00:57+02:00`"));
        }
        date
    }

    /// `trailers`: lines of `Key: value`.
    pub(super) fn trailers(&mut self, keys: &Keys<'_>) -> Vec<String> {
        let trailers = self.texts(keys, "trailers").unwrap_or_default();
        for trailer in trailers.iter().filter(|trailer| !is_trailer(&trailer.value)) {
            let diagnostic = Diagnostic::new(&trailer.span, format!("{} is not a trailer", quoted(&trailer.value)));
            self.push(diagnostic.help("write `Key: value` on one line, as in `Reviewed-by: Name <mail>`"));
        }
        trailers.into_iter().map(|trailer| trailer.value).collect()
    }
}

/// Whether a text is `Name <mail>`.
pub fn is_author(author: &str) -> bool {
    author.strip_suffix('>').and_then(|author| author.split_once(" <")).is_some_and(|(name, mail)| {
        !name.trim().is_empty() && !mail.is_empty() && !format!("{name}{mail}").contains(['<', '>'])
    })
}

/// Whether a text is one line of `Key: value`.
pub fn is_trailer(text: &str) -> bool {
    let is_key = |key: &str| {
        key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let one = text.split_once(": ").filter(|(_, value)| !value.trim().is_empty());
    one.is_some_and(|(key, _)| is_key(key)) && !text.contains(char::is_control)
}
