//! The proof that comments keep the code that they belong to.
//!
//! What a comment is above or behind is there still, or what the body puts in its place; a comment above code that
//! goes stays where it was. Of comments that are code more is asked: some of the code itself must be kept. What the body
//! shows is the author's own affair.

use super::edited::Edited;
use super::fates::{Fate, Fates};
use super::site_edit::SiteEdit;
use crate::edit::EditError;
use crate::golang::imports;
use crate::language::{Atom, Directive, Language};
use crate::patchset::Layout;
use crate::pattern::Part;
use crate::report::brief;
use crate::source::{Attachment, Bytes, Comment, Source, Stand, Tokens, places_of};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// A comment that the edits of a file part from its code, and why that is wrong.
pub(crate) fn parted(source: &Source, edited: &Edited, works: &[SiteEdit<'_>]) -> Option<EditError> {
    let proof = Proof::new(source, edited, works);
    let mut at = 0;
    while let Some(comment) = source.comments.get(at) {
        let p = comment.before;
        let gap = source.comments_at(p);
        at += gap.len();
        let around = source.lines.start(source.gap_start(p))..source.lines.around(source.gap_end(p), &source.bytes).end;
        if !proof.fates.touches(&around) {
            continue;
        }
        let all = source.attachments(p);
        let hidden = gap.iter().zip(&all).filter(|(comment, _)| !proof.shown.contains(&comment.bytes.start));
        if let Some((comment, wrong)) = hidden.into_iter().find_map(|(c, a)| Some((c, proof.keeps(c, a).err()?))) {
            return Some(EditError { message: wrong.told(&beginning(source, comment)), bytes: comment.bytes.clone() });
        }
    }
    None
}

/// What is wrong with a comment in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    /// It is not there any more.
    Lost,
    /// It is beside other code than before.
    Parted,
    /// It is behind code that goes.
    Left,
    /// It is code, and what it belongs to goes.
    CodeLeft,
    /// It is code, and belongs to something else than before.
    CodeParted,
}

impl Wrong {
    fn told(self, comment: &str) -> String {
        match self {
            Wrong::Lost => format!("the edit would lose the comment `{comment}`; show it on a `-` line if it is to go"),
            Wrong::Parted => {
                format!("the edit would part the comment `{comment}` from its code; show it where it belongs then")
            }
            Wrong::Left => {
                format!("the comment `{comment}` belongs to code that goes; show it on a `-` line if it is to go too")
            }
            Wrong::CodeLeft => format!(
                "the comment `{comment}` is code, and what it belongs to goes: show it on a `-` line if it goes too, or \
                 without a sign if it stays"
            ),
            Wrong::CodeParted => format!(
                "the comment `{comment}` is code, and would belong to something else: show it on a `-` line if it goes, \
                 or without a sign where it stays"
            ),
        }
    }
}

/// The beginning of a comment, on one line.
fn beginning(source: &Source, comment: &Comment) -> String {
    brief(&String::from_utf8_lossy(&source.bytes[comment.bytes.clone()]))
}

/// What is left of code at a place of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// Some of it is there.
    Here,
    /// Some of it is elsewhere, and none is there.
    Elsewhere,
    /// None is anywhere.
    Nowhere,
}

struct Proof<'a> {
    source: &'a Source,
    after: &'a Source,
    fates: Fates<'a>,
    /// The sites that are laid out as `patch` would: comments are where their lines are.
    as_patch: Vec<Tokens>,
    /// Where the comments begin that the bodies show.
    shown: BTreeSet<usize>,
    /// The comments in what the edits wrote, by their words, as indices.
    written: OnceCell<HashMap<Vec<u8>, Vec<usize>>>,
    places: Vec<Bytes>,
    /// The attachments of the comments of the result, by their gaps.
    attachments: RefCell<HashMap<usize, Rc<Vec<Attachment>>>>,
    /// Where `import "C"` begins: below its preamble.
    cgo: OnceCell<Vec<usize>>,
}

