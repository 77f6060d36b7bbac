use super::diagnostic::Diagnostic;
use super::keys::Keys;
use super::notes::{Notes, list, quoted};
use super::operation::OPERATIONS;
use super::scope::{SCOPE, Scope};
use super::text;
use super::{Body, Create, Example, Fragment, Hunk, Obsolete, Operation, Patch, Upstream, Work};
use crate::language::Language;
use toml::de::DeValue;

const WORK: [&str; 4] = ["diff", "hunk", "operation", "create"];
const PATCH: [&str; 16] = [
    "id",
    "title",
    "why",
    "target",
    "needs",
    "amends",
    "optional",
    "disabled",
    "author",
    "date",
    "trailers",
    "alternatives",
    "obsolete",
    "upstream",
    "example",
    "alternative",
];
/// Each alternative is looked for in every file, and all that they find is kept.
const MOST_ALTERNATIVES: usize = 100;
/// What hunks may inherit in one patchset, in bytes.
const INHERITANCE: usize = 1 << 26;

/// Reads `[[patch]]` tables.
pub(super) struct Patches<'n, 't> {
    pub(super) notes: &'n mut Notes,
    text: &'t str,
    /// What hunks have inherited so far, in bytes.
    inherited: usize,
    /// Whether all bodies of the patch in memory could be read.
    whole: bool,
}

impl<'n, 't> Patches<'n, 't> {
    pub(super) fn new(notes: &'n mut Notes, text: &'t str) -> Patches<'n, 't> {
        Patches { notes, text, inherited: 0, whole: true }
    }

    /// One `[[patch]]`, and whether all its bodies could be read. What could not has been complained about.
    pub(super) fn patch(&mut self, keys: &Keys<'_>) -> (Patch, bool) {
        self.whole = true;
        for (key, help) in [
            ("id", "a name that is unique in the patchset"),
            ("title", "one line: what the patch changes, as the subject of a commit"),
            ("why", "the reason, in prose"),
        ] {
            self.notes.required(keys, key, help);
        }
        let scope = Scope::read(self.notes, keys, self.text);
        let mut bodies = Vec::new();
        bodies.extend(self.body(keys, &scope, None).or_else(|| self.broken()));
        let alternatives = self.notes.tables(keys, "alternative", "[[patch.alternative]]");
        if let Some(beyond) = alternatives.get(MOST_ALTERNATIVES) {
            let message = format!("a patch has no more than {MOST_ALTERNATIVES} alternatives");
            self.notes.push(Diagnostic::new(&beyond.span, message).help("make several patches of it"));
        }
        for keys in alternatives.into_iter().take(MOST_ALTERNATIVES) {
            let own = Scope::read(self.notes, &keys, self.text);
            let scope = self.inherit(own, &scope);
            let note = self.notes.line(&keys, "name");
            let note = self.notes.prose(&keys, "note").or(note).map(|note| note.value);
            bodies.extend(self.body(&keys, &scope, Some(note)).or_else(|| self.broken()));
        }
        self.only_diffs_have_alternatives(&bodies);
        let (mut obsolete, upstream, examples) = (self.obsolete(keys), self.upstream(keys), self.examples(keys));
        obsolete.iter_mut().for_each(|obsolete| text::settle_obsolete(obsolete, &bodies));
        let notes = &mut *self.notes;
        let patch = Patch {
            id: notes.name(keys, "id", "patch").unwrap_or_default(),
            title: notes.line(keys, "title").unwrap_or_default().value,
            why: notes.prose(keys, "why").unwrap_or_default().value,
            target: notes.targets(keys, "target"),
            needs: notes.texts(keys, "needs").unwrap_or_default(),
            amends: notes.texts(keys, "amends").unwrap_or_default(),
            optional: notes.flag(keys, "optional").unwrap_or(false),
            disabled: notes.line(keys, "disabled").map(|reason| reason.value),
            author: notes.author(keys),
            date: notes.date(keys),
            trailers: notes.trailers(keys),
            bodies,
            sum: notes.word(keys, "alternatives", &[("sum", true), ("first", false)]).is_some_and(|word| word.value),
            obsolete,
            upstream,
            examples,
            span: keys.span.clone(),
        };
        (patch, self.whole)
    }

