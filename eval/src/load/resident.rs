//! One resident: comes with some matters, thinks, waits, grows impatient, leaves.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::crowd::Crowd;
use super::profile::{exponential, uniform};
use super::wire::{Heard, Request, Response};
use crate::statistics::Generator;

/// Share of residents who look up an order where one has been filed, and who speak where it is heard.
const LOOKS_UP: f64 = 0.1;
const SPEAKS: f64 = 0.1;

/// Chance that another matter follows.
const ANOTHER: f64 = 0.5;

/// Mean seconds of reading and typing between a reply and the next message.
const THINKING: f64 = 12.0;

/// Seconds without a word after which a resident grows impatient: at least, and on average beyond.
const PATIENT: f64 = 8.0;
const MORE_PATIENT: f64 = 15.0;

/// Share of the impatient who send a second message before they leave.
const ASKS_AGAIN: f64 = 0.5;

/// Longest that a reply which has begun is read.
const READING: Duration = Duration::from_mins(2);

/// An order that can be looked up.
#[derive(Clone, Debug)]
pub(super) struct Order {
    number: String,
    code: String,
}

/// The way something was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    Text,
    Voice,
    Order,
}

/// One message and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) channel: Channel,
    /// Seconds since the run began.
    pub(super) at: f64,
    /// Seconds from sending to the first word; for an order, to its page.
    pub(super) first_word: Option<f64>,
    /// Seconds to the end of the reply.
    pub(super) end: Option<f64>,
    /// A verified answer, word for word.
    pub(super) verified: bool,
    /// Requests that were waiting for the writer before this one.
    pub(super) queued: u64,
    /// A second message was sent while waiting.
    pub(super) asked_again: bool,
    /// Left without a word.
    pub(super) abandoned: bool,
    /// The first turn of a visit.
    pub(super) opens: bool,
    /// What went wrong.
    pub(super) error: Option<String>,
}

/// A resident at the page.
pub(super) struct Resident<'a> {
    crowd: &'a Crowd<'a>,
    generator: Generator,
    orders: &'a Mutex<Vec<Order>>,
    began: Instant,
}

/// How a stream came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    /// Nothing was said until the patience ended.
    Waiting,
}

impl<'a> Resident<'a> {
    pub(super) fn new(
        crowd: &'a Crowd<'a>,
        generator: Generator,
        orders: &'a Mutex<Vec<Order>>,
        began: Instant,
    ) -> Self {
        Self { crowd, generator, orders, began }
    }

    /// Comes, asks until everything is asked or patience ends, and goes.
    pub(super) fn visit(&mut self) -> Vec<Turn> {
        let mut turns = Vec::new();
        let known = self.orders.lock().ok().and_then(|orders| orders.last().cloned());
        let draw = uniform(&mut self.generator);
        if let Some(order) = known.filter(|_| draw < LOOKS_UP) {
            turns.push(self.look_up(&order));
        } else {
            let recording = self.crowd.topics.recording(&mut self.generator);
            let recording = recording.filter(|_| (LOOKS_UP..LOOKS_UP + SPEAKS).contains(&draw));
            self.talk(recording, &mut turns);
        }
        if let Some(first) = turns.first_mut() {
            first.opens = true;
        }
        turns
    }

    fn talk(&mut self, recording: Option<&[u8]>, turns: &mut Vec<Turn>) {
        let opening = json!({"community": self.crowd.community, "channel": "widget"});
        let (id, token) = match self.opened(&opening) {
            Ok(opened) => opened,
            Err(error) => {
                let failed = Turn { error: Some(format!("{error:#}")), ..self.turn(Channel::Text) };
                turns.push(failed);
                return;
            }
        };
        loop {
            let turn = match recording.filter(|_| turns.is_empty()) {
                Some(sound) => self.speak(&id, &token, sound),
                None => {
                    let text = self.crowd.topics.draw(&mut self.generator).to_owned();
                    let turn = self.turn(Channel::Text);
                    self.say(&id, &token, &json!({ "text": text }), turn)
                }
            };
            let goes = turn.abandoned || turn.error.is_some();
            turns.push(turn);
            if goes || uniform(&mut self.generator) >= ANOTHER {
                return;
            }
            let thinking = exponential(THINKING, &mut self.generator).min(60.0);
            std::thread::sleep(Duration::from_secs_f64(thinking));
        }
    }

