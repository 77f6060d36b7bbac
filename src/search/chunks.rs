//! Which parts of a file need a tree.

use super::query::{LanguageQuery, Requirement};
use crate::language::{Cuts, Language};
use crate::source::Bytes;
use memchr::memmem::Finder;

/// A file of fewer bytes is read whole: there is little to save.
const SMALL: usize = 4 << 10;
/// The most parts that a file is read in; more of them cost more than they save.
const MOST: usize = 1000;

/// The parts of a file that hold all that some forms can find in it, in order, none of them where they can find
/// nothing; `None` where it takes the whole file to say.
///
/// What a form finds beyond the parts, or at their borders, reaches over items of the top level, so that the file has
/// to be read whole: [`crate::find::Found::at_border`] tells where that is so.
pub(crate) fn parts(language: Language, bytes: &[u8], by_language: &[&LanguageQuery]) -> Option<Vec<Bytes>> {
    if bytes.len() < SMALL || by_language.iter().any(|f| !f.local) {
        return None;
    }
    let cuts = language.cuts(bytes)?;
    let mut wanted = vec![false; cuts.starts.len()];
    for need in by_language.iter().flat_map(|f| f.needs()) {
        mark(need, bytes, &cuts, &mut wanted)?;
    }
    if !wanted.contains(&true) {
        return Some(Vec::new());
    }
    wanted[..cuts.header].fill(true);
    let mut parts: Vec<Bytes> = Vec::new();
    for piece in (0..wanted.len()).filter(|&n| wanted[n]) {
        let (start, end) = (cuts.starts[piece], cuts.starts.get(piece + 1).copied().unwrap_or(bytes.len()));
        match parts.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => parts.push(start..end),
        }
    }
    parts.retain(|p| !p.is_empty());
    let read: usize = parts.iter().map(|p| p.len()).sum();
    (parts.len() <= MOST && read * 4 <= bytes.len() * 3).then_some(parts)
}

/// Marks the pieces that hold all words of a side; `None` where the words that it needs may be spread over several.
fn mark(need: &Requirement, bytes: &[u8], cuts: &Cuts, wanted: &mut [bool]) -> Option<()> {
    let words = &need.words.in_place;
    if words.is_empty() {
        return None;
    }
    let all = u64::MAX >> (64 - words.len().min(64));
    let mut held = vec![0u64; wanted.len()];
    for (n, word) in words.iter().take(64).enumerate() {
        let mut piece = 0;
        for at in Finder::new(word).find_iter(bytes) {
            while cuts.starts.get(piece + 1).is_some_and(|&next| next <= at) {
                piece += 1;
            }
            held[piece] |= 1 << n;
        }
    }
    let full = |piece: usize| held[piece] == all;
    match need.items {
        Some(1) => {}
        // Neighbours that hold all words between them may be one place.
        Some(items) => {
            for run in held.windows(items.min(held.len())) {
                if !run.contains(&all) && run.iter().fold(0, |sum, h| sum | h) == all {
                    return None;
                }
            }
        }
        None if (0..held.len()).any(|n| held[n] != 0 && !full(n)) => return None,
        None => {}
    }
    (0..held.len()).filter(|&n| full(n)).for_each(|n| wanted[n] = true);
    Some(())
}
