//! C: the same change made by macros whose arguments and values stand in parentheses, and gcc as the referee.

use crate::disturb::Random;
use crate::oracle::case::{Case, Rule, Template};
use crate::oracle::expr::{ASSIGNMENT, COMMA, Expr, Level, PREFIX, Part, Spelling};
use crate::oracle::judged::Judged;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// The rules are called by this and a number.
pub const NAME: &str = "RULE";

/// What every program begins with.
const HEAD: &str = "\
struct s { int f; struct s *n; int v[4]; };
typedef unsigned char u8;
extern int a, b, c, d, f(int), g(int, int), (*fp)(int);
extern int *p, *q;
extern struct s *sp, *tp;
";

/// The sorts of C expressions that are told apart, so that most of what is made compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Int,
    /// Something of type `int` that can be assigned to.
    Place,
    Pointer,
    Struct,
    /// The name of a type that integers can be cast to.
    Type,
}

/// A rule with the sorts of what it takes and what it gives.
struct Typed {
    takes: Vec<Sort>,
    gives: Sort,
    rule: Rule,
}

/// Makes expressions of a sort.
struct Maker<'a> {
    random: &'a mut Random,
    /// The rules that may be called.
    rules: &'a [Typed],
    /// The holes that may be used, each once.
    holes: Vec<(usize, Sort)>,
}

const BINARY: &[(&str, Level)] = &[
    ("||", 4),
    ("&&", 5),
    ("|", 6),
    ("^", 7),
    ("&", 8),
    ("==", 9),
    ("!=", 9),
    ("<", 10),
    (">=", 10),
    ("<<", 11),
    (">>", 11),
    ("+", 12),
    ("-", 12),
    ("-", 12),
    ("*", 13),
    ("/", 13),
    ("%", 13),
];

fn infix(operator: &'static str, level: Level, left: Expr, right: Expr) -> Expr {
    Expr::Infix(operator, [level, level, level + 1], Box::new((left, right)))
}

fn postfix(of: Expr, parts: Vec<Part>) -> Expr {
    Expr::Postfix(Box::new(of), parts)
}

