//! `series` files of quilt: which patches there are, in order, and how each is applied.

/// One patch of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its file, relative to the folder of the series.
    pub file: String,
    /// `-pN`: how many folders are taken off its paths.
    pub strip: usize,
    /// `-R`: whether its sides are exchanged.
    pub reversed: bool,
    /// Why it is not applied: what its comment or its guards say.
    pub disabled: Option<String>,
}

/// Reads a series. `is_there` tells of a name whether the folder has such a file: a comment that names one is a patch that
/// somebody has turned off. Fails with a 1-based line and what is wrong there.
pub fn read(text: &str, is_there: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, (usize, String)> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut comment: Vec<String> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix('#') {
            let rest = rest.trim_start_matches('#').trim();
            match entry(rest).ok().filter(|entry| looks_like_patch(&entry.file) && is_there(&entry.file)) {
                Some(found) => {
                    let said = comment.join(" ");
                    let reason = found.disabled.clone().filter(|_| said.is_empty()).unwrap_or(said);
                    let reason = if reason.is_empty() { "commented out in the series".to_owned() } else { reason };
                    entries.push(Entry { disabled: Some(reason), ..found });
                }
                None if !rest.is_empty() => comment.push(rest.to_owned()),
                None => comment.clear(),
            }
            continue;
        }
        comment.clear();
        if line.is_empty() {
            continue;
        }
        entries.push(entry(line).map_err(|why| (number + 1, why))?);
    }
    Ok(entries)
}

fn looks_like_patch(file: &str) -> bool {
    file.ends_with(".patch") || file.ends_with(".diff") || file.contains('/') || !file.contains(' ')
}

/// `name -p0 -R # comment`, and guards: `#+on`, `#-off`.
fn entry(line: &str) -> Result<Entry, String> {
    let (line, comment) = match line.find(" #").or_else(|| line.find("\t#")) {
        Some(at) => (line[..at].trim(), line[at + 1..].trim()),
        None => (line, ""),
    };
    let mut words = line.split_whitespace();
    let file = words.next().ok_or("the line names no file")?.to_owned();
    let mut found = Entry { file, strip: 1, reversed: false, disabled: guarded(comment) };
    while let Some(word) = words.next() {
        let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{word}` is no number of folders"));
        match word {
            "-R" | "--reverse" => found.reversed = true,
            "-p" => found.strip = number(words.next().unwrap_or(""))?,
            "-pab" | "--strip=ab" => found.strip = 1,
            _ => match word.strip_prefix("-p").or_else(|| word.strip_prefix("--strip=")) {
                Some(rest) => found.strip = number(rest)?,
                None => return Err(format!("`{word}` is not understood: `-pN` and `-R` are")),
            },
        }
    }
    match found.file.starts_with('/') || found.file.split('/').any(|part| part == "..") {
        true => Err(format!("`{}` leads out of the folder", found.file)),
        false => Ok(found),
    }
}

/// A patch with a guard `#+name` is applied where that is chosen, and by default none is.
fn guarded(comment: &str) -> Option<String> {
    let guards: Vec<&str> = comment.split_whitespace().filter_map(|word| word.strip_prefix("#+")).collect();
    (!guards.is_empty()).then(|| format!("guarded by {}", guards.join(", ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_series_is_read() {
        let text = "# Not yet.\n#off.patch\n\none.patch\ntwo.patch -p0 -R # upside down\nthree #+arm\n# just a word\nfour #-x\n";
        let entries = read(text, &|name| name == "off.patch").unwrap();
        let told: Vec<_> =
            entries.iter().map(|e| (e.file.as_str(), e.strip, e.reversed, e.disabled.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("off.patch", 1, false, Some("Not yet.")),
                ("one.patch", 1, false, None),
                ("two.patch", 0, true, None),
                ("three", 1, false, Some("guarded by arm")),
                ("four", 1, false, None),
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let none = |_: &str| false;
        assert_eq!(read("a\nb -px\n", &none).unwrap_err().0, 2);
        assert_eq!(read("../x\n", &none).unwrap_err(), (1, "`../x` leads out of the folder".to_owned()));
        assert_eq!(read("a --fuzz\n", &none).unwrap_err().0, 1);
    }
}
