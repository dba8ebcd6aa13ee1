//! A small web server that answers as a test wants it to.

pub(crate) mod hash;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a client asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// How many came before it.
    pub(crate) number: usize,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The byte from which it wants the file.
    pub(crate) fn offset(&self) -> u64 {
        self.header("range")
            .and_then(|range| {
                range
                    .strip_prefix("bytes=")?
                    .strip_suffix('-')?
                    .parse()
                    .ok()
            })
            .unwrap_or(0)
    }
}

/// What the server says.
pub(crate) struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n");
        Self {
            head,
            body: Vec::new(),
        }
    }

    pub(crate) fn whole(content: &[u8]) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", content.len());
        Self {
            head,
            body: content.to_vec(),
        }
    }

    /// The rest of `content`, as servers answer that can continue.
    pub(crate) fn from_offset(content: &[u8], offset: u64) -> Self {
        if offset == 0 {
            return Self::whole(content);
        }
        let rest = content[offset as usize..].to_vec();
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {offset}-{}/{}\r\n",
            rest.len(),
            content.len() - 1,
            content.len()
        );
        Self { head, body: rest }
    }

    /// Names this version of the content.
    pub(crate) fn version(mut self, tag: &str) -> Self {
        self.head = format!("{}ETag: {tag}\r\n", self.head);
        self
    }

    /// Breaks the connection off after so many bytes of the body.
    pub(crate) fn cut_to(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self
    }
}

/// Runs until the test's process ends.
pub(crate) struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let stream = stream.expect("a connection");
                let request = read(&stream, number);
                let answer = answer(&request);
                seen.lock().expect("the list").push(request);
                say(stream, &answer);
            }
        });
        Self { address, requests }
    }

    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the list").clone()
    }
}

fn read(stream: &TcpStream, number: usize) -> Request {
    let mut lines = BufReader::new(stream)
        .lines()
        .map(|line| line.expect("a line"));
    let first = lines.next().expect("a request");
    let path = first.split(' ').nth(1).expect("a path").to_owned();
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        })
        .collect();
    Request {
        number,
        path,
        headers,
    }
}

fn say(mut stream: TcpStream, answer: &Answer) {
    // A client that has heard enough may hang up.
    let _ = write!(stream, "{}Connection: close\r\n\r\n", answer.head)
        .and_then(|()| stream.write_all(&answer.body));
}
