//! Every system call that writes is the last one of a run, or fails: afterwards the tree is wholly as it was or wholly
//! as it was to become, or the next run refuses and names `treepatch recover`, which gets it there.
//!
//! `TREEPATCH_FAULTS=all` tries every error at every call; else, where there are many calls, each gets one of them in turn.

#![allow(clippy::unwrap_used, clippy::explicit_write)]

mod full;
mod inject;
mod report;
mod saved;
mod tree;
mod umask;

use full::Lack;
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
    /// Whether every error is tried at every call.
    is_thorough: bool,
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
        Sweep { injector, args, start, old, new, is_plain: false, is_thorough: every() }
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
                if self.is_thorough || n % ERRORS.len() == turn {
                    self.once(n, fault, &mut wrong);
                    *counts.entry(fault.to_string()).or_default() += 1;
                }
            }
        }
        println!("{}: {} kills, {counts:?}", self.args.join(" "), n - 1);
        assert!(n > 5, "so few calls cannot be all");
        assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    /// Runs on disks that are fuller and fuller, and tells at how many fill levels there was too little.
    fn fill(&self, lack: Lack) -> usize {
        let mut wrong = Vec::new();
        let is_too_little = |left: &usize| {
            let checkout = self.start.copy();
            let ran = full::run(&checkout, self.args, lack, *left);
            if let Err(what) = self.look(&checkout, full::FULL, &ran) {
                let told = String::from_utf8_lossy(&ran.output.stderr);
                wrong.push(format!("{left} {lack:?} left: {what}\n{told}"));
            }
            !ran.output.status.success()
        };
        let levels = (0..).take_while(is_too_little).count();
        println!("{}: too little {lack:?} at {levels} levels", self.args.join(" "));
        assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
        levels
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
        // An attribute that nobody permits to set is left out.
        if call == "fsetxattr" && fault == Fault::Once("EACCES") {
            return true;
        }
        if let Err(what) = self.look(&checkout, fault, &injected) {
            let told = String::from_utf8_lossy(&injected.output.stderr);
            wrong.push(format!("{}: call {n}, {call}, {fault}: {what}\n{told}", self.args.join(" ")));
        }
        true
    }

    fn look(&self, checkout: &Checkout, fault: Fault, injected: &Injected) -> Result<(), String> {
        let told = String::from_utf8_lossy(&injected.output.stderr);
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
            let is_done = is_new.is_ok();
            is_old.or_else(|old| is_new.map_err(|new| format!("torn: not old: {old}; not new: {new}")))?;
            if is_recover {
                return self.is(&now, if self.args.contains(&"--undo") { &self.old } else { &self.new });
            }
            let again = checkout.run(self.args);
            match again.status.code() {
                Some(0) => {}
                // A copy that is there is not made again.
                Some(2) if is_done && self.makes_a_folder() => {}
                _ => return Err(format!("run again: {}", String::from_utf8_lossy(&again.stderr))),
            }
            let now = checkout.everything();
            return match &now.unfinished()[..] {
                [] => self.is(&now, &self.new),
                left => Err(format!("run again, and there is still {left:?}")),
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

    fn makes_a_folder(&self) -> bool {
        self.args[0] == "export" || self.args.contains(&"--into")
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
    if !crate::common::has_tool(test, "git") {
        return None;
    }
    let found = Injector::find();
    if found.is_none() {
        skip(test, "faults cannot be injected here: the seccomp filter of inject.c needs cc and Linux 5.5");
    }
    found
}

/// Says that a test did not run, which is a failure where nothing may be left out.
fn skip(test: &str, why: &str) {
    let required = std::env::var_os("TREEPATCH_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "{test}: {why}");
    use std::io::Write;
    writeln!(std::io::stderr(), "SKIPPED {test}: {why}").unwrap();
}

fn applied(args: &[&str]) -> Checkout {
    let checkout = Checkout::new();
    let output = checkout.run(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    checkout
}

const APPLY: &[&str] = &["apply", "{set}", "{root}"];
const COMMIT: &[&str] = &["apply", "{set}", "{root}", "--commit"];
const BRANCH: &[&str] = &["apply", "{set}", "{root}", "--commit", "--branch", "new/one"];
const INTO: &[&str] = &["apply", "{set}", "{root}", "--into", "{copy}"];
const REPORT: &[&str] = &["apply", "{set}", "{root}", "--dry-run", "--output", "{report}"];
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

/// A branch is there before it is checked out, and until it is not: else git would begin a new history there.
#[test]
fn commits_on_a_new_branch() {
    let test = "commits_on_a_new_branch";
    let Some(injector) = injector(test) else { return };
    let killed = Sweep::new(injector.clone(), BRANCH, Checkout::new());
    let interrupted = killed.interrupted();
    let (start, old, new) = (interrupted.last().unwrap().copy(), killed.old.clone(), killed.new.clone());
    let undone = Sweep { injector, args: UNDO, start, old, new, is_plain: false, is_thorough: false };
    for checkout in interrupted.into_iter().chain(undone.interrupted()) {
        assert!(checkout.is_sound());
        assert!(checkout.run(UNDO).status.success());
        assert_eq!(killed.is(&checkout.everything(), &killed.old), Ok(()));
    }
}

#[test]
fn revert() {
    let Some(injector) = injector("revert") else { return };
    Sweep::new(injector, &["revert", "{set}", "{root}"], applied(APPLY)).run();
}

/// The record of what was put in is of the files as they are, whatever happens.
#[test]
fn apply_outside_of_git() {
    let Some(injector) = injector("apply_outside_of_git") else { return };
    Sweep::new(injector, APPLY, Checkout::plain()).run();
}

#[test]
fn revert_outside_of_git() {
    let Some(injector) = injector("revert_outside_of_git") else { return };
    let start = Checkout::plain();
    assert!(start.run(APPLY).status.success());
    Sweep::new(injector, &["revert", "{set}", "{root}"], start).run();
}

#[test]
fn revert_of_commits() {
    let Some(injector) = injector("revert_of_commits") else { return };
    Sweep::new(injector, &["revert", "{set}", "{root}", "--commit"], applied(COMMIT)).run();
}

/// A copy is whole, or it is not there; the tree stays as it is.
#[test]
fn apply_into_a_copy() {
    let Some(injector) = injector("apply_into_a_copy") else { return };
    Sweep { is_thorough: true, ..Sweep::new(injector, INTO, Checkout::new()) }.run();
}

/// What is not finished does not show where git watches.
#[test]
fn apply_into_a_copy_in_a_repository() {
    let Some(injector) = injector("apply_into_a_copy_in_a_repository") else { return };
    Sweep::new(injector, &["apply", "{set}", "{lib}", "--into", "{beside}"], Checkout::new()).run();
}

/// A series is whole, or it is not there: in a folder that is not there yet, and in an empty one.
#[test]
fn export() {
    let Some(injector) = injector("export") else { return };
    let empty = Checkout::new();
    std::fs::create_dir(empty.root().join("copy")).unwrap();
    for (format, out, start) in [("quilt", "{copy}", Checkout::new()), ("mbox", "{beside}", empty)] {
        let args = ["export", "{set}", "{root}", "--format", format, "--output", out];
        Sweep { is_thorough: true, ..Sweep::new(injector.clone(), &args, start) }.run();
    }
}

/// A report that replaces one in the tree, which git watches.
#[test]
fn report_in_the_tree() {
    let Some(injector) = injector("report_in_the_tree") else { return };
    Sweep { is_thorough: true, ..Sweep::new(injector, REPORT, Checkout::with_report()) }.run();
}

/// Recovers runs that were killed; `args` can be killed, too, and then goes on in either direction.
fn recovers(test: &str, args: &[&str]) {
    let Some(injector) = injector(test) else { return };
    let plain = Checkout::plain();
    for (run, start) in [(COMMIT, Checkout::new()), (&["revert", "{set}", "{root}"], applied(APPLY)), (APPLY, plain)] {
        let killed = Sweep::new(injector.clone(), run, start);
        let interrupted = killed.interrupted();
        assert!(interrupted.len() > 5);
        // The first, the last, and one between them; or all.
        let step = if every() { 1 } else { (interrupted.len() - 1) / 2 };
        for start in interrupted.into_iter().step_by(step) {
            let (old, new) = (killed.old.clone(), killed.new.clone());
            let injector = injector.clone();
            Sweep { injector, args, start, old, new, is_plain: false, is_thorough: every() }.run();
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

/// Runs on a disk that is really full: of bytes, or of files.
fn fills(test: &str, args: &[&str], start: impl Fn() -> Checkout) {
    let Some(injector) = injector(test).filter(|_| has_small_disks(test)) else { return };
    let sweep = Sweep::new(injector, args, start());
    assert!(sweep.fill(Lack::Pages) > 1 && sweep.fill(Lack::Inodes) > 1);
}

fn has_small_disks(test: &str) -> bool {
    let is = full::is_possible();
    if !is {
        use std::io::Write;
        // A container may forbid it. Every call that a full disk refuses is refused in the other tests as well.
        writeln!(std::io::stderr(), "NOT RUN {test}: `unshare` cannot mount a small disk here").unwrap();
    }
    is
}

#[test]
fn full_disk_apply() {
    fills("full_disk_apply", APPLY, Checkout::new);
}

#[test]
fn full_disk_commit() {
    fills("full_disk_commit", COMMIT, Checkout::new);
}

#[test]
fn full_disk_copy() {
    fills("full_disk_copy", INTO, Checkout::new);
}

#[test]
fn full_disk_revert() {
    fills("full_disk_revert", &["revert", "{set}", "{root}"], || applied(APPLY));
}

#[test]
fn full_disk_report() {
    fills("full_disk_report", REPORT, Checkout::with_report);
}

/// Files that may not grow beyond a limit are as files on a full disk: no signal ends the run.
#[test]
fn small_files() {
    let Some(injector) = injector("small_files") else { return };
    for args in [COMMIT, INTO, REPORT] {
        assert!(Sweep::new(injector.clone(), args, Checkout::new()).fill(Lack::Blocks) > 0);
    }
}

/// Most of what is needed to recover was written before the disk was full.
#[test]
fn full_disk_recover() {
    let test = "full_disk_recover";
    let Some(injector) = injector(test).filter(|_| has_small_disks(test)) else { return };
    let killed = Sweep::new(injector.clone(), COMMIT, Checkout::new());
    let interrupted = killed.interrupted();
    let step = (interrupted.len() - 1) / 3;
    for (start, args) in interrupted.iter().step_by(step).flat_map(|start| [(start, RECOVER), (start, UNDO)]) {
        let (injector, old, new) = (injector.clone(), killed.old.clone(), killed.new.clone());
        let sweep = Sweep { injector, args, start: start.copy(), old, new, is_plain: false, is_thorough: false };
        sweep.fill(Lack::Pages);
        sweep.fill(Lack::Inodes);
    }
}
