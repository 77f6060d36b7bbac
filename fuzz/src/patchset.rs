//! Patchsets that have a chance to match: bodies are cut out of the source that they are for, holes and ellipses put
//! in the place of some of its code, and the lines changed.

use super::disturb;
use arbitrary::{Result, Unstructured};
use std::ops::Range;
use std::path::Path;
use treepatch::source::Source;

const HOLES: &[&str] = &["$a", "$b", "$c", "$_", "$...", "$...rest", "$name"];
const WORDS: &[&str] =
    &["added", "nil", "NULL", "0x7f", "\"text\"", "f(x)", "return", "int64", "/* note */", "$a", "$b"];
const WRAPS: &[(&str, &str)] =
    &[("wrap(", ")"), ("(", ")"), ("!", ""), ("", ".field"), ("a + ", ""), ("", "[0]"), ("", ",")];
const EXPECTS: &[&str] = &["\"any\"", "\"1..\"", "1", "\"0..1\"", "\"1 per file\"", "2"];
const KINDS: &[&str] = &["name", "expression", "statement", "type", "call", "string", "number", "block", "field"];
const READINGS: &[&str] = &["code", "field", "element", "parameter", "case", "label", "method", "spec", "enumerator"];

/// A patchset of one or two patches for a file of this source.
pub fn toml(u: &mut Unstructured<'_>, path: &Path, source: &Source) -> Result<String> {
    let mut text = "format = 1\n[patchset]\nname = \"fuzz\"\ntitle = \"t\"\n".to_owned();
    for number in 0..if u.ratio(1, 6)? { 2 } else { 1 } {
        text +=
            &format!("[[patch]]\nid = \"p{number}\"\ntitle = \"t\"\nwhy = \"w\"\nfiles = [\"{}\"]\n", path.display());
        if u.ratio(1, 8)? {
            text += &(hunk(u, source, "patch.hunk")? + &hunk(u, source, "patch.hunk")?);
            continue;
        }
        text += &hunk(u, source, "")?;
        if u.ratio(1, 8)? {
            text += &hunk(u, source, "patch.alternative")?;
        }
        if u.ratio(1, 12)? {
            text += &format!("[patch.obsolete]\nmatch = '''\n{}\n'''\n", fragment(u, source)?);
        }
    }
    Ok(text)
}

fn hunk(u: &mut Unstructured<'_>, source: &Source, table: &str) -> Result<String> {
    let mut text = if table.is_empty() { String::new() } else { format!("[[{table}]]\n") };
    if table != "patch.alternative" {
        text += &format!("expect = {}\n", u.choose(EXPECTS)?);
    }
    text += &format!("diff = '''\n{}'''\n", diff(u, source)?);
    if u.ratio(1, 4)? {
        text += &match u.int_in_range(0..=8)? {
            0 => "pick = \"first\"\n".to_owned(),
            1 => "pick = \"last\"\n".to_owned(),
            2 => format!("inside = '''\n{}\n'''\n", fragment(u, source)?),
            3 => format!("has = '''\n{}\n'''\n", fragment(u, source)?),
            4 => format!("unless = '''\n{}\n'''\n", fragment(u, source)?),
            5 => format!("file-has = '''\n{}\n'''\n", fragment(u, source)?),
            6 => format!("where.a.kind = \"{}\"\n", u.choose(KINDS)?),
            7 => format!("where.a.is = '''\n{}\n'''\n", fragment(u, source)?),
            _ => format!("as = \"{}\"\n", u.choose(READINGS)?),
        };
    }
    Ok(text)
}

/// A condition: code with holes in it.
fn fragment(u: &mut Unstructured<'_>, source: &Source) -> Result<String> {
    let tokens = tokens(u, source)?;
    pierced(u, source, &tokens)
}

/// A body: some code of the source, with its lines kept, dropped, changed and added to.
pub fn diff(u: &mut Unstructured<'_>, source: &Source) -> Result<String> {
    let tokens = tokens(u, source)?;
    let before = pierced(u, source, &tokens)?;
    let mut rows = String::new();
    for line in before.lines() {
        match u.int_in_range(0..=5)? {
            0 => rows += &format!("-{line}\n"),
            1 | 2 => rows += &format!("-{line}\n+{}\n", changed(u, source, line)?),
            3 => {
                let other = changed(u, source, line)?;
                rows += &if u.arbitrary()? { format!(" {line}\n+{other}\n") } else { format!("+{other}\n {line}\n") };
            }
            _ => rows += &format!(" {line}\n"),
        }
    }
    if u.ratio(1, 10)? {
        rows = String::from_utf8_lossy(&disturb::bytes(u, rows.into_bytes())?).into_owned();
    }
    Ok(rows.replace("'''", "''"))
}

