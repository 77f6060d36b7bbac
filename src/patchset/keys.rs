use super::Fragment;
use super::Spanned;
use super::diagnostic::Diagnostic;
use super::notes::{Notes, quoted};
use crate::source::Bytes;
use toml::de::{DeTable, DeValue};

/// One table of the file.
#[derive(Clone)]
pub(super) struct Keys<'a> {
    /// What is in it.
    pub(super) table: &'a DeTable<'a>,
    /// Its header; for an inline table the whole of it.
    pub(super) span: Bytes,
    /// What messages call it.
    pub(super) name: String,
}

impl<'a> Keys<'a> {
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The key itself.
    pub(super) fn key(&self, key: &str) -> Option<Bytes> {
        self.table.get_key_value(key).map(|(key, _)| key.span())
    }

    pub(super) fn value(&self, key: &str) -> Option<(&'a DeValue<'a>, Bytes)> {
        self.table.get(key).map(|value| (value.get_ref(), value.span()))
    }

    /// All keys with their places and values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Bytes, &'a DeValue<'a>, Bytes)> {
        self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value.get_ref(), value.span()))
    }
}

/// Reading of typed values. What cannot be read is complained about, and `None`.
impl Notes {
    /// Complains about every key that is not known.
    pub(super) fn only(&mut self, keys: &Keys<'_>, known: &[&str]) {
        for (key, span, ..) in keys.entries().filter(|(key, ..)| !known.contains(key)) {
            let what = format!("unknown key {} in {}", quoted(key), keys.name);
            self.unknown(&span, what, key, known.iter().copied());
        }
    }

    /// Complains about a key that is missing.
    pub(super) fn required(&mut self, keys: &Keys<'_>, key: &str, help: &str) {
        if !keys.has(key) {
            let diagnostic = Diagnostic::new(&keys.span, format!("{} is missing in {}", quoted(key), keys.name));
            self.push(diagnostic.help(help));
        }
    }

    fn wrong(&mut self, key: &str, value: &DeValue<'_>, span: &Bytes, wanted: &str) {
        let message = format!("{} must be {wanted}", quoted(key));
        self.push(Diagnostic::new(span, message).label(format!("this is {}", type_name(value))));
    }

    pub(super) fn text(&mut self, keys: &Keys<'_>, key: &str) -> Option<Spanned<String>> {
        let (value, span) = keys.value(key)?;
        match value {
            DeValue::String(text) => Some(Spanned { value: text.to_string(), span }),
            _ => {
                self.wrong(key, value, &span, "a string");
                None
            }
        }
    }

    /// A string of one line that says something.
    pub(super) fn line(&mut self, keys: &Keys<'_>, key: &str) -> Option<Spanned<String>> {
        let text = self.text(keys, key)?;
        let message = match text.value.trim() {
            "" => "is empty",
            line if line.contains(char::is_control) => "must be a single line without control characters",
            line => return Some(Spanned { value: line.to_owned(), span: text.span }),
        };
        self.push(Diagnostic::new(&text.span, format!("{} {message}", quoted(key))));
        None
    }

    /// A string that says something.
    pub(super) fn prose(&mut self, keys: &Keys<'_>, key: &str) -> Option<Spanned<String>> {
        let text = self.text(keys, key)?;
        if text.value.trim().is_empty() {
            self.push(Diagnostic::new(&text.span, format!("{} is empty", quoted(key))));
            return None;
        }
        Some(text)
    }

    /// A string of many lines as the author means it: a patchset with CRLF line ends has the same.
    pub(super) fn lines(&mut self, keys: &Keys<'_>, key: &str, text: &str) -> Option<String> {
        let found = self.text(keys, key)?;
        let written = text.get(found.span).unwrap_or("");
        Some(if written.contains("\r\n") { found.value.replace("\r\n", "\n") } else { found.value })
    }

    /// A string, or a list of strings.
    pub(super) fn texts(&mut self, keys: &Keys<'_>, key: &str) -> Option<Vec<Spanned<String>>> {
        self.list(keys, key, "a string, or a list of strings", |value, _| match value {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        })
    }

