//! New code, written as people in a hurry write it.

use super::Maker;
use crate::properties::place::Place;
use treepatch::language::ListKind;

impl Maker<'_> {
    /// Rows of a new item for the list of a place, and whether they may stand beside others of their kind.
    pub(super) fn snippet(&mut self, place: &Place) -> Option<Vec<String>> {
        let n = self.name();
        let of = |rows: &[&str]| rows.iter().map(|r| r.replace("NEW", &n)).collect::<Vec<String>>();
        let go_statements: &[&[&str]] = &[
            &["NEW(x)"],
            &["NEW( x,y )"],
            &["NEW:=[]int{1,2}"],
            &["NEW = a*b+c // why"],
            &["if NEW {", "\treturn", "}"],
            &["for i := range NEW {", "use( i )", "}"],
            &["// NEW is new.", "defer NEW()"],
            &["var NEW,other int"],
            &["switch NEW {", "case 1:", "\tuse(1)", "}"],
        ];
        let c_statements: &[&[&str]] = &[
            &["NEW (x);"],
            &["NEW( x,y );"],
            &["NEW = a*b+c; /* why */"],
            &["if (NEW) {", "\tuse (1);", "}"],
            &["if (NEW)", "\tuse (1);"],
            &["while (NEW--)", "  {", "    use (1);", "  }"],
            &["/* NEW is new. */", "use (NEW);"],
            &["NEW[0] = *other;"],
        ];
        let go_fields: &[&[&str]] = &[
            &["NEW int"],
            &["NEW,other  map[string]int"],
            &["NEW string `json:\"new\"`"],
            &["// NEW is new.", "NEW []byte // why"],
            &["*NEW"],
        ];
        let c_fields: &[&[&str]] =
            &[&["int NEW;"], &["char *NEW[4]; /* why */"], &["unsigned NEW : 3;"], &["/* NEW is new. */", "long NEW;"]];
        let go_methods: &[&[&str]] = &[&["NEW()"], &["NEW( a int,b string ) error"], &["// NEW is new.", "NEW() int"]];
        let go_file: &[&[&str]] = &[
            &["var NEW = 1"],
            &["const NEW=1<<3 // why"],
            &["type NEW struct {", "\ta int", "\tlonger string", "}"],
            &["func NEW() {", "\tx( 1 )", "}"],
            &["// NEW is new.", "func NEW() int { return 1 }"],
        ];
        let c_file: &[&[&str]] = &[
            &["static int NEW;"],
            &["#define NEW 1"],
            &["int NEW (int a, char *b);"],
            &["struct NEW", "{", "  int a;", "};"],
            &["/* NEW is new.  */", "static int", "NEW (void)", "{", "  return 1;", "}"],
        ];
        let choices: &[&[&str]] = match (place.kind, self.go()) {
            (ListKind::Statements, true) => go_statements,
            (ListKind::Statements, false) => c_statements,
            (ListKind::Fields, true) => go_fields,
            (ListKind::Fields, false) => c_fields,
            (ListKind::Methods, true) => go_methods,
            (ListKind::File, true) => go_file,
            (ListKind::File, false) => c_file,
            (ListKind::Specs, true) => {
                let inside = self.source.lists[place.list].inside.start;
                match self.source.text(inside.checked_sub(2)?) {
                    b"const" => &[&["NEW = 1"], &["NEW=1<<3 // why"], &["NEW int = 7"]],
                    b"var" => &[&["NEW = 1"], &["NEW,other int"], &["// NEW is new.", "NEW = []int{ 1 }"]],
                    b"type" => &[&["NEW int"], &["NEW struct {", "\ta int", "}"], &["NEW=string // why"]],
                    _ => return None,
                }
            }
            (ListKind::Elements, go) => {
                let keyed = self.source.slice(&place.tokens).contains(&b':');
                match (go, keyed, self.source.slice(&place.tokens).starts_with(b".")) {
                    (true, true, _) => &[&["NEW: 1"], &["NEW:  f( x,y )"]],
                    (true, false, _) => &[&["NEW"], &["f( NEW,1 )"]],
                    (false, _, true) => &[&[".NEW = 1"], &[".NEW = { 1, 2 }"]],
                    (false, ..) => &[&["NEW"], &["{ NEW, 1 }"]],
                }
            }
            (ListKind::Enumerators, _) => &[&["NEW"], &["NEW = 7"]],
            _ => return None,
        };
        let chosen = self.random.pick(choices)?;
        Some(of(chosen))
    }

    /// Rows below each other at an indentation.
    pub(super) fn lines(rows: &[String], indent: &str) -> String {
        rows.iter().map(|row| if row.is_empty() { "\n".to_owned() } else { format!("{indent}{row}\n") }).collect()
    }
}
