use crate::pattern::HoleId;
use crate::source::{Gap, Source, Tokens};
use std::collections::BTreeMap;

/// A piece of code on its own, to be compared with code elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// Its tokens, with what separates each from the one before.
    words: Vec<(u8, Vec<u8>)>,
    /// Its text, comments and spacing included.
    text: Vec<u8>,
}

/// What the holes of a patch are bound to so far.
pub type Env = BTreeMap<HoleId, Code>;

impl Code {
    /// The code of a token range.
    pub fn of(source: &Source, tokens: &Tokens) -> Code {
        let gap = |t: usize| if t == tokens.start { Gap::None } else { source.tokens[t].gap };
        let words = tokens.clone().map(|t| (gap(t) as u8, source.word(t).into_owned())).collect();
        Code { words, text: source.slice(tokens).to_vec() }
    }

    /// One word on its own.
    pub fn word(text: &[u8]) -> Code {
        Code { words: vec![(Gap::None as u8, text.to_vec())], text: text.to_vec() }
    }

    /// Whether a token range is the same code, spacing aside.
    pub fn is(&self, source: &Source, tokens: &Tokens) -> bool {
        self.words.len() == tokens.len() && self.words == Code::of(source, tokens).words
    }

    /// Its text as it stands in the source.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}
