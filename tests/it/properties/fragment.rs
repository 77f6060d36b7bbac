//! A run of code as rows of words, from which bodies are made.

use crate::disturb::Random;
use treepatch::language::{Atom, Language};
use treepatch::source::{Gap, Source, Tokens};

/// A token or a separator, and the blanks before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The token of the source, of a hole the first that it stands for; none for separators and what the patch brings.
    pub token: Option<usize>,
    /// How it is written.
    pub text: String,
    /// The blanks before it.
    pub blank: String,
}

impl Word {
    /// A word that is not from the source.
    pub fn new(text: impl Into<String>, spaced: bool) -> Word {
        Word { token: None, text: text.into(), blank: if spaced { " " } else { "" }.to_owned() }
    }
}

/// One row of a body, its sign left aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The blanks at its start.
    pub indent: String,
    /// Its words; they are never none.
    pub words: Vec<Word>,
}

impl Row {
    /// The first token of the source on it.
    pub fn token(&self) -> Option<usize> {
        self.words.iter().find_map(|w| w.token)
    }

    fn is_directive(&self) -> bool {
        self.words[0].text.starts_with('#')
    }
}

/// Rows of code.
#[derive(Clone, Debug)]
pub struct Fragment {
    language: Language,
    /// The rows in order.
    pub rows: Vec<Row>,
}

impl Fragment {
    /// A run of tokens as it is written, comments left out.
    pub fn of(source: &Source, tokens: &Tokens) -> Fragment {
        let span = source.span(tokens);
        let commas = source.separators.iter().filter(|s| span.start <= s.start && s.end <= span.end);
        let commas = commas.filter(|s| matches!(&source.bytes[(*s).clone()], b"," | b";"));
        let mut lexemes: Vec<_> = tokens.clone().map(|t| (source.tokens[t].bytes.clone(), Some(t))).collect();
        lexemes.extend(commas.map(|s| (s.clone(), None)));
        lexemes.sort_by_key(|(bytes, _)| bytes.start);
        let text = |bytes: std::ops::Range<usize>| String::from_utf8_lossy(&source.bytes[bytes]).into_owned();
        let mut rows: Vec<Row> = Vec::new();
        let mut end = 0;
        for (bytes, token) in lexemes {
            let gap = if rows.is_empty() { &[] } else { &source.bytes[end..bytes.start] };
            let blank = if gap.iter().all(|b| matches!(b, b' ' | b'\t')) { gap } else { b" " };
            let blank = String::from_utf8_lossy(blank).into_owned();
            let word = Word { token, text: text(bytes.clone()), blank };
            match rows.last_mut() {
                Some(row) if !gap.contains(&b'\n') => row.words.push(word),
                _ => {
                    let line = text(source.lines.start(bytes.start)..bytes.start);
                    let indent = line.chars().take_while(|c| c.is_ascii_whitespace()).collect();
                    rows.push(Row { indent, words: vec![word] });
                }
            }
            end = bytes.end;
        }
        Fragment { language: source.language, rows }
    }

    /// The row that shows a token.
    pub fn row_of(&self, token: usize) -> Option<usize> {
        self.rows.iter().position(|r| r.words.iter().any(|w| w.token == Some(token)))
    }

    /// The words of a run of tokens, where they stand on one row: the row, and where in it.
    pub fn words_of(&self, tokens: &Tokens) -> Option<(usize, std::ops::Range<usize>)> {
        let row = self.row_of(tokens.start)?;
        let at = |token| self.rows[row].words.iter().position(|w| w.token == Some(token));
        Some((row, at(tokens.start)?..at(tokens.end - 1)? + 1))
    }

    /// Puts other words in the place of a run of tokens on one row.
    pub fn replace(&mut self, tokens: &Tokens, mut new: Vec<Word>) -> Option<()> {
        let (row, words) = self.words_of(tokens)?;
        if let Some(first) = new.first_mut() {
            first.blank.clone_from(&self.rows[row].words[words.start].blank);
        }
        self.rows[row].words.splice(words, new);
        Some(())
    }

