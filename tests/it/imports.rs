//! Imports: before, the call, after. What was gofmt-clean stays so; gofmt itself is asked where it is installed.

#![allow(clippy::unwrap_used)]

use treepatch::golang::format::realign;
use treepatch::golang::imports::{LocalName, add, default_name, local_name, place_spec, remove, specs};
use treepatch::golang::types::{Scope, is_used};
use treepatch::language::Language;
use treepatch::source::{Edit, Limits, Source, apply_edits, sort_edits};

fn parse(text: &str) -> Source {
    Source::parse(Language::Go, text.as_bytes().to_vec(), Limits::default()).unwrap()
}

/// Carries out edits, realigns the file, and compares the result, which is as gofmt-clean as the file was before.
#[track_caller]
fn becomes(before: &str, call: impl Fn(&Source) -> Vec<Edit>, after: &str) {
    let mut edits = call(&parse(before));
    sort_edits(&mut edits).unwrap();
    let (bytes, placed) = apply_edits(before.as_bytes(), &edits);
    let edited = parse(std::str::from_utf8(&bytes).unwrap());
    assert!(edited.errors.is_empty());
    let mut spaces = realign(&parse(before), &edits, &edited, &placed);
    sort_edits(&mut spaces).unwrap();
    assert_eq!(String::from_utf8(apply_edits(&bytes, &spaces).0).unwrap(), after);
    if let Some(gofmt) = crate::tools::find("gofmt").filter(|gofmt| crate::tools::filter(gofmt, &[], before) == before)
    {
        assert_eq!(crate::tools::filter(&gofmt, &[], after), after, "gofmt writes it otherwise");
    }
}

const TWO_SECTIONS: &str = "\
package p

import (
	\"fmt\" // prints
	\"os\"

	\"github.com/pkg/errors\"
	lager \"code.cloudfoundry.org/lager/v3\"
)
";

#[test]
fn the_imports_of_a_file() {
    let all = specs(&parse(TWO_SECTIONS));
    let paths: Vec<_> = all.iter().map(|s| (s.name.as_deref(), s.path.as_str())).collect();
    let expected = [
        (None, "fmt"),
        (None, "os"),
        (None, "github.com/pkg/errors"),
        (Some("lager"), "code.cloudfoundry.org/lager/v3"),
    ];
    assert_eq!(paths, expected);
}

#[test]
fn the_name_of_a_package_is_its_alias_or_what_the_path_says() {
    let file =
        "package p\n\nimport (\n\t_ \"a/x\"\n\ty \"a/x\"\n)\n\nimport . \"fmt\"\nimport _ \"b\"\nimport `raw/path`\n";
    let source = parse(file);
    assert_eq!(local_name(&source, "a/x"), LocalName::Named("y".into()));
    assert_eq!(local_name(&source, "fmt"), LocalName::Dot);
    assert_eq!(local_name(&source, "b"), LocalName::Blank);
    assert_eq!(local_name(&source, "raw/path"), LocalName::Named("path".into()));
    assert_eq!(local_name(&source, "os"), LocalName::Missing);
    for (path, name) in [
        ("fmt", "fmt"),
        ("github.com/pkg/errors", "errors"),
        ("example.com/lager/v3", "lager"),
        ("gopkg.in/yaml.v2", "yaml"),
        ("example.com/go-diodes", "diodes"),
        ("example.com/loader-go", "loader"),
        ("v2", "v2"),
        ("", ""),
    ] {
        assert_eq!(default_name(path), name, "{path}");
    }
}

#[test]
fn where_the_path_does_not_say_the_name_the_file_does() {
    let name = |path: &str, body: &str| {
        local_name(&parse(&format!("package p\n\nimport \"{path}\"\n\nvar x = {body}\n")), path)
    };
    assert_eq!(name("image-spec/v1", "v1.Image{}"), LocalName::Named("v1".into()));
    assert_eq!(name("image-spec/v1", "1"), LocalName::Named("image".into()));
    assert_eq!(name("example.com/gosigar", "sigar.Mem{}"), LocalName::Named("sigar".into()));
    assert_eq!(name("example.com/go.uuid", "uuid.New()"), LocalName::Named("uuid".into()));
}

