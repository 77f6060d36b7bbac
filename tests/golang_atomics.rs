//! `go/align-atomics`: fields that sync/atomic reaches, in small trees before and after.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use treepatch::golang::GoTree;
use treepatch::golang::MemoryTree;
use treepatch::golang::atomics::{Level, Options, Outcome, Report, Style, align_atomics};
use treepatch::source::apply_edits;

type Files = Vec<(String, String)>;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect()
}

fn run(files: &Files, options: &Options) -> Report {
    let tree = MemoryTree::new(files.iter().map(|(p, t)| (p.clone(), t.clone().into_bytes())));
    align_atomics(&tree, &|_| true, options)
}

/// The files after the edits of a report.
fn applied(files: &Files, report: &Report) -> Files {
    let change = |(path, text): &(String, String)| match report.edits.get(Path::new(path)) {
        Some(edits) => {
            let bytes = apply_edits(text.as_bytes(), edits).0;
            (path.clone(), String::from_utf8(bytes).expect("edits keep UTF-8"))
        }
        None => (path.clone(), text.clone()),
    };
    files.iter().map(change).collect()
}

/// Runs the operation twice: the second run must find nothing to do and the same structs done.
fn align(list: &[(&str, &str)], options: &Options) -> (Report, Files) {
    let before = files(list);
    let report = run(&before, options);
    let after = applied(&before, &report);
    let again = run(&after, options);
    assert_eq!(again.to_do, 0, "a second run moves {:?} in {after:?}", again.findings);
    assert_eq!(again.edits, Default::default());
    assert_eq!(again.done, report.done + report.to_do);
    (report, after)
}

const COUNTER: &str = "package p

import \"sync/atomic\"

// counter counts.
type counter struct {
	name string // shown to people
	flag bool
	// hits is read by many.
	hits uint64 `json:\"hits\"` // since the start
	last int64
}

func (c *counter) inc() { atomic.AddUint64(&c.hits, 1) }
";

#[test]
fn a_misaligned_field_moves_with_its_comments_and_tag() {
    let (report, after) = align(&[("p/a.go", COUNTER)], &Options::default());
    assert_eq!((report.to_do, report.done, report.refused), (1, 0, 0));
    let finding = &report.findings[0];
    assert_eq!((finding.name.as_str(), finding.field.as_str(), finding.line), ("counter", "hits", 10));
    assert_eq!((finding.before, finding.after, finding.level), (Some(12), Some(0), Level::Direct));
    assert_eq!(finding.outcome, Outcome::Moved);
    assert_eq!(finding.sites.first().map(|s| (s.file.clone(), s.line)), Some((PathBuf::from("p/a.go"), 14)));
    assert_eq!(
        after[0].1,
        "package p

import \"sync/atomic\"

// counter counts.
type counter struct {
	// hits is read by many.
	hits uint64 `json:\"hits\"` // since the start

	name string // shown to people
	flag bool
	last int64
}

func (c *counter) inc() { atomic.AddUint64(&c.hits, 1) }
"
    );
}

/// The struct `T` of a file with these fields, and functions that use it.
fn with_fields(fields: &str, rest: &str) -> String {
    format!("package p\n\nimport \"sync/atomic\"\n\ntype T struct {{\n{fields}}}\n\n{rest}\n")
}

/// What the fields of `T` become.
#[track_caller]
fn fields_become(fields: &str, rest: &str, options: &Options, expected: &str) {
    let text = with_fields(fields, rest);
    let (_, after) = align(&[("p/a.go", &text)], options);
    let body = after[0].1.split_once("struct {\n").and_then(|(_, b)| b.split("\n}\n").next()).map(|b| format!("{b}\n"));
    assert_eq!(body.as_deref(), Some(expected));
}

const USE_N: &str = "func (t *T) f() { atomic.AddInt64(&t.n, 1) }";

#[test]
fn a_field_that_is_aligned_by_luck_moves_only_when_it_is_to_lead() {
    let lucky = "\ta, b int32\n\tn int64\n";
    fields_become(lucky, USE_N, &Options::default(), lucky);
    fields_become(lucky, USE_N, &Options { style: Style::Leading, ..Options::default() }, "\tn int64\n\ta, b int32\n");
}

