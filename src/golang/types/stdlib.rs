//! The declarations that types are read from where the tree does not bring them along: Go's standard library, and a
//! few names of public packages that have always meant the same.

static STANDARD: &str = include_str!("std/std.txt");
static KNOWN: &str = include_str!("std/known.txt");

/// A package with more bytes than these is split into several files, so that one declaration of it can be read without
/// parsing all of them.
const LARGE: usize = 4 << 10;

/// The files of the packages, which are behind a line `== path` each: import path and Go text.
pub fn files() -> impl Iterator<Item = (&'static str, String)> {
    let packages = |text: &'static str| text.split("\n== ").skip(1).filter_map(|part| part.split_once('\n'));
    let split = |(path, text)| pages(text).into_iter().map(move |page| (path, page));
    packages(STANDARD).chain(packages(KNOWN)).flat_map(split)
}

/// The text of a package as files: the same package clause and imports, and some of the declarations, each of which is
/// one line.
fn pages(text: &str) -> Vec<String> {
    let is_header = |line: &&str| line.starts_with("package ") || line.starts_with("import ");
    let header: String = text.lines().filter(is_header).flat_map(|line| [line, "\n"]).collect();
    let mut pages = vec![header.clone()];
    let mut room = LARGE;
    for line in text.lines().filter(|line| !is_header(line)) {
        if room < line.len() {
            pages.push(header.clone());
            room = LARGE;
        }
        room = room.saturating_sub(line.len() + 1);
        if let Some(page) = pages.last_mut() {
            page.push_str(line);
            page.push('\n');
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_split_between_its_declarations() {
        let long = format!("const A = \"{}\"", "a".repeat(LARGE));
        let text = format!("package p\nimport \"x\"\ntype T int\n{long}\nfunc F(T)\n");
        let header = "package p\nimport \"x\"\n";
        let wanted = ["type T int\n".to_owned(), format!("{long}\n"), "func F(T)\n".to_owned()];
        assert_eq!(pages(&text), wanted.map(|page| format!("{header}{page}")));
    }

    #[test]
    fn every_declaration_is_one_line() {
        let words = ["package ", "import ", "const ", "var ", "func ", "type "];
        for (path, page) in files() {
            let odd = page.lines().find(|line| !words.iter().any(|word| line.starts_with(word)));
            assert_eq!(odd, None, "{path}");
        }
    }
}
