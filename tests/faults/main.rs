//! Every system call that writes is the last one of a run, or fails: afterwards the tree is wholly as it was or wholly
//! as it was to become, or the next run refuses and names `treepatch recover`, which gets it there.
//!
//! `TREEPATCH_FAULTS=all` tries every error at every call; else each call gets one of them in turn.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

#[path = "../common/mod.rs"]
mod common;
mod inject;
mod tree;

use inject::{Fault, Injected, Injector};
use std::collections::BTreeMap;
use tree::{Checkout, Everything};

const ERRORS: [Fault; 6] = [
    Fault::Once("ENOSPC"),
    Fault::On("ENOSPC"),
    Fault::Once("EIO"),
    Fault::On("EROFS"),
    Fault::Once("EACCES"),
    Fault::On("EACCES"),
];

/// One command, and the two ends between which it leads.
struct Sweep<'a> {
    injector: Injector,
    args: &'a [&'a str],
    start: Checkout,
    old: Everything,
    new: Everything,
    /// Whether renames can only replace.
    is_plain: bool,
}

impl<'a> Sweep<'a> {
    /// For a command on a tree that is as it was.
    fn new(injector: Injector, args: &'a [&'a str], start: Checkout) -> Sweep<'a> {
        let old = start.everything();
        let done = start.copy();
        let output = done.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let new = done.everything();
        assert_ne!(old, new);
        Sweep { injector, args, start, old, new, is_plain: false }
    }

    /// Kills at every call; gives the trees of those that left a journal.
    fn interrupted(&self) -> Vec<Checkout> {
        let kill = |n| {
            let checkout = self.start.copy();
            let injected = self.injector.run(n, Fault::Kill, &checkout.command(self.args));
            injected.call.is_some().then_some(checkout)
        };
        (1..).map_while(kill).filter(|checkout| checkout.everything().has_journal()).collect()
    }

    /// Kills at every call, and then lets every call fail. Gives how often what was hit.
    fn run(&self) {
        let mut wrong = Vec::new();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut n = 0;
        loop {
            n += 1;
            if !self.once(n, Fault::Kill, &mut wrong) {
                break;
            }
            for (turn, fault) in ERRORS.into_iter().enumerate() {
                if every() || n % ERRORS.len() == turn {
                    self.once(n, fault, &mut wrong);
                    *counts.entry(fault.to_string()).or_default() += 1;
                }
            }
        }
        println!("{}: {} kills, {counts:?}", self.args.join(" "), n - 1);
        assert!(n > 5, "so few calls cannot be all");
        assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    /// Whether there was such a call.
    fn once(&self, n: usize, fault: Fault, wrong: &mut Vec<String>) -> bool {
        let checkout = self.start.copy();
        let mut command = checkout.command(self.args);
        if self.is_plain {
            command.env("INJECT_PLAIN", "1");
        }
        let injected = self.injector.run(n, fault, &command);
        let Some(call) = injected.call.clone() else {
            assert!(injected.output.status.success());
            return false;
        };
        let told = String::from_utf8_lossy(&injected.output.stderr).into_owned();
        if let Err(what) = self.look(&checkout, fault, &injected, &told) {
            wrong.push(format!("{}: call {n}, {call}, {fault}: {what}\n{told}", self.args.join(" ")));
        }
        true
    }

    fn look(&self, checkout: &Checkout, fault: Fault, injected: &Injected, told: &str) -> Result<(), String> {
        let now = checkout.everything();
        let status = checkout.status();
        if status.contains("treepatch") || status.contains(".lock") {
            return Err(format!("git shows {status}"));
        }
        if !checkout.is_sound() {
            return Err("an object is missing".to_owned());
        }
        let is_recover = self.args[0] == "recover";
        let is_old = self.is(&now, &self.old);
        let is_new = self.is(&now, &self.new);
        if fault != Fault::Kill {
            match injected.output.status.code() {
                Some(0) if is_recover => {}
                Some(0) if is_new.is_ok() => {}
                Some(3) if told.contains("nothing was written") => is_old.clone()?,
                Some(3) => {}
                other => return Err(format!("exit {other:?}")),
            }
        }
        if !now.has_journal() {
            is_old.or_else(|old| is_new.map_err(|new| format!("torn: not old: {old}; not new: {new}")))?;
            if is_recover {
                return self.is(&now, if self.args.contains(&"--undo") { &self.old } else { &self.new });
            }
            let again = checkout.run(self.args);
            return match again.status.code() {
                Some(0) => self.is(&checkout.everything(), &self.new),
                _ => Err(format!("run again: {}", String::from_utf8_lossy(&again.stderr))),
            };
        }
        for args in [
            &["check", "{set}", "{root}"][..],
            &["apply", "{set}", "{root}", "--dry-run"],
            &["apply", "{set}", "{root}"],
        ] {
            let output = checkout.run(args);
            let told = String::from_utf8_lossy(&output.stderr);
            if output.status.code() != Some(3) || !told.contains("treepatch recover") || !told.contains("--undo") {
                return Err(format!("{args:?} does not refuse: {told}"));
            }
        }
        if checkout.everything() != now {
            return Err("something was written beside a journal".to_owned());
        }
        for (args, end) in [(RECOVER, &self.new), (UNDO, &self.old)] {
            let copy = checkout.copy();
            let output = copy.run(args);
            if !output.status.success() {
                return Err(format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)));
            }
            self.is(&copy.everything(), end).map_err(|e| format!("{args:?}: {e}"))?;
            if !copy.is_sound() {
                return Err(format!("{args:?}: an object is missing"));
            }
        }
        Ok(())
    }

    fn is(&self, now: &Everything, wanted: &Everything) -> Result<(), String> {
        let other = if std::ptr::eq(wanted, &self.old) { &self.new } else { &self.old };
        now.clone().settled().differs(wanted, other).map_or(Ok(()), Err)
    }
}

