use super::*;

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
        "func at(t *T) (p *int64) {\n\tp = &t.n\n\treturn\n}\nfunc f(t *T) { atomic.AddInt64(at(t), 1) }",
        "func at(t *T) (p *int64, err error) {\n\tp = &t.n\n\treturn\n}\nfunc f(t *T) { p, err := at(t); _ = err; atomic.AddInt64(p, 1) }",
        "func f(t *T, c chan *int64) { c <- &t.n; atomic.AddInt64(<-c, 1) }",
        "func f(t *T, c chan *int64) { c <- &t.n; for p := range c { atomic.AddInt64(p, 1) } }",
        "var c = make(chan *int64, 1)\nfunc f(t *T) { c <- &t.n }\nfunc g() { p, ok := <-c; _ = ok; atomic.AddInt64(p, 1) }",
        "func f(t *T, c chan *int64) { c <- &t.n; select { case p := <-c: atomic.AddInt64(p, 1) } }",
        "func drain(c <-chan *int64) { atomic.AddInt64(<-c, 1) }\nfunc f(t *T) { c := make(chan *int64, 1); c <- &t.n; drain(c) }",
        "func f(t *T) { add := atomic.AddInt64; add(&t.n, 1) }",
        "var add = atomic.AddInt64\nfunc f(t *T) { add(&t.n, 1) }",
        "type ops struct{ add func(*int64, int64) int64 }\nfunc f(t *T) { o := ops{add: atomic.AddInt64}; o.add(&t.n, 1) }",
        "func do(add func(*int64, int64) int64, p *int64) { add(p, 1) }\nfunc f(t *T) { do(atomic.AddInt64, &t.n) }",
        "func f(t *T) { ps := map[string]*int64{}; ps[\"a\"] = &t.n; atomic.AddInt64(ps[\"a\"], 1) }",
        "func f(t *T) { var ps []*int64; ps = append(ps, &t.n); atomic.AddInt64(ps[0], 1) }",
        "func f(t *T) { func(p *int64) { atomic.AddInt64(p, 1) }(&t.n) }",
        "func f(t *T) { inc := func(p *int64) { atomic.AddInt64(p, 1) }; inc(&t.n) }",
        "func each(t *T, do func(*int64)) { do(&t.n) }\nfunc f(t *T) { each(t, func(p *int64) { atomic.AddInt64(p, 1) }) }",
        "func inc(p *int64) { atomic.AddInt64(p, 1) }\nfunc f(t *T) { g := inc; g(&t.n) }",
        "func at(t *T) func() *int64 { return func() *int64 { return &t.n } }\nfunc f(t *T) { atomic.AddInt64(at(t)(), 1) }",
        "func f(t *T) { at := func() *int64 { return &t.n }; atomic.AddInt64(at(), 1) }",
        "func same[V any](p *V) *V { return p }\nfunc f(t *T) { atomic.AddInt64(same(&t.n), 1) }",
        "func f(t *T) { var x interface{} = &t.n; atomic.AddInt64(x.(*int64), 1) }",
        "func f(t *T) { p := &t.n; pp := &p; atomic.AddInt64(*pp, 1) }",
        "func f(t *T) { p := (&t.n); q := p; atomic.AddInt64(q, 1) }",
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
fn type_parameters_prove_nothing_about_sizes() {
    let text = "package p\n\nimport \"sync/atomic\"\n\ntype Box[V any] struct {\n\tv V\n\tn int64\n}\n\nfunc (b *Box[V]) f() { atomic.AddInt64(&b.n, 1) }\n";
    let (report, _) = align(&[("p/a.go", text)], &Options::default());
    assert_eq!(report.findings[0].outcome, Outcome::Moved);
}

#[test]
fn words_of_an_array_field_behind_a_slice() {
    let ways = [
        "func f(t *T) { s := t.n[:]; atomic.AddInt64(&s[1], 1) }",
        "func inc(s []int64) { atomic.AddInt64(&s[0], 1) }\nfunc f(t *T) { inc(t.n[1:]) }",
        "func f(t *T) { p := &t.n; atomic.AddInt64(&p[0], 1) }",
        "func f(t *T) { p := &t.n; s := p[:1]; for i := range s { atomic.AddInt64(&s[i], 1) } }",
        "type words []int64\nfunc (w words) inc() { atomic.AddInt64(&w[0], 1) }\nfunc f(t *T) { w := words(t.n[:]); w.inc() }",
        "type view struct{ w []int64 }\nfunc f(t *T) { v := view{w: t.n[:]}; atomic.AddInt64(&v.w[0], 1) }",
    ];
    for way in ways {
        let text = with_fields("\ta int32\n\tn [2]int64\n", way);
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        let found = report.findings.iter().any(|f| f.name == "T" && f.field == "n" && f.outcome == Outcome::Moved);
        assert!(found, "{way}: {:?}", report.findings);
    }
}