impl Maker<'_> {
    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.random.below(from.len())]
    }

    fn boxed(&mut self, sort: Sort, depth: usize) -> Box<Expr> {
        Box::new(self.make(sort, depth))
    }

    fn prefix(&mut self, operator: &'static str, sort: Sort, depth: usize) -> Expr {
        Expr::Prefix(operator, self.boxed(sort, depth))
    }

    /// A random expression.
    pub fn make(&mut self, sort: Sort, depth: usize) -> Expr {
        if let Some(n) = self.holes.iter().position(|(_, of)| *of == sort)
            && self.random.below(depth + 1) == 0
        {
            return Expr::Hole(self.holes.remove(n).0);
        }
        let fits: Vec<usize> = (0..self.rules.len()).filter(|&n| self.rules[n].gives == sort).collect();
        if depth > 0 && !fits.is_empty() && self.random.below(3) > 0 {
            let n = fits[self.random.below(fits.len())];
            let takes = self.rules[n].takes.clone();
            return Expr::Site(n, takes.into_iter().map(|sort| self.make(sort, depth - 1)).collect());
        }
        if depth == 0 {
            let atoms: &[&str] = match sort {
                Sort::Int => &["a", "b", "c", "d", "1", "2"],
                Sort::Place => &["a", "b", "c", "d"],
                Sort::Pointer => &["p", "q"],
                Sort::Struct => &["sp", "tp"],
                Sort::Type => &["char", "short", "u8"],
            };
            return Expr::Atom(self.pick(atoms));
        }
        let depth = depth - 1;
        match sort {
            Sort::Int => self.int(depth),
            Sort::Place => self.place(depth),
            Sort::Pointer => self.pointer(depth),
            Sort::Struct => self.structure(depth),
            Sort::Type => self.make(sort, 0),
        }
    }

    fn int(&mut self, depth: usize) -> Expr {
        match self.random.below(22) {
            0..=5 => {
                let (operator, level) = BINARY[self.random.below(BINARY.len())];
                infix(operator, level, self.make(Sort::Int, depth), self.make(Sort::Int, depth))
            }
            6 => {
                let operator = self.pick(&["!", "~", "-", "+"]);
                self.prefix(operator, Sort::Int, depth)
            }
            7 => {
                let cast = self.pick(&["(char)", "(unsigned)", "(short)"]);
                self.prefix(cast, Sort::Int, depth)
            }
            8 => self.prefix("sizeof", Sort::Place, depth),
            9 => {
                let (condition, then, other) =
                    (self.make(Sort::Int, depth), self.make(Sort::Int, depth), self.make(Sort::Int, depth));
                Expr::Conditional(Box::new((condition, then, other)))
            }
            10 => Expr::Infix(
                ",",
                [COMMA, COMMA, ASSIGNMENT],
                Box::new((self.make(Sort::Int, depth), self.make(Sort::Int, depth))),
            ),
            11 | 12 => {
                let operator = self.pick(&["=", "+=", "-=", "<<=", "|="]);
                let both = (self.make(Sort::Place, depth), self.make(Sort::Int, depth));
                Expr::Infix(operator, [ASSIGNMENT, PREFIX, ASSIGNMENT], Box::new(both))
            }
            13 => {
                let operator = self.pick(&["++", "--"]);
                self.prefix(operator, Sort::Place, depth)
            }
            14 => {
                let operator = self.pick(&["++", "--"]);
                postfix(self.make(Sort::Place, depth), vec![Part::Text(operator)])
            }
            15 => postfix(
                Expr::Atom("f"),
                vec![Part::Text("("), Part::Code(self.make(Sort::Int, depth)), Part::Text(")")],
            ),
            16 => {
                let (first, second) = (self.make(Sort::Int, depth), self.make(Sort::Int, depth));
                let parts =
                    vec![Part::Text("("), Part::Code(first), Part::Text(", "), Part::Code(second), Part::Text(")")];
                postfix(Expr::Atom("g"), parts)
            }
            17 => infix("==", 9, self.make(Sort::Pointer, depth), self.make(Sort::Pointer, depth)),
            18 => {
                let callee = Expr::Prefix("*", Box::new(Expr::Atom("fp")));
                postfix(callee, vec![Part::Text("("), Part::Code(self.make(Sort::Int, depth)), Part::Text(")")])
            }
            19 => self.prefix("!", Sort::Struct, depth),
            _ => self.make(Sort::Place, depth + 1),
        }
    }

    fn place(&mut self, depth: usize) -> Expr {
        match self.random.below(6) {
            0 | 1 => self.prefix("*", Sort::Pointer, depth),
            2 => {
                let index = self.make(Sort::Int, depth);
                postfix(self.make(Sort::Pointer, depth), vec![Part::Text("["), Part::Code(index), Part::Text("]")])
            }
            3 => postfix(self.make(Sort::Struct, depth), vec![Part::Text("->f")]),
            4 => postfix(Expr::Prefix("*", self.boxed(Sort::Struct, depth)), vec![Part::Text(".f")]),
            _ => self.make(Sort::Place, 0),
        }
    }

    fn pointer(&mut self, depth: usize) -> Expr {
        match self.random.below(7) {
            0 | 1 => self.prefix("&", Sort::Place, depth),
            2 => infix("+", 12, self.make(Sort::Pointer, depth), self.make(Sort::Int, depth)),
            3 => self.prefix("(int *)", Sort::Pointer, depth),
            4 => {
                let (condition, then, other) =
                    (self.make(Sort::Int, depth), self.make(Sort::Pointer, depth), self.make(Sort::Pointer, depth));
                Expr::Conditional(Box::new((condition, then, other)))
            }
            5 => postfix(self.make(Sort::Struct, depth), vec![Part::Text("->v")]),
            _ => self.make(Sort::Pointer, 0),
        }
    }

    fn structure(&mut self, depth: usize) -> Expr {
        match self.random.below(5) {
            0 => Expr::Prefix("&", Box::new(Expr::Prefix("*", Box::new(Expr::Atom("tp"))))),
            1 => postfix(self.make(Sort::Struct, depth), vec![Part::Text("->n")]),
            2 => self.prefix("(struct s *)", Sort::Struct, depth),
            3 => {
                let (condition, then, other) =
                    (self.make(Sort::Int, depth), self.make(Sort::Struct, depth), self.make(Sort::Struct, depth));
                Expr::Conditional(Box::new((condition, then, other)))
            }
            _ => self.make(Sort::Struct, 0),
        }
    }
}

