//! The threads that a run works with, where the system gives them; where it gives none, the caller's own.

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};
use std::cell::Cell;
use std::num::NonZero;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The stack of each: deep enough to parse most files on it.
const STACK: usize = 32 << 20;
/// What may be in use of it already, when a file is to be parsed.
const USED: usize = 2 << 20;
/// How often a first thread is asked for, and how long it is waited each time.
const TRIES: usize = 25;
const MOMENT: Duration = Duration::from_millis(2);

thread_local! {
    static ROOM: Cell<usize> = const { Cell::new(0) };
}

/// How many bytes of stack there are for certain on this thread, beside what everything needs.
pub(crate) fn room() -> usize {
    ROOM.get()
}

/// Does some work with so many threads, or with as many as there are cores (0). Where the system does not give as many,
/// as in a container that counts them, there are fewer, down to the caller's own alone. The outcome must be the same.
pub(crate) fn within<T: Send>(count: usize, work: impl FnOnce() -> T + Send) -> T {
    let Some((pool, threads)) = pool(count) else {
        alone();
        return work();
    };
    let done = pool.install(work);
    drop(pool);
    end(threads);
    done
}

type Threads = Vec<JoinHandle<()>>;

fn pool(count: usize) -> Option<(ThreadPool, Threads)> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let mut count = if count == 0 { cores() } else { count };
    let mut tries = 0;
    while tries < TRIES {
        let mut threads = Threads::new();
        let spawn = |worker: ThreadBuilder| {
            let deep = || {
                ROOM.set(STACK - USED);
                worker.run();
            };
            threads.push(thread::Builder::new().stack_size(STACK).spawn(deep)?);
            Ok(())
        };
        if let Ok(pool) = ThreadPoolBuilder::new().num_threads(count).spawn_handler(spawn).build() {
            return Some((pool, threads));
        }
        match threads.len() {
            // Those of an earlier try, or of earlier work, may count for a moment after their end.
            0 => {
                thread::sleep(MOMENT);
                tries += 1;
            }
            given => count = given,
        }
        end(threads);
    }
    None
}

/// Waits for threads whose pool has ended: the system counts them until then.
fn end(threads: Threads) {
    for thread in threads {
        let _ = thread.join();
    }
}

/// Makes this thread one that works for itself, so that no others are asked for by whatever is done on it.
fn alone() {
    // If it works for others already, nothing has to be done.
    if let Ok(pool) = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
        // The thread stays what it is now, and so must this.
        std::mem::forget(pool);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn whatever_threads_there_are_the_work_is_done() {
        let work = || (0..1000_u64).into_par_iter().map(|n| n * n).sum::<u64>();
        let sum = work();
        for count in [0, 1, 2, 9] {
            assert_eq!(within(count, work), sum);
            assert_eq!(within(count, || within(count, work)), sum);
        }
        let room = within(2, || (0..100).into_par_iter().map(|_| room()).min());
        assert_eq!(room, Some(STACK - USED));
    }

    #[test]
    fn a_thread_that_works_alone_asks_for_no_others() {
        let ids = thread::spawn(|| {
            alone();
            alone();
            let ids: Vec<_> = (0..1000).into_par_iter().map(|_| thread::current().id()).collect();
            assert!(within(2, rayon::current_num_threads) == 2 && rayon::current_num_threads() == 1);
            (thread::current().id(), ids)
        });
        let (own, ids) = ids.join().unwrap();
        assert!(ids.iter().all(|id| *id == own));
    }
}
