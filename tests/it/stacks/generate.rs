//! A random stack: a few files, and patches that are each made for what those before them leave.

use crate::disturb::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The files of a tree.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What makes a stack.
pub struct Stack {
    pub is_go: bool,
    pub is_crlf: bool,
    pub random: Random,
    /// A name that no patch has used yet.
    fresh: usize,
    /// Words that a patch looked for and that were nowhere.
    awaited: Vec<String>,
    /// Words that patches before wrote, by patch.
    wrote: Vec<(String, String)>,
}

/// A patch as it stands in the file.
#[derive(Clone)]
pub struct Made {
    pub text: String,
}

impl Stack {
    pub fn new(seed: usize, number: usize) -> Stack {
        let mut random = Random::new((seed * 1_000_003 + number) as u64);
        // Seeds that are close to each other begin alike.
        (0..8).for_each(|_| {
            random.below(2);
        });
        let (is_go, is_crlf) = (number.is_multiple_of(2), random.below(7) == 0);
        Stack { is_go, is_crlf, random, fresh: 0, awaited: Vec::new(), wrote: Vec::new() }
    }

    fn chance(&mut self, of: usize) -> bool {
        self.random.below(of) == 0
    }

    fn end(&self) -> &'static str {
        if self.is_go { "" } else { ";" }
    }

    fn extension(&self) -> &'static str {
        if self.is_go { "go" } else { "c" }
    }

    fn dressed(&self, text: String) -> Vec<u8> {
        if self.is_crlf { text.replace('\n', "\r\n").into_bytes() } else { text.into_bytes() }
    }

    /// The files that the stack begins with.
    pub fn files(&mut self) -> Files {
        let names = if self.chance(2) { vec!["a", "b"] } else { vec!["a"] };
        let mut files = Files::new();
        for name in names {
            let mut text = if self.is_go {
                "package p\n\nimport \"fmt\"\n\nvar _ = fmt.Sprint\n".to_owned()
            } else {
                "#include <stdio.h>\n".to_owned()
            };
            for function in 0..1 + self.random.below(2) {
                let head = if self.is_go { "func" } else { "void" };
                let brace = if self.is_go { " {" } else { "\n{" };
                let none = if self.is_go { "" } else { "void" };
                text.push_str(&format!("\n{head} {name}{function}({none}){brace}\n"));
                for _ in 0..3 + self.random.below(5) {
                    let (call, argument) = (self.random.below(9), self.random.below(4));
                    let comment = if self.chance(8) { format!(" // why {argument}") } else { String::new() };
                    if self.chance(10) {
                        text.push('\n');
                    }
                    text.push_str(&format!("\tcall{call}(arg{argument}){}{comment}\n", self.end()));
                }
                text.push_str("}\n");
            }
            let bytes = self.dressed(text);
            files.insert(PathBuf::from(format!("{name}.{}", self.extension())), bytes);
        }
        files
    }

    /// One more patch, made for the files as they are.
    pub fn patch(&mut self, number: usize, files: &Files) -> Made {
        let id = format!("p{number}");
        let calls = calls(files);
        let (mut head, mut body) = (String::new(), String::new());
        let place = self.random.below(calls.len());
        let Some((call, argument, neighbours)) = calls.get(place).cloned() else { return self.creates(id) };
        let count = calls.iter().filter(|other| other.0 == call).count();
        let mut amended: BTreeSet<String> = BTreeSet::new();
        let new = self.name();
        let end = self.end();
        let any = |count: usize, random: &mut Random| match random.below(3) {
            0 => "expect = \"any\"\n".to_owned(),
            1 => "expect = \"1..\"\n".to_owned(),
            _ => format!("expect = {count}\n"),
        };
        match self.random.below(13) {
            0 | 1 => {
                head.push_str(&any(count, &mut self.random));
                body = diff(&format!("-{call}($x)\n+{new}($x)\n"));
            }
            2 => {
                head.push_str(&any(count, &mut self.random));
                body = diff(&format!("-{call}($x)\n+{new}({call}($x))\n"));
            }
            3 => body = diff(&format!(" {call}({argument}){end}\n+{new}({argument}){end}\n")),
            4 => {
                let comment = if self.chance(2) { " // it is new" } else { "" };
                body = diff(&format!("+{new}({argument}){end}{comment}\n {call}({argument}){end}\n"));
            }
            5 => {
                let Some(next) = neighbours else { return self.creates(id) };
                body = diff(&format!(" {call}({argument}){end}\n+{new}(1){end}\n {next}{end}\n"));
            }
            6 => {
                let Some(next) = neighbours else { return self.creates(id) };
                body = diff(&format!("-{call}({argument}){end}\n {next}{end}\n"));
            }
            7 => {
                // Hunks that share a hole.
                let other = calls[self.random.below(calls.len())].0.clone();
                head.push_str("expect = \"1..\"\n");
                let new2 = self.name();
                for (old, new) in [(&call, &new), (&other, &new2)] {
                    body.push_str(&format!("[[patch.hunk]]\n{}", diff(&format!("-{old}($x)\n+{new}($x)\n"))));
                }
            }
            8 => {
                let gone = self.name();
                head.push_str("expect = \"any\"\n");
                body = diff(&format!("-{gone}($x)\n+{new}($x)\n"));
                body.push_str(&format!("[[patch.alternative]]\n{}", diff(&format!("-{call}($x)\n+{new}($x)\n"))));
            }
            9 => {
                let pick = if self.chance(2) { "first" } else { "last" };
                head.push_str(&format!("pick = \"{pick}\"\nexpect = \"1..\"\n"));
                body = diff(&format!("-{call}($x)\n+{new}($x)\n"));
            }
            10 => {
                // It finds nothing; a later one may bring what it looks for.
                let awaited = self.name();
                head.push_str("expect = \"any\"\n");
                body = diff(&format!("-{awaited}($x)\n+{new}($x)\n"));
                self.awaited.push(awaited);
            }
            11 if self.is_go => {
                head.push_str(&any(count, &mut self.random));
                body = diff(&format!("-{call}($x)\n+log.Print($x)\n"));
                body.push_str("imports.log = \"log\"\n");
            }
            11 => body = diff(&format!(" #include <stdio.h>\n+#include <{new}.h>\n")),
            _ => {
                head.push_str(&any(count, &mut self.random));
                let brought = self.awaited.last().cloned().unwrap_or_else(|| new.clone());
                body = diff(&format!("-{call}($x)\n+{brought}($x)\n"));
            }
        }
        // What it changes may be what an earlier one wrote.
        let mine = |(word, _): &&(String, String)| *word == call;
        amended.extend(self.wrote.iter().filter(mine).map(|(_, by)| by.clone()));
        if self.chance(12) {
            amended.clear();
        }
        if self.chance(3) && number > 0 {
            amended.extend(Some(format!("p{}", self.random.below(number))));
        }
        if !amended.is_empty() {
            let ids: Vec<String> = amended.iter().map(|id| format!("\"{id}\"")).collect();
            head.push_str(&format!("amends = [{}]\n", ids.join(", ")));
        } else if number > 0 && self.chance(5) {
            head.push_str(&format!("needs = \"p{}\"\n", self.random.below(number)));
        }
        self.wrote.push((new, id.clone()));
        let files = format!("files = [\"*.{}\"]\n", self.extension());
        Made { text: format!("[[patch]]\nid = \"{id}\"\ntitle = \"t\"\nwhy = \"w\"\n{files}{head}{body}") }
    }

    fn creates(&mut self, id: String) -> Made {
        let (name, call) = (self.name(), self.awaited.last().cloned().unwrap_or_else(|| "call1".to_owned()));
        let (extension, end) = (self.extension(), self.end());
        let code = match self.is_go {
            true => format!("package p\n\nfunc {name}() {{\n\t{call}(arg1){end}\n}}\n"),
            false => format!("void {name}(void)\n{{\n\t{call}(arg1){end}\n}}\n"),
        };
        let text = format!(
            "[[patch]]\nid = \"{id}\"\ntitle = \"t\"\nwhy = \"w\"\ncreate = \"{name}.{extension}\"\ncontent = '''\n{code}'''\n"
        );
        Made { text }
    }

    fn name(&mut self) -> String {
        self.fresh += 1;
        format!("new{}", self.fresh)
    }
}

fn diff(rows: &str) -> String {
    format!("diff = '''\n{rows}'''\n")
}

/// A call on a line of its own: its name, its argument, and the call on the next line.
type Call = (String, String, Option<String>);

fn calls(files: &Files) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for bytes in files.values() {
        let text = String::from_utf8_lossy(bytes);
        let of = |line: &str| -> Option<(String, String)> {
            let code = line.strip_prefix('\t')?.split(" //").next()?.trim_end().trim_end_matches(';');
            let (name, rest) = code.split_once('(')?;
            let argument = rest.strip_suffix(')')?;
            let is_name = name.chars().all(|c| c.is_alphanumeric());
            (is_name && !argument.contains('(')).then(|| (name.to_owned(), argument.to_owned()))
        };
        let lines: Vec<Option<(String, String)>> = text.lines().map(of).collect();
        for (n, call) in lines.iter().enumerate() {
            let Some((name, argument)) = call else { continue };
            let next = lines.get(n + 1).cloned().flatten().map(|(name, argument)| format!("{name}({argument})"));
            calls.push((name.clone(), argument.clone(), next));
        }
    }
    calls
}
