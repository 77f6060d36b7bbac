//! What an author can write in a patchset file, and what is said about what does not load.

use treepatch::language::Language;
use treepatch::patchset::{self, Expect, Hunk, Patchset, Pick, Reading, Row, Sign, Work};
use treepatch::render;

/// All diagnostics about a text, as people read them.
fn diagnostics(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let found = patchset::load("my.toml", text).expect_err("it loads");
    let shown: Vec<String> = found.iter().map(|one| render::diagnostic(one, "my.toml", text, false)).collect();
    shown.join("\n")
}

/// The diagnostics about a patchset whose only patch is this, after its `id`, `title` and `why`.
fn patch_diagnostics(patch: &str) -> String {
    diagnostics(&one_patch(patch))
}

fn one_patch(patch: &str) -> String {
    let head = "format = 1\npatchset.name = \"my\"\n[[patch]]\nid = \"a\"\ntitle = \"t\"\nwhy = \"w\"\n";
    format!("{head}{}", patch.strip_prefix('\n').unwrap_or(patch))
}

/// The diagnostics about a patch of `.go` files with this diff.
fn diff_diagnostics(diff: &str) -> String {
    patch_diagnostics(&go_diff(diff))
}

fn go_diff(diff: &str) -> String {
    format!("files = \"*.go\"\ndiff = '''\n{}\n'''\n", diff.trim_matches('\n'))
}

fn loaded(text: &str) -> Patchset {
    patchset::load("my.toml", text).unwrap_or_else(|_| panic!("{}", diagnostics(text)))
}

fn hunks(set: &Patchset, patch: usize, body: usize) -> &[Hunk] {
    match &set.patches[patch].bodies[body].work {
        Work::Edit(hunks) => hunks,
        other => panic!("no diff: {other:?}"),
    }
}

fn hunk(text: &str) -> Hunk {
    hunks(&loaded(text), 0, 0)[0].clone()
}

fn texts(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.text.as_str()).collect()
}

// The whole.

#[test]
fn every_key_loads() {
    let text = include_str!("../../testdata/patchsets/every-key.toml");
    let set = loaded(text);
    assert_eq!((set.name.as_str(), set.title.as_str()), ("every-key", "Every key that there is"));
    assert_eq!((set.release.as_deref(), set.target.as_deref()), (Some("my-release"), Some("arm")));
    assert_eq!(
        (set.tested.as_slice(), set.author.as_deref()),
        (&["1.0".to_owned(), "1.1".to_owned()][..], Some("A Name <a@name.example>"))
    );
    assert_eq!(set.tables["number"].rows["386"], "358");
    assert_eq!(set.tables["number"].rows["arm64"], "0x119");

    let [edit, several, operation, create] = &set.patches[..] else { panic!("{} patches", set.patches.len()) };
    assert_eq!((edit.id.value.as_str(), edit.optional, edit.sum), ("edit", true, true));
    assert_eq!(edit.target, ["arm", "linux/386"]);
    assert_eq!(edit.upstream.bug.as_deref(), Some("https://example.org/1"));
    let obsolete = edit.obsolete.as_ref().expect("obsolete");
    assert_eq!((obsolete.matches.len(), obsolete.since.as_deref()), (2, Some("2.0")));
    assert_eq!(edit.examples.len(), 2);
    assert_eq!(edit.examples[1].before, edit.examples[1].after);
    assert_eq!(edit.bodies.len(), 3);
    assert_eq!(edit.bodies[1].note.as_deref(), Some("before 1.0"));

    let [own] = hunks(&set, 0, 0) else { panic!("one diff") };
    assert_eq!((own.expect, own.pick, own.language), (Expect::Between(1, None), Some(Pick::First), Some(Language::Go)));
    assert_eq!(own.reading.as_ref().map(|reading| reading.value), Some(Reading::Code));
    assert_eq!(own.holes.iter().map(|hole| hole.tests.len()).collect::<Vec<_>>(), [7, 1]);
    assert_eq!((own.inside.len(), own.has.len(), own.unless.len(), own.file_has.len()), (1, 1, 2, 1));
    assert_eq!(own.imports["errors"].value, "github.com/pkg/errors");

    assert_eq!(several.needs[0].value, "edit");
    assert_eq!(hunks(&set, 1, 0).len(), 2);
    let Work::Operation(operation) = &operation.bodies[0].work else { panic!("no operation") };
    assert_eq!((operation.name.value.as_str(), operation.expect), ("go/align-atomics", Expect::Between(1, None)));
    assert_eq!(
        (operation.options["style"].value.as_str(), operation.options["pad"].value.as_str()),
        ("leading", "true")
    );
    let Work::Create(create) = &create.bodies[0].work else { panic!("no new file") };
    assert_eq!((create.path.value.as_str(), create.content.as_str()), ("src/arm.go", "package src\n"));
}

#[test]
fn the_built_in_patchsets_load() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/patchsets")).expect("a folder");
    let mut files: Vec<_> =
        folder.map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect();
    files.retain(|name| name.ends_with(".toml"));
    files.sort();
    let names: Vec<String> = patchset::builtins().map(|(name, _)| format!("{name}.toml")).collect();
    assert_eq!(names, files);
    for (name, text) in patchset::builtins() {
        assert_eq!(loaded(text).name, name);
        assert_eq!(patchset::builtin(name), Some(text));
    }
    assert_eq!(patchset::builtin("README"), None);
}

