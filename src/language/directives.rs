//! Comments that are code: what compilers, linters and formatters read in them, and what they belong to.

use super::Language;

/// What a comment that is code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// The code on its line, or else on the line directly below it.
    Line,
    /// The next declaration, empty lines aside.
    Next,
    /// The label below it, and the branch that runs into that.
    Label,
    /// The head of the file, before all code.
    Head,
    /// A stretch of code begins or ends there.
    Region,
}

impl Language {
    /// What a comment belongs to, if it is code.
    pub fn directive(self, comment: &[u8]) -> Option<Directive> {
        let own = match self {
            Language::Go => in_go(comment),
            Language::C => in_c(words(comment)),
            Language::Text => return None,
        };
        own.or_else(|| in_any(words(comment)))
    }

    /// The name that a directive gives to the declaration that it belongs to, if it names one.
    pub fn named_by_directive(self, comment: &[u8]) -> Option<&[u8]> {
        let rest = ["//export ", "//go:linkname "].iter().find_map(|word| comment.strip_prefix(word.as_bytes()));
        let mut names = rest.filter(|_| self == Language::Go)?.split(u8::is_ascii_whitespace);
        names.find(|name| !name.is_empty())
    }
}

/// The text of a comment without its marks.
fn words(comment: &[u8]) -> &[u8] {
    let inner = comment.strip_prefix(b"//").or_else(|| comment.strip_prefix(b"/*")).unwrap_or(comment);
    let inner = inner.strip_suffix(b"*/").unwrap_or(inner);
    let from = inner.iter().position(|b| !b.is_ascii_whitespace() && !b"*!<".contains(b)).unwrap_or(inner.len());
    inner[from..].trim_ascii_end()
}

fn begins(text: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word.as_bytes()))
}

/// Tools that read comments of several languages.
fn in_any(text: &[u8]) -> Option<Directive> {
    const REGIONS: [&str; 12] = [
        "NOLINTBEGIN",
        "NOLINTEND",
        "LCOV_EXCL_START",
        "LCOV_EXCL_STOP",
        "LCOV_EXCL_BR_START",
        "LCOV_EXCL_BR_STOP",
        "GCOV_EXCL_START",
        "GCOV_EXCL_STOP",
        "GCOVR_EXCL_START",
        "GCOVR_EXCL_STOP",
        "@formatter:",
        "codespell:ignore-begin",
    ];
    const LINES: [&str; 6] = ["NOLINT", "LCOV_EXCL_", "GCOV_EXCL_", "GCOVR_EXCL_", "codespell:ignore", "NOSONAR"];
    if begins(text, &["SPDX-"]) || begins(text, &["Code generated "]) && text.ends_with(b"DO NOT EDIT.") {
        return Some(Directive::Head);
    }
    match text {
        _ if begins(text, &REGIONS) => Some(Directive::Region),
        _ if begins(text, &LINES) => Some(Directive::Line),
        _ => None,
    }
}

