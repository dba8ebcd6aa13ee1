//! Somebody at the desk, in a browser that keeps the cookie of the sign-in.

use serde_json::{Value, json};

use crate::resident::agent;

/// A browser at the desk.
pub struct Desk {
    base: String,
    cookie: Option<String>,
    /// Key of a program, in place of a sign-in.
    key: Option<String>,
}

impl Desk {
    /// Nobody is signed in yet.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            cookie: None,
            key: None,
        }
    }

    /// Another program with its key.
    pub fn with_key(base: &str, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..Self::new(base)
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

    /// Posts to a server that may be gone; `None` where no whole answer came.
    pub fn attempt(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.request("POST", path, "application/json", &[]);
        let request = request.body(body.to_string()).expect("a request");
        let mut response = agent().run(request).ok()?;
        let text = response.body_mut().read_to_string().ok()?;
        let value = serde_json::from_str(&text).ok()?;
        Some((response.status().as_u16(), value))
    }

    /// Sends a file as it is; status and body.
    pub fn upload(&self, path: &str, media_type: &str, bytes: &[u8]) -> (u16, Value) {
        let request = self.request("POST", path, media_type, &[]);
        let request = request.body(bytes.to_vec()).expect("a request");
        read(&mut agent().run(request).expect("the server answers"))
    }

    /// Fetches a file; its type and its bytes.
    pub fn download(&self, path: &str) -> (String, Vec<u8>) {
        let mut response = self.send("GET", path, None, &[]);
        assert_eq!(response.status().as_u16(), 200, "{path}");
        let media_type = response.headers()["content-type"].to_str().expect("a type is text").to_owned();
        (media_type, response.body_mut().read_to_vec().expect("the bytes"))
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> ureq::http::Response<ureq::Body> {
        let builder = self.request(method, path, "application/json", headers);
        let body = body.map(Value::to_string).unwrap_or_default();
        agent().run(builder.body(body).expect("a request")).expect("the server answers")
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        media_type: &str,
        headers: &[(&str, &str)],
    ) -> ureq::http::request::Builder {
        let mut builder = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/api/desk/{path}", self.base))
            .header("content-type", media_type);
        if let Some(cookie) = &self.cookie {
            builder = builder.header("cookie", cookie);
        }
        if let Some(key) = &self.key {
            builder = builder.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder
    }
}

fn read(response: &mut ureq::http::Response<ureq::Body>) -> (u16, Value) {
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (response.status().as_u16(), value)
}
