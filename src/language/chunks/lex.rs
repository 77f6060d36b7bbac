use memchr::{memchr, memchr2, memmem};

/// The byte behind a string or character that begins at `start` with its quote and ends on the same line; `None` where
/// it does not end there.
pub(crate) fn quoted(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        at += bytes[at..].iter().position(|&b| b == quote || b == b'\\' || b == b'\n')?;
        match bytes[at] {
            // A backslash takes the next byte with it, a line end too: C goes on behind it.
            b'\\' if bytes.get(at + 1) == Some(&b'\r') && bytes.get(at + 2) == Some(&b'\n') => at += 3,
            b'\\' => at += 2,
            b'\n' => return None,
            _ => return Some(at + 1),
        }
        if at >= bytes.len() {
            return None;
        }
    }
}

/// The byte behind a raw string that begins at `start`.
pub(crate) fn raw(bytes: &[u8], start: usize) -> Option<usize> {
    memchr(b'`', &bytes[start + 1..]).map(|n| start + 1 + n + 1)
}

/// The byte behind a `/* … */` that begins at `start`.
pub(crate) fn block_comment(bytes: &[u8], start: usize) -> Option<usize> {
    memmem::find(&bytes[start + 2..], b"*/").map(|n| start + 2 + n + 2)
}

/// The line end that closes a `//` comment which begins at `start`, or the end of the file.
pub(crate) fn line_comment(bytes: &[u8], start: usize) -> usize {
    memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n)
}

/// Whether nothing but blanks is from `at` to the end of the line.
pub(crate) fn is_blank_line(bytes: &[u8], at: usize) -> bool {
    bytes[at..].iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r')) == Some(&b'\n')
}

/// The byte behind the line that `at` is on, if nothing but blanks and comments is on it from there.
pub(crate) fn rest_of_line(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        match bytes.get(at) {
            None => return Some(at),
            Some(b'\n') => return Some(at + 1),
            Some(b' ' | b'\t' | b'\r') => at += 1,
            Some(b'/') if bytes.get(at + 1) == Some(&b'/') => {
                let end = line_comment(bytes, at);
                // A comment that goes on behind a backslash is left alone.
                return (!bytes[at..end].trim_ascii_end().ends_with(b"\\")).then_some((end + 1).min(bytes.len()));
            }
            Some(b'/') if bytes.get(at + 1) == Some(&b'*') => {
                let end = block_comment(bytes, at)?;
                if memchr2(b'\n', b'\r', &bytes[at..end]).is_some() {
                    return None;
                }
                at = end;
            }
            Some(_) => return None,
        }
    }
}

/// The word that begins at `start`.
pub(crate) fn word(bytes: &[u8], start: usize) -> &[u8] {
    let end = bytes[start..].iter().position(|b| !is_word(*b)).map_or(bytes.len(), |n| start + n);
    &bytes[start..end]
}

/// Whether a byte can be part of a name or a number.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
