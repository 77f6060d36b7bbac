//! A release of BOSH, patched in each of the three ways. `bosh.sh` stands in for `bosh`: what is not committed is
//! refused, and a package holds what its spec names, under a fingerprint that is made before `pre_packaging` runs.

use crate::commits::ground::{Ground, Ran, ran};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const PATCHES: &str = r#"format = 1

[patchset]
name  = "arm"
title = "My patches"

[[patch]]
id    = "width"
title = "numbers: give the width 64 bits"
why   = "It overflows."
files = ["**/lib.c", "**/deep.c", "**/more.c"]
expect = "1 per file"
diff  = '''
-int width = $value;
+long width = $value;
'''

[[patch]]
id    = "limit"
title = "limits: a higher limit"
why   = "It is too low."
files = ["**/limit.c"]
diff  = '''
-#define LIMIT 10
+#define LIMIT 20
'''
"#;

const SPEC: &str =
    "---\nname: numbers\n\nfiles:\n- lib/*.c # all\n- lib/deep/**/*.c\n\nexcluded_files:\n- lib/deep/not.c\n";

/// A release in `release`, with a submodule in `src/lib` and one in that, and one package.
struct Release(Ground);

impl Release {
    fn new() -> Release {
        let release = Release(Ground::new());
        let ground = &release.0;
        ground.put("arm.toml", PATCHES);
        ground.git(".", &["init", "-q", "-b", "main", "release"]);
        ground.put("release/.gitignore", ".dev_builds\n");
        ground.put("release/packages/numbers/spec", SPEC);
        ground.put("release/packages/numbers/packaging", "cp -r . \"$BOSH_INSTALL_TARGET\"\n");
        ground.git("release", &["submodule", "--quiet", "add", "../lib", "src/lib"]);
        ground.git("release", &["submodule", "--quiet", "update", "--init", "--recursive"]);
        release.commit();
        ground.put("bin/bosh", include_str!("bosh.sh"));
        fs::set_permissions(ground.path("bin/bosh"), fs::Permissions::from_mode(0o755)).unwrap();
        release
    }

