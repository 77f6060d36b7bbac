use super::imports::packages_of;
use super::workspace::Workspace;
use crate::find::{Answer, Env, Found, OutOfSteps, Rule, Steps, Types, find, find_text};
use crate::golang::{self, View, World};
use crate::source::{Source, Tokens};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Looks for rules in files of a workspace, while no patch changes it. The Go packages around those files are read
/// once, and only where a rule asks for a type.
pub(super) struct Looking<'w, 't> {
    /// The files.
    pub workspace: &'w Workspace<'t>,
    world: OnceLock<World<'w>>,
}

impl<'w, 't> Looking<'w, 't> {
    pub fn new(workspace: &'w Workspace<'t>) -> Looking<'w, 't> {
        Looking { workspace, world: OnceLock::new() }
    }

    /// Finds the sites of a rule in a file, which `source` is, or is to be.
    pub fn look(&self, rule: &Rule, source: &Source, env: &Env, path: &Path) -> Result<Found, OutOfSteps> {
        if let Some(body) = &rule.text {
            return find_text(rule, body, source, path, env, &mut Steps(self.workspace.limits.steps));
        }
        let packages = packages_of(rule, source);
        let types = GoTypes { looking: self, path, view: OnceCell::new() };
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
    looking: &'l Looking<'w, 't>,
    path: &'l Path,
    view: OnceCell<View<'w>>,
}

impl<'w> GoTypes<'_, 'w, '_> {
    fn view(&self, source: &Source) -> &View<'w> {
        self.view.get_or_init(|| View::of(self.looking.world(), self.path, source))
    }
}

impl Types for GoTypes<'_, '_, '_> {
    fn has_type(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
        answer(golang::has_type(self.view(source), source, tokens, wanted))
    }

    fn fits(&self, source: &Source, tokens: &Tokens, wanted: &str) -> Answer {
        answer(golang::fits(self.view(source), source, tokens, wanted))
    }
}

fn answer(answer: golang::Answer) -> Answer {
    match answer {
        golang::Answer::Yes => Answer::Yes,
        golang::Answer::No => Answer::No,
        golang::Answer::Unknown(why) => Answer::Unknown(why),
    }
}
