//! A resident's side of the product: conversations over HTTP, replies as server-sent events.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::exchange::{Exchange, Passage, Sentence, Turn, WorkOrder};
use super::question::{Question, Said};

/// Longest that one reply is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// Talks to one server.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    community: String,
    /// Full texts by edition and ordinal.
    texts: HashMap<String, HashMap<u32, String>>,
}

#[derive(Deserialize)]
struct Opened {
    id: String,
    token: String,
}

#[derive(Deserialize)]
struct EditionPage {
    passages: Vec<EditionPassage>,
}

#[derive(Deserialize)]
struct EditionPassage {
    passage: u32,
    text: String,
}

/// One request that is sent again when the server asks for a pause.
#[derive(Clone, Copy)]
enum Method<'a> {
    Get,
    Post(&'a Value),
}

impl Client {
    pub(crate) fn new(base: &str, community: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self {
            agent,
            base: base.trim_end_matches('/').to_owned(),
            community: community.to_owned(),
            texts: HashMap::new(),
        }
    }

    /// Whether the server answers.
    pub(crate) fn is_up(&self) -> bool {
        self.agent
            .get(format!("{}/api/health", self.base))
            .call()
            .is_ok_and(|response| response.status().is_success())
    }

    /// Holds the whole conversation of one question.
    pub(crate) fn converse(&mut self, question: &Question) -> Result<Exchange> {
        let opened: Opened = self.read(
            "/api/conversations",
            "",
            Method::Post(&json!({"community": self.community, "channel": "cli"})),
        )?;
        let mut turns = Vec::new();
        for said in &question.turns {
            turns.extend(self.say(&opened, said, turns.len()));
        }
        for turn in &mut turns {
            self.complete(turn);
        }
        Ok(Exchange {
            id: question.id.clone(),
            turns,
        })
    }

    /// Says one message, or several without waiting for more than their receipt, after `before`.
    fn say(&self, opened: &Opened, said: &Said, before: usize) -> Vec<Turn> {
        std::thread::scope(|scope| {
            let mut hearing = Vec::new();
            for (ordinal, text) in (before..).zip(said.messages()) {
                let (accepted, receipt) = mpsc::channel();
                let message =
                    json!({"text": text, "client_id": format!("{}-{ordinal}", opened.id)});
                hearing.push(scope.spawn(move || self.hear(opened, text, &message, &accepted)));
                // An error means that the turn has already ended.
                let _ = receipt.recv_timeout(PATIENCE);
            }
            hearing
                .into_iter()
                .map(|thread| thread.join().unwrap_or_default())
                .collect()
        })
    }

    /// Sends one message and listens to the end of the reply.
    fn hear(
        &self,
        opened: &Opened,
        text: &str,
        message: &Value,
        accepted: &mpsc::Sender<()>,
    ) -> Turn {
        let mut turn = Turn {
            said: text.to_owned(),
            ..Turn::default()
        };
        if let Err(error) = self.listen(opened, message, accepted, &mut turn) {
            turn.failure = Some(format!("{error:#}"));
        } else if turn.disposition.is_none() && !turn.merged && turn.failure.is_none() {
            turn.failure = Some("the stream ended without a disposition".to_owned());
        }
        turn
    }

    fn listen(
        &self,
        opened: &Opened,
        message: &Value,
        accepted: &mpsc::Sender<()>,
        turn: &mut Turn,
    ) -> Result<()> {
        let path = format!("/api/conversations/{}/turns", opened.id);
        let (mut response, sent) = self.send(&path, &opened.token, Method::Post(message))?;
        let mut lines = BufReader::new(response.body_mut().as_reader()).lines();
        let (mut name, mut data) = (String::new(), String::new());
        while let Some(line) = lines.next().transpose().context("the stream broke off")? {
            if line.is_empty() {
                if !name.is_empty() {
                    let milliseconds = sent.elapsed().as_secs_f64() * 1000.0;
                    note(turn, &name, &data, milliseconds)
                        .with_context(|| format!("the event `{name}` is not as agreed: {data}"))?;
                    if name == "turn" {
                        let _ = accepted.send(());
                    }
                }
                name.clear();
                data.clear();
            } else if let Some(rest) = line.strip_prefix("event:") {
                rest.trim().clone_into(&mut name);
            } else if let Some(rest) = line.strip_prefix("data:") {
                data.push_str(rest.trim_start());
            }
        }
        turn.seen.end = sent.elapsed().as_secs_f64() * 1000.0;
        Ok(())
    }

