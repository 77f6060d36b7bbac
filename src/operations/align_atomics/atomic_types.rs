//! The style `atomic-types`: instead of moving a field, its type becomes `atomic.Int64` or `atomic.Uint64`, which the
//! compiler aligns, and every use of it becomes a call of a method. What cannot be converted is moved.

use super::analysis::{Shape, Study};
use super::containers::all_names_of;
use super::hot::Hot;
use super::model::{Level, StructKey};
use super::safety;
use super::trace::is_64_bit_function;
use crate::golang::imports;
use crate::golang::types::{Entity, File, FileId, Go, Member, Slot, Type, only_child, text};
use crate::language::go::kind;
use crate::source::{Bytes, Edit, NodeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

const ATOMIC: &str = "sync/atomic";

/// What the style converts.
#[derive(Default)]
pub(crate) struct Conversions {
    /// The uses of the fields that get another type, by struct.
    uses: BTreeMap<StructKey, Vec<Use>>,
    /// The fields that get another type.
    pub(crate) fields: HashMap<StructKey, BTreeSet<usize>>,
    /// The structs whose fields cannot, and why.
    pub(crate) refused: BTreeMap<StructKey, String>,
}

/// Gives types of sync/atomic to the fields that atomics reach, aligned by luck or not.
pub(crate) fn convert(study: &Study<'_, '_>, hot: &Hot, scope: &dyn Fn(&Path) -> bool) -> Conversions {
    let mut out = Conversions::default();
    for (&key, fields) in hot.structs.iter().filter(|(key, _)| scope(study.world.path(key.0))) {
        let own: BTreeSet<usize> =
            fields.iter().filter(|(_, field)| field.level != Level::Container).map(|(&i, _)| i).collect();
        if own.is_empty() {
            continue;
        }
        match conversion(study, hot, key, scope) {
            Ok(uses) => {
                out.uses.insert(key, uses);
                out.fields.insert(key, own);
            }
            Err(reason) => drop(out.refused.insert(key, reason)),
        }
    }
    out
}

impl Conversions {
    /// The changes of each file. Fails with a file that cannot be changed, and why.
    pub(crate) fn changes(&self, study: &Study<'_, '_>) -> Result<BTreeMap<FileId, Vec<Edit>>, (FileId, String)> {
        let mut by_file: BTreeMap<FileId, Vec<&Use>> = BTreeMap::new();
        for one in self.uses.values().flatten() {
            by_file.entry(one.file).or_default().push(one);
        }
        let mut all = BTreeMap::new();
        for (id, uses) in by_file {
            let Some(file) = study.world.file(id) else { continue };
            // What closes a call comes behind what its argument becomes.
            let closes = |e: &Edit| e.text == b")";
            let (last, mut edits): (Vec<Edit>, Vec<Edit>) = uses.iter().flat_map(|u| u.edits.clone()).partition(closes);
            edits.extend(last);
            edits.extend(import_edits(&file, &uses).map_err(|reason| (id, reason))?);
            all.insert(id, edits);
        }
        Ok(all)
    }

    /// Takes back the conversions that change a file.
    pub(crate) fn give_up(&mut self, id: FileId, reason: &str) {
        let touches = |uses: &Vec<Use>| uses.iter().any(|one| one.file == id);
        let keys: Vec<StructKey> = self.uses.iter().filter(|(_, uses)| touches(uses)).map(|(key, _)| *key).collect();
        for key in keys {
            self.uses.remove(&key);
            self.fields.remove(&key);
            self.refused.insert(key, reason.to_owned());
        }
    }
}

/// The fields in scope that have one of sync/atomic's 64-bit types.
pub(crate) fn already_typed(study: &Study<'_, '_>, scope: &dyn Fn(&Path) -> bool) -> BTreeSet<(StructKey, NodeId)> {
    let mut found = BTreeSet::new();
    for id in study.world.ids().filter(|&id| scope(study.world.path(id))) {
        let uses = study.world.header(id).imports.iter().any(|i| i.path == ATOMIC);
        if !uses || !study.is_built(id) {
            continue;
        }
        let Some(file) = study.world.file(id) else { continue };
        let source = &file.source;
        for field in (0..source.nodes.len()).filter(|&n| source.kind(n) == kind::FIELD) {
            let Some(ty) = source.child(field, "type").filter(|&t| source.kind(t) == kind::QUALIFIED_TYPE) else {
                continue;
            };
            let name = source.child(ty, "name").map(|n| source.node_text(n));
            let package = source.child(ty, "package").map(|n| text(source, n));
            let from = package.and_then(|p| study.go_for(id).imported(&file, &p));
            if matches!(name, Some(b"Int64" | b"Uint64")) && from.is_some_and(|(path, _)| path == ATOMIC) {
                found.insert(((id, source.nodes[source.nodes[field].parent].parent), field));
            }
        }
    }
    found
}

/// What becomes of one use of a field, or of its declaration.
struct Use {
    file: FileId,
    edits: Vec<Edit>,
    /// How often the use needs the package's name less (or, below 0, more) than before.
    names_gone: i32,
}

/// The edits that convert the fields of one struct, or the reason why it stays.
fn conversion(
    study: &Study<'_, '_>,
    hot: &Hot,
    key: StructKey,
    scope: &dyn Fn(&Path) -> bool,
) -> Result<Vec<Use>, String> {
    let shape = study.shape(key).ok_or("its declaration cannot be read")?;
    if !scope(study.world.path(key.0)) {
        return Err("it is declared outside the patch's files".to_owned());
    }
    if let Some(version) = study.world.go_version(&shape.file.dir).filter(|v| *v < (1, 19)) {
        return Err(format!("its module is of Go {}.{}; these types came with Go 1.19", version.0, version.1));
    }
    let own: BTreeMap<usize, Level> = hot
        .structs
        .get(&key)
        .into_iter()
        .flatten()
        .filter(|(_, f)| f.level != Level::Container)
        .map(|(&i, f)| (i, f.level))
        .collect();
    if own.values().any(|level| *level == Level::Indirect) {
        return Err("the address of a field of it is passed on".to_owned());
    }
    let fields: BTreeSet<usize> = own.into_keys().collect();
    let same: Vec<Slot> = (0..shape.fields.len()).map(Slot::Field).collect();
    if let Some(reason) = safety::reason(study, hot, key, &same) {
        return Err(reason);
    }
    let mut uses = declarations(study, &shape, &fields)?;
    let mut files: BTreeSet<FileId> = all_names_of(study, key).into_iter().map(|(id, _)| id).collect();
    for &i in &fields {
        files.extend(study.around(&shape.file.dir, &shape.fields[i].name));
    }
    for id in files {
        let Some(file) = study.world.file(id) else { continue };
        let finder = Finder { go: study.go_near(id, key.0), file: &file, key, shape: &shape, fields: &fields };
        let found = finder.uses()?;
        if !found.is_empty() && !scope(study.world.path(id)) {
            return Err(format!("{} uses it, and is not among the patch's files", file.path.display()));
        }
        uses.extend(found);
    }
    Ok(uses)
}

/// The declarations of the fields with their new types.
fn declarations(study: &Study<'_, '_>, shape: &Shape, fields: &BTreeSet<usize>) -> Result<Vec<Use>, String> {
    let file = &shape.file;
    let source = &file.source;
    let package = match imports::local_name(source, ATOMIC) {
        imports::LocalName::Named(name) => name.to_owned(),
        imports::LocalName::Dot | imports::LocalName::Blank => {
            return Err("sync/atomic is imported without a name where it is declared".to_owned());
        }
        imports::LocalName::Missing => "atomic".to_owned(),
    };
    let go = study.go_for(file.id);
    let imported = matches!(imports::local_name(source, ATOMIC), imports::LocalName::Named(_));
    if !imported && !matches!(go.lookup_top(file, &package), Entity::Missing) {
        return Err(format!("the name `{package}` means something else where it is declared"));
    }
    let mut uses = Vec::new();
    let mut seen = BTreeSet::new();
    for &i in fields {
        let field = &shape.fields[i];
        if !seen.insert(field.decl) {
            continue;
        }
        let together = (0..shape.fields.len()).filter(|&j| shape.fields[j].decl == field.decl);
        if !together.into_iter().all(|j| fields.contains(&j)) {
            return Err(format!("`{}` shares its declaration with a field that is not atomic", field.name));
        }
        let ty = source.child(field.decl, "type").ok_or("a field has no type")?;
        let name = match (source.kind(ty), source.node_text(ty)) {
            (kind::TYPE_NAME, b"int64") => "Int64",
            (kind::TYPE_NAME, b"uint64") => "Uint64",
            _ => return Err(format!("`{}` is of a type of its own", field.name)),
        };
        if field.embedded || !matches!(go.force(&field.ty), Type::Basic(_)) {
            return Err(format!("`{}` is of a type of its own", field.name));
        }
        let edit = Edit::new(source.span(&source.nodes[ty].tokens), format!("{package}.{name}"));
        uses.push(Use { file: file.id, edits: vec![edit], names_gone: -1 });
    }
    Ok(uses)
}

/// An import that is new, or one that is left without a use. Fails where that one has a comment.
fn import_edits(file: &File, uses: &[&Use]) -> Result<Vec<Edit>, String> {
    let source = &file.source;
    let gone: i32 = uses.iter().map(|u| u.names_gone).sum();
    match imports::local_name(source, ATOMIC) {
        imports::LocalName::Missing if gone < 0 => Ok(imports::add(source, ATOMIC, None)),
        imports::LocalName::Named(name) => {
            let named = |n: &usize| {
                matches!(source.kind(*n), kind::NAME | kind::PACKAGE_NAME)
                    && matches!(source.nodes[*n].field, "operand" | "package")
                    && source.node_text(*n) == name.as_bytes()
            };
            let before = (0..source.nodes.len()).filter(named).count() as i32;
            if before != gone {
                return Ok(Vec::new());
            }
            imports::remove(source, ATOMIC).map_err(|comment| {
                let (line, _) = source.lines.place(comment.start);
                let file = file.path.display();
                format!("the import of sync/atomic would go, and the comment at {file}:{line} belongs to it")
            })
        }
        _ => Ok(Vec::new()),
    }
}

/// Looks for the uses of a struct's fields in one file.
struct Finder<'a, 'w, 't> {
    go: &'a Go<'w, 't>,
    file: &'a Arc<File>,
    key: StructKey,
    shape: &'a Shape,
    fields: &'a BTreeSet<usize>,
}

