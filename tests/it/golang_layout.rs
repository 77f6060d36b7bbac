//! Offsets and edits held against Go's own tools: the compiler for ARM, `gofmt` and `go vet`.

use crate::needs;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use treepatch::golang::format::realign;
use treepatch::language::Language;
use treepatch::operations::align_atomics::{Options, Outcome, Report, Style, align_atomics};
use treepatch::source::{Limits, Source, apply_edits};
use treepatch::vfs::MemoryTree;

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
        .env("GOCACHE", crate::common::build_dir().join("go-cache"))
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
                .env("GOCACHE", crate::common::build_dir().join("go-cache"))
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

/// One struct with a 64-bit word among other fields, the ways to it, and a function `use` that goes them all.
fn random_use(i: usize, next: &mut dyn FnMut(usize) -> usize) -> String {
    let mut fields: Vec<String> = (0..next(5)).map(|f| format!("f{f} {}", TYPES[next(TYPES.len())])).collect();
    let word = ["int64", "uint64"][next(2)];
    let name = ["Int64", "Uint64"][usize::from(word == "uint64")];
    let at = next(fields.len() + 1);
    fields.insert(at, format!("n {word}"));
    let array = next(4) == 0;
    if array {
        fields.insert(next(fields.len() + 1), format!("w [2]{word}"));
    }
    let mut text = format!("type T{i} struct {{\n{}\n}}\n\n", fields.join("\n"));
    writeln!(text, "func (t *T{i}) inc() {{ atomic.Add{name}(&t.n, 1) }}\n").expect("a string takes it");
    let mut body = format!("t := new(T{i})\nt.inc()\n");
    if array {
        body += &format!("s := t.w[:]\natomic.Add{name}(&s[1], 1)\n");
    }
    let other = TYPES[next(TYPES.len())];
    match next(9) {
        0 => body += &format!("p := &t.n\natomic.Add{name}(p, 1)\n"),
        1 => body += &format!("c := make(chan *{word}, 1)\nc <- &t.n\natomic.Add{name}(<-c, 1)\n"),
        2 => body += &format!("add := atomic.Add{name}\nadd(&t.n, 1)\n"),
        3 => body += &format!("all := make([]T{i}, 3)\nfor j := range all {{\nall[j].inc()\n}}\n"),
        4 => {
            text += &format!("type O{i} struct {{\na {other}\nt T{i}\n}}\n\n");
            body += &format!("o := new(O{i})\no.t.inc()\n");
        }
        5 => {
            text += &format!("type B{i}[V any] struct {{\na {other}\nv V\n}}\n\n");
            body += &format!("b := &B{i}[T{i}]{{}}\nb.v.inc()\n");
        }
        6 => {
            text += &format!("type O{i} struct {{\na {other}\nT{i}\nb [2]T{i}\n}}\n\n");
            body += &format!("o := new(O{i})\no.inc()\no.b[1].inc()\n");
        }
        7 => {
            text += &format!("func at{i}(t *T{i}) (p *{word}) {{\np = &t.n\nreturn\n}}\n\n");
            body += &format!("atomic.Add{name}(at{i}(t), 1)\n");
        }
        _ => body += "t.n = 5\nt.n++\nif t.n != 6 {\npanic(t.n)\n}\n",
    }
    text + &format!("func use{i}() {{\n{body}}}\n\n")
}

/// A program of many such structs.
fn random_program(seed: u32, count: usize) -> String {
    let mut seed = seed;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    let mut text = format!("{HEADER}var _ unsafe.Pointer\n\n");
    let mut body = String::new();
    for i in 0..count {
        text += &random_use(i, &mut next);
        writeln!(body, "try(\"T{i}\", use{i})").expect("a string takes it");
    }
    text += "func try(name string, use func()) {\ndefer func() {\nif e := recover(); e != nil {\nfmt.Println(name, e)\n}\n}()\nuse()\n}\n\n";
    text + &format!("func main() {{\n{body}}}\n")
}

/// A text as gofmt writes it.
fn formatted(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("main.go"), text).expect("the program is written");
    let run = Command::new("gofmt").arg("main.go").current_dir(folder.path()).output().expect("gofmt runs");
    assert!(run.status.success(), "{}\n{text}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("it is text")
}

/// What a program prints on a 32-bit machine, after `go vet` for another one.
fn on_32_bits(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("main.go"), text).expect("the program is written");
    fs::write(folder.path().join("go.mod"), "module example.org/random\n\ngo 1.19\n").expect("the module is written");
    let go = |arguments: &[&str], arch: &str| {
        let done = Command::new("go")
            .args(arguments)
            .current_dir(folder.path())
            .envs([("GOOS", "linux"), ("GOARCH", arch), ("CGO_ENABLED", "0"), ("GOFLAGS", "")])
            .env("GOCACHE", crate::common::build_dir().join("go-cache"))
            .output()
            .expect("go runs");
        assert!(done.status.success(), "{arguments:?} {arch}: {}\n{text}", String::from_utf8_lossy(&done.stderr));
    };
    go(&["vet", "-copylocks=false", "."], "386");
    go(&["build", "-o", "program", "."], "arm");
    let ran = Command::new("qemu-arm-static").arg(folder.path().join("program")).output().expect("it runs");
    assert!(ran.status.success(), "{}\n{text}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("it prints text")
}

/// Structs of all kinds in all styles: where nothing is said to stay unsafe, no atomic panics on ARM.
#[test]
fn random_programs_run_where_words_have_four_bytes() {
    needs!("go", "gofmt", "qemu-arm-static");
    for seed in 1..4 {
        let text = formatted(&random_program(seed, 60));
        assert!(on_32_bits(&text).lines().count() > 10, "hardly any crashes before");
        for style in [Style::Minimal, Style::Leading, Style::AtomicTypes] {
            let options = Options { style, pad: true, ..Options::default() };
            let tree =
                |text: &str| MemoryTree::new([("main.go", text), ("go.mod", "module example.org/random\n\ngo 1.19\n")]);
            let report = align_atomics(&tree(&text), &|_| true, &options);
            let left: Vec<&str> = report.findings.iter().filter(|f| f.is_unsafe).map(|f| f.name.as_str()).collect();
            let changed = after(&text, &report);
            assert_eq!(formatted(&changed), changed, "{style:?} as gofmt has it");
            let crashes = on_32_bits(&changed);
            // A struct is used in the function of its number, and so are those that hold it.
            let told = |crash: &&str| {
                let number = crash.split(' ').next().and_then(|name| name.get(1..)).unwrap_or("?");
                !left.iter().any(|name| name.get(1..) == Some(number))
            };
            let untold: Vec<&str> = crashes.lines().filter(told).collect();
            assert!(untold.is_empty(), "{style:?}, seed {seed}: {untold:?}\n{changed}");
            assert!(left.len() < 6, "{style:?}, seed {seed}: much is refused: {left:?}");
            let again = align_atomics(&tree(&changed), &|_| true, &options);
            let moves: Vec<_> = again.findings.iter().filter(|f| f.is_change()).collect();
            assert_eq!((again.to_do, again.edits.len()), (0, 0), "{style:?}, seed {seed}: {moves:?}\n{changed}");
            assert_eq!(again.done, report.done + report.to_do, "{style:?}, seed {seed}");
        }
    }
}
