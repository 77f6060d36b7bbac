//! gofmt's columns around an edit: before, the edit, after.

#![allow(clippy::unwrap_used)]

use treepatch::golang::format::{align, is_clean, realign};
use treepatch::language::Language;
use treepatch::source::{Bytes, Edit, Limits, Source, apply_edits, sort_edits};

fn parse(text: impl Into<Vec<u8>>) -> Source {
    Source::parse(Language::Go, text.into(), Limits::default()).unwrap()
}

/// Replaces each text by another, as a patch does, and realigns the file.
fn patched(before: &str, changes: &[(&str, &str)]) -> String {
    let before = parse(before);
    let text = String::from_utf8(before.bytes.to_vec()).unwrap();
    let mut edits: Vec<Edit> = changes
        .iter()
        .map(|(old, new)| {
            let at = text.find(old).unwrap_or_else(|| panic!("{old:?} is in the file"));
            Edit::new(at..at + old.len(), *new)
        })
        .collect();
    sort_edits(&mut edits).unwrap();
    let (bytes, placed) = apply_edits(&before.bytes, &edits);
    let after = parse(bytes);
    let spaces = realign(&before, &edits, &after, &placed);
    String::from_utf8(crate::disturb::edited(&after, spaces)).unwrap()
}

#[test]
fn a_longer_field_moves_the_types_tags_and_comments_of_its_section() {
    let before = "\
package p

type config struct {
	name string `json:\"name\"` // who
	size int    `json:\"size\"`
	at   Time   // when

	// Limits have columns of their own.
	max int
	min int
}
";
    let after = "\
package p

type config struct {
	name       string `json:\"name\"` // who
	totalBytes int    `json:\"size\"`
	at         Time   // when

	// Limits have columns of their own.
	max int
	min int
}
";
    assert_eq!(patched(before, &[("size int ", "totalBytes int ")]), after);
}

#[test]
fn a_new_field_is_set_into_the_columns() {
    let before = "package p\n\ntype T struct {\n\ta int // one\n}\n";
    let after = "package p\n\ntype T struct {\n\ta       int    // one\n\tlonger  string // two\n\t*Embedd        // three\n}\n";
    assert_eq!(patched(before, &[("// one\n", "// one\nlonger string // two\n*Embedd // three\n")]), after);
}

#[test]
fn a_type_that_goes_takes_its_column_along() {
    let before = "package p\n\nconst (\n\tlow  int64 = 1 // first\n\thigh       = 2\n)\n";
    let after = "package p\n\nconst (\n\tlow  = 1 // first\n\thigh = 2\n)\n";
    assert_eq!(patched(before, &[("low  int64", "low")]), after);
}

#[test]
fn a_type_that_comes_makes_a_column_for_the_run_of_values() {
    let before = "package p\n\nvar (\n\ta = 1\n\tb = 2 // two\n\n\tc = 3\n)\n";
    let after = "package p\n\nvar (\n\ta int = 1\n\tb     = 2 // two\n\n\tc = 3\n)\n";
    assert_eq!(patched(before, &[("a = 1", "a int = 1")]), after);
}

#[test]
fn keys_of_a_literal_stand_in_a_column() {
    let before = "package p\n\nvar x = T{\n\tA:   1,\n\tBcd: 2, // two\n\n\tE: 3,\n}\n";
    let after = "package p\n\nvar x = T{\n\tA:      1,\n\tBcdefg: 2, // two\n\n\tE: 3,\n}\n";
    assert_eq!(patched(before, &[("Bcd", "Bcdefg")]), after);
}

#[test]
fn a_key_far_longer_than_those_before_begins_a_new_column() {
    let long = "k".repeat(60);
    let before = "package p\n\nvar x = T{\n\tA:   1,\n\tBcd: 2,\n\tE:   3,\n}\n";
    let after = format!("package p\n\nvar x = T{{\n\tA: 1,\n\t{long}: 2,\n\tE: 3,\n}}\n");
    assert_eq!(patched(before, &[("Bcd", &long)]), after);
}

