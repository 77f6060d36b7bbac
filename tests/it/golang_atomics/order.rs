use super::*;

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
fn elements_of_slices_are_reported_and_padded_where_that_is_asked_for() {
    let fields = "\tn int64\n\ta int32\n";
    let way = "func f(all []T) { atomic.AddInt64(&all[1].n, 1) }";
    let text = with_fields(fields, way);
    let report = run(&files(&[("p/a.go", &text)]), &Options::default());
    assert!(report.findings[0].is_unsafe, "{:?}", report.findings);
    fields_become(fields, way, &Options { pad: true, ..Options::default() }, "\tn int64\n\ta int32\n\t_ [4]byte\n");
}

#[test]
fn only_files_in_scope_are_changed() {
    let before = files(&[("p/a.go", COUNTER), ("vendor/q/a.go", &COUNTER.replace("package p", "package q"))]);
    let tree = MemoryTree::new(before.clone());
    assert_eq!(tree.paths().len(), 2);
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
fn a_struct_inside_a_struct_moves_with_what_moves_in_it() {
    let fields = "\ta int32\n\tin struct {\n\t\tb int32\n\t\tn int64\n\t}\n";
    fields_become(
        fields,
        "func (t *T) f() { atomic.AddInt64(&t.in.n, 1) }",
        &Options::default(),
        "\tin struct {\n\t\tn int64\n\t\tb int32\n\t}\n\ta int32\n",
    );
}
