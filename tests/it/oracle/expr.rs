//! Expressions as trees, and how they are written: with the parentheses that the language asks for, and no others.

/// How tightly the outermost operator of an expression binds.
pub type Level = u8;

pub const COMMA: Level = 1;
pub const ASSIGNMENT: Level = 2;
pub const CONDITIONAL: Level = 3;
pub const PREFIX: Level = 14;
pub const POSTFIX: Level = 15;

/// An expression. Rules are called by number, holes are those of a rule's own template.
#[derive(Clone, Debug)]
pub enum Expr {
    Atom(&'static str),
    Hole(usize),
    /// A call of a rule: what is to be replaced.
    Site(usize, Vec<Expr>),
    /// A type as an argument of a rule, which stands in brackets of its own: Go's grammar knows no types among values.
    Type(Box<Expr>),
    /// An operator or cast before its operand.
    Prefix(&'static str, Box<Expr>),
    /// A cast of C to a type that is a hole or an argument.
    Cast(Box<(Expr, Expr)>),
    /// An operator between two operands; the second number is how tight the left one must be, the third the right one.
    Infix(&'static str, [Level; 3], Box<(Expr, Expr)>),
    /// `a ? b : c`
    Conditional(Box<(Expr, Expr, Expr)>),
    /// What stands behind an operand, in brackets of its own: `[…]`, `(…)`, `.f`.
    Postfix(Box<Expr>, Vec<Part>),
    /// A Go literal with a named type, whose brace opens a block in the header of a statement.
    Literal(Vec<Part>),
}

/// A piece of what stands in brackets.
#[derive(Clone, Debug)]
pub enum Part {
    Text(&'static str),
    Code(Expr),
}

/// How holes and sites are spelt.
#[derive(Clone, Copy)]
pub enum Spelling<'a> {
    /// A site as a call of `NAME0`, `NAME1`, …: the source.
    Source(&'a str),
    /// A hole as `$x0`: the row of a body. The rule's own number makes the holes of all rules different.
    Row(usize),
    /// A hole as `(x0)`: the value of a macro.
    Macro,
    /// A hole as `x0`: a template to be read by a program.
    Name,
}

impl Expr {
    fn level(&self) -> Level {
        match self {
            Expr::Atom(_) | Expr::Hole(_) | Expr::Site(..) | Expr::Postfix(..) | Expr::Literal(_) => POSTFIX,
            Expr::Prefix(..) | Expr::Cast(_) => PREFIX,
            Expr::Type(of) => of.level(),
            Expr::Infix(_, levels, _) => levels[0],
            Expr::Conditional(_) => CONDITIONAL,
        }
    }

    /// The expression as text, where nothing looser than `least` may stand. `header` is where a brace opens a block.
    pub fn written(&self, least: Level, spelling: Spelling<'_>, header: bool) -> String {
        let loose = self.level() < least || header && matches!(self, Expr::Literal(_));
        if loose {
            return format!("({})", self.written(0, spelling, false));
        }
        let of = |e: &Expr, least| e.written(least, spelling, header);
        match self {
            Expr::Atom(text) => (*text).to_owned(),
            Expr::Hole(n) => match spelling {
                Spelling::Row(rule) => format!("$r{rule}x{n}"),
                Spelling::Macro => format!("(x{n})"),
                Spelling::Name | Spelling::Source(_) => format!("x{n}"),
            },
            Expr::Site(rule, args) => {
                let Spelling::Source(name) = spelling else { panic!("a template has no sites") };
                let written = |args: &[Expr]| {
                    args.iter().map(|a| a.written(ASSIGNMENT, spelling, false)).collect::<Vec<_>>().join(", ")
                };
                match &args[..] {
                    [first @ Expr::Type(_), rest @ ..] => {
                        format!("{name}{rule}[{}]({})", written(std::slice::from_ref(first)), written(rest))
                    }
                    all => format!("{name}{rule}({})", written(all)),
                }
            }
            Expr::Type(inner) => inner.written(least, spelling, header),
            Expr::Prefix(operator, operand) => {
                let operand = of(operand, PREFIX);
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                // `- -a`, `& &a`, `sizeof a`
                let apart = operator.ends_with(is_word) && operand.starts_with(|c| is_word(c) || c == '$')
                    || operator.ends_with(|c| operand.starts_with(c))
                    || *operator == "<-" && operand.starts_with('-');
                format!("{operator}{}{operand}", if apart { " " } else { "" })
            }
            Expr::Cast(both) => {
                // A type in parentheses is none.
                let plain = if matches!(spelling, Spelling::Macro) { Spelling::Name } else { spelling };
                format!("({}){}", both.0.written(0, plain, false), of(&both.1, PREFIX))
            }
            Expr::Infix(",", levels, both) => format!("{}, {}", of(&both.0, levels[1]), of(&both.1, levels[2])),
            Expr::Infix(operator, levels, both) => {
                format!("{} {operator} {}", of(&both.0, levels[1]), of(&both.1, levels[2]))
            }
            Expr::Conditional(all) => {
                let (condition, then, other) = &**all;
                format!("{} ? {} : {}", of(condition, CONDITIONAL + 1), of(then, 0), of(other, CONDITIONAL))
            }
            Expr::Postfix(operand, parts) => of(operand, POSTFIX) + &joined(parts, spelling),
            Expr::Literal(parts) => joined(parts, spelling),
        }
    }

    /// The holes in it, in order.
    pub fn holes(&self) -> Vec<usize> {
        let mut holes = Vec::new();
        self.visit(&mut |e| {
            if let Expr::Hole(n) = e {
                holes.push(*n);
            }
        });
        holes
    }

    /// How deep sites lie in each other.
    pub fn depth(&self) -> usize {
        let own = usize::from(matches!(self, Expr::Site(..)));
        own + self.children().into_iter().map(Expr::depth).max().unwrap_or(0)
    }

    fn visit(&self, see: &mut dyn FnMut(&Expr)) {
        see(self);
        self.children().into_iter().for_each(|child| child.visit(see));
    }

    fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Atom(_) | Expr::Hole(_) => Vec::new(),
            Expr::Site(_, args) => args.iter().collect(),
            Expr::Prefix(_, of) | Expr::Type(of) => vec![of],
            Expr::Infix(_, _, both) | Expr::Cast(both) => vec![&both.0, &both.1],
            Expr::Conditional(all) => vec![&all.0, &all.1, &all.2],
            Expr::Postfix(of, parts) => std::iter::once(&**of).chain(parts.iter().filter_map(Part::code)).collect(),
            Expr::Literal(parts) => parts.iter().filter_map(Part::code).collect(),
        }
    }
}

impl Part {
    fn code(&self) -> Option<&Expr> {
        match self {
            Part::Text(_) => None,
            Part::Code(code) => Some(code),
        }
    }
}

fn joined(parts: &[Part], spelling: Spelling<'_>) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Code(code) => code.written(ASSIGNMENT, spelling, false),
    };
    parts.iter().map(text).collect()
}