fn in_go(comment: &[u8]) -> Option<Directive> {
    let text = comment.strip_prefix(b"//")?;
    let trimmed = text.trim_ascii_start();
    let is_named =
        |word: &str| text.strip_prefix(word.as_bytes()).is_some_and(|rest| !rest.first().is_some_and(is_word));
    if is_named("go:build") || is_named("go:debug") || begins(trimmed, &["+build "]) {
        return Some(Directive::Head);
    }
    if is_named("go:generate") || is_named("go:linkname") {
        return Some(Directive::Line);
    }
    if begins(text, &["go:"]) && text.get(3).is_some_and(u8::is_ascii_lowercase) {
        return Some(Directive::Next);
    }
    let words = ["export ", "extern ", "line ", "sys ", "sysnb "];
    let is_line = begins(text, &words) || begins(trimmed, &["nolint", "#nosec"]) || is_tool(text) || is_marker(trimmed);
    is_line.then_some(Directive::Line)
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

/// `lint:ignore`, `tool:directive`: what gofmt takes for a directive, too.
fn is_tool(text: &[u8]) -> bool {
    let is_low = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let colon = text.iter().position(|b| !is_low(b)).filter(|&at| at > 0 && text[at] == b':');
    colon.is_some_and(|at| text.get(at + 1).is_some_and(is_low))
}

/// `+kubebuilder:…`, `+genclient`: what generators read.
fn is_marker(text: &[u8]) -> bool {
    text.strip_prefix(b"+").and_then(|rest| rest.first()).is_some_and(u8::is_ascii_lowercase)
}

fn in_c(text: &[u8]) -> Option<Directive> {
    const REGIONS: [&str; 5] =
        ["clang-format o", "INDENT-O", "uncrustify:o", "cppcheck-suppress-begin", "cppcheck-suppress-end"];
    const LINES: [&str; 16] = [
        "coverity[",
        "cppcheck-suppress",
        "IWYU pragma",
        "flawfinder:",
        "Flawfinder:",
        "LINTED",
        "ARGSUSED",
        "VARARGS",
        "PRINTFLIKE",
        "SCANFLIKE",
        "CONSTCOND",
        "lint ",
        "lint-",
        "-e",
        "@",
        "sparse:",
    ];
    match text {
        _ if falls_through(text) => Some(Directive::Label),
        _ if begins(text, &REGIONS) => Some(Directive::Region),
        _ if begins(text, &LINES) => Some(Directive::Line),
        _ => None,
    }
}

/// Whether compilers take a comment for the word that a branch runs into the next one on purpose.
fn falls_through(text: &[u8]) -> bool {
    let is_space = |b: &&u8| b.is_ascii_alphabetic();
    let plain: Vec<u8> = text.iter().take(60).filter(is_space).map(u8::to_ascii_lowercase).collect();
    let mut rest = plain.as_slice();
    for word in ["lint", "else", "intentionally", "intentional"] {
        rest = rest.strip_prefix(word.as_bytes()).unwrap_or(rest);
    }
    begins(rest, &["fallthr", "fallsthr"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_are_code_are_known() {
        let of = |language: Language, text: &str| language.directive(text.as_bytes());
        for (text, wanted) in [
            ("//go:build linux && !cgo", Some(Directive::Head)),
            ("// +build linux", Some(Directive::Head)),
            ("// Code generated by x. DO NOT EDIT.", Some(Directive::Head)),
            ("// SPDX-License-Identifier: MIT", Some(Directive::Head)),
            ("//go:embed a b", Some(Directive::Next)),
            ("//go:noinline", Some(Directive::Next)),
            ("//go:generate stringer", Some(Directive::Line)),
            ("//go:linkname a b.c", Some(Directive::Line)),
            ("//export f", Some(Directive::Line)),
            ("//nolint:gosec // why", Some(Directive::Line)),
            ("// nolint", Some(Directive::Line)),
            ("// #nosec G404", Some(Directive::Line)),
            ("//lint:ignore SA1 why", Some(Directive::Line)),
            ("// +kubebuilder:validation:Optional", Some(Directive::Line)),
            ("// exported by f", None),
            ("// go:embed a", None),
            ("//go: nothing", None),
            ("// http://example.org", None),
            ("/* fallthrough */", None),
        ] {
            assert_eq!(of(Language::Go, text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("/* fallthrough */", Some(Directive::Label)),
            ("/* FALLTHRU */", Some(Directive::Label)),
            ("// Falls through.", Some(Directive::Label)),
            ("/* else, intentional fall-through */", Some(Directive::Label)),
            ("/*-fallthrough*/", Some(Directive::Label)),
            ("/* NOLINT(x) */", Some(Directive::Line)),
            ("// NOLINTNEXTLINE", Some(Directive::Line)),
            ("// NOLINTBEGIN", Some(Directive::Region)),
            ("// clang-format off", Some(Directive::Region)),
            ("/* *INDENT-OFF* */", Some(Directive::Region)),
            ("/* coverity[leaked_storage] */", Some(Directive::Line)),
            ("/*@null@*/", Some(Directive::Line)),
            ("/* LCOV_EXCL_LINE */", Some(Directive::Line)),
            ("// SPDX-License-Identifier: GPL-2.0", Some(Directive::Head)),
            ("/* the water falls through the sieve */", None),
            ("/* clang is fine */", None),
        ] {
            assert_eq!(of(Language::C, text), wanted, "{text}");
        }
    }
}
