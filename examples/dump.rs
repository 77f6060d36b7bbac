use std::io::Read;
fn main() {
    let l = std::env::args().nth(1).unwrap();
    let mut s = Vec::new();
    std::io::stdin().read_to_end(&mut s).unwrap();
    let l = if l == "go" { treepatch::language::Language::Go } else { treepatch::language::Language::C };
    let s = treepatch::source::Source::parse(l, s, Default::default()).unwrap();
    for (i, t) in s.tokens.iter().enumerate() {
        println!("{i} {:?} {:?} {:?} {}", t.gap, String::from_utf8_lossy(s.text(i)), t.atom, s.kind(t.node));
    }
    for l in &s.lists {
        println!(
            "{:?} {} {:?} {:?}",
            l.kind,
            s.kind(l.node),
            l.inside,
            l.items.iter().map(|i| i.tokens.clone()).collect::<Vec<_>>()
        );
    }
    println!("{:?}", s.errors);
}