    fn opened(&self, opening: &Value) -> Result<(String, String)> {
        let opened = self.crowd.wire.json(&post("/api/conversations", "", opening.to_string().as_bytes()))?;
        let field = |name: &str| opened[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {opened}"));
        Ok((field("id")?, field("token")?))
    }

    /// Sends a recording, then what was heard in it.
    fn speak(&mut self, id: &str, token: &str, sound: &[u8]) -> Turn {
        let turn = self.turn(Channel::Voice);
        let path = format!("/api/conversations/{id}/heard");
        let request = Request { content_type: "audio/wav", ..post(&path, token, sound) };
        let heard = match self.crowd.wire.json(&request) {
            Ok(heard) => heard,
            Err(error) => return Turn { error: Some(format!("{error:#}")), ..turn },
        };
        match heard["text"].as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) => self.say(id, token, &json!({"text": text, "utterance": heard["utterance"]}), turn),
            // Nothing was heard in it, which a resident sees at once.
            None => self.ended(turn),
        }
    }

    fn look_up(&self, order: &Order) -> Turn {
        let turn = self.turn(Channel::Order);
        let path = format!("/api/work-orders/{}?code={}", order.number, order.code);
        let request = Request { method: "GET", ..post(&path, "", b"") };
        match self.crowd.wire.json(&request) {
            Ok(_) => self.ended(turn),
            Err(error) => Turn { error: Some(format!("{error:#}")), ..turn },
        }
    }

    /// Says something and listens as long as patience lasts.
    fn say(&mut self, id: &str, token: &str, message: &Value, turn: Turn) -> Turn {
        let mut turn = turn;
        if let Err(error) = self.listen(id, token, message, &mut turn) {
            turn.error = Some(format!("{error:#}"));
        }
        turn
    }

    fn listen(&mut self, id: &str, token: &str, message: &Value, turn: &mut Turn) -> Result<()> {
        let path = format!("/api/conversations/{id}/turns");
        let patience = PATIENT + exponential(MORE_PATIENT, &mut self.generator);
        let mut first = self.crowd.wire.send(&post(&path, token, message.to_string().as_bytes()))?;
        if self.follow(&mut first, patience, turn)? == Ended::Done {
            return Ok(());
        }
        if uniform(&mut self.generator) < ASKS_AGAIN {
            turn.asked_again = true;
            let again = json!({"text": "还在吗？快点嘛"});
            let mut second = self.crowd.wire.send(&post(&path, token, again.to_string().as_bytes()))?;
            if self.follow(&mut second, patience, turn)? == Ended::Done {
                return Ok(());
            }
        }
        turn.abandoned = true;
        Ok(())
    }

    /// Reads a stream until it ends, or until patience does before the first word.
    fn follow(&self, stream: &mut Response, patience: f64, turn: &mut Turn) -> Result<Ended> {
        if stream.status != 200 {
            anyhow::bail!("a message was answered with status {}", stream.status);
        }
        let since = |at: f64| self.began.elapsed().as_secs_f64() - at;
        let mut until = Instant::now() + Duration::from_secs_f64(patience);
        let mut name = String::new();
        loop {
            match stream.next(until)? {
                Heard::Nothing => return Ok(Ended::Waiting),
                Heard::End => {
                    turn.end = Some(since(turn.at));
                    return Ok(Ended::Done);
                }
                Heard::Line(line) => {
                    if let Some(event) = line.strip_prefix("event:") {
                        event.trim().clone_into(&mut name);
                        if name == "sentence" && turn.first_word.is_none() {
                            turn.first_word = Some(since(turn.at));
                            until = Instant::now() + READING;
                        }
                    } else if let Some(data) = line.strip_prefix("data:") {
                        self.note(&name, data, turn)?;
                    }
                }
            }
        }
    }

    fn note(&self, name: &str, data: &str, turn: &mut Turn) -> Result<()> {
        if !matches!(name, "disposition" | "progress" | "error") {
            return Ok(());
        }
        let value: Value = serde_json::from_str(data).with_context(|| format!("`{name}` with {data}"))?;
        match name {
            "progress" => turn.queued = turn.queued.max(value["waiting"].as_u64().unwrap_or_default()),
            "error" => turn.error = Some(data.to_owned()),
            _ => {
                turn.verified = value["verified"] == true;
                let order = &value["work_order"];
                if let (Some(number), Some(code)) = (order["number"].as_str(), order["lookup_code"].as_str())
                    && let Ok(mut orders) = self.orders.lock()
                {
                    orders.push(Order { number: number.to_owned(), code: code.to_owned() });
                }
            }
        }
        Ok(())
    }

    fn turn(&self, channel: Channel) -> Turn {
        Turn {
            channel,
            at: self.began.elapsed().as_secs_f64(),
            first_word: None,
            end: None,
            verified: false,
            queued: 0,
            asked_again: false,
            abandoned: false,
            opens: false,
            error: None,
        }
    }

    /// The turn with its answer here at once.
    fn ended(&self, turn: Turn) -> Turn {
        let taken = self.began.elapsed().as_secs_f64() - turn.at;
        Turn { first_word: Some(taken), end: Some(taken), ..turn }
    }
}

fn post<'a>(path: &'a str, token: &'a str, body: &'a [u8]) -> Request<'a> {
    Request { method: "POST", path, token, content_type: "application/json", body }
}
