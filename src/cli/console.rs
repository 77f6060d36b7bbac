use super::args::Color;
use super::failure::Failure;
use anstream::{AutoStream, ColorChoice};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether messages on standard error are coloured: set once the arguments are known.
static COLORED: AtomicBool = AtomicBool::new(false);

/// Where colours go.
#[derive(Clone, Copy, Debug)]
pub struct Colors {
    pub stdout: bool,
    pub stderr: bool,
}

impl Colors {
    /// Decides on the colours of both streams.
    pub fn choose(color: Color) -> Colors {
        let colors = match color {
            Color::Always => Colors { stdout: true, stderr: true },
            Color::Never => Colors { stdout: false, stderr: false },
            Color::Auto => Colors {
                stdout: AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
                stderr: AutoStream::choice(&std::io::stderr()) != ColorChoice::Never,
            },
        };
        COLORED.store(colors.stderr, Ordering::Relaxed);
        colors
    }
}

/// Prints to standard output, byte for byte.
pub fn stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|e| Failure::of_output(&e))
}

/// Prints to standard error. If even that fails there is nobody left to tell.
pub fn stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Prints a message that begins with `error:`.
pub fn error(message: &str) {
    let (style, message) = (anstyle::AnsiColor::Red.on_default().bold(), harmless(message));
    if COLORED.load(Ordering::Relaxed) {
        stderr(&format!("{style}error:{style:#} {message}\n"));
    } else {
        stderr(&format!("error: {message}\n"));
    }
}

/// Prints why a command came to no verdict.
pub fn failure(failure: &Failure) {
    match failure {
        Failure::Usage(message) | Failure::World(message) => error(message),
        Failure::Patchset(messages) => stderr(&(messages.join("\n\n") + "\n")),
        Failure::Pipe => {}
    }
}

/// Prints a message that begins with `note:`.
pub fn note(message: &str) {
    stderr(&format!("note: {}\n", harmless(message)));
}

/// A file of somebody else can be called anything, and a terminal obeys.
fn harmless(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for c in message.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}
