use super::scopes::{Binding, locals, named_by_spec};
use crate::golang::build::Header;
use crate::language::go::kind;
use crate::source::{NodeId, Source};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use super::scopes::Decl;

/// The number of a file in its world.
pub type FileId = usize;

/// One parsed Go file with its names.
#[derive(Debug)]
pub struct File {
    /// Its number.
    pub id: FileId,
    /// Its path below the root.
    pub path: PathBuf,
    /// Its folder, `/` between the parts.
    pub dir: String,
    /// Package clause, imports, contexts.
    pub header: Header,
    /// The tree.
    pub source: Arc<Source>,
    /// What it declares at the top level, by name. Methods are not among it.
    pub tops: HashMap<String, Vec<Top>>,
    /// Its methods, by the name of the receiver's type and their own.
    pub methods: HashMap<(String, String), Vec<NodeId>>,
    locals: OnceLock<HashMap<Vec<u8>, Vec<Binding>>>,
}

/// One declaration at the top level.
#[derive(Clone, Copy, Debug)]
pub struct Top {
    /// What it declares.
    pub what: Decl,
}

impl File {
    /// Reads off the names of a parsed file.
    pub fn new(id: FileId, path: PathBuf, dir: String, header: Header, source: Arc<Source>) -> File {
        let mut tops: HashMap<String, Vec<Top>> = HashMap::new();
        let mut methods: HashMap<(String, String), Vec<NodeId>> = HashMap::new();
        for (name, what) in top_level(&source) {
            match what {
                Decl::Func(id) if source.kind(id) == kind::METHOD_DECL => {
                    if let Some(receiver) = receiver_type_name(&source, id) {
                        methods.entry((receiver, name)).or_default().push(id);
                    }
                }
                what => tops.entry(name).or_default().push(Top { what }),
            }
        }
        File { id, path, dir, header, source, tops, methods, locals: OnceLock::new() }
    }

    /// Whether the file is compiled into tests only.
    pub fn is_test(&self) -> bool {
        is_test_name(&self.path.to_string_lossy())
    }

    /// What a name means at a token, as far as the function around it says.
    pub fn local(&self, name: &[u8], token: usize) -> Option<&Binding> {
        let bindings = self.locals.get_or_init(|| locals(&self.source, None)).get(name)?;
        let before = bindings.partition_point(|b| b.scope.start <= token);
        bindings[..before].iter().rev().find(|b| token < b.scope.end)
    }

    /// The binding that the name token itself declares, if it declares one.
    pub fn declared_at(&self, token: usize) -> Option<&Binding> {
        let name = self.source.text(token);
        self.locals.get_or_init(|| locals(&self.source, None)).get(name)?.iter().find(|b| b.token == token)
    }
}

/// Whether a file of this name is compiled into tests only.
pub fn is_test_name(name: &str) -> bool {
    name.ends_with("_test.go")
}

/// The text of a node as a string.
pub fn text(source: &Source, id: NodeId) -> String {
    String::from_utf8_lossy(source.node_text(id)).into_owned()
}

/// What a file declares at its top level, methods included.
pub fn top_level(source: &Source) -> Vec<(String, Decl)> {
    let mut found = Vec::new();
    if source.nodes.is_empty() {
        return found;
    }
    for decl in source.children(0) {
        match source.kind(decl) {
            kind::FUNC_DECL | kind::METHOD_DECL => {
                if let Some(name) = source.child(decl, "name") {
                    found.push((text(source, name), Decl::Func(decl)));
                }
            }
            kind::TYPE_DECL | kind::CONST_DECL | kind::VAR_DECL => {
                for spec in specs(source, decl) {
                    named_by_spec(source, spec, |name, what| found.push((text(source, name), what)));
                }
            }
            _ => {}
        }
    }
    found
}

/// The specs of a declaration, grouped or not.
pub fn specs(source: &Source, decl: NodeId) -> Vec<NodeId> {
    let mut all = Vec::new();
    for child in source.children(decl) {
        if source.kind(child) == kind::VAR_SPEC_LIST {
            all.extend(source.children(child));
        } else {
            all.push(child);
        }
    }
    all
}

/// The receiver's parameter declaration.
pub fn receiver(source: &Source, method: NodeId) -> Option<NodeId> {
    let list = source.child(method, "receiver")?;
    source.children(list).find(|&c| source.kind(c) == kind::PARAMETER)
}

/// The name node of the receiver's type, pointers and type arguments left aside.
pub fn receiver_name(source: &Source, method: NodeId) -> Option<NodeId> {
    let mut id = source.child(receiver(source, method)?, "type")?;
    loop {
        match source.kind(id) {
            kind::TYPE_NAME => return Some(id),
            kind::POINTER_TYPE | kind::PAREN_TYPE | kind::GENERIC_TYPE => id = source.children(id).next()?,
            _ => return None,
        }
    }
}

fn receiver_type_name(source: &Source, method: NodeId) -> Option<String> {
    receiver_name(source, method).map(|id| text(source, id))
}
