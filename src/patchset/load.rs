use super::diagnostic::Diagnostic;
use super::include::Joined;
use super::keys::{Keys, scalar};
use super::notes::{Notes, quoted};
use super::patch::Patches;
use super::{Patch, Patchset, Table, check, holes};
use std::collections::{BTreeMap, HashMap};
use toml::de::{DeTable, DeValue};

/// Larger files do not load.
const LARGEST: usize = 1 << 25;
/// A patchset has no more patches.
const MOST_PATCHES: usize = 10_000;

/// Reads a patchset. `origin` is what messages call the place it came from.
///
/// All diagnostics come at once, in the order of the file, as far as one does not follow from another.
pub fn load(origin: &str, text: &str) -> Result<Patchset, Vec<Diagnostic>> {
    load_joined(&Joined::new(origin, text))
}

/// Reads a patchset of several files. Places are those of the joined text.
pub fn load_joined(joined: &Joined) -> Result<Patchset, Vec<Diagnostic>> {
    let mut notes = Notes::of(joined.check());
    let read = if notes.is_empty() { read(&mut notes, joined) } else { None };
    notes.finish(&joined.text, read)
}

fn read(notes: &mut Notes, joined: &Joined) -> Option<Patchset> {
    let text = joined.text.as_str();
    if text.len() > LARGEST {
        notes.push(Diagnostic::new(&(0..0), "the patchset is larger than 32 MiB").help("split it"));
        return None;
    }
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            notes.push(Diagnostic::new(&error.span().unwrap_or(0..0), error.message()).label("not TOML"));
            return None;
        }
    };
    let file = Keys { table: &table, span: 0..0, name: "the file".to_owned() };
    if !is_format_1(notes, &file) {
        return None;
    }
    notes.only(&file, &["format", "patchset", "table", "patch"]);
    notes.required(&file, "patchset", "begin with `[patchset]` and its `name`");
    let tables = tables(notes, &file);
    let patches = patches(notes, &file, text, &tables);
    order(notes, &patches);
    let head = notes.table(&file, "patchset", "`[patchset]`")?;
    notes.only(&head, &["name", "title", "release", "tested", "author", "target", "include"]);
    notes.required(&head, "name", "the name that people know the patchset by");
    let mut line = |key| notes.line(&head, key);
    let [title, release, target] = ["title", "release", "target"].map(&mut line);
    let author = notes.author(&head);
    let target = target.filter(|target| notes.check_target(&target.value, &target.span));
    let name = notes.name(&head, "name", "patchset").unwrap_or_default().value;
    Some(Patchset {
        title: title.map_or_else(|| name.clone(), |title| title.value),
        name,
        release: release.map(|release| release.value),
        tested: notes.texts(&head, "tested").unwrap_or_default().into_iter().map(|version| version.value).collect(),
        author,
        target: target.map(|target| target.value),
        tables,
        patches,
        origin: joined.parts.first().map(|part| part.origin.clone()).unwrap_or_default(),
        parts: joined.parts.clone(),
        text: text.into(),
    })
}

/// Only format 1 is known; what a later one means cannot be judged by these rules.
fn is_format_1(notes: &mut Notes, file: &Keys<'_>) -> bool {
    let Some((value, span)) = file.value("format") else {
        notes.push(Diagnostic::new(&(0..0), "`format` is missing").help("begin the file with `format = 1`"));
        return true;
    };
    let format = value.as_integer().map(|number| number.as_str());
    match format {
        Some("1") => true,
        Some(other) => {
            let message = format!("the format {} is not known", quoted(other));
            notes.push(Diagnostic::new(&span, message).help("this version reads `format = 1`"));
            false
        }
        None => {
            notes.push(Diagnostic::new(&span, "`format` must be a number").help("this version reads `format = 1`"));
            true
        }
    }
}

