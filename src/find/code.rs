use crate::source::{Gap, Source, Tokens};

/// A piece of code on its own, to be compared with code elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// Its tokens, each with what separates it from the one before and with its length.
    words: Vec<u8>,
    /// How many tokens it has.
    tokens: usize,
    /// Its text, comments and spacing included.
    text: Vec<u8>,
}

impl Code {
    /// The code of a token range.
    pub fn of(source: &Source, tokens: &Tokens) -> Code {
        let mut words = Vec::new();
        for t in tokens.clone() {
            let gap = if t == tokens.start { Gap::None } else { source.tokens[t].gap };
            push(&mut words, gap, &source.word(t));
        }
        Code { words, tokens: tokens.len(), text: source.slice(tokens).to_vec() }
    }

    /// One word on its own.
    pub fn word(text: &[u8]) -> Code {
        let mut words = Vec::new();
        push(&mut words, Gap::None, text);
        Code { words, tokens: 1, text: text.to_vec() }
    }

    /// A piece of a line.
    pub fn of_line(text: &[u8]) -> Code {
        let form = crate::text::form(text).into_owned();
        Code { words: form, tokens: 1, text: text.to_vec() }
    }

    /// Whether a token range is the same code, spacing aside.
    pub fn is(&self, source: &Source, tokens: &Tokens) -> bool {
        self.words == Code::of(source, tokens).words
    }

    /// How many tokens it has.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Its text as it is in the source.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

fn push(words: &mut Vec<u8>, gap: Gap, word: &[u8]) {
    words.push(gap as u8);
    words.extend_from_slice(&(word.len() as u32).to_le_bytes());
    words.extend_from_slice(word);
}
