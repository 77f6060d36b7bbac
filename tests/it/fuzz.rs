//! The fuzz targets, each run a fixed number of times over inputs from a fixed seed; `docs/fuzzing.md` tells how to run
//! them for long.

#![allow(clippy::unwrap_used)]

#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Runs a target over inputs that look like noise and are the same every time. The input at which it fails is named.
fn run(target: fn(&[u8]), times: u64) {
    if let Some(input) = kept() {
        return target(&input);
    }
    for number in 0..times {
        let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let input: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8
        })
        .take(256)
        .collect();
        let failed = std::panic::catch_unwind(|| target(&input)).is_err();
        assert!(!failed, "input {number} of {times}");
    }
}

/// `TREEPATCH_FUZZ_INPUT=file cargo test --test fuzz edits` runs a target with an input that a long run has kept.
fn kept() -> Option<Vec<u8>> {
    std::env::var_os("TREEPATCH_FUZZ_INPUT").map(|file| std::fs::read(file).unwrap())
}

#[test]
fn the_loader_takes_any_file() {
    run(targets::toml, 2000);
}

#[test]
fn bodies_compile_or_are_refused() {
    run(targets::body, 1000);
}

#[test]
fn what_is_found_lies_where_it_is_said_to_lie() {
    run(targets::matcher, 1000);
}

#[test]
fn edits_keep_their_promises() {
    run(targets::edit, 1000);
}

#[test]
fn a_journal_does_nothing_outside_of_the_root() {
    run(targets::journal, 300);
}
