//! A Go file as gofmt lays it out, with comments beside its code.

use crate::disturb::Random;

/// A file, and the lines of code in it that can be shown: with the number of the unit that they are in.
pub struct File {
    pub text: String,
    /// Runs of lines that stand beside each other in one list, as lines of the text without comments and indentation.
    pub lists: Vec<Vec<Item>>,
    /// The next number of a word.
    pub next: usize,
}

/// One item of a list.
#[derive(Clone)]
pub struct Item {
    /// Its code on one line, without comments and tag.
    pub code: String,
    /// The comments directly above it, in order.
    pub above: Vec<String>,
    /// The comment behind it.
    pub behind: Option<String>,
    /// Its tag.
    pub tag: Option<String>,
}

impl File {
    pub fn new(random: &mut Random) -> File {
        let mut file = File { text: "package a\n\nimport _ \"embed\"\n".to_owned(), lists: Vec::new(), next: 0 };
        let mut top = Vec::new();
        for _ in 0..3 + random.below(3) {
            file.text.push('\n');
            match random.below(5) {
                0 => file.container(random, "type T§ struct {\n", "}\n", File::field),
                1 => file.container(random, "var (\n", ")\n", File::spec),
                2 | 3 => file.container(random, "func f§(p§ int) {\n", "}\n", File::statement),
                _ => {
                    let code = file.word("var v§ string");
                    let item = file.commented(random, code, &["//go:embed e§", "// c§", "//nolint:u§", "//tool:x§"]);
                    file.write(&item, "");
                    top.push(item);
                    continue;
                }
            }
        }
        file.lists.push(top);
        file.lists.retain(|list| !list.is_empty());
        file
    }

    /// A word with a number of its own in the place of each `§`.
    pub fn word(&mut self, text: &str) -> String {
        let mut out = String::new();
        for (n, part) in text.split('§').enumerate() {
            if n > 0 {
                self.next += 1;
                out.push_str(&self.next.to_string());
                out.push('q');
            }
            out.push_str(part);
        }
        out
    }

    fn container(&mut self, random: &mut Random, open: &str, close: &str, item: fn(&mut File, &mut Random) -> Item) {
        let open = self.word(open);
        self.text.push_str(&open);
        let items: Vec<Item> = (0..2 + random.below(4)).map(|_| item(self, random)).collect();
        for (n, item) in items.iter().enumerate() {
            if n > 0 && random.below(4) == 0 {
                self.text.push('\n');
                if random.below(2) == 0 {
                    let free = self.word("\t// free§\n\n");
                    self.text.push_str(&free);
                }
            }
            self.write(item, "\t");
        }
        if random.below(5) == 0 {
            let last = self.word("\t// last§\n");
            self.text.push_str(&last);
        }
        self.text.push_str(close);
        self.lists.push(items);
    }

    fn field(&mut self, random: &mut Random) -> Item {
        let code = self.word(if random.below(3) == 0 { "A§, B§ int" } else { "A§ int" });
        let tag = (random.below(2) == 0).then(|| self.word("`json:\"t§\"`"));
        Item { tag, ..self.commented(random, code, &["// c§", "//nolint:u§", "// +marker§"]) }
    }

    fn spec(&mut self, random: &mut Random) -> Item {
        let code = self.word("x§ []byte");
        self.commented(random, code, &["// c§", "//go:embed e§", "//tool:x§"])
    }

    fn statement(&mut self, random: &mut Random) -> Item {
        let code = self.word(["s§(a§, b§)", "y§ := s§(a§)", "defer s§()"][random.below(3)]);
        self.commented(random, code, &["// c§", "//nolint:u§", "// Say§ why."])
    }

    fn commented(&mut self, random: &mut Random, code: String, above: &[&str]) -> Item {
        let lines = [0, 0, 1, 1, 2][random.below(5)];
        let above = (0..lines).map(|_| self.word(above[random.below(above.len())])).collect();
        let behind = ["// d§", "//nolint:w§", "/* e§ */"][random.below(3)];
        let behind = (random.below(3) == 0).then(|| self.word(behind));
        Item { code, above, behind, tag: None }
    }

    fn write(&mut self, item: &Item, indent: &str) {
        item.above.iter().for_each(|comment| self.text.push_str(&format!("{indent}{comment}\n")));
        let parts = [Some(item.code.clone()), item.tag.clone(), item.behind.clone()];
        let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        self.text.push_str(&format!("{indent}{line}\n"));
    }
}
