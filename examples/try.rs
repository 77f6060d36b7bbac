//! Compiles a body and prints its elements.
use treepatch::{language::Language, patchset::*, pattern::*};
fn main() {
    let mut t = String::new();
    std::io::Read::read_to_string(&mut std::io::stdin(), &mut t).unwrap();
    let lang = if std::env::args().nth(1).as_deref() == Some("c") { Language::C } else { Language::Go };
    let rows: Vec<Row> = t
        .lines()
        .map(|l| Row {
            sign: match &l[..1] {
                "-" => Sign::Minus,
                "+" => Sign::Plus,
                _ => Sign::Context,
            },
            text: l[1..].to_owned(),
            at: 0,
        })
        .collect();
    let f = Fragment { rows, span: 0..1 };
    let toml = "format=1\n[patchset]\nname='a'\ntitle='a'\n[[patch]]\nid='a'\ntitle='a'\nwhy='a'\nfiles=['*.go']\ndiff='''\n-a\n+b\n'''\n";
    let ps = load("x", toml).unwrap();
    let Work::Edit(h) = &ps.patches[0].bodies[0].work else { panic!() };
    let mut h = h[0].clone();
    h.diff = f;
    match compile_hunk(&h, lang, &mut Names::default()) {
        Ok(p) => {
            for s in &p.shapes {
                println!("root {:?} {:?}", s.before.root, s.after.root);
                for (n, side) in [("before", &s.before), ("after", &s.after)] {
                    println!("{n}");
                    for (i, e) in side.elements.iter().enumerate() {
                        println!(
                            "  {i} {:?} gap {:?} row {} list {:?} prior {:?}/{:?}",
                            match &e.part {
                                Part::Token { text, .. } => String::from_utf8_lossy(text).into_owned(),
                                p => format!("{p:?}"),
                            },
                            e.gap,
                            e.row,
                            e.list,
                            e.list_prior,
                            e.hole_prior
                        );
                    }
                }
                println!("{:?}\n{:?}", s.keeps, s.changes);
            }
        }
        Err(e) => println!("{e:?}"),
    }
}
