//! A release of BOSH: patched, committed, created. A stand-in for `bosh` holds the rule that counts here: what is not
//! committed is refused.

use crate::ground::{Ground, ran};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const BOSH: &str = "#!/bin/sh\nset -eu\n[ \"$1 $2\" = 'create-release --dir' ]\n\
    changes=$(git -C \"$3\" status --porcelain)\n[ -z \"$changes\" ] || { echo \"dirty: $changes\" >&2; exit 1; }\n\
    echo created from $(git -C \"$3\" rev-parse HEAD)\n";

#[test]
fn the_script_commits_and_creates_the_release() {
    let ground = Ground::new();
    ground.put("bin/bosh", BOSH);
    fs::set_permissions(ground.path("bin/bosh"), fs::Permissions::from_mode(0o755)).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_treepatch")).parent().unwrap();
    let paths = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{paths}", ground.path("bin").display(), program.display());
    let create = |root: &str| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/patch-release");
        ran(ground.quiet(script.to_str().unwrap()).args(["./mine.toml", root]).env("PATH", &path))
    };
    ground.clone_to("again");
    let first = create("root").exits(0);
    assert_eq!(first.stdout, create("again").exits(0).stdout);
    assert!(first.stdout.starts_with("created from "), "{}", first.stdout);
    ground.is_sound("root");
    // The stand-in does refuse.
    ground.put("root/other.txt", "mine\n");
    create("root").exits(1).tells("dirty:  M other.txt");
}
