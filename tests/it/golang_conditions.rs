//! Conditions on Go types, answered from declarations. In each source the expression that is asked about stands
//! between `«` and `»`.

use std::path::Path;
use treepatch::golang::types::{View, fits, has_type};
use treepatch::language::Language;
use treepatch::source::{Answer, Limits, Source};
use treepatch::vfs::MemoryTree;

/// The source without its marks, and the tokens between them.
fn marked(text: &str) -> (Source, std::ops::Range<usize>) {
    let start = text.find('«').expect("a mark");
    let end = text.find('»').expect("a second mark") - '«'.len_utf8();
    let source = Source::parse(Language::Go, text.replace(['«', '»'], "").into_bytes(), Limits::default()).expect("Go");
    assert!(source.errors.is_empty(), "the example has a syntax error: {text}");
    let tokens = source.token_at(start)..source.token_at(end);
    (source, tokens)
}

fn alone(text: &str, wanted: &str) -> Answer {
    let (source, tokens) = marked(text);
    has_type(&View::alone(Path::new("pkg/file.go"), &source), &source, &tokens, wanted)
}

fn among(files: &[(&str, &str)], path: &str, wanted: &str) -> Answer {
    let mut marked_file = None;
    let files: Vec<(String, Vec<u8>)> = files
        .iter()
        .map(|(name, text)| {
            if *name == path {
                let (source, tokens) = marked(text);
                let bytes = source.bytes.to_vec();
                marked_file = Some((source, tokens));
                (name.to_string(), bytes)
            } else {
                (name.to_string(), text.as_bytes().to_vec())
            }
        })
        .collect();
    let tree = MemoryTree::new(files);
    let (source, tokens) = marked_file.expect("the path names one of the files");
    has_type(&View::within(&tree, Path::new(path), &source), &source, &tokens, wanted)
}

#[track_caller]
fn yes(text: &str, wanted: &str) {
    assert_eq!(alone(text, wanted), Answer::Yes, "{wanted} in {text}");
}

#[track_caller]
fn no(text: &str, wanted: &str) {
    assert_eq!(alone(text, wanted), Answer::No, "{wanted} in {text}");
}

#[track_caller]
fn unknown(text: &str, wanted: &str) {
    let answer = alone(text, wanted);
    assert!(matches!(answer, Answer::Unknown(_)), "{wanted} in {text}: {answer:?}");
}

#[test]
fn variables_with_a_written_type() {
    yes("package p\nimport \"syscall\"\nfunc f() { var st syscall.Statfs_t; g(«st».Type) }", "syscall.Statfs_t");
    yes("package p\nimport \"syscall\"\nfunc f() { var st *syscall.Statfs_t; g(«st») }", "*syscall.Statfs_t");
    no("package p\nimport \"syscall\"\nfunc f() { var st *syscall.Statfs_t; g(«st») }", "int");
    yes("package p\nvar limit int64\nfunc f() { g(«limit») }", "int64");
    yes("package p\nvar (\n\ta, limit []int\n)\nfunc f() { g(«limit») }", "[]int");
}

#[test]
fn variables_with_a_value() {
    yes("package p\nfunc f() { x := 1; g(«x») }", "int");
    yes("package p\nfunc f() { x := 1.5; g(«x») }", "float64");
    yes("package p\nfunc f() { x := 'a'; g(«x») }", "rune");
    yes("package p\nfunc f() { x := `a`; g(«x») }", "string");
    yes("package p\nfunc f() { x := a == b; g(«x») }", "bool");
    yes("package p\nfunc f() { x, y := 1, \"a\"; g(x, «y») }", "string");
    yes("package p\ntype box struct{ n int }\nfunc f() { x := box{1}; g(«x») }", "box");
    yes("package p\ntype box struct{ n int }\nfunc f() { x := &box{}; g(«x») }", "*box");
    yes("package p\ntype box struct{ n int }\nfunc f() { x := new(box); g(«x») }", "*box");
    yes("package p\nfunc f() { x := make(map[string][]int, 3); g(«x») }", "map[string][]int");
    yes("package p\nfunc f() { x := uint8(3); g(«x») }", "byte");
    yes("package p\nimport \"bytes\"\nvar x = &bytes.Buffer{}\nfunc f() { g(«x») }", "*bytes.Buffer");
    yes("package p\nfunc f() { x := (*box)(nil); g(«x») }\ntype box struct{}", "*box");
    yes("package p\nfunc f() { x := []byte(\"a\"); g(«x») }", "[]byte");
}