    /// Commits what was changed, as the people who keep the release do.
    fn commit(&self) {
        self.0.git("release", &["add", "-A"]);
        self.0.git("release", &["commit", "-q", "-m", "a change"]);
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Ran {
        let folder = Path::new(env!("CARGO_BIN_EXE_treepatch")).parent().unwrap();
        let path = format!("{}:{}:{}", self.0.path("bin").display(), folder.display(), std::env::var("PATH").unwrap());
        ran(self.0.quiet(program.to_str().unwrap()).args(arguments).env("PATH", path))
    }

    /// One of the example scripts.
    fn script(&self, name: &str, arguments: &[&str]) -> Ran {
        self.command(&script(name), arguments)
    }

    fn create(&self, release: &str) -> Ran {
        self.command(Path::new("bosh"), &["create-release", "--dir", release])
    }

    /// What the one package of a release holds, as it was created last.
    fn package(&self, release: &str, created: &Ran) -> PathBuf {
        let (name, fingerprint) = created.stdout.trim().split_once(' ').unwrap();
        self.0.path(release).join(".dev_builds").join(name).join(fingerprint)
    }

    /// Compiles a package, as the director has it done: where its files are, in no repository.
    fn compile(&self, package: &Path) -> PathBuf {
        let (work, target) = (self.0.path("work"), self.0.path("installed"));
        for old in [&work, &target] {
            let _ = fs::remove_dir_all(old);
        }
        ran(self.0.quiet("cp").arg("-r").arg(package).arg(&work)).exits(0);
        fs::create_dir(&target).unwrap();
        let command = "cd work && BOSH_INSTALL_TARGET=../installed bash packaging";
        self.command(Path::new("bash"), &["-c", command]).exits(0);
        target
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(name)
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

#[track_caller]
fn is_patched(folder: &Path) {
    assert_eq!(read(folder, "lib/lib.c"), "long width = 2;\n");
    assert_eq!(read(folder, "lib/limit.c"), "#define LIMIT 20\n");
    assert_eq!(read(folder, "lib/deep/deep.c"), "int deep;\nlong width = 3;\n");
}

#[test]
fn commits_make_a_release_and_so_does_a_copy() {
    let release = Release::new();
    let copied = release.script("patch-copy", &["./arm.toml", "release", "copy"]).exits(0);
    is_patched(&release.package("copy", &copied));
    assert_eq!(release.0.git("release", &["status", "--porcelain"]), "");

    let committed = release.script("patch-release", &["./arm.toml", "release"]).exits(0);
    is_patched(&release.package("release", &committed));
    assert_eq!(release.0.git("release", &["status", "--porcelain"]), "");
    // It is the same package.
    assert_eq!(copied.stdout, committed.stdout);
    // And it is another than without the patches, until they are taken out again.
    release.0.run(&["revert", "arm.toml", "release", "--commit"]).exits(0);
    let without = release.create("release").exits(0);
    assert_ne!(without.stdout, committed.stdout);
}

#[test]
fn what_is_not_committed_is_no_release() {
    let release = Release::new();
    release.0.run(&["apply", "arm.toml", "release"]).exits(0);
    release.create("release").exits(1).tells("local modifications:  M src/lib");
    // Nor is one of which a package has lost a file.
    let release = Release::new();
    release.0.put("release/packages/numbers/spec", &SPEC.replace("lib/*.c # all", "lib/none.c"));
    release.commit();
    release.create("release").exits(1).tells("Missing files for pattern 'lib/none.c'");
}

#[test]
fn two_clones_make_the_same_commits_and_the_same_package() {
    let release = Release::new();
    release.0.git(".", &["clone", "-q", "--recurse-submodules", "release", "again"]);
    let first = release.script("patch-release", &["./arm.toml", "release"]).exits(0);
    let again = release.script("patch-release", &["./arm.toml", "again"]).exits(0);
    assert_eq!(first.stdout, again.stdout);
    assert_eq!(release.0.git("release", &["rev-parse", "HEAD"]), release.0.git("again", &["rev-parse", "HEAD"]));
}

#[test]
fn a_change_that_no_package_holds_is_told() {
    let release = Release::new();
    release.0.put("release/src/other/more.c", "int width = 9;\n");
    let create = "\n[[patch]]\nid = \"new\"\ntitle = \"lib: a new file\"\nwhy = \"So.\"\ncreate = \"src/lib/new/new.c\"\n\
                  content = \"int n;\\n\"\n";
    release.0.put("arm.toml", &(PATCHES.to_owned() + create));
    release.commit();
    let report = release.0.run(&["apply", "arm.toml", "release", "-n", "--format", "json"]).exits(0).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let note = "src/lib/new/new.c: no packages/*/spec lists it, so that it is in no package";
    assert_eq!(report["notes"][0], note);
    let created = release.script("patch-release", &["./arm.toml", "release"]).exits(0);
    for file in ["src/other/more.c", "src/lib/new/new.c"] {
        assert!(created.stderr.contains(&format!("note: {file}: no packages/*/spec lists it")), "{}", created.stderr);
    }
    assert!(!created.stderr.contains("limit.c: no packages"), "{}", created.stderr);
    let package = release.package("release", &created);
    is_patched(&package);
    assert!(!package.join("other").exists() && !package.join("lib/new").exists());
}

#[test]
fn a_packaging_script_patches_what_the_package_holds() {
    let release = Release::new();
    let ground = &release.0;
    ground.put("release/src/patches/arm.toml", PATCHES);
    fs::copy(script("patch-package"), ground.path("release/src/patches/patch-package")).unwrap();
    // Of the files of the patches it holds one.
    ground.put("release/packages/numbers/spec", "---\nname: numbers\n\nfiles:\n- lib/limit.c\n- patches/*\n");
    let packaging = "set -e\nsh patches/patch-package patches/arm.toml\ncp -r . \"$BOSH_INSTALL_TARGET\"\n";
    ground.put("release/packages/numbers/packaging", packaging);
    release.commit();
    let created = release.create("release").exits(0);
    let package = release.package("release", &created);
    assert_eq!(read(&package, "lib/limit.c"), "#define LIMIT 10\n");
    assert_eq!(read(&release.compile(&package), "lib/limit.c"), "#define LIMIT 20\n");

    // Another patchset is another package.
    ground.put("release/src/patches/arm.toml", &PATCHES.replace("LIMIT 20", "LIMIT 30"));
    release.commit();
    let again = release.create("release").exits(0);
    assert_ne!(again.stdout, created.stdout);
    assert_eq!(read(&release.compile(&release.package("release", &again)), "lib/limit.c"), "#define LIMIT 30\n");
}

#[test]
fn a_patch_in_pre_packaging_is_not_in_the_fingerprint_unless_the_patchset_is_listed() {
    let release = Release::new();
    let ground = &release.0;
    let script = script("patch-package");
    let patch_with = |patchset: &str| {
        let call = format!("set -e\nsh {} \"$RELEASE_DIR/{patchset}\" \"$BUILD_DIR\"\n", script.display());
        ground.put("release/packages/numbers/pre_packaging", &call);
    };
    let limit = |created: &Ran| read(&release.package("release", created), "lib/limit.c");
    let higher = PATCHES.replace("LIMIT 20", "LIMIT 30");

    patch_with("arm.toml");
    ground.put("release/arm.toml", PATCHES);
    release.commit();
    let first = release.create("release").exits(0).tells("this looks like a pre_packaging script");
    assert_eq!(limit(&first), "#define LIMIT 20\n");
    ground.put("release/arm.toml", &higher);
    release.commit();
    let trapped = release.create("release").exits(0);
    assert_eq!(trapped.stdout, first.stdout);
    assert_eq!(limit(&trapped), "#define LIMIT 20\n");

    // With what the note says.
    ground.put("release/packages/numbers/spec", &SPEC.replacen("files:\n", "files:\n- patches/*.toml\n", 1));
    ground.put("release/src/patches/arm.toml", PATCHES);
    patch_with("src/patches/arm.toml");
    release.commit();
    let listed = release.create("release").exits(0);
    assert_eq!(limit(&listed), "#define LIMIT 20\n");
    ground.put("release/src/patches/arm.toml", &higher);
    release.commit();
    let changed = release.create("release").exits(0);
    assert_ne!(changed.stdout, listed.stdout);
    assert_eq!(limit(&changed), "#define LIMIT 30\n");
}
