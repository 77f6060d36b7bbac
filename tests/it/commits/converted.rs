//! Files that git converts: line ends and `$Id$`. What is clean for git is clean.

use crate::commits::ground::Ground;
use std::fs;

const SOURCE: &str = "/* $Id$ */\nint width = 1;\nint after;\n";

/// A repository with one file, checked out by these attributes and settings.
fn checked_out(attributes: &str, settings: &[[&str; 2]]) -> Ground {
    let ground = Ground::new();
    ground.git(".", &["init", "-q", "-b", "main", "plain"]);
    ground.put("plain/main.c", SOURCE);
    ground.put("plain/lib/limit.c", "#define LIMIT 10\n");
    ground.git("plain", &["add", "."]);
    ground.git("plain", &["commit", "-q", "-m", "first"]);
    ground.put("plain/.git/info/attributes", attributes);
    for [name, value] in settings {
        ground.git("plain", &["config", name, value]);
    }
    for file in ["main.c", "lib/limit.c"] {
        fs::remove_file(ground.path("plain").join(file)).unwrap();
    }
    ground.git("plain", &["checkout", "-q", "."]);
    assert_eq!(ground.git("plain", &["status", "--porcelain"]), "");
    ground
}

#[test]
fn what_is_clean_for_git_is_committed_and_stays_clean() {
    for (attributes, settings) in [
        ("*.c ident\n", &[][..]),
        ("*.c text eol=crlf\n", &[]),
        ("*.c text=auto eol=crlf ident\n", &[]),
        ("*.c eol=crlf\n", &[]),
        ("*.c crlf\n", &[["core.eol", "crlf"]]),
        ("", &[["core.autocrlf", "true"]]),
        ("*.c text=auto\n", &[["core.autocrlf", "true"]]),
        ("*.c text=auto\n", &[["core.autocrlf", "input"]]),
        ("*.c -text\n", &[["core.autocrlf", "true"]]),
        ("*.c binary ident\n", &[]),
    ] {
        let ground = checked_out(attributes, settings);
        let before = ground.read("plain/main.c");
        ground.run(&["apply", "mine.toml", "plain", "--commit"]).exits(0);
        // Git looks at the bytes, and at what it would make of them.
        assert_eq!(ground.git("plain", &["status", "--porcelain"]), "", "{attributes}{settings:?}");
        assert_eq!(ground.git("plain", &["show", "HEAD:main.c"]), SOURCE.replace("int width", "long width"));
        assert_eq!(ground.git("plain", &["show", "HEAD:lib/doc/patched.txt"]), "patched\n");
        assert_eq!(ground.read("plain/main.c"), before.replace("int width", "long width"));
        // And back, as git checks it out.
        ground.run(&["revert", "mine.toml", "plain", "--commit"]).exits(0);
        assert_eq!(ground.git("plain", &["status", "--porcelain"]), "", "{attributes}{settings:?}");
        assert_eq!(ground.read("plain/main.c"), before);
    }
}

#[test]
fn changes_are_found_under_the_conversion() {
    let ground = checked_out("*.c text eol=crlf ident\n", &[]);
    let changed = ground.read("plain/main.c").replace("after", "later");
    ground.put("plain/main.c", &changed);
    ground
        .run(&["apply", "mine.toml", "plain", "--commit"])
        .exits(3)
        .tells("main.c: has changes that are not committed");
    ground.run(&["apply", "mine.toml", "plain", "--commit", "--allow-dirty"]).exits(0);
    assert_eq!(ground.git("plain", &["show", "HEAD:main.c"]), SOURCE.replace("int width", "long width"));
    assert_eq!(ground.read("plain/main.c"), changed.replace("int width", "long width"));
    assert_eq!(ground.git("plain", &["diff", "--numstat"]), "1\t1\tmain.c\n");
}

/// What is kept with CRLF, and would not be any more, git calls changed for ever.
#[test]
fn a_file_that_git_would_normalise_is_changed() {
    let ground = Ground::new();
    ground.git(".", &["init", "-q", "-b", "main", "plain"]);
    ground.put("plain/main.c", "int width = 1;\r\n");
    ground.put("plain/lib/limit.c", "#define LIMIT 10\n");
    ground.git("plain", &["add", "."]);
    ground.git("plain", &["commit", "-q", "-m", "first"]);
    ground.put("plain/.git/info/attributes", "*.c text\n");
    ground.put("plain/main.c", "int width = 1;\r\n");
    assert_eq!(ground.git("plain", &["status", "--porcelain"]), " M main.c\n");
    ground
        .run(&["apply", "mine.toml", "plain", "--commit"])
        .exits(3)
        .tells("main.c: has changes that are not committed");
    // Where git only guesses that it is text, it leaves it alone.
    ground.put("plain/.git/info/attributes", "*.c text=auto\n");
    ground.run(&["apply", "mine.toml", "plain", "--commit"]).exits(0);
    assert_eq!(ground.git("plain", &["show", "HEAD:main.c"]), "long width = 1;\r\n");
    assert_eq!(ground.git("plain", &["status", "--porcelain"]), "");
}

