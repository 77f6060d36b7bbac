use super::console::columns;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use treepatch::render::visible_line;

/// What takes less is not worth a line.
const PATIENCE: Duration = Duration::from_millis(150);
const TICK: Duration = Duration::from_millis(100);
const WHEEL: [&str; 4] = ["|", "/", "-", "\\"];
/// Goes to the beginning of the line, and clears it.
const CLEAR: &str = "\r\u{1b}[2K";

/// A line on a terminal that says how far a long run is; nothing in a pipe. Gone when dropped, and when the run is ended
/// by a signal.
pub struct Progress {
    state: Arc<State>,
    ticker: Option<JoinHandle<()>>,
}

struct State {
    phases: Mutex<Vec<Phase>>,
    is_over: AtomicBool,
    begun: Instant,
}

/// One thing after the other that a run does.
struct Phase {
    /// What is done, as `reading root`.
    what: String,
    /// How many files of it are done.
    files: Arc<AtomicUsize>,
    /// Which of how many patches is worked at.
    turn: Option<(Arc<AtomicUsize>, usize)>,
    /// Since when there is something to count.
    since: Option<Instant>,
}

impl Progress {
    /// Begins to show what there will be.
    pub fn start(quiet: bool) -> Progress {
        let phases = Mutex::default();
        let state = Arc::new(State { phases, is_over: AtomicBool::new(false), begun: Instant::now() });
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if quiet || is_dumb || !std::io::stderr().is_terminal() {
            return Progress { state, ticker: None };
        }
        let ticked = Arc::clone(&state);
        let signals = Signals::get();
        signals.is_idle.store(false, Ordering::SeqCst);
        // Where the system gives no thread there is no line, and signals do what they always do.
        let ticker = thread::Builder::new().spawn(move || ticked.tick(signals)).ok();
        signals.is_idle.store(ticker.is_none(), Ordering::SeqCst);
        Progress { state, ticker }
    }

    /// Begins anew with the first phase.
    pub fn again(&self) {
        self.state.phases().clear();
    }

    /// Adds something that is done after what was added before; gives what its files are counted by. It is shown once
    /// something is counted.
    pub fn phase(&self, what: &str) -> Arc<AtomicUsize> {
        self.add(what, None)
    }

    /// The same for something that is done patch by patch; gives what those are counted by, too.
    pub fn patches(&self, what: &str, all: usize) -> (Arc<AtomicUsize>, Arc<AtomicUsize>) {
        let turn = Arc::new(AtomicUsize::new(0));
        (self.add(what, Some((Arc::clone(&turn), all))), turn)
    }

    fn add(&self, what: &str, turn: Option<(Arc<AtomicUsize>, usize)>) -> Arc<AtomicUsize> {
        let files = Arc::new(AtomicUsize::new(0));
        let phase = Phase { what: what.to_owned(), files: Arc::clone(&files), turn, since: None };
        self.state.phases().push(phase);
        files
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let Some(ticker) = self.ticker.take() else { return };
        self.state.is_over.store(true, Ordering::SeqCst);
        ticker.thread().unpark();
        let _ = ticker.join();
        let signals = Signals::get();
        signals.is_idle.store(true, Ordering::SeqCst);
        signals.obey();
    }
}

impl State {
    fn phases(&self) -> MutexGuard<'_, Vec<Phase>> {
        self.phases.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    fn tick(&self, signals: &Signals) {
        let (mut turn, mut is_drawn) = (0, false);
        while !self.is_over.load(Ordering::SeqCst) && !signals.is_caught() {
            if self.begun.elapsed() >= PATIENCE {
                draw(&format!("{CLEAR}{}", self.line(WHEEL[turn % WHEEL.len()])));
                is_drawn = true;
            }
            turn += 1;
            thread::park_timeout(TICK);
        }
        if is_drawn {
            draw(CLEAR);
        }
        signals.obey();
    }

    /// The wheel, the last phase that has begun, and for how long it all takes; no wider than the terminal.
    fn line(&self, wheel: &str) -> String {
        let mut phases = self.phases();
        let last = phases.iter().rposition(Phase::has_begun).unwrap_or(0);
        let phase = phases.get_mut(last).map(Phase::line).unwrap_or_default();
        let line = format!("{wheel} {phase}, {} s", self.begun.elapsed().as_secs());
        let room = columns(std::io::stderr()).unwrap_or(80).saturating_sub(1);
        visible_line(&line).chars().take(room).collect()
    }
}

impl Phase {
    fn has_begun(&self) -> bool {
        let turn = self.turn.as_ref().is_some_and(|(turn, _)| turn.load(Ordering::Relaxed) > 0);
        turn || self.files.load(Ordering::Relaxed) > 0
    }

    /// What is done, how much of it, and how fast.
    fn line(&mut self) -> String {
        let mut line = self.what.clone();
        if let Some((turn, all)) = &self.turn {
            line.push_str(&format!(" (patch {} of {})", grouped(turn.load(Ordering::Relaxed)), grouped(*all)));
        }
        let files = self.files.load(Ordering::Relaxed);
        if files > 0 {
            line.push_str(&format!(": {} {}", grouped(files), if files == 1 { "file" } else { "files" }));
        }
        let seconds = self.since.get_or_insert_with(Instant::now).elapsed().as_secs_f64();
        let rate = (files as f64 / seconds.max(0.001)) as usize;
        if seconds >= 0.5 && rate > 0 {
            line.push_str(&format!(", {}/s", grouped(rate)));
        }
        line
    }
}

fn draw(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// `1,234,567`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The signals that end a run. While a line is shown they wait for it to be cleared.
struct Signals {
    /// Whether nothing is shown, so that nobody has to wait.
    is_idle: Arc<AtomicBool>,
    caught: Vec<(i32, Arc<AtomicBool>)>,
}

impl Signals {
    fn get() -> &'static Signals {
        static SIGNALS: OnceLock<Signals> = OnceLock::new();
        SIGNALS.get_or_init(|| {
            let is_idle = Arc::new(AtomicBool::new(true));
            let mut caught = Vec::new();
            for signal in [SIGINT, SIGTERM] {
                let is_caught = Arc::new(AtomicBool::new(false));
                // In this order: a signal ends the run where no line is shown, and so does any second one.
                let registered = flag::register_conditional_default(signal, Arc::clone(&is_idle))
                    .and_then(|_| flag::register(signal, Arc::clone(&is_idle)))
                    .and_then(|_| flag::register(signal, Arc::clone(&is_caught)));
                if registered.is_ok() {
                    caught.push((signal, is_caught));
                }
            }
            Signals { is_idle, caught }
        })
    }

    fn is_caught(&self) -> bool {
        self.caught.iter().any(|(_, is_caught)| is_caught.load(Ordering::SeqCst))
    }

    /// Ends the run by the signal that came, if one did: whoever waits for it sees that it was one.
    fn obey(&self) {
        if let Some((signal, _)) = self.caught.iter().find(|(_, is_caught)| is_caught.load(Ordering::SeqCst)) {
            let _ = low_level::emulate_default_handler(*signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