#[test]
fn leading_words_stay_in_front_and_keep_their_order() {
    let use_both = "func (t *T) f() { atomic.AddInt64(&t.n, 1); atomic.AddUint64(&t.m, 1) }";
    fields_become(
        "\tm uint64\n\ta int32\n\tn int64\n",
        use_both,
        &Options::default(),
        "\tm uint64\n\tn int64\n\ta int32\n",
    );
    fields_become(
        "\ta int32\n\tm uint64\n\tb, c int32\n\tn int64\n",
        use_both,
        &Options::default(),
        "\tm uint64\n\tn int64\n\ta int32\n\tb, c int32\n",
    );
}

#[test]
fn words_that_no_atomic_reaches_make_way() {
    fields_become(
        "\t// id is for people\n\tid int64\n\ta int32\n\tn int64\n",
        USE_N,
        &Options::default(),
        "\tn int64\n\n\t// id is for people\n\tid int64\n\ta int32\n",
    );
}

#[test]
fn structs_of_odd_size_take_something_between_them() {
    let rest = "type part struct {\n\tn int64\n\tb int32\n}\n\nfunc (t *T) f() { atomic.AddInt64(&t.x.n, 1); atomic.AddInt64(&t.y.n, 1) }";
    let (before, after) = ("\ta int32\n\tx part\n\tb bool\n\ty part\n", "\tx part\n\ta int32\n\ty part\n\tb bool\n");
    fields_become(before, rest, &Options::default(), after);
    fields_become(before, rest, &Options { style: Style::Leading, ..Options::default() }, after);
}

#[test]
fn names_that_share_a_line_move_together() {
    fields_become("\ta int32\n\tm, n int64 // two\n", USE_N, &Options::default(), "\tm, n int64 // two\n\ta int32\n");
}

#[test]
fn blank_lines_go_along() {
    fields_become(
        "\ta int32\n\n\t// doc\n\tn int64\n\n\tb int32\n",
        USE_N,
        &Options::default(),
        "\t// doc\n\tn int64\n\n\ta int32\n\n\tb int32\n",
    );
    fields_become("\ta int32\n\n\tn int64\n", USE_N, &Options::default(), "\tn int64\n\n\ta int32\n");
    fields_become(
        "\t// Section.\n\n\ta int32\n\tn int64\n",
        USE_N,
        &Options::default(),
        "\tn int64\n\n\t// Section.\n\n\ta int32\n",
    );
}

#[test]
fn paragraphs_that_leave_one_after_the_other() {
    fields_become(
        "\ta int32\n\n\tn int64\n\n\tm int64\n",
        "func (t *T) f() { atomic.AddInt64(&t.n, 1); atomic.AddInt64(&t.m, 1) }",
        &Options::default(),
        "\tn int64\n\n\tm int64\n\n\ta int32\n",
    );
}

#[test]
fn the_title_of_a_section_stays_with_the_section() {
    fields_become(
        "\ta int32\n\n\t// internal variables\n\tn int64\n\tb string\n",
        USE_N,
        &Options::default(),
        "\tn int64\n\ta int32\n\n\t// internal variables\n\tb string\n",
    );
}

#[test]
fn fields_on_one_line_change_places() {
    let text = "package p\n\nimport \"sync/atomic\"\n\nvar s struct{ a int32; n int64 }\n\nfunc f() { atomic.LoadInt64(&s.n) }\n";
    let (report, after) = align(&[("p/a.go", text)], &Options::default());
    assert!(after[0].1.contains("var s struct{ n int64; a int32 }"), "{}", after[0].1);
    assert_eq!(report.findings[0].name, "var s");
}

#[test]
fn the_ways_to_a_field() {
    let ways = [
        "func f(t T) { atomic.LoadInt64(&t.n) }",
        "func f() { t := &T{}; atomic.LoadInt64(&t.n) }",
        "func f() { var t T; go func() { atomic.LoadInt64(&(t.n)) }() }",
        "func f() { for _, t := range []*T{} { atomic.LoadInt64(&t.n) } }",
        "func f(m map[string]*T) { atomic.LoadInt64(&m[\"a\"].n) }",
        "func f(x interface{}) { if t, ok := x.(*T); ok { atomic.LoadInt64(&t.n) } }",
        "func f(x interface{}) { switch t := x.(type) { case *T: atomic.LoadInt64(&t.n) } }",
        "type U struct{ s string; T }\nfunc f(u *U) { atomic.LoadInt64(&u.n) }",
        "type U struct{ t *T }\nfunc (u U) f() { atomic.LoadInt64(&u.t.n) }",
        "func g() (*T, error) { return nil, nil }\nfunc f() { t, err := g(); _ = err; atomic.LoadInt64(&t.n) }",
        "var all chan *T\nfunc f() { t := <-all; atomic.LoadInt64(&t.n) }",
        "var one = new(T)\nfunc f() { atomic.CompareAndSwapInt64(&one.n, 1, 2) }",
        "type A = T\nfunc f(a *A) { atomic.StoreInt64((*int64)(&a.n), 1) }",
    ];
    for way in ways {
        let text = with_fields("\ta int32\n\tn int64\n", way);
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        let found = report
            .findings
            .iter()
            .any(|f| f.name == "T" && f.field == "n" && f.outcome == Outcome::Moved && f.level == Level::Direct);
        assert!(found, "{way}: {:?}", report.findings);
    }
}