    /// Of an operation or a new file there is one, which no other body can stand for.
    fn only_diffs_have_alternatives(&mut self, bodies: &[Body]) {
        let other = bodies.iter().find(|body| !matches!(body.work, Work::Edit(_)));
        if let Some(body) = other.filter(|_| bodies.len() > 1) {
            let message = "only a diff can have alternatives, or be one";
            self.notes.push(Diagnostic::new(&body.span, message).help("make a patch of its own of each"));
        }
    }

    fn broken<T>(&mut self) -> Option<T> {
        self.whole = false;
        None
    }

    /// The patch's own body, or an alternative with its note.
    fn body(&mut self, keys: &Keys<'_>, scope: &Scope, alternative: Option<Option<String>>) -> Option<Body> {
        let mut known: Vec<&str> = match alternative {
            None => PATCH.to_vec(),
            Some(_) => vec!["name", "note"],
        };
        known.extend(WORK);
        known.extend(SCOPE);
        known.push("content");
        let mut works = WORK.into_iter().filter(|key| keys.has(key));
        let first = works.next();
        if let (Some(first), Some(second)) = (first, works.next()) {
            let span = keys.key(second).unwrap_or_default();
            let message = format!("{} and {} exclude each other", quoted(first), quoted(second));
            self.notes.push(
                Diagnostic::new(&span, message).help("a body is one of them; another goes into a patch of its own"),
            );
            self.notes.only(keys, &known);
            return None;
        }
        if first != Some("create")
            && let Some(span) = keys.key("content")
        {
            self.notes.push(Diagnostic::new(&span, "`content` stands beside `create`").help("add `create = \"path\"`"));
        }
        let work = match first {
            Some("operation") => Work::Operation(self.operation(keys, scope, &known)?),
            Some("create") => {
                self.notes.only(keys, &known);
                Work::Create(self.create(keys)?)
            }
            Some("hunk") => {
                self.notes.only(keys, &known);
                Work::Edit(self.hunks(keys, scope))
            }
            Some(_) => {
                self.notes.only(keys, &known);
                Work::Edit(vec![self.hunk(keys, scope.clone())?])
            }
            None => {
                self.notes.only(keys, &known);
                let diagnostic = Diagnostic::new(&keys.span, format!("{} has no body", keys.name));
                self.notes.push(
                    diagnostic.help(format!("add {}", list(["diff", "[[patch.hunk]]", "operation", "create"], "or"))),
                );
                return None;
            }
        };
        let span = match (&alternative, first) {
            (None, Some(key)) => Notes::place(keys, key),
            _ => keys.span.clone(),
        };
        Some(Body { note: alternative.flatten(), work, span })
    }

    fn hunks(&mut self, keys: &Keys<'_>, outer: &Scope) -> Vec<Hunk> {
        let mut known = SCOPE.to_vec();
        known.push("diff");
        let mut hunks = Vec::new();
        for keys in self.notes.tables(keys, "hunk", "[[patch.hunk]]") {
            self.notes.only(&keys, &known);
            self.notes.required(&keys, "diff", "the lines to change, with `-`, `+` or a space in column 1");
            let own = Scope::read(self.notes, &keys, self.text);
            let scope = self.inherit(own, outer);
            hunks.extend(self.hunk(&keys, scope).or_else(|| self.broken()));
        }
        if let (true, Some((DeValue::Array(_), span))) = (hunks.is_empty() && self.whole, keys.value("hunk")) {
            self.notes.push(Diagnostic::new(&span, "there is no hunk").help("a hunk begins with `[[patch.hunk]]`"));
        }
        hunks
    }

    fn inherit(&mut self, own: Scope, outer: &Scope) -> Scope {
        if self.inherited > INHERITANCE {
            return own;
        }
        self.inherited += outer.weight();
        own.or(outer)
    }

