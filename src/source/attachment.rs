//! Which code a comment belongs to, as people and tools read it.

use super::{Comment, Source, Tokens};

/// Where a comment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Behind code, at the end of its line.
    Behind,
    /// On lines of its own, directly above code that does not close anything.
    Above,
    /// With code behind it on its line.
    Within,
    /// On lines of its own, and code is not directly below it, or only closes something.
    Free,
}

/// What a comment belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Where it is.
    pub stand: Stand,
    /// The item of a list above which, or behind which, it is; or else the same as `line`.
    pub owner: Tokens,
    /// The code beside it, as far as that is on one line: on its own, or on the next one that holds code.
    pub line: Tokens,
}

impl Source {
    /// What the comments in the gap before position `p` belong to, in order.
    pub fn attachments(&self, p: usize) -> Vec<Attachment> {
        let comments = self.comments_at(p);
        let mut found: Vec<Attachment> = comments.iter().map(|_| self.free(p)).collect();
        let (first, last) = (|c: &Comment| self.lines.line(c.bytes.start), |c: &Comment| self.lines.line(c.bytes.end));
        let next = self.tokens.get(p).map(|t| self.lines.line(t.bytes.start));
        // Those that a line of code ends with, or that are within it.
        let mut code = p.checked_sub(1).map(|t| self.lines.line(self.tokens[t].bytes.end));
        let behind = comments.iter().take_while(|c| {
            let follows = code == Some(first(c));
            code = Some(last(c));
            follows
        });
        let behind = behind.count();
        let ends = behind.checked_sub(1).is_none_or(|i| next != Some(last(&comments[i])));
        for attachment in &mut found[..behind] {
            *attachment = self.behind(p, if ends { Stand::Behind } else { Stand::Within });
        }
        // Those above the next line, and those that it begins with.
        let mut wanted = next;
        for (i, comment) in comments.iter().enumerate().skip(behind).rev() {
            let stand = match wanted {
                Some(line) if next == Some(line) && last(comment) == line => Stand::Within,
                Some(line) if last(comment) == line || last(comment) + 1 == line => Stand::Above,
                _ => break,
            };
            if stand == Stand::Above && self.closes(p) {
                break;
            }
            found[i] = self.above(p, stand);
            wanted = Some(first(comment));
        }
        found
    }

    fn free(&self, p: usize) -> Attachment {
        Attachment { stand: Stand::Free, ..self.above(p, Stand::Free) }
    }

    fn above(&self, p: usize, stand: Stand) -> Attachment {
        let line = self.line_from(p);
        let list = self.lists_at(p).find_map(|l| Some(&self.lists[l].items[self.lists[l].item_from(p)?]));
        Attachment { stand, owner: list.map_or_else(|| line.clone(), |item| item.tokens.clone()), line }
    }

    fn behind(&self, p: usize, stand: Stand) -> Attachment {
        let last = p.saturating_sub(1);
        let number = self.lines.line(self.tokens[last].bytes.start);
        let start = self.token_at(self.lines.start(self.tokens[last].bytes.start));
        let line = start.min(last)..p;
        let item = self.lists_at(p).find_map(|l| {
            let item = &self.lists[l].items[self.lists[l].item_to(p)?].tokens;
            (!item.is_empty() && self.lines.line(self.tokens[item.start].bytes.start) == number).then_some(item)
        });
        Attachment { stand, owner: item.cloned().unwrap_or_else(|| line.clone()), line }
    }

    /// The tokens from a position to the end of its line.
    fn line_from(&self, p: usize) -> Tokens {
        let Some(token) = self.tokens.get(p) else { return p..p };
        let end = self.lines.around(token.bytes.start, &self.bytes).end;
        p..self.token_at(end).max(p + 1)
    }

    /// Whether what is at a position only closes something.
    fn closes(&self, p: usize) -> bool {
        self.tokens.get(p).is_none_or(|_| {
            let text = self.word(p);
            matches!(&*text, b"}" | b")" | b"]") || [&b"#endif"[..], b"#el"].iter().any(|word| text.starts_with(word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::source::Limits;

    /// What each comment of a file is like, and its owner.
    fn read(language: Language, text: &str) -> Vec<(Stand, String)> {
        let source = Source::parse(language, text.as_bytes().to_vec(), Limits::default()).unwrap();
        let all = (0..=source.tokens.len()).flat_map(|p| source.attachments(p));
        all.map(|a| (a.stand, String::from_utf8_lossy(source.slice(&a.owner)).into_owned())).collect()
    }

    #[test]
    fn comments_belong_to_what_they_stand_beside() {
        let text = "// Free.\n\n// Doc\n// of p.\npackage p // p\n\n// V.\nvar x, y = 1, /* in */ f(2, // two\n\t3) // all\n\nfunc f() {\n\tg() // g\n\t// last\n} // end\n";
        let found = read(Language::Go, text);
        let wanted = [
            (Stand::Free, "package p"),
            (Stand::Above, "package p"),
            (Stand::Above, "package p"),
            (Stand::Behind, "package p"),
            (Stand::Above, "var x, y = 1, /* in */ f(2, // two\n\t3)"),
            (Stand::Within, "1"),
            (Stand::Behind, "2"),
            (Stand::Behind, "3)"),
            (Stand::Behind, "g()"),
            (Stand::Free, "}"),
            (Stand::Behind, "}"),
        ];
        assert_eq!(found, wanted.map(|(stand, owner)| (stand, owner.to_owned())));
    }

    #[test]
    fn directives_of_c_are_lines_of_code() {
        let text = "/* a */\n#ifdef A\n/* b */ int x; /* c\n */ /* d */\n/* e */\n#endif /* f */\n";
        let stands: Vec<Stand> = read(Language::C, text).into_iter().map(|(stand, _)| stand).collect();
        let (above, within, behind, free) = (Stand::Above, Stand::Within, Stand::Behind, Stand::Free);
        assert_eq!(stands, [above, within, behind, behind, free, behind]);
    }
}
