//! The turns being answered right now, so that messages in a row become one turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// What is known of a running turn.
#[derive(Debug)]
struct Running {
    conversation_id: String,
    question: String,
    spoken: bool,
    stop: watch::Sender<bool>,
    done: watch::Sender<bool>,
}

/// All running turns by their id.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight {
    running: Arc<Mutex<HashMap<String, Running>>>,
}

/// A running turn's own end of it; dropping it ends the turn.
#[derive(Debug)]
pub(crate) struct Ticket {
    in_flight: InFlight,
    turn_id: String,
    stopped: watch::Receiver<bool>,
}

impl InFlight {
    /// Whether no turn is running.
    pub(crate) fn is_empty(&self) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Registers a turn. Where the conversation has one that has not begun to speak, that one is
    /// stopped and its question comes back, to be answered together with this one.
    pub(crate) fn begin(
        &self,
        conversation_id: &str,
        turn_id: &str,
        text: &str,
    ) -> (Ticket, String) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = running.values().find(|turn| {
            turn.conversation_id == conversation_id && !turn.spoken && !*turn.stop.borrow()
        });
        let question = match earlier {
            Some(earlier) => {
                earlier.stop.send_replace(true);
                format!("{}\n{text}", earlier.question)
            }
            None => text.to_owned(),
        };
        let (stop, stopped) = watch::channel(false);
        running.insert(
            turn_id.to_owned(),
            Running {
                conversation_id: conversation_id.to_owned(),
                question: question.clone(),
                spoken: false,
                stop,
                done: watch::channel(false).0,
            },
        );
        let ticket = Ticket {
            in_flight: self.clone(),
            turn_id: turn_id.to_owned(),
            stopped,
        };
        (ticket, question)
    }

    /// A signal that fires when this turn ends; `None` where it is not running.
    pub(crate) fn end_of(&self, turn_id: &str) -> Option<watch::Receiver<bool>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(turn_id).map(|turn| turn.done.subscribe())
    }
}

impl Ticket {
    /// Says that the reply has begun: from now on later messages are turns of their own. `false`
    /// where the turn was stopped before.
    pub(crate) fn speak(&self) -> bool {
        let mut running = self
            .in_flight
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *self.stopped.borrow() {
            return false;
        }
        if let Some(turn) = running.get_mut(&self.turn_id) {
            turn.spoken = true;
        }
        true
    }

    /// Waits until a later message takes this turn over.
    pub(crate) async fn stopped(&self) {
        let mut stopped = self.stopped.clone();
        // An error means that nobody can stop the turn any more.
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut running = self
            .in_flight
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = running.remove(&self.turn_id) {
            turn.done.send_replace(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_in_a_row_become_one_question_until_the_reply_has_begun() {
        let in_flight = InFlight::default();
        let (first, question) = in_flight.begin("c", "1", "我想问下");
        assert_eq!(question, "我想问下");
        let (second, question) = in_flight.begin("c", "2", "居住证怎么办");
        assert_eq!(question, "我想问下\n居住证怎么办");
        assert!(!first.speak());
        drop(first);

        assert!(second.speak());
        let (third, question) = in_flight.begin("c", "3", "要多少钱");
        assert_eq!(question, "要多少钱");
        assert!(second.speak() && third.speak());
        let (_, question) = in_flight.begin("other", "4", "你好");
        assert_eq!(question, "你好");
    }

    #[tokio::test]
    async fn the_end_of_a_turn_reaches_whoever_waits_for_it() {
        let in_flight = InFlight::default();
        let (ticket, _) = in_flight.begin("c", "1", "问");
        let mut end = in_flight.end_of("1").unwrap();
        drop(ticket);
        assert!(end.wait_for(|done| *done).await.is_ok());
        assert!(in_flight.end_of("1").is_none());
    }
}
