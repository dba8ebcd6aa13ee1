//! Somebody at the desk, in a browser that keeps the cookie of the sign-in.

use serde_json::{Value, json};

use crate::resident::agent;

/// A browser at the desk.
pub struct Desk {
    base: String,
    cookie: Option<String>,
}

impl Desk {
    /// Nobody is signed in yet.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            cookie: None,
        }
    }

    /// Signs in; status and body.
    pub fn sign_in(&mut self, login: &str, password: &str) -> (u16, Value) {
        let body = json!({"login": login, "password": password});
        let mut response = self.send("POST", "sign-in", Some(&body), &[]);
        let cookie = response.headers().get("set-cookie").map(|line| {
            let line = line.to_str().expect("a cookie is text");
            assert!(line.contains("HttpOnly") && line.contains("SameSite=Strict"), "{line}");
            line.split(';').next().unwrap_or_default().to_owned()
        });
        self.cookie = cookie.or(self.cookie.take());
        read(&mut response)
    }

    /// Signs in with a one-time password and changes it.
    pub fn sign_in_first(base: &str, login: &str, one_time: &str, password: &str) -> Self {
        let mut desk = Self::new(base);
        assert_eq!(desk.sign_in(login, one_time).0, 200);
        let change = json!({"old": one_time, "new": password});
        assert_eq!(desk.put("me/password", &change).0, 204);
        desk
    }

    /// Fetches; status and body.
    pub fn get(&self, path: &str) -> (u16, Value) {
        read(&mut self.send("GET", path, None, &[]))
    }

    /// Posts; status and body.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        read(&mut self.send("POST", path, Some(body), &[]))
    }

    /// Puts; status and body.
    pub fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        read(&mut self.send("PUT", path, Some(body), &[]))
    }

    /// Changes a part; status and body.
    pub fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        read(&mut self.send("PATCH", path, Some(body), &[]))
    }

    /// Deletes; status and body.
    pub fn delete(&self, path: &str) -> (u16, Value) {
        read(&mut self.send("DELETE", path, None, &[]))
    }

    /// Posts as a page of another site would; status and body.
    pub fn post_from(&self, origin: &str, path: &str, body: &Value) -> (u16, Value) {
        read(&mut self.send("POST", path, Some(body), &[("origin", origin)]))
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> ureq::http::Response<ureq::Body> {
        let mut builder = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/api/desk/{path}", self.base))
            .header("content-type", "application/json");
        if let Some(cookie) = &self.cookie {
            builder = builder.header("cookie", cookie);
        }
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        agent().run(builder.body(body).expect("a request")).expect("the server answers")
    }
}

fn read(response: &mut ureq::http::Response<ureq::Body>) -> (u16, Value) {
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (response.status().as_u16(), value)
}
