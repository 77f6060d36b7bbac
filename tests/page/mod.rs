//! Pages, as the files of `testdata/cases` and `testdata/rebase` are: sections that begin with `-- name --`.

/// A page: its sections in order. Text before the first section says what the page shows.
pub struct Page {
    pub head: String,
    pub sections: Vec<(String, String)>,
}

impl Page {
    pub fn read(text: &str) -> Page {
        let mut page = Page { head: String::new(), sections: Vec::new() };
        for line in text.split_inclusive('\n') {
            let name = line.trim_end().strip_prefix("-- ").and_then(|l| l.strip_suffix(" --"));
            match (name, page.sections.last_mut()) {
                (Some(name), _) => page.sections.push((name.to_owned(), String::new())),
                (None, Some(section)) => section.1.push_str(line),
                (None, None) => page.head.push_str(line),
            }
        }
        page
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|s| s.0 == name).map(|s| s.1.as_str())
    }
}
