//! What a name means: in a file, its package, or an imported one.

use super::checker::*;
use super::declarations::{File, FileId};
use super::scopes::Decl;
use super::ty::{Basic, Type};
use crate::golang::build::likely_name;
use std::sync::Arc;

const BUILTINS: &[&str] = &[
    "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new",
    "panic", "print", "println", "real", "recover", "true", "false", "nil", "iota",
];

/// The predeclared type of this name.
fn predeclared(name: &str) -> Option<Type> {
    Some(match name {
        "error" => Type::Error,
        "any" => Type::Any,
        "comparable" => Type::Any,
        _ => Type::Basic(Basic::named(name)?),
    })
}

impl Go<'_, '_> {
    /// What a name means at a token of a file.
    pub fn lookup(&self, file: &Arc<File>, name: &str, token: usize) -> Entity {
        if let Some(binding) = file.local(name.as_bytes(), token) {
            return Entity::Decl(file.clone(), binding.decl);
        }
        self.lookup_top(file, name)
    }

    /// What a name means at the top level of a file.
    pub fn lookup_top(&self, file: &Arc<File>, name: &str) -> Entity {
        if let Some(top) = file.tops.get(name).and_then(|t| t.first()) {
            return Entity::Decl(file.clone(), top.what);
        }
        if let Some((path, dir)) = self.imported(file, name) {
            return Entity::Package(path, dir);
        }
        let universal = predeclared(name);
        let builtin = universal.is_some() || BUILTINS.contains(&name);
        if let Some((id, decl)) = self.sibling(file, name, builtin)
            && let Some(other) = self.world.file(id)
        {
            return Entity::Decl(other, decl);
        }
        if let Some(ty) = universal {
            return Entity::Type(ty);
        }
        if builtin {
            return Entity::Builtin;
        }
        for import in file.header.imports.iter().filter(|i| i.name.as_deref() == Some(".")) {
            match self.world.resolve_import(&file.dir, &import.path) {
                Some(dir) => {
                    if let Some((other, decl)) = self.exported(&dir, name) {
                        return Entity::Decl(other, decl);
                    }
                }
                None => self.note(format!("`{name}` may come from the dot import of {:?}", import.path)),
            }
        }
        self.note(format!("`{name}` is declared in no file of the tree"));
        Entity::Missing
    }

    /// The package that a file imports under this name.
    pub fn imported(&self, file: &File, name: &str) -> Option<(String, Option<String>)> {
        for import in &file.header.imports {
            let dir = || self.world.resolve_import(&file.dir, &import.path);
            match import.name.as_deref() {
                Some(given) if given == name => return Some((import.path.clone(), dir())),
                Some(_) => {}
                None if import.path == "C" && name == "C" => return Some(("C".to_owned(), None)),
                None => {
                    // A name that the path holds nowhere is rarely the package's, but only its clause can say so.
                    let dir = dir();
                    let real = dir.as_deref().and_then(|d| self.world.package_name(d));
                    let same = match &real {
                        Some(real) => real == name,
                        None => likely_name(&import.path) == name,
                    };
                    if same {
                        return Some((import.path.clone(), dir));
                    }
                }
            }
        }
        None
    }

    /// The declaration of a name in another file of the same package.
    pub(super) fn sibling(&self, file: &File, name: &str, predeclared: bool) -> Option<(FileId, Decl)> {
        let key = (file.dir.clone(), file.header.package.clone(), file.is_test(), name.to_owned());
        if let Some(known) = self.tops.borrow().get(&key) {
            return *known;
        }
        let mut found = None;
        for id in self.world.package_of(file, self.context) {
            let may = if predeclared { self.redeclares(id, name) } else { self.world.mentions(id, name) };
            if id == file.id || !may {
                continue;
            }
            let Some(other) = self.world.file(id) else { continue };
            if let Some(top) = other.tops.get(name).and_then(|t| t.first()) {
                found = Some((id, top.what));
                break;
            }
        }
        self.tops.borrow_mut().insert(key, found);
        found
    }

    /// Whether the file may declare a predeclared name anew: judged by its text, since hardly any does.
    pub(super) fn redeclares(&self, id: FileId, name: &str) -> bool {
        let Some(bytes) = self.world.bytes(id) else { return false };
        ["type", "func", "var", "const"].iter().any(|word| {
            memchr::memmem::find(&bytes, format!("\n{word} {name}").as_bytes()).is_some_and(|at| {
                let behind = bytes.get(at + 2 + word.len() + name.len());
                !behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
            })
        })
    }

    /// The declaration of a name in the package of a folder.
    pub fn exported(&self, dir: &str, name: &str) -> Option<(Arc<File>, Decl)> {
        let key = (dir.to_owned(), String::new(), false, name.to_owned());
        if let Some(known) = self.tops.borrow().get(&key) {
            return known.and_then(|(id, decl)| Some((self.world.file(id)?, decl)));
        }
        let mut context = self.context;
        let mut ids = self.world.exported_from(dir, context);
        if ids.is_empty() {
            // Nothing of the package is built in this context: any other tells more than none.
            let first = self.world.files_in(dir).into_iter().find_map(|id| self.world.context_of(id));
            context = first.unwrap_or(context);
            ids = self.world.exported_from(dir, context);
        }
        let found = ids.into_iter().filter(|&id| self.world.mentions(id, name)).find_map(|id| {
            let file = self.world.file(id)?;
            let top = file.tops.get(name)?.first()?.what;
            Some((id, top))
        });
        self.tops.borrow_mut().insert(key, found);
        found.and_then(|(id, decl)| Some((self.world.file(id)?, decl)))
    }

    /// A name of an imported package.
    pub fn in_package(&self, path: &str, dir: Option<&str>, name: &str) -> Entity {
        match dir.map(|d| self.exported(d, name)) {
            Some(Some((file, decl))) => Entity::Decl(file, decl),
            Some(None) => {
                self.note(format!("`{name}` is not declared in what the tree has of {path:?}"));
                Entity::Missing
            }
            None => {
                self.note(format!("the package {path:?} is not in the tree"));
                Entity::Missing
            }
        }
    }
}
