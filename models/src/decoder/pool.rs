//! The threads that compute: as many as there are cores, started once.
//!
//! A forward pass hands them a hundred-odd pieces of work, each some tenths of a millisecond long,
//! so they wait for the next one spinning, but only for a few microseconds: between two answers, or
//! while another engine computes, they sleep. Work is taken in shares from a common counter, smaller
//! and smaller ones towards the end, and a thread that has not come by the time the work is taken is
//! not waited for: on cores that others use too, the slowest thread does not hold up the rest.

use std::{
    any::Any,
    cell::UnsafeCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::ModelError;

/// How long a thread waits spinning before it sleeps: longer than what lies between two works of
/// one forward pass, shorter than it takes to wake a thread.
const PATIENCE: Duration = Duration::from_micros(10);
/// Turns of the waiting loop between two looks at the clock: less than a microsecond.
const TURNS: u32 = 8;

/// Bit of the gate that lets threads join the work.
const OPEN: u64 = 1 << 31;
/// What is added to the gate for each new work.
const ROUND: u64 = 1 << 32;
/// Bits of the gate that count the threads at work.
const AT_WORK: u64 = OPEN - 1;

/// What one work is: called with the pieces to do.
type Work<'a> = dyn Fn(usize) + Sync + 'a;

struct Shared {
    /// Number of the work, whether it may be joined, and how many threads are at it.
    gate: AtomicU64,
    work: UnsafeCell<Option<*const Work<'static>>>,
    next: AtomicUsize,
    pieces: AtomicUsize,
    cores: usize,
    closing: AtomicBool,
    asleep: Vec<AtomicBool>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: `work` is written only by the thread that holds the pool, while the gate is closed and
// nobody is at work, and read only by threads that joined through the open gate. What it points to
// is `Sync`.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    /// Does shares of the work until all are taken.
    fn take_part(&self, work: &Work<'_>) {
        let pieces = self.pieces.load(Ordering::Relaxed);
        let largest = (pieces / (self.cores * 8)).max(1);
        let mut first = self.next.load(Ordering::Relaxed);
        while first < pieces {
            let share = ((pieces - first) / (self.cores * 2)).clamp(1, largest);
            let taken = self.next.compare_exchange_weak(
                first,
                first + share,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            match taken {
                Ok(_) => {
                    (first..first + share).for_each(work);
                    first = self.next.load(Ordering::Relaxed);
                }
                Err(now) => first = now,
            }
        }
    }

    /// The life of a thread.
    fn serve(&self, index: usize) {
        let mut done = 0;
        let mut patience = Patience::new();
        while !self.closing.load(Ordering::Relaxed) {
            let gate = self.gate.load(Ordering::Acquire);
            if gate & OPEN == 0 || gate / ROUND == done {
                self.wait(index, gate, &mut patience);
                continue;
            }
            let joined =
                self.gate
                    .compare_exchange(gate, gate + 1, Ordering::AcqRel, Ordering::Relaxed);
            if joined.is_err() {
                continue;
            }
            done = gate / ROUND;
            // SAFETY: this thread is counted at the gate, so the pointer was written before the
            // gate opened, and what it points to lives until this thread has left.
            let work = unsafe { &*self.work.get() };
            if let Some(work) = work {
                // SAFETY: as above.
                let work = unsafe { &**work };
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.take_part(work))) {
                    *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
                }
            }
            self.gate.fetch_sub(1, Ordering::Release);
            patience = Patience::new();
        }
    }

    fn wait(&self, index: usize, seen: u64, patience: &mut Patience) {
        if patience.lasts() {
            std::hint::spin_loop();
            return;
        }
        self.asleep[index].store(true, Ordering::SeqCst);
        // Whoever opens the gate after this look finds the flag and wakes the thread.
        if self.gate.load(Ordering::SeqCst) == seen && !self.closing.load(Ordering::SeqCst) {
            std::thread::park();
        }
        self.asleep[index].store(false, Ordering::SeqCst);
        *patience = Patience::new();
    }
}

/// Counts how long a thread has been spinning.
struct Patience {
    turns: u32,
    end: Option<Instant>,
}

impl Patience {
    fn new() -> Self {
        Self {
            turns: 0,
            end: None,
        }
    }

    fn lasts(&mut self) -> bool {
        self.turns += 1;
        if !self.turns.is_multiple_of(TURNS) {
            return true;
        }
        let now = Instant::now();
        now < *self.end.get_or_insert(now + PATIENCE)
    }
}