#[test]
fn a_value_on_several_lines_ends_the_columns() {
    let before = "package p\n\nvar x = T{\n\tA:   1,\n\tBcd: 2,\n\tE:   3,\n}\n";
    let after = "package p\n\nvar x = T{\n\tA: 1,\n\tBcd: f(\n\t\t2),\n\tE: 3,\n}\n";
    assert_eq!(patched(before, &[(": 2", ": f(\n2)")]), after);
}

#[test]
fn comments_behind_statements_stand_in_a_column() {
    let before = "package p\n\nfunc f() {\n\ta()   // one\n\tbcd() // two\n\n\te() // three\n}\n";
    let after = "package p\n\nfunc f() {\n\ta() // one\n\tb() // two\n\n\te() // three\n}\n";
    assert_eq!(patched(before, &[("bcd()", "b()")]), after);
}

#[test]
fn functions_on_one_line_stand_in_columns() {
    let before = "package p\n\nfunc (s S) Len() int           { return len(s) }\nfunc (s S) Less(i, j int) bool { return s[i] < s[j] }\n";
    let after = "package p\n\nfunc (s S) Len() int            { return len(s) }\nfunc (s S) Less(i, jj int) bool { return s[i] < s[j] }\n";
    assert_eq!(patched(before, &[("i, j int", "i, jj int")]), after);
}

#[test]
fn functions_of_more_than_a_hundred_bytes_stand_on_three_lines() {
    // A declaration counts one more than it has, a literal does not.
    for (header, most) in [("func f(a int) int", 82), ("func (t T) f()", 85), ("var v = func(a int) int", 85)] {
        for (length, fits) in [(most, true), (most + 1, false)] {
            let body = format!("{}()", "x".repeat(length - 2));
            let before = format!("package p\n\n{header} {{ y() }}\n");
            let on_one = format!("package p\n\n{header} {{ {body} }}\n");
            let on_three = format!("package p\n\n{header} {{\n\t{body}\n}}\n");
            let after = if fits { on_one } else { on_three };
            assert_eq!(patched(&before, &[("y()", &body)]), after);
        }
    }
}

#[test]
fn inserted_lines_are_indented_by_their_nesting() {
    let before = "package p\n\nfunc f() {\n\tfor {\n\t\tg()\n\t}\n}\n";
    let new = "g()\nswitch x {\ncase 1:\nL:\nfor {\nbreak L\n}\ndefault:\ny = a+\nb\n}\n";
    let after = "\
package p

func f() {
	for {
		g()
		switch x {
		case 1:
		L:
			for {
				break L
			}
		default:
			y = a +
				b
		}
	}
}
";
    assert_eq!(patched(before, &[("g()\n", new)]), after);
}

#[test]
fn blanks_around_operators_show_their_precedence() {
    let before = "package p\n\nvar x = 1\n";
    for (written, wanted) in [
        ("a*b+c", "a*b + c"),
        ("a+b", "a + b"),
        ("f(a + b, c)", "f(a+b, c)"),
        ("f( a+b )", "f(a + b)"),
        ("x[i + 1]", "x[i+1]"),
        ("x[i : ]", "x[i:]"),
        ("x[a:b+1]", "x[a : b+1]"),
        ("1<<8|a == b&&!c", "1<<8|a == b && !c"),
        ("(a + b) * c", "(a + b) * c"),
        ("a - -b", "a - -b"),
        ("a/ *b", "a / *b"),
        ("int64(uint32( s.Type ))!= want", "int64(uint32(s.Type)) != want"),
        ("func( a int )error{ return nil }", "func(a int) error { return nil }"),
        ("[]int{1,2 , 3}", "[]int{1, 2, 3}"),
        ("map[string ]int{\"a\":1}", "map[string]int{\"a\": 1}"),
    ] {
        assert_eq!(patched(before, &[("1", written)]), format!("package p\n\nvar x = {wanted}\n"));
    }
}

#[test]
fn a_statement_on_one_line_is_put_on_three() {
    let before = "package p\n\nfunc f() {\n\tg()\n}\n";
    let after = "package p\n\nfunc f() {\n\tif x {\n\t\treturn\n\t}\n\tg()\n\th()\n}\n";
    assert_eq!(patched(before, &[("g()", "if x { return }\ng(); h()")]), after);
}