    /// Takes some of the code out of sight: nodes become holes, the insides of lists ellipses. What `pinned` names
    /// stays, and so does what must be shown to tell the place.
    pub fn veil(&mut self, source: &Source, tokens: &Tokens, pinned: &[Tokens], rows_too: bool, random: &mut Random) {
        let free = |t: &Tokens| pinned.iter().all(|p| t.end <= p.start || p.end <= t.start);
        let inside = |t: &Tokens| tokens.start < t.start && t.end <= tokens.end && !t.is_empty();
        let lists: Vec<_> = source.lists.iter().filter(|l| inside(&l.inside) && free(&l.inside)).collect();
        if rows_too && random.below(2) == 0 {
            let blocks: Vec<_> = lists.iter().filter(|l| l.kind.by_lines()).collect();
            if let Some(block) = random.pick(&blocks) {
                self.elide_rows(&block.inside);
            }
        }
        if random.below(6) == 0 {
            let lists: Vec<_> = lists.iter().filter(|l| !l.kind.by_lines() && !l.items.is_empty()).collect();
            if let Some(list) = random.pick(&lists)
                && list.items.last().is_some_and(|i| i.tokens.end == list.inside.end)
            {
                let dots = Word { token: Some(list.inside.start), ..Word::new("$...", false) };
                let _ = self.replace(&list.inside, vec![dots]);
            }
        }
        for number in 0..random.below(3) {
            // A hole is one item: it takes the `p` of `int *p;`, but never the `*p`. Such a body would not mean its own
            // place, but whatever else it fits.
            let node = |&(id, n): &(usize, &treepatch::source::Node)| {
                inside(&n.tokens)
                    && n.tokens.len() <= 6
                    && free(&n.tokens)
                    && source.language.is_value(n.kind)
                    && source.is_one_item(id)
            };
            let nodes: Vec<_> = source.nodes.iter().enumerate().filter(node).collect();
            let Some(&(_, node)) = random.pick(&nodes) else { return };
            let Some((row, words)) = self.words_of(&node.tokens) else { continue };
            let is_dots = self.rows[row].words[words].iter().any(|w| w.text == "$...");
            if !self.rows[row].is_directive() && !is_dots {
                let hole = Word { token: Some(node.tokens.start), ..Word::new(format!("$h{number}"), false) };
                let _ = self.replace(&node.tokens, vec![hole]);
            }
        }
    }

    /// The inside of a block becomes an ellipsis on a row of its own.
    fn elide_rows(&mut self, inside: &Tokens) {
        let (Some(first), Some(last)) = (self.row_of(inside.start), self.row_of(inside.end - 1)) else { return };
        let begins = self.rows[first].words[0].token == Some(inside.start);
        let ends = self.rows[last].words.iter().rev().find_map(|w| w.token) == Some(inside.end - 1);
        if begins && ends && first > 0 {
            let indent = self.rows[first].indent.clone();
            self.rows.splice(first..=last, [Row { indent, words: vec![Word::new("...", false)] }]);
        }
    }

    /// Breaks rows in two, joins others, and adds or drops commas and semicolons where the language does not mind.
    /// The first and the last row of an item stay apart from those of others; `starts` are the items' first tokens.
    pub fn respell(&mut self, source: &Source, starts: &[usize], random: &mut Random) {
        let mut n = 0;
        while n < self.rows.len() {
            if random.below(5) == 0 && n + 1 < self.rows.len() && self.may_join(source, n, starts) {
                let next = self.rows.remove(n + 1);
                self.rows[n].words.extend(next.words.into_iter().enumerate().map(|(i, mut w)| {
                    if i == 0 {
                        w.blank = " ".to_owned();
                    }
                    w
                }));
            }
            self.trailing_comma(source, n, random);
            if random.below(5) == 0 {
                self.split(n, random);
            }
            let is_line_end =
                n + 1 < self.rows.len() && self.rows[n + 1].token().is_some_and(|t| source.tokens[t].gap == Gap::Line);
            let last = self.rows[n].words.last().map_or("", |w| w.text.as_str());
            if self.language == Language::Go
                && is_line_end
                && random.below(12) == 0
                && !matches!(last, ";" | "{" | "(" | "..." | ":" | ",")
            {
                self.rows[n].words.push(Word::new(";", false));
            }
            n += 1;
        }
    }

    fn may_join(&self, source: &Source, n: usize, starts: &[usize]) -> bool {
        let [row, next] = &self.rows[n..n + 2] else { return false };
        let Some(token) = next.words[0].token else { return false };
        let plain = |row: &Row| !row.is_directive() && row.words.iter().all(|w| !w.text.contains(['\n', '\\']));
        let ellipsis = |row: &Row| row.words.len() == 1 && row.words[0].text == "...";
        let by_lines = source.tokens[token].gap == Gap::Line;
        plain(row)
            && plain(next)
            && !ellipsis(row)
            && !ellipsis(next)
            && !starts.contains(&token)
            && (self.language == Language::C || !by_lines)
    }