#[test]
fn a_new_import_is_sorted_into_its_section() {
    let fmt = "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"github.com/b/b\"\n)\n";
    becomes(fmt, |s| add(s, "io", None), &fmt.replace("\t\"os\"", "\t\"io\"\n\t\"os\""));
    becomes(fmt, |s| add(s, "bytes", None), &fmt.replace("\t\"fmt\"", "\t\"bytes\"\n\t\"fmt\""));
    becomes(fmt, |s| add(s, "strings", None), &fmt.replace("\t\"os\"", "\t\"os\"\n\t\"strings\""));
    becomes(
        fmt,
        |s| add(s, "github.com/a/a", Some("x")),
        &fmt.replace("\t\"github", "\tx \"github.com/a/a\"\n\t\"github"),
    );
    becomes(fmt, |s| add(s, "github.com/c/c", None), &fmt.replace("b/b\"\n", "b/b\"\n\t\"github.com/c/c\"\n"));
    // What is there is not added again.
    becomes(fmt, |s| add(s, "os", None), fmt);
}

#[test]
fn of_several_sections_the_closest_one_is_joined() {
    let before = "package p\n\nimport (\n\t\"fmt\"\n\n\t\"github.com/a/a\"\n\n\t\"code.cloudfoundry.org/lager\"\n)\n";
    let after = before.replace("foundry.org/lager\"", "foundry.org/lager\"\n\t\"code.cloudfoundry.org/localip\"");
    becomes(before, |s| add(s, "code.cloudfoundry.org/localip", None), &after);
    // Paths without a dot may be a project's own.
    let before = "package p\n\nimport (\n\t\"fmt\"\n\n\t\"plumbing/v2\"\n)\n";
    let after = before.replace("v2\"", "v2\"\n\t\"plumbing/x\"");
    becomes(before, |s| add(s, "plumbing/x", None), &after);
    // Blank imports keep to themselves.
    let before = "package p\n\nimport (\n\t_ \"github.com/a/b\"\n\n\t\"github.com/c/d\"\n)\n";
    let after = before.replace("c/d\"", "c/d\"\n\t\"github.com/e/f\"");
    becomes(before, |s| add(s, "github.com/e/f", None), &after);
}

#[test]
fn a_missing_section_is_made() {
    let before = "package p\n\nimport (\n\t\"fmt\" // prints\n)\n";
    let after = "package p\n\nimport (\n\t\"fmt\" // prints\n\n\t\"github.com/pkg/errors\"\n)\n";
    becomes(before, |s| add(s, "github.com/pkg/errors", None), after);
    let before = "package p\n\nimport (\n\t// Errors with traces.\n\t\"github.com/pkg/errors\"\n)\n";
    let after = "package p\n\nimport (\n\t\"fmt\"\n\n\t// Errors with traces.\n\t\"github.com/pkg/errors\"\n)\n";
    becomes(before, |s| add(s, "fmt", None), after);
    becomes("package p\n\nimport ()\n", |s| add(s, "fmt", None), "package p\n\nimport (\n\t\"fmt\"\n)\n");
}

#[test]
fn a_single_import_becomes_a_group() {
    let before = "package p\n\n// Prints.\nimport \"fmt\" // yes\n\nvar x = 1\n";
    let after = "package p\n\n// Prints.\nimport (\n\t\"fmt\" // yes\n\t\"os\"\n)\n\nvar x = 1\n";
    becomes(before, |s| add(s, "os", None), after);
    let after = "package p\n\n// Prints.\nimport (\n\t\"errors\"\n\t\"fmt\" // yes\n)\n\nvar x = 1\n";
    becomes(before, |s| add(s, "errors", None), after);
    let after = "package p\n\n// Prints.\nimport (\n\t\"fmt\" // yes\n\n\t\"github.com/pkg/errors\"\n)\n\nvar x = 1\n";
    becomes(before, |s| add(s, "github.com/pkg/errors", None), after);
    let before = "package p\n\nimport \"github.com/pkg/errors\"\n";
    let after = "package p\n\nimport (\n\t\"fmt\"\n\n\t\"github.com/pkg/errors\"\n)\n";
    becomes(before, |s| add(s, "fmt", None), after);
}

