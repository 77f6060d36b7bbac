use std::io::Read;
fn main() {
    let mut s = Vec::new();
    std::io::stdin().read_to_end(&mut s).unwrap();
    let s = treepatch::source::Source::parse(treepatch::language::Language::Go, s, Default::default()).unwrap();
    let mut depth = vec![0usize; s.nodes.len()];
    for (i, n) in s.nodes.iter().enumerate() {
        if i > 0 {
            depth[i] = depth[n.parent] + 1;
        }
        let t = String::from_utf8_lossy(s.node_text(i)).replace('\n', "⏎");
        println!(
            "{}{}{}{} | {}",
            "  ".repeat(depth[i]),
            if n.field.is_empty() { "" } else { n.field },
            if n.field.is_empty() { "" } else { ": " },
            n.kind,
            t.chars().take(50).collect::<String>()
        );
    }
    println!("{:?}", s.errors);
}