    /// A comma before a closing bracket comes or goes.
    fn trailing_comma(&mut self, source: &Source, n: usize, random: &mut Random) {
        let words = &self.rows[n].words;
        let closing = |w: &Word| w.token.filter(|_| matches!(w.text.as_str(), ")" | "}"));
        let places: Vec<usize> = (1..words.len()).filter(|&i| closing(&words[i]).is_some()).collect();
        let Some(&at) = random.pick(&places) else { return };
        if words[at - 1].text == "," {
            if words[at - 1].token.is_none() && at > 1 && random.below(2) == 0 {
                self.rows[n].words.remove(at - 1);
            }
            return;
        }
        use treepatch::language::ListKind::*;
        let closed = |l: &&treepatch::source::List| Some(l.inside.end) == words[at].token;
        let Some(list) = source.lists.iter().find(closed) else { return };
        let may = match self.language {
            Language::Go => matches!(list.kind, Arguments | Parameters | Elements),
            Language::C | Language::Text => matches!(list.kind, Elements),
        };
        let shown = words[at - 1].text != "(" && words[at - 1].text != "{";
        if may && !list.items.is_empty() && shown && random.below(6) == 0 {
            self.rows[n].words.insert(at, Word::new(",", false));
        }
    }

    fn split(&mut self, n: usize, random: &mut Random) {
        let row = &self.rows[n];
        if row.is_directive() {
            return;
        }
        let may = |i: &usize| {
            let (before, behind) = (&row.words[i - 1].text, &row.words[*i].text);
            let go =
                matches!(before.as_str(), "(" | "," | "+" | "-" | "*" | "/" | "&&" | "||" | "==" | "!=" | "=" | ":=");
            (self.language == Language::C || go) && behind != "..." && before != "..." && behind != ","
        };
        let places: Vec<usize> = (1..row.words.len()).filter(may).collect();
        let Some(&at) = random.pick(&places) else { return };
        let indent = format!("{}\t", row.indent);
        let words = self.rows[n].words.split_off(at);
        self.rows.insert(n + 1, Row { indent, words });
    }

    /// The rows as text, each with blanks of its own.
    pub fn texts(&self, style: &Style, random: &mut Random) -> Vec<String> {
        self.rows.iter().map(|row| text(self.language, row, style, random)).collect()
    }
}

/// How a body is written.
pub enum Style {
    /// As the source is, blanks and all.
    Exact,
    /// Indented as the source is.
    Kept,
    /// By blanks where the source has tabs.
    Blanks,
    /// Not at all.
    Flat,
}

impl Style {
    /// One of them.
    pub fn any(random: &mut Random) -> Style {
        match random.below(3) {
            0 => Style::Kept,
            1 => Style::Blanks,
            _ => Style::Flat,
        }
    }

    /// An indentation in this style.
    pub fn indent(&self, indent: &str) -> String {
        match self {
            Style::Exact | Style::Kept => indent.to_owned(),
            Style::Blanks => indent.replace('\t', "   "),
            Style::Flat => String::new(),
        }
    }
}

/// A row with blanks that differ from those of the source, where that makes no other tokens of it.
fn text(language: Language, row: &Row, style: &Style, random: &mut Random) -> String {
    let mut out = style.indent(&row.indent);
    let directive = row.is_directive();
    for (i, word) in row.words.iter().enumerate() {
        if i > 0 && matches!(style, Style::Exact) {
            out.push_str(&word.blank);
        } else if i > 0 {
            let before = &row.words[i - 1].text;
            out.push_str(blank(language, before, word, directive, random));
        }
        out.push_str(&word.text);
    }
    out
}

fn blank(language: Language, before: &str, word: &Word, directive: bool, random: &mut Random) -> &'static str {
    let wide = [" ", "  ", "\t", " ", " "];
    if directive || before.ends_with('\\') {
        return if word.blank.is_empty() { "" } else { " " };
    }
    if word.blank.is_empty() {
        // `$h` must not run into what follows, and `...` is a token of its own.
        let apart = random.below(10) == 0 && !before.contains("..") && !word.text.contains("..");
        return if apart { " " } else { "" };
    }
    let opens = matches!(before, "(" | "[" | ",") || language == Language::C && before == "{";
    let closes = matches!(word.text.as_str(), ")" | "]" | ",");
    if (opens || closes) && random.below(3) == 0 && !before.contains("..") && !word.text.contains("..") {
        return "";
    }
    wide[random.below(wide.len())]
}

/// Whether a token is a plain name.
pub fn is_name(source: &Source, token: usize) -> bool {
    let word = source.text(token);
    source.tokens[token].atom == Atom::Word
        && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && std::str::from_utf8(word).is_ok_and(|w| !source.language.is_keyword(w) && w != "_")
}