/// A rule that uses each of its arguments once.
fn rule(random: &mut Random) -> Typed {
    const SORTS: [Sort; 6] = [Sort::Int, Sort::Int, Sort::Int, Sort::Place, Sort::Pointer, Sort::Struct];
    loop {
        if random.below(8) == 0 {
            // A cast to what the first argument names, in something or alone.
            let cast = Expr::Cast(Box::new((Expr::Hole(0), Expr::Hole(1))));
            let value = if random.below(2) == 0 { cast } else { infix("*", 13, Expr::Atom("b"), cast) };
            let takes = vec![Sort::Type, Sort::Int];
            return Typed {
                rule: Rule { holes: 2, typed: false, template: Template::Value(value) },
                takes,
                gives: Sort::Int,
            };
        }
        let takes: Vec<Sort> = (0..1 + random.below(5) / 2).map(|_| SORTS[random.below(SORTS.len())]).collect();
        let gives = SORTS[random.below(SORTS.len())];
        let depth = 1 + random.below(3);
        let mut maker = Maker { random, rules: &[], holes: takes.iter().copied().enumerate().collect() };
        let value = maker.make(gives, depth);
        // An argument with sites in it that goes to another place than it had is refused: few of those.
        let in_order = value.holes().is_sorted() || maker.random.below(10) == 0;
        if maker.holes.is_empty() && in_order && !matches!(value, Expr::Hole(_)) {
            let rule = Rule { holes: takes.len(), typed: false, template: Template::Value(value) };
            return Typed { rule, takes, gives };
        }
    }
}

/// Statements that an expression stands in.
const STATEMENTS: &[(&str, &str)] = &[
    ("return ", ";"),
    ("", ";"),
    ("a = ", ";"),
    ("int v = ", ";"),
    ("if (", ") b = 1;"),
    ("while (", ") b--;"),
    ("for (; ", "; c++) b--;"),
    ("for (", "; b; c++) b--;"),
    ("switch (", ") { case 1: a = 2; }"),
    ("do b--; while (", ");"),
    ("int w[] = { ", ", 1 };"),
    ("g(b, ", ");"),
    ("b = c, ", ";"),
];

/// What a statement's rule may put around its argument.
const TEMPLATES: &[(&str, &str)] =
    &[("return ", ";"), ("a = ", ";"), ("if (", ") b = 1;"), ("while (", ") b--;"), ("f(", ");"), ("b += c, ", ";")];

