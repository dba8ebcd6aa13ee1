//! A resident who talks to the server over HTTP, as the widget does.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use serde_json::{Value, json};

/// One conversation.
pub struct Resident {
    base: String,
    /// Id of the conversation.
    pub id: String,
    /// Opens it again.
    pub token: String,
}

/// What came back for one turn.
#[derive(Debug, Default)]
pub struct Answer {
    /// Every event in order.
    pub events: Vec<(String, Value)>,
}

impl Answer {
    /// Data of the first event with this name.
    pub fn event(&self, name: &str) -> Option<&Value> {
        self.events
            .iter()
            .find(|(event, _)| event == name)
            .map(|(_, data)| data)
    }

    /// What came of the turn.
    pub fn disposition(&self) -> &str {
        self.event("disposition")
            .and_then(|data| data["disposition"].as_str())
            .unwrap_or("none")
    }

    /// All words of the reply.
    pub fn text(&self) -> String {
        self.events
            .iter()
            .filter(|(event, _)| event == "sentence")
            .filter_map(|(_, data)| data["text"].as_str())
            .collect()
    }

    /// The cited passages.
    pub fn cited(&self) -> Vec<Value> {
        let numbers: Vec<i64> = self
            .events
            .iter()
            .filter(|(event, _)| event == "sentence")
            .flat_map(|(_, data)| data["citations"].as_array().cloned().unwrap_or_default())
            .filter_map(|number| number.as_i64())
            .collect();
        self.event("evidence")
            .and_then(|data| data["passages"].as_array())
            .into_iter()
            .flatten()
            .filter(|passage| passage["number"].as_i64().is_some_and(|number| numbers.contains(&number)))
            .cloned()
            .collect()
    }

    /// The work order that was filed, as number and lookup code.
    pub fn work_order(&self) -> Option<(String, String)> {
        let order = &self.event("disposition")?["work_order"];
        Some((
            order["number"].as_str()?.to_owned(),
            order["lookup_code"].as_str()?.to_owned(),
        ))
    }
}

impl Resident {
    /// Opens a conversation in a community.
    pub fn new(base: &str, community: &str) -> Self {
        let (status, opened) = request(
            "POST",
            base,
            "/api/conversations",
            None,
            Some(&json!({"community": community, "channel": "widget"})),
        );
        assert_eq!(status, 201, "{opened}");
        Self {
            base: base.to_owned(),
            id: opened["id"].as_str().expect("an id").to_owned(),
            token: opened["token"].as_str().expect("a token").to_owned(),
        }
    }

    /// Chooses a dialect; status and body.
    pub fn choose_variety(&self, variety: &str) -> (u16, Value) {
        request(
            "PUT",
            &self.base,
            &format!("/api/conversations/{}/variety", self.id),
            Some(&self.token),
            Some(&json!({ "variety": variety })),
        )
    }

    /// Says something and waits for the whole reply.
    pub fn say(&self, text: &str) -> Answer {
        self.say_as(text, &format!("test-{}", rand_id()))
    }

    /// Says something under a name of its own.
    pub fn say_as(&self, text: &str, client_id: &str) -> Answer {
        let mut answer = Answer::default();
        self.stream(text, client_id, |name, data| {
            answer.events.push((name.to_owned(), data));
            true
        });
        answer
    }

    /// Says something and hands each event on, until `more` is false or the reply is over.
    pub fn stream(&self, text: &str, client_id: &str, mut more: impl FnMut(&str, Value) -> bool) {
        let body = json!({"text": text, "client_id": client_id}).to_string();
        let mut response = agent()
            .post(format!("{}/api/conversations/{}/turns", self.base, self.id))
            .content_type("application/json")
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {}", self.token))
            .send(body)
            .expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        let mut name = String::new();
        for line in BufReader::new(response.body_mut().as_reader()).lines() {
            let Ok(line) = line else { return };
            if let Some(event) = line.strip_prefix("event:") {
                event.trim().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data:") {
                let data = serde_json::from_str(data).expect("the data is JSON");
                if !more(&name, data) {
                    return;
                }
            }
        }
    }

    /// The conversation as a reloaded page sees it.
    pub fn reload(&self) -> Value {
        let (status, page) = get(
            &self.base,
            &format!("/api/conversations/{}", self.id),
            Some(&self.token),
        );
        assert_eq!(status, 200, "{page}");
        page
    }
}

/// Fetches and returns status and body.
pub fn get(base: &str, path: &str, token: Option<&str>) -> (u16, Value) {
    request("GET", base, path, token, None)
}

/// Sends a request and returns status and body; status 0 where nobody answered.
pub fn request(
    method: &str,
    base: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> (u16, Value) {
    let mut builder = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{base}{path}"))
        .header("content-type", "application/json");
    if let Some(token) = token {
        builder = builder.header("authorization", format!("Bearer {token}"));
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = builder.body(body).expect("a request");
    match agent().run(request) {
        Ok(mut response) => {
            let text = response.body_mut().read_to_string().unwrap_or_default();
            let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
            (response.status().as_u16(), value)
        }
        Err(_) => (0, Value::Null),
    }
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(300)))
        .http_status_as_error(false)
        .build()
        .into()
}

fn rand_id() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::thread::current().id())
}