#[test]
fn addresses_that_go_through_something_else() {
    let ways = [
        "func inc(p *int64) { atomic.AddInt64(p, 1) }\nfunc f(t *T) { inc(&t.n) }",
        "func f(t *T) { p := &t.n; atomic.AddInt64(p, 1) }",
        "func at(t *T) *int64 { return &t.n }\nfunc f(t *T) { atomic.AddInt64(at(t), 1) }",
        "type view struct{ p *int64 }\nfunc f(t *T) { v := view{p: &t.n}; atomic.AddInt64(v.p, 1) }",
        "func f(t *T) { for _, p := range []*int64{&t.n} { atomic.AddInt64(p, 1) } }",
        "func all(ps ...*int64) { for _, p := range ps { atomic.AddInt64(p, 1) } }\nfunc f(t *T) { all(nil, &t.n) }",
        "func outer(p *int64) { inner(p) }\nfunc inner(p *int64) { atomic.AddInt64(p, 1) }\nfunc f(t *T) { outer(&t.n) }",
    ];
    for way in ways {
        let text = with_fields("\ta int32\n\tn int64\n", way);
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        let found = report
            .findings
            .iter()
            .any(|f| f.name == "T" && f.field == "n" && f.outcome == Outcome::Moved && f.level == Level::Indirect);
        assert!(found, "{way}: {:?}", report.findings);
    }
}

#[test]
fn methods_of_a_named_word_across_packages() {
    let tree = [
        (
            "src/example.org/stat/stat.go",
            "package stat\n\nimport \"sync/atomic\"\n\ntype Counter int64\n\nfunc (c *Counter) Inc() { atomic.AddInt64((*int64)(c), 1) }\n",
        ),
        (
            "src/example.org/user/user.go",
            "package user\n\nimport \"example.org/stat\"\n\ntype T struct {\n\ta int32\n\tn stat.Counter\n}\n\nfunc (t *T) f() { t.n.Inc() }\n",
        ),
    ];
    let (report, after) = align(&tree, &Options::default());
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].level, Level::Indirect);
    assert!(after[1].1.contains("{\n\tn stat.Counter\n\ta int32\n}"));
}

#[test]
fn structs_that_hold_it_by_value_in_other_packages() {
    let tree = [
        ("src/example.org/p/a.go", COUNTER.replace("counter", "Counter").leak() as &str),
        (
            "src/example.org/q/q.go",
            "package q\n\nimport \"example.org/p\"\n\ntype outer struct {\n\tid   int32\n\tfree p.Counter\n\tptr  *p.Counter\n}\n",
        ),
    ];
    let (report, after) = align(&tree, &Options::default());
    assert_eq!(report.to_do, 2);
    let container = report.findings.iter().find(|f| f.field == "free").expect("the holder is found");
    assert_eq!((container.level, container.before, container.after), (Level::Container, Some(4), Some(0)));
    assert!(after[1].1.contains("struct {\n\tfree p.Counter\n\tid   int32\n\tptr  *p.Counter\n}"), "{}", after[1].1);
}

#[test]
fn what_needs_no_move_counts_as_done() {
    let fields = "\tn int64\n\ta int32\n";
    let text = with_fields(fields, USE_N);
    let (report, _) = align(&[("p/a.go", &text)], &Options::default());
    assert_eq!((report.to_do, report.done, report.refused), (0, 1, 0));
    let typed = "package p\n\nimport \"sync/atomic\"\n\ntype T struct {\n\ta int32\n\tn atomic.Int64\n}\n\nfunc (t *T) f() { t.n.Add(1) }\n";
    let (report, _) = align(&[("p/a.go", typed)], &Options::default());
    assert_eq!(report.findings, []);
}

