//! Somebody who works here: an account with a role at a place, signed in at the desk.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Desk, Server};

const PASSWORD: &str = "河边的老槐树开了白花";

/// An account that is signed in.
pub struct Worker {
    /// Id of the account.
    pub id: String,
    base: String,
    desk: Desk,
}

impl Worker {
    /// The first administrator of a fresh server.
    pub fn administrator(server: &Server) -> Self {
        let desk = Desk::sign_in_first(server.base(), "admin", &server.first_password(), PASSWORD);
        let me = desk.get("me").1;
        Self {
            id: me["account"]["id"].as_str().expect("an id").to_owned(),
            base: server.base().to_owned(),
            desk,
        }
    }

    /// Adds an account with this role at a place and signs in as it.
    #[must_use]
    pub fn hire(&self, login: &str, place: &str, role: &str) -> Self {
        let roles = json!([{"community_id": place, "role": role}]);
        let (status, added) = self.post("accounts", &json!({"login": login, "name": login, "roles": roles}));
        assert_eq!(status, 201, "{added}");
        let one_time = added["password"].as_str().expect("a password");
        Self {
            id: added["account"]["id"].as_str().expect("an id").to_owned(),
            base: self.base.clone(),
            desk: Desk::sign_in_first(&self.base, login, one_time, PASSWORD),
        }
    }

    /// Adds a community below the root.
    pub fn add_community(&self, id: &str) {
        let place = json!({"id": id, "parent_id": "cn", "kind": "社区", "name": id});
        let (status, answer) = self.post("places", &place);
        assert_eq!(status, 201, "{answer}");
    }

    /// Lets the staff of a place work round the clock on every day, or for one minute that is twelve
    /// hours away.
    pub fn set_open(&self, place: &str, open: bool) {
        let day = if open { json!(["00:00-24:00"]) } else { json!([far_minute()]) };
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "days_off"];
        let hours: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), day.clone())).collect();
        let (status, answer) = self.patch(&format!("places/{place}"), &json!({"working_hours": hours}));
        assert_eq!(status, 200, "{answer}");
    }

    /// The page of an order.
    pub fn order(&self, number: &str) -> Value {
        let (status, page) = self.get(&format!("work-orders/{number}"));
        assert_eq!(status, 200, "{page}");
        page
    }

    /// Makes a move on an order as it is now and returns its page.
    pub fn make(&self, number: &str, name: &str, with: &Value) -> Value {
        let version = self.order(number)["version"].as_i64().expect("a version");
        let (status, page) = self.make_as(number, &once(), version, name, with);
        assert_eq!(status, 200, "{name}: {page}");
        page
    }

    /// Makes a move under the name of a request, having seen this version; status and body.
    pub fn make_as(
        &self,
        number: &str,
        request_id: &str,
        version: i64,
        name: &str,
        with: &Value,
    ) -> (u16, Value) {
        self.post(&format!("work-orders/{number}/moves"), &move_request(request_id, version, name, with))
    }
}

impl Deref for Worker {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

/// The minute on the other side of the clock in China.
fn far_minute() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let begin = (since.as_secs() / 60 + 8 * 60 + 12 * 60) % (24 * 60);
    let end = (begin + 1) % (24 * 60);
    let clock = |minute: u64| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}-{}", clock(begin), clock(end))
}

/// What is posted to make a move.
pub fn move_request(request_id: &str, version: i64, name: &str, with: &Value) -> Value {
    let mut body = with.as_object().cloned().unwrap_or_default();
    body.insert("request_id".to_owned(), request_id.into());
    body.insert("version".to_owned(), version.into());
    body.insert("move".to_owned(), name.into());
    Value::Object(body)
}

/// A name for a request that nobody else uses in this run.
pub fn once() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("request-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}
