//! One turn from message to kept reply.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::{Context as _, Result};
use dialects::{Heard, Variety};
use dialects::script::to_simplified;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use knowledge::Library;
use models::{Generate, Recognize};
use rand::Rng;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;

use super::evidence::LocalFields;
use super::in_flight::InFlight;
use super::policy;
use super::respond::{Running, Scene};
use super::understanding::Understanding;
use super::follow_up;
use super::turn::{Asked, Composition, Disposition, Reason, Reply, Sentence, Turn, TurnEvent};
use super::unknown_words::{Said, UnknownWord, recurring};
use super::wording;
use crate::config;
use crate::privacy::phone_in;
use crate::voice::Hearing;
use crate::work_orders::department::Suggestion;
use crate::work_orders::{Clocks, Departments, Reading, WorkOrders};
use crate::store::{
    Community, Contact, Conversation, NewJob, NewWorkOrder, OrderKind, StartedTurn, Store, WorkOrder, now,
};

/// The model that writes, once it is loaded; until then answers are verified or quoted.
pub type Writer = Arc<OnceLock<Arc<dyn Generate>>>;

/// Answers residents; shared by every channel.
pub struct Assistant {
    pub(super) store: Store,
    pub(super) library: Arc<Library>,
    pub(super) generator: Writer,
    pub(super) settings: config::Conversation,
    /// Turns for which the writer seemed too slow.
    pub(super) slow_turns: AtomicUsize,
    pub(super) examples: Arc<policy::Examples>,
    pub(super) understanding: Arc<Understanding>,
    pub(super) work_orders: WorkOrders,
    departments: Departments,
    pub(super) person_wait_seconds: u32,
    holder_wait_seconds: u32,
    weights: config::Weights,
    pub(super) in_flight: InFlight,
}