#[test]
fn parameters_receivers_and_results() {
    yes("package p\nfunc f(a int, b, c string) { g(«c») }", "string");
    yes("package p\nfunc f(a ...string) { g(«a») }", "[]string");
    yes("package p\ntype box struct{}\nfunc (b *box) f() { g(«b») }", "*box");
    yes("package p\nfunc f() (n int, err error) { g(«err»); return }", "error");
    yes("package p\nfunc h() (int, error)\nfunc f() { n, err := h(); g(n, «err») }", "error");
    yes("package p\ntype box struct{}\nfunc (b box) h() int64\nfunc f(b box) { g(«b.h()») }", "int64");
    yes("package p\nfunc f() { h := func(a int) string { return \"\" }; g(«h(1)») }", "string");
}

#[test]
fn ranges_elements_and_assertions() {
    yes("package p\nfunc f(all []string) { for i, s := range all { g(i, «s») } }", "string");
    yes("package p\nfunc f(all map[string]*int) { for k, v := range all { g(k, «v») } }", "*int");
    yes("package p\nfunc f(all chan bool) { for v := range all { g(«v») } }", "bool");
    yes("package p\nfunc f(all map[string]int) { v, ok := all[\"a\"]; g(v, «ok») }", "bool");
    yes("package p\nfunc f(v interface{}) { w, ok := v.(*box); g(«w», ok) }\ntype box struct{}", "*box");
    yes("package p\nfunc f(v any) { switch w := v.(type) { case int64: g(«w») } }", "int64");
    yes("package p\nfunc f(v any) { switch w := v.(type) { case int64, int32: g(«w») } }", "any");
    yes("package p\nfunc f(c chan int8) { select { case v := <-c: g(«v») } }", "int8");
    yes("package p\nfunc f(all [4]uint16) { g(«all[2]») }", "uint16");
    yes("package p\nfunc f(s string) { g(«s[1:]») }", "string");
}

#[test]
fn the_standard_library_is_known() {
    yes("package p\nimport \"os\"\nfunc f() { h, err := os.Open(\"a\"); g(«h», err) }", "*os.File");
    yes("package p\nimport \"net/http\"\nfunc f(r *http.Request) { g(«r.URL») }", "*url.URL");
    yes("package p\nimport \"time\"\nfunc f() { g(«time.Now().Sub(x)») }", "time.Duration");
    yes("package p\nimport \"syscall\"\nfunc f(s syscall.Stat_t) { g(«s.Ino») }", "uint64");
}

#[test]
fn fields_with_embedding() {
    let text = "package p\ntype inner struct{ n int64 }\ntype outer struct {\n\t*inner\n\tname string\n}\n";
    yes(&format!("{text}func f(o *outer) {{ g(«o.n») }}"), "int64");
    yes(&format!("{text}func f(o *outer) {{ g(«o.inner») }}"), "*inner");
    yes(&format!("{text}func f(o []outer) {{ g(«o[1].name») }}"), "string");
    yes(&format!("{text}func (i *inner) m() uint8\nfunc f(o outer) {{ g(«o.m()») }}"), "uint8");
}

#[test]
fn imports_under_other_names() {
    yes("package p\nimport sys \"syscall\"\nfunc f() { var st sys.Statfs_t; g(«st») }", "syscall.Statfs_t");
    yes("package p\nimport goci \"example.org/deep/goci\"\nfunc f(b goci.Bndl) { g(«b») }", "goci.Bndl");
    yes("package p\nimport \"example.org/deep/goci\"\nfunc f(b goci.Bndl) { g(«b») }", "example.org/deep/goci.Bndl");
    unknown(
        "package p\nimport \"example.org/deep/goci\"\nfunc f(b goci.Bndl) { g(«b») }",
        "example.org/other/goci.Bndl",
    );
    unknown("package p\nimport . \"example.org/deep/goci\"\nfunc f() { g(«Bundle()») }", "goci.Bndl");
}

#[test]
fn the_nearest_declaration_counts() {
    yes("package p\nvar x string\nfunc f() { x := 1; g(«x») }", "int");
    yes("package p\nvar x string\nfunc f() { if x := 1; x > 0 { }; g(«x») }", "string");
    yes("package p\nfunc f(x string) { { x := 1; _ = x }; g(«x») }", "string");
    yes("package p\nfunc f(x string) { x := len(«x»); _ = x }", "string");
    yes("package p\nfunc f(x string) { func() { g(«x») }() }", "string");
    yes("package p\ntype int struct{}\nfunc f() { var x int; g(«x») }", "int");
    no("package p\nfunc f(syscall box) { g(«syscall.Type») }\ntype box struct{ Type bool }", "int");
}

#[test]
fn what_is_not_declared_here_is_unknown() {
    unknown("package p\nfunc f() { g(«elsewhere») }", "int");
    unknown("package p\nfunc f() { g(«elsewhere()») }", "int");
    unknown("package p\nfunc f(b box) { g(«b.n») }", "int");
    yes("package p\nfunc f(b box) { g(«b») }", "box");
}