#[test]
fn a_deleted_line_lets_its_neighbours_move_together() {
    let before = "package p\n\ntype T struct {\n\ta      int\n\tlonger string\n\tb      byte\n}\n";
    let after = "package p\n\ntype T struct {\n\ta int\n\tb byte\n}\n";
    assert_eq!(patched(before, &[("\tlonger string\n", "")]), after);
}

#[test]
fn a_section_that_was_not_in_gofmt_style_is_left_alone() {
    let before = "package p\n\ntype T struct {\n\ta int\n\tbcd   int\n}\n\ntype U struct {\n\ta   int\n\tbcd int\n}\n";
    let after =
        "package p\n\ntype T struct {\n\txxxxxxxx int\n\tbcd   int\n}\n\ntype U struct {\n\ta    int\n\tbcde int\n}\n";
    assert_eq!(patched(before, &[("\ta int", "\txxxxxxxx int"), ("bcd int", "bcde int")]), after);
}

#[test]
fn align_changes_the_touched_section_only() {
    let file = "package p\n\ntype T struct {\n\ta int\n\tbcd   int\n}\n\ntype U struct {\n\ta int\n\tbcd int\n}\n";
    let source = parse(file);
    let touched = file.rfind("bcd").unwrap();
    let spaces = align(&source, &[Bytes { start: touched, end: touched + 3 }]);
    let after = "package p\n\ntype T struct {\n\ta int\n\tbcd   int\n}\n\ntype U struct {\n\ta   int\n\tbcd int\n}\n";
    assert_eq!(String::from_utf8(crate::disturb::edited(&source, spaces)).unwrap(), after);
}

#[test]
fn line_endings_a_byte_order_mark_and_a_missing_last_line_end() {
    let before = "\u{feff}package p\r\n\r\ntype T struct {\r\n\ta int\r\n\tb int\r\n}\r\n";
    let after = "\u{feff}package p\r\n\r\ntype T struct {\r\n\ta   int\r\n\tbcd int\r\n}\r\n";
    assert!(is_clean(&parse(before)));
    assert_eq!(patched(before, &[("b int", "bcd int")]), after);
    // Without a line end at the end the file is not as gofmt writes it, but its section is.
    let before = "package p\n\nvar (\n\ta = 1\n\tb = 2\n)\n\nvar c = 1";
    let after = "package p\n\nvar (\n\ta   = 1\n\tbcd = 2\n)\n\nvar c = 1";
    assert_eq!(patched(before, &[("b =", "bcd =")]), after);
}

#[test]
fn widths_count_characters_and_raw_strings_end_the_columns_of_their_line() {
    let before = "package p\n\nvar x = T{\n\tA:  `a\n   b`, // one\n\tÄÖ: 1, // two\n\tÜ:  2, // three\n}\n";
    let before =
        crate::disturb::edited(&parse(before), align(&parse(before), &[Bytes { start: 0, end: before.len() }]));
    let before = String::from_utf8(before).unwrap();
    let after = "package p\n\nvar x = T{\n\tA: `a\n   b`, // one\n\tÄÖ:  1, // two\n\tÜÜÜ: 2, // three\n}\n";
    assert_eq!(patched(&before, &[("Ü:", "ÜÜÜ:")]), after);
}

#[test]
fn files_with_syntax_errors_and_odd_input_are_left_alone() {
    for text in
        ["", "package", "}{", "package p\n\nfunc f( {\n  x\n}\n", "package p\n\nvar x =  = 1\n", "\u{feff}", "//"]
    {
        let source = parse(text);
        let all = Bytes { start: 0, end: text.len() };
        assert!(source.errors.is_empty() || align(&source, &[all]).is_empty(), "{text:?}");
    }
}

