//! Where a file can be cut between two items of its top level, found without a tree.
//!
//! A scan that knows strings, comments, brackets and preprocessor lines costs a hundredth of a parse. It cuts too
//! seldom rather than once too often: what it is not sure of stays together, and a file that it does not understand
//! is not cut at all. Two neighbours that are cut apart parse alone as they do together.

use super::Language;
pub use cuts::Cuts;

pub mod c;
mod cuts;
pub mod go;
pub mod lex;

impl Language {
    /// Cuts a file between items of its top level; `None` where the scan does not understand it.
    pub fn cuts(self, bytes: &[u8]) -> Option<Cuts> {
        match self {
            Language::Go => go::cuts(bytes),
            Language::C => c::cuts(bytes),
            Language::Text => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file with a `|` wherever it is cut.
    fn cut(language: Language, text: &str) -> String {
        let Some(cuts) = language.cuts(text.as_bytes()) else { return "not cut".to_owned() };
        let mut out = String::new();
        let ends = cuts.starts[1..].iter().copied().chain([text.len()]);
        for (&start, end) in cuts.starts.iter().zip(ends) {
            if start > 0 {
                out.push('|');
            }
            out.push_str(&text[start..end]);
        }
        out
    }

    #[track_caller]
    fn cuts(language: Language, wanted: &str) {
        assert_eq!(cut(language, &wanted.replace('|', "")), wanted);
    }

    #[test]
    fn go_is_cut_before_a_declaration_and_the_comments_above_it() {
        let text = "package p\n|\nimport \"x\"\n|\n// f does.\nfunc f() {\n\tfunc() {}()\n}\n|\nvar (\n\ta = 1\n)\n|\ntype T int\n";
        cuts(Language::Go, text);
        assert_eq!(Language::Go.cuts(text.replace('|', "").as_bytes()).unwrap().header, 2);
    }

    #[test]
    fn go_is_not_cut_within_a_declaration() {
        cuts(
            Language::Go,
            "package p\n|\nvar f =\n\nfunc() {\n}\n|\nvar s = `\n\nfunc x() {}\n` // a\n|\nvar c chan\n\nfunc ()\n",
        );
        cuts(
            Language::Go,
            "package p\n|\nvar r = '\"'\n|\nvar e = \"\\\"\"\n|\n/* a\n\nfunc no() {}\n*/\nfunc g() {}\n",
        );
        cuts(Language::Go, "package p; func f() {}; func g() {}\n|\nfunc h() {}\n");
    }

    #[test]
    fn go_is_cut_at_empty_lines_alone_so_that_no_column_is_torn() {
        cuts(Language::Go, "package p\n|\nvar a = 1 // x\nvar bc = 2 // y\n// z\n\ntype T int\n|  \r\nfunc f() {}\n");
    }

    #[test]
    fn torn_go_is_not_cut() {
        for text in ["package p\nfunc f() {\n", "package p\n}\nfunc f() {}\n", "package p\nvar s = \"a\nfunc f() {}\n"]
        {
            assert_eq!(cut(Language::Go, text), "not cut", "{text}");
        }
    }

    #[test]
    fn c_is_cut_behind_semicolons_bodies_and_directives() {
        cuts(
            Language::C,
            "#include <a.h>\n|/* a */\nstruct s {\n\tint a;\n} x;\n|\nint f(int a)\n{\n\tif (a) {\n\t}\n}\n|MODULE(\"}\");\n|",
        );
        cuts(Language::C, "int a; /* one */\n|int b, // two\n    c;\n|#define M(x) \\\n\t{ x\n|int d;\n|");
    }

    #[test]
    fn c_keeps_conditionals_whole() {
        cuts(Language::C, "#ifdef A\nint a;\n#else\nint b;\n#endif\n|int f(void)\n{\n#if X\n\tg();\n#endif\n}\n|");
        cuts(
            Language::C,
            "#ifdef A\nstatic\n#endif\nint f(void)\n{\n}\n|int g(void)\n{\n#if A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n\t}\n}\n|",
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        cuts(Language::C, "\u{feff}#include <a.h>\n|int a;\n|");
        cuts(Language::C, "\u{feff}#ifdef A\nint a;\n#endif\n|int b;\n|");
        cuts(Language::Go, "\u{feff}package p\n|\nfunc f() {}\n");
    }

    #[test]
    fn c_keeps_what_may_go_on() {
        cuts(Language::C, "MACRO(a)\nint f(void)\n{\n}\n|enum e {\n\tA\n}\n__packed;\n|int a[] = {\n\t1\n}, b;\n|");
        cuts(Language::C, "extern \"C\" {\nint a;\n}\nint b;\n|");
        cuts(Language::C, "const char *t =\n#include \"t.h\"\n;\n|#error It's gone\n|int c = '\"';\n|");
    }

    #[test]
    fn c_that_is_not_understood_is_not_cut() {
        for text in [
            "int f(a)\nint a;\n{\n}\n",
            "#ifdef A\nint f(void) {\n#else\nint g(void) {\n#endif\nint x;\n",
            "#if A\nvoid f(void) {\n#endif\n}\n",
            "int a = \"\n;\n",
            "int f(void) {\n",
            "}\nint a;\n",
            "#endif\nint a;\n",
        ] {
            assert_eq!(cut(Language::C, text), "not cut", "{text}");
        }
    }
}
