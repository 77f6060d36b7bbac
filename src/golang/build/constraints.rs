//! Build contexts: which files a build for one system and processor selects.

/// One way to build: a system, a processor, and what else decides about build tags.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// `GOOS`.
    pub os: &'static str,
    /// `GOARCH`.
    pub arch: &'static str,
    /// Whether cgo is on.
    pub cgo: bool,
    /// Whether tags that mean nothing to the Go command count as given.
    pub custom: bool,
}

/// The number of a context in [`CONTEXTS`].
pub type ContextId = u8;

const fn context(os: &'static str, arch: &'static str) -> Context {
    Context { os, arch, cgo: true, custom: false }
}

/// The contexts that files are looked at in. A file belongs to the first one that selects it.
pub const CONTEXTS: &[Context] = &[
    context("linux", "arm"),
    context("linux", "386"),
    context("windows", "386"),
    context("darwin", "386"),
    context("freebsd", "arm"),
    context("netbsd", "arm"),
    context("openbsd", "386"),
    context("android", "arm"),
    context("plan9", "386"),
    context("linux", "mips"),
    context("linux", "mipsle"),
    Context { os: "linux", arch: "arm", cgo: false, custom: false },
    Context { os: "linux", arch: "arm", cgo: true, custom: true },
    context("linux", "amd64"),
    context("linux", "arm64"),
    context("windows", "amd64"),
    context("darwin", "amd64"),
    context("freebsd", "amd64"),
    context("dragonfly", "amd64"),
    context("solaris", "amd64"),
    context("aix", "ppc64"),
    context("linux", "ppc64le"),
    context("linux", "s390x"),
    context("linux", "mips64le"),
    context("linux", "riscv64"),
    context("js", "wasm"),
    Context { os: "linux", arch: "amd64", cgo: false, custom: false },
    Context { os: "linux", arch: "amd64", cgo: true, custom: true },
];

impl Context {
    /// Whether words have four bytes.
    pub fn is_32_bit(&self) -> bool {
        matches!(self.arch, "arm" | "386" | "mips" | "mipsle")
    }
}

const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];
const PROCESSORS: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Tags that no ordinary build gives.
const NEVER: &[&str] = &["ignore", "appengine", "appenginevm", "race", "gccgo", "tinygo", "compiler_bootstrap", "msan"];

/// What a file demands of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Constraint {
    /// Nothing.
    #[default]
    Always,
    /// A tag.
    Tag(String),
    /// The opposite.
    Not(Box<Constraint>),
    /// All of them.
    All(Vec<Constraint>),
    /// One of them.
    Any(Vec<Constraint>),
}

impl Constraint {
    /// Whether a build in this context meets it.
    pub fn met(&self, context: &Context) -> bool {
        match self {
            Constraint::Always => true,
            Constraint::Tag(tag) => has_tag(context, tag),
            Constraint::Not(inner) => !inner.met(context),
            Constraint::All(parts) => parts.iter().all(|p| p.met(context)),
            Constraint::Any(parts) => parts.iter().any(|p| p.met(context)),
        }
    }

    /// Reads the expression behind `//go:build`. Nothing when it cannot be read, or is nested too deep.
    pub fn parse(text: &str) -> Option<Constraint> {
        let mut words = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let len = match first {
                '(' | ')' | '!' => 1,
                '&' | '|' => 2,
                _ => rest.find(|c: char| c.is_whitespace() || "()!&|".contains(c)).unwrap_or(rest.len()),
            };
            words.push(rest.get(..len)?);
            rest = rest.get(len..)?.trim_start();
        }
        let mut at = 0;
        let whole = either(&words, &mut at, 0)?;
        (at == words.len()).then_some(whole)
    }

    /// Reads one line `// +build a,!b c`.
    pub fn parse_line(text: &str) -> Constraint {
        let tag = |word: &str| match word.strip_prefix('!') {
            Some(tag) => Constraint::Not(Box::new(Constraint::Tag(tag.to_owned()))),
            None => Constraint::Tag(word.to_owned()),
        };
        Constraint::Any(
            text.split_whitespace().map(|option| Constraint::All(option.split(',').map(tag).collect())).collect(),
        )
    }
}

fn either(words: &[&str], at: &mut usize, depth: usize) -> Option<Constraint> {
    let mut parts = vec![both(words, at, depth)?];
    while words.get(*at) == Some(&"||") {
        *at += 1;
        parts.push(both(words, at, depth)?);
    }
    Some(Constraint::Any(parts))
}

fn both(words: &[&str], at: &mut usize, depth: usize) -> Option<Constraint> {
    let mut parts = vec![single(words, at, depth)?];
    while words.get(*at) == Some(&"&&") {
        *at += 1;
        parts.push(single(words, at, depth)?);
    }
    Some(Constraint::All(parts))
}

fn single(words: &[&str], at: &mut usize, depth: usize) -> Option<Constraint> {
    let word = *words.get(*at).filter(|_| depth < 50)?;
    *at += 1;
    match word {
        "!" => Some(Constraint::Not(Box::new(single(words, at, depth + 1)?))),
        "(" => {
            let inner = either(words, at, depth + 1)?;
            let closed = words.get(*at) == Some(&")");
            *at += 1;
            closed.then_some(inner)
        }
        ")" | "&&" | "||" => None,
        tag => Some(Constraint::Tag(tag.to_owned())),
    }
}

fn has_tag(context: &Context, tag: &str) -> bool {
    if tag == context.os || tag == context.arch {
        return true;
    }
    match tag {
        "cgo" => return context.cgo,
        "gc" => return true,
        "unix" => return !matches!(context.os, "windows" | "plan9" | "js"),
        "linux" => return context.os == "android",
        _ => {}
    }
    if let Some(minor) = tag.strip_prefix("go1.") {
        return minor.parse::<u32>().is_ok_and(|minor| minor <= 26);
    }
    if SYSTEMS.contains(&tag) || PROCESSORS.contains(&tag) || NEVER.contains(&tag) {
        return false;
    }
    context.custom
}

/// What the name of a file demands: `x_linux.go`, `x_arm.go`, `x_linux_arm_test.go`.
pub fn name_constraint(name: &str) -> Constraint {
    let stem = name.strip_suffix(".go").unwrap_or(name);
    let stem = stem.strip_suffix("_test").unwrap_or(stem);
    let Some((_, parts)) = stem.split_once('_') else { return Constraint::Always };
    let tag = |word: &str| Constraint::Tag(word.to_owned());
    let mut last = parts.rsplit('_');
    match (last.next(), last.next()) {
        (Some(arch), Some(os)) if PROCESSORS.contains(&arch) && SYSTEMS.contains(&os) => {
            Constraint::All(vec![tag(os), tag(arch)])
        }
        (Some(one), _) if PROCESSORS.contains(&one) || SYSTEMS.contains(&one) => tag(one),
        _ => Constraint::Always,
    }
}

/// The contexts that meet all of these, as bits.
pub fn contexts_of(constraints: &[&Constraint]) -> u64 {
    let met = |c: &&Context| constraints.iter().all(|k| k.met(c));
    CONTEXTS.iter().enumerate().filter(|(_, c)| met(c)).fold(0, |bits, (i, _)| bits | 1 << i)
}
