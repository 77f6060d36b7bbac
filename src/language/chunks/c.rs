use super::cuts::Cuts;
use super::lex;
use crate::language::kinds::text_start;

/// Cuts behind each declaration, body and directive of the top level that ends its line.
pub(crate) fn cuts(bytes: &[u8]) -> Option<Cuts> {
    let mut scan =
        Scan { bytes, starts: vec![0], depth: 0, last: b'\n', body: false, open: false, conditions: Vec::new() };
    let (mut at, mut fresh) = (text_start(bytes), true);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'#' && fresh {
            at = scan.directive(at)?;
            continue;
        }
        fresh = byte == b'\n' || fresh && matches!(byte, b' ' | b'\t' | b'\r');
        at = match byte {
            b'\n' | b' ' | b'\t' | b'\r' => at + 1,
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_comment(bytes, at)?,
            b'/' if bytes.get(at + 1) == Some(&b'*') => lex::block_comment(bytes, at)?,
            b'"' | b'\'' => scan.token(b'"', lex::quoted(bytes, at)?),
            b'(' | b'[' | b'{' => scan.opens(at)?,
            b')' | b']' | b'}' => scan.closes(at)?,
            // A semicolon that closes nothing stays with what follows.
            b';' if scan.depth == 0 && scan.open => scan.item_ends(b';', at + 1),
            b';' if scan.depth == 0 => at + 1,
            b if lex::is_word(b) => scan.token(b'a', at + lex::word(bytes, at).len()),
            b => scan.token(b, at + 1),
        };
    }
    (scan.depth == 0 && scan.conditions.is_empty()).then_some(Cuts { starts: scan.starts, header: 0 })
}

struct Scan<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
    /// How many brackets are open.
    depth: usize,
    /// The last token's first byte; `a` for any word, `"` for any string.
    last: u8,
    /// Whether the outermost brace that is open is a function's.
    body: bool,
    /// Whether an item has begun and not ended.
    open: bool,
    /// The preprocessor conditionals that are open.
    conditions: Vec<Condition>,
}

struct Condition {
    /// How many brackets were open before it.
    depth: usize,
    /// How many are open at the end of its branches, which must agree.
    after: Option<usize>,
    /// Whether it has a branch for all other cases.
    complete: bool,
    /// Whether it is within an item.
    open: bool,
}

impl Scan<'_> {
    fn token(&mut self, kind: u8, end: usize) -> usize {
        self.last = kind;
        self.open = true;
        end
    }

    fn opens(&mut self, at: usize) -> Option<usize> {
        let byte = self.bytes[at];
        if self.depth == 0 && byte == b'{' {
            // Parameters that are declared between `f(a)` and its body look like items of their own.
            if !self.open {
                return None;
            }
            self.body = self.last == b')';
        }
        self.depth += 1;
        Some(self.token(byte, at + 1))
    }

    fn closes(&mut self, at: usize) -> Option<usize> {
        let byte = self.bytes[at];
        self.depth = self.depth.checked_sub(1)?;
        let is_body = self.depth == 0 && byte == b'}' && self.body;
        Some(if is_body { self.item_ends(byte, at + 1) } else { self.token(byte, at + 1) })
    }

    /// An item ends here, if it ends its line.
    fn item_ends(&mut self, kind: u8, end: usize) -> usize {
        self.token(kind, end);
        if let Some(line) = lex::rest_of_line(self.bytes, end) {
            self.open = false;
            if self.conditions.is_empty() {
                self.starts.push(line);
            }
        }
        end
    }

    /// A preprocessor line; gives the line end behind it.
    fn directive(&mut self, at: usize) -> Option<usize> {
        let bytes = self.bytes;
        let blank = bytes[at + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let name = lex::word(bytes, at + 1 + blank);
        let end = directive_end(bytes, at + 1 + blank, !matches!(name, b"error" | b"warning" | b"pragma"))?;
        match name {
            b"if" | b"ifdef" | b"ifndef" => {
                let (depth, open) = (self.depth, self.open);
                self.conditions.push(Condition { depth, after: None, complete: false, open });
                return Some(end);
            }
            b"else" | b"elif" | b"elifdef" | b"elifndef" => {
                let condition = self.conditions.last_mut()?;
                if *condition.after.get_or_insert(self.depth) != self.depth {
                    return None;
                }
                condition.complete |= name == b"else";
                self.depth = condition.depth;
                return Some(end);
            }
            b"endif" => {
                let condition = self.conditions.pop()?;
                let others = if condition.complete { condition.after } else { Some(condition.depth) };
                if others != Some(self.depth) || condition.after.is_some_and(|after| after != self.depth) {
                    return None;
                }
                self.open |= condition.open;
            }
            _ => {}
        }
        if self.depth == 0 && !self.open && self.conditions.is_empty() {
            self.starts.push((end + 1).min(bytes.len()));
        }
        Some(end)
    }
}

/// The line end that closes a `//` comment; `None` where a backslash carries it on.
fn line_comment(bytes: &[u8], at: usize) -> Option<usize> {
    let end = lex::line_comment(bytes, at);
    (!bytes[at..end].trim_ascii_end().ends_with(b"\\")).then_some(end)
}

/// The line end, or the end of the file, that closes a directive whose words begin at `at`.
fn directive_end(bytes: &[u8], mut at: usize, quotes: bool) -> Option<usize> {
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'\n' => return Some(at),
            b'\\' if bytes.get(at + 1) == Some(&b'\r') => at + 3,
            b'\\' => at + 2,
            b'/' if bytes.get(at + 1) == Some(&b'*') => lex::block_comment(bytes, at)?,
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_comment(bytes, at)?,
            b'"' | b'\'' if quotes => lex::quoted(bytes, at)?,
            _ => at + 1,
        };
    }
    Some(bytes.len())
}