    /// Whether the hunks of all patches together inherit too much.
    pub(super) fn inherits_too_much(&self) -> bool {
        self.inherited > INHERITANCE
    }

    fn hunk(&mut self, keys: &Keys<'_>, scope: Scope) -> Option<Hunk> {
        self.files(keys, &scope);
        let language = scope.spoken();
        if let (None, Some(files)) = (language, &scope.files)
            && !files.globs.is_empty()
            && !keys.has("language")
        {
            let span = files.globs.first().map(|glob| glob.span.clone()).unwrap_or_default();
            self.notes.push(Diagnostic::new(&span, "the globs do not tell one language").help(
                "let all end in `.go`, or all in `.c` or `.h`, or add `language = \"go\"`, `\"c\"` or `\"text\"`",
            ));
        }
        let diff = self.notes.text(keys, "diff")?;
        let is_text = language == Some(Language::Text);
        if !is_text && let Some(span) = keys.key("sigil") {
            let diagnostic = Diagnostic::new(&span, "`sigil` is for `language = \"text\"` alone");
            self.notes.push(diagnostic.help("in code `$` marks holes"));
        }
        let read = match is_text {
            true => Fragment::text_diff(self.text, &diff.span, &diff.value, scope.sigil),
            false => Fragment::diff(self.text, &diff.span, &diff.value),
        };
        let diff = match read {
            Ok(diff) => diff,
            Err(diagnostic) => {
                self.notes.push(diagnostic);
                return None;
            }
        };
        let mut hunk = Hunk {
            files: scope.files.unwrap_or_default(),
            diff,
            language,
            expect: scope.expect.as_ref().map(|expect| expect.value).unwrap_or_default(),
            expect_span: scope.expect.map(|expect| expect.span),
            pick: scope.pick,
            reading: scope.reading,
            layout: scope.layout.unwrap_or_default(),
            holes: scope.holes,
            inside: scope.inside.unwrap_or_default(),
            has: scope.has.unwrap_or_default(),
            unless: scope.unless.unwrap_or_default(),
            file_has: scope.file_has.unwrap_or_default(),
            imports: scope.imports,
        };
        if is_text {
            text::settle(self.notes, &mut hunk, scope.sigil);
        }
        Some(hunk)
    }

    fn files(&mut self, keys: &Keys<'_>, scope: &Scope) {
        if scope.files.is_none() && !keys.has("files") && !self.inherits_too_much() {
            let diagnostic = Diagnostic::new(&keys.span, format!("`files` is missing in {}", keys.name));
            self.notes.push(diagnostic.help("globs of the files to search, such as `files = [\"**/main.go\"]`"));
        }
    }

    fn operation(&mut self, keys: &Keys<'_>, scope: &Scope, known: &[&str]) -> Option<Operation> {
        self.files(keys, scope);
        let name = self.notes.line(keys, "operation")?;
        let Some(operation) = OPERATIONS.iter().find(|known| known.name == name.value) else {
            let names = OPERATIONS.iter().map(|known| known.name);
            self.notes.unknown(
                &name.span,
                format!("there is no operation {}", quoted(&name.value)),
                &name.value,
                names,
            );
            return None;
        };
        let own: Vec<&str> = operation.keys().collect();
        let all = [known, &own].concat();
        self.notes.only(keys, &all);
        self.meaningless(keys, &["files", "expect"], "operation");
        let options = self.notes.options(keys, operation);
        let accept = self.notes.acceptances(keys);
        Some(Operation {
            name,
            files: scope.files.clone().unwrap_or_default(),
            expect: scope.expect.as_ref().map(|expect| expect.value).unwrap_or_default(),
            options,
            accept,
        })
    }

    fn create(&mut self, keys: &Keys<'_>) -> Option<Create> {
        self.notes.required(keys, "content", "what the new file holds");
        self.meaningless(keys, &[], "create");
        let path = self.notes.path(keys, "create");
        let content = self.notes.lines(keys, "content", self.text);
        Some(Create { path: path?, content: content? })
    }

