use super::Bytes;
use crate::language::text_start;

/// How the lines of a file end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

impl LineEnding {
    /// The bytes of it.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            LineEnding::Lf => b"\n",
            LineEnding::CrLf => b"\r\n",
        }
    }
}

/// Where the lines of a file begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
    len: usize,
    /// The first byte of the first line.
    first: usize,
    ending: LineEnding,
}

impl Lines {
    /// Reads off the lines of a file.
    pub fn new(bytes: &[u8]) -> Lines {
        let mut starts = vec![0];
        let mut crlf = 0;
        for i in memchr::memchr_iter(b'\n', bytes) {
            starts.push(i + 1);
            crlf += usize::from(i > 0 && bytes[i - 1] == b'\r');
        }
        let ending = if crlf * 2 > starts.len() - 1 { LineEnding::CrLf } else { LineEnding::Lf };
        Lines { starts, len: bytes.len(), first: text_start(bytes), ending }
    }

    /// The 0-based line that this byte is on.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|&s| s <= byte) - 1
    }

    /// The 1-based line and column (in bytes) that people read.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let line = self.line(byte);
        (line + 1, byte.saturating_sub(self.start(byte)) + 1)
    }

    /// The first byte of the line that `byte` is on; a byte order mark is before the first.
    pub fn start(&self, byte: usize) -> usize {
        match self.line(byte) {
            0 => self.content_start(),
            line => self.starts[line],
        }
    }

    /// The bytes of the line that `byte` is on, its line end excluded.
    pub fn around(&self, byte: usize, bytes: &[u8]) -> Bytes {
        let line = self.line(byte);
        let start = self.start(byte);
        let mut end = self.starts.get(line + 1).map_or(self.len, |&next| next - 1);
        if end > start && bytes.get(end - 1) == Some(&b'\r') && end < self.len {
            end -= 1;
        }
        start..end
    }

    /// The first byte of the line after the one `byte` is on, or the end of the file.
    pub fn next(&self, byte: usize) -> usize {
        self.starts.get(self.line(byte) + 1).copied().unwrap_or(self.len)
    }

    /// How most lines end.
    pub fn ending(&self) -> LineEnding {
        self.ending
    }

    /// The first byte behind a byte order mark.
    pub fn content_start(&self) -> usize {
        self.first
    }
}