#[test]
fn a_file_of_single_imports_gets_another_one() {
    let before = "package p\n\nimport \"fmt\"\nimport \"os\"\n\nvar x = 1\n";
    becomes(before, |s| add(s, "io", None), &before.replace("import \"os\"", "import \"io\"\nimport \"os\""));
    becomes(before, |s| add(s, "strings", None), &before.replace("\"os\"", "\"os\"\nimport \"strings\""));
}

#[test]
fn the_first_import_stands_below_the_package_clause() {
    let after = "package p // p\n\nimport \"os\"\n\nvar x = 1\n";
    becomes("package p // p\n\nvar x = 1\n", |s| add(s, "os", None), after);
    becomes("package p\n", |s| add(s, "os", None), "package p\n\nimport \"os\"\n");
    becomes("package p", |s| add(s, "os", None), "package p\n\nimport \"os\"");
    becomes("package p\n// c\nvar x = 1\n", |s| add(s, "os", None), "package p\n\nimport \"os\"\n\n// c\nvar x = 1\n");
    becomes("package p; var x = 1\n", |s| add(s, "os", None), "package p;\n\nimport \"os\"\n\n var x = 1\n");
    becomes("// no code\n", |s| add(s, "os", None), "// no code\n");
}

#[test]
fn the_preamble_of_cgo_is_left_alone() {
    let before = "package p\n\n// #include <errno.h>\nimport \"C\"\n\nvar x = C.EINTR\n";
    let after = "package p\n\nimport \"os\"\n\n// #include <errno.h>\nimport \"C\"\n\nvar x = C.EINTR\n";
    becomes(before, |s| add(s, "os", None), after);
    becomes(before, |s| remove(s, "C").unwrap(), before);
    let before = "package p\n\n// #include <errno.h>\nimport \"C\"\n\nimport \"fmt\"\n";
    let after = "package p\n\n// #include <errno.h>\nimport \"C\"\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n";
    becomes(before, |s| add(s, "os", None), after);
}

#[test]
fn comments_stay_with_their_imports() {
    let before = "package p\n\nimport (\n\t\"a\"\n\t// about c\n\t\"c\"\n\t\"e\"\n)\n";
    becomes(before, |s| add(s, "b", None), &before.replace("\"a\"\n", "\"a\"\n\t\"b\"\n"));
    becomes(before, |s| add(s, "d", None), &before.replace("\"c\"\n", "\"c\"\n\t\"d\"\n"));
    let before = "package p\n\nimport (\n\t// about c\n\t\"c\" /* one\n\ttwo */\n)\n";
    becomes(before, |s| add(s, "a", None), &before.replace("\t// about", "\t\"a\"\n\t// about"));
    becomes(before, |s| add(s, "d", None), &before.replace("two */\n", "two */\n\t\"d\"\n"));
}

#[test]
fn comments_behind_imports_stand_in_a_column() {
    let before = "package p\n\nimport (\n\t\"a\"   // one\n\t\"bcd\" // two\n)\n";
    let after = "package p\n\nimport (\n\t\"a\"     // one\n\t\"abcde\" // new\n\t\"bcd\"   // two\n)\n";
    becomes(before, |s| place_spec(s, b"\"abcde\" // new"), after);
}

#[test]
fn a_spec_with_its_own_text_is_placed_as_it_is() {
    let before = "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n";
    let after = before.replace("\t\"os\"", "\t_ \"image/png\" // decoder\n\t\"os\"");
    becomes(before, |s| place_spec(s, b"_ \"image/png\" // decoder"), &after);
    becomes(before, |s| place_spec(s, b"`fmt`"), before);
}

