use super::model::StructKey;
use crate::golang::build::{CONTEXTS, ContextId};
use crate::golang::types::{Field, File, FileId, Go, Place, World, text};
use crate::language::go::kind;
use crate::source::NodeId;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The tree under study: its files, and one reader of types for each build context.
pub(crate) struct Study<'w, 't> {
    pub(crate) world: &'w World<'t>,
    readers: Vec<OnceCell<Go<'w, 't>>>,
    shapes: RefCell<HashMap<StructKey, Option<Rc<Shape>>>>,
}

/// A struct as it is written.
pub(crate) struct Shape {
    pub(crate) file: Arc<File>,
    pub(crate) place: Place,
    pub(crate) fields: Vec<Field>,
    pub(crate) name: String,
}

impl Shape {
    /// The line on which it begins, counted from 1.
    pub(crate) fn line(&self) -> usize {
        let source = &self.file.source;
        source.lines.place(source.span(&source.nodes[self.place.node].tokens).start).0
    }

    /// The line of a field, counted from 1.
    pub(crate) fn line_of(&self, field: &Field) -> usize {
        let source = &self.file.source;
        source.lines.place(source.span(&source.nodes[field.name_node].tokens).start).0
    }
}

impl<'w, 't> Study<'w, 't> {
    pub(crate) fn new(world: &'w World<'t>) -> Study<'w, 't> {
        Study { world, readers: CONTEXTS.iter().map(|_| OnceCell::new()).collect(), shapes: RefCell::default() }
    }

    /// The reader of types in a context.
    pub(crate) fn go(&self, context: ContextId) -> &Go<'w, 't> {
        let slot = self.readers.get(usize::from(context)).unwrap_or(&self.readers[0]);
        slot.get_or_init(|| Go::new(self.world, context).on_32_bits())
    }

    /// The reader of types in the first context that selects the file.
    pub(crate) fn go_for(&self, id: FileId) -> &Go<'w, 't> {
        self.go(self.world.context_of(id).unwrap_or(0))
    }

    /// The reader of types for a file that is looked at for the sake of another one.
    pub(crate) fn go_near(&self, id: FileId, near: FileId) -> &Go<'w, 't> {
        let wanted = self.world.context_of(near).unwrap_or(0);
        if self.world.header(id).contexts & (1 << wanted) != 0 { self.go(wanted) } else { self.go_for(id) }
    }

    /// Whether any 32-bit build selects the file.
    pub(crate) fn is_built(&self, id: FileId) -> bool {
        self.world.context_of(id).is_some_and(|c| CONTEXTS[usize::from(c)].is_32_bit())
    }

    /// The files of a folder and those that import it, as far as they hold a word.
    pub(crate) fn around(&self, dir: &str, word: &str) -> Vec<FileId> {
        let mut ids = self.world.files_in(dir);
        ids.extend(self.world.importers(dir));
        ids.retain(|&id| self.world.mentions(id, word));
        ids
    }

    /// A struct by its node.
    pub(crate) fn shape(&self, key: StructKey) -> Option<Rc<Shape>> {
        if let Some(known) = self.shapes.borrow().get(&key) {
            return known.clone();
        }
        let shape = self.world.file(key.0).map(|file| {
            let place = Place { file: key.0, node: key.1, arguments: None };
            let fields = self.go_for(key.0).fields(&place);
            Rc::new(Shape { name: struct_name(&file, key.1), file, place, fields })
        });
        self.shapes.borrow_mut().insert(key, shape.clone());
        shape
    }
}

/// The name of a struct: its type's, its variable's as `var x`, its field's as `T.f`.
fn struct_name(file: &File, node: NodeId) -> String {
    let source = &file.source;
    let mut tail = String::new();
    for above in source.ancestors(node) {
        let named = |field: &str| source.child(above, field);
        let first = |list: NodeId| source.children(list).next();
        let name = match source.kind(above) {
            kind::FIELD => {
                let field = named("name").map_or("?".to_owned(), |n| text(source, n));
                tail = format!(".{field}{tail}");
                None
            }
            kind::TYPE_SPEC | kind::TYPE_ALIAS => named("name").map(|n| text(source, n)),
            kind::VAR_SPEC => named("name").map(|n| format!("var {}", text(source, n))),
            kind::SHORT_VAR | kind::ASSIGNMENT => {
                named("left").and_then(first).map(|n| format!("var {}", text(source, n)))
            }
            _ => None,
        };
        if let Some(name) = name {
            return name + &tail;
        }
    }
    let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
    format!("struct@{line}{tail}")
}