/// A case, made from the seed and its number alone.
pub fn case(number: usize, seed: u64) -> Case {
    let mut random = Random::new(seed.wrapping_mul(1_000_003) + number as u64);
    for _ in 0..20 {
        random.below(2);
    }
    loop {
        let mut rules: Vec<Typed> = (0..1 + random.below(3)).map(|_| rule(&mut random)).collect();
        let mut body = String::new();
        let depth = 1 + random.below(4);
        let mut maker = Maker { random: &mut random, rules: &rules, holes: Vec::new() };
        let expression = maker.make(Sort::Int, depth);
        let (before, behind) = STATEMENTS[random.below(STATEMENTS.len())];
        let value = |e: &Expr, least| e.written(least, Spelling::Source(NAME), false);
        if random.below(5) == 0 {
            let (before, behind) = TEMPLATES[random.below(TEMPLATES.len())];
            let mut maker = Maker { random: &mut random, rules: &[], holes: vec![(0, Sort::Int)] };
            let template = maker.make(Sort::Int, 1);
            if maker.holes.is_empty() {
                let call = Expr::Site(rules.len(), vec![expression.clone()]);
                writeln!(body, "\t{};", value(&call, 0)).unwrap();
                let template = Template::Statement(before, template, behind);
                rules.push(Typed {
                    takes: vec![Sort::Int],
                    gives: Sort::Type,
                    rule: Rule { holes: 1, typed: false, template },
                });
            }
        }
        let listed = before.ends_with("{ ") || before.ends_with("(b, ") || before.starts_with("int ");
        let least = if listed || before.ends_with(", ") { ASSIGNMENT } else { 0 };
        writeln!(body, "\t{before}{}{behind}", value(&expression, least)).unwrap();
        if expression.depth() > 0 {
            let source = format!("int case_{number}(void)\n{{\n{body}\treturn d;\n}}\n");
            return Case {
                number,
                rules: rules.into_iter().map(|r| r.rule).collect(),
                source,
                depth: expression.depth(),
            };
        }
    }
}

/// The rules of a case as macros.
fn macros(case: &Case) -> String {
    let mut out = String::new();
    for (n, rule) in case.rules.iter().enumerate() {
        let holes: Vec<String> = (0..rule.holes).map(|hole| format!("x{hole}")).collect();
        let value = |e: &Expr| e.written(0, Spelling::Macro, false);
        let value = match &rule.template {
            Template::Value(template) => format!("({})", value(template)),
            Template::Statement(before, template, behind) => {
                format!("{before}{}{}", value(template), behind.strip_suffix(';').unwrap())
            }
        };
        writeln!(out, "#undef {NAME}{n}\n#define {NAME}{n}({}) {value}", holes.join(", ")).unwrap();
    }
    out
}

/// A pair of functions, the ideal and the result.
struct Pair<'a> {
    judged: &'a mut Judged,
    ideal: String,
    got: String,
}

/// Compiles all results beside their ideals, and notes where they differ.
pub fn compare(gcc: &Path, folder: &Path, judged: &mut [Judged]) {
    let pair = |judged: &'_ mut Judged| {
        let result = judged.result()?.to_owned();
        let ideal = macros(&judged.case) + &judged.case.source.replace("int case_", "int ideal_");
        let rename = |text: &str| text.replace("int case_", "int got_");
        Some((ideal, rename(&result)))
    };
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    for one in judged.iter_mut() {
        if let Some((ideal, got)) = pair(one) {
            pairs.push(Pair { judged: one, ideal, got });
        }
    }
    let wrong = compile(gcc, folder, &pairs, false).0;
    pairs.retain_mut(|pair| {
        let number = pair.judged.case.number;
        let (ideal, got) = (wrong.get(&(number, true)), wrong.get(&(number, false)));
        match (ideal, got) {
            (Some(_), _) => pair.judged.has_no_ideal = true,
            (None, Some(error)) => {
                pair.judged.fail("it does not compile any more", &pair.ideal, &format!("{}{error}", pair.got))
            }
            (None, None) => return true,
        }
        false
    });
    let dumps = compile(gcc, folder, &pairs, true).1;
    let of = |pair: &Pair<'_>, name: &str| dumps[&format!("{name}_{}", pair.judged.case.number)].clone();
    pairs.retain(|pair| of(pair, "ideal") != of(pair, "got"));
    if pairs.is_empty() {
        return;
    }
    // gcc simplifies some trees by where parentheses stand, before it writes them. Then it comes to the same code.
    compile(gcc, folder, &pairs, false);
    let codes = assembled(gcc, folder);
    for pair in pairs {
        let number = pair.judged.case.number;
        if codes[&format!("ideal_{number}")] != codes[&format!("got_{number}")] {
            let (ideal, got) = (pair.ideal.clone() + &of(&pair, "ideal"), pair.got.clone() + &of(&pair, "got"));
            pair.judged.fail("it is another tree", &ideal, &got);
        }
    }
}

