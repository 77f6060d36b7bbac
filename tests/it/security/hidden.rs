//! Characters that steer a terminal, turn what is read around, or show nothing: they reach nobody as they are.

use crate::security::ground::{Ground, ran};
use std::collections::BTreeSet;

/// One of each kind: what begins a sequence (both ways), what turns around, what has no width, what breaks lines.
const HIDDEN: &[char] = &[
    '\u{7}',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{9f}',
    '\u{ad}',
    '\u{61c}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202e}',
    '\u{2028}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{feff}',
    '\u{e0041}',
];

fn all() -> String {
    HIDDEN.iter().collect()
}

/// Those that a patchset may have in its texts: it does not load with control characters there.
fn quoted() -> String {
    let escape = |c: &char| format!("\\U{:08X}", *c as u32);
    HIDDEN.iter().filter(|c| !c.is_control()).map(escape).collect::<String>() + "x"
}

fn uncontrolled() -> String {
    HIDDEN.iter().filter(|c| !c.is_control()).collect()
}

/// A tree and a patchset that have them wherever they can be.
fn ground() -> Ground {
    let ground = Ground::new();
    let name = all();
    ground.put(&format!("root/{name}/w{name}.c"), &format!("int width = 1; /* {} */\n", all()));
    ground.put("root/main.c", &format!("int wide = 1; /* {} */\nint width = 2;\n", all()));
    ground.put("root/packages/one/spec", "name: one\nfiles:\n- a.c\n");
    let set = format!(
        "format = 1\n[patchset]\nname = \"mine\"\ntitle = \"Mine {0}\"\nauthor = \"Ada{0} <ada@example.com>\"\n\
         # {1}\n\
         [[patch]]\nid = \"one\"\ntitle = \"one {0}\"\nwhy = \"w {0}\"\nfiles = [\"**/*.c\"]\nexpect = \"any\"\n\
         diff = '''\n-int width = $v;\n+long width = $v;\n'''\n\
         [patch.upstream]\nbug = \"{0}\"\n\
         [[patch.example]]\npath = \"w{0}.c\"\nbefore = \"int width = 1; /*{0}*/\\n\"\nafter = \"int width = 2; /*{0}*/\\n\"\n\
         [[patch]]\nid = \"two\"\ntitle = \"two {0}\"\nwhy = \"w\"\nfiles = [\"main.c\"]\n\
         diff = '''\n-int wide = 3; /* $_ */\n+long wide = 3;\n'''\n\
         [[patch]]\nid = \"three\"\ntitle = \"three\"\nwhy = \"w\"\nfiles = [\"**/none.c\"]\noptional = true\n\
         diff = '''\n-int wide = 3;\n+long wide = 3;\n'''\n",
        quoted(),
        "\u{202e}\u{200b}\u{feff}\u{2066}"
    );
    ground.put("mine.toml", &set);
    ground
}

#[track_caller]
fn shows_nothing_hidden(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let found: BTreeSet<char> = text.chars().filter(|c| HIDDEN.contains(c)).collect();
    assert!(found.is_empty(), "{what}: {found:?} in {text:?}");
    assert!(!text.contains('\r'), "{what}: {text:?}");
}

