//! What the resident says and presses, and what it means for the talk.

use anyhow::Result;
use tokio::time::Instant;

use super::echo::is_echo;
use super::keys::Pressed;
use super::talk::{Flow, Talk};
use super::wishes::Wish;
use super::wording;
use crate::conversation::{Asked, Say};
use crate::privacy::phone_in;
use crate::store::new_id;
use crate::voice::{HeardUtterance, Progress};

/// Readings less certain than this, on average, are asked for once more.
const UNSURE: f32 = 0.35;

impl Talk {
    /// What the resident's voice did.
    pub(super) async fn heard(&mut self, progress: Progress) -> Result<Flow> {
        match progress {
            Progress::SpeechStarted => {
                self.heard_now = true;
                self.silence_at = None;
                self.mouth.pause();
            }
            Progress::Partial(_) => {}
            Progress::SpeechEnded => self.record.speech_ended(),
            Progress::Nothing(reason) => {
                self.heard_now = false;
                let spoke = self.mouth.busy();
                self.mouth.resume();
                if !spoke && self.answering.is_none() {
                    let unclear = matches!(reason, "unclear" | "invented" | "loop");
                    if unclear && !self.misheard {
                        self.misheard = true;
                        self.mouth.say(wording::ONCE_MORE);
                    } else {
                        self.wait_for_words();
                    }
                }
            }
            Progress::Failed(error) => {
                tracing::warn!(error, call = self.wires.facts.id, "an utterance could not be recognised");
                self.heard_now = false;
                self.mouth.stop();
                self.mouth.say(wording::CROWDED);
            }
            Progress::Heard(heard) => {
                self.heard_now = false;
                self.silent = 0;
                return self.understood(*heard).await;
            }
        }
        Ok(Flow::On)
    }

    async fn understood(&mut self, heard: HeardUtterance) -> Result<Flow> {
        if self.mouth.busy() && is_echo(&heard.heard, &self.mouth.words()) {
            self.mouth.resume();
            return Ok(Flow::On);
        }
        self.record.heard();
        let wish = Wish::of(&heard.standard);
        if let Some(wish) = wish
            && let Some(flow) = self.granted(wish).await?
        {
            return Ok(flow);
        }
        if heard.certainty < UNSURE && !self.misheard {
            self.misheard = true;
            self.mouth.stop();
            self.mouth.say(wording::ONCE_MORE);
            return Ok(Flow::On);
        }
        self.misheard = false;
        let store = self.calls.assistant.store();
        let utterance = self.calls.voice.remember(store, &self.conversation, self.agreed, &heard).await;
        let say = Say {
            conversation: self.conversation.clone(),
            client_id: new_id(),
            text: heard.heard.clone(),
            heard: Some(heard.doubts),
            utterance: Some(utterance),
        };
        self.begin(say).await?;
        Ok(Flow::On)
    }

    /// Does what a wish about the talk asks for; `None` where it means something else now.
    async fn granted(&mut self, wish: Wish) -> Result<Option<Flow>> {
        match wish {
            Wish::Again => self.mouth.repeat(),
            Wish::Slower => {
                self.mouth.manner.speed = (self.mouth.manner.speed * 0.8).max(0.6);
                self.mouth.repeat();
            }
            Wish::Louder => {
                self.mouth.manner.volume = (self.mouth.manner.volume * 1.5).min(3.0);
                self.mouth.repeat();
            }
            Wish::Wait => {
                self.mouth.stop();
                self.patient(true);
                self.mouth.say(wording::TAKE_YOUR_TIME);
            }
            Wish::NoRecording => {
                self.agreed = false;
                self.mouth.stop();
                self.mouth.say(wording::NOT_RECORDED);
            }
            Wish::Choice(index) => return self.choose(index).await,
            Wish::Text if self.send_text() => {}
            Wish::Text => return Ok(None),
            Wish::Yes if !self.more.is_empty() => self.go_on(),
            Wish::No if !self.more.is_empty() => {
                self.more.clear();
                self.mouth.stop();
                self.mouth.say(wording::ANYTHING_ELSE);
            }
            Wish::Yes => match self.own_number() {
                Some(number) => self.type_in(format!("用我现在打来的号码：{number}")).await?,
                None => return Ok(None),
            },
            Wish::No => return Ok(None),
        }
        Ok(Some(Flow::On))
    }

    async fn choose(&mut self, index: usize) -> Result<Option<Flow>> {
        let Some(choice) = self.choices.get(index).cloned() else { return Ok(None) };
        self.type_in(choice).await?;
        Ok(Some(Flow::On))
    }

    /// The number the call comes from, where the resident is being asked for theirs.
    pub(super) fn own_number(&self) -> Option<String> {
        let asked = matches!(&self.asked, Some(Asked::Slot { slot, .. }) if slot == "contact");
        phone_in(self.wires.facts.caller.whole()).filter(|_| asked)
    }

    /// What the keys mean.
    pub(super) async fn pressed(&mut self, pressed: Pressed) -> Result<Flow> {
        self.keys_at = None;
        match pressed {
            Pressed::Wait(pause) => {
                self.mouth.stop();
                self.keys_at = Some(Instant::now() + pause);
            }
            Pressed::Person => self.type_in("人工".to_owned()).await?,
            Pressed::Again => self.mouth.repeat(),
            Pressed::Choice(number) => return self.chosen(number).await,
            Pressed::Number(number) => self.numbered(number).await?,
            Pressed::Nothing => {}
        }
        if !self.mouth.busy() && self.answering.is_none() {
            self.wait_for_words();
        }
        Ok(Flow::On)
    }

    /// A single key: an answer to what was offered.
    async fn chosen(&mut self, number: u32) -> Result<Flow> {
        if !self.more.is_empty() {
            return Ok(self.granted(self.of_the_rest(number)).await?.unwrap_or(Flow::On));
        }
        if let Some(flow) = self.choose(number as usize - 1).await? {
            return Ok(flow);
        }
        let said = match (&self.asked, number) {
            (Some(Asked::Together { .. }), 1) => "一起",
            (Some(Asked::Together { .. }), 2) => "单独",
            (Some(Asked::Meaning { .. }), 1) => "是",
            (Some(Asked::Meaning { .. }), 2) => "不是",
            _ => return Ok(Flow::On),
        };
        self.type_in(said.to_owned()).await?;
        Ok(Flow::On)
    }

    /// A number was typed: a telephone's, an order's, or an order's code.
    async fn numbered(&mut self, number: String) -> Result<()> {
        let contact = matches!(&self.asked, Some(Asked::Slot { slot, .. }) if slot == "contact");
        if contact && phone_in(&number).is_some() {
            return self.type_in(number).await;
        }
        self.mouth.stop();
        match (number.len(), self.typed_order.take()) {
            (12, _) if !contact => {
                self.typed_order = Some(format!("{}-{}", &number[..8], &number[8..]));
                self.mouth.say(wording::TYPE_CODE);
            }
            (6, Some(order)) => self.type_in(format!("工单号 {order} 查询码 {number}")).await?,
            _ => self.mouth.say(wording::TYPE_AGAIN),
        }
        Ok(())
    }

    /// Says something in the resident's name that they chose or typed.
    pub(super) async fn type_in(&mut self, text: String) -> Result<()> {
        self.record.typed();
        let say = Say {
            conversation: self.conversation.clone(),
            client_id: new_id(),
            text,
            heard: None,
            utterance: None,
        };
        self.begin(say).await
    }
}
