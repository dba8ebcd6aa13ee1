//! A resident who talks to the server over HTTP, as the widget does.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for something that must come by itself.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

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
    /// When the first sentence came.
    pub first_words_at: Option<Instant>,
}

impl Answer {
    fn add(&mut self, name: &str, data: Value) {
        if name == "sentence" {
            self.first_words_at.get_or_insert_with(Instant::now);
        }
        self.events.push((name.to_owned(), data));
    }

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
        Self::attempt_new(base, community).expect("the server answers")
    }

    /// Opens a conversation at a server that may be gone; `None` where no whole answer came.
    pub fn attempt_new(base: &str, community: &str) -> Option<Self> {
        let body = json!({"community": community, "channel": "widget"});
        let (status, opened) = request("POST", base, "/api/conversations", None, Some(&body));
        if status == 0 || opened == Value::String(String::new()) {
            return None;
        }
        assert_eq!(status, 201, "{opened}");
        Some(Self {
            base: base.to_owned(),
            id: opened["id"].as_str()?.to_owned(),
            token: opened["token"].as_str()?.to_owned(),
        })
    }

    /// Address of the server.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Says what was heard under this name.
    pub fn say_heard(&self, text: &str, utterance: &str) -> Answer {
        let mut answer = Answer::default();
        let body = json!({"text": text, "client_id": format!("test-{}", rand_id()), "utterance": utterance});
        let mut response = self.post(&body).expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        events(response.body_mut().as_reader(), |name, data| {
            answer.add(name, data);
            true
        });
        answer
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
            answer.add(name, data);
            true
        });
        answer
    }

    /// Says something and hands each event on, until `more` is false or the reply is over.
    pub fn stream(&self, text: &str, client_id: &str, mut more: impl FnMut(&str, Value) -> bool) {
        let mut response = self.post_turn(text, client_id).expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        events(response.body_mut().as_reader(), |name, data| more(name, data));
    }

    fn post_turn(&self, text: &str, client_id: &str) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        self.post(&json!({"text": text, "client_id": client_id}))
    }

    fn post(&self, turn: &Value) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        agent()
            .post(format!("{}/api/conversations/{}/turns", self.base, self.id))
            .content_type("application/json")
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {}", self.token))
            .send(turn.to_string())
    }

    /// Says something to a server that may be gone; `None` where no whole reply came.
    pub fn attempt(&self, text: &str, client_id: &str) -> Option<Answer> {
        let mut response = self.post_turn(text, client_id).ok()?;
        assert_eq!(response.status().as_u16(), 200);
        let mut answer = Answer::default();
        events(response.body_mut().as_reader(), |name, data| {
            answer.add(name, data);
            true
        });
        answer.event("done").is_some().then_some(answer)
    }

    /// Listens to what people and the community say in the conversation, from its beginning.
    pub fn listen(&self) -> Listener {
        let address = format!("{}/api/conversations/{}/events", self.base, self.id);
        let token = self.token.clone();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut response = agent()
                .get(address)
                .header("authorization", format!("Bearer {token}"))
                .call()
                .expect("the server answers");
            assert_eq!(response.status().as_u16(), 200);
            events(response.body_mut().as_reader(), |name, data| sender.send((name.to_owned(), data)).is_ok());
        });
        Listener { receiver }
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

/// What comes to a resident by itself.
pub struct Listener {
    receiver: mpsc::Receiver<(String, Value)>,
}

impl Listener {
    /// Waits for a message that contains `words` and returns it.
    pub fn wait_for(&self, words: &str) -> Value {
        self.wait_until(words, |name, data| {
            name == "message" && data["text"].as_str().is_some_and(|text| text.contains(words))
        })
    }

    /// Waits until somebody of this name speaks with the resident; `None` is the machine.
    pub fn wait_for_holder(&self, wanted: Option<&str>) {
        self.wait_until("a change of who speaks", |name, data| name == "holder" && data["name"].as_str() == wanted);
    }

    fn wait_until(&self, what: &str, fits: impl Fn(&str, &Value) -> bool) -> Value {
        let mut passed = Vec::new();
        loop {
            match self.receiver.recv_timeout(LONGEST_WAIT) {
                Ok((name, data)) if fits(&name, &data) => return data,
                Ok(other) => passed.push(other),
                Err(error) => panic!("{what:?} never came ({error}); what came: {passed:?}"),
            }
        }
    }
}

/// Reads server-sent events until `more` is false or they end.
fn events(from: impl Read, mut more: impl FnMut(&str, Value) -> bool) {
    let mut name = String::new();
    for line in BufReader::new(from).lines() {
        let Ok(line) = line else { return };
        if let Some(event) = line.strip_prefix("event:") {
            event.trim().clone_into(&mut name);
        } else if let Some(data) = line.strip_prefix("data:") {
            // A line that a killed server left unfinished is none.
            let Ok(data) = serde_json::from_str(data) else { return };
            if !more(&name, data) {
                return;
            }
        }
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
