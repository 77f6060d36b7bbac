//! What belongs together in a text, line by line, and what an edit has parted.

use std::collections::{BTreeMap, BTreeSet};

/// A comment of a text.
#[derive(Debug, PartialEq)]
struct Owner {
    /// Whether it ends a line of code.
    behind: bool,
    /// The words of the code that it belongs to.
    words: BTreeSet<String>,
}

/// What an edit has parted that the body does not show.
pub fn wrong(before: &str, after: &str, body: &str) -> Vec<(&'static str, String)> {
    let (old, new) = (comments(before), comments(after));
    let mut found = Vec::new();
    for (comment, was) in old.iter().filter(|(comment, _)| !body.contains(comment.as_str())) {
        let Some(is) = new.get(comment) else {
            found.push(("comment", format!("`{comment}` is lost")));
            continue;
        };
        let Some(was) = was else { continue };
        let left = was.words.iter().filter(|word| after.contains(word.as_str())).count();
        let meets = is.as_ref().is_some_and(|is| is.behind == was.behind && !is.words.is_disjoint(&was.words));
        let is_code = comment.starts_with("//") && !comment.starts_with("// ") || comment.starts_with("// +");
        // A comment above code that goes stays; one behind code that is replaced is behind what comes instead.
        let may_stay = !is_code && left == 0 && (!was.behind || is.as_ref().is_some_and(|is| is.behind));
        if !meets && !may_stay {
            let property = if is_code { "directive" } else { "comment" };
            found.push((property, format!("`{comment}` was with {was:?}, and is with {is:?}")));
        }
    }
    let (old, new) = (tags(before), tags(after));
    for (tag, field) in old.iter().filter(|(tag, _)| !body.contains(tag.as_str())) {
        if new.get(tag) != Some(field) {
            found.push(("tag", format!("{tag} was with {field}, and is with {:?}", new.get(tag))));
        }
    }
    found
}

/// The comments of a text that have a word of their own, with what they belong to.
fn comments(text: &str) -> BTreeMap<String, Option<Owner>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        let (code, comment) = parts(line);
        let Some(comment) = comment else { continue };
        let is_free = comment.starts_with("//go:");
        let is_between = |line: &&&str| parts(line).0.is_empty() && (is_free || parts(line).1.is_some());
        let mut below = lines[n + 1..].iter().skip_while(is_between);
        let next = below.next().map(|line| parts(line).0).filter(|code| code.contains(char::is_alphabetic));
        let owner = match code.is_empty() {
            false => Some(Owner { behind: true, words: words(code) }),
            true => next.map(|code| Owner { behind: false, words: words(code) }),
        };
        found.insert(comment.to_owned(), owner);
    }
    found
}

/// The code of a line, and its comment.
fn parts(line: &str) -> (&str, Option<&str>) {
    match line.find("//").or_else(|| line.find("/*")) {
        Some(at) => (line[..at].trim(), Some(line[at..].trim())),
        None => (line.trim(), None),
    }
}

/// The words with a number of their own, and what a renamed one was.
fn words(code: &str) -> BTreeSet<String> {
    let all = code.split(|c: char| !c.is_alphanumeric()).filter(|word| word.ends_with('q'));
    all.map(|word| word.trim_end_matches('q').to_owned() + "q").collect()
}

/// The tags of a text, with the names of their fields.
fn tags(text: &str) -> BTreeMap<String, String> {
    let tagged = text.lines().filter_map(|line| {
        let (from, to) = (line.find('`')?, line.rfind('`')?);
        let (names, _) = line.trim_start().split_once(" int").or_else(|| line.trim_start().split_once(" string"))?;
        Some((line[from..=to].to_owned(), names.trim().to_owned()))
    });
    tagged.collect()
}