impl<'a> Proof<'a> {
    fn new(source: &'a Source, edited: &'a Edited, works: &[SiteEdit<'_>]) -> Proof<'a> {
        let variants = works.iter().map(|w| (&w.rule.pattern.variants[w.hit.variant], &w.hit.matched.bounds));
        let elements = variants.flat_map(|(variant, bounds)| variant.before.elements.iter().zip(bounds));
        let comments = elements.filter(|(e, _)| matches!(e.part, Part::Comment(_)));
        let as_patch = works.iter().filter(|work| work.rule.layout == Layout::Patch);
        Proof {
            source,
            after: &edited.source,
            fates: Fates::new(&edited.batches),
            as_patch: as_patch.map(|work| work.hit.matched.tokens.clone()).collect(),
            shown: comments.map(|(_, bound)| bound.bytes.start).collect(),
            written: OnceCell::new(),
            places: places_of(&edited.batches),
            attachments: RefCell::default(),
            cgo: OnceCell::new(),
        }
    }

    /// Whether a comment belongs to what it did.
    fn keeps(&self, comment: &Comment, was: &Attachment) -> Result<(), Wrong> {
        let code = self.directive(comment, was);
        // Of a comment that goes on over lines those may be indented anew.
        let start = comment.bytes.start;
        if let Fate::Kept(at) = self.fates.of(&(start..start + 1)) {
            let n = self.after.comments.binary_search_by_key(&at, |c| c.bytes.start).map_err(|_| Wrong::Lost)?;
            if words(self.after, &self.after.comments[n]) != words(self.source, comment) {
                return Err(Wrong::Lost);
            }
            let is = self.attachment(n);
            return match code {
                None => self.plain(was, &is),
                Some(Directive::Line) => self.beside(was, &is).and_then(|()| self.named(comment, was, &is)),
                Some(Directive::Next) => self.ahead(comment.before, self.after.comments[n].before, was, &is),
                Some(Directive::Label) => self.label(comment.before, self.after.comments[n].before, was, &is),
                Some(Directive::Head) => self.head(comment.before, self.after.comments[n].before, was, &is),
                Some(Directive::Region) => Ok(()),
            };
        }
        let copies = self.copies(&words(self.source, comment));
        match copies.iter().any(|&n| self.is_copy(comment, was, n, code)) {
            true => Ok(()),
            false if copies.is_empty() => Err(Wrong::Lost),
            false => Err(if code.is_some() { Wrong::CodeParted } else { Wrong::Parted }),
        }
    }

    /// What a comment belongs to, if it is code. The preamble of cgo is C, whatever it says.
    fn directive(&self, comment: &Comment, was: &Attachment) -> Option<Directive> {
        let source = self.source;
        let cgo = || {
            let all = imports::specs(source).into_iter().filter(|spec| spec.path == "C");
            all.flat_map(|spec| [spec.tokens.start, source.nodes[spec.declaration].tokens.start]).collect()
        };
        let is_go = source.language == Language::Go;
        if is_go && was.stand == Stand::Above && self.cgo.get_or_init(cgo).contains(&comment.before) {
            return Some(Directive::Line);
        }
        source.language.directive(&source.bytes[comment.bytes.clone()])
    }

    /// A comment that is none of code.
    fn plain(&self, was: &Attachment, is: &Attachment) -> Result<(), Wrong> {
        if self.as_patch.iter().any(|site| site.start <= was.owner.end && was.owner.start <= site.end) {
            return Ok(());
        }
        // An item of a list may get neighbours on its line.
        let new = is.owner.start.min(is.line.start)..is.owner.end.max(is.line.end);
        let met = |stand| self.meets(&was.owner, &new, &|_| true, true, is.stand == stand);
        match was.stand {
            Stand::Free | Stand::Within => Ok(()),
            Stand::Above if met(Stand::Above) == Met::Elsewhere => Err(Wrong::Parted),
            Stand::Above => Ok(()),
            Stand::Behind => match met(Stand::Behind) {
                Met::Here => Ok(()),
                Met::Elsewhere => Err(Wrong::Parted),
                Met::Nowhere => Err(Wrong::Left),
            },
        }
    }

    /// Code for what is on its line or directly below it.
    fn beside(&self, was: &Attachment, is: &Attachment) -> Result<(), Wrong> {
        let alike = match was.stand {
            Stand::Free => return Ok(()),
            Stand::Above => is.stand == Stand::Above,
            Stand::Behind | Stand::Within => matches!(is.stand, Stand::Behind | Stand::Within),
        };
        self.code(was, is, alike)
    }

    /// Code for the next declaration, which must be of the same sort.
    fn ahead(&self, p: usize, q: usize, was: &Attachment, is: &Attachment) -> Result<(), Wrong> {
        let above = |a: &Attachment| matches!(a.stand, Stand::Above | Stand::Free);
        if !above(was) {
            return self.beside(was, is);
        }
        let sort = |source: &Source, p: usize| source.nodes_at(p).find(|(id, _)| *id != 0).map(|(_, n)| n.kind);
        let alike = above(is) && sort(self.source, p) == sort(self.after, q);
        self.code(was, is, alike)
    }

    /// Some of the line that the code belongs to is kept, where it may be: a name of its own, if it has one.
    fn code(&self, was: &Attachment, is: &Attachment, may: bool) -> Result<(), Wrong> {
        let source = self.source;
        let is_name = |t: usize| {
            let word = std::str::from_utf8(source.text(t)).unwrap_or_default();
            let language = source.language;
            source.tokens[t].atom == Atom::Word && !language.is_keyword(word) && !language.is_predeclared(word)
        };
        let named = was.line.clone().any(is_name);
        match self.meets(&was.line, &is.line, &|t| !named || is_name(t), false, may) {
            Met::Here => Ok(()),
            Met::Elsewhere => Err(Wrong::CodeParted),
            Met::Nowhere => Err(Wrong::CodeLeft),
        }
    }

    /// A name that the directive gives to its code is still the name of that.
    fn named(&self, comment: &Comment, was: &Attachment, is: &Attachment) -> Result<(), Wrong> {
        let source = self.source;
        let name = source.language.named_by_directive(&source.bytes[comment.bytes.clone()]);
        let shows = |source: &Source, line: &Tokens| line.clone().any(|t| Some(source.text(t)) == name);
        let was_named = was.stand == Stand::Above && shows(source, &was.line);
        if was_named && !shows(self.after, &is.line) { Err(Wrong::CodeLeft) } else { Ok(()) }
    }

    /// Code for a label, and for the branch that runs into it.
    fn label(&self, p: usize, q: usize, was: &Attachment, is: &Attachment) -> Result<(), Wrong> {
        let (source, after) = (self.source, self.after);
        let language = source.language;
        let is_label = source.nodes_at(p).any(|(_, n)| language.is_case(n.kind) || language.is_label(n.kind));
        if !is_label {
            return self.plain(was, is);
        }
        let stays = |p: usize, q: usize| {
            let new = after.tokens.get(q).map(|t| t.bytes.start);
            source.tokens.get(p).is_some_and(|t| matches!(self.fates.of(&t.bytes), Fate::Kept(at) if Some(at) == new))
        };
        let branch = |source: &Source, p: usize| {
            let node = source.tokens[p.checked_sub(1)?].node;
            let mut around = std::iter::once(node).chain(source.ancestors(node));
            around.find(|&id| language.is_case(source.kind(id))).map(|id| source.nodes[id].tokens.start)
        };
        let runs_on = match (branch(source, p), branch(after, q)) {
            (Some(old), Some(new)) => stays(old, new),
            (None, _) => true,
            (Some(_), None) => false,
        };
        if stays(p, q) && runs_on { Ok(()) } else { Err(Wrong::CodeParted) }
    }

    /// Code at the head of a file, with the empty line behind it or without.
    fn head(&self, p: usize, q: usize, was: &Attachment, is: &Attachment) -> Result<(), Wrong> {
        match p {
            0 if q == 0 && was.stand == is.stand => Ok(()),
            0 => Err(Wrong::CodeParted),
            _ => self.plain(was, is),
        }
    }

    /// Where some of the old code is that counts: in the new code, if that may be, or elsewhere. With `replaced`, what
    /// was written in its place counts, too.
    fn meets(&self, old: &Tokens, new: &Tokens, counts: &dyn Fn(usize) -> bool, replaced: bool, may: bool) -> Met {
        let here = self.after.span(new);
        let mut met = Met::Nowhere;
        for t in old.clone().filter(|t| counts(*t)) {
            let is_here = match self.fates.of(&self.source.tokens[t].bytes) {
                Fate::Kept(at) => here.contains(&at),
                Fate::Replaced(place) if replaced => place.start < here.end && here.start < place.end,
                _ => continue,
            };
            if is_here && may {
                return Met::Here;
            }
            met = Met::Elsewhere;
        }
        met
    }

    /// Whether a comment that the edits wrote is one that they took, beside the same code.
    fn is_copy(&self, comment: &Comment, was: &Attachment, n: usize, code: Option<Directive>) -> bool {
        let (source, after) = (self.source, self.after);
        let is = self.attachment(n);
        let word =
            |source: &Source, t: Option<usize>| Some(source.word(t.filter(|&t| t < source.tokens.len())?).into_owned());
        let same = |old: Option<usize>, new: Option<usize>| word(source, old) == word(after, new);
        let (p, q) = (comment.before, after.comments[n].before);
        match code {
            Some(Directive::Head) => false,
            Some(Directive::Region | Directive::Label) => {
                same(Some(p), Some(q)) && same(p.checked_sub(1), q.checked_sub(1))
            }
            Some(Directive::Line | Directive::Next) => is.stand == was.stand && source.same(&was.line, after, &is.line),
            None if matches!(was.stand, Stand::Free | Stand::Within) => true,
            None if was.stand == Stand::Above => is.stand == was.stand && same(Some(p), Some(q)),
            None => is.stand == was.stand && same(p.checked_sub(1), q.checked_sub(1)),
        }
    }

    /// The comments with these words in what the edits wrote.
    fn copies(&self, text: &[u8]) -> &[usize] {
        let written = self.written.get_or_init(|| {
            let mut written: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
            for place in &self.places {
                let first = self.after.comments.partition_point(|c| c.bytes.start < place.start);
                for n in first..first + self.after.comments_in(place).len() {
                    written.entry(words(self.after, &self.after.comments[n])).or_default().push(n);
                }
            }
            written
        });
        written.get(text).map_or(&[], Vec::as_slice)
    }

    /// What a comment of the result belongs to.
    fn attachment(&self, n: usize) -> Attachment {
        let p = self.after.comments[n].before;
        let gap = || Rc::new(self.after.attachments(p));
        let of_gap = self.attachments.borrow_mut().entry(p).or_insert_with(gap).clone();
        of_gap[n - self.after.comments.partition_point(|c| c.before < p)].clone()
    }
}

/// The words of a comment: how it is indented does not count.
fn words(source: &Source, comment: &Comment) -> Vec<u8> {
    let text = &source.bytes[comment.bytes.clone()];
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(&b' ')
}
