use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A sign of life on a terminal while something takes long; nothing in a pipe. Gone when dropped.
pub struct Progress(Option<(ProgressBar, Option<JoinHandle<()>>)>);

impl Progress {
    /// Begins to show `what`.
    pub fn start(what: String, quiet: bool) -> Progress {
        if quiet || !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        let bar = ProgressBar::new_spinner().with_message(what);
        let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
        let ticked = bar.clone();
        let tick = move || {
            while !ticked.is_finished() {
                ticked.tick();
                thread::park_timeout(Duration::from_millis(200));
            }
        };
        // The library's own ticker panics where the system gives no thread; here the sign just does not move.
        bar.tick();
        let ticker = thread::Builder::new().spawn(tick).ok();
        Progress(Some((bar, ticker)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let Some((bar, ticker)) = self.0.take() else { return };
        bar.finish_and_clear();
        if let Some(ticker) = ticker {
            ticker.thread().unpark();
            let _ = ticker.join();
        }
    }
}
