//! Tries the imports of gofmt-clean Go files that compile, whose paths are read from standard input: each import must
//! be found used, and one more, or one less, must leave the file as gofmt writes it. With a folder as argument the
//! results are put there, for `gofmt -l`.

use treepatch::golang::format::{is_clean, realign};
use treepatch::golang::imports::{ImportSpec, LocalName, add, local_name, remove, specs};
use treepatch::golang::types::is_used;
use treepatch::language::Language;
use treepatch::source::{Edit, Limits, Source, apply_edits, sort_edits};

const NEW: &[&str] =
    &["fmt", "a", "zip/z", "net/http", "github.com/x/y", "code.cloudfoundry.org/lager", "golang.org/x/sys/unix"];

fn main() {
    let folder = std::env::args().nth(1).map(std::path::PathBuf::from);
    let (mut files, mut imports, mut unused, mut unclean) = (0, 0, 0, 0);
    for path in std::io::stdin().lines().map_while(Result::ok) {
        let Some(source) = std::fs::read(&path).ok().and_then(parse).filter(is_clean) else { continue };
        files += 1;
        for spec in specs(&source) {
            let named = if spec.name.is_none() { local_name(&source, &spec.path) } else { spec.local_name() };
            let LocalName::Named(name) = named else { continue };
            if spec.path == "C" {
                continue;
            }
            imports += 1;
            if !is_used(&source, &name) {
                unused += 1;
                println!("{path}: {name} ({}) is not used", spec.path);
            }
        }
        let removed: Vec<ImportSpec> = specs(&source);
        let one =
            removed.get(files % removed.len().max(1)).and_then(|s| remove(&source, &s.path).ok()).unwrap_or_default();
        for (kind, edits) in [("add", add(&source, NEW[files % NEW.len()], None)), ("remove", one)] {
            let Some(result) = edited(&source, edits) else { continue };
            if !is_clean(&result) {
                unclean += 1;
                println!("{path}: not clean after {kind}");
            }
            if let Some(folder) = &folder {
                let file = folder.join(format!("{kind}{files}.go"));
                if let Err(error) = std::fs::write(&file, result.bytes.as_slice()) {
                    println!("{}: {error}", file.display());
                }
            }
        }
    }
    println!("{files} files, {imports} named imports, {unused} found unused, {unclean} results not clean");
}

fn parse(bytes: Vec<u8>) -> Option<Source> {
    Source::parse(Language::Go, bytes, Limits::default()).ok()
}

fn edited(source: &Source, mut edits: Vec<Edit>) -> Option<Source> {
    sort_edits(&mut edits).ok()?;
    let (bytes, placed) = apply_edits(&source.bytes, &edits);
    let result = parse(bytes)?;
    let mut spaces = realign(source, &edits, &result, &placed);
    sort_edits(&mut spaces).ok()?;
    parse(apply_edits(&result.bytes, &spaces).0)
}