/// Whether every error is tried at every call.
fn every() -> bool {
    std::env::var("TREEPATCH_FAULTS").is_ok_and(|v| v == "all")
}

/// The injector, or `None` where the test may be left out.
fn injector(test: &str) -> Option<Injector> {
    if !common::has_tool(test, "git") {
        return None;
    }
    Injector::find().or_else(|| {
        let required = std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_some_and(|value| value == "1");
        assert!(!required, "{test}: neither the seccomp filter of inject.c (cc is needed) nor strace works here");
        use std::io::Write;
        writeln!(std::io::stderr(), "SKIPPED {test}: faults cannot be injected here").unwrap();
        None
    })
}

fn applied(args: &[&str]) -> Checkout {
    let checkout = Checkout::new();
    let output = checkout.run(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    checkout
}

const APPLY: &[&str] = &["apply", "{set}", "{root}"];
const COMMIT: &[&str] = &["apply", "{set}", "{root}", "--commit"];
const RECOVER: &[&str] = &["recover", "{root}"];
const UNDO: &[&str] = &["recover", "{root}", "--undo"];

#[test]
fn apply() {
    let Some(injector) = injector("apply") else { return };
    Sweep::new(injector, APPLY, Checkout::new()).run();
}

/// File systems that cannot exchange two files, or cannot rename without replacing.
#[test]
fn apply_where_renames_only_replace() {
    let Some(injector) = injector("apply_where_renames_only_replace") else { return };
    let mut sweep = Sweep::new(injector, APPLY, Checkout::new());
    sweep.is_plain = true;
    sweep.run();
}

#[test]
fn apply_with_commits() {
    let Some(injector) = injector("apply_with_commits") else { return };
    Sweep::new(injector, COMMIT, Checkout::new()).run();
}

#[test]
fn revert() {
    let Some(injector) = injector("revert") else { return };
    Sweep::new(injector, &["revert", "{set}", "{root}"], applied(APPLY)).run();
}

#[test]
fn revert_of_commits() {
    let Some(injector) = injector("revert_of_commits") else { return };
    Sweep::new(injector, &["revert", "{set}", "{root}", "--commit"], applied(COMMIT)).run();
}

/// Recovers runs that were killed; `args` can be killed, too, and then goes on in either direction.
fn recovers(test: &str, args: &[&str]) {
    let Some(injector) = injector(test) else { return };
    for (run, start) in [(COMMIT, Checkout::new()), (&["revert", "{set}", "{root}"], applied(APPLY))] {
        let killed = Sweep::new(injector.clone(), run, start);
        let interrupted = killed.interrupted();
        assert!(interrupted.len() > 5);
        // The first, the last, and one between them; or all.
        let step = if every() { 1 } else { (interrupted.len() - 1) / 2 };
        for start in interrupted.into_iter().step_by(step) {
            let (old, new) = (killed.old.clone(), killed.new.clone());
            Sweep { injector: injector.clone(), args, start, old, new, is_plain: false }.run();
        }
    }
}

#[test]
fn recover() {
    recovers("recover", RECOVER);
}

#[test]
fn recover_undo() {
    recovers("recover_undo", UNDO);
}
