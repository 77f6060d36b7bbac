//! Go: the same change made by exchanging the nodes of `go/ast`, and `go/types` as the referee of what compiles.

use crate::disturb::Random;
use crate::oracle::case::{Case, Rule, Template};
use crate::oracle::expr::{Expr, Level, PREFIX, Part, Spelling};
use crate::oracle::judged::Judged;
use crate::tools;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The rules are called by this and a number.
pub const NAME: &str = "rule";

/// What every program begins with.
const HEAD: &str = "\
package a

type T struct {
	f int
	n *T
	s []int
}

type F = func(int)

var (
	a, b, c int
	u, v    bool
	p, q    *int
	t       T
	pt      *T
	ch      chan int
	rc      <-chan int
	s       []int
	fn      func(int) int
	proc    func(int)
)

func f(x int) int      { return x }
func g(x int, y int) int { return x + y }
func h(x bool) bool    { return x }

";

/// The sorts of Go expressions that are told apart, so that what is made compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Int,
    Bool,
    Pointer,
    Struct,
    ToStruct,
    Channel,
    Receiver,
    Slice,
    Function,
    Procedure,
    /// The type of one of these.
    TypeOf(usize),
}

use Sort::*;

/// Sorts whose values can be converted to by a type that is spelt out: how, and from what.
const CONVERTED: [(Sort, Sort); 7] = [
    (Int, Int),
    (Pointer, Pointer),
    (Channel, Channel),
    (Receiver, Channel),
    (Slice, Slice),
    (Function, Function),
    (Procedure, Procedure),
];

/// The types of [`CONVERTED`], as expressions. `<-chan int` and `func(int)` read on into what stands behind them.
fn type_of(n: usize) -> Expr {
    match n {
        0 => Expr::Atom("int"),
        1 => Expr::Prefix("*", Box::new(Expr::Atom("int"))),
        2 => Expr::Atom("chan int"),
        3 => Expr::Prefix("<-", Box::new(Expr::Atom("chan int"))),
        4 => Expr::Atom("[]int"),
        5 => Expr::Atom("func(int) int"),
        _ => Expr::Prefix("func", Box::new(Expr::Atom("(int)"))),
    }
}

struct Typed {
    takes: Vec<Sort>,
    gives: Sort,
    rule: Rule,
}

struct Maker<'a> {
    random: &'a mut Random,
    rules: &'a [Typed],
    /// The holes that may be used, each once.
    holes: Vec<(usize, Sort)>,
}

const ARITHMETIC: &[(&str, Level)] =
    &[("+", 7), ("-", 7), ("-", 7), ("|", 7), ("^", 7), ("*", 8), ("/", 8), ("%", 8), ("&", 8), ("&^", 8)];
const COMPARISONS: &[&str] = &["==", "!=", "<", ">=", ">"];

fn infix(operator: &'static str, level: Level, left: Expr, right: Expr) -> Expr {
    Expr::Infix(operator, [level, level, level + 1], Box::new((left, right)))
}

fn call(callee: Expr, mut args: Vec<Expr>) -> Expr {
    let mut parts = vec![Part::Text("(")];
    let last = args.pop();
    args.into_iter().for_each(|a| parts.extend([Part::Code(a), Part::Text(", ")]));
    parts.extend(last.map(Part::Code));
    parts.push(Part::Text(")"));
    Expr::Postfix(Box::new(callee), parts)
}

fn behind(operand: Expr, text: &'static str) -> Expr {
    Expr::Postfix(Box::new(operand), vec![Part::Text(text)])
}