#[test]
fn one_line_groups_stay_on_their_line() {
    becomes(
        "package p\n\nimport (\"a\"; \"c\")\n",
        |s| add(s, "b", None),
        "package p\n\nimport (\"a\"; \"b\"; \"c\")\n",
    );
    becomes(
        "package p\n\nimport (\"a\"; \"c\")\n",
        |s| add(s, "d", None),
        "package p\n\nimport (\"a\"; \"c\"; \"d\")\n",
    );
    becomes("package p\n\nimport (\"a\"; \"c\")\n", |s| remove(s, "a").unwrap(), "package p\n\nimport (\"c\")\n");
    becomes("package p\n\nimport (\"a\"; \"c\")\n", |s| remove(s, "c").unwrap(), "package p\n\nimport (\"a\")\n");
    becomes("package p; import \"a\"; var x = 1\n", |s| remove(s, "a").unwrap(), "package p; var x = 1\n");
}

#[test]
fn a_byte_order_mark_is_no_line_above() {
    becomes("\u{feff}import \"fmt\"\n\nvar x = 1\n", |s| remove(s, "fmt").unwrap(), "\u{feff}var x = 1\n");
    becomes("\u{feff}\n\nimport \"fmt\"\n", |s| remove(s, "fmt").unwrap(), "\u{feff}");
    becomes("\u{feff}package p\n\nimport \"fmt\"\n", |s| remove(s, "fmt").unwrap(), "\u{feff}package p\n");
}

#[test]
fn windows_line_endings_are_kept() {
    let before = "package p\r\n\r\nimport (\r\n\t\"fmt\"\r\n)\r\n";
    let after = "package p\r\n\r\nimport (\r\n\t\"fmt\"\r\n\r\n\t\"a.b/c\"\r\n)\r\n";
    becomes(before, |s| add(s, "a.b/c", None), after);
    let single = "package p\r\n\r\nimport \"fmt\"\r\n\r\nvar x = 1\r\n";
    let group = "package p\r\n\r\nimport (\r\n\t\"fmt\"\r\n\t\"os\"\r\n)\r\n\r\nvar x = 1\r\n";
    becomes(single, |s| add(s, "os", None), group);
    becomes(group, |s| remove(s, "fmt").unwrap(), &group.replace("\t\"fmt\"\r\n", ""));
    becomes(single, |s| remove(s, "fmt").unwrap(), "package p\r\n\r\nvar x = 1\r\n");
}

#[test]
fn a_removed_import_takes_its_line() {
    let before = "package p\n\nimport (\n\t\"fmt\" // prints\n\t\"os\"\n\n\t\"a.b/c\"\n)\n";
    becomes(before, |s| remove(s, "os").unwrap(), "package p\n\nimport (\n\t\"fmt\" // prints\n\n\t\"a.b/c\"\n)\n");
    // The empty line beside the last import of a section goes, too.
    becomes(before, |s| remove(s, "a.b/c").unwrap(), "package p\n\nimport (\n\t\"fmt\" // prints\n\t\"os\"\n)\n");
    let before = "package p\n\nimport (\n\t\"fmt\"\n\n\t// About c.\n\t\"a.b/c\"\n\n\t\"d.e/f\"\n)\n";
    becomes(before, |s| remove(s, "fmt").unwrap(), &before.replace("\t\"fmt\"\n\n", ""));
    becomes(before, |s| remove(s, "d.e/f").unwrap(), &before.replace("\n\t\"d.e/f\"\n", ""));
}

#[test]
fn an_import_with_a_comment_is_not_removed() {
    let comment = |text: &str, path: &str| {
        let source = parse(text);
        let comment = remove(&source, path).unwrap_err();
        text[comment].to_owned()
    };
    let group = "package p\n\nimport (\n\t\"a\" // one\n\t// two\n\t\"b\"\n\t\"c\"\n\tx /* three */ \"d\"\n)\n";
    assert_eq!(comment(group, "a"), "// one");
    assert_eq!(comment(group, "b"), "// two");
    assert_eq!(comment(group, "d"), "/* three */");
    becomes(group, |s| remove(s, "c").unwrap(), &group.replace("\t\"c\"\n", ""));
    assert_eq!(comment("package p\n\n// four\nimport \"a\"\n", "a"), "// four");
    assert_eq!(comment("package p\n\n/* five */ import \"a\"\n", "a"), "/* five */");
    assert_eq!(comment("package p\n\n/* six\n*/\nimport (\n\t\"a\"\n)\n", "a"), "/* six\n*/");
    assert_eq!(comment("package p\n\nimport (\n\t\"a\"\n) // seven\n", "a"), "// seven");
    let header = "// About all.\n\npackage p // p\nimport \"a\"\n\n// f.\nfunc f()\n";
    becomes(header, |s| remove(s, "a").unwrap(), &header.replace("import \"a\"\n", ""));
}

