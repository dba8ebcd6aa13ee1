//! The clock of all calls: one thread that plays 20 ms of every call every 20 ms.
//!
//! A thread of its own, because a packet must leave on time whatever the rest of the program does; one for all,
//! because the work of a call in a frame is some tens of microseconds.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

use super::session::Session;

/// Packets are read twice a frame, so that the measured jitter is not the clock's own.
const STEP: Duration = Duration::from_millis(10);
/// After a longer stall the lost time is skipped, not made up for in a burst.
const STALL: Duration = Duration::from_millis(100);

/// Later than this is a packet that a listener can miss: the frames of a call are 20 ms apart.
const LATE: Duration = Duration::from_millis(20);
/// Above everything that is no real-time work, below what else a site may have put there; of 0 to 99.
const PRIORITY: u8 = 20;

/// Gives sessions to the clock's thread; the thread ends when this is dropped and all its sessions are closed.
#[derive(Debug, Clone)]
pub(in crate::phone) struct MediaClock {
    sessions: Sender<Session>,
}

impl MediaClock {
    /// Starts the thread.
    pub(in crate::phone) fn start() -> std::io::Result<Self> {
        let (sessions, new) = channel();
        std::thread::Builder::new()
            .name("phone-media".to_owned())
            .spawn(move || run(&new))?;
        Ok(Self { sessions })
    }

    /// Plays a session until it is closed.
    pub(in crate::phone) fn add(&self, session: Session) {
        // The thread lives as long as this sender does.
        let _ = self.sessions.send(session);
    }
}

/// Has the system run this thread before all that is not real-time, where it lets us.
fn come_first() {
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
    let claimed = ThreadPriorityValue::try_from(PRIORITY).map(|priority| {
        set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(priority), policy)
    });
    match claimed {
        Ok(Ok(())) => tracing::debug!("phone: packets go before all other work"),
        _ => tracing::info!(
            "phone: packets wait their turn when the machine is busy; CAP_SYS_NICE or a limit of real-time \
             priority (RLIMIT_RTPRIO) would have them go first"
        ),
    }
}

fn run(new: &Receiver<Session>) {
    come_first();
    let mut sessions: Vec<Session> = Vec::new();
    let mut due = Instant::now();
    let mut step = 0u64;
    loop {
        if sessions.is_empty() {
            match new.recv() {
                Ok(session) => sessions.push(session),
                Err(_) => return,
            }
            due = Instant::now();
        }
        let woke = Instant::now();
        let mut open = true;
        loop {
            match new.try_recv() {
                Ok(session) => sessions.push(session),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    open = false;
                    break;
                }
            }
        }
        for session in &mut sessions {
            let now = Instant::now();
            session.receive(now);
            if step.is_multiple_of(2) {
                session.frame(now);
            }
        }
        sessions.retain(|session| !session.is_closed());
        if !open && sessions.is_empty() {
            return;
        }
        let now = Instant::now();
        if now > due + LATE {
            let milliseconds = |time: Duration| time.as_millis() as u64;
            tracing::debug!(
                woke_late_ms = milliseconds(woke.saturating_duration_since(due)),
                worked_ms = milliseconds(now - woke),
                sessions = sessions.len(),
                "phone: packets left late"
            );
        }
        step += 1;
        due += STEP;
        if now > due + STALL {
            tracing::warn!(
                late_ms = (now - due).as_millis() as u64,
                "phone: the clock of the calls was held up"
            );
            due = now;
        }
        match new.recv_timeout(due.saturating_duration_since(now)) {
            Ok(session) => {
                sessions.push(session);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        }
    }
}
