use super::Failure;
use super::console::Screen;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use treepatch::patchset::{Amends, Complaint, Patchset, builtin, builtins, load, patch_for};
use treepatch::render::complaint_in;

/// A larger file is no patchset.
const LIMIT: u64 = 64 << 20;

/// Finds and loads the patchset that an argument names: a file, if it has a `/` or ends in `.toml`, else a built-in.
pub fn find(name: &str, screen: Screen) -> Result<Patchset, Failure> {
    let text = if name.contains('/') || name.ends_with(".toml") { read(name)? } else { known(name)?.to_owned() };
    load(name, &text).map_err(|complaints| refused(complaints, name, &text, screen))
}

/// The text of a built-in patchset.
pub fn known(name: &str) -> Result<&'static str, Failure> {
    builtin(name).ok_or_else(|| {
        let names: Vec<&str> = builtins().map(|(name, _)| name).collect();
        let meant = nearest(name, names.iter().copied()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        let list = match names.as_slice() {
            [] => "there are none".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        Failure::Usage(format!(
            "there is no built-in patchset `{name}`{meant} ({list}; a file needs a `/` in its name or ends in `.toml`)"
        ))
    })
}

/// Makes sure that every id of `--only` exists, and puts the target's values into the patches that are asked for, and into
/// those that amend them.
pub fn prepare(patchset: &mut Patchset, only: &[String], target: Option<&str>, screen: Screen) -> Result<(), Failure> {
    select(patchset, "--only", only)?;
    let beside = amending(patchset, only);
    let mut complaints = Vec::new();
    let mut patches = patchset.patches.clone();
    for patch in patches.iter_mut().filter(|p| only.is_empty() || only.contains(&p.id.value)) {
        match patch_for(patchset, patch, target) {
            Ok(ready) => *patch = ready,
            Err(more) => complaints.extend(more),
        }
    }
    for patch in patches.iter_mut().filter(|p| beside.contains(&p.id.value)) {
        // What is wrong with it is said when it is asked for.
        *patch = patch_for(patchset, patch, target).unwrap_or_else(|_| patch.clone());
    }
    patchset.patches = patches;
    if complaints.is_empty() { Ok(()) } else { Err(refused(complaints, &patchset.origin, &patchset.text, screen)) }
}

/// The patches that were not asked for, but amend some that were: they may have to come along.
pub fn amending(patchset: &Patchset, only: &[String]) -> BTreeSet<String> {
    let id = |number: usize| patchset.patches[number].id.value.clone();
    let chosen = (0..patchset.patches.len()).filter(|&number| only.contains(&id(number))).collect();
    let amending = Amends::of(&patchset.patches).amending_one_of(&chosen);
    amending.into_iter().map(id).filter(|id| !only.contains(id)).collect()
}

/// Makes sure that every id of an option exists.
pub fn select(patchset: &Patchset, option: &str, only: &[String]) -> Result<(), Failure> {
    let ids = || patchset.patches.iter().map(|p| p.id.value.as_str());
    match only.iter().find(|id| ids().all(|known| known != *id)) {
        None => Ok(()),
        Some(id) => {
            let meant = nearest(id, ids()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            Err(Failure::Usage(format!(
                "{option} {id}: the patchset {} has no such patch{meant} (`treepatch list {}` lists them)",
                patchset.name, patchset.origin
            )))
        }
    }
}

/// A patchset that does not load, as messages that show the lines at fault.
pub fn refused(complaints: Vec<Complaint>, origin: &str, text: &str, screen: Screen) -> Failure {
    let shown = |c| complaint_in(c, origin, text, screen.color, screen.width);
    Failure::Patchset(complaints.iter().map(shown).collect())
}

/// The text of a patchset file.
pub fn read(name: &str) -> Result<String, Failure> {
    let failed = |e: &io::Error| Failure::Usage(format!("{name}: cannot read the patchset: {e}"));
    let mut bytes = Vec::new();
    let file = File::open(name).map_err(|e| failed(&e))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(Failure::Usage(format!("{name}: is a folder, not a patchset file")));
    }
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::Usage(format!("{name}: is larger than {} MiB, too large for a patchset", LIMIT >> 20)));
    }
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        Failure::Usage(format!("{name}:{line}: is not UTF-8, as TOML must be"))
    })
}

/// The known name that is closest to an unknown one, if any is close.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|k| (strsim::jaro_winkler(name, k), k)).filter(|(score, _)| *score > 0.7);
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_if_it_is_near() {
        let known = ["orchard-arm32", "meter-arm32"];
        assert_eq!(nearest("orchard-arm", known.into_iter()), Some("orchard-arm32"));
        assert_eq!(nearest("xyz", known.into_iter()), None);
    }
}