#[test]
fn an_emptied_declaration_goes_as_a_whole() {
    let after = "package p\n\nvar x = 1\n";
    becomes("package p\n\nimport \"fmt\"\n\nvar x = 1\n", |s| remove(s, "fmt").unwrap(), after);
    becomes("package p\n\nimport (\n\t\"fmt\"\n)\n\nvar x = 1\n", |s| remove(s, "fmt").unwrap(), after);
    becomes("package p\n\nimport \"fmt\"\n", |s| remove(s, "fmt").unwrap(), "package p\n");
    becomes(
        "package p\n\nimport \"fmt\"\nimport \"os\"\n",
        |s| remove(s, "fmt").unwrap(),
        "package p\n\nimport \"os\"\n",
    );
    becomes(
        "package p\n\nimport \"fmt\"\nimport \"os\"\n\nvar x = 1\n",
        |s| remove(s, "os").unwrap(),
        "package p\n\nimport \"fmt\"\n\nvar x = 1\n",
    );
    // Comments that are about something else keep the group.
    let before = "package p\n\nimport (\n\t// None so far.\n\n\t\"fmt\"\n)\n";
    becomes(before, |s| remove(s, "fmt").unwrap(), "package p\n\nimport (\n// None so far.\n)\n");
}

#[test]
fn blank_and_dot_imports_are_not_removed() {
    let before = "package p\n\nimport (\n\t_ \"a\"\n\tx \"a\"\n\t\"b\"\n)\n";
    becomes(before, |s| remove(s, "a").unwrap(), "package p\n\nimport (\n\t_ \"a\"\n\t\"b\"\n)\n");
    becomes("package p\n\nimport . \"a\"\n", |s| remove(s, "a").unwrap(), "package p\n\nimport . \"a\"\n");
    becomes(before, |s| remove(s, "missing").unwrap(), before);
}

#[test]
fn a_package_is_used_where_nothing_else_has_its_name() {
    let used = |body: &str| is_used(&parse(&format!("package p\n\n{body}\n")), "fmt");
    for body in [
        "var x = fmt.Sprint()",
        "type T struct{ fmt.Stringer }",
        "func f(x fmt.Stringer) {}",
        "func f(fmt int) fmt.Stringer { return nil }",
        "func f() { fmt := fmt.Sprint() }",
        "func f() { { fmt := 1 }; fmt.Print() }",
        "func f() { if fmt := 1; fmt > 0 {}; fmt.Print() }",
        "func f() { fmt.Print(); fmt := 1 }",
        "func f() {\nfmt:\n\tfmt.Print()\n}",
        "func f() { select { case fmt := <-c: default: fmt.Print() } }",
        "type T struct { fmt int }\n\nvar x = fmt.Sprint(T{fmt: 1}.fmt)",
    ] {
        assert!(used(body), "{body}");
    }
    for body in [
        "var x = a.fmt.B",
        "var x = fmt",
        "var fmt T\n\nvar x = fmt.A",
        "func f(fmt T) { fmt.A() }",
        "func (fmt T) f() { fmt.A() }",
        "func f() (fmt T) { fmt.A(); return }",
        "func f() { fmt := T{}; fmt.A() }",
        "func f() { var a, fmt T; func() { fmt.A() }() }",
        "func f() { if fmt := x(); true {} else if fmt.A() {} else { fmt.A() } }",
        "func f() { for fmt := x(); fmt.A(); fmt.B() { fmt.C() } }",
        "func f() { for _, fmt := range x { fmt.A() } }",
        "func f() { switch fmt := x.(type) { case int: fmt.A() } }",
        "func f() { switch fmt := x(); fmt.A() { case fmt.B(): fmt.C() } }",
        "func f() { select { case fmt, ok := <-c: fmt.A() } }",
        "func f() {\nL:\n\tfmt := T{}\n\tfmt.A()\n}",
        "func f[fmt any]() { var x fmt }",
        "func f() { type fmt struct{ next *fmt }; var x fmt }",
    ] {
        assert!(!used(body), "{body}");
    }
}

