//! The assistant that every channel talks to, and what it is made of.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use dialects::Variety;
use dialects::script::to_simplified;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use knowledge::Library;
use models::{Generate, Recognize};
use rand::Rng;
use tokio::task::spawn_blocking;

use super::evidence::LocalFields;
use super::in_flight::InFlight;
use super::policy;
use super::understanding::Understanding;
use super::unknown_words::{Said, UnknownWord, recurring};
use super::wording;
use crate::config;
use crate::voice::Hearing;
use crate::work_orders::department::Suggestion;
use crate::work_orders::{Departments, WorkOrders};
use crate::store::{Community, Conversation, NewWorkOrder, Store, WorkOrder};

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
}

/// Opens a conversation to whoever shows it.
pub(super) fn new_token() -> String {
    let mut random = rand::rng();
    (0..32).map(|_| format!("{:x}", random.random_range(0..16))).collect()
}