#[test]
fn text_that_is_no_toml() {
    let text = r#"
format = 1
[patchset
name = "my"
"#;
    insta::assert_snapshot!(diagnostics(text), @r"
    error: unclosed table, expected `]`
     --> my.toml:2:10
      |
    2 | [patchset
      |          ^ not TOML
    ");
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(diagnostics(""), @r"
    error: `format` is missing
     --> my.toml:1:1
      |
    1 |
      | ^
      |
      = help: begin the file with `format = 1`
    error: `patchset` is missing in the file
     --> my.toml:1:1
      |
    1 |
      | ^
      |
      = help: begin with `[patchset]` and its `name`
    error: the patchset has no patch
     --> my.toml:1:1
      |
    1 |
      | ^
      |
      = help: a patch begins with `[[patch]]`
    ");
}

#[test]
fn a_patchset_without_patches() {
    let text = r#"
format = 1
[patchset]
name = "my"
"#;
    insta::assert_snapshot!(diagnostics(text), @r"
    error: the patchset has no patch
     --> my.toml:1:1
      |
    1 | format = 1
      | ^
      |
      = help: a patch begins with `[[patch]]`
    ");
}

#[test]
fn a_later_format_is_not_guessed() {
    let text = r"
format = 2
whatever = true
";
    insta::assert_snapshot!(diagnostics(text), @r"
    error: the format `2` is not known
     --> my.toml:1:10
      |
    1 | format = 2
      |          ^
      |
      = help: this version reads `format = 1`
    ");
}

#[test]
fn the_head_is_checked() {
    let text = r#"
format = "1"
[patchset]
name = "../my"
titel = "My patches"
author = "nobody"
target = "a b"
tested = 1.1
[[patches]]
"#;
    insta::assert_snapshot!(diagnostics(text), @r#"
    error: the patchset has no patch
     --> my.toml:1:1
      |
    1 | format = "1"
      | ^
      |
      = help: a patch begins with `[[patch]]`
    error: `format` must be a number
     --> my.toml:1:10
      |
    1 | format = "1"
      |          ^^^
      |
      = help: this version reads `format = 1`
    error: `../my` cannot be the name of a patchset
     --> my.toml:3:8
      |
    3 | name = "../my"
      |        ^^^^^^^
      |
      = help: a name is letters, digits, `-`, `_`, `+` and single dots, at most 100 of them
    error: unknown key `titel` in `[patchset]`
     --> my.toml:4:1
      |
    4 | titel = "My patches"
      | ^^^^^ did you mean `title`?
    error: this is not an author
     --> my.toml:5:10
      |
    5 | author = "nobody"
      |          ^^^^^^^^
      |
      = help: write `Name <mail>`
    error: `a b` cannot be the name of a target
     --> my.toml:6:10
      |
    6 | target = "a b"
      |          ^^^^^
      |
      = help: a name is letters, digits, `-`, `_`, `+` and single dots, at most 100 of them
    error: `tested` must be a string, or a list of strings
     --> my.toml:7:10
      |
    7 | tested = 1.1
      |          ^^^ this is a float
    error: unknown key `patches` in the file
     --> my.toml:8:3
      |
    8 | [[patches]]
      |   ^^^^^^^ did you mean `patchset`?
    "#);
}

#[test]
fn nested_too_deep() {
    let text = r"
a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
";
    insta::assert_snapshot!(diagnostics(text), @r"
    error: cannot recurse further; max recursion depth met
     --> my.toml:1:85
      |
    1 | a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
      |                                                                                     ^ not TOML
    ");
}

// Keys.

#[test]
fn an_unknown_key_names_the_nearest() {
    let patch = r#"
files = "*.go"
expects = 2
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r"
    error: unknown key `expects` in `[[patch]]`
     --> my.toml:8:1
      |
    8 | expects = 2
      | ^^^^^^^ did you mean `expect`?
    ");
}

#[test]
fn an_unknown_key_that_is_near_none() {
    let patch = r#"
[patch.upstream]
colour = "red"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `[[patch]]` has no body
     --> my.toml:3:1
      |
    3 | [[patch]]
      | ^^^^^^^^^
      |
      = help: add `diff`, `[[patch.hunk]]`, `operation` or `create`
    error: unknown key `colour` in `[patch.upstream]`
     --> my.toml:8:1
      |
    8 | colour = "red"
      | ^^^^^^ not known
      |
      = help: known are `status`, `forwarded`, `bug`, `origin` and `applied`
    "#);
}

#[test]
fn what_is_missing_is_named() {
    let text = r#"
format = 1
[patchset]
title = "My patches"
[[patch]]
[[patch.hunk]]
files = "*.go"
[patch.obsolete]
"#;
    insta::assert_snapshot!(diagnostics(text), @r"
    error: `name` is missing in `[patchset]`
     --> my.toml:2:1
      |
    2 | [patchset]
      | ^^^^^^^^^^
      |
      = help: the name that people know the patchset by
    error: `id` is missing in `[[patch]]`
     --> my.toml:4:1
      |
    4 | [[patch]]
      | ^^^^^^^^^
      |
      = help: a name that is unique in the patchset
    error: `title` is missing in `[[patch]]`
     --> my.toml:4:1
      |
    4 | [[patch]]
      | ^^^^^^^^^
      |
      = help: one line: what the patch changes, as the subject of a commit
    error: `why` is missing in `[[patch]]`
     --> my.toml:4:1
      |
    4 | [[patch]]
      | ^^^^^^^^^
      |
      = help: the reason, in prose
    error: `diff` is missing in `[[patch.hunk]]`
     --> my.toml:5:1
      |
    5 | [[patch.hunk]]
      | ^^^^^^^^^^^^^^
      |
      = help: the lines to change, with `-`, `+` or a space in column 1
    error: `match` is missing in `[patch.obsolete]`
     --> my.toml:7:1
      |
    7 | [patch.obsolete]
      | ^^^^^^^^^^^^^^^^
      |
      = help: the code that upstream has where the patch is no longer needed
    ");
}

#[test]
fn wrong_types_say_what_they_are() {
    let patch = r#"
files = ["*.go", 1]
diff = ["-a"]
optional = "yes"
alternative = "diff"
where = 1
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `files` must be a string, or a list of strings
     --> my.toml:7:18
      |
    7 | files = ["*.go", 1]
      |                  ^ this is an integer
    error: `diff` must be a string
     --> my.toml:8:8
      |
    8 | diff = ["-a"]
      |        ^^^^^^ this is a list
    error: `optional` must be `true` or `false`
     --> my.toml:9:12
      |
    9 | optional = "yes"
      |            ^^^^^ this is a string
    error: `alternative` must be a list of tables
      --> my.toml:10:15
       |
    10 | alternative = "diff"
       |               ^^^^^^ this is a string
       |
       = help: each begins with `[[patch.alternative]]`
    error: `where` must be a table
      --> my.toml:11:9
       |
    11 | where = 1
       |         ^ this is an integer
    "#);
}

#[test]
fn empty_texts() {
    let text = r#"
format = 1
patchset.name = ""
[[patch]]
id = " "
title = """two
lines"""
why = ""
files = "*.go"
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(diagnostics(text), @r#"
    error: `name` is empty
     --> my.toml:2:17
      |
    2 | patchset.name = ""
      |                 ^^
    error: `id` is empty
     --> my.toml:4:6
      |
    4 | id = " "
      |      ^^^
    error: `title` must be a single line without control characters
     --> my.toml:5:9
      |
    5 |   title = """two
      |  _________^
    6 | | lines"""
      | |________^
    error: `why` is empty
     --> my.toml:7:7
      |
    7 | why = ""
      |       ^^
    "#);
}

#[test]
fn keys_below_a_later_header() {
    let patch = r#"
[patch.obsolete]
match = "a"
files = "*.go"
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `[[patch]]` has no body
     --> my.toml:3:1
      |
    3 | [[patch]]
      | ^^^^^^^^^
      |
      = help: add `diff`, `[[patch.hunk]]`, `operation` or `create`
    error: `diff` is a key of `[[patch]]`, not of `[patch.obsolete]`
      --> my.toml:10:1
       |
    10 | diff = "-a\n+b"
       | ^^^^
       |
       = help: write it above the line `[patch.obsolete]`
    "#);
}

#[test]
fn ids_are_unique() {
    let text = r#"
format = 1
patchset.name = "my"
[[patch]]
id = "a"
title = "t"
why = "w"
create = "x"
content = ""
[[patch]]
id = "a"
title = "t"
why = "w"
create = "y"
content = ""
"#;
    insta::assert_snapshot!(diagnostics(text), @r#"
    error: there are two patches `a`
      --> my.toml:10:6
       |
    10 | id = "a"
       |      ^^^ the second
       |
       = help: give each an `id` of its own
    "#);
}

#[test]
fn needs_name_earlier_patches() {
    let text = r#"
format = 1
patchset.name = "my"
[[patch]]
id = "first"
title = "t"
why = "w"
needs = ["second", "first"]
create = "x"
content = ""
[[patch]]
id = "second"
title = "t"
why = "w"
needs = "frist"
create = "y"
content = ""
"#;
    insta::assert_snapshot!(diagnostics(text), @r#"
    error: the patch `second` comes later
     --> my.toml:7:10
      |
    7 | needs = ["second", "first"]
      |          ^^^^^^^^
      |
      = help: patches are applied in order: move it above this one
    error: a patch cannot need itself
     --> my.toml:7:20
      |
    7 | needs = ["second", "first"]
      |                    ^^^^^^^
    error: there is no patch `frist`
      --> my.toml:14:9
       |
    14 | needs = "frist"
       |         ^^^^^^^ did you mean `first`?
    "#);
}

#[test]
fn bodies_exclude_each_other() {
    let patch = r#"
files = "*.go"
diff = "-a\n+b"
operation = "go/align-atomics"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `diff` and `operation` exclude each other
     --> my.toml:9:1
      |
    9 | operation = "go/align-atomics"
      | ^^^^^^^^^
      |
      = help: a body is one of them; another goes into a patch of its own
    "#);
}

#[test]
fn a_body_of_its_own_or_none() {
    let patch = r#"
files = "*.go"
content = "x"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `[[patch]]` has no body
     --> my.toml:3:1
      |
    3 | [[patch]]
      | ^^^^^^^^^
      |
      = help: add `diff`, `[[patch.hunk]]`, `operation` or `create`
    error: `content` stands beside `create`
     --> my.toml:8:1
      |
    8 | content = "x"
      | ^^^^^^^
      |
      = help: add `create = "path"`
    "#);
}

#[test]
fn conditions_belong_to_diffs() {
    let patch = r#"
create = "x.go"
content = "package x"
where.a.type = "int"
pick = "first"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `where` has no meaning beside `create`
     --> my.toml:9:1
      |
    9 | where.a.type = "int"
      | ^^^^^
      |
      = help: it belongs to a diff
    error: `pick` has no meaning beside `create`
      --> my.toml:10:1
       |
    10 | pick = "first"
       | ^^^^
       |
       = help: it belongs to a diff
    "#);
}

#[test]
fn operations_and_their_options_are_known() {
    let patch = r#"
files = "*.go"
operation = "go/align-atomic"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: there is no operation `go/align-atomic`
     --> my.toml:8:13
      |
    8 | operation = "go/align-atomic"
      |             ^^^^^^^^^^^^^^^^^ did you mean `go/align-atomics`?
    "#);
}

#[test]
fn an_option_that_the_operation_has_not() {
    let patch = r#"
files = "*.go"
operation = "go/align-atomics"
stile = "leading"
pad = []
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: unknown key `stile` in `[[patch]]`
     --> my.toml:9:1
      |
    9 | stile = "leading"
      | ^^^^^ did you mean `style`?
    error: `pad` is one of `true` and `false`
      --> my.toml:10:7
       |
    10 | pad = []
       |       ^^
    "#);
}

#[test]
fn a_value_that_an_option_has_not() {
    let patch = r#"
files = "*.go"
operation = "go/align-atomics"
style = "atomic-type"
pad = "yes"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `atomic-type` is not a value of `style`
     --> my.toml:9:9
      |
    9 | style = "atomic-type"
      |         ^^^^^^^^^^^^^ did you mean `atomic-types`?
      |
      = help: the values of `style` are `minimal`, `leading` and `atomic-types`
    error: `yes` is not a value of `pad`
      --> my.toml:10:7
       |
    10 | pad = "yes"
       |       ^^^^^ not known
       |
       = help: the values of `pad` are `true` and `false`
    "#);
}

#[test]
fn what_is_accepted_has_a_name_and_a_reason() {
    let patch = r#"
files = "*.go"
operation = "go/align-atomics"
accept = [
    { field = "pkg.T.n", why = "seen" },
    { field = "pkg.T.n", why = "seen twice" },
    { field = "n", why = "seen" },
    { field = "pkg.T.m" },
    { feld = "pkg.T.m", why = " " },
]
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `pkg.T.n` is accepted twice
      --> my.toml:11:15
       |
    11 |     { field = "pkg.T.n", why = "seen twice" },
       |               ^^^^^^^^^
    error: `n` names no field
      --> my.toml:12:15
       |
    12 |     { field = "n", why = "seen" },
       |               ^^^
       |
       = help: write `pkg.Struct.field`, or `folder.Struct.field` where several packages have it
    error: `why` is missing in `[[patch.accept]]`
      --> my.toml:13:5
       |
    13 |     { field = "pkg.T.m" },
       |     ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: the reason why the field may stay as it is, in prose
    error: `field` is missing in `[[patch.accept]]`
      --> my.toml:14:5
       |
    14 |     { feld = "pkg.T.m", why = " " },
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `pkg.Struct.field`, as the report names it
    error: unknown key `feld` in `[[patch.accept]]`
      --> my.toml:14:7
       |
    14 |     { feld = "pkg.T.m", why = " " },
       |       ^^^^ did you mean `field`?
    error: `why` is empty
      --> my.toml:14:31
       |
    14 |     { feld = "pkg.T.m", why = " " },
       |                               ^^^
    "#);
}

#[test]
fn nothing_is_accepted_beside_a_diff() {
    let patch = r#"
files = "*.go"
diff = """
-a
+b
"""
accept = [{ field = "pkg.T.n", why = "seen" }]
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: unknown key `accept` in `[[patch]]`
      --> my.toml:12:1
       |
    12 | accept = [{ field = "pkg.T.n", why = "seen" }]
       | ^^^^^^ not known
    "#);
}

#[test]
fn an_example_is_two_texts_or_one() {
    let patch = r#"
create = "x"
content = ""
[[patch.example]]
before = "a"
[[patch.example]]
before = "a"
unchanged = true
[[patch.example]]
unchanged = true
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r"
    error: an example is `before` and `after`, or `unchanged`
     --> my.toml:9:1
      |
    9 | [[patch.example]]
      | ^^^^^^^^^^^^^^^^^
      |
      = help: `unchanged` is the text of a file in which nothing is to be done
    error: an example is `before` and `after`, or `unchanged`
      --> my.toml:11:1
       |
    11 | [[patch.example]]
       | ^^^^^^^^^^^^^^^^^
       |
       = help: `unchanged` is the text of a file in which nothing is to be done
    error: `unchanged` must be a string
      --> my.toml:15:13
       |
    15 | unchanged = true
       |             ^^^^ this is a boolean
    ");
}

// Files.

#[test]
fn globs_stay_below_the_root() {
    let patch = r#"
files = [
  "../*.go", "/a.go", 'a\b.go',
  "", "a//b.go", "./a.go",
  "{..,b}/c.go", "C:/a.go", "[a.go",
]
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: the glob leads out of the tree
     --> my.toml:8:3
      |
    8 |   "../*.go", "/a.go", 'a\b.go',
      |   ^^^^^^^^^
      |
      = help: leave `..` out: globs are relative to the root of the tree
    error: the glob is absolute
     --> my.toml:8:14
      |
    8 |   "../*.go", "/a.go", 'a\b.go',
      |              ^^^^^^^
      |
      = help: globs are relative to the root of the tree; begin with `**/` to match at any depth
    error: the glob has a backslash
     --> my.toml:8:23
      |
    8 |   "../*.go", "/a.go", 'a\b.go',
      |                       ^^^^^^^^
      |
      = help: folders are separated by `/`
    error: an empty glob names no file
     --> my.toml:9:3
      |
    9 |   "", "a//b.go", "./a.go",
      |   ^^
      |
      = help: `**` names all
    error: the glob has an empty folder name
     --> my.toml:9:7
      |
    9 |   "", "a//b.go", "./a.go",
      |       ^^^^^^^^^
      |
      = help: leave `.`, doubled and trailing slashes out; `folder/**` is all below
    error: the glob has an empty folder name
     --> my.toml:9:18
      |
    9 |   "", "a//b.go", "./a.go",
      |                  ^^^^^^^^
      |
      = help: leave `.`, doubled and trailing slashes out; `folder/**` is all below
    error: the glob leads out of the tree
      --> my.toml:10:3
       |
    10 |   "{..,b}/c.go", "C:/a.go", "[a.go",
       |   ^^^^^^^^^^^^^
       |
       = help: leave `..` out: globs are relative to the root of the tree
    error: the glob is absolute
      --> my.toml:10:18
       |
    10 |   "{..,b}/c.go", "C:/a.go", "[a.go",
       |                  ^^^^^^^^^
       |
       = help: globs are relative to the root of the tree; begin with `**/` to match at any depth
    error: the glob does not parse: unclosed character class; missing ']'
      --> my.toml:10:29
       |
    10 |   "{..,b}/c.go", "C:/a.go", "[a.go",
       |                             ^^^^^^^
    "#);
}

#[test]
fn some_glob_names_files() {
    let patch = r#"
files = ["!*_test.go"]
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `files` names no file
     --> my.toml:7:9
      |
    7 | files = ["!*_test.go"]
      |         ^^^^^^^^^^^^^^
      |
      = help: add a glob without `!`
    error: the globs do not tell one language
     --> my.toml:7:10
      |
    7 | files = ["!*_test.go"]
      |          ^^^^^^^^^^^^
      |
      = help: let all end in `.go`, or all in `.c` or `.h`, or add `language = "go"`, `"c"` or `"text"`
    "#);
}

#[test]
fn globs_tell_the_language() {
    let patch = r#"
files = ["*.go", "*.c"]
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: the globs do not tell one language
     --> my.toml:7:10
      |
    7 | files = ["*.go", "*.c"]
      |          ^^^^^^
      |
      = help: let all end in `.go`, or all in `.c` or `.h`, or add `language = "go"`, `"c"` or `"text"`
    "#);
}

#[test]
fn the_language_can_be_said() {
    let text = one_patch("files = \"*.inc\"\nlanguage = \"c\"\nexpect = \"any\"\ndiff = '-a'\n");
    assert_eq!(hunk(&text).language, Some(Language::C));
}

#[test]
fn new_files_stay_in_the_tree() {
    for path in [
        "",
        "/etc/x",
        "../x",
        "a/../x",
        "a/",
        "a//b",
        "./a",
        ".git/hooks/x",
        "a/.GIT/x",
        "a/.git./x",
        "a/.git /x",
        "a/git~1/x",
        "a/.g\u{200c}it/x",
        "a/.git::$INDEX_ALLOCATION/x",
        "C:x",
        "a\\b",
        "a\nb",
    ] {
        let text = one_patch(&format!("create = {path:?}\ncontent = \"\"\n").replace("u{200c}", "u200c"));
        let found = patchset::load("my.toml", &text).expect_err(path);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert!(found[0].message.starts_with("the path "), "{path}: {found:?}");
    }
}

// Bodies.

#[test]
fn rows_have_signs_and_places() {
    let text = one_patch(&go_diff(" a\n-\tb\n\n+  c"));
    let rows = hunk(&text).diff.rows;
    let signs: Vec<Sign> = rows.iter().map(|row| row.sign).collect();
    assert_eq!(signs, [Sign::Context, Sign::Minus, Sign::Plus]);
    assert_eq!(texts(&rows), ["a", "\tb", "  c"]);
    for row in rows {
        assert!(text[row.at..].starts_with(&row.text));
    }
}

#[test]
fn crlf_files_load() {
    let text = one_patch(&go_diff(" a\n-\tb\n+  c")).replace('\n', "\r\n");
    let rows = hunk(&text).diff.rows;
    assert_eq!(texts(&rows), ["a", "\tb", "  c"]);
    for row in rows {
        assert!(text[row.at..].starts_with(&row.text));
    }
    let text = one_patch("create = \"x\"\ncontent = '''\na\nb\n'''\n").replace('\n', "\r\n");
    let Work::Create(create) = &loaded(&text).patches[0].bodies[0].work else { panic!("no new file") };
    assert_eq!(create.content, "a\nb\n");
}

#[test]
fn basic_strings_have_places_until_they_have_escapes() {
    let plain = one_patch("files = \"*.go\"\ndiff = \"\"\"\n-a\n+b\n\"\"\"\n");
    let row = hunk(&plain).diff.rows[1].clone();
    assert!(plain[row.at..].starts_with("b\n"));
    let escaped = one_patch("files = \"*.go\"\ndiff = \"\"\"\n-a\n+b\\t\n\"\"\"\n");
    let diff = hunk(&escaped).diff;
    assert_eq!((diff.rows[1].text.as_str(), diff.rows[1].at), ("b\t", diff.span.start));
}

#[test]
fn a_byte_order_mark_is_no_sign() {
    let text = format!("\u{feff}{}", one_patch(&go_diff("-a\n+b")));
    let row = hunk(&text).diff.rows[1].clone();
    assert!(text[row.at..].starts_with("b\n"));
}

#[test]
fn a_row_has_a_place_in_the_file_whatever_became_of_it() {
    let text = one_patch(&(go_diff("-a\n+f($number, b)") + "[table.number]\narm = 387\n"));
    let mut set = loaded(&text);
    let place = |set: &Patchset, bytes| text[hunks(set, 0, 0)[0].diff.place(&text, 1, bytes)].to_owned();
    assert_eq!(place(&set, 11..12), "b");
    patchset::substitute(&mut set, Some("arm")).expect("arm has a row");
    assert_eq!(hunks(&set, 0, 0)[0].diff.rows[1].text, "f(387, b)");
    assert_eq!(place(&set, 7..8), "f($number, b)");
    assert_eq!(place(&set, 0..2), "f(");
}

#[test]
fn an_empty_line_has_no_meaning() {
    assert_eq!(texts(&hunk(&one_patch(&go_diff("-a\n\n \n\t\n+b"))).diff.rows), ["a", "b"]);
}

#[test]
fn an_empty_line_that_is_added_is_kept() {
    assert_eq!(texts(&hunk(&one_patch(&go_diff("-a\n+b\n+\n+c"))).diff.rows), ["a", "b", "", "c"]);
}

#[test]
fn empty_lines_of_a_raw_string_are_kept() {
    let rows = hunk(&one_patch(&go_diff(" x := `\n\n a`\n\n-b\n+c\n+/*\n\n+*/"))).diff.rows;
    assert_eq!(texts(&rows), ["x := `", "", "a`", "b", "c", "/*", "", "*/"]);
}

#[test]
fn other_code_has_no_signs() {
    let text = one_patch("files = \"*.go\"\ndiff = '-a'\ninside = ['''\nif $x {\n\n\t...\n}\n''', '-y']\n");
    let found = hunk(&text);
    assert_eq!(texts(&found.inside[0].rows), ["if $x {", "\t...", "}"]);
    assert_eq!(texts(&found.inside[1].rows), ["-y"]);
    assert!(found.inside.iter().flat_map(|code| &code.rows).all(|row| row.sign == Sign::Context));
}

#[test]
fn column_1_is_the_sign() {
    let diff = r"
 if x {
	return
}
+a
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: column 1 of a diff is `-`, `+` or a space, not `\t`
      --> my.toml:10:1
       |
    10 |     return
       | ^^^^ no sign
       |
       = help: put a space before the tab for a context line; 1 more lines are like this
    ");
}

#[test]
fn a_unified_diff_has_headers() {
    let diff = r"
@@ -1,2 +1,2 @@
-a
+b
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: column 1 of a diff is `-`, `+` or a space, not `@`
     --> my.toml:9:1
      |
    9 | @@ -1,2 +1,2 @@
      | ^ no sign
      |
      = help: leave the headers of a unified diff out: the syntax tree tells the place
    ");
}

#[test]
fn file_headers_are_left_out() {
    let diff = r"
--- a/x.go
+++ b/x.go
-a
+b
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: this is the header of a unified diff
     --> my.toml:9:2
      |
    9 | --- a/x.go
      |  ^^^^^^^^^
      |
      = help: leave the `---` and `+++` lines out: `files` names the file
    ");
}

#[test]
fn a_diff_changes_something() {
    let diff = r"
 a
 b
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: the diff changes nothing
      --> my.toml:8:8
       |
     8 |   diff = '''
       |  ________^
     9 | |  a
    10 | |  b
    11 | | '''
       | |___^
       |
       = help: mark the lines to change with `-` and `+` in column 1
    ");
}

#[test]
fn an_empty_diff() {
    insta::assert_snapshot!(diff_diagnostics(""), @r"
    error: the diff is empty
      --> my.toml:8:8
       |
     8 |   diff = '''
       |  ________^
     9 | |
    10 | | '''
       | |___^
       |
       = help: write `-` and `+` lines
    ");
}

#[test]
fn ellipses_have_no_sign() {
    let diff = r"
 a
-...
 b
+...
-	$...
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: `...` cannot be removed
      --> my.toml:10:2
       |
    10 | -...
       |  ^^^
       |
       = help: name what goes: `-$...gone` removes any number of items; ` ...` keeps them
    error: `...` cannot be added
      --> my.toml:12:2
       |
    12 | +...
       |  ^^^
       |
       = help: ` ...` keeps what is there; `+$...name` puts what `$...name` holds
    error: an ellipsis without a name is neither removed nor added
      --> my.toml:13:3
       |
    13 | -    $...
       |      ^^^^
       |
       = help: name it: `$...gone`
    ");
}

#[test]
fn a_named_ellipsis_can_go() {
    assert_eq!(texts(&hunk(&one_patch(&go_diff(" if x {\n-\t$...gone\n }"))).diff.rows)[1], "\t$...gone");
}

#[test]
fn an_added_line_stands_beside_a_shown_one() {
    let diff = r"
 f() {
 ...
+a
+b
 ...
 }
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: nothing tells where this line goes
      --> my.toml:11:2
       |
    11 | +a
       |  ^
       |
       = help: show the line above or below it, not across `...`
    ");
}

#[test]
fn there_is_something_to_find() {
    insta::assert_snapshot!(diff_diagnostics("+a"), @r"
    error: the diff shows nothing to find
     --> my.toml:9:2
      |
    9 | +a
      |  ^
      |
      = help: show the line above or below as context; `create` makes new files
    ");
}

#[test]
fn something_tells_done_from_drifted() {
    let diff = r"
-a
-b
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: nothing of this diff is left when it is done
      --> my.toml:8:8
       |
     8 |   diff = '''
       |  ________^
     9 | | -a
    10 | | -b
    11 | | '''
       | |___^
       |
       = help: say where with `inside`, or let `expect` allow 0: else a second run cannot tell done from drifted
    ");
}

// Holes.

#[test]
fn added_holes_are_bound() {
    let diff = r"
-f($value)
+g($valeu, $_, $...)
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: nothing binds `$valeu`
      --> my.toml:10:4
       |
    10 | +g($valeu, $_, $...)
       |    ^^^^^^ did you mean `$value`?
       |
       = help: a hole of a `+` line stands on a `-` or context line, in `inside`, `has` or `file-has`, or in an earlier hunk
    error: a hole without a name has no twin on a `-` line
      --> my.toml:10:12
       |
    10 | +g($valeu, $_, $...)
       |            ^^ no text to put here
       |
       = help: give both the same name
    error: a hole without a name has no twin on a `-` line
      --> my.toml:10:16
       |
    10 | +g($valeu, $_, $...)
       |                ^^^^ no text to put here
       |
       = help: give both the same name
    ");
}

#[test]
fn a_hole_that_is_bound_nowhere() {
    let diff = r"
-f()
+g($x)
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: nothing binds `$x`
      --> my.toml:10:4
       |
    10 | +g($x)
       |    ^^
       |
       = help: a hole of a `+` line stands on a `-` or context line, in `inside`, `has` or `file-has`, or in an earlier hunk
    ");
}

#[test]
fn conditions_bind_holes() {
    hunk(&one_patch(
        &(go_diff("-f()\n+g($a, $b, $c)") + "inside = 'func $a() { ... }'\nhas = 'f($b)'\nfile-has = 'type $c int'\n"),
    ));
}

#[test]
fn unless_binds_nothing() {
    let patch = r#"
files = "*.go"
diff = '''
-f()
+g($a)
'''
unless = 'h($a)'
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r"
    error: nothing binds `$a`
      --> my.toml:10:4
       |
    10 | +g($a)
       |    ^^
       |
       = help: a hole of a `+` line stands on a `-` or context line, in `inside`, `has` or `file-has`, or in an earlier hunk
    ");
}

#[test]
fn earlier_hunks_bind_holes() {
    let hunk = |diff: &str| format!("[[patch.hunk]]\ndiff = '''\n{diff}\n'''\n");
    let files = "files = \"*.go\"\n";
    loaded(&one_patch(&format!("{files}{}{}", hunk("-f($x)\n+g($x)"), hunk("-h()\n+h($x)"))));
    insta::assert_snapshot!(patch_diagnostics(&format!("{files}{}{}", hunk("-h()\n+h($x)"), hunk("-f($x)\n+g($x)"))), @r"
    error: nothing binds `$x`
      --> my.toml:11:4
       |
    11 | +h($x)
       |    ^^
       |
       = help: a hole of a `+` line stands on a `-` or context line, in `inside`, `has` or `file-has`, or in an earlier hunk
    ");
}

#[test]
fn dollars_begin_holes() {
    let diff = r#"
-f($1, $é, sys$$call, "$") // $
+f(x_$a, $a9é, ${b)
"#;
    insta::assert_snapshot!(diff_diagnostics(diff), @r#"
    error: this `$` begins no hole
     --> my.toml:9:4
      |
    9 | -f($1, $é, sys$$call, "$") // $
      |    ^
      |
      = help: a hole is `$name`, `$_`, `$...`, `$...name` or `${name}`; `$$` is a dollar
    error: this `$` begins no hole
     --> my.toml:9:8
      |
    9 | -f($1, $é, sys$$call, "$") // $
      |        ^
      |
      = help: a hole is `$name`, `$_`, `$...`, `$...name` or `${name}`; `$$` is a dollar
    error: a hole stands within a word
      --> my.toml:10:6
       |
    10 | +f(x_$a, $a9é, ${b)
       |      ^^
       |
       = help: `${a}` pastes its text into the word
    error: a hole stands within a word
      --> my.toml:10:10
       |
    10 | +f(x_$a, $a9é, ${b)
       |          ^^^
       |
       = help: `${a9}` pastes its text into the word
    error: this `$` begins no hole
      --> my.toml:10:16
       |
    10 | +f(x_$a, $a9é, ${b)
       |                ^
       |
       = help: a hole is `$name`, `$_`, `$...`, `$...name` or `${name}`; `$$` is a dollar
    "#);
}

#[test]
fn names_are_pasted_where_lines_are_added() {
    let diff = r"
-f_${x}($x)
+g_${x}($x)
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: `${x}` stands on a line that is there before
     --> my.toml:9:4
      |
    9 | -f_${x}($x)
      |    ^^^^
      |
      = help: names are pasted on `+` lines only
    ");
}

#[test]
fn a_name_is_an_item_or_an_ellipsis() {
    let diff = r"
-f($x)
+f($...x)
";
    insta::assert_snapshot!(diff_diagnostics(diff), @r"
    error: `x` is an item and an ellipsis
      --> my.toml:10:4
       |
    10 | +f($...x)
       |    ^^^^^
       |
       = help: `$x` and `$...x` need two names
    ");
}

#[test]
fn conditions_are_about_holes_that_occur() {
    let patch = r#"
files = "*.go"
where.value.kind = "call"
where.valeu.kind = "call"
where."$value".kind = "call"
where._.kind = "call"
diff = '''
-f($value)
+g($value)
'''
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: there is no hole `$valeu`
     --> my.toml:9:7
      |
    9 | where.valeu.kind = "call"
      |       ^^^^^ did you mean `value`?
    error: `$value` cannot name a hole
      --> my.toml:10:7
       |
    10 | where."$value".kind = "call"
       |       ^^^^^^^^
       |
       = help: `where.value.type` holds for `$value`: the name stands without `$`; `$_` has none
    error: `_` cannot name a hole
      --> my.toml:11:7
       |
    11 | where._.kind = "call"
       |       ^
       |
       = help: `where.value.type` holds for `$value`: the name stands without `$`; `$_` has none
    "#);
}

#[test]
fn values_of_conditions() {
    let patch = r#"
files = "*.go"
diff = '''
-f($x)
+g($x)
'''
where.x.kind = "calls"
where.x.regexp = "a"
where.x.regex = "a)(b"
where.x.fits = "int33"
where.x.in = []
where.x.is = ""
where.x.text = 1.5
where.x.type = ""
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `calls` is not a value of `kind`
      --> my.toml:12:16
       |
    12 | where.x.kind = "calls"
       |                ^^^^^^^ did you mean `call`?
    error: unknown key `regexp` in `where.x`
      --> my.toml:13:9
       |
    13 | where.x.regexp = "a"
       |         ^^^^^^ did you mean `regex`?
    error: the regex does not compile
      --> my.toml:14:17
       |
    14 | where.x.regex = "a)(b"
       |                 ^^^^^^ unopened group
    error: `int33` is not an integer type of Go or C
      --> my.toml:15:16
       |
    15 | where.x.fits = "int33"
       |                ^^^^^^^ did you mean `int32`?
    error: `in` lists nothing
      --> my.toml:16:14
       |
    16 | where.x.in = []
       |              ^^
    error: `is` has no code
      --> my.toml:17:14
       |
    17 | where.x.is = ""
       |              ^^
    error: `text` must be a string or an integer, or a list of them
      --> my.toml:18:16
       |
    18 | where.x.text = 1.5
       |                ^^^ this is a float
    error: `type` is empty
      --> my.toml:19:16
       |
    19 | where.x.type = ""
       |                ^^
    "#);
}

#[test]
fn a_regex_has_a_size() {
    let patch = r#"
files = "*.go"
diff = '''
-f($x)
+g($x)
'''
where.x.regex = '(\w{500}){500}'
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r"
    error: the regex does not compile
      --> my.toml:12:17
       |
    12 | where.x.regex = '(\w{500}){500}'
       |                 ^^^^^^^^^^^^^^^^ it is too big
    ");
}

#[test]
fn a_regex_matches_the_whole_text() {
    let text = one_patch(&(go_diff("-f($x)\n+g($x)") + "where.x.regex = 'a|bc'\n"));
    let holes = hunk(&text).holes;
    let patchset::HoleTest::Regex(regex) = &holes[0].tests[0].value else { panic!("no regex") };
    assert!(regex.is_match("bc") && !regex.is_match("abc"));
}

#[test]
fn words_are_from_closed_lists() {
    let patch = r#"
files = "*.go"
language = "golang"
as = "fields"
pick = "lats"
diff = "-a\n+b"
alternatives = "all"
imports."a b" = "x"
imports.b = "x y"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `golang` is not a value of `language`
     --> my.toml:8:12
      |
    8 | language = "golang"
      |            ^^^^^^^^ not known
      |
      = help: known are `go`, `c` and `text`
    error: `fields` is not a value of `as`
     --> my.toml:9:6
      |
    9 | as = "fields"
      |      ^^^^^^^^ did you mean `field`?
    error: `lats` is not a value of `pick`
      --> my.toml:10:8
       |
    10 | pick = "lats"
       |        ^^^^^^ did you mean `last`?
    error: `all` is not a value of `alternatives`
      --> my.toml:12:16
       |
    12 | alternatives = "all"
       |                ^^^^^ not known
       |
       = help: known are `sum` and `first`
    error: `a b` is no package name
      --> my.toml:13:9
       |
    13 | imports."a b" = "x"
       |         ^^^^^
       |
       = help: `imports.errors = "github.com/pkg/errors"` lets the body say `errors.`
    error: `x y` is no import path
      --> my.toml:14:13
       |
    14 | imports.b = "x y"
       |             ^^^^^
    "#);
}

#[test]
fn counts_of_sites() {
    let expect = |value: &str| {
        let text = one_patch(&(go_diff("-a\n+b") + &format!("expect = {value}\n")));
        patchset::load("my.toml", &text).ok().map(|set| hunks(&set, 0, 0)[0].expect)
    };
    assert_eq!(expect("0"), Some(Expect::Between(0, Some(0))));
    assert_eq!(expect("2"), Some(Expect::Between(2, Some(2))));
    assert_eq!(expect("\"2..5\""), Some(Expect::Between(2, Some(5))));
    assert_eq!(expect("\"1..\""), Some(Expect::Between(1, None)));
    assert_eq!(expect("\"any\""), Some(Expect::Between(0, None)));
    assert_eq!(expect("\"1 per file\""), Some(Expect::PerFile(1)));
    for nonsense in
        ["-1", "1.5", "true", "\"3..1\"", "\"-1..\"", "\"some\"", "99999999999999999999", "[1]", "\"0 per file\""]
    {
        assert_eq!(expect(nonsense), None, "{nonsense}");
    }
}

#[test]
fn a_count_that_is_nonsense() {
    let patch = r#"
files = "*.go"
diff = "-a\n+b"
expect = "3..1"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: this is not a number of sites
     --> my.toml:9:10
      |
    9 | expect = "3..1"
      |          ^^^^^^
      |
      = help: `2`, `"1.."`, `"0..1"`, `"1 per file"` or `"any"`; the default is exactly 1
    "#);
}

// What hunks and alternatives inherit.

#[test]
fn a_hunk_says_what_is_different() {
    let set = loaded(&one_patch(
        r#"
files = "*.go"
expect = 2
inside = 'func $f() { ... }'
where.x.kind = "name"
where.y.kind = "call"
imports.errors = "errors"
[[patch.hunk]]
diff = """
-a($x)
+b($x)
"""
[[patch.hunk]]
files = "*.c"
expect = 3
inside = []
where.x.kind = "number"
imports.fmt = "fmt"
diff = """
-a($x, $y)
+b($x, $y)
"""
"#,
    ));
    let [first, second] = hunks(&set, 0, 0) else { panic!("two hunks") };
    assert_eq!((first.language, first.expect), (Some(Language::Go), Expect::Between(2, Some(2))));
    assert_eq!((second.language, second.expect), (Some(Language::C), Expect::Between(3, Some(3))));
    assert_eq!((first.inside.len(), second.inside.len()), (1, 0));
    let kinds = |hunk: &Hunk| {
        hunk.holes.iter().map(|hole| format!("{}: {:?}", hole.hole.value, hole.tests[0].value)).collect::<Vec<_>>()
    };
    assert_eq!(kinds(first), ["x: Kind(Name)"]);
    assert_eq!(kinds(second), ["x: Kind(Number)", "y: Kind(Call)"]);
    assert_eq!((first.imports.len(), second.imports.len()), (1, 2));
}

#[test]
fn an_alternative_inherits_from_its_patch() {
    let set = loaded(&one_patch(
        r#"
files = "*.go"
where.x.kind = "name"
diff = """
-a($x)
+b($x)
"""
[[patch.alternative]]
note = "until 2.0"
diff = """
-c($x)
+b($x)
"""
[[patch.alternative]]
files = "*.h"
[[patch.alternative.hunk]]
diff = """
-d()
+b()
"""
"#,
    ));
    assert_eq!(set.patches[0].bodies[1].note.as_deref(), Some("until 2.0"));
    assert_eq!(hunks(&set, 0, 1)[0].files, hunks(&set, 0, 0)[0].files);
    assert_eq!(hunks(&set, 0, 1)[0].holes.len(), 1);
    assert_eq!((hunks(&set, 0, 2)[0].holes.len(), hunks(&set, 0, 2)[0].language), (0, Some(Language::C)));
}

#[test]
fn only_diffs_have_alternatives() {
    let alternative = "[[patch.alternative]]\nfiles = \"*.go\"\ndiff = \"\"\"\n-a\n+b\n\"\"\"\n";
    let create = format!("create = \"a.go\"\ncontent = \"package a\\n\"\n{alternative}");
    insta::assert_snapshot!(patch_diagnostics(&create), @r#"
    error: only a diff can have alternatives, or be one
     --> my.toml:7:10
      |
    7 | create = "a.go"
      |          ^^^^^^
      |
      = help: make a patch of its own of each
    "#);
    let operation = format!("files = \"*.go\"\noperation = \"go/align-atomics\"\n{alternative}");
    insta::assert_snapshot!(patch_diagnostics(&operation), @r#"
    error: only a diff can have alternatives, or be one
     --> my.toml:8:13
      |
    8 | operation = "go/align-atomics"
      |             ^^^^^^^^^^^^^^^^^^
      |
      = help: make a patch of its own of each
    "#);
}

#[test]
fn an_alternative_has_a_body() {
    let patch = r#"
files = "*.go"
diff = '''
-a
+b
'''
[[patch.alternative]]
title = "other"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `[[patch.alternative]]` has no body
      --> my.toml:12:1
       |
    12 | [[patch.alternative]]
       | ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `diff`, `[[patch.hunk]]`, `operation` or `create`
    error: unknown key `title` in `[[patch.alternative]]`
      --> my.toml:13:1
       |
    13 | title = "other"
       | ^^^^^ not known
    "#);
}

// Parameters.

#[test]
fn parameters_are_replaced() {
    let mut set = loaded(&one_patch(
        r#"
files = "*.c"
diff = """
-#define NUMBER 322 // $number
+#define NUMBER $number
+int x_${number} = $number + $numberx;
"""
inside = 'f($number, $numberx)'
[table.number]
arm = 387
x86 = "1 + 2"
"#,
    ));
    let whole = set.clone();
    patchset::substitute(&mut set, Some("arm")).expect("arm has a row");
    let found = &hunks(&set, 0, 0)[0];
    assert_eq!(
        texts(&found.diff.rows),
        ["#define NUMBER 322 // $number", "#define NUMBER 387", "int x_387 = 387 + $numberx;"]
    );
    assert_eq!(texts(&found.inside[0].rows), ["f(387, $numberx)"]);

    let patch = patchset::patch_for(&whole, &whole.patches[0], Some("x86")).expect("x86 has a row");
    let Work::Edit(hunks) = &patch.bodies[0].work else { panic!("no diff") };
    assert_eq!(hunks[0].diff.rows[1].text, "#define NUMBER 1 + 2");
}

#[test]
fn a_parameter_needs_a_row_of_the_target() {
    let text =
        one_patch("files = \"*.go\"\ndiff = '''\n-a\n+f($number, $number)\n'''\n[table.number]\narm = 387\n386 = 1\n");
    let told = |target: Option<&str>| {
        let found = patchset::substitute(&mut loaded(&text), target).expect_err("no row");
        found.iter().map(|one| render::diagnostic(one, "my.toml", &text, false)).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told(None), @r"
    error: `$number` differs from target to target, and none is chosen
      --> my.toml:10:4
       |
    10 | +f($number, $number)
       |    ^^^^^^^
       |
       = help: it has `386` and `arm`
    ");
    insta::assert_snapshot!(told(Some("mips")), @r"
    error: `[table.number]` has no row for the target `mips`
      --> my.toml:10:4
       |
    10 | +f($number, $number)
       |    ^^^^^^^
       |
       = help: it has `386` and `arm`
    ");
}

#[test]
fn the_patchset_has_a_target_of_its_own() {
    let text = one_patch(&(go_diff("-a\n+$number") + "[table.number]\narm = 387\n"))
        .replace("[[patch]]", "patchset.target = \"arm\"\n[[patch]]");
    let mut set = loaded(&text);
    patchset::substitute(&mut set, None).expect("arm has a row");
    assert_eq!(texts(&hunks(&set, 0, 0)[0].diff.rows), ["a", "387"]);
}

#[test]
fn a_patch_for_other_targets_needs_no_row() {
    let mut set = loaded(&one_patch(&(go_diff("-a\n+$number") + "target = \"arm\"\n[table.number]\narm = 387\n")));
    patchset::substitute(&mut set, Some("mips")).expect("the patch is not for mips");
    patchset::substitute(&mut set, Some("arm")).expect("arm has a row");
}

#[test]
fn a_parameter_is_no_hole() {
    let patch = r#"
files = "*.go"
diff = '''
-f($number, $...number)
+g($number)
'''
where.number.kind = "number"
[table.number]
arm = 387
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `number` is a table and an ellipsis
     --> my.toml:9:13
      |
    9 | -f($number, $...number)
      |             ^^^^^^^^^^
      |
      = help: `$number` is the parameter; give the ellipsis another name
    error: `$number` is a parameter, so nothing can be asked of it
      --> my.toml:12:7
       |
    12 | where.number.kind = "number"
       |       ^^^^^^
       |
       = help: `[table.number]` has its name: give the hole or the table another
    "#);
}

#[test]
fn rows_of_a_table() {
    let patch = r#"
files = "*.go"
diff = '''
-a
+b
'''
[table.exec-veat]
arm = 1
[table.number]
arm = 1.5
"a b" = 1
x = '''
1
2'''
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r#"
    error: `exec-veat` cannot name a parameter
      --> my.toml:12:8
       |
    12 | [table.exec-veat]
       |        ^^^^^^^^^
       |
       = help: `[table.number]` is read by `$number`: letters, digits and `_`
    error: a value must be a string or an integer
      --> my.toml:15:7
       |
    15 | arm = 1.5
       |       ^^^
    error: `a b` cannot be the name of a target
      --> my.toml:16:1
       |
    16 | "a b" = 1
       | ^^^^^
       |
       = help: a name is letters, digits, `-`, `_`, `+` and single dots, at most 100 of them
    error: a value must be a single line
      --> my.toml:17:5
       |
    17 |   x = '''
       |  _____^
    18 | | 1
    19 | | 2'''
       | |____^
    "#);
}

// Any input.

#[test]
fn diagnostics_come_in_the_order_of_the_file_and_not_without_end() {
    let text = one_patch(&(0..1000).map(|n| format!("key{n} = 1\n")).collect::<String>());
    let found = patchset::load("my.toml", &text).expect_err("unknown keys");
    assert_eq!(found.len(), 100);
    assert!(found.windows(2).all(|pair| pair[0].span.start <= pair[1].span.start));
    assert_eq!(found[99].help.as_deref(), Some("901 more errors are not shown"));
}

#[test]
fn a_table_of_many_rows_loads() {
    let rows: String = (0..200_000).map(|n| format!("t{n} = {n}\n")).collect();
    let set = loaded(&one_patch(&format!("{}[table.number]\n{rows}", go_diff("-a\n+$number"))));
    assert_eq!(set.tables["number"].rows.len(), 200_000);
}

#[test]
fn as_many_patches_as_anyone_has() {
    let patches = |most: usize| {
        let patch = |n: usize| format!("[[patch]]\nid = \"p{n}\"\ntitle = \"t\"\nwhy = \"w\"\n{}", go_diff("-a\n+b"));
        "format = 1\npatchset.name = \"my\"\n".to_owned() + &(0..most).map(patch).collect::<String>()
    };
    assert_eq!(loaded(&patches(10_000)).patches.len(), 10_000);
    let found = patchset::load("my.toml", &patches(10_001)).expect_err("too many");
    assert_eq!(found[0].message, "a patchset has no more than 10,000 patches");
}

#[test]
fn inheritance_has_a_limit() {
    let inside = format!("inside = '{}'\n", "x ".repeat(100_000));
    let hunk = "[[patch.hunk]]\ndiff = '''\n-a\n+b\n'''\n".repeat(1000);
    let found =
        patchset::load("my.toml", &one_patch(&format!("files = \"*.go\"\n{inside}{hunk}"))).expect_err("too much");
    assert_eq!(found[0].message, "too many hunks inherit too many conditions");
}

#[test]
fn a_row_with_many_parameters_is_read_in_one_go() {
    let row = "$number ".repeat(200_000);
    let mut set = loaded(&one_patch(&format!("{}[table.number]\narm = 12345678\n", go_diff(&format!("-a\n+{row}")))));
    patchset::substitute(&mut set, Some("arm")).expect("arm has a row");
    assert_eq!(hunks(&set, 0, 0)[0].diff.rows[1].text.len(), 9 * 200_000);
}

/// A text that loads, with pieces of it moved about.
fn mutated() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let text = include_str!("../../testdata/patchsets/every-key.toml");
    let pieces = [
        "'''",
        "\"\"\"",
        "$x",
        "${",
        "$...",
        "-",
        "\t",
        "\r\n",
        "`",
        "[[patch]]\n",
        "[table.x]\n",
        "é",
        "\u{feff}",
        "99",
        "= {",
        "\\u0000",
        "\\",
    ];
    let change = (0..text.len(), 0..40usize, prop::sample::select(pieces.to_vec()));
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut out = text.to_owned();
        for (at, len, piece) in changes {
            let chars: Vec<char> = out.chars().collect();
            let at = at.min(chars.len());
            let end = (at + len).min(chars.len());
            out = chars[..at].iter().collect::<String>() + piece + &chars[end..].iter().collect::<String>();
        }
        out
    })
}

/// Loads, and shows what is wrong: neither may panic, and every place is one of the text.
fn load_any(text: &str) {
    match patchset::load("my.toml", text) {
        Ok(mut set) => drop(patchset::substitute(&mut set, Some("arm"))),
        Err(found) => {
            assert!(!found.is_empty());
            for one in found {
                assert!(text.get(one.span.clone()).is_some(), "{one:?}");
                render::diagnostic(&one, "my.toml", text, true);
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_loads_or_is_complained_about(text in ".{0,200}") {
        load_any(&text);
    }

    #[test]
    fn any_body_loads_or_is_complained_about(body in r#"([-+ ]?[ a$_.{}"`/*\t\n\ré]{0,8}\n){0,8}"#) {
        load_any(&one_patch(&go_diff(&body)));
        load_any(&one_patch(&format!("files = \"*.go\"\ndiff = {body:?}\n[table.a]\narm = 1")));
    }

    #[test]
    fn any_change_of_a_patchset_loads_or_is_complained_about(text in mutated()) {
        load_any(&text);
    }
}

#[test]
fn text_asks_for_what_lines_have() {
    let text =
        one_patch("files = [\"**/Makefile\", \"debian/rules\"]\nsigil = \"~\"\ndiff = '''\n-a ~x\n\n+b ~x\n'''\n");
    let hunk = hunk(&text);
    assert_eq!((hunk.language, hunk.diff.rows.len()), (Some(Language::Text), 3));
    let patch = r#"
files = ["**/Makefile"]
sigil = "ab"
as = "field"
where.x.type = "int"
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r##"
    error: `ab` cannot mark holes
     --> my.toml:8:9
      |
    8 | sigil = "ab"
      |         ^^^^
      |
      = help: one of the marks $~%@^!#&?*=|:;,/, such as `$` or `~`: one that the lines of the body do not show
    error: `as` has no meaning in text
     --> my.toml:9:6
      |
    9 | as = "field"
      |      ^^^^^^^
      |
      = help: lines are read in one way
    error: there is no hole `$x`: the body is text, without holes
      --> my.toml:10:7
       |
    10 | where.x.type = "int"
       |       ^
       |
       = help: name their mark, `sigil = "$"` or another; doubled, it stands for itself
    error: this asks for code, and the body is text
      --> my.toml:10:16
       |
    10 | where.x.type = "int"
       |                ^^^^^
       |
       = help: in text holes have `text`, `not`, `in` and `regex`
    "##);
    let patch = r#"
files = ["**/*.go"]
sigil = "$"
diff = "-a\n+b"
"#;
    insta::assert_snapshot!(patch_diagnostics(patch), @r##"
    error: `sigil` is for `language = "text"` alone
     --> my.toml:8:1
      |
    8 | sigil = "$"
      | ^^^^^
      |
      = help: in code `$` marks holes
    "##);
}
