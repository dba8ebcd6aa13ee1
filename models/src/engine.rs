//! A model on a thread of its own behind a bounded queue.
//!
//! A model works on one task or on a few together and keeps every core busy with them, so tasks
//! wait in line. Each carries the tracing span it was asked in and the channel its results go to. A
//! task whose receiver was dropped is abandoned: it leaves the line at once, and the model is
//! expected to look at [`Answer::is_abandoned`] every few hundred milliseconds.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::Span;

use crate::ModelError;

/// What runs on the engine's thread and works on one task at a time.
pub trait Worker: Send + 'static {
    /// What is asked of it.
    type Task: Send + 'static;
    /// What it answers, piece by piece.
    type Event: Send + 'static;

    /// Works on one task until it is done or abandoned.
    fn work(&mut self, task: Self::Task, answer: &Answer<Self::Event>);
}

/// What runs on the engine's thread and can work on several tasks together.
pub trait BatchWorker: Send + 'static {
    /// What is asked of it.
    type Task: Send + 'static;
    /// What it answers, piece by piece.
    type Event: Send + 'static;

    /// Works until `first`, and whatever it took from `next` meanwhile, is done or abandoned.
    ///
    /// `next` gives the next task in line that is still wanted, without waiting.
    fn work_together(
        &mut self,
        first: AssignmentOf<Self>,
        next: &mut dyn FnMut() -> Option<AssignmentOf<Self>>,
    );
}

impl<W: Worker> BatchWorker for W {
    type Task = W::Task;
    type Event = W::Event;

    fn work_together(
        &mut self,
        first: AssignmentOf<Self>,
        _: &mut dyn FnMut() -> Option<AssignmentOf<Self>>,
    ) {
        let Assignment { task, answer, span } = first;
        span.in_scope(|| self.work(task, &answer));
    }
}

/// What a worker is given.
#[derive(Debug)]
pub struct Assignment<Task, Event> {
    /// What is asked.
    pub task: Task,
    /// Where the results go.
    pub answer: Answer<Event>,
    /// The tracing span that it was asked in.
    pub span: Span,
}

/// What a worker of type `W` is given.
pub type AssignmentOf<W> = Assignment<<W as BatchWorker>::Task, <W as BatchWorker>::Event>;

/// Where a worker sends its results.
///
/// The channel is unbounded, because a slow listener must not hold up the next in line; what a
/// worker sends is bounded by its task.
#[derive(Debug)]
pub struct Answer<Event> {
    sender: UnboundedSender<Event>,
    closing: Arc<AtomicBool>,
}

impl<Event> Answer<Event> {
    /// Sends one result; it is lost where nobody listens any more.
    pub fn send(&self, event: Event) {
        // A closed channel means that the listener left; `is_abandoned` tells the worker.
        let _ = self.sender.send(event);
    }

    /// Whether going on is useless: the listener left or the engine is closing.
    pub fn is_abandoned(&self) -> bool {
        self.sender.is_closed() || self.closing.load(Ordering::Relaxed)
    }
}

struct Line<W: BatchWorker> {
    jobs: VecDeque<AssignmentOf<W>>,
    open: bool,
}

struct Shared<W: BatchWorker> {
    line: Mutex<Line<W>>,
    changed: Condvar,
    closing: Arc<AtomicBool>,
}

impl<W: BatchWorker> Shared<W> {
    fn line(&self) -> MutexGuard<'_, Line<W>> {
        // The line is whole between any two operations, so a panic elsewhere does not spoil it.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task that is still wanted, if one is in line.
    fn next_in_line(&self) -> Option<AssignmentOf<W>> {
        let mut line = self.line();
        while let Some(job) = line.jobs.pop_front() {
            if !job.answer.is_abandoned() {
                return Some(job);
            }
        }
        None
    }

    fn next_job(&self) -> Option<AssignmentOf<W>> {
        let mut line = self.line();
        loop {
            if !line.open {
                return None;
            }
            if let Some(job) = line.jobs.pop_front() {
                return Some(job);
            }
            line = self
                .changed
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        let mut line = self.line();
        line.open = false;
        line.jobs.clear();
        self.changed.notify_all();
    }
}

/// Closes the line when the thread ends for whatever reason, so that nobody waits for a dead model.
struct CloseOnExit<W: BatchWorker>(Arc<Shared<W>>);

impl<W: BatchWorker> Drop for CloseOnExit<W> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A worker's thread and the line before it. Dropping it ends the thread.
pub struct Engine<W: BatchWorker> {
    shared: Arc<Shared<W>>,
    capacity: usize,
    thread: Option<JoinHandle<()>>,
}

impl<W: BatchWorker> Engine<W> {
    /// Starts `worker` on a thread called `name`; at most `capacity` tasks wait beside the one in
    /// work.
    pub fn start(name: &str, capacity: usize, mut worker: W) -> Result<Self, ModelError> {
        let shared = Arc::new(Shared {
            line: Mutex::new(Line {
                jobs: VecDeque::with_capacity(capacity),
                open: true,
            }),
            changed: Condvar::new(),
            closing: Arc::new(AtomicBool::new(false)),
        });
        let exit = CloseOnExit(Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Some(job) = exit.0.next_job() {
                    if !job.answer.is_abandoned() {
                        worker.work_together(job, &mut || exit.0.next_in_line());
                    }
                }
            })?;
        Ok(Self {
            shared,
            capacity,
            thread: Some(thread),
        })
    }