#[test]
fn deep_nesting_needs_no_stack() {
    const DEEP: usize = 100_000;
    // `[][]…1int{}…` is no Go, and the parser gives up on too much of it.
    for (open, close, deep) in
        [("(", ")", DEEP), ("-", "", DEEP), ("[]", "int{}", DEEP / 10), ("f(", ")", DEEP), ("{", "}", DEEP)]
    {
        let (open, close) = (open.repeat(deep), close.repeat(deep));
        let source = parse(format!("package p\n\nfunc f() {{\n\tx = {open}1{close}\n}}\n"));
        let all = Bytes { start: 0, end: source.bytes.len() };
        let edits = align(&source, &[all]);
        assert!(edits.len() < source.bytes.len());
    }
}

/// A little of everything that Go has.
const EVERYTHING: &str = "\
// Package p has a little of everything.
package p

import (
	. \"fmt\"
	x \"os\" // two
)

type (
	T[K comparable, V ~int | string] struct {
		a, b   int `tag` // comment
		*x.File
		f func(x, y int, z ...string) (n int, err error)
	}
	I interface {
		M(int) string
		~int | string
	}
)

const (
	A   = iota // first
	B int = 2 + 3*4
)

func (t *T[K, V]) m(a int) { t.a++ }

func f[P any](
	a chan<- int,
	b <-chan []map[string]int,
) (err error) {
	/* a
	   comment */
	select {
	case v, ok := <-b:
	case a <- 1:
	default:
	}
outer:
	for i := 0; i < 3; i++ {
		switch y := x.(type) {
		case int, *T[int, int]:
			continue outer
		default:
			fallthrough
		}
	}
	for k, v := range m[1:k+1] {
		go func() { defer g(k, v...) }()
	}
	if x := -1; x < 2 && !y {
		return a.
			b(c).
			d, e
	} else if y {
	} else {
		z = []T{{1, 2}, {a: 1, bcd: struct{ x int }{}}}
	}
	return long +
		`raw
string` + \"x\"
}
";

#[test]
fn no_input_makes_the_aligner_panic() {
    let mut random = crate::disturb::Random::new(3);
    let mut read = 0;
    for _ in 0..4000 {
        let mut text = EVERYTHING.as_bytes().to_vec();
        for _ in 0..1 + random.below(3) {
            let from = random.below(text.len());
            let to = (from + random.below(20)).min(text.len());
            let moved: Vec<u8> = text.drain(from..to).collect();
            if random.below(2) == 0 {
                let at = random.below(text.len());
                text.splice(at..at, moved);
            }
        }
        let source = parse(text);
        let range = Bytes { start: random.below(source.bytes.len()), end: random.below(source.bytes.len()) };
        let edits = align(&source, &[Bytes { start: 0, end: source.bytes.len() }]);
        read += usize::from(source.errors.is_empty());
        assert!(align(&source, &[range]).len() <= edits.len());
        // Edits are of white space alone, and apart.
        let aligned = crate::disturb::edited(&source, edits);
        let black =
            |text: &[u8]| text.iter().copied().filter(|b| !b.is_ascii_whitespace() && *b != b';').collect::<Vec<_>>();
        assert!(black(&aligned) == black(&source.bytes));
    }
    assert!(read > 100, "{read} texts could be read");
}

/// The Go files of the installed Go that gofmt leaves as they are.
fn sample(gofmt: &std::path::Path) -> Vec<Source> {
    let Some(root) = crate::tools::go_library() else { return Vec::new() };
    let mut files = Vec::new();
    for folder in ["strconv", "sort", "go/printer", "go/ast", "go/types", "encoding/json", "os", "time"] {
        let Ok(found) = std::fs::read_dir(root.join(folder)) else { continue };
        files.extend(found.flatten().map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "go")));
    }
    files.sort();
    let listed = crate::tools::output(std::process::Command::new(gofmt).arg("-l").args(&files));
    files.retain(|f| !listed.lines().any(|l| std::path::Path::new(l) == f));
    assert!(files.len() > 100, "the sample has {} files", files.len());
    files.iter().map(|f| parse(std::fs::read(f).unwrap())).filter(|s| s.errors.is_empty()).collect()
}

