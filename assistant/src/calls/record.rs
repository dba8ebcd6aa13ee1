//! What is kept of a call beside its conversation: how it went, and how long each turn took.

use serde::Serialize;
use tokio::time::Instant;

use crate::phone::{CallDirection, CallFacts, Ending, MediaStatistics};
use crate::store::{Conversation, NewCall, now};

/// The times of one turn, in milliseconds from the end of the utterance as it was noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct TurnTimes {
    /// Id of the turn.
    turn: String,
    /// Until what was said was known; 0 where it was typed.
    heard: u64,
    /// Until the first words of the reply.
    words: Option<u64>,
    /// Until its first sound left.
    sound: Option<u64>,
}

/// A call in the making.
#[derive(Debug)]
pub(super) struct Record {
    call: NewCall,
    turns: Vec<TurnTimes>,
    ended: Instant,
    heard: Instant,
}

impl Record {
    pub(super) fn of(facts: &CallFacts, conversation: &Conversation) -> Self {
        let (direction, other) = match facts.direction {
            CallDirection::In => ("in", &facts.caller),
            CallDirection::Out => ("out", &facts.called),
        };
        let call = NewCall {
            id: facts.id.clone(),
            conversation_id: conversation.id.clone(),
            direction,
            number: other.to_string(),
            started_at: now(),
            ..NewCall::default()
        };
        let at = Instant::now();
        Self { call, turns: Vec::new(), ended: at, heard: at }
    }

    /// The resident has stopped speaking.
    pub(super) fn speech_ended(&mut self) {
        self.ended = Instant::now();
    }

    /// What they said is known.
    pub(super) fn heard(&mut self) {
        self.heard = Instant::now();
    }

    /// They pressed keys rather than spoke.
    pub(super) fn typed(&mut self) {
        self.ended = Instant::now();
        self.heard = self.ended;
    }

    /// It became a turn.
    pub(super) fn turn(&mut self, id: &str) {
        let heard = self.heard.saturating_duration_since(self.ended).as_millis() as u64;
        self.turns.push(TurnTimes { turn: id.to_owned(), heard, ..TurnTimes::default() });
    }

    /// Words of the reply are there.
    pub(super) fn words(&mut self) {
        let elapsed = self.elapsed();
        if let Some(turn) = self.turns.last_mut() {
            turn.words.get_or_insert(elapsed);
        }
    }

    /// Sound leaves.
    pub(super) fn sound(&mut self) {
        let elapsed = self.elapsed();
        if let Some(turn) = self.turns.last_mut()
            && turn.words.is_some()
        {
            turn.sound.get_or_insert(elapsed);
        }
    }

    fn elapsed(&self) -> u64 {
        self.ended.elapsed().as_millis() as u64
    }

    /// A person has taken the call.
    pub(super) fn connected(&mut self) {
        self.call.connected = true;
    }

    /// The call as it is kept.
    pub(super) fn finish(&self, ending: Ending, media: &MediaStatistics) -> NewCall {
        let mut call = self.call.clone();
        call.ended_at = now();
        call.ending = format!("{ending:?}");
        call.turns = serde_json::to_string(&self.turns).unwrap_or_default();
        call.sent = media.sent as i64;
        call.received = media.received as i64;
        call.lost = media.lost as i64;
        call.gaps = media.gaps as i64;
        call
    }
}