/// Some code: a node, or some items of a list.
fn tokens(u: &mut Unstructured<'_>, source: &Source) -> Result<Range<usize>> {
    const MOST: usize = 120;
    for _ in 0..4 {
        let tokens = if u.ratio(1, 2)? && !source.lists.is_empty() {
            let list = u.choose(&source.lists)?;
            if list.items.is_empty() {
                continue;
            }
            let first = u.choose_index(list.items.len())?;
            let last = (first + u.int_in_range(0..=4)?).min(list.items.len() - 1);
            list.items[first].tokens.start..list.items[last].tokens.end
        } else if source.nodes.len() > 1 {
            source.nodes[u.int_in_range(1..=source.nodes.len() - 1)?].tokens.clone()
        } else {
            continue;
        };
        if !tokens.is_empty() && tokens.len() <= MOST {
            return Ok(tokens);
        }
    }
    Ok(0..source.tokens.len().min(MOST))
}

/// The text of some code, holes and ellipses in the place of some of it.
fn pierced(u: &mut Unstructured<'_>, source: &Source, tokens: &Range<usize>) -> Result<String> {
    let within = |t: &Range<usize>| tokens.start <= t.start && t.end <= tokens.end && !t.is_empty() && t != tokens;
    let nodes: Vec<Range<usize>> = source.nodes.iter().map(|n| n.tokens.clone()).filter(within).collect();
    let lists: Vec<_> = source.lists.iter().filter(|l| within(&l.inside) && !l.items.is_empty()).collect();
    let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
    for _ in 0..u.int_in_range(0..=4)? {
        let cut = if u.ratio(1, 3)? && !lists.is_empty() {
            let list = u.choose(&lists)?;
            let first = u.choose_index(list.items.len())?;
            let last = u.int_in_range(first..=list.items.len() - 1)?;
            let dots = if list.kind.by_lines() { "\n...\n" } else { "$..." };
            (list.items[first].tokens.start..list.items[last].tokens.end, dots.to_owned())
        } else if !nodes.is_empty() {
            (u.choose(&nodes)?.clone(), (*u.choose(HOLES)?).to_owned())
        } else {
            continue;
        };
        if cuts.iter().all(|(c, _)| c.end <= cut.0.start || cut.0.end <= c.start) {
            cuts.push(cut);
        }
    }
    cuts.sort_by_key(|c| c.0.start);
    let span = source.span(tokens);
    let (mut text, mut at) = (String::new(), span.start);
    let plain = |bytes: Range<usize>| String::from_utf8_lossy(&source.bytes[bytes]).replace('$', "$$");
    for (cut, hole) in cuts {
        let cut = source.span(&cut);
        text += &plain(at..cut.start);
        text += &hole;
        at = cut.end;
    }
    text += &plain(at..span.end);
    Ok(text.replace("'''", "''").replace('\r', ""))
}

/// A line that is almost this one.
fn changed(u: &mut Unstructured<'_>, source: &Source, line: &str) -> Result<String> {
    let is_word = |c: char| c.is_alphanumeric() || "_$.".contains(c);
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, c) in line.char_indices().filter(|(_, c)| is_word(*c)) {
        match words.last_mut() {
            Some(word) if word.end == at => word.end += c.len_utf8(),
            _ => words.push(at..at + c.len_utf8()),
        }
    }
    let mut out = line.to_owned();
    if words.is_empty() {
        return Ok(out + *u.choose(WORDS)?);
    }
    let word = u.choose(&words)?.clone();
    let with = match u.int_in_range(0..=3)? {
        0 => (*u.choose(WORDS)?).to_owned(),
        1 if !source.tokens.is_empty() => {
            String::from_utf8_lossy(source.text(u.choose_index(source.tokens.len())?)).into_owned()
        }
        2 => String::new(),
        _ => {
            let (left, right) = u.choose(WRAPS)?;
            format!("{left}{}{right}", &line[word.clone()])
        }
    };
    out.replace_range(word, &with.replace(['\n', '\r'], " "));
    Ok(out)
}
