//! The imports that an edited Go file needs, and those that it needs no more.

use crate::find::Rule;
use crate::golang::imports;
use crate::golang::imports::{ImportSpec, LocalName};
use crate::golang::types::{Scope, is_qualifier, is_used};
use crate::language::Language;
use crate::pattern::{Change, Part};
use crate::proof::SiteEdit;
use crate::search::Finder;
use crate::source::{Bytes, Edit, OffsetMap, Source};
use std::collections::BTreeSet;
use std::path::Path;

/// A file that a rule has edited, and is about to give the imports that it needs.
pub(crate) struct Importing<'a, 'w, 't> {
    pub path: &'a Path,
    pub finder: &'a Finder<'w, 't>,
    pub rule: &'a Rule,
    /// All sites of the file.
    pub works: &'a [SiteEdit<'a>],
    pub before: &'a Source,
    pub after: &'a Source,
    /// What the sites wrote, in the new bytes.
    pub written: &'a [Bytes],
    /// The edits so far.
    pub batches: &'a [Vec<Edit>],
}

impl Importing<'_, '_, '_> {
    /// The next thing that an edit asks of the imports of a file: one that the result needs and lacks, or one that it
    /// leaves unused. One at a time, since one may take the other's line.
    ///
    /// Fails with what has the name already, or with what keeps an import from going.
    pub fn next(&self) -> Result<Vec<Edit>, String> {
        let (rule, after) = (self.rule, self.after);
        if after.language != Language::Go {
            return Ok(Vec::new());
        }
        // What is new comes first, so that it can take the place of a lone import that goes, or of the last one of a group.
        let is_missing = |(name, path): &(&String, &String)| {
            imports::local_name(after, path) == LocalName::Missing && self.written_uses(name) > 0
        };
        if let Some((name, path)) = rule.imports.iter().find(is_missing) {
            return self.bring(name, path);
        }
        for (name, path) in &rule.imports {
            let LocalName::Named(local) = imports::local_name(after, path) else { continue };
            if self.written_uses(name) > 0 {
                self.is_free(&local)?;
            }
            if self.is_left_unused(&local) {
                return self.remove(path);
            }
        }
        Ok(Vec::new())
    }

    /// Imports a package whose name nothing else may have.
    fn bring(&self, name: &str, path: &str) -> Result<Vec<Edit>, String> {
        self.is_free(name)?;
        if let Some(other) = imports::specs(self.after).into_iter().find(|spec| has_name(spec, name)) {
            return self.make_way(name, &other);
        }
        if let Some((file, line)) = self.finder.declared_beside(self.path, self.after, name) {
            let file = file.display();
            return Err(format!("`{name}` is declared in this package: {file}:{line}; so it cannot mean another one"));
        }
        Ok(self.add(path, name))
    }

    /// Imports a package, in the place of one that goes if that is alone.
    fn add(&self, path: &str, name: &str) -> Vec<Edit> {
        let alias = (imports::default_name(path) != name).then_some(name);
        let goes = |path: &&String| {
            let local = imports::local_name(self.after, path);
            matches!(local, LocalName::Named(local) if self.is_left_unused(&local)) && self.remove(path).is_ok()
        };
        let gone = self.rule.imports.values().find(goes);
        let in_its_place = gone.and_then(|gone| imports::replace_lone(self.after, gone, path, alias));
        in_its_place.map_or_else(|| imports::add(self.after, path, alias), |edit| vec![edit])
    }

    fn is_left_unused(&self, local: &str) -> bool {
        is_used(self.before, local) && !is_used(self.after, local)
    }

    /// How often the sites of the rule write this package's name.
    fn written_uses(&self, name: &str) -> usize {
        let mine = self.works.iter().filter(|work| std::ptr::eq(work.rule, self.rule));
        mine.map(|work| writes(self.rule, work.hit.variant, name)).sum()
    }

    /// Whether a name means what is imported under it wherever the sites write it. Fails with what has it instead.
    fn is_free(&self, local: &str) -> Result<(), String> {
        let (after, scope) = (self.after, Scope::of(self.after, local));
        let written = self.written.iter().flat_map(|w| after.token_at(w.start)..after.token_at(w.end));
        let uses = written.filter(|&t| is_qualifier(after, t, local));
        match uses.filter_map(|t| scope.at(t)).next() {
            Some(shadow) => {
                let place = self.place_in_before(shadow.bytes.start);
                Err(format!("`{local}` is a {} here: {place}; so it cannot mean the package", shadow.what))
            }
            None => Ok(()),
        }
    }

    /// Where something of the result was before, or is if it is new.
    fn place_in_before(&self, byte: usize) -> String {
        let shift = OffsetMap::new(self.batches);
        let text = |source: &Source, t: usize| source.tokens.get(t).map(|t| source.bytes[t.bytes.clone()].to_vec());
        let name = text(self.after, self.after.token_at(byte));
        let same = |t: &usize| shift.start(self.before.tokens[*t].bytes.start) == byte && text(self.before, *t) == name;
        let near = self.before.tokens.partition_point(|t| shift.start(t.bytes.start) < byte);
        match Some(near).filter(|&t| t < self.before.tokens.len()).filter(same) {
            Some(t) => self.line(self.before, self.before.tokens[t].bytes.start),
            None => self.line(self.after, byte),
        }
    }

    fn line(&self, source: &Source, byte: usize) -> String {
        format!("{}:{}", self.path.display(), source.lines.place(byte).0)
    }

    /// Removes an import that has the name of one to come, if the rule names its package, too, and no use of it is left.
    fn make_way(&self, name: &str, other: &ImportSpec) -> Result<Vec<Edit>, String> {
        let line = self.line(self.after, self.after.span(&other.tokens).start);
        let taken = format!("`{name}` is \"{}\" in this file ({line})", other.path);
        if !self.rule.imports.values().any(|path| *path == other.path) {
            return Err(format!("{taken}; name that package in `imports`, too, if it is to make way"));
        }
        let scope = Scope::of(self.before, name);
        let gone = self.gone();
        if let Some(t) = scope.uses().find(|t| !gone.contains(t)) {
            let place = self.line(self.before, self.before.tokens[t].bytes.start);
            return Err(format!("{taken}, and is still used at {place}"));
        }
        // Code that the holes copy may use it, too.
        if Scope::of(self.after, name).uses().count() > self.written_uses(name) {
            return Err(format!("{taken}, and is still used in code that the body copies"));
        }
        self.remove(&other.path)
    }

    /// The tokens of the file as it was that the sites take away, whatever they write in their place.
    fn gone(&self) -> BTreeSet<usize> {
        let mut gone = BTreeSet::new();
        for work in self.works {
            let variant = &work.rule.pattern.variants[work.hit.variant];
            for (b, bound) in work.hit.matched.bounds.iter().enumerate() {
                if variant.keeps.binary_search_by_key(&b, |k| k.0).is_err() {
                    gone.extend(bound.tokens.clone());
                }
            }
        }
        gone
    }

    fn remove(&self, path: &str) -> Result<Vec<Edit>, String> {
        imports::remove(self.after, path).map_err(|comment| {
            let shown = String::from_utf8_lossy(&self.after.bytes[comment.clone()]).into_owned();
            let first = shown.lines().next().unwrap_or_default();
            format!(
                "the import of \"{path}\" would go, and the comment `{first}` at {} belongs to it: remove that import in \
                 a hunk of its own, which shows the comment on a `-` line",
                self.line(self.after, comment.start)
            )
        })
    }
}

fn has_name(spec: &ImportSpec, name: &str) -> bool {
    spec.local_name() == LocalName::Named(name.to_owned())
}

/// How often a shape of the rule writes this package's name.
fn writes(rule: &Rule, variant: usize, name: &str) -> usize {
    let variant = &rule.pattern.variants[variant];
    let written = variant.changes.iter().flat_map(|c| match c {
        Change::Tokens { after, .. } => vec![after.clone()],
        Change::Rows { insert, .. } => insert.iter().map(|i| i.elements.clone()).collect(),
    });
    let is_it = |i: &usize| matches!(&variant.after.elements[*i].part, Part::Package { name: n, .. } if n == name);
    written.flatten().filter(is_it).count()
}
