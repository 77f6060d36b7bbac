use super::declarations::FileId;
use crate::source::NodeId;
use std::sync::Arc;

/// A type, as far as it was asked for: what is behind a name or inside a pointer is looked up when needed.
#[derive(Clone, Debug)]
pub enum Type {
    /// Nothing is known.
    Unknown,
    /// A predeclared type.
    Basic(Basic),
    /// `nil`.
    Nil,
    /// `*T`.
    Pointer(Arc<Type>),
    /// `[]T`.
    Slice(Arc<Type>),
    /// `[n]T`; the length where it could be computed.
    Array(Option<u64>, Arc<Type>),
    /// `map[K]V`.
    Map(Arc<Type>, Arc<Type>),
    /// `chan T` in any direction.
    Chan(Arc<Type>),
    /// A function: parameters, whether the last is variadic, results.
    Func(Arc<Signature>),
    /// A struct: the node that writes it.
    Struct(Place),
    /// An interface: the node that writes it.
    Interface(Place),
    /// `error`.
    Error,
    /// `any`, `interface{}`.
    Any,
    /// A declared type.
    Named(Named),
    /// A declared type whose declaration is not in memory: its package's path ("" for the own package) and its name.
    Foreign(Arc<str>, Arc<str>),
    /// A type parameter.
    Param(Arc<str>),
    /// Several results.
    Tuple(Arc<[Type]>),
    /// A type that is still to be looked up.
    Later(Place),
}

/// A node of a file, with the type arguments that hold there.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The node.
    pub node: NodeId,
    /// What the type parameters around it stand for.
    pub arguments: Arguments,
}

/// What type parameters stand for: names and types.
pub type Arguments = Option<Arc<Vec<(String, Type)>>>;

/// A declared type.
#[derive(Clone, Debug)]
pub struct Named {
    /// The file that declares it.
    pub file: FileId,
    /// Its spec.
    pub spec: NodeId,
    /// Its name.
    pub name: Arc<str>,
    /// Its type arguments.
    pub arguments: Arc<[Type]>,
}

/// The type of a function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its parameters.
    pub params: Vec<Type>,
    /// Whether the last takes any number of arguments.
    pub variadic: bool,
    /// Its results.
    pub results: Vec<Type>,
}

/// The predeclared types, untyped constants among them.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basic {
    Bool,
    String,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
}

impl Basic {
    /// The predeclared type of this name.
    pub fn named(name: &str) -> Option<Basic> {
        use Basic::*;
        Some(match name {
            "bool" => Bool,
            "string" => String,
            "int" => Int,
            "int8" => Int8,
            "int16" => Int16,
            "int32" | "rune" => Int32,
            "int64" => Int64,
            "uint" => Uint,
            "uint8" | "byte" => Uint8,
            "uint16" => Uint16,
            "uint32" => Uint32,
            "uint64" => Uint64,
            "uintptr" => Uintptr,
            "float32" => Float32,
            "float64" => Float64,
            "complex64" => Complex64,
            "complex128" => Complex128,
            _ => return None,
        })
    }

    /// The type that a variable gets from a constant of this type.
    pub fn default_type(self) -> Basic {
        use Basic::*;
        match self {
            UntypedBool => Bool,
            UntypedInt => Int,
            UntypedRune => Int32,
            UntypedFloat => Float64,
            UntypedComplex => Complex128,
            UntypedString => String,
            typed => typed,
        }
    }

    /// Whether it is the type of an untyped constant.
    pub fn is_untyped(self) -> bool {
        self.default_type() != self
    }

    /// The smallest and largest value, where the size of the type is the same everywhere.
    pub fn range(self) -> Option<(i128, i128)> {
        use Basic::*;
        let signed = |bits: u32| (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1);
        let unsigned = |bits: u32| (0, (1i128 << bits) - 1);
        Some(match self {
            Int8 => signed(8),
            Int16 => signed(16),
            Int32 => signed(32),
            Int64 => signed(64),
            Uint8 => unsigned(8),
            Uint16 => unsigned(16),
            Uint32 => unsigned(32),
            Uint64 => unsigned(64),
            _ => return None,
        })
    }

    /// Whether it has 64 bits and belongs to sync/atomic's 64-bit functions.
    pub fn is_64_bit_integer(self) -> bool {
        matches!(self, Basic::Int64 | Basic::Uint64)
    }
}

impl Type {
    /// A pointer to it.
    pub fn pointer(self) -> Type {
        Type::Pointer(Arc::new(self))
    }

    /// A slice of it.
    pub fn slice(self) -> Type {
        Type::Slice(Arc::new(self))
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Type::Unknown)
    }
}