#[test]
fn other_files_of_the_package_and_other_packages() {
    let here = "package p\nimport \"example.org/q\"\nfunc f(b box) { g(«b.other.Count», q.Zero) }";
    let files = [
        ("src/example.org/p/a.go", here),
        ("src/example.org/p/b.go", "package p\nimport \"example.org/q\"\ntype box struct{ other *q.Thing }"),
        ("src/example.org/p/b_windows.go", "package p\ntype box struct{ other string }"),
        ("src/example.org/q/q.go", "package q\ntype Thing struct{ Count Number }\ntype Number = uint64"),
    ];
    assert_eq!(among(&files, "src/example.org/p/a.go", "uint64"), Answer::Yes);
    assert_eq!(among(&files, "src/example.org/p/a.go", "q.Number"), Answer::Yes);
    assert_eq!(among(&files, "src/example.org/p/a.go", "int64"), Answer::No);
}

#[test]
fn modules_vendored_copies_and_replacements() {
    let here = "package p\nimport \"example.org/q\"\nfunc f() { g(«q.Value») }";
    let module = [
        ("go.mod", "module example.org/main\n\nrequire example.org/q v1.0.0\n\nreplace example.org/q => ./local/q\n"),
        ("p/a.go", here),
        ("local/q/q.go", "package q\nvar Value int8\n"),
    ];
    assert_eq!(among(&module, "p/a.go", "int8"), Answer::Yes);
    let vendored = [
        ("src/example.org/main/p/a.go", here),
        ("src/example.org/main/vendor/example.org/q/q.go", "package q\nvar Value int16\n"),
        ("src/example.org/q/q.go", "package q\nvar Value int32\n"),
    ];
    assert_eq!(among(&vendored, "src/example.org/main/p/a.go", "int16"), Answer::Yes);
}

#[test]
fn type_parameters() {
    let text = "package p\ntype list[T any] struct{ first T }\nfunc (l *list[E]) head() E { return l.first }\n";
    yes(&format!("{text}func f(l *list[int64]) {{ g(«l.first») }}"), "int64");
    yes(&format!("{text}func f(l *list[int64]) {{ g(«l.head()») }}"), "int64");
    yes(
        "package p\nimport \"sync/atomic\"\ntype box struct{}\nvar b atomic.Pointer[box]\nfunc f() { x := b.Load(); g(«x») }",
        "*box",
    );
    yes("package p\nfunc id[T any](x T) T\nfunc f(s string) { g(«id(s)») }", "string");
    yes("package p\nfunc id[T any](x any) T\nfunc f(s string) { g(«id[uint8](s)») }", "uint8");
}

#[track_caller]
fn value_fits(text: &str, wanted: &str) -> Answer {
    let (source, tokens) = marked(text);
    fits(&View::alone(Path::new("pkg/file.go"), &source), &source, &tokens, wanted)
}

#[test]
fn constants_that_fit() {
    assert_eq!(value_fits("package p\nconst x = «(1 << 30) - 2»", "int32"), Answer::Yes);
    assert_eq!(value_fits("package p\nconst x = «0x7fff_ffff»", "int32"), Answer::Yes);
    assert_eq!(value_fits("package p\nconst x = «1 << 31»", "int32"), Answer::No);
    assert_eq!(value_fits("package p\nconst x = «'a'»", "uint8"), Answer::Yes);
    assert_eq!(value_fits("package p\nconst a = 3\nconst x = «a * 100»", "int8"), Answer::No);
    assert_eq!(value_fits("package p\nconst x = «-1»", "uint32"), Answer::No);
    assert!(matches!(value_fits("package p\nconst x = «elsewhere + 1»", "int32"), Answer::Unknown(_)));
    assert!(matches!(value_fits("package p\nvar a = 3\nfunc f() { g(«a») }", "int32"), Answer::Unknown(_)));
    assert!(matches!(value_fits("package p\nconst x = «1»", "int"), Answer::Unknown(_)));
}

#[test]
fn nesting_without_end_is_unknown_and_no_crash() {
    let deep = format!("package p\nfunc f() {{ g(«{}1{}») }}", "(".repeat(20_000), ")".repeat(20_000));
    let answer = alone(&deep, "int");
    assert!(matches!(answer, Answer::Yes | Answer::Unknown(_)));
    let chain = format!("package p\nfunc f() {{ g(«x{}») }}", ".y".repeat(20_000));
    unknown(&chain, "int");
    let doubling: String = (1..200).map(|i| format!("x{i} := x{0} + x{0}\n", i - 1)).collect();
    unknown(&format!("package p\nfunc f() {{\n{doubling}\ng(«x199») }}"), "int");
}
