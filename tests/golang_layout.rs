//! Offsets and edits held against Go's own tools: the compiler for ARM, `gofmt` and `go vet`.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use treepatch::golang::atomics::{Options, Outcome, Report, Style, align_atomics};
use treepatch::golang::{MemoryTree, realign};
use treepatch::language::Language;
use treepatch::source::{Limits, Source, apply_edits};

/// Types that a field may have.
const TYPES: &[&str] = &[
    "bool",
    "int8",
    "int16",
    "uint32",
    "int",
    "int64",
    "uintptr",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "string",
    "error",
    "*int",
    "[]string",
    "map[string]int",
    "chan int",
    "func()",
    "interface{}",
    "io.Reader",
    "sync.Mutex",
    "sync.RWMutex",
    "sync.Once",
    "sync.WaitGroup",
    "sync.Pool",
    "sync.Map",
    "sync.Cond",
    "time.Time",
    "time.Duration",
    "bytes.Buffer",
    "atomic.Int64",
    "atomic.Value",
    "atomic.Bool",
    "[3]int8",
    "[5]int16",
    "[0]int64",
    "[size]uint16",
    "struct{}",
    "struct{ a int8; b int64 }",
    "[2]struct{ a int64; b bool }",
    "inner",
    "[3]inner",
    "alias",
    "named",
    "box[int16]",
    "box[sync.Mutex]",
    "os.FileMode",
];

const HEADER: &str = "package main

import (
	\"bytes\"
	\"fmt\"
	\"io\"
	\"os\"
	\"sync\"
	\"sync/atomic\"
	\"time\"
	\"unsafe\"
)

const size = 1<<2 - 1

type inner struct {
	a int16
	b int64
	c struct{}
}

type alias = inner

type named [3]int16

type box[T any] struct {
	one   int8
	value T
}

var _ = []interface{}{bytes.Buffer{}, os.FileMode(0), &sync.Mutex{}, time.Time{}, io.EOF}

";

/// Structs of all kinds of fields before one that atomics reach.
fn structs() -> Vec<String> {
    let mut seed = 1u32;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    let single = TYPES.iter().map(|ty| vec![*ty]);
    let several: Vec<Vec<&str>> =
        (0..200).map(|_| (0..2 + next(6)).map(|_| TYPES[next(TYPES.len())]).collect()).collect();
    single
        .chain(several)
        .map(|types| {
            let mut fields = String::new();
            for (i, ty) in types.iter().enumerate() {
                writeln!(fields, "\tf{i} {ty}").expect("a string takes it");
            }
            fields
        })
        .collect()
}

#[test]
fn offsets_are_the_compilers() {
    needs!("go", "qemu-arm-static");
    let structs = structs();
    let mut text = HEADER.to_owned();
    let mut body = String::new();
    for (i, fields) in structs.iter().enumerate() {
        writeln!(text, "type T{i} struct {{\n{fields}\tn int64\n}}\n").expect("a string takes it");
        writeln!(text, "func (t *T{i}) inc() {{ atomic.AddInt64(&t.n, 1) }}\n").expect("a string takes it");
        writeln!(body, "\tfmt.Println(\"T{i}\", unsafe.Offsetof(T{i}{{}}.n))").expect("a string takes it");
    }
    writeln!(text, "func main() {{\n{body}}}").expect("a string takes it");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("main.go"), &text).expect("the program is written");
    fs::write(folder.path().join("go.mod"), "module example.org/offsets\n\ngo 1.19\n").expect("the module is written");
    let built = Command::new("go")
        .args(["build", "-o", "offsets", "."])
        .current_dir(folder.path())
        .envs([("GOOS", "linux"), ("GOARCH", "arm"), ("CGO_ENABLED", "0"), ("GOFLAGS", "")])
        .env("GOCACHE", common::build_dir().join("go-cache"))
        .output()
        .expect("go runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new("qemu-arm-static").arg(folder.path().join("offsets")).output().expect("it runs");
    let printed = String::from_utf8(ran.stdout).expect("it prints text");
    let compiler: std::collections::BTreeMap<&str, u64> =
        printed.lines().filter_map(|l| l.split_once(' ')).map(|(t, n)| (t, n.parse().expect("a number"))).collect();
    assert_eq!(compiler.len(), structs.len());

    let tree = MemoryTree::new([("main.go", text.into_bytes())]);
    let report = align_atomics(&tree, &|_| true, &Options::default());
    assert_eq!(report.findings.len(), structs.len());
    for finding in &report.findings {
        let number: usize = finding.name[1..].parse().expect("the struct's number");
        assert_eq!(finding.before, compiler.get(finding.name.as_str()).copied(), "of\n{}", structs[number]);
    }
}

