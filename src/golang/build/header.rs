use super::constraints::{Constraint, contexts_of, name_constraint};
use crate::language::text_start;

/// What is above the declarations of a Go file, read without parsing the rest.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The name in the package clause.
    pub package: String,
    /// The imports in order.
    pub imports: Vec<Import>,
    /// The build contexts that select the file, as bits.
    pub contexts: u64,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name that the file gives it: `.` and `_` included.
    pub name: Option<String>,
    /// The path as it is written.
    pub path: String,
}

impl Header {
    /// Reads the header of a file with this name.
    pub fn read(name: &str, bytes: &[u8]) -> Header {
        let mut scan = Scan { bytes, at: text_start(bytes), ..Scan::default() };
        let mut header = Header::default();
        let first = scan.next();
        let constraints = scan.constraints();
        scan.in_header = false;
        let by_name = name_constraint(name);
        let mut all: Vec<&Constraint> = constraints.iter().collect();
        all.push(&by_name);
        header.contexts = contexts_of(&all);
        if first != Some(Word::Name("package")) {
            return header;
        }
        if let Some(Word::Name(package)) = scan.next() {
            header.package = package.to_owned();
        }
        loop {
            match scan.next() {
                Some(Word::Mark(b';')) => {}
                Some(Word::Name("import")) => header.imports(&mut scan),
                _ => return header,
            }
        }
    }

    fn imports(&mut self, scan: &mut Scan<'_>) {
        let mut name: Option<String> = None;
        let mut grouped = false;
        loop {
            match scan.next() {
                Some(Word::Mark(b'(')) if !grouped => grouped = true,
                Some(Word::Mark(b';')) if grouped => {}
                Some(Word::Mark(b'.')) => name = Some(".".to_owned()),
                Some(Word::Name(word)) => name = Some(word.to_owned()),
                Some(Word::Text(path)) => {
                    self.imports.push(Import { name: name.take(), path: path.to_owned() });
                    if !grouped {
                        return;
                    }
                }
                _ => return,
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word<'a> {
    Name(&'a str),
    Text(&'a str),
    Mark(u8),
}

/// Walks over the words of a header, and keeps the comments before the first.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    in_header: bool,
    go_build: Option<Constraint>,
    /// The `+build` lines of the comment block that is being read; a blank line below settles them.
    open: Vec<Constraint>,
    settled: Vec<Constraint>,
}

impl Default for Scan<'_> {
    fn default() -> Self {
        Scan { bytes: b"", at: 0, in_header: true, go_build: None, open: Vec::new(), settled: Vec::new() }
    }
}

impl<'a> Scan<'a> {
    fn constraints(&mut self) -> Vec<Constraint> {
        match self.go_build.take() {
            Some(one) => vec![one],
            None => std::mem::take(&mut self.settled),
        }
    }

    fn next(&mut self) -> Option<Word<'a>> {
        self.skip();
        let rest = &self.bytes[self.at..];
        let &first = rest.first()?;
        if first == b'"' || first == b'`' {
            let end = memchr::memchr2(first, b'\n', &rest[1..])? + 1;
            self.at += end + 1;
            return Some(Word::Text(std::str::from_utf8(&rest[1..end]).unwrap_or("")));
        }
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || **b >= 0x80).count();
        if len == 0 {
            self.at += 1;
            return Some(Word::Mark(first));
        }
        self.at += len;
        Some(Word::Name(std::str::from_utf8(&rest[..len]).unwrap_or("")))
    }

    fn skip(&mut self) {
        let mut blank_line = 0;
        while let Some(&b) = self.bytes.get(self.at) {
            let rest = &self.bytes[self.at..];
            if b == b'\n' {
                blank_line += 1;
                if blank_line == 2 {
                    self.settled.append(&mut self.open);
                }
                self.at += 1;
            } else if b.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                if self.in_header {
                    self.comment(std::str::from_utf8(&rest[..len]).unwrap_or(""));
                }
                self.at += len;
                blank_line = 0;
            } else if rest.starts_with(b"/*") {
                self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
                blank_line = 0;
            } else {
                return;
            }
        }
    }

    fn comment(&mut self, text: &str) {
        if let Some(expression) = text.strip_prefix("//go:build ") {
            self.go_build = Constraint::parse(expression).or(self.go_build.take());
        } else if let Some(line) = text.trim_start_matches('/').trim().strip_prefix("+build ") {
            self.open.push(Constraint::parse_line(line));
        }
    }
}
