use super::cuts::Cuts;
use super::lex;
use crate::language::kinds::text_start;

/// The words that a declaration begins with.
const DECLARATIONS: [&[u8]; 5] = [b"func", b"var", b"const", b"type", b"import"];

/// Cuts before each declaration that begins a line, where the one above has ended as Go's own semicolons would say.
pub(crate) fn cuts(bytes: &[u8]) -> Option<Cuts> {
    let mut scan = Scan { starts: vec![0], header: 1, depth: 0, ended: None, fresh: true };
    let mut at = text_start(bytes);
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'\n' => {
                scan.fresh = true;
                at + 1
            }
            b' ' | b'\t' | b'\r' => at + 1,
            b'/' if bytes.get(at + 1) == Some(&b'/') => lex::line_comment(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => lex::block_comment(bytes, at)?,
            b'"' | b'\'' => scan.token(lex::quoted(bytes, at)?, true),
            b'`' => scan.token(lex::raw(bytes, at)?, true),
            b'(' | b'[' | b'{' => {
                scan.depth += 1;
                scan.token(at + 1, false)
            }
            b')' | b']' | b'}' => {
                scan.depth = scan.depth.checked_sub(1)?;
                scan.token(at + 1, true)
            }
            b';' => scan.token(at + 1, true),
            b if lex::is_word(b) => scan.word(bytes, at),
            _ => scan.token(at + 1, false),
        };
    }
    (scan.depth == 0).then_some(Cuts { starts: scan.starts, header: scan.header })
}

struct Scan {
    starts: Vec<usize>,
    header: usize,
    depth: usize,
    /// Where the last token ends, if a line end behind it ends a declaration.
    ended: Option<usize>,
    /// Whether nothing but comments has been on the line so far.
    fresh: bool,
}

impl Scan {
    fn token(&mut self, end: usize, ends: bool) -> usize {
        self.ended = ends.then_some(end);
        self.fresh = false;
        end
    }

    fn word(&mut self, bytes: &[u8], at: usize) -> usize {
        let word = lex::word(bytes, at);
        if self.depth == 0 && self.fresh && DECLARATIONS.contains(&word) {
            let cut = self.ended.and_then(|end| lex::rest_of_line(bytes, end)).filter(|&cut| cut <= at);
            // gofmt's columns end at an empty line, so that pieces can be laid out apart.
            let is_apart = |&cut: &usize| cut > 0 && lex::is_blank_line(bytes, cut);
            if let Some(cut) = cut.filter(is_apart) {
                self.starts.push(cut);
            }
            if word == b"import" {
                self.header = self.starts.len();
            }
        }
        let is_operator = DECLARATIONS.contains(&word) || matches!(word, b"chan" | b"map" | b"struct" | b"interface");
        self.token(at + word.len(), !is_operator && word != b"package")
    }
}
