use super::import_names::packages_of;
use super::workspace::Workspace;
use crate::find::{Env, Found, OutOfSteps, Rule, Steps, Types, find, find_text};
use crate::golang::types::{View, World, fits, has_type};
use crate::source::{Answer, Source, Tokens};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Looks for rules in files of a workspace, while no patch changes it. The Go packages around those files are read
/// once, and only where a rule asks for a type.
pub(crate) struct Finder<'w, 't> {
    /// The files.
    pub workspace: &'w Workspace<'t>,
    world: OnceLock<World<'w>>,
}

impl<'w, 't> Finder<'w, 't> {
    pub fn new(workspace: &'w Workspace<'t>) -> Finder<'w, 't> {
        Finder { workspace, world: OnceLock::new() }
    }

    /// Finds the sites of a rule in a file, which `source` is, or is to be.
    pub fn look(&self, rule: &Rule, source: &Source, env: &Env, path: &Path) -> Result<Found, OutOfSteps> {
        if let Some(body) = &rule.text {
            return find_text(rule, body, source, path, env, &mut Steps(self.workspace.limits.steps));
        }
        let packages = packages_of(rule, source);
        let types = GoTypes { finder: self, path, view: OnceCell::new() };
        find(rule, source, env, &packages, &types, &mut Steps(self.workspace.limits.steps))
    }

    /// Where another file of a Go file's package declares a name at its top level: the file, and the line.
    pub fn declared_beside(&self, path: &Path, source: &Source, name: &str) -> Option<(PathBuf, usize)> {
        View::of(self.world(), path, source).declared_beside(name)
    }

    fn world(&self) -> &World<'w> {
        self.world.get_or_init(|| World::new(self.workspace))
    }
}

struct GoTypes<'l, 'w, 't> {
    finder: &'l Finder<'w, 't>,
    path: &'l Path,
    view: OnceCell<View<'w>>,
}

impl<'w> GoTypes<'_, 'w, '_> {
    fn view(&self, source: &Source) -> &View<'w> {
        self.view.get_or_init(|| View::of(self.finder.world(), self.path, source))
    }
}

impl Types for GoTypes<'_, '_, '_> {
    fn has_type(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
        has_type(self.view(source), source, tokens, wanted)
    }

    fn fits(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
        fits(self.view(source), source, tokens, wanted)
    }
}
