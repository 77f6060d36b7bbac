use super::Failure;
use super::console::Screen;
use std::fs::File;
use std::io::{self, Read};
use treepatch::patchset::{Diagnostic, Patchset, builtin, builtins, load, nearest};
use treepatch::render::render_in;

/// A larger file is no patchset.
const LIMIT: u64 = 64 << 20;

/// Finds and loads the patchset that an argument names: a file, if it has a `/` or ends in `.toml`, else a built-in.
pub fn find(name: &str, screen: Screen) -> Result<Patchset, Failure> {
    let text = if name.contains('/') || name.ends_with(".toml") { read(name)? } else { known(name)?.to_owned() };
    load(name, &text).map_err(|diagnostics| refused(diagnostics, name, &text, screen))
}

/// The text of a built-in patchset.
pub fn known(name: &str) -> Result<&'static str, Failure> {
    builtin(name).ok_or_else(|| {
        let names: Vec<&str> = builtins().map(|(name, _)| name).collect();
        let meant = nearest(name, names.iter().copied()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        let list = match names.as_slice() {
            [] => "there are none".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        Failure::Usage(format!(
            "there is no built-in patchset `{name}`{meant} ({list}; a file needs a `/` in its name or ends in `.toml`)"
        ))
    })
}

/// A patchset that does not load, as messages that show the lines at fault.
pub fn refused(diagnostics: Vec<Diagnostic>, origin: &str, text: &str, screen: Screen) -> Failure {
    let shown = |c| render_in(c, origin, text, screen.color, screen.width);
    Failure::Patchset(diagnostics.iter().map(shown).collect())
}

/// The text of a patchset file.
pub fn read(name: &str) -> Result<String, Failure> {
    let failed = |e: &io::Error| Failure::Usage(format!("{name}: cannot read the patchset: {e}"));
    let mut bytes = Vec::new();
    let file = File::open(name).map_err(|e| failed(&e))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(Failure::Usage(format!("{name}: is a folder, not a patchset file")));
    }
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::Usage(format!("{name}: is larger than {} MiB, too large for a patchset", LIMIT >> 20)));
    }
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        Failure::Usage(format!("{name}:{line}: is not UTF-8, as TOML must be"))
    })
}