impl Maker<'_> {
    fn make(&mut self, sort: Sort, depth: usize) -> Expr {
        if let Some(n) = self.holes.iter().position(|(_, of)| *of == sort)
            && self.random.below(depth + 1) == 0
        {
            return Expr::Hole(self.holes.remove(n).0);
        }
        if let TypeOf(n) = sort {
            return Expr::Type(Box::new(type_of(n)));
        }
        let fits: Vec<usize> = (0..self.rules.len()).filter(|&n| self.rules[n].gives == sort).collect();
        if depth > 0 && !fits.is_empty() && self.random.below(3) > 0 {
            let n = fits[self.random.below(fits.len())];
            let takes = self.rules[n].takes.clone();
            return Expr::Site(n, takes.into_iter().map(|sort| self.make(sort, depth - 1)).collect());
        }
        if depth == 0 {
            let atoms: &[&str] = match sort {
                Int => &["a", "b", "c", "1", "2"],
                Bool => &["u", "v"],
                Pointer => &["p", "q"],
                Struct => &["t"],
                ToStruct => &["pt"],
                Channel => &["ch"],
                Receiver => &["rc"],
                Slice => &["s"],
                Function => &["fn", "f"],
                Procedure | TypeOf(_) => &["proc"],
            };
            return Expr::Atom(atoms[self.random.below(atoms.len())]);
        }
        self.compound(sort, depth - 1)
    }

    fn prefix(&mut self, operator: &'static str, sort: Sort, depth: usize) -> Expr {
        Expr::Prefix(operator, Box::new(self.make(sort, depth)))
    }

    fn converted(&mut self, sort: Sort, depth: usize) -> Expr {
        let fits: Vec<usize> = (0..CONVERTED.len()).filter(|&n| CONVERTED[n].0 == sort).collect();
        match fits.get(self.random.below(fits.len())) {
            Some(&n) => {
                let of = self.make(CONVERTED[n].1, depth);
                call(type_of(n), vec![of])
            }
            None => self.make(sort, 0),
        }
    }

    fn compound(&mut self, sort: Sort, depth: usize) -> Expr {
        if self.random.below(6) == 0 {
            return self.converted(sort, depth);
        }
        match sort {
            Int => self.int(depth),
            Bool => self.bool(depth),
            Pointer => match self.random.below(3) {
                0 => Expr::Prefix("&", Box::new(behind(self.make(ToStruct, depth), ".f"))),
                1 => {
                    let (of, at) = (self.make(Slice, depth), self.make(Int, depth));
                    let element = Expr::Postfix(Box::new(of), vec![Part::Text("["), Part::Code(at), Part::Text("]")]);
                    Expr::Prefix("&", Box::new(element))
                }
                _ => call(Expr::Atom("(*int)"), vec![self.make(Pointer, depth)]),
            },
            Struct => match self.random.below(3) {
                0 | 1 => {
                    let of = self.make(Int, depth);
                    Expr::Literal(vec![Part::Text("T{f: "), Part::Code(of), Part::Text("}")])
                }
                _ => self.prefix("*", ToStruct, depth),
            },
            ToStruct => match self.random.below(3) {
                0 => {
                    let of = self.make(Int, depth);
                    let literal = Expr::Literal(vec![Part::Text("T{f: "), Part::Code(of), Part::Text("}")]);
                    Expr::Prefix("&", Box::new(literal))
                }
                1 => behind(self.make(ToStruct, depth), ".n"),
                _ => behind(self.make(Struct, depth), ".n"),
            },
            Slice => match self.random.below(4) {
                0 => {
                    let (x, y) = (self.make(Int, depth), self.make(Int, depth));
                    let elements =
                        vec![Part::Text("{"), Part::Code(x), Part::Text(", "), Part::Code(y), Part::Text("}")];
                    Expr::Postfix(Box::new(Expr::Atom("[]int")), elements)
                }
                1 => {
                    let (of, at) = (self.make(Slice, depth), self.make(Int, depth));
                    Expr::Postfix(Box::new(of), vec![Part::Text("["), Part::Code(at), Part::Text(":]")])
                }
                2 => behind(self.make(ToStruct, depth), ".s"),
                _ => {
                    let args = vec![self.make(Slice, depth), self.make(Int, depth)];
                    call(Expr::Atom("append"), args)
                }
            },
            Function => Expr::Atom("func(x int) int { return x + a }"),
            Channel | Receiver | Procedure | TypeOf(_) => self.make(sort, 0),
        }
    }

    fn int(&mut self, depth: usize) -> Expr {
        match self.random.below(20) {
            0..=5 => {
                let (operator, level) = ARITHMETIC[self.random.below(ARITHMETIC.len())];
                infix(operator, level, self.make(Int, depth), self.make(Int, depth))
            }
            6 | 7 => {
                let operator = ["-", "^", "+"][self.random.below(3)];
                self.prefix(operator, Int, depth)
            }
            8 => {
                let of = [Channel, Receiver][self.random.below(2)];
                self.prefix("<-", of, depth)
            }
            9 => self.prefix("*", Pointer, depth),
            10 => {
                let (of, at) = (self.make(Slice, depth), self.make(Int, depth));
                Expr::Postfix(Box::new(of), vec![Part::Text("["), Part::Code(at), Part::Text("]")])
            }
            11 => behind(self.make(Struct, depth), ".f"),
            12 => behind(self.make(ToStruct, depth), ".f"),
            13 => call(Expr::Atom("f"), vec![self.make(Int, depth)]),
            14 => call(Expr::Atom("g"), vec![self.make(Int, depth), self.make(Int, depth)]),
            15 => {
                let callee = self.make(Function, depth);
                call(callee, vec![self.make(Int, depth)])
            }
            16 => call(Expr::Atom("len"), vec![self.make(Slice, depth)]),
            17 => behind(call(Expr::Atom("any"), vec![self.make(Int, depth)]), ".(int)"),
            _ => self.make(Int, 0),
        }
    }

    fn bool(&mut self, depth: usize) -> Expr {
        match self.random.below(9) {
            0 => infix("&&", 5, self.make(Bool, depth), self.make(Bool, depth)),
            1 => infix("||", 4, self.make(Bool, depth), self.make(Bool, depth)),
            2 | 3 => self.prefix("!", Bool, depth),
            4 => infix("==", 6, self.make(Pointer, depth), self.make(Pointer, depth)),
            5 => infix("!=", 6, self.make(Bool, depth), self.make(Bool, depth)),
            6 => infix("==", 6, behind(self.make(Struct, depth), ".f"), self.make(Int, depth)),
            _ => {
                let operator = COMPARISONS[self.random.below(COMPARISONS.len())];
                infix(operator, 6, self.make(Int, depth), self.make(Int, depth))
            }
        }
    }
}

