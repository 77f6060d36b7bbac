use super::*;

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
fn fields_that_are_aligned_by_luck_are_converted_too() {
    let text = with_fields("\ta, b int32\n\tn int64\n", USE_N);
    let (report, after) = align(&[("go.mod", "module m\n\ngo 1.19\n"), ("a.go", &text)], &typed());
    assert_eq!((report.to_do, &report.findings[0].outcome), (1, &Outcome::Converted));
    assert!(after[1].1.contains("\tn atomic.Int64\n"), "{}", after[1].1);
}

/// What has no method, or is copied, moves instead.
#[test]
fn what_cannot_be_converted_moves() {
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
        for fields in ["\ta int32\n\tn int64\n", "\ta, b int32\n\tn int64\n"] {
            let text = with_fields(fields, &format!("{USE_N}\n\n{way}"));
            let (report, after) = align(&[("go.mod", "module m\n\ngo 1.19\n"), ("p/a.go", &text)], &typed());
            let finding = &report.findings[0];
            let why = finding.unconverted.as_deref().expect("it says why it is not converted");
            assert!(why.contains(expected), "{way}: {why}");
            assert_eq!((finding.outcome.clone(), finding.after), (Outcome::Moved, Some(0)), "{way}");
            assert!(after[1].1.contains("struct {\n\tn int64\n\ta"), "{}", after[1].1);
        }
    }
    let text = with_fields("\ta int32\n\tn int64\n", USE_N);
    let (report, _) = align(&[("go.mod", "module m\n\ngo 1.17\n"), ("p/a.go", &text)], &typed());
    assert!(report.findings[0].unconverted.as_deref().is_some_and(|why| why.contains("Go 1.17")));
    assert_eq!(report.findings[0].outcome, Outcome::Moved);
}

#[test]
fn what_can_be_neither_converted_nor_moved_says_both() {
    let text = "package p\n\nimport (\n\t\"sync/atomic\"\n\t\"unsafe\"\n)\n\ntype T struct {\n\ta int32\n\tn int64\n}\n\ntype O struct {\n\tb int32\n\tt T\n}\n\nfunc f(t *T) { atomic.AddInt64(&t.n, 1) }\n\nfunc g(t *T) *[3]int32 { return (*[3]int32)(unsafe.Pointer(t)) }\n";
    let report = run(&files(&[("a.go", text)]), &typed());
    let names: Vec<_> = report.findings.iter().map(|f| (f.name.as_str(), f.is_unsafe)).collect();
    assert_eq!(names, [("T", true), ("O", false)], "{:?}", report.findings);
    assert!(report.findings[0].unconverted.is_some());
    // `T` itself stays at an offset of 4, so that what holds it stays where the field is aligned.
    assert_eq!(report.findings[1].level, Level::Container);
}

/// One field converted, one struct inside moved: both edits of one declaration.
#[test]
fn a_struct_is_converted_and_moved_at_once() {
    let text = "package p\n\nimport \"sync/atomic\"\n\ntype T struct {\n\ta  int32\n\tn  int64 // counts\n\tb  int32\n\tin part\n}\n\ntype part struct {\n\tm int64\n\tp *int64\n}\n\nfunc f(t *T) { atomic.AddInt64(&t.n, 1); p := &t.in.m; atomic.AddInt64(p, 1) }\n";
    let (report, after) = align(&[("go.mod", "module m\n\ngo 1.19\n"), ("a.go", text)], &typed());
    assert_eq!((report.to_do, report.refused), (1, 0), "{:?}", report.findings);
    assert!(
        after[1].1.contains("type T struct {\n\tin part\n\ta  int32\n\tn  atomic.Int64 // counts\n\tb  int32\n}"),
        "{}",
        after[1].1
    );
}