#[test]
fn sizes_of_what_comes_before() {
    // Aligned: the sizes before add up to a multiple of 8.
    for aligned in [
        "\ta string\n",
        "\ta []int\n\tb int\n",
        "\ta interface{}\n",
        "\ta, b *int\n",
        "\ta sync.Mutex\n",
        "\ta sync.RWMutex\n",
        "\ta sync.Once\n\tb int8\n",
        "\ta sync.WaitGroup\n\tb uint16\n",
        "\ta sync.Pool\n\tb map[int]int\n",
        "\ta time.Time\n\tb error\n\tc chan int\n",
        "\ta [3]int8\n\tb int16\n",
        "\ta struct{ x int8; y int64 }\n\tb float32\n",
        "\ta time.Duration\n",
        "\ta complex128\n",
        "\ta [size]int\n",
        "\ta atomic.Int64\n",
        "\ta context.Context\n",
        "\ta func()\n\tb bool\n",
        "\ta [unsafe.Sizeof(x)]byte\n\tb int32\n",
    ] {
        let text = format!(
            "package p\n\nimport (\n\t\"context\"\n\t\"sync\"\n\t\"sync/atomic\"\n\t\"time\"\n\t\"unsafe\"\n)\n\nconst size = 1 << 2\n\nvar x int32\n\nvar _ = unsafe.Sizeof(x)\n\ntype T struct {{\n{aligned}\tn int64\n}}\n\n{USE_N}\n"
        );
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        assert_eq!(report.findings[0].outcome, Outcome::Aligned, "{aligned}: at {:?}", report.findings[0].before);
        let text = text.replace("\tn int64\n", "\tz int32\n\tn int64\n");
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        assert_eq!(report.findings[0].outcome, Outcome::Moved, "{aligned}: at {:?}", report.findings[0].before);
    }
}

#[test]
fn a_type_that_is_not_at_hand_proves_nothing() {
    let text = "package p\n\nimport (\n\t\"example.org/gone\"\n\t\"sync/atomic\"\n)\n\ntype T struct {\n\ta gone.Thing\n\tn int64\n}\n\nfunc (t *T) f() { atomic.AddInt64(&t.n, 1) }\n";
    let (report, _) = align(&[("p/a.go", text)], &Options::default());
    assert_eq!((report.findings[0].before, report.findings[0].after), (None, Some(0)));
}

#[test]
fn positional_literals_are_rewritten_everywhere() {
    let tree = [
        (
            "src/example.org/p/a.go",
            "package p\n\nimport \"sync/atomic\"\n\ntype T struct {\n\tA int32\n\tN int64\n}\n\ntype List []T\n\nfunc (t *T) f() { atomic.AddInt64(&t.N, 1) }\n\nvar x = T{1, 2}\n",
        ),
        (
            "src/example.org/q/q.go",
            "package q\n\nimport \"example.org/p\"\n\nvar y = p.List{{1, 2}, {N: 3}}\nvar z = map[string]*p.T{\"a\": {5, 6}}\nvar w = []p.T{{f(), g()}}\n",
        ),
    ];
    let (_, after) = align(&tree, &Options::default());
    assert!(after[0].1.contains("var x = T{2, 1}"), "{}", after[0].1);
    assert!(after[1].1.contains("var y = p.List{{2, 1}, {N: 3}}"), "{}", after[1].1);
    assert!(after[1].1.contains("var z = map[string]*p.T{\"a\": {6, 5}}"));
    // Calls keep their order: their values get keys.
    assert!(after[1].1.contains("var w = []p.T{{A: f(), N: g()}}"));
}

#[test]
fn what_depends_on_the_order_is_refused_with_the_place() {
    let reasons = [
        ("func g(t *T) uintptr { return unsafe.Sizeof(*t) }", "unsafe.Sizeof"),
        ("func g(t *T) uintptr { return unsafe.Offsetof(t.a) }", "unsafe.Offsetof"),
        ("func g(t *T) *[12]byte { return (*[12]byte)(unsafe.Pointer(t)) }", "another type through unsafe.Pointer"),
        ("func g(t *T) uintptr { return uintptr(unsafe.Pointer(t)) + 4 }", "uintptr"),
        ("func g(b []byte) *T { return (*T)(unsafe.Pointer(&b[0])) }", "another type is cast to it"),
        ("func g(w io.Writer, t T) { binary.Write(w, nil, &t) }", "encoding/binary"),
        ("type U struct {\n\ta int32\n\tn int64\n}\n\nfunc g(t T) U { return U(t) }", "converted"),
        ("func g(t T) interface{} { return reflect.ValueOf(t).Field(1).Interface() }", "by number"),
    ];
    for (way, expected) in reasons {
        let text = format!(
            "package p\n\nimport (\n\t\"encoding/binary\"\n\t\"io\"\n\t\"reflect\"\n\t\"sync/atomic\"\n\t\"unsafe\"\n)\n\ntype T struct {{\n\ta int32\n\tn int64\n}}\n\n{USE_N}\n\n{way}\n"
        );
        let report = run(&files(&[("p/a.go", &text)]), &Options::default());
        let Outcome::Refused(reason) = &report.findings.iter().find(|f| f.name == "T").expect("T is found").outcome
        else {
            panic!("{way} is not refused: {:?}", report.findings)
        };
        assert!(reason.contains(expected) && reason.contains("p/a.go:"), "{way}: {reason}");
        assert_eq!((report.to_do, report.refused, report.edits.len()), (0, 1, 0));
    }
}