const SORTS: [Sort; 12] = [Int, Int, Int, Bool, Bool, Pointer, Struct, ToStruct, Channel, Receiver, Slice, Function];

fn value(takes: Vec<Sort>, gives: Sort, template: Expr) -> Typed {
    let typed = matches!(takes[..], [TypeOf(_), ..]);
    Typed { rule: Rule { holes: takes.len(), typed, template: Template::Value(template) }, takes, gives }
}

/// A rule that uses each of its arguments once.
fn rule(random: &mut Random) -> Typed {
    let kind = random.below(CONVERTED.len());
    match random.below(14) {
        0 | 1 => {
            let (gives, of) = CONVERTED[kind];
            return value(vec![TypeOf(kind), of], gives, call(Expr::Hole(0), vec![Expr::Hole(1)]));
        }
        2 => {
            // A channel of what the hole names.
            let parts = vec![Part::Text("(chan "), Part::Code(Expr::Hole(0)), Part::Text(")")];
            let made = Expr::Postfix(Box::new(Expr::Atom("make")), parts);
            return value(vec![TypeOf(kind)], Bool, infix("!=", 6, made, Expr::Atom("nil")));
        }
        3 => {
            let parts = vec![Part::Text("([]"), Part::Code(Expr::Hole(0)), Part::Text("{})")];
            return value(vec![TypeOf(kind)], Int, Expr::Postfix(Box::new(Expr::Atom("len")), parts));
        }
        _ => {}
    }
    loop {
        let takes: Vec<Sort> = (0..1 + random.below(5) / 3).map(|_| SORTS[random.below(SORTS.len())]).collect();
        let gives = SORTS[random.below(SORTS.len())];
        let depth = 1 + random.below(3);
        let mut maker = Maker { random, rules: &[], holes: takes.iter().copied().enumerate().collect() };
        let template = maker.make(gives, depth);
        let in_order = template.holes().is_sorted() || maker.random.below(10) == 0;
        if maker.holes.is_empty() && in_order && !matches!(template, Expr::Hole(_)) {
            return value(takes, gives, template);
        }
    }
}

