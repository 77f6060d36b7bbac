use super::declarations::{File, FileId, is_test_name};
use super::stdlib;
use crate::golang::build::{CONTEXTS, ContextId, Header, Modules, base, join, relative};
use crate::language::Language;
use crate::source::{Limits, Source};
use crate::vfs::FileTree;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The Go files of a tree, by folder, read when they are needed and once only.
pub struct World<'t> {
    shared: Arc<Shared<'t>>,
    /// A file that is seen in another state than the tree's.
    overlay: Option<Arc<File>>,
}

struct Shared<'t> {
    tree: Option<&'t dyn FileTree>,
    entries: Vec<Entry>,
    by_dir: HashMap<String, Vec<FileId>>,
    /// Folders by the last part of their path.
    by_base: HashMap<String, Vec<String>>,
    modules: OnceLock<Modules>,
    imports: Mutex<HashMap<(String, String), Option<String>>>,
    /// The files that write an import path.
    importing: OnceLock<HashMap<String, Vec<FileId>>>,
}

struct Entry {
    path: PathBuf,
    dir: String,
    name: String,
    bytes: OnceLock<Option<Arc<Vec<u8>>>>,
    header: OnceLock<Header>,
    file: OnceLock<Option<Arc<File>>>,
}

impl Entry {
    fn new(path: PathBuf) -> Entry {
        let text = path.to_string_lossy().into_owned();
        let (dir, name) = text.rsplit_once('/').unwrap_or(("", &text));
        let (dir, name) = (dir.to_owned(), name.to_owned());
        Entry { path, dir, name, bytes: OnceLock::new(), header: OnceLock::new(), file: OnceLock::new() }
    }
}

/// Where the standard library's declarations are: no folder of a tree has this name.
const STANDARD: &str = "\0std/";

impl<'t> World<'t> {
    /// The world of a tree.
    pub fn new(tree: &'t dyn FileTree) -> World<'t> {
        let paths = tree.paths().iter().filter(|p| p.extension().is_some_and(|e| e == "go"));
        World::of(Some(tree), paths.cloned().collect())
    }

    /// A world of one file, of which nothing else is known.
    pub fn alone(path: &Path) -> World<'static> {
        World::of(None, vec![path.to_owned()])
    }

    fn of(tree: Option<&'t dyn FileTree>, paths: Vec<PathBuf>) -> World<'t> {
        let mut entries: Vec<Entry> = paths.into_iter().map(Entry::new).collect();
        for (number, (package, text)) in stdlib::files().enumerate() {
            let entry = Entry::new(PathBuf::from(format!("{STANDARD}{package}/{number}.go")));
            entry.bytes.get_or_init(|| Some(Arc::new(text.into_bytes())));
            entries.push(entry);
        }
        let mut by_dir: HashMap<String, Vec<FileId>> = HashMap::new();
        for (id, entry) in entries.iter().enumerate() {
            by_dir.entry(entry.dir.clone()).or_default().push(id);
        }
        let mut by_base: HashMap<String, Vec<String>> = HashMap::new();
        for dir in by_dir.keys().filter(|d| !d.starts_with(STANDARD)) {
            by_base.entry(base(dir).to_owned()).or_default().push(dir.clone());
        }
        by_base.values_mut().for_each(|dirs| dirs.sort_unstable());
        let (modules, imports, importing) = (OnceLock::new(), Mutex::default(), OnceLock::new());
        let shared = Shared { tree, entries, by_dir, by_base, modules, imports, importing };
        World { shared: Arc::new(shared), overlay: None }
    }

    /// The same world, but with this file as the given source has it.
    pub fn with(&self, path: &Path, source: &Source) -> World<'t> {
        let known = self.find(path);
        let id = known.unwrap_or(usize::MAX);
        let entry = Entry::new(path.to_owned());
        let header = Header::read(&entry.name, &source.bytes);
        let file = File::new(id, entry.path, entry.dir, header, Arc::new(source.clone()));
        World { shared: self.shared.clone(), overlay: Some(Arc::new(file)) }
    }

