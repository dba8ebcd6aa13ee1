//! One turn from message to kept reply.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use dialects::Heard;
use dialects::script::to_simplified;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::assistant::Assistant;
use super::follow_up;
use super::policy;
use super::respond::{Running, Scene};
use super::turn::{Asked, Composition, Disposition, Reason, Reply, Sentence, Turn, TurnEvent};
use super::wording;
use crate::privacy::phone_in;
use crate::store::{Contact, Conversation, NewJob, NewWorkOrder, OrderKind, StartedTurn, now};
use crate::work_orders::{Clocks, Reading};

/// A message from a resident.
#[derive(Debug)]
pub struct Say {
    /// The conversation it belongs to.
    pub conversation: Conversation,
    /// Names the message, so that a repeated request is the same turn.
    pub client_id: String,
    /// What was said.
    pub text: String,
    /// How it was spoken; `None` where it was typed.
    pub heard: Option<Heard>,
    /// Name of the utterance, under which a recording of it may be kept.
    pub utterance: Option<String>,
}

/// What a channel hears while a turn is being answered.
pub type TurnStream = ReceiverStream<TurnEvent>;

impl Assistant {
    /// Keeps a message and answers it; the stream ends with `Finished` or `Failed`.
    ///
    /// Once this returns, the message is kept. The turn goes on when nobody listens any more.
    pub async fn say(self: &Arc<Self>, say: Say) -> Result<TurnStream> {
        let (sender, receiver) = mpsc::channel(32);
        let started = self
            .store
            .start_turn(&say.conversation.id, &say.client_id, &say.text)
            .await?;
        if let (Some(utterance), StartedTurn::New(turn)) = (&say.utterance, &started) {
            self.store.recording_became(utterance, &say.conversation.id, &turn.id).await?;
        }
        let assistant = Arc::clone(self);
        tokio::spawn(async move {
            let turn = match started {
                StartedTurn::New(turn) => turn,
                StartedTurn::Known(turn) => {
                    match assistant.known(&say.conversation, turn, &sender).await {
                        Ok(None) => return,
                        Ok(Some(turn)) => turn,
                        Err(error) => {
                            fail(&error, &sender).await;
                            return;
                        }
                    }
                }
            };
            if let Err(error) = assistant.run(&turn, &say.conversation, say.heard, &sender).await {
                fail(&error, &sender).await;
            }
        });
        Ok(ReceiverStream::new(receiver))
    }

    /// Files a work order for every message whose answer was cut off when the program stopped.
    pub async fn recover(&self) -> Result<usize> {
        let unfinished = self.store.unfinished_turns().await?;
        for (turn, conversation) in &unfinished {
            let mut reply = Reply::new(Disposition::Escalated);
            reply.reason = Some(Reason::Interrupted);
            let said = to_simplified(turn.text.trim()).into_text();
            let (kind, urgent) = match policy::decide(&said, policy::Context::default()) {
                policy::Intent::Emergency(danger) => {
                    reply.sentences.push(Sentence::plain(wording::caution(danger)));
                    (OrderKind::Help, true)
                }
                policy::Intent::Person => (OrderKind::Help, false),
                policy::Intent::Report(kind) => (kind, false),
                _ => (OrderKind::Inquiry, false),
            };
            reply.sentences.push(Sentence::plain(wording::INTERRUPTED));
            let mut order = NewWorkOrder {
                kind: kind.name().to_owned(),
                urgent,
                reason: Reason::Interrupted,
                community_id: conversation.community_id.clone(),
                conversation_id: conversation.id.clone(),
                question: turn.text.clone(),
                slots: BTreeMap::new(),
                evidence: Vec::new(),
                contact: Contact { phone: phone_in(&said), name: None },
                department: None,
                clocks: Clocks::default(),
                reading: Reading::default(),
            };
            self.complete(&mut order).await?;
            self.store.finish_turn(&turn.id, reply, Some(order)).await?;
        }
        Ok(unfinished.len())
    }

