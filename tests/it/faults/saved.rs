//! Somebody saves a file at the very moment at which the run renames it, and putting it back fails: what was saved is at
//! its place, or it lies in the folder for unfinished work, named, until `recover` puts it back.

use crate::faults::inject::{Fault, Injected, Injector};
use crate::faults::tree::Checkout;
use crate::faults::{APPLY, UNDO, applied, injector};
use std::fs;
use std::path::Path;

const THEIRS: &str = "saved meanwhile\n";
/// Editors write a new file and rename it.
const SAVE: &str =
    r#"[ $1 -gt 0 ] || { printf 'saved meanwhile\n' >"$ROOT/../draft"; mv "$ROOT/../draft" "$ROOT/$FILE"; }"#;

/// A run beside which somebody saves a file before the call `at`.
fn beside(
    injector: &Injector,
    checkout: &Checkout,
    args: &[&str],
    at: usize,
    does: &str,
    file: &str,
) -> impl Fn(usize, Fault) -> Injected {
    let mut command = checkout.command(args);
    command.env("INJECT_AT", at.to_string()).env("INJECT_DOES", does).env("ROOT", checkout.root()).env("FILE", file);
    let injector = injector.clone();
    move |n, fault| injector.run(n, fault, &command)
}

/// The calls of a command that rename, but for the last one, which says of the journal that all is settled.
fn renames(injector: &Injector, args: &[&str], start: &Checkout) -> Vec<usize> {
    let call = |n| injector.run(n, Fault::Kill, &start.copy().command(args)).call;
    let all = (1..).map_while(|n| Some((n, call(n)?)));
    let mut renames: Vec<usize> = all.filter(|(_, call)| call.starts_with("rename")).map(|(n, _)| n).collect();
    renames.pop();
    renames
}

fn holds(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text == THEIRS)
}

/// Whether what was saved is safe, and comes back.
fn look(checkout: &Checkout, file: &str, injected: &Injected) -> Result<(), String> {
    let told = String::from_utf8_lossy(&injected.output.stderr);
    let state = checkout.root().join(treepatch::patchset::STATE);
    if !holds(&checkout.root().join(file)) {
        let kept =
            fs::read_dir(&state).ok().and_then(|mut all| all.find_map(|e| Some(e.ok()?.path()).filter(|p| holds(p))));
        let kept = kept.ok_or_else(|| format!("it is lost: {told}"))?;
        // Where nothing can be written any more, nothing can be told either: the next run will.
        if !told.is_empty() && !told.contains("treepatch recover") || !state.join("journal").exists() {
            return Err(format!("it lies in {}, and nobody says so: {told}", kept.display()));
        }
    }
    if state.join("journal").exists() {
        let output = checkout.run(UNDO);
        if !holds(&checkout.root().join(file)) {
            return Err(format!("recover has lost it: {}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    Ok(())
}

fn sweep(test: &str, args: &[&str], start: &Checkout, files: &[&str]) {
    let Some(injector) = injector(test) else { return };
    let mut wrong = Vec::new();
    let mut kept = 0;
    for at in renames(&injector, args, start) {
        for file in files {
            for (n, fault) in (at + 1..at + 6).flat_map(|n| [(n, Fault::Once("EIO")), (n, Fault::On("EACCES"))]) {
                let checkout = start.copy();
                let injected = beside(&injector, &checkout, args, at, SAVE, file)(n, fault);
                kept += usize::from(!holds(&checkout.root().join(file)));
                if let Err(what) = look(&checkout, file, &injected) {
                    wrong.push(format!("{file} saved before call {at}, {fault} at {n}: {what}"));
                }
            }
        }
    }
    println!("{test}: kept beside {kept} times");
    assert!(kept > 0 && wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn saved_while_it_is_applied() {
    sweep("saved_while_it_is_applied", APPLY, &Checkout::new(), &["main.c", "lib/lib.c"]);
}

#[test]
fn saved_while_it_is_reverted() {
    let files = ["lib/lib.c", "lib/doc/patched.txt"];
    sweep("saved_while_it_is_reverted", &["revert", "{set}", "{root}"], &applied(APPLY), &files);
}

/// The folder of the file is no longer there when it is to go back, but a symlink, or a file.
#[test]
fn saved_and_the_way_back_is_blocked() {
    let Some(injector) = injector("saved_and_the_way_back_is_blocked") else { return };
    let (args, file) = (&["revert", "{set}", "{root}"], "lib/doc/patched.txt");
    let start = applied(APPLY);
    let mut kept = 0;
    for blocks in ["ln -s doc.away", ": >"] {
        let does = format!("{SAVE}\nif [ $1 -eq 1 ]; then cd \"$ROOT/lib\"; mv doc doc.away; {blocks} doc; fi");
        for at in renames(&injector, args, &start) {
            let checkout = start.copy();
            let injected = beside(&injector, &checkout, args, at, &does, file)(usize::MAX >> 1, Fault::Kill);
            let told = String::from_utf8_lossy(&injected.output.stderr).into_owned();
            let held =
                ["lib/doc.away/patched.txt", ".treepatch-journal/0.gone"].map(|at| holds(&checkout.root().join(at)));
            assert!(held[0] || held[1], "call {at}: {told}");
            if held[1] {
                kept += 1;
                assert_eq!(injected.output.status.code(), Some(3), "{told}");
                assert!(told.contains("/.treepatch-journal/0.gone") && told.contains("--undo"), "{told}");
                assert!(!checkout.run(UNDO).status.success());
                assert!(holds(&checkout.root().join(".treepatch-journal/0.gone")));
                let lib = checkout.root().join("lib");
                fs::remove_file(lib.join("doc")).unwrap();
                fs::rename(lib.join("doc.away"), lib.join("doc")).unwrap();
                let output = checkout.run(UNDO);
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                assert!(holds(&checkout.root().join(file)) && !checkout.everything().has_journal());
            }
        }
    }
    assert_eq!(kept, 2);
}
