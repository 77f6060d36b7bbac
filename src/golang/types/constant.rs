//! The values of constant expressions, as far as they are whole numbers.

use super::checker::{Entity, Go, first_word, only_child};
use super::declarations::{File, text};
use super::scopes::Decl;
use super::ty::{Arguments, Basic, Type};
use crate::language::go::kind;
use crate::source::NodeId;
use std::sync::Arc;

impl Go<'_, '_> {
    /// The value of a constant expression. Nothing when it is no whole number, or is not known.
    pub fn constant(&self, file: &Arc<File>, node: NodeId, arguments: &Arguments) -> Option<i128> {
        self.deeper(None, || self.constant_value(file, node, arguments))
    }

    fn constant_value(&self, file: &Arc<File>, node: NodeId, arguments: &Arguments) -> Option<i128> {
        let source = &file.source;
        let mut node = node;
        while matches!(source.kind(node), kind::PAREN | kind::ELEMENT | kind::STATEMENT) {
            node = only_child(file, node)?;
        }
        match source.kind(node) {
            kind::INT => parse_int(source.node_text(node)),
            kind::RUNE => parse_rune(&text(source, node)),
            kind::FLOAT => {
                let value: f64 = text(source, node).replace('_', "").parse().ok()?;
                (value.fract() == 0.0 && value.abs() < 1e18).then_some(value as i128)
            }
            kind::NAME => match self.lookup(file, &text(source, node), source.nodes[node].tokens.start) {
                Entity::Decl(other, Decl::Const(spec, i)) => self.const_spec_value(&other, spec, i),
                _ => None,
            },
            kind::SELECTOR => {
                let (path, dir) = self.package_operand(file, source.child(node, "operand")?)?;
                match self.in_package(&path, dir.as_deref(), &text(source, source.child(node, "field")?)) {
                    Entity::Decl(other, Decl::Const(spec, i)) => self.const_spec_value(&other, spec, i),
                    _ => None,
                }
            }
            kind::UNARY => {
                let value = self.constant(file, source.child(node, "operand")?, arguments)?;
                match first_word(file, node) {
                    b"-" => value.checked_neg(),
                    b"+" => Some(value),
                    b"^" => self.complement(file, source.child(node, "operand")?, value),
                    _ => None,
                }
            }
            kind::BINARY => {
                let (left, right) = (source.child(node, "left")?, source.child(node, "right")?);
                let a = self.constant(file, left, arguments)?;
                let b = self.constant(file, right, arguments)?;
                operate(source.text(source.nodes[left].tokens.end), a, b)
            }
            kind::CALL => {
                let function = source.child(node, "function")?;
                let list = source.child(node, "arguments")?;
                let argument = source.children(list).next()?;
                if let Some(name) = self.builtin(file, function) {
                    return if name == "len" { self.constant_length(file, argument) } else { None };
                }
                if self.is_size_of(file, function) {
                    return self.size_of_value(file, argument);
                }
                let Type::Basic(basic) = self.under(&self.written_type(file, function, arguments)?) else {
                    return None;
                };
                let value = self.constant(file, argument, arguments)?;
                match basic.range() {
                    Some((low, high)) => (low <= value && value <= high).then_some(value),
                    None => matches!(basic, Basic::Int | Basic::Uint | Basic::Uintptr).then_some(value),
                }
            }
            _ => None,
        }
    }

    /// `^x`, which for an unsigned type keeps within its bits.
    fn complement(&self, file: &Arc<File>, operand: NodeId, value: i128) -> Option<i128> {
        match self.under(&self.type_of(file, operand)) {
            Type::Basic(basic) if basic.is_untyped() => Some(!value),
            Type::Basic(Basic::Uint | Basic::Uintptr) if self.is_32_bit => Some(i128::from(u32::MAX) - value),
            Type::Basic(basic) => match basic.range()? {
                (0, high) => Some(high - value),
                _ => Some(!value),
            },
            _ => None,
        }
    }