    /// Repeats the reply to a message that came before; `Some` where it must be answered anew.
    async fn known(
        &self,
        conversation: &Conversation,
        turn: Turn,
        events: &mpsc::Sender<TurnEvent>,
    ) -> Result<Option<Turn>> {
        let mut turn = turn;
        if turn.reply.is_none() {
            let Some(mut end) = self.in_flight.end_of(&turn.id) else {
                return Ok(Some(turn));
            };
            // The sender lives as long as the turn; its end is what is waited for either way.
            let _ = end.wait_for(|done| *done).await;
            turn = self
                .store
                .turns(&conversation.id)
                .await?
                .into_iter()
                .find(|kept| kept.id == turn.id)
                .context("a running turn vanished")?;
        }
        let reply = turn.reply.context("the turn could not be answered")?;
        let accepted = TurnEvent::Accepted {
            id: turn.id,
            ordinal: turn.ordinal,
            text: turn.text,
        };
        for event in std::iter::once(accepted)
            .chain([TurnEvent::Evidence(reply.sources.clone())])
            .chain(reply.spoken.clone().map(TurnEvent::Aloud))
            .chain(reply.sentences.iter().cloned().map(TurnEvent::Sentence))
            .chain([TurnEvent::Finished(Box::new(reply.clone()))])
        {
            if events.send(event).await.is_err() {
                break;
            }
        }
        Ok(None)
    }

    async fn run(
        &self,
        turn: &Turn,
        conversation: &Conversation,
        heard: Option<Heard>,
        events: &mpsc::Sender<TurnEvent>,
    ) -> Result<()> {
        let began = Instant::now();
        let _ = events
            .send(TurnEvent::Accepted {
                id: turn.id.clone(),
                ordinal: turn.ordinal,
                text: turn.text.clone(),
            })
            .await;
        let (ticket, question) = self
            .in_flight
            .begin(&conversation.id, &turn.id, &turn.text);
        let mut earlier = self.store.turns(&conversation.id).await?;
        earlier.retain(|kept| kept.ordinal < turn.ordinal);
        let lineage = self.store.lineage(&conversation.community_id).await?;
        let speaker = self
            .understanding
            .speaker(conversation.variety.as_deref(), &lineage)
            .await?;
        let mut said = to_simplified(question.trim()).into_text();
        let before = earlier.last().and_then(|turn| turn.reply.as_ref());
        if let Some(Asked::Meaning { question }) = before.and_then(|reply| reply.asked.as_ref())
            && follow_up::confirms(&said)
        {
            said.clone_from(question);
        }
        let spoken = heard.is_some();
        let understood = match heard.filter(|heard| heard.text == said) {
            Some(heard) => self.understanding.listen(heard, &speaker).await?,
            None => self.understanding.read(&said, &speaker, !spoken).await?,
        };
        let running = Running {
            conversation,
            turn_id: turn.id.clone(),
            question: said,
            spoken,
            understood,
            speaker,
            lineage,
            earlier,
            ticket: &ticket,
            events,
            began,
            scene: Scene::of(self.today()),
        };
        let held = self.store.holding(&conversation.id).await?.holder.is_some();
        if held {
            // Kept before the turn ends: a stop in between leaves nobody waiting for ever.
            let wait = NewJob::await_word(&conversation.id, &turn.id, self.holder_wait_ms(), now());
            self.store.enqueue(&[wait]).await?;
        }
        let (mut reply, order) = if held && !policy::is_danger(&running.question) {
            (Reply::with_person(), None)
        } else {
            self.decide(&running).await?
        };
        let written = match reply.composition {
            Composition::Written => reply.sentences.len(),
            _ => 0,
        };
        if written == 0 && reply.reason != Some(Reason::Merged) && !ticket.speak() {
            reply = Reply::merged();
        }
        let mut order = order.filter(|_| reply.reason != Some(Reason::Merged));
        if let Some(order) = &mut order {
            self.complete(order).await?;
        }
        if !reply.timings_ms.contains_key("first_words") {
            running.lap(&mut reply, "first_words");
        }
        running.lap(&mut reply, "total");
        let reply = self.store.finish_turn(&turn.id, reply, order).await?;
        self.work_orders.changed();
        if let Some(spoken) = &reply.spoken {
            let _ = events.send(TurnEvent::Aloud(spoken.clone())).await;
        }
        for sentence in reply.sentences.iter().skip(written) {
            let _ = events.send(TurnEvent::Sentence(sentence.clone())).await;
        }
        tracing::info!(
            turn = turn.id,
            disposition = ?reply.disposition,
            composition = ?reply.composition,
            milliseconds = running.began.elapsed().as_millis() as u64,
            "turn answered"
        );
        let _ = events.send(TurnEvent::Finished(Box::new(reply))).await;
        Ok(())
    }
}

async fn fail(error: &anyhow::Error, events: &mpsc::Sender<TurnEvent>) {
    tracing::error!(error = format!("{error:#}"), "turn failed");
    let _ = events
        .send(TurnEvent::Failed(wording::FAILED.to_owned()))
        .await;
}
