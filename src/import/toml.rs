//! Patches as TOML, as a person would write it: the keys in the order of the docs, their values in columns.

use super::draft::{Draft, Hunk, Work};
use std::path::Path;

/// Prose is broken so that no line is longer.
const WIDTH: usize = 100;

/// The first lines of a patchset.
pub fn head(name: &str, title: &str, include: Option<&str>) -> String {
    let mut keys = vec![("name", string(name)), ("title", string(title))];
    keys.extend(include.map(|include| ("include", format!("[{}]", string(include)))));
    format!("format = 1\n\n[patchset]\n{}", columns(&keys))
}

/// One `[[patch]]`.
pub fn patch(draft: &Draft) -> String {
    let mut keys = vec![("id", string(&draft.id)), ("title", string(&draft.title)), ("why", prose(&draft.why))];
    keys.extend((!draft.needs.is_empty()).then(|| ("needs", list(&draft.needs))));
    keys.extend((!draft.amends.is_empty()).then(|| ("amends", list(&draft.amends))));
    keys.extend(draft.disabled.as_ref().map(|reason| ("disabled", string(reason))));
    keys.extend(draft.author.as_ref().map(|author| ("author", string(author))));
    keys.extend(draft.date.map(|date| ("date", date.to_string())));
    keys.extend((!draft.trailers.is_empty()).then(|| ("trailers", list(&draft.trailers))));
    let mut hunks: &[Hunk] = &[];
    let mut note = None;
    match &draft.work {
        Work::Create { path, content } => {
            keys.push(("create", string(&path.to_string_lossy())));
            keys.push(("content", lines(content)));
        }
        Work::Hunks(all) => match all.as_slice() {
            [one] => {
                keys.push(("files", files(&one.path)));
                note = one.as_text.as_ref();
                keys.extend(body(one));
            }
            all => {
                hunks = all;
                if let Some(path) = same_file(all) {
                    keys.push(("files", files(path)));
                }
            }
        },
    }
    let mut out = format!("{}[[patch]]\n{}", comment(note), columns(&keys));
    for hunk in hunks {
        let mut keys = Vec::new();
        if same_file(hunks).is_none() {
            keys.push(("files", files(&hunk.path)));
        }
        keys.extend(body(hunk));
        out.push_str(&format!("\n{}[[patch.hunk]]\n{}", comment(hunk.as_text.as_ref()), columns(&keys)));
    }
    out + &upstream(draft)
}

fn upstream(draft: &Draft) -> String {
    let from = &draft.upstream;
    let all = [
        ("status", &from.status),
        ("forwarded", &from.forwarded),
        ("bug", &from.bug),
        ("origin", &from.origin),
        ("applied", &from.applied),
    ];
    let keys: Vec<_> = all.into_iter().filter_map(|(key, value)| Some((key, string(value.as_ref()?)))).collect();
    if keys.is_empty() { String::new() } else { format!("\n[patch.upstream]\n{}", columns(&keys)) }
}

/// Why a body is text.
fn comment(reason: Option<&String>) -> String {
    let wrapped = |reason: &String| wrap(&format!("As text: {reason}."));
    let lines = |text: String| text.lines().map(|line| format!("# {line}\n")).collect::<String>();
    reason.map(wrapped).map(lines).unwrap_or_default()
}

fn same_file(hunks: &[Hunk]) -> Option<&Path> {
    let first = &hunks.first()?.path;
    hunks.iter().all(|hunk| hunk.path == *first).then_some(first)
}

fn body(hunk: &Hunk) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    let path = hunk.path.to_string_lossy();
    if hunk.as_text.is_some() || (glob(&path) != path && crate::language::Language::of_path(&hunk.path).is_none()) {
        keys.push(("language", string("text")));
    }
    keys.extend(hunk.reading.map(|reading| ("as", string(reading))));
    keys.extend(hunk.letters.then(|| ("layout", string("patch"))));
    keys.extend(hunk.inside.as_ref().map(|inside| ("inside", string(inside))));
    keys.push(("diff", lines(&(hunk.rows.join("\n") + "\n"))));
    keys
}

/// Keys with their values, these in one column. A value of several lines does not count.
fn columns(keys: &[(&str, String)]) -> String {
    let width = keys.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    keys.iter().map(|(key, value)| format!("{key:width$} = {value}\n")).collect()
}

fn files(path: &Path) -> String {
    format!("[{}]", string(&glob(&path.to_string_lossy())))
}

/// A glob that names one file.
fn glob(path: &str) -> String {
    let mut out = String::new();
    for (at, c) in path.char_indices() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => out.extend(['[', c, ']']),
            '!' if at == 0 => out.push_str("[!]"),
            c => out.push(c),
        }
    }
    out
}

fn list(items: &[String]) -> String {
    let one = format!("[{}]", items.iter().map(|item| string(item)).collect::<Vec<_>>().join(", "));
    if one.len() <= WIDTH {
        return one;
    }
    let rows: Vec<String> = items.iter().map(|item| format!("    {},\n", string(item))).collect();
    format!("[\n{}]", rows.concat())
}

/// A string of one line.
pub fn string(text: &str) -> String {
    let is_plain = !text.contains(|c: char| c.is_control() && c != '\t');
    match (is_plain && !text.contains(['"', '\\']), is_plain && !text.contains('\'')) {
        (true, _) => format!("\"{text}\""),
        (_, true) => format!("'{text}'"),
        _ => format!("\"{}\"", escaped(text, false)),
    }
}

/// A reason: on one line where it is short, else in lines that are not too long.
fn prose(text: &str) -> String {
    if !text.contains('\n') && text.chars().count() <= WIDTH {
        return string(text);
    }
    let wrapped: Vec<String> = text.lines().map(wrap).collect();
    lines(&(wrapped.join("\n") + "\n"))
}

/// A line that is too long, broken between words. One that is indented is no prose.
fn wrap(line: &str) -> String {
    if line.chars().count() <= WIDTH || line.starts_with([' ', '\t']) {
        return line.to_owned();
    }
    let (mut out, mut length) = (String::new(), 0);
    for word in line.split_whitespace() {
        let long = word.chars().count();
        if length > 0 && length + 1 + long > WIDTH {
            out.push('\n');
            length = 0;
        } else if length > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += long;
    }
    out
}

/// A string of several lines.
fn lines(text: &str) -> String {
    let is_plain = !text.contains("'''") && !text.contains(|c: char| c.is_control() && c != '\t' && c != '\n');
    if is_plain && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    format!("\"\"\"\n{}\"\"\"", escaped(text, true))
}

/// With escapes for what TOML does not take as it is.
fn escaped(text: &str, is_long: bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' if is_long => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_they_need() {
        assert_eq!(string("plain"), "\"plain\"");
        assert_eq!(string("say \"x\""), "'say \"x\"'");
        assert_eq!(string("it's \"x\""), "\"it's \\\"x\\\"\"");
        assert_eq!(lines("a\nb\n"), "'''\na\nb\n'''");
        assert_eq!(lines("'''\r\n"), "\"\"\"\n'''\\r\n\"\"\"");
    }

    #[test]
    fn a_glob_names_one_file() {
        assert_eq!(glob("a [1]/{x}*.c"), "a [[]1[]]/[{]x[}][*].c");
    }

    #[test]
    fn long_prose_is_broken() {
        let long = "word ".repeat(40);
        assert!(wrap(long.trim()).lines().all(|line| line.len() <= WIDTH));
    }
}
