use super::*;

const FIELDS: &str = "\tn int64\n\ta int32\n";
const INC: &str = "func (t *T) inc() { atomic.AddInt64(&t.n, 1) }\n\n";

fn padded() -> Options {
    Options { pad: true, ..Options::default() }
}

/// Each way uses elements of 12 bytes where they lie; padding cures them all, and is done the second time.
#[test]
fn elements_by_method_and_by_pointer() {
    let ways = [
        "func f(all []T) { all[1].inc() }",
        "var all = []T{{}, {}}\nfunc f() { all[1].inc() }",
        "func f() { all := [...]T{{}, {}}; all[1].inc() }",
        "func f() { all := make([]T, 2); all[1].inc() }",
        "func f() { all := append([]T(nil), T{}); all[1].inc() }",
        "type V = T\nfunc f(all []V) { all[1].inc() }",
        "func f(all []T) { for i := range all { all[i].inc() } }",
        "func f(all []T) { t := &all[1]; t.inc() }",
        "func f(all []T) { p := &(all[1]); p.inc() }",
        "func f(all []T) { atomic.AddInt64(&all[1].n, 1) }",
        "func f() { var all [2]T; all[1].inc() }",
        "type many []T\nfunc (m many) f() { m[1].inc() }",
        "func f(all ...T) { all[1].inc() }",
        "func f(m map[string][]T) { m[\"a\"][0].inc() }",
        "func f(all []T) { g := all[1].inc; g() }",
        "type O struct{ all [2]T }",
        "type O struct{ all []T }\nfunc (o *O) at(i int) *T { return &o.all[i] }",
        "type List[V any] struct{ all []V }\nvar l List[T]",
    ];
    for way in ways {
        let text = with_fields(FIELDS, &format!("{INC}{way}"));
        let report = run(&files(&[("p/a.go", &text)]), &Options::default());
        let finding = report.findings.iter().find(|f| f.name == "T").expect("T is found");
        let why = finding.uneven.as_deref().expect(way);
        assert!(why.contains("elements of 12 bytes") && why.contains("p/a.go:"), "{way}: {why}");
        assert!(finding.is_unsafe);
        let (report, after) = align(&[("p/a.go", &text)], &padded());
        assert!(report.findings.iter().all(|f| !f.is_unsafe), "{way}: {:?}", report.findings);
        assert!(after[0].1.contains("\tn int64\n\ta int32\n\t_ [4]byte\n"), "{way}: {}", after[0].1);
    }
}

#[test]
fn elements_that_are_copied_or_pointed_to_need_nothing() {
    let ways = [
        "func f(all []T) { for _, t := range all { t.inc() } }",
        "func f(all []*T) { all[1].inc() }",
        "func f(all map[int]*T) { all[1].inc() }",
        "func f(all []T) int32 { return all[1].a }",
        "type O struct{ t *T }\nfunc f(all []O) { all[1].t.inc() }",
        "func f(all [1]*T) { all[0].inc() }",
    ];
    for way in ways {
        let text = with_fields(FIELDS, &format!("{INC}{way}"));
        for options in [Options::default(), padded()] {
            let (report, _) = align(&[("p/a.go", &text)], &options);
            assert_eq!(report.findings[0].outcome, Outcome::Aligned, "{way}");
        }
    }
}

#[test]
fn elements_of_whole_words_need_no_padding() {
    let text = with_fields("\tn int64\n\ta int32\n\tb bool\n", &format!("{INC}func f(all []T) {{ all[1].inc() }}"));
    let (report, _) = align(&[("p/a.go", &text)], &padded());
    assert_eq!(report.findings[0].outcome, Outcome::Aligned);
}

/// What cannot be padded says so, whatever was asked for.
#[test]
fn padding_that_is_not_done_says_so() {
    let way = "func f(all []T) { all[1].inc() }\n\nfunc g(t *T) uintptr { return unsafe.Sizeof(*t) }";
    let text = with_fields(FIELDS, &format!("{INC}{way}"))
        .replace("import \"sync/atomic\"", "import (\n\t\"sync/atomic\"\n\t\"unsafe\"\n)");
    let report = run(&files(&[("p/a.go", &text)]), &padded());
    let why = report.findings[0].uneven.as_deref().expect("it is told");
    assert!(why.contains("12 bytes") && why.contains("not padded: unsafe.Sizeof"), "{why}");
    let unknown = with_fields("\tn int64\n\ta gone\n", &format!("{INC}func f(all []T) {{ all[1].inc() }}"));
    let report = run(&files(&[("p/a.go", &unknown)]), &padded());
    assert!(report.findings[0].uneven.as_deref().is_some_and(|why| why.contains("unknown size")));
}