/// A conversation that was just opened.
#[derive(Debug)]
pub struct OpenedConversation {
    /// The conversation.
    pub conversation: Conversation,
    /// Opens it again; kept by the resident's side only.
    pub token: String,
    /// The first words.
    pub greeting: String,
}

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
    /// Puts the parts together.
    pub async fn new(
        store: Store,
        library: Arc<Library>,
        generator: Writer,
        settings: config::Conversation,
        work_orders: WorkOrders,
        orders: &config::WorkOrders,
    ) -> Result<Self> {
        let embedding = Arc::clone(&library);
        let understanding = Understanding::load(Arc::clone(&library), store.clone()).await?;
        let examples = spawn_blocking(move || policy::Examples::load(&embedding)).await??;
        let departments = Departments::load(Arc::clone(&library), &store).await?;
        Ok(Self {
            store,
            library,
            generator,
            settings,
            slow_turns: AtomicUsize::new(0),
            examples: Arc::new(examples),
            understanding,
            departments,
            work_orders,
            person_wait_seconds: orders.person_wait_seconds,
            holder_wait_seconds: orders.holder_wait_seconds,
            weights: orders.weights,
            in_flight: InFlight::default(),
        })
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What a person must finish.
    pub fn work_orders(&self) -> &WorkOrders {
        &self.work_orders
    }

    /// Fills in what an order needs before it is filed.
    pub(super) async fn complete(&self, order: &mut NewWorkOrder) -> Result<()> {
        self.work_orders.complete(order).await?;
        if order.department.is_none() {
            let best = self.departments.suggest(&order.question).await?.into_iter().next();
            order.department = best.map(|best| (best.department.name().to_owned(), f64::from(best.confidence)));
        }
        Ok(())
    }

    /// The departments that a matter may be for, the likeliest first.
    pub(crate) async fn departments(&self, question: &str) -> Result<Vec<Suggestion>> {
        self.departments.suggest(question).await
    }

    /// Learns which department a dispatcher chose for an order.
    pub(crate) async fn learn_department(&self, order: &WorkOrder) -> Result<()> {
        match &order.department {
            Some(department) => self.departments.learn(&order.question, department).await,
            None => Ok(()),
        }
    }

    /// Words that residents at or below a node keep saying and that nothing here knows.
    pub(crate) async fn unknown_words(&self, node: &Community) -> Result<Vec<UnknownWord>> {
        let lineage = self.store.lineage(&node.id).await?;
        let speaker = self.understanding.speaker(None, &lineage).await?;
        let mut said = Vec::new();
        for (conversation_id, text) in self.store.recent_words_of_residents(&node.path).await? {
            let simple = to_simplified(text.trim()).into_text();
            let standard = self.understanding.read(&simple, &speaker, true).await?.text;
            said.push(Said { conversation_id, text, standard });
        }
        let library = Arc::clone(&self.library);
        let words = spawn_blocking(move || -> Result<Vec<UnknownWord>> {
            let texts: Vec<String> = library.texts()?.into_iter().collect();
            Ok(recurring(&said, |form| texts.iter().any(|text| text.contains(form))))
        })
        .await
        .context("the words could not be counted")??;
        Ok(words)
    }

    /// What residents of a node say, in standard Mandarin, as the assistant reads it.
    pub(crate) async fn standard_words(&self, node: &Community, text: &str) -> Result<String> {
        let lineage = self.store.lineage(&node.id).await?;
        let speaker = self.understanding.speaker(None, &lineage).await?;
        let said = to_simplified(text.trim()).into_text();
        Ok(self.understanding.read(&said, &speaker, true).await?.text)
    }

    /// How long a person who holds a conversation may leave the resident without a word, in
    /// milliseconds.
    pub(crate) fn holder_wait_ms(&self) -> i64 {
        i64::from(self.holder_wait_seconds) * 1000
    }

    /// How work orders are judged at this site.
    pub(crate) fn weights(&self) -> config::Weights {
        self.weights
    }

    /// The last sentence that was said in a conversation: what an utterance most likely answers.
    pub(crate) async fn said_last(&self, conversation: &Conversation) -> Result<Option<String>> {
        let turns = self.store.turns(&conversation.id).await?;
        let reply = turns.last().and_then(|turn| turn.reply.as_ref());
        Ok(reply.and_then(|reply| reply.sentences.last()).map(|sentence| sentence.text.clone()))
    }

    /// What hears residents by this recogniser, and reads them as turns are read.
    pub fn hearing(&self, recognizer: Arc<dyn Recognize>) -> Hearing {
        Hearing::new(recognizer, Arc::clone(&self.understanding))
    }

    /// The searchable knowledge.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Community of a conversation that names none.
    pub fn default_community(&self) -> &str {
        &self.settings.community
    }

    /// Whether nobody is being answered.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Today in China, where every community of this product is.
    pub fn today(&self) -> Date {
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
        jiff::Timestamp::now().to_zoned(zone).date()
    }

    /// The first words of a conversation in this community, homely where a dialect is known.
    pub fn greeting(&self, community: &Community, variety: Option<Variety>) -> String {
        let usual = || wording::greeting(&community.name, variety);
        community.greeting.clone().unwrap_or_else(usual)
    }

    /// The dialect of the nearest community that names one.
    pub(crate) async fn variety(&self, lineage: &[Community]) -> Result<Option<Variety>> {
        Ok(self.understanding.speaker(None, lineage).await?.variety)
    }

    /// What is local to the residents of a community.
    pub(crate) async fn local_fields(&self, community: &str) -> Result<LocalFields> {
        Ok(LocalFields::of(&self.store.lineage(community).await?))
    }

    /// Opens a conversation.
    pub async fn open(
        &self,
        community: &str,
        channel: &str,
        variety: Option<Variety>,
    ) -> Result<OpenedConversation> {
        let lineage = self.store.lineage(community).await?;
        let chosen = variety.map(Variety::id);
        let speaker = self.understanding.speaker(chosen, &lineage).await?;
        let token = new_token();
        let conversation = self
            .store
            .open_conversation(community, channel, chosen, &token)
            .await?;
        Ok(OpenedConversation {
            conversation,
            token,
            greeting: self.greeting(&lineage[0], speaker.variety),
        })
    }

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

/// Opens a conversation to whoever shows it.
pub(super) fn new_token() -> String {
    let mut random = rand::rng();
    (0..32).map(|_| format!("{:x}", random.random_range(0..16))).collect()
}

async fn fail(error: &anyhow::Error, events: &mpsc::Sender<TurnEvent>) {
    tracing::error!(error = format!("{error:#}"), "turn failed");
    let _ = events
        .send(TurnEvent::Failed(wording::FAILED.to_owned()))
        .await;
}
