//! A report in a file says what has happened: it is there only if everything that it tells of is.

use crate::faults::inject::Fault;
use crate::faults::tree::Checkout;
use crate::faults::{APPLY, COMMIT, applied, injector};
use std::fs;

const OLD: &str = "an old one\n";

#[test]
fn a_report_comes_after_what_it_tells_of() {
    let Some(injector) = injector("a_report_comes_after_what_it_tells_of") else { return };
    let more: &[&str] = &["--format", "json", "--output", "{report}"];
    let runs = [
        (APPLY, Checkout::new()),
        (&["revert", "{set}", "{root}"], applied(APPLY)),
        (&["revert", "{set}", "{root}", "--commit"], applied(COMMIT)),
    ];
    for (args, start) in runs {
        let args = [args, more].concat();
        let heads = |checkout: &Checkout| {
            let head = checkout.root().join(".git/refs/heads/main");
            [checkout.root().join("main.c"), head].map(|file| fs::read(file).ok())
        };
        fs::write(start.report(), OLD).unwrap();
        let mut late = 0;
        for n in 1.. {
            let mut is_end = false;
            for fault in [Fault::Kill, Fault::Once("EIO"), Fault::On("EROFS")] {
                let checkout = start.copy();
                let injected = injector.run(n, fault, &checkout.command(&args));
                let told = String::from_utf8_lossy(&injected.output.stderr).into_owned();
                let what = format!("{args:?}, call {n}, {fault}: {told}");
                is_end |= injected.call.is_none();
                let has_begun = heads(&checkout) != heads(&start);
                let is_settled = has_begun && !checkout.everything().has_journal();
                if fs::read_to_string(checkout.report()).is_ok_and(|text| text != OLD) {
                    assert!(is_settled, "{what}");
                } else if injected.output.status.code() == Some(3) && is_settled {
                    late += usize::from(told.contains("but the report is not"));
                    let reasons = ["but the report is not", "tidying up failed"];
                    assert!(told.is_empty() || reasons.iter().any(|why| told.contains(why)), "{what}");
                } else if told.contains("nothing was written") {
                    assert!(!has_begun, "{what}");
                }
            }
            if is_end {
                break;
            }
        }
        assert!(late > 0, "{args:?}");
    }
}