    /// The file that the world was made [`World::with`].
    pub fn overlay(&self) -> Option<&Arc<File>> {
        self.overlay.as_ref()
    }

    /// The number of the file with this path.
    pub fn find(&self, path: &Path) -> Option<FileId> {
        let dir = Entry::new(path.to_owned()).dir;
        self.shared.by_dir.get(&dir)?.iter().copied().find(|&id| self.shared.entries[id].path == path)
    }

    /// The numbers of the tree's own files, in the order of their paths.
    pub fn ids(&self) -> std::ops::Range<FileId> {
        let own = self.shared.entries.partition_point(|e| !e.dir.starts_with(STANDARD));
        0..own
    }

    /// The numbers of the files that stand in for packages outside the tree.
    pub fn known_ids(&self) -> std::ops::Range<FileId> {
        self.ids().end..self.shared.entries.len()
    }

    /// The path of a file.
    pub fn path(&self, id: FileId) -> &Path {
        match &self.overlay {
            Some(file) if file.id == id => &file.path,
            _ => &self.shared.entries[id].path,
        }
    }

    /// The folder of a file.
    pub fn dir(&self, id: FileId) -> &str {
        match &self.overlay {
            Some(file) if file.id == id => &file.dir,
            _ => &self.shared.entries[id].dir,
        }
    }

    /// The files of a folder.
    pub fn files_in(&self, dir: &str) -> Vec<FileId> {
        let mut ids = self.shared.by_dir.get(dir).cloned().unwrap_or_default();
        if let Some(file) = &self.overlay
            && file.dir == dir
            && !ids.contains(&file.id)
        {
            ids.push(file.id);
        }
        ids
    }

    /// The files of a folder that hold assembly, for Go's assembler or the C compiler's.
    pub fn assembly_in(&self, dir: &str) -> Vec<PathBuf> {
        let Some(tree) = self.shared.tree else { return Vec::new() };
        let folder = Path::new(dir);
        let is_assembly = |path: &&PathBuf| {
            let assembly = path.extension().is_some_and(|e| e == "s" || e == "S" || e == "sx");
            assembly && path.parent().is_some_and(|parent| parent == folder)
        };
        let paths = tree.paths();
        let from = paths.partition_point(|path| path.as_path() < folder);
        paths[from..].iter().take_while(|path| path.starts_with(folder)).filter(is_assembly).cloned().collect()
    }

    /// The bytes of a file that is none of Go.
    pub fn other(&self, path: &Path) -> Option<Arc<Vec<u8>>> {
        self.shared.tree.and_then(|tree| tree.read(path).ok())
    }

    /// The bytes of a file.
    pub fn bytes(&self, id: FileId) -> Option<Arc<Vec<u8>>> {
        match &self.overlay {
            Some(file) if file.id == id => Some(file.source.bytes.clone()),
            _ => {
                let entry = &self.shared.entries[id];
                entry.bytes.get_or_init(|| self.shared.tree.and_then(|t| t.read(&entry.path).ok())).clone()
            }
        }
    }

    /// The header of a file.
    pub fn header(&self, id: FileId) -> &Header {
        match &self.overlay {
            Some(file) if file.id == id => &file.header,
            _ => {
                let entry = &self.shared.entries[id];
                entry.header.get_or_init(|| match self.bytes(id) {
                    Some(bytes) => Header::read(&entry.name, &bytes),
                    None => Header::default(),
                })
            }
        }
    }

    /// A file, parsed. Nothing when it cannot be read.
    pub fn file(&self, id: FileId) -> Option<Arc<File>> {
        match &self.overlay {
            Some(file) if file.id == id => Some(file.clone()),
            _ => {
                let entry = self.shared.entries.get(id)?;
                let read = || {
                    let bytes = self.bytes(id)?;
                    let limits = self.shared.tree.map_or_else(Limits::default, |tree| tree.limits());
                    let source = Source::parse(Language::Go, bytes, limits).ok()?;
                    let header = self.header(id).clone();
                    Some(Arc::new(File::new(id, entry.path.clone(), entry.dir.clone(), header, Arc::new(source))))
                };
                entry.file.get_or_init(read).clone()
            }
        }
    }