#[test]
fn there_and_back_through_an_unsafe_pointer_is_safe() {
    let way = "var one unsafe.Pointer\nfunc g(t *T) { atomic.StorePointer(&one, unsafe.Pointer(t)); h((*T)(atomic.LoadPointer(&one))) }";
    let text = with_fields("\ta int32\n\tn int64\n", &format!("{USE_N}\n\n{way}"))
        .replace("import \"sync/atomic\"", "import (\n\t\"sync/atomic\"\n\t\"unsafe\"\n)");
    let (report, _) = align(&[("p/a.go", &text)], &Options::default());
    assert_eq!(report.to_do, 1, "{:?}", report.findings);
}

#[test]
fn a_first_field_that_must_be_first_stays() {
    let text = with_fields("\ta int32 // must be first\n\tn int64\n", USE_N);
    let report = run(&files(&[("p/a.go", &text)]), &Options::default());
    assert_eq!((report.to_do, report.refused), (0, 1));
}

#[test]
fn elements_of_slices_are_reported_and_padded_where_that_is_asked_for() {
    let fields = "\tn int64\n\ta int32\n";
    let way = "func f(all []T) { atomic.AddInt64(&all[1].n, 1) }";
    let text = with_fields(fields, way);
    let report = run(&files(&[("p/a.go", &text)]), &Options::default());
    assert!(matches!(report.findings[0].outcome, Outcome::Reported(_)), "{:?}", report.findings);
    fields_become(fields, way, &Options { pad: true, ..Options::default() }, "\tn int64\n\ta int32\n\t_ [4]byte\n");
}

#[test]
fn elements_that_are_words_need_nothing() {
    let text = with_fields("\ta int32\n\tcounts []uint64\n", "func (t *T) f() { atomic.AddUint64(&t.counts[3], 1) }");
    let (report, _) = align(&[("p/a.go", &text)], &Options::default());
    assert_eq!(report.findings, []);
}

#[test]
fn files_of_other_systems_do_not_clash() {
    let tree = [
        (
            "p/a.go",
            "package p\n\nimport \"sync/atomic\"\n\ntype T struct {\n\ta handle\n\tn int64\n}\n\nfunc (t *T) f() { atomic.AddInt64(&t.n, 1) }\n",
        ),
        ("p/h_linux.go", "package p\n\ntype handle uint64\n"),
        ("p/h_windows.go", "package p\n\ntype handle uint32\n"),
        ("p/h_other.go", "// +build ignore\n\npackage p\n\ntype handle string\n"),
    ];
    let (report, _) = align(&tree, &Options::default());
    assert_eq!(report.findings[0].before, Some(8));
}

