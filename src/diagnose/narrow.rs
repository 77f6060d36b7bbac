//! More sites than a patch expects: what tells them apart.

use super::place::home;
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The most declarations that are named.
const MOST: usize = 3;

/// How sites that are too many could be told apart: a piece of advice made from where they are.
/// `sites` are files and bytes; `open` parses a file.
pub(crate) fn narrow(sites: &[(&Path, usize)], open: impl Fn(&Path) -> Option<Arc<Source>>) -> String {
    let mut files: BTreeMap<&Path, usize> = BTreeMap::new();
    sites.iter().for_each(|(path, ..)| *files.entry(path).or_default() += 1);
    if files.len() > 1 && files.values().all(|n| *n == files.values().copied().max().unwrap_or(0)) {
        let each = files.values().next().copied().unwrap_or(1);
        let many = files.len();
        return format!(
            "there are {each} in each of {many} files: leave some out of `files` with `!`, or say expect = \"{each} per file\""
        );
    }
    if files.len() > 1 {
        return format!("they are in {} files: leave some out of `files` with `!`", files.len());
    }
    let source = sites.first().and_then(|(path, _)| open(path));
    let home = |byte: usize| source.as_ref().and_then(|s| home(s, s.token_at(byte)));
    let homes: BTreeSet<Option<String>> = sites.iter().map(|(_, byte)| home(*byte)).collect();
    let named: Vec<&String> = homes.iter().flatten().collect();
    if homes.len() > 1 && !named.is_empty() {
        let first: Vec<String> = named.iter().take(MOST).map(|h| format!("`{h}`")).collect();
        let more = if homes.len() > first.len() { " and elsewhere" } else { "" };
        return format!("they stand in {}{more}: say which is meant with `inside`", first.join(", "));
    }
    match named.first() {
        Some(one) => format!(
            "all of them stand in `{one}`: show a line beside the one that is meant, or say pick = \"first\" or \"last\""
        ),
        None => "show a line beside the one that is meant, or say pick = \"first\" or \"last\"".to_owned(),
    }
}
