//! A receiver of notices: a program that webhooks are posted to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

/// What a receiver of notices was sent.
pub struct Notice {
    headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Notice {
    /// A header by its name in small letters; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// A receiver that answers the first `errors` notices with an error and the others well: its address and what it was
/// sent.
pub fn receiver(errors: usize) -> (String, mpsc::Receiver<Notice>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (sender, notices) = mpsc::channel();
    std::thread::spawn(move || {
        for (index, stream) in listener.incoming().enumerate() {
            let mut stream = stream.expect("a connection");
            let notice = read_notice(&stream);
            let status = if index < errors { "500 Internal Server Error" } else { "200 OK" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("the answer is taken");
            if sender.send(notice).is_err() {
                return;
            }
        }
    });
    (address, notices)
}

fn read_notice(stream: &TcpStream) -> Notice {
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    let mut notice = Notice { headers, body: String::new() };
    let length: u64 = notice.header("content-length").parse().expect("a length");
    reader.take(length).read_to_string(&mut notice.body).expect("a body");
    notice
}