/// The text after the edits of a report, aligned as gofmt does.
fn after(text: &str, report: &Report) -> String {
    let before = Source::parse(Language::Go, text.as_bytes().to_vec(), Limits::default()).expect("it parses");
    let edits = report.edits.get(Path::new("main.go")).cloned().unwrap_or_default();
    let (bytes, placed) = apply_edits(text.as_bytes(), &edits);
    let changed = Source::parse(Language::Go, bytes.clone(), Limits::default()).expect("it parses");
    let mut columns = realign(&before, &edits, &changed, &placed);
    treepatch::source::sort_edits(&mut columns).expect("columns do not overlap");
    String::from_utf8(apply_edits(&bytes, &columns).0).expect("it is text")
}

/// A program that uses 64-bit atomics in many ways.
const PROGRAM: &str = "package main

import (
	\"fmt\"
	\"sync\"
	\"sync/atomic\"
)

// stats are what a server counts.
type stats struct {
	name string // of the server
	ok   bool

	// requests counts all requests.
	requests uint64
	// failures counts those that failed.
	failures, retries uint64 // both at once

	mu sync.Mutex
}

type server struct {
	id    int32
	stats stats
	peers []*server
}

type gauge struct {
	sync.Mutex
	label       string
	description string
	flag        bool
	level       int64
	unit        string
}

var all = []gauge{{level: 1}, {sync.Mutex{}, \"a\", \"b\", true, 2, \"c\"}}

func (s *server) serve(failed bool) {
	atomic.AddUint64(&s.stats.requests, 1)
	if failed {
		count(&s.stats.retries)
	}
}

func count(p *uint64) { atomic.AddUint64(p, 1) }

func main() {
	s := &server{id: 1}
	s.serve(true)
	for i := range all {
		atomic.AddInt64(&all[i].level, 5)
	}
	g := &gauge{label: \"x\"}
	atomic.StoreInt64(&g.level, 3)
	fmt.Println(s.stats.requests, s.stats.retries, all[1].level, all[1].unit, g.level)
}
";

#[test]
fn what_moved_is_as_gofmt_has_it_and_still_a_program() {
    needs!("go", "gofmt", "qemu-arm-static");
    let run = |text: &str, arch: &str, name: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("main.go"), text).expect("the program is written");
        fs::write(folder.path().join("go.mod"), "module example.org/moved\n\ngo 1.19\n")
            .expect("the module is written");
        let go = |arguments: &[&str]| {
            Command::new("go")
                .args(arguments)
                .current_dir(folder.path())
                .envs([("GOOS", "linux"), ("GOARCH", arch), ("CGO_ENABLED", "0"), ("GOFLAGS", "")])
                .env("GOCACHE", common::build_dir().join("go-cache"))
                .output()
                .expect("go runs")
        };
        let vetted = go(&["vet", "."]);
        assert!(vetted.status.success(), "{name}: {}", String::from_utf8_lossy(&vetted.stderr));
        let built = go(&["build", "-o", "program", "."]);
        assert!(built.status.success(), "{name}: {}", String::from_utf8_lossy(&built.stderr));
        let listed =
            Command::new("gofmt").args(["-l", "main.go"]).current_dir(folder.path()).output().expect("gofmt runs");
        assert_eq!(String::from_utf8_lossy(&listed.stdout), "", "{name}: {text}");
        let program = folder.path().join("program");
        let mut command = match arch {
            "arm" => Command::new("qemu-arm-static"),
            _ => Command::new("env"),
        };
        command.arg(program).output().expect("the program runs")
    };
    let wanted = run(PROGRAM, "amd64", "before").stdout;
    assert_eq!(String::from_utf8_lossy(&wanted), "1 1 7 c 3\n");
    assert!(!run(PROGRAM, "arm", "before").status.success(), "the program is to crash on ARM before");
    let tree = MemoryTree::new([("main.go", PROGRAM)]);
    for style in [Style::Minimal, Style::Leading] {
        let options = Options { style, pad: true, ..Options::default() };
        let report = align_atomics(&tree, &|_| true, &options);
        assert!(report.findings.iter().any(|f| f.outcome == Outcome::Moved), "{:?}", report.findings);
        let text = after(PROGRAM, &report);
        for arch in ["amd64", "arm"] {
            let out = run(&text, arch, &format!("{style:?} for {arch}"));
            assert_eq!(out.stdout, wanted, "{style:?} for {arch}: {}\n{text}", String::from_utf8_lossy(&out.stderr));
        }
    }
}