#[test]
fn what_shadows_a_package_is_shown_with_its_place() {
    let file = "package p\n\nfunc f(a, errors []error) {\n\tg := func() { errors.New() }\n}\n";
    let source = parse(file);
    let at = (0..source.tokens.len()).rfind(|&t| source.text(t) == b"errors").unwrap();
    let place = file.find("errors").unwrap();
    let shadow = |name: &str, at| Scope::of(&source, name).at(at);
    let parameter = shadow("errors", at).unwrap();
    assert_eq!((parameter.bytes, parameter.what), (place..place + "errors".len(), "parameter"));
    assert_eq!(shadow("errors", 0), None);
    assert_eq!(shadow("f", at).map(|s| s.what), Some("function"));
    assert_eq!(shadow("g", at), None, "g is declared behind its own value");
    assert_eq!(shadow("x", usize::MAX), None);
}

#[test]
fn no_input_makes_the_calls_panic() {
    let whole = "// Doc.\npackage p // p\n\n// #include <x.h>\nimport \"C\"\n\nimport (\n\t\"a\" // a\n\n\t// about b\n\tb \"x/b\" /* one\n\ttwo */\n\t_ \"c\"; . \"d\"\n)\n\nimport \"e\"\n\nfunc f(b int) { if b := b.X; b.Y { a.Z(b) } }\n";
    let mut random = crate::disturb::Random::new(5);
    for _ in 0..4000 {
        let mut text = whole.as_bytes().to_vec();
        let from = random.below(text.len());
        let to = (from + random.below(12)).min(text.len());
        let moved: Vec<u8> = text.drain(from..to).collect();
        let at = random.below(text.len());
        text.splice(at..at, moved);
        let source = Source::parse(Language::Go, text, Limits::default()).unwrap();
        for path in ["a", "x/b", "c", "e", "zz", "y.z/w", ""] {
            for mut edits in
                [add(&source, path, None), add(&source, path, Some("n")), remove(&source, path).unwrap_or_default()]
            {
                let count = edits.len();
                sort_edits(&mut edits).unwrap();
                let (result, _) = apply_edits(&source.bytes, &edits);
                assert!(count == 0 || result != *source.bytes);
            }
            local_name(&source, path);
        }
        let scope = Scope::of(&source, "b");
        let hidden = scope.hidden();
        for t in 0..source.tokens.len() {
            let shadow = scope.at(t);
            assert_eq!(shadow.is_some(), hidden.iter().any(|h| h.contains(&t)));
            assert!(shadow.is_none_or(|shadow| source.bytes[shadow.bytes] == *b"b"));
        }
    }
}

#[test]
fn an_added_import_is_removed_without_a_trace() {
    let files = [
        "package p\n\nimport (\n\t\"fmt\"\n\n\t\"a.b/c\"\n)\n",
        "package p\n\nimport (\n\t\"fmt\"\n)\n",
        "package p\n\nvar x = 1\n",
        "package p\n",
        "package p\n\nimport \"a\"\nimport \"b\"\n\nvar x = 1\n",
    ];
    for file in files {
        for path in ["errors", "os", "a.b/a", "x.y/z"] {
            let edits = add(&parse(file), path, None);
            let added = String::from_utf8(apply_edits(file.as_bytes(), &edits).0).unwrap();
            becomes(&added, |s| remove(s, path).unwrap(), file);
        }
    }
}
