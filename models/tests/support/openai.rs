//! A server that answers one request of `OpenAI`'s protocol as a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

/// What a client sent.
pub(crate) struct Sent {
    /// The request's first line and its headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Answers one request, and gives back what was asked. The address ends with the version.
pub(crate) fn serve(
    status: &'static str,
    answer: impl Into<Vec<u8>>,
) -> (String, JoinHandle<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let answer = answer.into();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("a line") > 0);
        }
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, length)| length.trim().parse().ok())
            .expect("a length");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body");
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answer.len()
        )
        .expect("a head");
        // A client that has what it wants may leave before the end.
        let _ = stream.write_all(&answer);
        Sent { head, body }
    });
    (base, server)
}
