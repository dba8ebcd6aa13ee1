//! Saying beforehand what residents will most likely be told, while nobody is there.
//!
//! A neural voice takes about as long to make a sentence as to say it. What is answered word for word is the
//! same every time, advice in danger first of all: made in idle time, it sounds at once. Nothing of it is kept
//! but sound, and no sound that names a person's numbers.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::conversation::{Assistant, Composition, Rehearsal, Reply, said_every_time};
use crate::http::SERVICES;
use crate::voice::{Manner, Voice, make_while};

/// How often it is looked whether anybody is there.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Nobody has been there for so many looks: they will hardly come back with the next word.
const QUIET_LOOKS: u32 = 6;
/// How often it is thought over anew what will be asked.
const THINK_EVERY: Duration = Duration::from_secs(3600);
/// Questions that are prepared for, the most frequent of late.
const QUESTIONS: usize = 100;
/// Sentences of a reply that are prepared; by the time they are said the others are made.
const SENTENCES: usize = 2;

/// Prepares what will be said.
pub(crate) struct Practice {
    assistant: Arc<Assistant>,
    voice: Arc<Voice>,
    manner: Manner,
    community: String,
    /// Nobody has been there for a while.
    settled: bool,
    said: HashSet<String>,
}

impl Practice {
    /// For the residents of one community, in the voice that they hear.
    pub(crate) fn new(assistant: Arc<Assistant>, voice: Arc<Voice>, manner: Manner) -> Self {
        let community = assistant.default_community().to_owned();
        Self { assistant, voice, manner, community, settled: false, said: HashSet::new() }
    }

    /// Works for as long as the program runs.
    pub(crate) async fn run(mut self) {
        while self.voice.speaking().is_none() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        for line in said_every_time() {
            if let Err(error) = self.prepare_line(line.to_owned()).await {
                tracing::warn!(error = format!("{error:#}"), "a line could not be prepared");
            }
        }
        loop {
            match self.likely_questions().await {
                Ok(questions) => {
                    for question in questions {
                        self.quiet().await;
                        if let Err(error) = self.prepare(&question).await {
                            tracing::warn!(error = format!("{error:#}"), "a reply could not be prepared");
                        }
                    }
                    tracing::info!(lines = self.said.len(), "what is likely to be said is prepared");
                }
                Err(error) => tracing::warn!(error = format!("{error:#}"), "nothing could be prepared"),
            }
            tokio::time::sleep(THINK_EVERY).await;
        }
    }

    /// Waits until nobody has been there for a while.
    async fn quiet(&mut self) {
        self.settled = self.settled && self.is_alone();
        let mut looks = 0;
        while !self.settled {
            tokio::time::sleep(LOOK_EVERY).await;
            looks = if self.is_alone() { looks + 1 } else { 0 };
            self.settled = looks >= QUIET_LOOKS;
        }
    }

    fn is_alone(&self) -> bool {
        self.voice.is_listening_to_nobody() && self.assistant.is_idle()
    }

    /// What is asked by the buttons and what was asked most of late.
    async fn likely_questions(&self) -> Result<Vec<String>> {
        let store = self.assistant.store();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        if let Some(community) = store.find_community(&self.community).await? {
            for (question, _) in store.recent_questions(&community.path).await? {
                *counts.entry(question).or_default() += 1;
            }
        }
        let mut asked: Vec<(String, usize)> = counts.into_iter().collect();
        asked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let buttons = SERVICES.iter().map(|service| service.question.to_owned());
        Ok(buttons.chain(asked.into_iter().map(|(question, _)| question)).take(QUESTIONS).collect())
    }

    async fn prepare(&mut self, question: &str) -> Result<()> {
        let rehearsed = self.assistant.rehearse(&self.rehearsal(question)).await?;
        for line in lines(&rehearsed.reply) {
            self.prepare_line(line).await?;
        }
        Ok(())
    }

    async fn prepare_line(&mut self, line: String) -> Result<()> {
        let Some(speaking) = self.voice.speaking().map(Arc::clone) else { return Ok(()) };
        if self.said.insert(line.clone()) {
            self.quiet().await;
            make_while(&|| self.is_alone(), &speaking, &line, &self.manner).await?;
        }
        Ok(())
    }

    fn rehearsal(&self, question: &str) -> Rehearsal {
        Rehearsal {
            community: self.community.clone(),
            question: question.to_owned(),
            on: self.assistant.today(),
            variety: None,
            spoken: true,
            preview: None,
            without: Vec::new(),
            writes: false,
            as_question: false,
        }
    }
}

/// The first lines of a reply that will be the same the next time; none of one that a model writes.
fn lines(reply: &Reply) -> Vec<String> {
    if reply.composition == Composition::Written {
        return Vec::new();
    }
    match &reply.spoken {
        Some(spoken) => vec![spoken.clone()],
        None => reply.sentences.iter().take(SENTENCES).map(|sentence| sentence.text.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Disposition, Sentence};

    #[test]
    fn what_is_the_same_the_next_time_is_prepared_and_what_a_model_writes_is_not() {
        let mut reply = Reply::new(Disposition::Answered);
        reply.sentences = ["一。", "二。", "三。"].map(Sentence::plain).to_vec();
        reply.composition = Composition::Quoted;
        assert_eq!(lines(&reply), ["一。", "二。"]);
        reply.composition = Composition::Written;
        assert!(lines(&reply).is_empty());
        reply.composition = Composition::Verified;
        reply.spoken = Some("念的话。".to_owned());
        assert_eq!(lines(&reply), ["念的话。"]);
    }
}
