//! Measures the aligner on gofmt-clean Go files, whose paths are read from standard input.
//!
//! Without arguments: which files it would change, which should be none. With `SEED FOLDER`: each file is disturbed
//! at random; the folder gets `disturbed/N.go`, to be formatted with `gofmt -w`, and `aligned/N.go` to compare with it.

use treepatch::golang::format;
use treepatch::language::Language;
use treepatch::source::{Limits, Source};

#[path = "../tests/it/disturb/mod.rs"]
mod disturb;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let read = std::io::stdin().lines().map_while(Result::ok).filter_map(|path| {
        let bytes = std::fs::read(&path).ok()?;
        Some((path, Source::parse(Language::Go, bytes, Limits::default()).ok()?))
    });
    let (sources, broken): (Vec<_>, Vec<_>) = read.partition(|(_, source)| source.errors.is_empty());
    match &arguments[..] {
        [seed, folder] => write_disturbed(&sources, seed.parse().unwrap_or(1), folder),
        _ => report_changes(&sources),
    }
    println!("{} more files have syntax errors", broken.len());
}

fn report_changes(sources: &[(String, Source)]) {
    let mut changed = 0;
    for (path, source) in sources {
        let all = 0..source.bytes.len();
        let found = format::align(source, &[all]);
        let Some(first) = found.first() else { continue };
        changed += 1;
        let (line, column) = source.lines.place(first.bytes.start);
        let was = String::from_utf8_lossy(&source.bytes[first.bytes.clone()]);
        let is = String::from_utf8_lossy(&first.text);
        println!("{path}:{line}:{column}: {was:?} -> {is:?} and {} more", found.len() - 1);
    }
    println!("{changed} of {} files changed", sources.len());
}

fn write_disturbed(sources: &[(String, Source)], seed: u64, folder: &str) {
    let mut random = disturb::Random::new(seed);
    let write = |kind: &str, number: usize, bytes: &[u8]| {
        let folder = std::path::Path::new(folder).join(kind);
        if let Err(error) =
            std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(format!("{number}.go")), bytes))
        {
            println!("{}: {error}", folder.display());
        }
    };
    for (number, (_, source)) in sources.iter().enumerate() {
        let Some((disturbed, touched)) = disturb::disturb(source, &mut random) else { continue };
        let aligned = disturb::edited(&disturbed, format::align(&disturbed, &touched));
        write("disturbed", number, &disturbed.bytes);
        write("aligned", number, &aligned);
        write("clean", number, &source.bytes);
    }
}
