//! The release compiles for ARM after the patchsets, and not before.

use crate::common::{Release, run};
use crate::needs;
use crate::proofs::workshop::go;
use std::process::Command;

const GROOTFS: &str = "code.cloudfoundry.org/grootfs/...";
const ALL: &str = "code.cloudfoundry.org/...";

#[test]
fn unpatched_grootfs_has_two_errors_on_arm() {
    needs!("go");
    let release = Release::unpatched();
    let errors = run(go(&release, "arm").args(["build", GROOTFS])).fails().stderr;
    let errors: Vec<_> = errors.lines().filter(|line| line.contains(".go:")).collect();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert!(errors.iter().any(|error| error.contains("statfs.Type != fsType (mismatched types int32 and int64)")));
    assert!(errors.iter().any(|error| error.contains("cannot use utimeOmit (constant 1073741822 of type int64)")));
}

#[test]
fn unpatched_release_is_clean_on_amd64() {
    needs!("go");
    let release = Release::unpatched();
    run(go(&release, "amd64").args(["vet", ALL])).ok();
    run(go(&release, "amd64").args(["build", ALL])).ok();
}

#[test]
fn arm32_sets_make_the_release_clean_on_arm() {
    needs!("go");
    let release = Release::patched("garden-runc-arm32");
    release.apply("metron-arm32");
    run(go(&release, "arm").args(["vet", ALL])).ok();
    run(go(&release, "arm").args(["build", ALL])).ok();
}

#[test]
fn arm32_set_is_not_for_amd64() {
    needs!("go");
    let release = Release::patched("garden-runc-arm32");
    let errors = run(go(&release, "amd64").args(["build", GROOTFS])).fails().stderr;
    assert!(errors.contains("cannot use utimeOmit (constant 1073741822 of type int32)"), "{errors}");
}

#[test]
fn portable_set_makes_the_release_clean_everywhere() {
    needs!("go");
    let release = Release::patched("garden-runc-portable");
    release.apply("metron-arm32");
    for arch in ["arm", "amd64", "386", "arm64"] {
        run(go(&release, arch).args(["vet", ALL])).ok();
        run(go(&release, arch).args(["build", ALL])).ok();
    }
}

#[test]
fn patched_files_are_as_gofmt_writes_them() {
    needs!("gofmt");
    let unpatched = Release::unpatched();
    assert_eq!(run(Command::new("gofmt").arg("-l").arg(unpatched.root())).ok().stdout, "");
    for garden in ["garden-runc-arm32", "garden-runc-portable"] {
        let release = Release::patched(garden);
        release.apply("metron-arm32");
        assert_eq!(run(Command::new("gofmt").arg("-l").arg(release.root())).ok().stdout, "", "{garden}");
    }
}