/// Every command, as text and as JSON, with all that it can find wrong.
#[test]
fn no_output_has_them() {
    let ground = ground();
    let more = all();
    let wrong = format!("{more}.toml");
    ground.put(&wrong, &format!("format = 1\n[patchset]\nname = \"mine\"\ntitl\u{e9} = \"{}\"\n", "\u{202e}\u{200b}"));
    ground.put("bad.toml", &format!("format = 1 # {0}\n[patchset]\nname = \"mine {0}\"\n", "\u{202e}\u{200b}\u{feff}"));
    let out = format!("none/{more}");
    let runs: Vec<Vec<&str>> = vec![
        vec!["check", "mine.toml", "root"],
        vec!["check", "mine.toml", "root", "-v"],
        vec!["check", "mine.toml", "root", "-v", "--only", "one"],
        vec!["check", "mine.toml", "root", "--format", "json"],
        vec!["check", "mine.toml", "root", "--require", "applied"],
        vec!["apply", "mine.toml", "root"],
        vec!["apply", "mine.toml", "root", "-n", "--only", "one", "--color", "never", "--format", "json"],
        vec!["apply", "mine.toml", "root", "--only", "one", "--commit"],
        vec!["apply", "mine.toml", "root", "--only", "one", "-o", &out],
        vec!["apply", "mine.toml", "root", "--only", &more],
        vec!["apply", "mine.toml", &more],
        vec!["apply", &wrong, "root"],
        vec!["apply", "bad.toml", "root"],
        vec!["test", "bad.toml"],
        vec!["test", "mine.toml"],
        vec!["test", "mine.toml", "--format", "json"],
        vec!["list", "mine.toml"],
        vec!["list", &more],
        vec!["show", &more],
        vec!["recover", &more],
        vec!["recover", "root"],
        vec![&more],
        vec!["help", &more],
        vec!["man", &more],
        vec!["completions", &more],
        vec!["check", "--limit", &more, "mine.toml"],
        vec!["check", &more, &more, &more],
        vec!["export", "mine.toml", "root", "--only", "one", "--format", "mbox", "-o", "mbox"],
        vec!["export", "mine.toml", "root", "--only", "one", "--format", "quilt", "-o", "quilt"],
        vec!["apply", "mine.toml", "root", "--only", "one", "--into", &out],
        vec!["apply", "mine.toml", "root", "--only", "one", "--into", &more],
        vec!["apply", "mine.toml", "root", "--only", "one", "-v"],
        vec!["revert", "mine.toml", "root", "--only", "one", "-n", "-v"],
        vec!["revert", "mine.toml", "root", "--only", "one", "-n", "--format", "json"],
        vec!["revert", "mine.toml", "root", "--only", "one", "--commit"],
    ];
    for args in runs {
        let mut command = ground.command(&args);
        command.env("BUILD_DIR", "b").env("RELEASE_DIR", "r");
        let output = command.output().unwrap();
        let code = output.status.code().unwrap();
        shows_nothing_hidden(&format!("{args:?} ({code})"), &output.stdout);
        shows_nothing_hidden(&format!("{args:?} ({code})"), &output.stderr);
    }
    shows_nothing_hidden("a series", ground.read("quilt/series").as_bytes());
    // What is said of a patch has none; the patch itself has every byte.
    let quilt = ground.read("quilt/0001-one.patch");
    let (head, diff) = quilt.split_once("---\n").unwrap();
    shows_nothing_hidden("a header", head.as_bytes());
    assert!(diff.contains(&all()), "{diff:?}");
    let mbox = ground.read("mbox/series.mbox");
    shows_nothing_hidden("a mail", mbox.split_once("---\n").unwrap().0.as_bytes());
}

#[test]
fn a_commit_has_none_in_its_message() {
    let ground = ground();
    ground.git("root", &["init", "-q", "-b", "main"]);
    ground.git("root", &["add", "."]);
    ground.git("root", &["commit", "-q", "-m", "first"]);
    ground.run(&["apply", "mine.toml", "root", "--only", "one", "--commit"]).exits(0);
    shows_nothing_hidden("a commit", ground.git("root", &["log", "-1", "--format=%B"]).as_bytes());
    let check = ground.run(&["check", "mine.toml", "root", "--only", "one"]);
    assert!(check.text.contains("applied by treepatch"), "{}", check.text);
}

/// What programs read has every byte; with colours it is for eyes.
#[test]
fn a_diff_is_exact_for_programs_alone() {
    let ground = ground();
    let dry = ["apply", "mine.toml", "root", "-n", "--only", "one"];
    let exact = ground.command(&dry).output().unwrap().stdout;
    assert!(String::from_utf8_lossy(&exact).contains(&all()));
    let colored = ground.command(&[&dry[..], &["--color", "always"]].concat()).env_remove("NO_COLOR").output().unwrap();
    let colored = anstream::adapter::strip_str(&String::from_utf8_lossy(&colored.stdout)).to_string();
    shows_nothing_hidden("colours", colored.as_bytes());
    assert!(colored.contains("\\u{202e}") && colored.contains("\\u{9b}"), "{colored}");
    ground.put("exact.diff", &String::from_utf8(exact).unwrap());
    ground.git("root", &["init", "-q"]);
    ground.git("root", &["apply", "../exact.diff"]);
    ground.run(&["check", "mine.toml", "root", "--only", "one", "--require", "applied"]).exits(0);
    let mut json = ground.command(&["check", "mine.toml", "root", "--format", "json", "-v"]);
    let json: serde_json::Value = serde_json::from_str(&ran(&mut json).text).unwrap();
    assert!(json["patches"][0]["title"].as_str().unwrap().contains(&uncontrolled()));
}