/// The machine code of each function of the file that was compiled last, labels numbered anew in each.
fn assembled(gcc: &Path, folder: &Path) -> BTreeMap<String, String> {
    let file = folder.join("oracle.s");
    let mut command = Command::new(gcc);
    command.args([
        "-std=gnu11",
        "-w",
        "-O2",
        "-fno-toplevel-reorder",
        "-fno-ipa-icf",
        "-fno-asynchronous-unwind-tables",
    ]);
    let status = command.args(["-S", "-o"]).arg(&file).arg("oracle.c").current_dir(folder).status().unwrap();
    assert!(status.success());
    let text = std::fs::read_to_string(file).unwrap();
    let mut out = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        match line.strip_suffix(':').filter(|l| l.starts_with("ideal_") || l.starts_with("got_")) {
            Some(function) => name = function.to_owned(),
            None if line.contains(&name) || line.starts_with("\t.") => {}
            None => writeln!(out.entry(name.clone()).or_insert_with(String::new), "{line}").unwrap(),
        }
    }
    out.into_iter().map(|(name, code)| (name, numbered_anew(&code, ".L"))).collect()
}

/// The functions with errors, by case and whether they are the ideal, and with `dump` the trees of all functions.
#[allow(clippy::type_complexity)]
fn compile(
    gcc: &Path,
    folder: &Path,
    pairs: &[Pair<'_>],
    dump: bool,
) -> (BTreeMap<(usize, bool), String>, BTreeMap<String, String>) {
    let mut text = HEAD.to_owned();
    let mut starts: Vec<(usize, (usize, bool))> = Vec::new();
    let mut lines = HEAD.lines().count();
    for pair in pairs {
        // The result comes first: an error in it must not be one of the ideal, which reads on.
        for (code, ideal) in [(&pair.ideal, true), (&pair.got, false)] {
            starts.push((lines + 1, (pair.judged.case.number, ideal)));
            lines += code.lines().count();
            text += code;
        }
    }
    let (file, tree) = (folder.join("oracle.c"), folder.join("oracle.original"));
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(gcc);
    command.args(["-std=gnu11", "-w", "-fsyntax-only"]).current_dir(folder).arg("oracle.c");
    if dump {
        command.arg(format!("-fdump-tree-original={}", tree.display()));
    }
    let said = command.output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr);
    let mut wrong = BTreeMap::new();
    for line in said.lines().filter(|l| l.contains("error:")) {
        let number = line.strip_prefix("oracle.c:").and_then(|l| l.split(':').next()?.parse::<usize>().ok());
        let Some(number) = number else { continue };
        let at = starts.partition_point(|s| s.0 <= number) - 1;
        wrong.entry(starts[at].1).or_insert_with(|| line.to_owned());
    }
    assert!(!dump || wrong.is_empty(), "{said}");
    (wrong, if dump { functions(&std::fs::read_to_string(tree).unwrap()) } else { BTreeMap::new() })
}

/// The functions of a dump by name, what is numbered by its place counted anew in each.
fn functions(dump: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for part in dump.split(";; Function ").skip(1) {
        let (name, body) = part.split_once(' ').unwrap();
        let body = body.split_once("\n\n").map_or("", |b| b.1);
        out.insert(name.to_owned(), numbered_anew(body, "D.").trim().to_owned());
    }
    out
}

/// A text in which what begins so and goes on with a number is numbered by its order.
fn numbered_anew(text: &str, stem: &str) -> String {
    let mut numbers: Vec<&str> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(stem) {
        let behind = &rest[at + stem.len()..];
        let number = &behind[..behind.bytes().take_while(u8::is_ascii_digit).count()];
        if !numbers.contains(&number) {
            numbers.push(number);
        }
        let known = numbers.iter().position(|n| *n == number).unwrap();
        write!(out, "{}{stem}{known}", &rest[..at]).unwrap();
        rest = &behind[number.len()..];
    }
    out + rest
}
