//! Assembly of the package that reads a struct by numbers.

use super::reader::Reader;
use crate::golang::types::{Decl, Entity, File, Go, Type, has_word};
use crate::language::go::kind;
use crate::operations::align_atomics::analysis::{Shape, Study};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Why assembly keeps a struct as it is. Names of `go_asm.h`, as `meter_turns(R0)`, follow the struct by themselves.
pub(super) fn reads(study: &Study<'_, '_>, shape: &Shape, reader: &Reader<'_, '_, '_>) -> Option<String> {
    for path in study.world.assembly_in(&shape.file.dir) {
        let Some(bytes) = study.world.other(&path) else {
            return Some(format!("{} cannot be read, and may know its layout", path.display()));
        };
        let text = without_comments(&String::from_utf8_lossy(&bytes));
        let is_gnu = path.extension().is_some_and(|e| e != "s");
        if has_word(text.as_bytes(), &shape.name) {
            return Some(format!("assembly names it ({})", at(&path, &text, &shape.name)));
        }
        let Some(access) = numeric_access(&text, is_gnu) else { continue };
        if is_gnu || is_given(study, shape, reader) || is_reached(study, shape, reader, &text) {
            return Some(format!("assembly gets it, and reads fields by numbers ({})", at(&path, &text, &access)));
        }
    }
    None
}

fn at(path: &Path, text: &str, word: &str) -> String {
    let line = text.find(word).map_or(1, |at| text[..at].matches('\n').count() + 1);
    format!("{}:{line}", path.display())
}

/// The text with blanks for its comments, lines as they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        out.push_str(&rest[..at]);
        let comment = &rest[at..];
        let end = match comment.starts_with("//") {
            true => comment.find('\n').unwrap_or(comment.len()),
            false => comment.find("*/").map_or(comment.len(), |end| end + 2),
        };
        out.extend(comment[..end].chars().filter(|c| *c == '\n'));
        rest = &comment[end..];
    }
    out.push_str(rest);
    out
}

/// The first place where memory is reached by a number and a register: `8(R0)`, `(AX)`.
fn numeric_access(text: &str, is_gnu: bool) -> Option<String> {
    if is_gnu {
        return Some(String::new());
    }
    for (open, _) in text.match_indices('(') {
        let Some(close) = text[open..].find(')') else { break };
        let register = text[open + 1..open + close].trim();
        let is_register = !register.is_empty() && register.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_register
            || matches!(register, "SP" | "FP" | "SB" | "PC")
            || register.starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        let is_offset = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '*' | '·' | '~' | ')');
        let offset: String = text[..open].chars().rev().take_while(|c| is_offset(*c)).collect();
        let offset: String = offset.chars().rev().collect();
        // A name gives its own offset; `CALL (AX)` reads nothing of a struct, and is not worth telling apart.
        let by_name = offset.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_alphabetic() || c == '_');
        if !by_name {
            return Some(text[open - offset.len()..=open + close].to_owned());
        }
    }
    None
}

/// Whether a function of the package that assembly implements gets such a struct, directly or through pointers.
fn is_given(study: &Study<'_, '_>, shape: &Shape, reader: &Reader<'_, '_, '_>) -> bool {
    study.world.files_in(&shape.file.dir).into_iter().any(|id| {
        let Some(file) = study.world.file(id) else { return false };
        let go = study.go_near(id, shape.file.id);
        let source = &file.source;
        let functions = (0..source.nodes.len()).filter(|&n| {
            matches!(source.kind(n), kind::FUNC_DECL | kind::METHOD_DECL) && source.child(n, "body").is_none()
        });
        functions.into_iter().any(|function| {
            let signature = go.signature(&file, function, &None);
            let receiver = crate::golang::types::receiver(source, function)
                .and_then(|r| source.child(r, "type"))
                .and_then(|t| go.written_type(&file, t, &None));
            let mut all = signature.params.iter().chain(&signature.results).chain(&receiver);
            all.any(|ty| leads(go, reader, ty, &mut HashSet::new(), 0))
        })
    })
}

/// Whether assembly names a variable of the package that such a struct is in, or is reached from.
fn is_reached(study: &Study<'_, '_>, shape: &Shape, reader: &Reader<'_, '_, '_>, text: &str) -> bool {
    let go = study.go_for(shape.file.id);
    text.match_indices('·').any(|(at, dot)| {
        let name: String = text[at + dot.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        variable_type(go, &shape.file, &name).is_some_and(|ty| leads(go, reader, &ty, &mut HashSet::new(), 0))
    })
}

fn variable_type(go: &Go<'_, '_>, file: &Arc<File>, name: &str) -> Option<Type> {
    match go.lookup_top(file, name) {
        Entity::Decl(other, decl @ Decl::Var(..)) => Some(go.declared(&other, decl)),
        _ => None,
    }
}

/// How far types are followed through pointers and fields.
const MAX_DEPTH: usize = 8;

/// Whether a value of this type leads to the struct.
fn leads(
    go: &Go<'_, '_>,
    reader: &Reader<'_, '_, '_>,
    ty: &Type,
    seen: &mut HashSet<(usize, usize)>,
    depth: usize,
) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    match go.under(ty) {
        Type::Pointer(inner) | Type::Slice(inner) | Type::Array(_, inner) | Type::Chan(inner) | Type::Map(_, inner) => {
            leads(go, reader, &inner, seen, depth + 1)
        }
        Type::Struct(place) => {
            let key = (place.file, place.node);
            reader.around.contains(&key)
                || seen.insert(key) && go.fields(&place).iter().any(|f| leads(go, reader, &f.ty, seen, depth + 1))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        let access = |text: &str| numeric_access(text, false);
        assert_eq!(access("MOVW 8(R0), R1"), Some("8(R0)".to_owned()));
        assert_eq!(access("MOVQ (AX), BX"), Some("(AX)".to_owned()));
        assert_eq!(access("MOVQ -0x10(AX)(CX*8), BX"), Some("-0x10(AX)".to_owned()));
        assert_eq!(access("MOVQ meter_turns(AX), BX"), None);
        assert_eq!(access("MOVW m+0(FP), R0\nMOVW 4(SP), R1\nCALL ·f(SB)"), None);
        assert_eq!(access(&without_comments("// 8(R0)\nRET /* 8(R0) */")), None);
    }
}
