use super::*;

#[test]
fn what_depends_on_the_order_is_refused_with_the_place() {
    let reasons = [
        ("func g(t *T) uintptr { return unsafe.Sizeof(*t) }", "unsafe.Sizeof"),
        ("func g(t *T) *[12]byte { return (*[12]byte)(unsafe.Pointer(t)) }", "another type through unsafe.Pointer"),
        ("func g(t *T) uintptr { return uintptr(unsafe.Pointer(t)) + 4 }", "uintptr"),
        ("var _ [unsafe.Offsetof(T{}.n) - 4]struct{}", "unsafe.Offsetof"),
        ("var _ = [1]struct{}{}[unsafe.Offsetof(T{}.a)]", "unsafe.Offsetof"),
        ("func g(b []byte) *T { return (*T)(unsafe.Pointer(&b[0])) }", "another type is cast to it"),
        ("func g(w io.Writer, t T) { binary.Write(w, nil, &t) }", "encoding/binary"),
        ("type O struct{ in T }\nfunc g(w io.Writer, o *O) { binary.Write(w, nil, o) }", "encoding/binary"),
        ("type O struct{ in [2]T }\nfunc g(o O) uintptr { return unsafe.Sizeof(o) }", "unsafe.Sizeof"),
        ("func g(t *T) int32 { p := unsafe.Pointer(t); return *(*int32)(p) }", "otherwise\0another type"),
        ("func g(t *T) uintptr { p := unsafe.Pointer(t); return uintptr(p) + 4 }", "uintptr"),
        (
            "var kept unsafe.Pointer\nfunc g(t *T) { kept = unsafe.Pointer(t) }\nfunc h() { _ = (*int32)(kept) }",
            "another type",
        ),
        (
            "type k struct{ p unsafe.Pointer }\nfunc g(t *T) k { return k{p: unsafe.Pointer(t)} }\nfunc h(x k) { _ = *(*[3]int32)(x.p) }",
            "another type",
        ),
        ("func g(t *T) { h(unsafe.Pointer(t)) }\nfunc h(p unsafe.Pointer) { _ = (*[3]int32)(p) }", "another type"),
        (
            "func g(t *T) unsafe.Pointer { return unsafe.Pointer(t) }\nfunc h(t *T) { _ = (*[3]int32)(g(t)) }",
            "another type",
        ),
        ("func g(t *T) { asm(unsafe.Pointer(t)) }\nfunc asm(p unsafe.Pointer)", "assembly"),
        ("func g(t *T) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(t), 4) }", "computed"),
        ("func g(t *T) *[3]int32 { return (*[3]int32)(unsafe.Pointer(&t.a)) }", "larger"),
        ("func g(t *T) uintptr { return uintptr(unsafe.Pointer(&t.a)) + 4 }", "computed"),
        ("func g(b []byte) *T { p := unsafe.Pointer(&b[0]); return (*T)(p) }", "another type is cast to it"),
        (
            "func g(p unsafe.Pointer) *T { return (*T)(p) }\nfunc h(b []byte) { g(unsafe.Pointer(&b[0])) }",
            "another type is cast to it",
        ),
        (
            "type O struct{ in T }\nfunc g(o *O) *[3]int32 { return (*[3]int32)(unsafe.Pointer(o)) }",
            "another type through",
        ),
        ("type O struct{ in T }\nfunc g(t *T) *O { return (*O)(unsafe.Pointer(t)) }", "another type"),
        ("var same struct {\n\ta int32\n\tn int64\n}\nfunc g(t T) { same = t }", "identical"),
        ("func g(t T) interface{} { var x struct {\n\ta int32\n\tn int64\n} = t; return x }", "identical"),
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
        let fits = expected.split('\0').any(|expected| reason.contains(expected));
        assert!(fits && reason.contains("p/a.go:"), "{way}: {reason}");
        assert_eq!((report.to_do, report.edits.len()), (0, 0));
        assert!(report.refused >= 1);
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
fn what_only_seems_to_depend_on_the_order() {
    let ways = [
        "func g(t *T) uintptr { return unsafe.Offsetof(t.a) }",
        "func g(b []byte, t *T) byte { return b[unsafe.Offsetof(t.a)] }",
        "var _ [0]struct{} = [unsafe.Offsetof(T{}.n) % 8]struct{}{}",
        "func g(t *T) { p := unsafe.Pointer(t); h((*T)(p)) }\nfunc h(t *T) {}",
        "var kept unsafe.Pointer\nfunc g(t *T) { kept = unsafe.Pointer(t) }\nfunc h() *T { if kept == nil { return nil }; return (*T)(kept) }",
        "func g(t *T) { h(unsafe.Pointer(t)) }\nfunc h(p unsafe.Pointer) { _ = (*T)(p) }",
        "func g(t *T) { if uintptr(unsafe.Pointer(t))%8 != 0 { panic(t) } }",
        "func g(t *T) { if uintptr(unsafe.Pointer(&t.n))&7 != 0 { panic(t) } }",
        "func g(t *T) uint64 { return *(*uint64)(unsafe.Pointer(&t.n)) }",
        "type k struct{ p unsafe.Pointer }\nfunc g(k *k, t *T) *T { atomic.StorePointer(&k.p, unsafe.Pointer(t)); return (*T)(atomic.LoadPointer(&k.p)) }",
        "var other struct {\n\ta int32\n\tn uint64\n}",
        "type other struct {\n\ta int32\n\tn int64\n}",
        "func g(b []byte) *int32 { return (*int32)(unsafe.Pointer(&b[0])) }",
    ];
    for way in ways {
        let text = with_fields("\ta int32\n\tn int64\n", &format!("{USE_N}\n\n{way}"))
            .replace("import \"sync/atomic\"", "import (\n\t\"sync/atomic\"\n\t\"unsafe\"\n)");
        let (report, _) = align(&[("p/a.go", &text)], &Options::default());
        assert_eq!(report.to_do, 1, "{way}: {:?}", report.findings);
    }
}

/// Whether `T` is refused where its package has this assembly.
fn refused_for(assembly: &str, rest: &str) -> Option<String> {
    let text = with_fields("\ta int32\n\tn int64\n", &format!("{USE_N}\n\n{rest}"));
    let report = run(&files(&[("p/a.go", &text), ("p/a_arm.s", assembly)]), &Options::default());
    match &report.findings[0].outcome {
        Outcome::Refused(why) => Some(why.clone()),
        Outcome::Moved => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn assembly_that_reads_by_numbers() {
    let numbers = "TEXT ·get(SB), 4, $0-8\n\tMOVW t+0(FP), R0\n\tMOVW 4(R0), R1\n\tRET\n";
    let refused = |assembly: &str, rest: &str| refused_for(assembly, rest).expect("the struct is refused");
    assert_eq!(refused(numbers, "func get(t *T) int32"), "assembly gets it, and reads fields by numbers (p/a_arm.s:3)");
    assert!(refused(numbers, "type O struct{ t []*T }\nfunc get(o *O) int32").contains("a_arm.s:3"));
    assert!(refused(numbers, "func (t *T) get() int32").contains("a_arm.s:3"));
    assert!(refused("\tMOVW ·one(SB), R0\n\tMOVW 4(R0), R1\n", "var one *T").contains("a_arm.s:2"));
    assert!(refused("\tMOVW $T(SB), R0\n", "").contains("names it"));
    // Names of go_asm.h follow the struct; what gets something else reads something else.
    let names = "#include \"go_asm.h\"\n\tMOVW t+0(FP), R0\n\tMOVW T_n(R0), R1 // not 4(R0)\n";
    assert_eq!(refused_for(names, "func get(t *T) int32"), None);
    assert_eq!(refused_for(numbers, "func get(b []byte) int32"), None);
    assert_eq!(refused_for("\tMOVW ·two(SB), R0\n\tMOVW 4(R0), R1\n", "var one *T\nvar two *int32"), None);
}

/// What is misaligned by itself is not cured by a place for what holds it, and may be aligned there by luck.
#[test]
fn what_holds_a_refused_struct() {
    let inner = "type in struct {\n\ta int32\n\tn int64\n}\n\nfunc g(i *in) uintptr { return unsafe.Sizeof(*i) }\n\nfunc f(t *T) { atomic.AddInt64(&t.i.n, 1) }";
    let found = |fields: &str, more: &str| {
        let text = with_fields(fields, &format!("{inner}{more}"))
            .replace("import \"sync/atomic\"", "import (\n\t\"sync/atomic\"\n\t\"unsafe\"\n)");
        let report = run(&files(&[("p/a.go", &text)]), &Options::default());
        assert_eq!(report.edits.len(), 0, "{fields}");
        report.findings.iter().find(|f| f.field == "i").map(|f| (f.after, f.is_unsafe))
    };
    assert_eq!(found("\tb int32\n\ti in\n", ""), Some((Some(4), false)));
    assert_eq!(found("\ti in\n\tb int32\n", ""), Some((Some(0), true)));
    // A move beside it must not take that away.
    let more = "\n\ntype part struct {\n\tm int64\n\tx int32\n}\n\nfunc h(t *T) { atomic.AddInt64(&t.p.m, 1) }";
    assert_eq!(found("\tb int32\n\ti in\n\tc int32\n\tp part\n", more), Some((Some(4), false)));
}
