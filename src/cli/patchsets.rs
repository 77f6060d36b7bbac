use super::Failure;
use super::console::Screen;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use treepatch::patchset::{
    Diagnostic, Joined, Part, Patchset, builtin, builtins, includes, load_joined, nearest, part_of,
};
use treepatch::render::render_in;

/// A larger file is no patchset.
const LIMIT: u64 = 64 << 20;

/// Finds and loads the patchset that an argument names: a file, if it has a `/` or ends in `.toml`, else a built-in.
pub fn find(name: &str, screen: Screen) -> Result<Patchset, Failure> {
    let text = if name.contains('/') || name.ends_with(".toml") { read(name)? } else { known(name)?.to_owned() };
    let mut joined = Joined::new(name, &text);
    if name.contains('/') || name.ends_with(".toml") {
        for path in included(Path::new(name), &text)? {
            joined.push(&path, &read(&path)?);
        }
    }
    load_joined(&joined).map_err(|diagnostics| refused(diagnostics, &joined.parts, &joined.text, screen))
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
pub fn refused(diagnostics: Vec<Diagnostic>, parts: &[Part], text: &str, screen: Screen) -> Failure {
    let shown = |diagnostic: &Diagnostic| {
        let own = part_of(parts, diagnostic.span.start);
        let (origin, start) = own.map_or(("", 0), |part| (part.origin.as_str(), part.start));
        let span = diagnostic.span.start - start..diagnostic.span.end.max(diagnostic.span.start) - start;
        let diagnostic = Diagnostic { span, ..diagnostic.clone() };
        render_in(&diagnostic, origin, text.get(start..).unwrap_or(""), screen.color, screen.width)
    };
    Failure::Patchset(diagnostics.iter().map(shown).collect())
}

/// The files that a patchset includes, sorted: `include = ["patches/*.toml"]`, relative to its folder.
fn included(file: &Path, text: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for glob in includes(text) {
        let wrong = |why: &str| Failure::Usage(format!("{}: `include` names {glob}: {why}", file.display()));
        let (folder, pattern) = glob.rsplit_once('/').unwrap_or(("", &glob));
        let is_inside = !glob.starts_with('/') && folder.split('/').all(|part| part != "..");
        if !is_inside || folder.contains(['*', '?', '[', '{']) {
            return Err(wrong("it names files below the folder of the patchset, as `patches/*.toml` does"));
        }
        let matcher = globset::Glob::new(pattern).map_err(|error| wrong(&error.kind().to_string()))?.compile_matcher();
        let folder = file.parent().unwrap_or(Path::new("")).join(folder);
        let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        let entries = std::fs::read_dir(shown).map_err(|error| wrong(&format!("{}: {error}", shown.display())))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| matcher.is_match(name)).collect();
        if names.is_empty() {
            return Err(wrong("there is no such file"));
        }
        names.sort();
        let own = |path: &PathBuf| path.as_path() != file;
        found
            .extend(names.into_iter().map(|name| folder.join(name)).filter(own).map(|path| path.display().to_string()));
    }
    Ok(found)
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