/// Statements that an expression of a sort stands in; whether the brace behind it opens a block.
const STATEMENTS: &[(&str, Sort, &str, bool)] = &[
    ("return ", Int, "", false),
    ("x := ", Int, "\n\t_ = x", false),
    ("if ", Bool, " {\n\t\ta++\n\t}", true),
    ("if x := ", Int, "; x == a {\n\t\ta++\n\t}", true),
    ("if x := a; x == ", Int, " {\n\t\ta++\n\t}", true),
    ("if x := ", Struct, "; x.f == a {\n\t\ta++\n\t}", true),
    ("for ", Bool, " {\n\t\ta++\n\t}", true),
    ("for i := 0; i < ", Int, "; i++ {\n\t\ta++\n\t}", true),
    ("for range ", Slice, " {\n\t\ta++\n\t}", true),
    ("for _, x := range ", Slice, " {\n\t\ta += x\n\t}", true),
    ("switch ", Int, " {\n\tcase 1:\n\t\ta++\n\t}", true),
    ("switch x := ", Struct, "; {\n\tcase x.f == 1:\n\t\ta++\n\t}", true),
    ("switch {\n\tcase ", Bool, ":\n\t\ta++\n\t}", false),
    ("a += g(b, ", Int, ")", false),
    ("ch <- ", Int, "", false),
    ("a += ", Int, "", false),
    ("_ = []int{", Int, ", 1}", false),
    ("_ = map[int]int{", Int, ": 1}", false),
    ("go f(", Int, ")", false),
    ("defer f(", Int, ")", false),
    ("var x <-chan int = ", Receiver, "\n\t_ = x", false),
    ("select {\n\tcase x := <-", Receiver, ":\n\t\t_ = x\n\t}", false),
    ("_ = ", ToStruct, "", false),
];

/// A case, made from the seed and its number alone.
pub fn case(number: usize, seed: u64) -> Case {
    let mut random = Random::new(seed.wrapping_mul(1_000_003) + number as u64);
    for _ in 0..20 {
        random.below(2);
    }
    loop {
        let rules: Vec<Typed> = (0..1 + random.below(4)).map(|_| rule(&mut random)).collect();
        let depth = 1 + random.below(4);
        let &(before, sort, behind, header) = &STATEMENTS[random.below(STATEMENTS.len())];
        let mut maker = Maker { random: &mut random, rules: &rules, holes: Vec::new() };
        let expression = maker.make(sort, depth);
        if expression.depth() > 0 {
            let least = if before.ends_with("<-") { PREFIX } else { 0 };
            let value = expression.written(least, Spelling::Source(NAME), header);
            let source = format!("{HEAD}func case{number}() int {{\n\t{before}{value}{behind}\n\treturn a\n}}\n");
            let rules = rules.into_iter().map(|r| r.rule).collect();
            return Case { number, rules, source, depth: expression.depth() };
        }
    }
}

/// The referee, built. Where Go is missing it is as with any program.
pub fn judge() -> Option<PathBuf> {
    let go = tools::find("gofmt")?.with_file_name("go");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = folder.join(format!("oracle-judge-{}", std::process::id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracle/judge.go");
    let mut build = Command::new(go);
    build.arg("build").arg("-o").arg(&program).arg(source).current_dir(folder);
    let built = build.env("GOCACHE", folder.join("go-cache")).env("GO111MODULE", "off").output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(program)
}

/// Has all results compared with their ideals, and notes where they differ.
pub fn compare(judge: &Path, folder: &Path, judged: &mut [Judged]) {
    let mut asked = String::new();
    for one in judged.iter() {
        let Some(result) = one.result() else { continue };
        let template = |rule: &Rule| match &rule.template {
            Template::Value(value) => value.written(0, Spelling::Name, false),
            Template::Statement(..) => panic!("a rule for expressions"),
        };
        let templates: Vec<String> = one.case.rules.iter().map(template).collect();
        let line = serde_json::json!({
            "number": one.case.number, "source": one.case.source, "templates": templates, "result": result
        });
        writeln!(asked, "{line}").unwrap();
    }
    let mut child =
        Command::new(judge).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()).unwrap());
    let told = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(told.status.success());
    let mut answers =
        String::from_utf8(told.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>().into_iter();
    for one in judged.iter_mut().filter(|one| one.result().is_some()) {
        let answer: serde_json::Value = serde_json::from_str(&answers.next().unwrap()).unwrap();
        assert_eq!(answer["number"], one.case.number);
        let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        let got = one.result().unwrap().to_owned();
        match text("verdict").as_str() {
            "same" => {}
            "no ideal" => one.has_no_ideal = true,
            "other" => one.fail("it is another tree", &text("ideal"), &format!("{got}\n{}", text("why"))),
            "broken" => one.fail("it does not compile any more", &text("ideal"), &format!("{got}\n{}", text("why"))),
            other => panic!("{other}"),
        }
    }
}