    /// Fetches what the judge needs beside the stream: full texts, and the order by number and code.
    fn complete(&mut self, turn: &mut Turn) {
        for passage in &mut turn.passages {
            if let Some(text) = self.text(&passage.edition, passage.passage) {
                passage.text = text;
            }
        }
        if let Some(order) = &mut turn.work_order {
            let path = format!(
                "/api/work-orders/{}?code={}",
                order.number, order.lookup_code
            );
            order.found_again = self
                .read::<Value>(&path, "", Method::Get)
                .is_ok_and(|page| page["number"] == order.number.as_str());
        }
    }

    fn text(&mut self, edition: &str, passage: u32) -> Option<String> {
        if !self.texts.contains_key(edition) {
            let path = format!("/api/editions/{edition}?community={}", self.community);
            let page: EditionPage = self.read(&path, "", Method::Get).ok()?;
            let texts = page
                .passages
                .into_iter()
                .map(|one| (one.passage, one.text))
                .collect();
            self.texts.insert(edition.to_owned(), texts);
        }
        self.texts[edition].get(&passage).cloned()
    }

    fn read<T: DeserializeOwned>(&self, path: &str, token: &str, method: Method<'_>) -> Result<T> {
        let (mut response, _) = self.send(path, token, method)?;
        let mut body = String::new();
        response.body_mut().as_reader().read_to_string(&mut body)?;
        serde_json::from_str(&body).with_context(|| format!("{path} answered with {body}"))
    }

    /// The response, and the moment of the request that brought it.
    fn send(
        &self,
        path: &str,
        token: &str,
        method: Method<'_>,
    ) -> Result<(ureq::http::Response<ureq::Body>, Instant)> {
        let address = format!("{}{path}", self.base);
        let bearer = format!("Bearer {token}");
        for _ in 0..20 {
            let sent = Instant::now();
            let response = match method {
                Method::Get => self.agent.get(&address).call(),
                Method::Post(body) => self
                    .agent
                    .post(&address)
                    .header("authorization", &bearer)
                    .header("content-type", "application/json")
                    .send(&body.to_string()),
            };
            let mut response = response.with_context(|| format!("no answer from {address}"))?;
            let status = response.status().as_u16();
            if status == 429 {
                let pause = response.headers().get("retry-after");
                let pause = pause
                    .and_then(|value| value.to_str().ok()?.parse().ok())
                    .unwrap_or(5);
                std::thread::sleep(Duration::from_secs(pause));
                continue;
            }
            if !response.status().is_success() {
                let mut body = String::new();
                response.body_mut().as_reader().read_to_string(&mut body)?;
                bail!("{path} answered {status}: {body}");
            }
            return Ok((response, sent));
        }
        bail!("{path}: the server kept asking for a pause; raise http.messages_per_minute there")
    }
}

/// Notes one event of the stream.
fn note(turn: &mut Turn, name: &str, data: &str, milliseconds: f64) -> Result<()> {
    let value: Value = serde_json::from_str(data)?;
    match name {
        "evidence" => {
            turn.passages = serde_json::from_value::<Vec<Passage>>(value["passages"].clone())?;
            if !turn.passages.is_empty() {
                turn.seen.evidence.get_or_insert(milliseconds);
            }
        }
        "sentence" => {
            turn.sentences
                .push(serde_json::from_value::<Sentence>(value)?);
            turn.seen.first_words.get_or_insert(milliseconds);
            turn.seen.last_words = Some(milliseconds);
        }
        "disposition" => {
            turn.disposition = Some(serde_json::from_value(value["disposition"].clone())?);
            turn.reason = serde_json::from_value(value["reason"].clone())?;
            turn.verified = value["verified"] == true;
            turn.quoted = value["quoted"] == true;
            turn.understood = serde_json::from_value(value["understood"].clone())?;
            turn.suggestions = serde_json::from_value(value["suggestions"].clone())?;
            turn.work_order =
                serde_json::from_value::<Option<WorkOrder>>(value["work_order"].clone())?;
        }
        "merged" => turn.merged = true,
        "done" => turn.timings_ms = serde_json::from_value(value["timings_ms"].clone())?,
        "error" => turn.failure = Some(data.to_owned()),
        // `turn` is the receipt, `progress` only passes the time.
        _ => {}
    }
    Ok(())
}