#[test]
fn clean_files_stay_as_they_are() {
    let Some(gofmt) = crate::tools::find("gofmt") else { return };
    for source in sample(&gofmt) {
        assert!(is_clean(&source), "{}", String::from_utf8_lossy(&source.bytes[..200.min(source.bytes.len())]));
    }
}

#[test]
fn disturbed_files_get_what_gofmt_makes_of_them() {
    let Some(gofmt) = crate::tools::find("gofmt") else { return };
    const SEED: u64 = 20;
    println!("seed {SEED}");
    let folder = tempfile::tempdir().unwrap();
    let mut random = crate::disturb::Random::new(SEED);
    let mut aligned = Vec::new();
    for (number, source) in sample(&gofmt).iter().enumerate() {
        let Some((disturbed, touched)) = crate::disturb::disturb(source, &mut random) else { continue };
        let path = folder.path().join(format!("{number}.go"));
        std::fs::write(&path, disturbed.bytes.as_slice()).unwrap();
        aligned.push((path, crate::disturb::edited(&disturbed, align(&disturbed, &touched))));
    }
    assert!(aligned.len() > 50, "{} files were disturbed", aligned.len());
    // gofmt refuses files that Go's own parser cannot read; it leaves them as they are.
    let refused = std::process::Command::new(&gofmt).arg("-w").arg(folder.path()).output().unwrap().stderr;
    let refused = String::from_utf8_lossy(&refused).into_owned();
    for (path, aligned) in aligned {
        let name = path.display().to_string();
        if !refused.contains(&format!("{name}:")) {
            let wanted = std::fs::read(&path).unwrap();
            assert_eq!(String::from_utf8_lossy(&aligned), String::from_utf8_lossy(&wanted), "seed {SEED}, {name}");
        }
    }
}

#[test]
fn of_an_untidy_file_the_block_that_is_edited_is_laid_out_and_the_gaps_around_it_stay() {
    let before = "\
package p

var   untidy = 1


var (
	a = 1 // one
	b = 2 // two
)


func f() {
	old()
}

";
    let after = before.replace("a = 1 //", "long = 1 //").replace("\tb = 2 //", "\tb    = 2 //");
    assert_eq!(patched(before, &[("a = 1", "long = 1")]), after);
    assert_eq!(patched(before, &[("old()", "new()")]), before.replace("old", "new"));
}

#[test]
fn no_line_comes_or_goes_two_lines_from_an_edit() {
    let before = "package p\r\n\n\nfunc f() {\n\tfor {\n\t\told()\n\t}\n}\n";
    assert_eq!(patched(before, &[("old()", "new()")]), before.replace("old", "new"));
}

#[test]
fn what_is_taken_away_leaves_the_untidy_code_behind_it_alone() {
    let before = "package p\n\n// f goes.\nfunc f() {\n}\n\nfunc g() // why\n {}\n";
    let gone = "// f goes.\nfunc f() {\n}\n\n";
    assert_eq!(patched(before, &[(gone, "")]), before.replace(gone, ""));
}

/// gofmt keeps line ends between tokens where they mean nothing, so each of them can be tried in each gap.
#[test]
fn a_line_is_torn_where_go_cannot_read_it() {
    let Some(gofmt) = crate::tools::find("gofmt") else { return };
    let mut torn = [0, 0];
    let mut random = crate::disturb::Random::new(11);
    for source in sample(&gofmt).iter().filter(|s| (50..2000).contains(&s.tokens.len())).take(60) {
        assert_eq!(source.torn_lines().count(), 0);
        let at = source.tokens[random.below(source.tokens.len() - 1) + 1].bytes.start;
        let mut bytes = source.bytes.to_vec();
        bytes.insert(at, b'\n');
        let text = String::from_utf8(bytes.clone()).unwrap();
        let edited = parse(bytes);
        let reads = !crate::tools::filter(&gofmt, &[], &text).is_empty();
        let is_torn = edited.torn_lines().next().is_some() || !edited.errors.is_empty();
        assert_eq!(is_torn, !reads, "at byte {at} of {text}");
        torn[usize::from(is_torn)] += 1;
    }
    println!("{torn:?}");
    assert!(torn.iter().all(|&n| n > 10), "{torn:?}");
}
