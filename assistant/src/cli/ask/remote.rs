//! The running server over the same data, asked over HTTP as the widget does.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::config::Config;
use crate::conversation::{Composition, Disposition, Reply, Sentence};

/// Address of the server that serves this data folder, where one is running.
pub(super) fn find(config: &Config) -> Option<String> {
    let own = std::fs::read_to_string(config.data_dir.join("instance")).ok()?;
    let base = config.base_url();
    let mut response = agent(Duration::from_millis(500))
        .get(format!("{base}/api/health"))
        .call()
        .ok()?;
    let health: Value = serde_json::from_str(&response.body_mut().read_to_string().ok()?).ok()?;
    (health["instance"].as_str() == Some(own.trim())).then_some(base)
}

/// Asks one question in a new conversation.
pub(super) fn ask(
    base: &str,
    community: &str,
    question: &str,
    show: &dyn Fn(&Sentence),
) -> Result<Reply> {
    let agent = agent(Duration::from_secs(300));
    let mut opened = agent
        .post(format!("{base}/api/conversations"))
        .content_type("application/json")
        .send(json!({"community": community, "channel": "cli"}).to_string())?;
    let opened = content(opened.status().as_u16(), &opened.body_mut().read_to_string()?)?;
    let id = opened["id"].as_str().context("the server named no conversation")?;
    let token = opened["token"].as_str().context("the server gave no token")?;
    let mut response = agent
        .post(format!("{base}/api/conversations/{id}/turns"))
        .content_type("application/json")
        .header("accept", "text/event-stream")
        .header("authorization", format!("Bearer {token}"))
        .send(json!({"text": question}).to_string())?;
    if response.status().as_u16() != 200 {
        content(response.status().as_u16(), &response.body_mut().read_to_string()?)?;
    }
    let mut reply = Reply::new(Disposition::Answered);
    let mut event = String::new();
    for line in BufReader::new(response.body_mut().as_reader()).lines() {
        let line = line?;
        if let Some(name) = line.strip_prefix("event:") {
            name.trim().clone_into(&mut event);
        } else if let Some(data) = line.strip_prefix("data:") {
            let data: Value = serde_json::from_str(data)?;
            match event.as_str() {
                "evidence" => reply.sources = serde_json::from_value(data["passages"].clone())?,
                "sentence" => {
                    let sentence: Sentence = serde_json::from_value(data)?;
                    show(&sentence);
                    reply.sentences.push(sentence);
                }
                "disposition" => take(&mut reply, &data)?,
                "done" => reply.timings_ms = serde_json::from_value(data["timings_ms"].clone())?,
                "error" => bail!("{}", data["detail"].as_str().unwrap_or("没能答完")),
                _ => {}
            }
        }
    }
    Ok(reply)
}

fn take(reply: &mut Reply, data: &Value) -> Result<()> {
    reply.disposition = serde_json::from_value(data["disposition"].clone())?;
    reply.reason = serde_json::from_value(data["reason"].clone())?;
    reply.composition = serde_json::from_value::<Composition>(data["composition"].clone())?;
    reply.understood = serde_json::from_value(data["understood"].clone())?;
    reply.work_order = serde_json::from_value(data["work_order"].clone())?;
    reply.suggestions = serde_json::from_value(data["suggestions"].clone())?;
    reply.evidence_probability = serde_json::from_value(data["evidence_probability"].clone())?;
    Ok(())
}

/// An agent that returns error statuses as answers, so that their problem can be read.
fn agent(patience: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .build()
        .into()
}

fn content(status: u16, body: &str) -> Result<Value> {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    if status >= 400 {
        bail!("{}", value["detail"].as_str().unwrap_or("服务器没有接受请求"));
    }
    Ok(value)
}