#[test]
fn only_files_in_scope_are_changed() {
    let before = files(&[("p/a.go", COUNTER), ("vendor/q/a.go", &COUNTER.replace("package p", "package q"))]);
    let tree = MemoryTree::new(before.clone());
    assert_eq!(tree.files().len(), 2);
    let report = align_atomics(&tree, &|p| p.starts_with("p"), &Options::default());
    assert_eq!(report.edits.keys().collect::<Vec<_>>(), [Path::new("p/a.go")]);
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn line_endings_are_kept() {
    let text = COUNTER.replace('\n', "\r\n");
    let (_, after) = align(&[("p/a.go", &text)], &Options::default());
    assert_eq!(after[0].1.matches("\r\n").count(), after[0].1.matches('\n').count());
}

#[test]
fn type_parameters_prove_nothing_about_sizes() {
    let text = "package p\n\nimport \"sync/atomic\"\n\ntype Box[V any] struct {\n\tv V\n\tn int64\n}\n\nfunc (b *Box[V]) f() { atomic.AddInt64(&b.n, 1) }\n";
    let (report, _) = align(&[("p/a.go", text)], &Options::default());
    assert_eq!(report.findings[0].outcome, Outcome::Moved);
}

#[test]
fn a_struct_inside_a_struct_moves_with_what_moves_in_it() {
    let fields = "\ta int32\n\tin struct {\n\t\tb int32\n\t\tn int64\n\t}\n";
    fields_become(
        fields,
        "func (t *T) f() { atomic.AddInt64(&t.in.n, 1) }",
        &Options::default(),
        "\tin struct {\n\t\tn int64\n\t\tb int32\n\t}\n\ta int32\n",
    );
}

fn typed() -> Options {
    Options { style: Style::AtomicTypes, ..Options::default() }
}

#[test]
fn atomic_types_take_the_place_of_a_move() {
    let tree = [
        ("go.mod", "module example.org/p\n\ngo 1.19\n"),
        (
            "a.go",
            "package p\n\ntype T struct {\n\ta int32\n\tn int64 // counts\n\tm uint64\n}\n\nfunc (t *T) plain() int64 {\n\tt.n = 5\n\tt.n += 2\n\tt.n++\n\tt.m--\n\tt.n = t.n\n\treturn t.n + 1\n}\n",
        ),
        (
            "b.go",
            "package p\n\nimport (\n\t\"fmt\"\n\t\"sync/atomic\"\n)\n\nfunc (t *T) inc() {\n\tatomic.AddInt64(&t.n, 1)\n\tatomic.StoreUint64(&(t.m), atomic.LoadUint64(&t.m))\n\tfmt.Println(atomic.CompareAndSwapInt64(&t.n, 1, 2))\n}\n",
        ),
    ];
    let (report, after) = align(&tree, &typed());
    assert_eq!((report.to_do, report.refused), (1, 0), "{:?}", report.findings);
    assert_eq!(
        after[1].1,
        "package p\n\nimport \"sync/atomic\"\n\ntype T struct {\n\ta int32\n\tn atomic.Int64 // counts\n\tm atomic.Uint64\n}\n\nfunc (t *T) plain() int64 {\n\tt.n.Store(5)\n\tt.n.Add(2)\n\tt.n.Add(1)\n\tt.m.Add(^uint64(0))\n\tt.n.Store(t.n.Load())\n\treturn t.n.Load() + 1\n}\n"
    );
    assert_eq!(
        after[2].1,
        "package p\n\nimport (\n\t\"fmt\"\n)\n\nfunc (t *T) inc() {\n\tt.n.Add(1)\n\tt.m.Store(t.m.Load())\n\tfmt.Println(t.n.CompareAndSwap(1, 2))\n}\n"
    );
}

#[test]
fn atomic_types_are_refused_where_one_use_has_no_method() {
    let uses = [
        ("func g(t *T) *int64 { return &t.n }", "has no method"),
        ("func g() *T { return &T{n: 3} }", "gives a field of it a value"),
        ("func g() T { return T{1, 2} }", "gives a field of it a value"),
        ("func g(t *T) { u := *t; h(&u) }", "it is copied"),
        ("func g(t T) {}", "it is copied"),
        ("func g(all []T) { for _, t := range all { h(&t) } }", "it is copied"),
        ("func g(t *T) { t.n, t.a = 1, 2 }", "has no method"),
        ("func inc(p *int64) { atomic.AddInt64(p, 1) }\nfunc g(t *T) { inc(&t.n) }", "has no method"),
    ];
    for (way, expected) in uses {
        let text = with_fields("\ta int32\n\tn int64\n", &format!("{USE_N}\n\n{way}"));
        let report = run(&files(&[("p/a.go", &text)]), &typed());
        let Outcome::Refused(reason) = &report.findings[0].outcome else {
            panic!("{way} is not refused: {:?}", report.findings)
        };
        assert!(reason.contains(expected), "{way}: {reason}");
        assert_eq!((report.to_do, report.refused, report.edits.len()), (0, 1, 0));
    }
    let text = with_fields("\ta int32\n\tn int64\n", USE_N);
    let report = run(&files(&[("go.mod", "module m\n\ngo 1.17\n"), ("p/a.go", &text)]), &typed());
    assert!(matches!(&report.findings[0].outcome, Outcome::Refused(why) if why.contains("Go 1.17")));
}