impl Finder<'_, '_, '_> {
    fn place(&self, node: NodeId) -> String {
        let source = &self.file.source;
        let line = source.lines.place(source.span(&source.nodes[node].tokens).start).0;
        format!("{}:{line}", self.file.path.display())
    }

    fn uses(&self) -> Result<Vec<Use>, String> {
        let source = &self.file.source;
        let mut uses = Vec::new();
        for node in 0..source.nodes.len() {
            match source.kind(node) {
                kind::SELECTOR if self.is_field(node)? => uses.push(self.rewrite(node)?),
                kind::LITERAL_BODY if self.sets_field(node) => {
                    return Err(format!("a literal gives a field of it a value ({})", self.place(node)));
                }
                _ if self.copies(node) => return Err(format!("it is copied ({})", self.place(node))),
                _ => {}
            }
        }
        Ok(uses)
    }

    /// Whether a selector means one of the fields.
    fn is_field(&self, node: NodeId) -> Result<bool, String> {
        let source = &self.file.source;
        let (Some(base), Some(field)) = (source.child(node, "operand"), source.child(node, "field")) else {
            return Ok(false);
        };
        let name = source.node_text(field);
        if !self.fields.iter().any(|&i| self.shape.fields[i].name.as_bytes() == name) {
            return Ok(false);
        }
        if self.go.package_operand(self.file, base).is_some() {
            return Ok(false);
        }
        let ty = self.go.type_of(self.file, base);
        match self.go.member(&ty, &text(source, field)) {
            Some(Member::Field(path, _)) => Ok(path
                .last()
                .is_some_and(|(place, i)| (place.file, place.node) == self.key && self.fields.contains(i))),
            Some(Member::Method(..)) => Ok(false),
            None if self.go.under(&self.go.pointee(&ty)).is_unknown() => {
                Err(format!("it is not known whether a use means it ({})", self.place(node)))
            }
            None => Ok(false),
        }
    }

    fn sets_field(&self, body: NodeId) -> bool {
        let source = &self.file.source;
        let mut elements = source.children(body).peekable();
        if elements.peek().is_none() {
            return false;
        }
        let mut any = false;
        for element in elements {
            any |= match source.kind(element) {
                kind::KEYED_ELEMENT => source.child(element, "key").is_some_and(|k| {
                    self.fields.iter().any(|&i| self.shape.fields[i].name.as_bytes() == source.node_text(k))
                }),
                _ => true,
            };
        }
        any && matches!(self.go.under(&self.go.literal_type(self.file, body)),
            Type::Struct(place) if (place.file, place.node) == self.key)
    }

    /// Whether a node copies a value of the struct: it is passed, assigned or returned whole.
    fn copies(&self, node: NodeId) -> bool {
        let source = &self.file.source;
        let is_value =
            |ty: &Type| matches!(self.go.under(ty), Type::Struct(place) if (place.file, place.node) == self.key);
        if source.kind(node) == kind::PARAMETER {
            let ty = source.child(node, "type").and_then(|t| self.go.written_type(self.file, t, &None));
            return ty.is_some_and(|ty| is_value(&ty));
        }
        if source.kind(node) == kind::RANGE {
            let value = source.child(node, "left").and_then(|l| source.children(l).nth(1));
            let over = source.child(node, "right").map(|r| self.go.type_of(self.file, r));
            return value.is_some_and(|v| source.node_text(v) != b"_")
                && over.is_some_and(|over| is_value(&self.go.element(&over).1));
        }
        let above = source.nodes[source.nodes[node].parent].kind;
        let held = matches!(above, kind::EXPRESSIONS | kind::ARGUMENTS | kind::ELEMENT)
            && source.nodes[source.nodes[node].parent].field != "left";
        let stored = matches!(source.kind(node), kind::NAME | kind::SELECTOR | kind::INDEX | kind::UNARY | kind::PAREN);
        held && stored && is_value(&self.go.type_of(self.file, node))
    }

    /// The edits for one use.
    fn rewrite(&self, selector: NodeId) -> Result<Use, String> {
        let source = &self.file.source;
        let span = |node: NodeId| source.span(&source.nodes[node].tokens);
        let at = span(selector);
        let use_of = |edits: Vec<Edit>, names_gone: i32| Use { file: self.file.id, edits, names_gone };
        let refuse = || format!("a use of `{}` has no method ({})", text(source, selector), self.place(selector));
        let mut node = selector;
        let mut above = source.nodes[node].parent;
        while source.kind(above) == kind::PAREN {
            (node, above) = (above, source.nodes[above].parent);
        }
        match source.kind(above) {
            kind::UNARY if source.text(source.nodes[above].tokens.start) == b"&" => {
                let (call, name) = self.atomic_call(above).ok_or_else(refuse)?;
                let list = source.child(call, "arguments").ok_or_else(refuse)?;
                let method = name.trim_end_matches("Uint64").trim_end_matches("Int64");
                let next = source.children(list).nth(1);
                let end = next.map_or(span(call).end - 1, |n| span(n).start);
                let edits =
                    vec![Edit::new(span(call).start..at.start, ""), Edit::new(at.end..end, format!(".{method}("))];
                self.without_comments(&edits).ok_or_else(refuse)?;
                Ok(use_of(edits, 1))
            }
            kind::INC | kind::DEC if node == selector => {
                let mark = at.end..span(above).end;
                let unsigned = matches!(self.go.type_of(self.file, selector), Type::Basic(b) if b.range().is_some_and(|r| r.0 == 0));
                let by = match (source.kind(above), unsigned) {
                    (kind::INC, _) => "1",
                    (_, false) => "-1",
                    (_, true) => "^uint64(0)",
                };
                Ok(use_of(vec![Edit::new(mark, format!(".Add({by})"))], 0))
            }
            kind::EXPRESSIONS if source.nodes[above].field == "left" => {
                self.assignment(selector, above).ok_or_else(refuse)
            }
            kind::UNARY if source.text(source.nodes[above].tokens.start) == b"*" => Err(refuse()),
            _ => Ok(use_of(vec![Edit::new(at.end..at.end, ".Load()")], 0)),
        }
    }

    /// `x.f = v` and `x.f += v`.
    fn assignment(&self, selector: NodeId, left: NodeId) -> Option<Use> {
        let source = &self.file.source;
        let statement = source.nodes[left].parent;
        let right = source.child(statement, "right")?;
        let single = source.children(left).count() == 1 && source.children(right).count() == 1;
        if source.kind(statement) != kind::ASSIGNMENT
            || !single
            || source.nodes[left].tokens != source.nodes[selector].tokens
        {
            return None;
        }
        let method = match source.text(source.nodes[left].tokens.end) {
            b"=" => "Store",
            b"+=" => "Add",
            _ => return None,
        };
        let (target, value) = (source.span(&source.nodes[selector].tokens), source.span(&source.nodes[right].tokens));
        let edits =
            vec![Edit::new(target.end..value.start, format!(".{method}(")), Edit::new(value.end..value.end, ")")];
        self.without_comments(&edits)?;
        Some(Use { file: self.file.id, edits, names_gone: 0 })
    }

    fn without_comments(&self, edits: &[Edit]) -> Option<()> {
        let holds = |bytes: &Bytes| !self.file.source.comments_in(bytes).is_empty();
        (!edits.iter().any(|e| holds(&e.bytes))).then_some(())
    }

    /// The call of sync/atomic whose first argument this is, and the name of the function.
    fn atomic_call(&self, address: NodeId) -> Option<(NodeId, String)> {
        let source = &self.file.source;
        let mut node = address;
        while source.kind(source.nodes[node].parent) == kind::PAREN {
            node = source.nodes[node].parent;
        }
        let list = source.nodes[node].parent;
        let call = source.nodes[list].parent;
        if source.kind(list) != kind::ARGUMENTS
            || source.kind(call) != kind::CALL
            || only_child(self.file, list) != Some(node)
        {
            return None;
        }
        let function = source.child(call, "function")?;
        let name = text(source, source.child(function, "field")?);
        let known = self.go.is_function_of(self.file, function, ATOMIC, &name) && is_64_bit_function(&name);
        known.then_some((call, name))
    }
}
