//! A turn that nobody said: what a resident would be told, with every step of the way, and nothing
//! kept of it.

use std::time::Instant;

use anyhow::Result;
use dialects::Variety;
use dialects::script::to_simplified;
use jiff::civil::Date;
use knowledge::SearchResult;
use tokio::sync::mpsc;

use super::answerability;
use super::assistant::Assistant;
use super::policy::{self, Intent};
use super::respond::{Running, Scene};
use super::turn::{Disposition, Reason, Reply, Sentence};
use super::understanding::Understood;
use super::wording;
use crate::store::{Community, Conversation, SearchRule, new_id, now};

/// What is tried.
#[derive(Clone, Debug)]
pub(crate) struct Rehearsal {
    /// Node whose resident asks.
    pub(crate) community: String,
    /// What they say.
    pub(crate) question: String,
    /// The day on which they say it.
    pub(crate) on: Date,
    /// Dialect they speak; `None`: that of the community.
    pub(crate) variety: Option<Variety>,
    /// Whether they speak rather than type.
    pub(crate) spoken: bool,
    /// Community of a staged draft that counts as published.
    pub(crate) preview: Option<String>,
    /// Editions that count as withdrawn: the one that the draft would replace.
    pub(crate) without: Vec<String>,
    /// Whether the model may write; otherwise passages are quoted.
    pub(crate) writes: bool,
    /// Answer it whatever it would be taken for.
    pub(crate) as_question: bool,
}

/// What would be said, and why.
#[derive(Debug)]
pub(crate) struct Rehearsed {
    /// What was understood.
    pub(crate) understood: Understood,
    /// What the turn was taken for.
    pub(crate) intent: &'static str,
    /// The question that the evidence was sought for.
    pub(crate) searched: String,
    /// What was found for it.
    pub(crate) found: SearchResult,
    /// How likely it answers the question, where the gate was in doubt and the writer was asked.
    pub(crate) judged: Option<f32>,
    /// What administrators decided about it.
    pub(crate) rules: Vec<SearchRule>,
    /// What would be said.
    pub(crate) reply: Reply,
    /// The node and the nodes above it.
    pub(crate) lineage: Vec<Community>,
}

impl Assistant {
    /// Goes through a turn without keeping it, filing anything or calling anybody.
    pub(crate) async fn rehearse(&self, rehearsal: &Rehearsal) -> Result<Rehearsed> {
        let began = Instant::now();
        let lineage = self.store.lineage(&rehearsal.community).await?;
        let chosen = rehearsal.variety.map(Variety::id);
        let speaker = self.understanding.speaker(chosen, &lineage).await?;
        let said = to_simplified(rehearsal.question.trim()).into_text();
        let understood = self.understanding.read(&said, &speaker, !rehearsal.spoken).await?;
        let conversation = Conversation {
            id: String::new(),
            community_id: rehearsal.community.clone(),
            channel: "desk".to_owned(),
            variety: chosen.map(str::to_owned),
            created_at: now(),
        };
        // Nobody listens while it is made.
        let (events, _) = mpsc::channel(1);
        let id = new_id();
        let (ticket, question) = self.in_flight.begin(&id, &id, &said);
        let running = Running {
            conversation: &conversation,
            turn_id: String::new(),
            question,
            spoken: rehearsal.spoken,
            understood: understood.clone(),
            speaker,
            lineage: lineage.clone(),
            earlier: Vec::new(),
            ticket: &ticket,
            events: &events,
            began,
            scene: Scene {
                on: rehearsal.on,
                preview: rehearsal.preview.clone(),
                without: rehearsal.without.clone(),
                writes: rehearsal.writes,
            },
        };
        let intent = if rehearsal.as_question { Intent::Question } else { self.intent(&running).await? };
        let mut reply = match &intent {
            Intent::Question => self.answer(&running).await?.0,
            Intent::Emergency(danger) => would_file(Disposition::Emergency, Reason::Danger, danger.advice()),
            Intent::Person => would_file(Disposition::Handoff, Reason::AskedForPerson, &[wording::PERSON]),
            Intent::Report(kind) => {
                let text = wording::reported(kind.name());
                would_file(Disposition::Escalated, Reason::Reported, &[&text])
            }
            Intent::Progress { .. } => plain(Disposition::Clarify, wording::WHICH_ORDER),
            Intent::Supplement { .. } => plain(Disposition::Clarify, wording::SAY_MORE),
            Intent::Here(here) => self.here(*here, &lineage).await?,
            Intent::SmallTalk(kind) => {
                let mut reply = Reply::new(Disposition::Answered);
                let said = wording::small_talk(*kind, understood.variety);
                reply.sentences = said.into_iter().map(Sentence::plain).collect();
                reply
            }
        };
        running.lap(&mut reply, "total");
        let searched = reply.understood.clone().unwrap_or_else(|| understood.text.clone());
        let looked = self.look(&running, &searched).await?;
        let rules = self.ruled(&lineage, &searched).await?.applied;
        Ok(Rehearsed {
            understood,
            intent: name(&intent),
            searched,
            found: looked.found,
            judged: reply.evidence_probability.filter(|_| reply.timings_ms.contains_key(answerability::STEP)),
            rules,
            reply,
            lineage,
        })
    }

    /// The words and the meaning of a turn that stands alone.
    async fn intent(&self, running: &Running<'_>) -> Result<Intent> {
        let mut intent = policy::decide(&running.question, policy::Context::default());
        if intent == Intent::Question && running.understood.rewritten {
            intent = policy::decide(&running.understood.text, policy::Context::default());
        }
        if intent == Intent::Question
            && let Some(by_meaning) = self.judge(running).await?.intent
        {
            intent = by_meaning;
        }
        Ok(intent)
    }
}

fn would_file(disposition: Disposition, reason: Reason, said: &[&str]) -> Reply {
    let mut reply = Reply::new(disposition);
    reply.reason = Some(reason);
    reply.sentences = said.iter().map(|text| Sentence::plain(*text)).collect();
    reply
}

fn plain(disposition: Disposition, said: &str) -> Reply {
    let mut reply = Reply::new(disposition);
    reply.sentences.push(Sentence::plain(said));
    reply
}

fn name(intent: &Intent) -> &'static str {
    match intent {
        Intent::Emergency(_) => "emergency",
        Intent::Person => "person",
        Intent::Progress { .. } => "progress",
        Intent::Supplement { .. } => "supplement",
        Intent::Report(_) => "report",
        Intent::SmallTalk(_) => "small_talk",
        Intent::Here(_) => "here",
        Intent::Question => "question",
    }
}
