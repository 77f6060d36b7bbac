//! Containers have no seccomp policy on ARM, and keep it elsewhere.

use crate::common::Release;
use crate::needs;
use crate::proofs::workshop::{build, here, on_arm};

const GDN: &str = "guardian/cmd/gdn";

/// The policy in a bundle as `gdn` prints it: null or an object.
fn policy(bundle: &str) -> serde_json::Value {
    let bundle: serde_json::Value = serde_json::from_str(bundle).unwrap();
    bundle["Spec"]["Linux"].get("Seccomp").expect("a bundle has the key, set or not").clone()
}

#[test]
fn unpatched_guardian_has_a_policy_on_arm() {
    needs!("go", "qemu-arm-static");
    let release = Release::unpatched();
    let gdn = build(&release, "arm", GDN);
    assert!(policy(&on_arm(&gdn, &[""; 0]).ok().stdout).is_object());
}

#[test]
fn arm32_set_takes_the_policy_away() {
    needs!("go", "qemu-arm-static");
    let release = Release::patched("garden-runc-arm32");
    let gdn = build(&release, "arm", GDN);
    assert!(policy(&on_arm(&gdn, &[""; 0]).ok().stdout).is_null());
}

#[test]
fn portable_set_takes_the_policy_away_on_arm_alone() {
    needs!("go", "qemu-arm-static");
    let unpatched = Release::unpatched();
    let before = build(&unpatched, "amd64", GDN);
    let release = Release::patched("garden-runc-portable");
    let arm = build(&release, "arm", GDN);
    let amd64 = build(&release, "amd64", GDN);
    assert!(policy(&on_arm(&arm, &[""; 0]).ok().stdout).is_null());
    let kept = here(&amd64, &[""; 0]).ok().stdout;
    assert!(policy(&kept).is_object());
    assert_eq!(kept, here(&before, &[""; 0]).ok().stdout);
}
