//! What is said of an edit that breaks the law: it names the header, then the remedy.

use super::chain::{Chains, Kind, LinkId};
use super::completed;
use super::directives::Directives;
use super::model::{Broken, Change, Site};
use super::sites::Sites;
use super::view::{Torn, View};
use crate::source::{Bytes, Source};

/// The most characters of code that a message quotes.
const QUOTED: usize = 60;

/// A token that stays has come under a header, or has lost one, that no body shows around it.
pub(crate) fn broken(view: &View<'_>, sites: &Sites<'_>, torn: &Torn<'_>) -> Broken {
    let (old, new) = (&view.change.before, &view.change.after);
    let code = statement(old, torn.token.bytes.start);
    let gained = torn.new.iter().copied().find(|&b| !torn.old.iter().any(|&a| view.twins.are(a, b)));
    let lost = torn.old.iter().copied().find(|&a| !torn.new.iter().any(|&b| view.twins.are(a, b)));
    let choice = &view.choice;
    if let Some(link) = gained {
        let header = Header::of(&view.after, link, new);
        if let Some(place) = header.mark.and_then(|mark| view.pairs.back(mark)) {
            let line = old.lines.place(place).0;
            let text = format!(
                "{code} would come under `{}` on line {line}{choice}: show the header in the body, with what it is to govern",
                header.text
            );
            return Broken { bytes: place..place, message: text };
        }
        let mut text =
            format!("{code} would come under the new `{}`{choice}, which the body does not show", header.text);
        match completed::below(view, sites, header.mark) {
            Some(body) => text.push_str(&format!("; if it is meant, write\n{body}")),
            None => text.push_str(": show that code below it"),
        }
        return Broken { bytes: torn.token.bytes.clone(), message: text };
    }
    let Some(link) = lost else {
        let text = format!("{code} would not stay where it is among the code around it{choice}: show that in the body");
        return Broken { bytes: torn.token.bytes.clone(), message: text };
    };
    let header = Header::of(&view.before, link, old);
    let place = header.mark.unwrap_or(torn.token.bytes.start);
    let line = old.lines.place(place).0;
    let text = format!(
        "{code} would no longer be under `{}` on line {line}{choice}: show the header in the body, with what it governs",
        header.text
    );
    Broken { bytes: place..place, message: text }
}

/// Something that the after side shows is not where what it shows beside it is.
pub(crate) fn stray(view: &View<'_>, site: &Site<'_>, (stray, beside): (usize, usize)) -> Broken {
    let (old, new) = (view.change.before, view.change.after);
    let bounds = site.after.unwrap_or_default();
    let [one, other] = [stray, beside].map(|e| bounds[e].bytes.start);
    let around = |byte: usize| {
        let link = view.after.at(byte).map_or(0, |place| place.link);
        view.after.chain(link).filter(|&l| view.after.links[l].kind != Kind::Statement).collect::<Vec<_>>()
    };
    let (here, there) = (around(one), around(other));
    let only = |links: &[LinkId], others: &[LinkId]| links.iter().copied().find(|l| !others.contains(l));
    let (code, anchor) = (statement(new, one), statement(new, other));
    let header = only(&there, &here).or_else(|| only(&here, &there)).map(|l| Header::of(&view.after, l, new));
    let place = header.as_ref().and_then(|h| view.pairs.back(h.mark?));
    let choice = &view.choice;
    let text = match (&header, place) {
        (Some(header), Some(place)) => format!(
            "{code} would not be beside {anchor}, as the body shows it: `{}` on line {} governs one of them alone{choice}; \
             show the header in the body",
            header.text,
            old.lines.place(place).0
        ),
        _ => format!("{code} would not be beside {anchor}, as the body shows it{choice}: show the code around it"),
    };
    let at = place.unwrap_or_else(|| site.start());
    Broken { bytes: at..at, message: text }
}

/// A preprocessor line of the result has none to pair up with.
pub(crate) fn unpaired(change: Change<'_>, line: &Bytes) -> Broken {
    let word = quote(&change.after.bytes[line.clone()]);
    let other = if word.starts_with("#if") { "#endif" } else { "#if" };
    let first = change.batches.first().and_then(|edits| edits.first()).map_or(0, |e| e.bytes.start);
    let message = format!("the result would have `{word}` without its `{other}`: show both in the body");
    Broken { bytes: first..first, message }
}

/// A choice of branches, in words.
pub(crate) fn choice(source: &Source, lines: &Directives, choice: &[Option<usize>]) -> String {
    let line = |start: usize| {
        let at = lines.lines.iter().find(|l| l.start == start).cloned().unwrap_or(start..start);
        quote(&source.bytes[at])
    };
    let mut said = Vec::new();
    for (c, selected) in lines.conditionals.iter().zip(choice) {
        said.push(match selected {
            Some(start) => format!("with `{}`", line(*start)),
            None => format!("without `{}`", line(c.branches[0].start)),
        });
    }
    said.truncate(2);
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

/// A header as it is quoted.
struct Header {
    text: String,
    /// The first byte of its keyword.
    mark: Option<usize>,
}

impl Header {
    fn of(chains: &Chains, link: LinkId, source: &Source) -> Header {
        let own = &chains.links[link];
        let mark = own.marks.first().copied();
        let start = mark.unwrap_or(own.span.start);
        let line = source.lines.around(start, &source.bytes).end;
        // Up to what it governs.
        let body = chains.links.iter().find(|l| l.kind == Kind::Body && l.marks.contains(&start));
        let end = body.map_or(line, |body| source.gap_start(source.token_at(body.span.start)));
        // A preprocessor line may be between the two.
        let lines = source.bytes[start..end.max(start)].split(|b| *b == b'\n');
        let code: Vec<&[u8]> = lines.take_while(|line| !line.trim_ascii_start().starts_with(b"#")).collect();
        let text = quote(&code.join(&b' ')).trim_end_matches(['{', ' ']).to_owned();
        Header { text, mark }
    }
}

/// The line that a token is on, quoted.
fn statement(source: &Source, byte: usize) -> String {
    let line = source.lines.around(byte, &source.bytes);
    format!("`{}`", quote(&source.bytes[line]))
}

fn quote(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}
