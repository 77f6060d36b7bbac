use super::diagnostic::Diagnostic;
use super::keys::Keys;
use super::notes::{Notes, quoted};
use super::{CodeKind, Fragment, HoleCondition, HoleTest, Spanned, holes};

const TESTS: [&str; 8] = ["type", "kind", "text", "not", "regex", "in", "fits", "is"];

const KINDS: [(&str, CodeKind); 11] = [
    ("name", CodeKind::Name),
    ("expression", CodeKind::Expression),
    ("statement", CodeKind::Statement),
    ("declaration", CodeKind::Declaration),
    ("type", CodeKind::Type),
    ("field", CodeKind::Field),
    ("element", CodeKind::Element),
    ("call", CodeKind::Call),
    ("string", CodeKind::String),
    ("number", CodeKind::Number),
    ("block", CodeKind::Block),
];

/// The integer types of Go and C whose width `fits` knows, on one target or on all.
const INTEGERS: &[&str] = &[
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "byte",
    "rune",
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "unsigned",
    "unsigned int",
    "long",
    "unsigned long",
    "long long",
    "unsigned long long",
    "int8_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "uint8_t",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "intptr_t",
    "uintptr_t",
    "size_t",
    "ssize_t",
    "ptrdiff_t",
];

/// A compiled regex takes no more memory than this, so that no patchset can take all of it.
const REGEX_BYTES: usize = 1 << 18;
/// A patchset has no more of them.
const MOST_REGEXES: usize = 2000;

impl Notes {
    /// `where.HOLE.*`.
    pub(super) fn conditions(&mut self, keys: &Keys<'_>, text: &str) -> Vec<HoleCondition> {
        let Some(holes) = self.table(keys, "where", "`where`") else {
            return Vec::new();
        };
        let mut conditions = Vec::new();
        for (hole, span, ..) in holes.entries() {
            if hole == "_" || holes::name_len(hole) != hole.len() || hole.is_empty() {
                self.push(
                    Diagnostic::new(&span, format!("{} cannot name a hole", quoted(hole)))
                        .help("`where.value.type` holds for `$value`: the name stands without `$`; `$_` has none"),
                );
                continue;
            }
            if let Some(tests) = self.table(&holes, hole, &quoted(&format!("where.{hole}"))) {
                self.only(&tests, &TESTS);
                let hole = Spanned { value: hole.to_owned(), span };
                conditions.push(HoleCondition { hole, tests: self.tests(&tests, text) });
            }
        }
        conditions.sort_by_key(|condition| condition.hole.span.start);
        conditions
    }

    fn tests(&mut self, keys: &Keys<'_>, text: &str) -> Vec<Spanned<HoleTest>> {
        let mut tests = Vec::new();
        let mut add = |key: &str, test: Option<HoleTest>| {
            if let (Some(value), Some((_, span))) = (test, keys.value(key)) {
                tests.push(Spanned { value, span });
            }
        };
        add("type", self.line(keys, "type").map(|name| HoleTest::Type(name.value)));
        add("kind", self.word(keys, "kind", &KINDS).map(|kind| HoleTest::Kind(kind.value)));
        add("text", self.some_codes(keys, "text").map(HoleTest::Text));
        add("not", self.some_codes(keys, "not").map(HoleTest::Not));
        add("in", self.some_codes(keys, "in").map(HoleTest::In));
        add("regex", self.regex(keys).map(HoleTest::Regex));
        add("fits", self.integer_type(keys).map(HoleTest::Fits));
        add("is", self.fragment(keys, "is", text).map(HoleTest::Is));
        tests.sort_by_key(|test| test.span.start);
        tests
    }

    fn some_codes(&mut self, keys: &Keys<'_>, key: &str) -> Option<Vec<String>> {
        let codes = self.codes(keys, key)?;
        if codes.is_empty() {
            let span = keys.value(key).map(|(_, span)| span).unwrap_or_default();
            self.push(Diagnostic::new(&span, format!("{} lists nothing", quoted(key))));
        }
        Some(codes.into_iter().map(|code| code.value).collect())
    }

    fn fragment(&mut self, keys: &Keys<'_>, key: &str, text: &str) -> Option<Fragment> {
        self.text(keys, key)?;
        self.fragments(keys, key, text)?.pop()
    }

    /// A regex that the whole text must match.
    fn regex(&mut self, keys: &Keys<'_>) -> Option<regex::Regex> {
        let written = self.text(keys, "regex")?;
        self.regexes += 1;
        if self.regexes > MOST_REGEXES {
            self.push(Diagnostic::new(&written.span, "a patchset has no more than 2,000 regexes"));
            return None;
        }
        let build = |pattern: &str| {
            regex::RegexBuilder::new(pattern)
                .size_limit(REGEX_BYTES)
                .dfa_size_limit(REGEX_BYTES)
                .nest_limit(100)
                .build()
        };
        // Alone first: `a)(b` would be one within the brackets.
        match build(&written.value).and_then(|_| build(&format!(r"\A(?:{})\z", written.value))) {
            Ok(regex) => Some(regex),
            Err(error) => {
                let reason = match &error {
                    regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
                    error => error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned(),
                };
                self.push(Diagnostic::new(&written.span, "the regex does not compile").label(reason));
                None
            }
        }
    }

    fn integer_type(&mut self, keys: &Keys<'_>) -> Option<String> {
        let name = self.line(keys, "fits")?;
        let words: Vec<&str> = name.value.split_whitespace().collect();
        let joined = words.join(" ");
        if INTEGERS.contains(&joined.as_str()) {
            return Some(joined);
        }
        let what = format!("{} is not an integer type of Go or C", quoted(&name.value));
        self.unknown(&name.span, what, &joined, INTEGERS.iter().copied());
        None
    }
}