/// `[table.NAME]`.
fn tables(notes: &mut Notes, file: &Keys<'_>) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    let Some(names) = notes.table(file, "table", "`table`") else {
        return tables;
    };
    for (name, span, ..) in names.entries() {
        if name == "_" || name.is_empty() || holes::name_len(name) != name.len() {
            let message = format!("{} cannot name a parameter", quoted(name));
            notes.push(
                Diagnostic::new(&span, message).help("`[table.number]` is read by `$number`: letters, digits and `_`"),
            );
        } else if let Some(keys) = notes.table(&names, name, "a table of targets") {
            tables.insert(name.to_owned(), Table { rows: rows(notes, &keys), span: keys.span });
        }
    }
    tables
}

fn rows(notes: &mut Notes, keys: &Keys<'_>) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for (target, key, value, span) in keys.entries() {
        if !notes.check_target(target, &key) {
            continue;
        }
        match scalar(value) {
            Some(text) if text.contains(char::is_control) => {
                notes.push(Diagnostic::new(&span, "a value must be a single line"));
            }
            Some(text) => drop(rows.insert(target.to_owned(), text)),
            None => notes.push(Diagnostic::new(&span, "a value must be a string or an integer")),
        }
    }
    rows
}

fn patches(notes: &mut Notes, file: &Keys<'_>, text: &str, tables: &BTreeMap<String, Table>) -> Vec<Patch> {
    let found = notes.tables(file, "patch", "[[patch]]");
    if found.is_empty() && !matches!(file.value("patch"), Some((DeValue::Table(_), _))) {
        notes.push(Diagnostic::new(&(0..0), "the patchset has no patch").help("a patch begins with `[[patch]]`"));
    }
    if let Some(beyond) = found.get(MOST_PATCHES) {
        notes.push(Diagnostic::new(&beyond.span, "a patchset has no more than 10,000 patches").help("split it"));
        return Vec::new();
    }
    let mut reader = Patches::new(notes, text);
    let mut patches = Vec::with_capacity(found.len());
    for keys in &found {
        let (mut patch, whole) = reader.patch(keys);
        if reader.inherits_too_much() {
            let diagnostic = Diagnostic::new(&keys.span, "too many hunks inherit too many conditions");
            reader.notes.push(diagnostic.help("write the conditions beside the hunks that need them"));
            break;
        }
        if whole {
            check::check(reader.notes, text, tables, &mut patch);
        }
        patches.push(patch);
    }
    patches
}

/// Ids are unique, and a patch needs and amends only earlier ones.
fn order(notes: &mut Notes, patches: &[Patch]) {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (index, patch) in patches.iter().enumerate().filter(|(_, patch)| !patch.id.value.is_empty()) {
        let first = *ids.entry(&patch.id.value).or_insert(index);
        if first != index {
            let diagnostic =
                Diagnostic::new(&patch.id.span, format!("there are two patches {}", quoted(&patch.id.value)));
            notes.push(diagnostic.label("the second").help("give each an `id` of its own"));
        }
    }
    for (index, patch) in patches.iter().enumerate() {
        let needs = patch.needs.iter().map(|need| (need, "need"));
        for (need, does) in needs.chain(patch.amends.iter().map(|amended| (amended, "amend"))) {
            match ids.get(need.value.as_str()) {
                Some(earlier) if *earlier < index => {}
                Some(same) if *same == index => {
                    notes.push(Diagnostic::new(&need.span, format!("a patch cannot {does} itself")));
                }
                Some(_) => notes.push(
                    Diagnostic::new(&need.span, format!("the patch {} comes later", quoted(&need.value)))
                        .help("patches are applied in order: move it above this one"),
                ),
                None => {
                    let others = patches[..index].iter().map(|patch| patch.id.value.as_str());
                    let what = format!("there is no patch {}", quoted(&need.value));
                    notes.unknown(&need.span, what, &need.value, others.filter(|id| !id.is_empty()));
                }
            }
        }
    }
}
