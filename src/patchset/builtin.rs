use include_dir::{Dir, include_dir};

static PATCHSETS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/patchsets");

/// The text of a patchset that is part of the program.
pub fn builtin(name: &str) -> Option<&'static str> {
    builtins().find(|(found, _)| *found == name).map(|(_, text)| text)
}

/// The patchsets that are part of the program, by name and text: every `.toml` file of the folder `patchsets`.
pub fn builtins() -> impl Iterator<Item = (&'static str, &'static str)> {
    PATCHSETS.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?.strip_suffix(".toml")?;
        Some((name, file.contents_utf8()?))
    })
}