    /// Puts a task in line and returns where its results arrive.
    ///
    /// Fails with [`ModelError::Overloaded`] where the line is full and with
    /// [`ModelError::Stopped`] where the worker is gone.
    pub fn submit(&self, task: W::Task) -> Result<UnboundedReceiver<W::Event>, ModelError> {
        let mut line = self.shared.line();
        if !line.open {
            return Err(ModelError::Stopped);
        }
        line.jobs.retain(|job| !job.answer.is_abandoned());
        if line.jobs.len() >= self.capacity {
            return Err(ModelError::Overloaded {
                waiting: line.jobs.len(),
            });
        }
        let (sender, receiver) = unbounded_channel();
        let answer = Answer {
            sender,
            closing: Arc::clone(&self.shared.closing),
        };
        line.jobs.push_back(Assignment {
            task,
            answer,
            span: Span::current(),
        });
        self.shared.changed.notify_one();
        Ok(receiver)
    }

    /// Looks at every task that is waiting and still wanted, the next one first.
    pub fn look_at_waiting(&self, mut look: impl FnMut(&W::Task)) {
        for job in self
            .shared
            .line()
            .jobs
            .iter()
            .filter(|job| !job.answer.is_abandoned())
        {
            look(&job.task);
        }
    }
}

impl<W: BatchWorker> Drop for Engine<W> {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the worker was reported when it happened.
            let _ = thread.join();
        }
    }
}

impl<W: BatchWorker> std::fmt::Debug for Engine<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Works on each task until the test lets it go or the task is abandoned.
    struct Gate {
        began: mpsc::Sender<u32>,
        open: mpsc::Receiver<()>,
    }

    impl Worker for Gate {
        type Task = u32;
        type Event = u32;

        fn work(&mut self, task: u32, answer: &Answer<u32>) {
            self.began.send(task).unwrap();
            assert_ne!(task, 13, "the worker breaks");
            self.open.recv().unwrap();
            answer.send(task * 10);
        }
    }

    fn gate(capacity: usize) -> (Engine<Gate>, mpsc::Receiver<u32>, mpsc::Sender<()>) {
        let (began, has_begun) = mpsc::channel();
        let (opener, open) = mpsc::channel();
        (
            Engine::start("gate", capacity, Gate { began, open }).unwrap(),
            has_begun,
            opener,
        )
    }

    #[test]
    fn answers_come_in_order_and_a_full_line_refuses() {
        let (engine, has_begun, opener) = gate(1);
        let mut first = engine.submit(1).unwrap();
        assert_eq!(has_begun.recv().unwrap(), 1);
        let mut second = engine.submit(2).unwrap();
        assert!(matches!(
            engine.submit(3),
            Err(ModelError::Overloaded { waiting: 1 })
        ));
        opener.send(()).unwrap();
        opener.send(()).unwrap();
        assert_eq!(first.blocking_recv(), Some(10));
        assert_eq!(second.blocking_recv(), Some(20));
        assert_eq!(second.blocking_recv(), None);
    }

    #[test]
    fn an_abandoned_task_leaves_the_line_at_once() {
        let (engine, has_begun, opener) = gate(1);
        let _first = engine.submit(1).unwrap();
        assert_eq!(has_begun.recv().unwrap(), 1);
        drop(engine.submit(2).unwrap());
        let mut waiting = Vec::new();
        engine.look_at_waiting(|task| waiting.push(*task));
        assert!(waiting.is_empty());
        let mut third = engine.submit(3).unwrap();
        opener.send(()).unwrap();
        opener.send(()).unwrap();
        assert_eq!(third.blocking_recv(), Some(30));
        assert_eq!(has_begun.recv().unwrap(), 3, "the second never began");
    }

    #[test]
    fn a_broken_worker_leaves_nobody_waiting() {
        let (engine, has_begun, _opener) = gate(4);
        let mut broken = engine.submit(13).unwrap();
        assert_eq!(has_begun.recv().unwrap(), 13);
        assert_eq!(broken.blocking_recv(), None);
        while engine
            .submit(1)
            .map(|mut answer| answer.blocking_recv())
            .is_ok()
        {}
        assert!(matches!(engine.submit(1), Err(ModelError::Stopped)));
    }
}
