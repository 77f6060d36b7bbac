//! 64-bit atomics crash on ARM where their fields are not aligned.

use crate::common::Release;
use crate::needs;
use crate::proofs::workshop::{build, here, on_arm};

const AGENT: &str = "loggregator/agent";

#[test]
fn unpatched_agent_crashes_on_arm() {
    needs!("go", "qemu-arm-static");
    let release = Release::unpatched();
    let agent = build(&release, "arm", AGENT);
    for step in ["counter", "gauge", "diode", "connector"] {
        let error = on_arm(&agent, &[step]).fails().stderr;
        assert!(error.contains("unaligned 64-bit atomic operation"), "{step}: {error}");
    }
    // The elements of a slice are aligned.
    on_arm(&agent, &["histogram"]).ok();
}

#[test]
fn patched_agent_does_on_arm_what_it_does_elsewhere() {
    needs!("go", "qemu-arm-static");
    let unpatched = Release::unpatched();
    let wanted = here(&build(&unpatched, "amd64", AGENT), &[""; 0]).ok().stdout;
    assert_eq!(wanted.lines().count(), 5, "{wanted}");

    let release = Release::patched("metron-arm32");
    assert_eq!(on_arm(&build(&release, "arm", AGENT), &[""; 0]).ok().stdout, wanted);
    assert_eq!(here(&build(&release, "amd64", AGENT), &[""; 0]).ok().stdout, wanted);
}