    /// Whether the file holds this word.
    pub fn mentions(&self, id: FileId, word: &str) -> bool {
        match &self.overlay {
            Some(file) if file.id == id => has_word(&file.source.bytes, word),
            _ => self.bytes(id).is_some_and(|bytes| has_word(&bytes, word)),
        }
    }

    /// The files that make up one package with this file, in this context, itself included:
    /// what a name at the top level may be declared in.
    pub fn package_of(&self, file: &File, context: ContextId) -> Vec<FileId> {
        let test = file.is_test();
        let fits = |&id: &FileId| {
            id == file.id || {
                let header = self.header(id);
                header.package == file.header.package
                    && header.contexts & (1 << context) != 0
                    && (test || !is_test_name(&self.path(id).to_string_lossy()))
            }
        };
        self.files_in(&file.dir).into_iter().filter(fits).collect()
    }

    /// The files of the package that can be imported from a folder, in this context.
    pub fn exported_from(&self, dir: &str, context: ContextId) -> Vec<FileId> {
        let mut by_name: std::collections::BTreeMap<&str, Vec<FileId>> = std::collections::BTreeMap::new();
        for id in self.files_in(dir) {
            let header = self.header(id);
            if header.contexts & (1 << context) != 0 && !is_test_name(&self.path(id).to_string_lossy()) {
                by_name.entry(&header.package).or_default().push(id);
            }
        }
        // Of several packages in one folder the largest counts, and a program only when there is nothing else.
        by_name.into_iter().max_by_key(|(name, ids)| (*name != "main", ids.len())).map_or(Vec::new(), |(_, ids)| ids)
    }

    /// The name that the package in a folder has.
    pub fn package_name(&self, dir: &str) -> Option<String> {
        let names = |test: bool| {
            let ids = self.files_in(dir).into_iter();
            let ids = ids.filter(move |&id| test || !is_test_name(&self.path(id).to_string_lossy()));
            ids.map(|id| self.header(id).package.clone()).filter(|p| !p.is_empty()).collect::<Vec<_>>()
        };
        let names = names(false);
        names.iter().find(|n| *n != "main" && *n != "documentation").or(names.first()).cloned()
    }

    /// The folder that an import path means in a file of this folder.
    pub fn resolve_import(&self, from: &str, path: &str) -> Option<String> {
        let key = (from.to_owned(), path.to_owned());
        if let Some(known) = lock(&self.shared.imports).get(&key) {
            return known.clone();
        }
        let found = self.search_import(from, path);
        lock(&self.shared.imports).insert(key, found.clone());
        found
    }

    fn search_import(&self, from: &str, path: &str) -> Option<String> {
        let has_go = |dir: &str| self.shared.by_dir.contains_key(dir);
        if matches!(path.split('/').next(), Some("." | "..")) {
            return relative(from, path).filter(|dir| has_go(dir));
        }
        // Vendored copies, the nearest first.
        let mut above = Some(from);
        while let Some(dir) = above {
            for folder in ["vendor", "Godeps/_workspace/src"] {
                let candidate = join(dir, &format!("{folder}/{path}"));
                if has_go(&candidate) {
                    return Some(candidate);
                }
            }
            above = if dir.is_empty() { None } else { Some(dir.rsplit_once('/').map_or("", |(up, _)| up)) };
        }
        let standard = format!("{STANDARD}{path}");
        let dotted = path.split('/').next().is_some_and(|first| first.contains('.'));
        if !dotted && has_go(&standard) {
            return Some(standard);
        }
        if let Some(dir) = self.modules().find(from, path, &has_go) {
            return Some(dir);
        }
        self.by_suffix(from, path).or_else(|| has_go(&standard).then_some(standard)).or_else(|| {
            let plain = without_major_version(path)?;
            self.search_import(from, &plain)
        })
    }