/// A patch that shows what git takes out cannot be committed: git would not keep what it makes.
#[test]
fn a_patch_of_what_git_converts_is_refused() {
    let ground = checked_out("*.c ident\n", &[]);
    let set = "format = 1\n[patchset]\nname = \"mine\"\ntitle = \"t\"\n[[patch]]\nid = \"one\"\ntitle = \"one\"\nwhy = \"w\"\n\
               files = [\"main.c\"]\nexpect = \"any\"\ndiff = '''\n-int width = $v;\n+const char id[] = \"$Id: mine $\";\n+int width = $v;\n'''\n";
    ground.put("id.toml", set);
    let ran = ground.run(&["apply", "id.toml", "plain", "--commit"]);
    if ran.code == 0 {
        assert_eq!(ground.git("plain", &["status", "--porcelain"]), "", "{}", ran.stderr);
    }
}

/// The same bytes as git makes of anything, in both directions.
#[test]
fn git_is_the_referee() {
    let texts: Vec<Vec<u8>> = {
        let parts: [&[u8]; 9] =
            [b"a\r\n", b"b\n", b"\r", b"$Id$", b"$Id: x y $", b"\x01\x02", b"$Id: 0123 $\n", b"text ", b"\x1a"];
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 16) as usize
        };
        (0..60).map(|_| (0..next() % 7).flat_map(|_| parts[next() % parts.len()].to_vec()).collect()).collect()
    };
    for attributes in ["* text=auto ident\n", "* text eol=crlf\n", "* ident -text\n", "* text=auto eol=crlf ident\n"] {
        let ground = Ground::new();
        ground.git(".", &["init", "-q", "-b", "main", "plain"]);
        for (n, text) in texts.iter().enumerate() {
            let whole = [b"int width = 1;\n", text.as_slice()].concat();
            fs::write(ground.path("plain").join(format!("f{n}.txt")), whole).unwrap();
        }
        ground.put("plain/.git/info/attributes", attributes);
        ground.git("plain", &["add", "."]);
        ground.git("plain", &["commit", "-q", "-m", "first"]);
        ground.git("plain", &["rm", "-q", "-r", "--cached", "."]);
        ground.git("plain", &["reset", "-q", "--hard"]);
        let set = "format = 1\n[patchset]\nname = \"mine\"\ntitle = \"t\"\n[[patch]]\nid = \"one\"\ntitle = \"one\"\nwhy = \"w\"\n\
                   files = [\"*.txt\"]\nlanguage = \"c\"\nexpect = \"any\"\ndiff = '''\n-int width = $v;\n+long width = $v;\n'''\n";
        ground.put("all.toml", set);
        let dirty = ground.git("plain", &["status", "--porcelain"]);
        let ran = ground.run(&["apply", "all.toml", "plain", "--commit"]);
        if !dirty.is_empty() {
            assert_eq!(ran.code, 3, "{attributes}: {dirty}{}", ran.stderr);
            continue;
        }
        assert_eq!(ran.code, 0, "{attributes}: {}", ran.stderr);
        assert_eq!(ground.git("plain", &["status", "--porcelain"]), "", "{attributes}");
        ground.run(&["revert", "all.toml", "plain", "--commit"]).exits(0);
        assert_eq!(ground.git("plain", &["status", "--porcelain"]), "", "{attributes}");
        let back: Vec<_> =
            (0..texts.len()).map(|n| fs::read(ground.path("plain").join(format!("f{n}.txt"))).unwrap()).collect();
        ground.git("plain", &["rm", "-q", "-r", "--cached", "."]);
        ground.git("plain", &["reset", "-q", "--hard"]);
        for (n, back) in back.iter().enumerate() {
            let gits = fs::read(ground.path("plain").join(format!("f{n}.txt"))).unwrap();
            assert_eq!(String::from_utf8_lossy(&gits), String::from_utf8_lossy(back), "{attributes} f{n}");
        }
    }
}
