//! A Go file in which a package's name means other things here and there. Each use says whether it means the package.

use crate::disturb::Random;

pub fn make(random: &mut Random) -> String {
    let mut out = Out { text: "package a\n\nimport \"github.com/pkg/errors\"\n".to_owned(), number: 0 };
    for n in 0..2 + random.below(3) {
        let (head, hidden) = [
            ("func f§() {", false),
            ("func f§(a, errors int) {", true),
            ("func (errors T) f§() {", true),
            ("func f§() (errors int) {", true),
            ("func f§[errors any]() {", true),
            ("func f§(a errors.Frame) {", false),
        ][random.below(6)];
        out.line(0, &format!("\n{}", head.replace('§', &n.to_string())));
        out.block(random, 1, hidden);
        out.line(0, "}");
    }
    out.text
}

struct Out {
    text: String,
    number: usize,
}

impl Out {
    fn line(&mut self, depth: usize, line: &str) {
        self.text.push_str(&format!("{}{line}\n", "\t".repeat(depth)));
    }

    /// A use of the name.
    fn usage(&mut self, hidden: bool) -> String {
        self.number += 1;
        format!("errors.Wrap(\"{}{}\")", if hidden { "no" } else { "yes" }, self.number)
    }

    /// The statements of a block; what they declare is known behind them.
    fn block(&mut self, random: &mut Random, depth: usize, mut hidden: bool) {
        for _ in 0..1 + random.below(4) {
            let inside = if depth < 4 { 14 } else { 6 };
            let using = self.usage(hidden);
            match random.below(inside) {
                0 | 1 => self.line(depth, &using),
                2 => self.line(depth, &format!("x.errors.Wrap({using})")),
                3 => self.line(depth, "errors:"),
                4 => {
                    self.line(depth, &format!("errors := {using}"));
                    hidden = true;
                }
                5 => {
                    let declared =
                        ["var errors = §", "const errors = 1", "type errors struct{}", "var a, errors = §, 1"];
                    self.line(depth, &declared[random.below(4)].replace('§', &using));
                    hidden = true;
                }
                6 => self.nested(random, depth, "{", hidden),
                7 => self.nested(random, depth, &format!("if errors := {using}; errors != nil {{"), true),
                8 => self.nested(random, depth, &format!("if {using} != nil {{"), hidden),
                9 => self.nested(random, depth, &format!("for _, errors := range {using} {{"), true),
                10 => self.nested(random, depth, &format!("for errors = range {using} {{"), hidden),
                11 => self.nested(random, depth, "go func(errors int) {", true),
                12 => {
                    self.line(depth, &format!("switch errors := {using}.(type) {{"));
                    self.line(depth, "case errors.Frame:");
                    self.block(random, depth + 1, true);
                    self.line(depth, "}");
                }
                _ => {
                    self.line(depth, "select {");
                    self.line(depth, &format!("case errors := <-{using}:"));
                    self.block(random, depth + 1, true);
                    self.line(depth, "default:");
                    self.block(random, depth + 1, hidden);
                    self.line(depth, "}");
                }
            }
        }
    }

    fn nested(&mut self, random: &mut Random, depth: usize, head: &str, hidden: bool) {
        self.line(depth, head);
        self.block(random, depth + 1, hidden);
        self.line(depth, if head.starts_with("go ") { "}(1)" } else { "}" });
    }
}