/// What only looks like a way to a field.
#[test]
fn addresses_that_atomics_do_not_get() {
    let ways = [
        "func f(t *T) { p := &t.n; *p = 1; var q int64; atomic.AddInt64(&q, 1) }",
        "func f(t *T, c, d chan *int64) { c <- &t.n; atomic.AddInt64(<-d, 1) }",
        "func f(t *T) { add := atomic.AddInt64; var q int64; add(&q, 1); sub(&t.n, 1) }",
        "func f(t *T) { s := make([]int64, 2); copy(s, t.m[:]); atomic.AddInt64(&s[1], 1) }",
        "func f(t *T) { var x interface{} = &t.a; y, ok := x.(*int64); _ = ok; atomic.AddInt64(y, 1) }",
        "func f(t *T, atomic other) { atomic.AddInt64(&t.n, 1) }",
    ];
    for way in ways {
        let text = with_fields("\ta int32\n\tn int64\n\tm [2]int64\n", way);
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        assert_eq!(report.findings, [], "{way}");
    }
}

const PART: &str =
    "type part struct {\n\tn int64\n\tb int64\n}\n\nfunc (p *part) inc() { atomic.AddInt64(&p.n, 1) }\n\n";

#[test]
fn generic_structs_hold_what_they_are_made_with() {
    let ways = [
        "type Box[V any] struct {\n\tflag bool\n\tv V\n}\n\nvar one Box[part]",
        "type Box[V any] struct {\n\tflag bool\n\tv V\n}\n\nfunc f() { b := &Box[part]{}; b.v.inc() }",
        "type Box[V any] struct {\n\tflag bool\n\tv V\n}\n\nfunc newBox[V any]() *Box[V] { return nil }\n\nvar one = newBox[part]()",
        "type Box[V any] struct {\n\tflag bool\n\tv V\n}\n\ntype Outer[W any] struct{ in Box[W] }\n\nvar one Outer[part]",
    ];
    for way in ways {
        let text = format!("package p\n\nimport \"sync/atomic\"\n\n{PART}{way}\n");
        let (report, after) = align(&[("p/a.go", &text)], &Options::default());
        let found = report.findings.iter().find(|f| f.name == "Box" && f.field == "v");
        assert_eq!(found.map(|f| (f.level, f.outcome.clone())), Some((Level::Container, Outcome::Moved)), "{way}");
        assert!(after[0].1.contains("{\n\tv V\n\tflag bool\n}"), "{}", after[0].1);
    }
}

#[test]
fn constants_of_32_bit_words_and_relative_imports_are_known() {
    let tree = [
        (
            "p/a.go",
            "package p\n\nimport (\n\t\"sync/atomic\"\n\n\t\"../q\"\n)\n\nconst w = ^uintptr(0)\n\nconst bits = 32 << (^uint(0) >> 63)\n\ntype T struct {\n\ta [w >> 63]int32\n\tb [bits / 8]byte\n\tc q.C\n\tn int64\n}\n\nfunc (t *T) f() { atomic.AddInt64(&t.n, 1) }\n",
        ),
        ("q/q.go", "package q\n\ntype C int32\n"),
    ];
    let (report, _) = align(&tree, &Options::default());
    assert_eq!((report.findings[0].before, &report.findings[0].outcome), (Some(8), &Outcome::Aligned));
}

#[test]
fn an_unknown_offset_says_what_is_missing() {
    let missing = |field: &str| {
        let text = format!(
            "package p\n\nimport (\n\t\"example.org/gone\"\n\t\"sync/atomic\"\n)\n\ntype T[V any] struct {{\n\ta {field}\n\tn int64\n}}\n\nfunc (t *T[V]) f() {{ atomic.AddInt64(&t.n, 1) }}\n"
        );
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        report.findings[0].unknown.clone().expect("the offset is not known")
    };
    let known = "the size of `a` before it is not known: ";
    assert_eq!(missing("gone.Thing"), format!("{known}the package \"example.org/gone\" is not in the tree"));
    assert_eq!(missing("absent"), format!("{known}`absent` is declared in no file of the tree"));
    assert_eq!(missing("V"), format!("{known}`V` is a type parameter"));
}
