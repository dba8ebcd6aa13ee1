//! What is said back, as it comes.

use anyhow::Result;
use tokio::time::Instant;

use super::mouth::Said;
use super::talk::{After, Answering, FILLERS, Flow, Talk};
use super::wording;
use crate::conversation::{
    Asked, Composition, Disposition, Reason, Reply, Say, TurnEvent, says_goodbye, wants_person,
};

/// Characters that are said in a row before we ask whether to go on.
const LONG: usize = 120;

impl Talk {
    pub(super) async fn begin(&mut self, say: Say) -> Result<()> {
        self.mouth.stop();
        self.more.clear();
        self.choices.clear();
        self.text = None;
        self.after = After::Listen;
        self.silence_at = None;
        self.patient(false);
        let question = say.text.clone();
        let stream = self.calls.assistant.say(say).await?;
        self.fillers = 0;
        self.filler_at = Some(Instant::now() + FILLERS[0].0);
        self.answering = Some(Answering { stream, question, said: 0, aloud: false });
        Ok(())
    }

    /// The next part of the reply.
    pub(super) fn answered(&mut self, event: Option<TurnEvent>) -> Flow {
        match event {
            Some(TurnEvent::Aloud(text)) => {
                if let Some(answering) = &mut self.answering {
                    answering.aloud = true;
                }
                self.add(text);
            }
            Some(TurnEvent::Sentence(sentence)) => {
                if self.answering.as_ref().is_some_and(|answering| !answering.aloud) {
                    self.add(sentence.text);
                }
            }
            Some(TurnEvent::Finished(reply)) => {
                let question = self.answering.take().map(|answering| answering.question).unwrap_or_default();
                self.filler_at = None;
                return self.finish(&reply, &question);
            }
            Some(TurnEvent::Failed(_)) | None => {
                self.answering = None;
                self.filler_at = None;
                self.mouth.say(wording::FAILED);
            }
            Some(TurnEvent::Accepted { id, .. }) => self.record.turn(&id),
            Some(TurnEvent::Evidence(_) | TurnEvent::Progress(_)) => {}
        }
        Flow::On
    }

    /// Says a part of an answer, or keeps it for later where much was said already.
    fn add(&mut self, text: String) {
        let Some(answering) = &mut self.answering else { return };
        self.filler_at = None;
        self.record.words();
        if answering.said >= LONG {
            self.more.push_back(text);
            return;
        }
        answering.said += text.chars().count();
        self.mouth.say(text);
    }

    fn finish(&mut self, reply: &Reply, question: &str) -> Flow {
        if reply.reason == Some(Reason::Merged) {
            return Flow::On;
        }
        let was_asked = self.asked.is_some();
        self.order = reply.work_order.clone().or(self.order.take());
        self.asked.clone_from(&reply.asked);
        let contact = matches!(&self.asked, Some(Asked::Slot { slot, .. }) if slot == "contact");
        let text = reply.text();
        self.keys.number_asked = contact || text.contains("查询码");
        self.patient(matches!(&self.asked, Some(Asked::Slot { .. })));
        if let Some(title) = source(reply) {
            self.follow_up(wording::source(title));
        }
        // A single one stands in the question itself.
        let one_is_asked = matches!(self.asked, Some(Asked::Meaning { .. }));
        if reply.disposition == Disposition::Clarify && !one_is_asked {
            self.choices = reply.suggestions.iter().take(3).cloned().collect();
            for choice in wording::choices(&self.choices) {
                self.mouth.say(choice);
            }
        }
        if self.asked.is_none()
            && let Some(order) = self.order.take()
        {
            self.follow_up(wording::order(&order.number, &order.lookup_code));
        }
        if contact && reply.disposition != Disposition::Handoff {
            self.ask_for_number();
        }
        self.keep_for_text(reply);
        if !self.more.is_empty() {
            self.offer_the_rest();
        }
        let with_person = reply.reason == Some(Reason::WithPerson);
        if !with_person && (reply.disposition == Disposition::Handoff || wants_person(question)) {
            // A person is rung while the caller is still being told so.
            return Flow::Transfer;
        }
        self.after = if !was_asked && says_goodbye(question) {
            After::HangUp
        } else {
            After::Listen
        };
        if self.mouth.busy() {
            return Flow::On;
        }
        self.said(Said::All)
    }

    /// How to give the number that was just asked for.
    pub(super) fn ask_for_number(&mut self) {
        let line = match self.own_number() {
            Some(number) => wording::own_number(&number[number.len().saturating_sub(4)..]),
            None => wording::TYPE_IT.to_owned(),
        };
        self.mouth.say(line);
    }

    fn follow_up(&mut self, line: String) {
        if self.more.is_empty() {
            self.mouth.say(line);
        } else {
            self.more.push_back(line);
        }
    }

    /// Says the rest of a long answer, as far as it is said in a row.
    pub(super) fn go_on(&mut self) {
        self.mouth.stop();
        let mut said = 0;
        while said < LONG
            && let Some(line) = self.more.pop_front()
        {
            said += line.chars().count();
            self.mouth.say(line);
        }
        if !self.more.is_empty() {
            self.offer_the_rest();
        }
    }
}

/// Title of the document that an answer rests on.
fn source(reply: &Reply) -> Option<&str> {
    if reply.disposition != Disposition::Answered || reply.composition == Composition::Fixed {
        return None;
    }
    let number = reply.sentences.iter().find_map(|sentence| sentence.citations.first())?;
    reply.sources.iter().find(|source| source.number == *number).map(|source| source.title.as_str())
}
