//! One case: rules as a patch, a function whose calls they replace, and what treepatch makes of it.

use crate::oracle::expr::{Expr, Spelling};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use treepatch::patchset::load;
use treepatch::plan::Options;
use treepatch::planner::plan;
use treepatch::vfs::MemoryTree;

/// What one rule replaces a call by.
#[derive(Clone, Debug)]
pub struct Rule {
    /// How many arguments the call has.
    pub holes: usize,
    /// Whether the first one is a type, which stands in brackets of its own.
    pub typed: bool,
    pub template: Template,
}

/// What comes in the place of a call.
#[derive(Clone, Debug)]
pub enum Template {
    /// An expression.
    Value(Expr),
    /// A statement: what stands before an expression and behind it. The call is one with a semicolon.
    Statement(&'static str, Expr, &'static str),
}

/// A patch and the code that it is tried on.
#[derive(Clone, Debug)]
pub struct Case {
    pub number: usize,
    pub rules: Vec<Rule>,
    /// The file, in which the function has the number of the case.
    pub source: String,
    /// How deep the sites lie in each other.
    pub depth: usize,
}

/// What became of a case.
#[derive(Clone, Debug)]
pub enum Outcome {
    Edited(String),
    Refused(String),
}

impl Case {
    /// The patchset. The semicolon that ends statements is C's.
    pub fn patchset(&self, glob: &str, name: &str) -> String {
        let mut out = format!(
            "format = 1\n\n[patchset]\nname = \"oracle\"\ntitle = \"Oracle\"\nrelease = \"oracle\"\ntested = [\"1\"]\n\n\
             [[patch]]\nid = \"rules\"\ntitle = \"Rules\"\nwhy = \"They are tried.\"\nfiles = [\"{glob}\"]\n"
        );
        for (n, rule) in self.rules.iter().enumerate() {
            let holes: Vec<String> = (0..rule.holes).map(|hole| format!("$r{n}x{hole}")).collect();
            let (types, values) = holes.split_at(usize::from(rule.typed));
            let types = if rule.typed { format!("[{}]", types[0]) } else { String::new() };
            let call = format!("{name}{n}{types}({})", values.join(", "));
            let row = |e: &Expr| e.written(0, Spelling::Row(n), false);
            let (minus, plus) = match &rule.template {
                Template::Value(value) => (call, row(value)),
                Template::Statement(before, value, behind) => (call + ";", format!("{before}{}{behind}", row(value))),
            };
            writeln!(out, "\n[[patch.hunk]]\nexpect = \"any\"\ndiff = '''\n-{minus}\n+{plus}\n'''").unwrap();
        }
        out
    }

    /// Carries the patch out.
    pub fn carried_out(&self, file: &str, name_of_rules: &str) -> Outcome {
        let toml = self.patchset(file, name_of_rules);
        let complain = |diagnostics: Vec<treepatch::patchset::Diagnostic>| {
            Outcome::Refused(format!("does not load: {}", diagnostics[0].message))
        };
        let patchset = match load("patch.toml", &toml) {
            Ok(patchset) => patchset,
            Err(diagnostics) => return complain(diagnostics),
        };
        let path = PathBuf::from(file);
        let tree = MemoryTree::new(BTreeMap::from([(path.clone(), self.source.clone().into_bytes())]));
        let plan = match plan(&patchset, &tree, &Options { threads: 1, ..Options::default() }) {
            Ok(plan) => plan,
            Err(diagnostics) => return complain(diagnostics),
        };
        let change = plan.changes().into_iter().find(|c| c.path == path);
        match change {
            Some(change) => Outcome::Edited(String::from_utf8(change.after).unwrap()),
            None => {
                let report = &plan.reports[0];
                let reason = report.reasons.first().map_or("", |r| r.text.as_str());
                Outcome::Refused(format!("{}: {reason}", report.verdict))
            }
        }
    }
}