    fn constant_length(&self, file: &Arc<File>, argument: NodeId) -> Option<i128> {
        let source = &file.source;
        if matches!(source.kind(argument), kind::STRING | kind::RAW_STRING) {
            let inner = source.node_text(argument).len().checked_sub(2)?;
            let plain = !source.node_text(argument).contains(&b'\\');
            return plain.then_some(inner as i128);
        }
        match self.under(&self.type_of(file, argument)) {
            Type::Array(length, _) => length.map(i128::from),
            _ => None,
        }
    }

    /// The value of a declared constant.
    pub fn const_spec_value(&self, file: &Arc<File>, spec: NodeId, i: usize) -> Option<i128> {
        let source = &file.source;
        let from = self.const_source(file, spec)?;
        let value = source.child(from, "value").and_then(|v| source.children(v).nth(i))?;
        let uses_iota = (value..source.nodes[value].end).any(|n| source.kind(n) == kind::IOTA);
        if uses_iota || from != spec {
            let iota = source.children(source.nodes[spec].parent).take_while(|&c| c < spec).count() as i128;
            return if uses_iota { self.with_iota(file, value, iota) } else { self.constant(file, value, &None) };
        }
        self.constant(file, value, &None)
    }

    /// The value of an expression with `iota` in it, for the plain operations that such lists are made of.
    fn with_iota(&self, file: &Arc<File>, node: NodeId, iota: i128) -> Option<i128> {
        let source = &file.source;
        self.deeper(None, || match source.kind(node) {
            kind::IOTA => Some(iota),
            kind::PAREN => self.with_iota(file, only_child(file, node)?, iota),
            kind::BINARY => {
                let (left, right) = (source.child(node, "left")?, source.child(node, "right")?);
                let (a, b) = (self.with_iota(file, left, iota)?, self.with_iota(file, right, iota)?);
                operate(source.text(source.nodes[left].tokens.end), a, b)
            }
            _ if (node..source.nodes[node].end).any(|n| source.kind(n) == kind::IOTA) => None,
            _ => self.constant(file, node, &None),
        })
    }
}

fn operate(operator: &[u8], a: i128, b: i128) -> Option<i128> {
    let shift = || u32::try_from(b).ok().filter(|&s| s < 127);
    match operator {
        b"+" => a.checked_add(b),
        b"-" => a.checked_sub(b),
        b"*" => a.checked_mul(b),
        b"/" => a.checked_div(b),
        b"%" => a.checked_rem(b),
        b"&" => Some(a & b),
        b"|" => Some(a | b),
        b"^" => Some(a ^ b),
        b"&^" => Some(a & !b),
        b"<<" => {
            let shifted = a.checked_mul(1i128.checked_shl(shift()?)?)?;
            Some(shifted)
        }
        b">>" => Some(a >> shift()?),
        _ => None,
    }
}

/// An integer literal of any base.
fn parse_int(literal: &[u8]) -> Option<i128> {
    let literal: String = std::str::from_utf8(literal).ok()?.chars().filter(|c| *c != '_').collect();
    let lower = literal.to_ascii_lowercase();
    let (digits, base) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0b") => (&lower[2..], 2),
        Some("0o") => (&lower[2..], 8),
        _ if lower.len() > 1 && lower.starts_with('0') => (&lower[1..], 8),
        _ => (&lower[..], 10),
    };
    i128::from_str_radix(digits, base).ok()
}

/// A character literal.
fn parse_rune(literal: &str) -> Option<i128> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let Some(escape) = inner.strip_prefix('\\') else {
        let mut chars = inner.chars();
        return chars.next().filter(|_| chars.next().is_none()).map(|c| i128::from(u32::from(c)));
    };
    let value = match escape.chars().next()? {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' => 92,
        '\'' => 39,
        'x' | 'u' | 'U' => return i128::from_str_radix(&escape[1..], 16).ok(),
        _ => return i128::from_str_radix(escape, 8).ok(),
    };
    (escape.len() == 1).then_some(value)
}
