//! Reads gofmt-clean Go files and says which of them the aligner would change.
use treepatch::golang::columns;
use treepatch::language::Language;
use treepatch::source::{Limits, Source};

fn main() {
    let (mut files, mut broken, mut changed, mut edits) = (0, 0, 0, 0);
    let show = std::env::var_os("SHOW").is_some();
    for path in std::io::stdin().lines().map_while(Result::ok) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let Ok(source) = Source::parse(Language::Go, bytes, Limits::default()) else { continue };
        files += 1;
        if !source.errors.is_empty() {
            broken += 1;
            println!("{path}: has syntax errors");
            continue;
        }
        let all = 0..source.bytes.len();
        let found = columns::align(&source, &[all]);
        changed += usize::from(!found.is_empty());
        edits += found.len();
        if let Some(first) = found.first() {
            let (line, column) = source.lines.place(first.bytes.start);
            let was = String::from_utf8_lossy(&source.bytes[first.bytes.clone()]);
            println!("{path}:{line}:{column}: {was:?} -> {:?} ({} edits)", String::from_utf8_lossy(&first.text), found.len());
            if show {
                println!("  {}", String::from_utf8_lossy(&source.bytes[source.lines.around(first.bytes.end, &source.bytes)]));
            }
        }
    }
    println!("{files} files, {broken} with syntax errors, {changed} changed, {edits} edits");
}