    /// Complains about keys that say where and how a diff matches, beside a body that has none.
    fn meaningless(&mut self, keys: &Keys<'_>, except: &[&str], work: &str) {
        for key in SCOPE.into_iter().filter(|key| !except.contains(key)) {
            if let Some(span) = keys.key(key) {
                let message = format!("{} has no meaning beside {}", quoted(key), quoted(work));
                self.notes.push(Diagnostic::new(&span, message).help("it belongs to a diff"));
            }
        }
    }

    fn obsolete(&mut self, keys: &Keys<'_>) -> Option<Obsolete> {
        let keys = self.subtable(keys, "obsolete", "`[patch.obsolete]`", &["match", "files", "by", "since", "note"])?;
        self.notes.required(&keys, "match", "the code that upstream has where the patch is no longer needed");
        let matches = self.notes.fragments(&keys, "match", self.text).unwrap_or_default();
        if let (true, Some((DeValue::Array(_), span))) = (matches.is_empty(), keys.value("match")) {
            self.notes.push(Diagnostic::new(&span, "`match` lists nothing"));
        }
        Some(Obsolete {
            matches,
            files: self.notes.globs(&keys, "files"),
            by: self.notes.line(&keys, "by").map(|by| by.value),
            since: self.notes.line(&keys, "since").map(|since| since.value),
            note: self.notes.prose(&keys, "note").map(|note| note.value),
        })
    }

    fn upstream(&mut self, keys: &Keys<'_>) -> Upstream {
        let known = ["status", "forwarded", "bug", "origin", "applied"];
        let Some(keys) = self.subtable(keys, "upstream", "`[patch.upstream]`", &known) else {
            return Upstream::default();
        };
        let [status, forwarded, bug, origin, applied] =
            known.map(|key| self.notes.line(&keys, key).map(|line| line.value));
        Upstream { status, forwarded, bug, origin, applied }
    }

    /// A table below `[[patch]]`. Keys of the patch that follow its header belong to it, which is seldom meant.
    fn subtable<'a>(&mut self, keys: &Keys<'a>, key: &str, name: &str, known: &[&str]) -> Option<Keys<'a>> {
        let keys = self.notes.table(keys, key, name)?;
        let mut all = known.to_vec();
        for (key, span, ..) in keys.entries() {
            let patchs = PATCH.contains(&key) || WORK.contains(&key) || SCOPE.contains(&key);
            if patchs && !known.contains(&key) {
                let message = format!("{} is a key of `[[patch]]`, not of {name}", quoted(key));
                self.notes.push(Diagnostic::new(&span, message).help(format!("write it above the line {name}")));
                all.push(key);
            }
        }
        self.notes.only(&keys, &all);
        Some(keys)
    }

    fn examples(&mut self, keys: &Keys<'_>) -> Vec<Example> {
        let mut examples = Vec::new();
        for keys in self.notes.tables(keys, "example", "[[patch.example]]") {
            self.notes.only(&keys, &["before", "after", "unchanged", "path", "target"]);
            let mut text = |key| self.notes.lines(&keys, key, self.text);
            let (before, after) = match (keys.has("before"), keys.has("after"), keys.has("unchanged")) {
                (true, true, false) => (text("before"), text("after")),
                (false, false, true) => (text("unchanged"), text("unchanged")),
                _ => {
                    self.notes.push(
                        Diagnostic::new(&keys.span, "an example is `before` and `after`, or `unchanged`")
                            .help("`unchanged` is the text of a file in which nothing is to be done"),
                    );
                    continue;
                }
            };
            let path = self.notes.path(&keys, "path").map(|path| path.value);
            let target = self.notes.line(&keys, "target");
            let target = target.filter(|target| self.notes.check_target(&target.value, &target.span));
            if let (Some(before), Some(after)) = (before, after) {
                let target = target.map(|target| target.value);
                examples.push(Example { before, after, path, target, span: keys.span.clone() });
            }
        }
        examples
    }
}
