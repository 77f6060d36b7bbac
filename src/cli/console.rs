use super::args::Color;
use super::failure::Failure;
use anstream::{AutoStream, ColorChoice};
use std::io::{IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use treepatch::render::{visible_colored, visible_line, wrap};

/// How messages on standard error are shown: set once the arguments are known.
static COLORED: AtomicBool = AtomicBool::new(false);

/// A narrower terminal is taken for one of so many columns.
const NARROW: usize = 20;

/// How the streams are shown.
#[derive(Clone, Copy, Debug)]
pub struct Screens {
    pub stdout: Screen,
    pub stderr: Screen,
}

/// How one stream is shown.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub color: bool,
    pub is_terminal: bool,
    /// The columns of the terminal, if it is one.
    pub width: Option<usize>,
}

impl Screen {
    /// What goes to a file.
    pub const FILE: Screen = Screen { color: false, is_terminal: false, width: None };
}

impl Screens {
    /// Decides on the colours of both streams.
    pub fn choose(color: Color) -> Screens {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let (auto_out, auto_err) = (AutoStream::choice(&out), AutoStream::choice(&err));
        let is_colored = |auto: ColorChoice| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => auto != ColorChoice::Never,
        };
        let screens = Screens {
            stdout: Screen { color: is_colored(auto_out), is_terminal: out.is_terminal(), width: columns(&out) },
            stderr: Screen { color: is_colored(auto_err), is_terminal: err.is_terminal(), width: columns(&err) },
        };
        COLORED.store(screens.stderr.color, Ordering::Relaxed);
        screens
    }
}

/// How many columns a terminal has.
pub fn columns(stream: impl AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0).then(|| usize::from(size.ws_col).max(NARROW))
}

/// Prints to standard output, byte for byte.
pub fn stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|e| Failure::of_output(&e))
}

/// Prints a text for people to standard output. Nothing in it steers the terminal but its colours.
pub fn print(text: &str) -> Result<(), Failure> {
    stdout(visible_colored(text).as_bytes())
}

/// Prints a text for people to standard error. If even that fails there is nobody left to tell.
pub fn stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(visible_colored(text).as_bytes());
}

/// Prints one line to standard error, broken where the terminal is narrower.
pub fn line(text: &str) {
    stderr(&(wrap(text, columns(std::io::stderr()), 2) + "\n"));
}

/// Prints a message that begins with `error:`.
pub fn error(message: &str) {
    let (style, message) = (anstyle::AnsiColor::Red.on_default().bold(), visible_line(message));
    if COLORED.load(Ordering::Relaxed) {
        line(&format!("{style}error:{style:#} {message}"));
    } else {
        line(&format!("error: {message}"));
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
    line(&format!("note: {}", visible_line(message)));
}
