//! New bodies into the text of a patchset: comments, order and layout of all else stay.

use super::body::Body;
use std::path::{Path, PathBuf};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

/// A body for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The file.
    pub path: PathBuf,
    /// What is done to it.
    pub body: Body,
}

impl Hunk {
    /// The rows of the body as one text.
    pub fn text(&self) -> String {
        self.body.rows.iter().map(|row| format!("{row}\n")).collect()
    }
}

/// The keys that say what a body does and where.
const WORK: &[&str] =
    &["diff", "files", "hunk", "expect", "pick", "as", "layout", "inside", "has", "unless", "file-has"];

/// Conditions that an alternative would inherit; an empty list clears them.
const CONDITIONS: &[&str] = &["inside", "has", "unless", "file-has"];

/// A patchset of one patch with these bodies.
pub fn patchset(hunks: &[Hunk]) -> String {
    let mut document = DocumentMut::new();
    document["format"] = toml_edit::value(1);
    let mut set = Table::new();
    set["name"] = toml_edit::value("rebase");
    document["patchset"] = Item::Table(set);
    let mut patch = Table::new();
    patch["id"] = toml_edit::value("it");
    patch["title"] = toml_edit::value("It");
    patch["why"] = toml_edit::value("It is needed.");
    fill(&mut patch, hunks);
    let mut patches = ArrayOfTables::new();
    patches.push(patch);
    document["patch"] = Item::ArrayOfTables(patches);
    document.to_string()
}

/// The text with new bodies for one patch, by its number: as a further alternative, or in the place of what it has. `None`
/// where the text is not as expected.
pub fn with(text: &str, patch: usize, hunks: &[Hunk], note: &str, replace: bool) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let table = document.get_mut("patch")?.as_array_of_tables_mut()?.get_mut(patch)?;
    if replace {
        for key in WORK.iter().chain(&["alternative", "alternatives"]) {
            table.remove(key);
        }
        fill(table, hunks);
        return Some(document.to_string());
    }
    let mut alternative = Table::new();
    alternative["note"] = toml_edit::value(note);
    // What the patch says of its own body would be inherited.
    for key in CONDITIONS.iter().filter(|key| table.contains_key(key)) {
        alternative[key] = toml_edit::value(toml_edit::Array::new());
    }
    if table.contains_key("expect") {
        alternative["expect"] = toml_edit::value(1);
    }
    if table.contains_key("layout") {
        alternative["layout"] = toml_edit::value("code");
    }
    fill(&mut alternative, hunks);
    let all = table.entry("alternative").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let all = all.as_array_of_tables_mut()?;
    alternative.decor_mut().set_prefix("\n");
    all.push(alternative);
    Some(document.to_string())
}

/// Puts bodies into a patch or an alternative.
fn fill(table: &mut Table, hunks: &[Hunk]) {
    if let [hunk] = hunks {
        return one(table, hunk);
    }
    let mut all = ArrayOfTables::new();
    for hunk in hunks {
        let mut inner = Table::new();
        one(&mut inner, hunk);
        inner.decor_mut().set_prefix("\n");
        all.push(inner);
    }
    table.insert("hunk", Item::ArrayOfTables(all));
}

fn one(table: &mut Table, hunk: &Hunk) {
    table["files"] = toml_edit::value(std::iter::once(glob(&hunk.path)).collect::<toml_edit::Array>());
    if hunk.body.letters {
        table["layout"] = toml_edit::value("patch");
    }
    table["diff"] = Item::Value(several_lines(&hunk.text()));
}

/// A string over several lines, as it is where that can be.
fn several_lines(text: &str) -> Value {
    let is_plain = !text.contains("'''") && !text.contains(|c: char| c.is_control() && c != '\t' && c != '\n');
    let literal = is_plain.then(|| format!("'''\n{text}'''").parse::<Value>().ok()).flatten();
    literal.unwrap_or_else(|| Value::from(text))
}

/// A glob that names one file.
fn glob(path: &Path) -> String {
    let mut out = String::new();
    for (at, c) in path.to_string_lossy().char_indices() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' | '\\' => out.extend(['[', c, ']']),
            '!' if at == 0 => out.push_str("[!]"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_order_stay() {
        let text = "# Mine.\nformat = 1\n\n[patchset]\nname = \"x\" # a name\n\n[[patch]]\nid = \"a\"\nfiles = [\"a.c\"]\ndiff = '''\n-a();\n+b();\n'''\n\n# The second.\n[[patch]]\nid = \"b\"\n";
        let body = Body { rows: vec!["-c();".to_owned(), "+b();".to_owned()], letters: false };
        let hunks = [Hunk { path: "a.c".into(), body }];
        let added = with(text, 0, &hunks, "v2", false).unwrap();
        let new = "\n[[patch.alternative]]\nnote = \"v2\"\nfiles = [\"a.c\"]\ndiff = '''\n-c();\n+b();\n'''\n";
        assert_eq!(added, text.replace("\n# The second", &format!("{new}\n# The second")));
        let replaced = with(text, 0, &hunks, "v2", true).unwrap();
        assert_eq!(replaced, text.replace("-a();", "-c();"));
    }
}
