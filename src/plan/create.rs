//! New files.

use super::outcome::Outcome;
use crate::checkout::clash;
use crate::patchset::Create;
use crate::report::{Fact, Facts, Place, Reason, Site};
use crate::search::Workspace;
use std::path::PathBuf;

/// What creating a file comes to: it is to do, done, or in the way.
pub(crate) fn create(create: &Create, workspace: &Workspace<'_>) -> (Outcome, Option<(PathBuf, Vec<u8>)>) {
    let path = PathBuf::from(&create.path.value);
    let place =
        Place { path: path.clone(), line: 1, column: 1, text: create.content.lines().next().unwrap_or("").to_owned() };
    let site = |done| Site { place: place.clone(), done, bytes: 0..create.content.len() };
    let mut out = Outcome::new(Facts::default());
    out.files = 1;
    let above = path.ancestors().skip(1).find(|a| workspace.paths().binary_search_by(|p| p.as_path().cmp(a)).is_ok());
    if let Some(file) = above {
        out.add(Fact::Conflict, format!("{} is a file, so nothing can be made below it", file.display()));
        return (out, None);
    }
    if let Some(other) = workspace.paths().iter().find(|other| clash(&path, other)) {
        let text = format!("differs from {} in case alone, which is one name on some systems", other.display());
        out.add(Fact::Conflict, Reason { text, place: Some(place) });
        return (out, None);
    }
    if workspace.paths().binary_search(&path).is_err() {
        out.facts.add(Fact::Pending);
        out.sites.push(site(false));
        return (out, Some((path, create.content.clone().into_bytes())));
    }
    match workspace.read(&path) {
        Ok(bytes) if *bytes == create.content.as_bytes() => {
            out.facts.add(Fact::Applied);
            out.sites.push(site(true));
        }
        Ok(_) => {
            let text =
                "a file of this name is there with other contents; move it away, or take its contents into the patch";
            out.add(Fact::Conflict, Reason { text: text.to_owned(), place: Some(place) });
        }
        Err(error) => {
            out.add(Fact::Unreadable, error.to_string());
        }
    }
    (out, None)
}