    fn modules(&self) -> &Modules {
        self.shared.modules.get_or_init(|| match self.shared.tree {
            Some(tree) => Modules::read(tree),
            None => Modules::default(),
        })
    }

    /// The version of Go that the module around a folder is written for.
    pub fn go_version(&self, dir: &str) -> Option<(u32, u32)> {
        self.modules().version_of(dir)
    }

    /// The folder whose path ends in the import path: below `src` of a GOPATH, or below the root.
    fn by_suffix(&self, from: &str, path: &str) -> Option<String> {
        let ends = |dir: &&String| {
            dir.strip_suffix(path).is_some_and(|root| {
                let root_ok = root.is_empty() || root.ends_with("/src/") || root == "src/";
                root_ok && !root.contains("/vendor/") && !root.contains("Godeps/") && !root.starts_with("vendor/")
            })
        };
        let near = |dir: &String| dir.bytes().zip(from.bytes()).take_while(|(a, b)| a == b).count();
        let dirs = self.shared.by_base.get(base(path))?;
        dirs.iter().filter(ends).max_by_key(|d| (near(d), std::cmp::Reverse(d.as_str()))).cloned()
    }

    /// The files of other folders that import this one, in the order of their paths.
    pub fn importers(&self, dir: &str) -> Vec<FileId> {
        let importing = self.shared.importing.get_or_init(|| {
            let mut by_path: HashMap<String, Vec<FileId>> = HashMap::new();
            for id in self.ids() {
                for import in &self.header(id).imports {
                    by_path.entry(import.path.clone()).or_default().push(id);
                }
            }
            by_path
        });
        let path = self.import_path(dir);
        let may = |p: &&String| {
            **p == path || base(p) == base(&path) || p.starts_with('.') || without_major_version(p).is_some()
        };
        let mut found: Vec<FileId> = Vec::new();
        for written in importing.keys().filter(may) {
            let ids = importing[written].iter().copied();
            found.extend(ids.filter(|&id| self.resolve_import(self.dir(id), written).as_deref() == Some(dir)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The import path by which other packages know a folder, as well as it can be reported.
    pub fn import_path(&self, dir: &str) -> String {
        if let Some(path) = dir.strip_prefix(STANDARD) {
            return path.to_owned();
        }
        for mark in ["vendor/", "Godeps/_workspace/src/"] {
            if let Some(at) = dir.rfind(mark).filter(|&at| at == 0 || dir.as_bytes()[at - 1] == b'/') {
                return dir[at + mark.len()..].to_owned();
            }
        }
        if let Some(path) = self.modules().path_of(dir) {
            return path;
        }
        match dir.rfind("/src/") {
            Some(at) => dir[at + 5..].to_owned(),
            None => dir.strip_prefix("src/").unwrap_or(dir).to_owned(),
        }
    }

    /// Whether the folder is one of the standard library's.
    pub fn is_standard(&self, dir: &str) -> bool {
        dir.starts_with(STANDARD)
    }

    /// The context in which a file is looked at, and nothing when none selects it.
    pub fn context_of(&self, id: FileId) -> Option<ContextId> {
        let bits = self.header(id).contexts;
        (bits != 0).then(|| bits.trailing_zeros() as ContextId).filter(|&c| usize::from(c) < CONTEXTS.len())
    }
}

/// Whether `word` occurs as a word of its own.
pub fn has_word(bytes: &[u8], word: &str) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    memchr::memmem::find_iter(bytes, word.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i)).is_some_and(is_letter);
        let behind = bytes.get(at + word.len()).is_some_and(is_letter);
        !before && !behind
    })
}

/// The import path without its `/v2`.
fn without_major_version(path: &str) -> Option<String> {
    let is_version = |p: &&str| p.len() > 1 && p.starts_with('v') && p[1..].bytes().all(|b| b.is_ascii_digit());
    let kept: Vec<&str> = path.split('/').filter(|p| !is_version(p)).collect();
    let plain = kept.join("/");
    (plain != path).then_some(plain)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