/// The threads and the one that calls them, which works along.
pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Threads for `size` cores, the caller's included.
    pub(super) fn new(size: usize) -> Result<Self, ModelError> {
        let others = size.saturating_sub(1);
        let shared = Arc::new(Shared {
            gate: AtomicU64::new(0),
            work: UnsafeCell::new(None),
            next: AtomicUsize::new(0),
            pieces: AtomicUsize::new(0),
            cores: others + 1,
            closing: AtomicBool::new(false),
            asleep: (0..others).map(|_| AtomicBool::new(false)).collect(),
            panic: Mutex::new(None),
        });
        let mut pool = Self {
            shared,
            threads: Vec::with_capacity(others),
        };
        for index in 0..others {
            let shared = Arc::clone(&pool.shared);
            let thread = std::thread::Builder::new()
                .name(format!("decoder {index}"))
                .spawn(move || shared.serve(index))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Calls `work` with every number below `pieces`, each once, on all threads.
    pub(super) fn run(&mut self, pieces: usize, work: impl Fn(usize) + Sync) {
        let shared = &*self.shared;
        if pieces <= 1 || self.threads.is_empty() {
            (0..pieces).for_each(work);
            return;
        }
        let work: &Work<'_> = &work;
        shared.pieces.store(pieces, Ordering::Relaxed);
        shared.next.store(0, Ordering::Relaxed);
        #[expect(
            clippy::transmute_ptr_to_ptr,
            reason = "a cast does not stretch a lifetime"
        )]
        // SAFETY: the gate is closed and nobody is at work, since `run` borrows the pool mutably
        // and leaves it so. The lifetime is stretched only until the end of this function, which
        // waits for all who joined.
        unsafe {
            *shared.work.get() =
                Some(std::mem::transmute::<*const Work<'_>, *const Work<'static>>(work));
        }
        shared.gate.fetch_add(ROUND | OPEN, Ordering::SeqCst);
        for (asleep, thread) in shared.asleep.iter().zip(&self.threads) {
            if asleep.load(Ordering::SeqCst) {
                thread.thread().unpark();
            }
        }
        let mine = catch_unwind(AssertUnwindSafe(|| shared.take_part(work)));
        shared.gate.fetch_and(!OPEN, Ordering::AcqRel);
        let mut patience = Patience::new();
        while shared.gate.load(Ordering::Acquire) & AT_WORK != 0 {
            if patience.lasts() {
                std::hint::spin_loop();
            } else {
                // Whoever is still at work may need this very core.
                std::thread::yield_now();
            }
        }
        if let Err(panic) = mine {
            resume_unwind(panic);
        }
        let panic = shared.panic.lock();
        if let Some(panic) = panic.unwrap_or_else(PoisonError::into_inner).take() {
            resume_unwind(panic);
        }
    }

    /// Calls `fill` with the number and the place of every piece of `length` things in `out`.
    pub(super) fn fill<T: Send>(
        &mut self,
        out: &mut [T],
        length: usize,
        fill: impl Fn(usize, &mut [T]) + Sync,
    ) {
        let pieces = out.len().checked_div(length).unwrap_or_default();
        let parts = Parts::new(out);
        self.run(pieces, |piece| {
            // SAFETY: every piece is handed out once, and pieces do not overlap.
            fill(piece, unsafe { parts.part(piece * length, length) });
        });
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            // A panic of the work was passed on when it happened.
            let _ = thread.join();
        }
    }
}

/// A slice whose parts several threads write, each its own.
pub(super) struct Parts<'a, T> {
    start: *mut T,
    length: usize,
    borrow: std::marker::PhantomData<&'a mut [T]>,
}

// SAFETY: parts are only made under the promise of `part`.
unsafe impl<T: Send> Sync for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    pub(super) fn new(slice: &'a mut [T]) -> Self {
        Self {
            start: slice.as_mut_ptr(),
            length: slice.len(),
            borrow: std::marker::PhantomData,
        }
    }

    /// `length` things from the one at `first` on.
    ///
    /// # Safety
    ///
    /// No two parts that are in use at the same time may overlap.
    #[expect(
        clippy::mut_from_ref,
        reason = "the promise that parts do not overlap replaces it"
    )]
    pub(super) unsafe fn part(&self, first: usize, length: usize) -> &mut [T] {
        assert!(first <= self.length && length <= self.length - first);
        // SAFETY: within the slice, by the line above; alone, by the promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(first), length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once_however_many_threads_there_are() {
        for size in [1, 2, 5] {
            let mut pool = Pool::new(size).unwrap();
            for pieces in (0..200).chain([10_000]) {
                let mut counts = vec![0u32; pieces * 3];
                pool.fill(&mut counts, 3, |piece, counts| {
                    for count in counts {
                        *count += piece as u32 + 1;
                    }
                });
                let expected = (0..pieces * 3).map(|index| index as u32 / 3 + 1);
                assert!(counts.into_iter().eq(expected));
            }
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_leaves_the_pool_usable() {
        let mut pool = Pool::new(3).unwrap();
        let panic = catch_unwind(AssertUnwindSafe(|| {
            pool.run(100, |piece| assert_ne!(piece, 50, "as planned"));
        }));
        assert!(panic.is_err());
        let total = AtomicUsize::new(0);
        pool.run(100, |piece| {
            total.fetch_add(piece, Ordering::Relaxed);
        });
        assert_eq!(total.into_inner(), 4950);
    }
}
