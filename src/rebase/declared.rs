//! The names that some rows declare, found by the look of them.

use super::code::code;
use super::words::{Word, is_common, is_identifier, is_part, names, words};
use crate::language::Language;
use std::collections::HashSet;

/// Words of C after which a name is used and not declared.
const USES: &[&[u8]] = &[
    b"return", b"goto", b"else", b"case", b"sizeof", b"if", b"while", b"define", b"undef", b"ifdef", b"ifndef",
    b"defined",
];

/// The names that a text declares: variables, parameters, fields, functions, types, macros, packages. In a language whose
/// declarations are not known, none.
pub fn declared(text: &[u8], language: Option<Language>) -> HashSet<Vec<u8>> {
    let code = code(text);
    let mut found = HashSet::new();
    let mut add = |name: &[u8]| {
        if is_identifier(name) && !is_common(name) {
            found.insert(name.to_vec());
        }
    };
    match language {
        Some(Language::Go) => {
            in_go(&code, &mut add);
            text.split(|b| *b == b'\n').filter_map(super::imports::go_row).for_each(|row| add(&row.name()));
        }
        Some(Language::C) => {
            in_c(&code, &mut add);
            lists_in_c(&code, &mut add);
        }
        _ => {}
    }
    found
}

/// Names before `:=`, behind `var`, `const`, `type` and `func`, parameters, fields, and rows of a group.
fn in_go(code: &[u8], add: &mut dyn FnMut(&[u8])) {
    let words = words(code).0;
    let word = |n: usize| words.get(n).map_or(&b""[..], |w| w.text);
    for n in 0..words.len() {
        match words[n].text {
            b":=" => {
                let mut at = n;
                while at > 0 && is_identifier(word(at - 1)) {
                    add(word(at - 1));
                    if at < 2 || word(at - 2) != b"," {
                        break;
                    }
                    at -= 2;
                }
            }
            b"var" | b"const" | b"type" => add(word(n + 1)),
            b"func" if word(n + 1) == b"(" => {
                let close = (n + 1..words.len()).find(|m| word(*m) == b")");
                close.into_iter().for_each(|close| add(word(close + 1)));
            }
            b"func" => add(word(n + 1)),
            b"(" | b"," => {
                let first = n + 1;
                let typed = if word(first + 1) == b"," { first + 2 } else { first };
                for at in [first, typed] {
                    if typed_name(&words, at).is_some_and(|end| matches!(word(end), b"," | b")")) {
                        add(word(first));
                    }
                }
            }
            _ if is_identifier(words[n].text) && begins_row(&words, n, code) && words[n].start > 0 => {
                let is_indented = code[words[n].start - 1] != b'\n';
                let ends_row = |end: usize| words.get(end).is_none_or(|w| w.space.contains(&b'\n'));
                let is_field = typed_name(&words, n).is_some_and(ends_row);
                let is_spec = word(n + 1).starts_with(b"=") && words[n].space.ends_with(b"\n\t");
                if is_indented && (is_field || is_spec) {
                    add(words[n].text);
                }
            }
            _ => {}
        }
    }
}

