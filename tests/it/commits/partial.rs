//! Partial clones, which lack objects until somebody asks for them.

use crate::commits::ground::Ground;

/// A release whose repositories came without the files of older commits.
fn partial() -> Ground {
    let ground = Ground::new();
    for origin in ["super", "lib", "deep"] {
        ground.git(origin, &["config", "uploadpack.allowFilter", "true"]);
    }
    std::fs::remove_dir_all(ground.path("root")).unwrap();
    // A file that only the first commit has.
    ground.put("super/old.txt", "old\n");
    ground.git("super", &["add", "old.txt"]);
    ground.git("super", &["commit", "-q", "-m", "third"]);
    ground.git("super", &["rm", "-q", "old.txt"]);
    ground.git("super", &["commit", "-q", "-m", "fourth"]);
    let url = format!("file://{}", ground.path("super").display());
    let filter = ["--filter=blob:none", "--also-filter-submodules", "--recurse-submodules"];
    ground.git(".", &[&["clone", "-q"], &filter[..], &[&url, "root"]].concat());
    for folder in ["root", "root/lib", "root/lib/deep"] {
        assert_eq!(ground.git(folder, &["config", "remote.origin.promisor"]), "true\n", "{folder}");
    }
    let lacks = ground.git("root", &["rev-list", "--objects", "--missing=print", "HEAD"]);
    assert!(lacks.lines().any(|line| line.starts_with('?')), "{lacks}");
    // From here on nothing can be had from anywhere.
    for origin in ["super", "lib", "deep"] {
        std::fs::rename(ground.path(origin), ground.path(&format!("{origin}.gone"))).unwrap();
    }
    ground
}

#[test]
fn commits_are_made_and_undone_where_the_objects_are_there() {
    let ground = partial();
    let before = ["root/lib/deep", "root/lib", "root"].map(|f| ground.git(f, &["rev-parse", "HEAD"]));
    ground.commit(&[]).exits(0).tells("lib: 4 commits on a detached head");
    assert_eq!(ground.read("root/lib/deep/deep.c"), "int deep;\nlong width = 3;\n");
    for (folder, before) in ["root/lib/deep", "root/lib", "root"].iter().zip(before) {
        assert_eq!(ground.git(folder, &["status", "--porcelain"]), "", "{folder}");
        assert_ne!(ground.git(folder, &["rev-parse", "HEAD"]), before);
        ground.git(folder, &["fsck", "--strict"]);
    }
    let told = ground.run(&["check", "mine.toml", "root", "--require", "applied"]).exits(0).stdout;
    assert!(told.contains("applied by treepatch"), "{told}");
    ground.commit(&[]).exits(0).tells("nothing to do");
    ground.run(&["revert", "mine.toml", "root", "--commit"]).exits(0);
    assert_eq!(ground.read("root/lib/limit.c"), "#define LIMIT 10\n");
    assert_eq!(ground.git("root", &["status", "--porcelain"]), "");
}

#[test]
fn an_object_that_is_not_there_is_named_before_anything_changes() {
    let ground = partial();
    // A file of the commit that is checked out, as it is where blobs are fetched one by one.
    let id = ground.git("root/lib", &["rev-parse", "HEAD:limit.c"]);
    let objects = ground.path("root/.git/modules/lib/objects");
    for pack in std::fs::read_dir(objects.join("pack")).unwrap().map(|e| e.unwrap().path()) {
        let pack_file = pack.extension().is_some_and(|e| e == "pack");
        if pack_file && ground.git("root/lib", &["verify-pack", "-v", pack.to_str().unwrap()]).contains(id.trim()) {
            for end in ["pack", "idx", "rev", "promisor"] {
                let _ = std::fs::remove_file(pack.with_extension(end));
            }
        }
    }
    let before = ground.everything("root");
    ground
        .commit(&[])
        .exits(3)
        .tells("lib: the repository is a partial clone, and an object that is needed is not there");
    assert!(ground.everything("root") == before);
    // Patches of other repositories and files are no concern of it.
    ground.run(&["apply", "mine.toml", "root"]).exits(0);
}