    /// Strings or integers: one, or a list.
    pub(super) fn codes(&mut self, keys: &Keys<'_>, key: &str) -> Option<Vec<Spanned<String>>> {
        self.list(keys, key, "a string or an integer, or a list of them", |value, _| scalar(value))
    }

    /// Code without signs: one fragment, or a list.
    pub(super) fn fragments(&mut self, keys: &Keys<'_>, key: &str, text: &str) -> Option<Vec<Fragment>> {
        let found = self.list(keys, key, "code in a string, or a list of them", |value, span| match value {
            DeValue::String(code) => Some(Fragment::plain(text, span, code)),
            _ => None,
        })?;
        found.iter().filter(|found| found.value.rows.is_empty()).for_each(|found| {
            self.push(Diagnostic::new(&found.span, format!("{} has no code", quoted(key))));
        });
        Some(found.into_iter().map(|found| found.value).collect())
    }

    /// One value, or a list of them; `None` when any of them cannot be read.
    fn list<T>(
        &mut self,
        keys: &Keys<'_>,
        key: &str,
        wanted: &str,
        read: impl Fn(&DeValue<'_>, &Bytes) -> Option<T>,
    ) -> Option<Vec<Spanned<T>>> {
        let (value, span) = keys.value(key)?;
        let DeValue::Array(items) = value else {
            let Some(value) = read(value, &span) else {
                self.wrong(key, value, &span, wanted);
                return None;
            };
            return Some(vec![Spanned { value, span }]);
        };
        let mut found = Vec::with_capacity(items.len());
        for item in items.iter() {
            match read(item.get_ref(), &item.span()) {
                Some(value) => found.push(Spanned { value, span: item.span() }),
                None => self.wrong(key, item.get_ref(), &item.span(), wanted),
            }
        }
        (found.len() == items.len()).then_some(found)
    }

    pub(super) fn flag(&mut self, keys: &Keys<'_>, key: &str) -> Option<bool> {
        let (value, span) = keys.value(key)?;
        if value.as_bool().is_none() {
            self.wrong(key, value, &span, "`true` or `false`");
        }
        value.as_bool()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, keys: &Keys<'_>, key: &str, words: &[(&str, T)]) -> Option<Spanned<T>> {
        let text = self.text(keys, key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Spanned { value: *value, span: text.span });
        }
        let what = format!("{} is not a value of {}", quoted(&text.value), quoted(key));
        self.unknown(&text.span, what, &text.value, words.iter().map(|(word, _)| *word));
        None
    }

    /// `[key]`.
    pub(super) fn table<'a>(&mut self, keys: &Keys<'a>, key: &str, name: &str) -> Option<Keys<'a>> {
        let (value, span) = keys.value(key)?;
        match value {
            DeValue::Table(table) => Some(Keys { table, span, name: name.to_owned() }),
            _ => {
                self.wrong(key, value, &span, "a table");
                None
            }
        }
    }

    /// `[[key]]`.
    pub(super) fn tables<'a>(&mut self, keys: &Keys<'a>, key: &str, name: &str) -> Vec<Keys<'a>> {
        let Some((value, span)) = keys.value(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value else {
            self.push(
                Diagnostic::new(&span, format!("{} must be a list of tables", quoted(key)))
                    .label(format!("this is {}", type_name(value)))
                    .help(format!("each begins with `{name}`")),
            );
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Keys { table, span: item.span(), name: quoted(name) }),
                value => self.wrong(key, value, &item.span(), "a list of tables"),
            }
        }
        tables
    }
}

/// The text of a string or an integer. Integers keep their hexadecimal form; Go and C write the others apart.
pub(super) fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if matches!(number.radix(), 10 | 16) => {
            Some(number.to_string().trim_start_matches('+').to_owned())
        }
        DeValue::Integer(number) => {
            u128::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        _ => None,
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