/// The word behind a name and its type.
fn typed_name(words: &[Word<'_>], at: usize) -> Option<usize> {
    let has_space = |w: &&Word<'_>| !w.space.is_empty() && !w.space.contains(&b'\n');
    words.get(at).filter(|w| is_identifier(w.text))?;
    words.get(at + 1).filter(has_space)?;
    let is_of_type = |w: &Word<'_>| is_part(w.text[0]) || matches!(w.text, b"*" | b"[" | b"]" | b"." | b"...");
    let length = (at + 1..words.len())
        .take_while(|n| is_of_type(&words[*n]) && (*n == at + 1 || words[*n].space.is_empty()))
        .count();
    (length > 0).then_some(at + 1 + length)
}

fn begins_row(words: &[Word<'_>], n: usize, code: &[u8]) -> bool {
    n == 0 || words[n].space.contains(&b'\n') || code.get(words[n].start.wrapping_sub(1)) == Some(&b'\n')
}

/// A word, perhaps stars, a name, and what stands behind a declared name.
fn in_c(code: &[u8], add: &mut dyn FnMut(&[u8])) {
    let words = words(code).0;
    for n in 0..words.len() {
        if words[n].text == b"define" && n > 0 && words[n - 1].text == b"#" {
            words.get(n + 1).into_iter().for_each(|w| add(w.text));
        }
        if !is_part(words[n].text[0]) || USES.contains(&words[n].text) {
            continue;
        }
        let name = (n + 1..words.len()).find(|m| words[*m].text != b"*").unwrap_or(n);
        let Some(name_word) = words.get(name).filter(|w| name > n && is_part(w.text[0])) else { continue };
        let is_apart = name > n + 1 || !name_word.space.is_empty();
        let is_end = words.get(name + 1).is_none_or(|w| {
            w.space.contains(&b'\n') || matches!(w.text[0], b';' | b'=' | b',' | b')' | b'[' | b'(' | b':')
        });
        if is_apart && is_end {
            add(name_word.text);
        }
    }
}

/// The further names of `int a, *b = 0, c;`.
fn lists_in_c(code: &[u8], add: &mut dyn FnMut(&[u8])) {
    for row in code.split(|b| *b == b'\n') {
        let Some(list) = row.trim_ascii().strip_suffix(b";") else { continue };
        if list.iter().any(|b| matches!(b, b'(' | b')' | b'?')) || !list.first().is_some_and(|b| is_part(*b)) {
            continue;
        }
        let mut parts = list.split(|b| *b == b',');
        let first = parts.next().unwrap_or(b"");
        let head = first.split(|b| *b == b'=').next().unwrap_or(b"");
        let is_declaration = words(head).0.iter().filter(|w| is_part(w.text[0])).count() >= 2
            && words(head).0.iter().all(|w| is_part(w.text[0]) || w.text == b"*");
        if !is_declaration {
            continue;
        }
        for part in parts {
            let part = part.trim_ascii();
            let part = part.iter().position(|b| *b != b'*').map_or(part, |stars| &part[stars..]);
            add(&part[..part.iter().take_while(|b| is_part(**b)).count()]);
        }
    }
}

/// Names of a text that are neither fields, methods nor labels.
pub fn free_names(code: &[u8]) -> HashSet<Vec<u8>> {
    let words = words(code).0;
    let is_free = |n: usize| {
        let member = words[n].space.is_empty() && n > 0 && matches!(words[n - 1].text.last(), Some(b'.' | b'>'));
        let colon = words.get(n + 1).is_some_and(|w| w.text == b":")
            && code.get(words[n + 1].start + 1).is_some_and(|b| !matches!(b, b'=' | b':'));
        is_identifier(words[n].text) && !member && !colon
    };
    (0..words.len()).filter(|n| is_free(*n)).map(|n| words[n].text.to_vec()).collect()
}

/// The identifiers of a text's code.
pub fn code_names(text: &[u8]) -> HashSet<Vec<u8>> {
    names(&code(text)).into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, language: Language) -> Vec<String> {
        let mut found: Vec<String> =
            declared(text.as_bytes(), Some(language)).into_iter().map(|n| String::from_utf8(n).unwrap()).collect();
        found.sort();
        found
    }

    #[test]
    fn go_declares_in_many_ways() {
        let text = "import x \"a/b\"\nfunc (s *T) F(a, b int, c ...string) {\n\tv, w := g(h)\n\tvar z int\n}\ntype S struct {\n\tfield *p.Q\n}\nconst (\n\tone = 1\n)\n";
        assert_eq!(found(text, Language::Go), ["F", "S", "a", "b", "c", "field", "one", "s", "v", "w", "x", "z"]);
    }

    #[test]
    fn c_declares_in_many_ways() {
        let text = "#define MAX 3\nstatic int f(struct s *a, int b)\n{\n\tint x = 1, *y, z;\n\treturn g(b);\n}\n";
        assert_eq!(found(text, Language::C), ["MAX", "a", "b", "f", "x", "y", "z"]);
    }
}
