//! The functions and blocks of a file by a scan of its rows: what begins at the left rim and ends with a bracket there.

use super::rows::Rows;
use super::words::{is_common, is_identifier, is_part, is_space, words};
use crate::language::Language;
use std::ops::Range;

/// A function, a type or a table at the top level of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name; in Go with the type of the receiver before it.
    pub name: String,
    /// Its rows, from the header to the closing bracket.
    pub rows: Range<usize>,
}

/// How many rows a header of C may have.
const MAX_HEADER: usize = 12;

/// The functions and blocks of a file, in order. None in files of other languages.
pub fn functions(rows: &Rows, language: Option<Language>) -> Vec<Function> {
    let mut found = Vec::new();
    let mut row = 0;
    while row < rows.len() {
        let named = match language {
            Some(Language::Go) => go(rows.row(row)),
            Some(Language::C) => c(rows, row).map(|name| (name, b'}')),
            _ => return found,
        };
        let Some((name, close)) = named else {
            row += 1;
            continue;
        };
        let last = (row + 1..rows.len()).find(|r| rows.row(*r).first() == Some(&close)).unwrap_or(rows.len() - 1);
        found.push(Function { name, rows: row..last + 1 });
        row = last + 1;
    }
    found
}

/// The function that a row lies in.
pub fn around(functions: &[Function], row: usize) -> Option<usize> {
    functions.iter().position(|f| f.rows.contains(&row))
}

/// The name of what a row of Go begins, and the bracket that closes it.
fn go(row: &[u8]) -> Option<(String, u8)> {
    let keyword = [&b"func"[..], b"type", b"var", b"const", b"import"].into_iter().find(|k| row.starts_with(k))?;
    let rest = &row[keyword.len()..];
    rest.first().filter(|b| is_space(**b))?;
    let end = trimmed(row);
    if !matches!(end.last(), Some(b'{' | b'(' | b',')) {
        return None;
    }
    let rest = words(rest).0;
    let word = |n: usize| rest.get(n).map_or(&b""[..], |w| w.text);
    if keyword != b"func" {
        let close = if word(0) == b"(" { b')' } else { b'}' };
        let name = if is_identifier(word(0)) { word(0) } else { b"" };
        return Some((format!("{}.{}", text(keyword), text(name)), close));
    }
    if word(0) != b"(" {
        return is_identifier(word(0)).then(|| (format!(".{}", text(word(0))), b'}'));
    }
    let close = rest.iter().position(|w| w.text == b")")?;
    let receiver: Vec<&[u8]> = rest[1..close].iter().map(|w| w.text).collect();
    let from = receiver.iter().rposition(|w| *w == b"*").map_or(usize::from(receiver.len() > 1), |star| star + 1);
    let receiver: String = receiver[from..].iter().map(|w| text(w)).collect();
    is_identifier(word(close + 1)).then(|| (format!("{receiver}.{}", text(word(close + 1))), b'}'))
}

/// The name of what a row of C begins.
fn c(rows: &Rows, row: usize) -> Option<String> {
    let line = rows.row(row);
    line.first().filter(|b| b.is_ascii_alphabetic() || **b == b'_')?;
    let end = trimmed(line);
    if let Some(name) = called(line).filter(|name| !is_common(name) && end.last() != Some(&b';')) {
        let last = (row..rows.len().min(row + MAX_HEADER))
            .find(|r| matches!(trimmed(rows.row(*r)).last(), Some(b'{' | b';')))?;
        return (trimmed(rows.row(last)).last() == Some(&b'{')).then(|| text(name));
    }
    let head = end.strip_suffix(b"{")?;
    let all: Vec<&[u8]> = words(head).0.iter().map(|w| w.text).collect();
    let mut after = all.as_slice();
    while let Some(rest) = after.split_first().filter(|(w, _)| matches!(**w, b"typedef" | b"static" | b"const")) {
        after = rest.1;
    }
    let is_type = after.first().is_some_and(|w| matches!(*w, b"struct" | b"enum" | b"union"));
    if is_type && !head.iter().any(|b| matches!(b, b';' | b'(')) {
        let tag = after.get(1).filter(|w| is_identifier(w)).map_or(String::new(), |w| text(w));
        return Some(format!("t:{tag}"));
    }
    let mut table = all.strip_suffix(&[&b"="[..]])?;
    if table.last() == Some(&&b"]"[..]) {
        table = &table[..table.iter().rposition(|w| *w == b"[")?];
    }
    let name = table.last().filter(|name| is_part(name[0]))?;
    let plain = table.iter().all(|w| is_part(w[0]) || *w == b"*");
    plain.then(|| format!("t:{}", text(name)))
}

/// The first word before a `(`, where nothing but words, stars and commas stand before it.
fn called(line: &[u8]) -> Option<&[u8]> {
    let words = words(line).0;
    let open = words.iter().position(|w| !(is_part(w.text[0]) || matches!(w.text, b"*" | b",")))?;
    let name = words.get(open.checked_sub(1)?)?.text;
    // A lone word before the bracket is most often a macro.
    (words[open].text == b"(" && is_part(name[0]) && open > 1).then_some(name)
}

fn trimmed(row: &[u8]) -> &[u8] {
    row.trim_ascii_end()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::rows::Table;
    use super::*;

    fn found(text: &str, language: Language) -> Vec<(String, Range<usize>)> {
        let rows = Rows::new(text.into(), &mut Table::default());
        functions(&rows, Some(language)).into_iter().map(|f| (f.name, f.rows)).collect()
    }

    #[test]
    fn go_has_receivers_and_groups() {
        let text = "import (\n\t\"fmt\"\n)\n\nfunc (s *Server) Run(a int) error {\n\treturn nil\n}\n\nfunc f() {\n}\ntype T struct {\n\tA int\n}\n";
        let names = [("import.", 0..3), ("Server.Run", 4..7), (".f", 8..10), ("type.T", 10..13)];
        assert_eq!(found(text, Language::Go), names.map(|(n, r)| (n.to_owned(), r)));
    }

    #[test]
    fn c_has_functions_types_and_tables() {
        let text = "static int f(int a,\n             int b)\n{\n\treturn 1;\n}\nint g(void);\nstruct s {\n\tint a;\n};\nstatic const char *names[] = {\n\t\"a\",\n};\n";
        let names = [("f", 0..5), ("t:s", 6..9), ("t:names", 9..12)];
        assert_eq!(found(text, Language::C), names.map(|(n, r)| (n.to_owned(), r)));
    }
}
