//! One connection a request, which can be listened to for a while and be left: what a resident's
//! browser does, and a client that waits for whole replies cannot.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Longest that the head of a response, or a response that is no stream, is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the server is.
#[derive(Clone)]
pub(super) struct Wire {
    address: String,
}

/// A request: `token` is a conversation's, the body is JSON or sound.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) token: &'a str,
    pub(super) content_type: &'a str,
    pub(super) body: &'a [u8],
}

/// A response whose body has not been read.
pub(super) struct Response {
    pub(super) status: u16,
    stream: BufReader<TcpStream>,
    partial: Vec<u8>,
}

/// What came next.
pub(super) enum Heard {
    /// A line of the body.
    Line(String),
    /// Nothing until the time that was given.
    Nothing,
    /// The end of the body.
    End,
}

impl Wire {
    /// To a server without encryption; one behind a proxy is measured behind the proxy.
    pub(super) fn to(base: &str) -> Result<Self> {
        let Some(address) = base.trim_end_matches('/').strip_prefix("http://") else {
            bail!("{base}: give an address that begins with http://, of the server itself and not of its proxy");
        };
        let address = if address.contains(':') { address.to_owned() } else { format!("{address}:80") };
        Ok(Self { address })
    }

    /// Sends a request and reads the head of the response.
    pub(super) fn send(&self, request: &Request<'_>) -> Result<Response> {
        let mut stream = TcpStream::connect(&self.address).with_context(|| format!("no answer from {}", self.address))?;
        stream.set_nodelay(true)?;
        // HTTP 1.0: the end of the connection is the end of the body, whatever streams.
        write!(
            stream,
            "{} {} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            request.method,
            request.path,
            self.address,
            request.token,
            request.content_type,
            request.body.len()
        )?;
        stream.write_all(request.body)?;
        let mut response = Response { status: 0, stream: BufReader::new(stream), partial: Vec::new() };
        let until = Instant::now() + PATIENCE;
        let first = response.head_line(until)?;
        let status = first.split_whitespace().nth(1).and_then(|code| code.parse().ok());
        response.status = status.with_context(|| format!("{first:?} is no answer in HTTP"))?;
        while !response.head_line(until)?.is_empty() {}
        Ok(response)
    }

    /// Sends a request and reads the response as JSON; a refusal is an error with its text.
    pub(super) fn json(&self, request: &Request<'_>) -> Result<Value> {
        let mut response = self.send(request)?;
        let until = Instant::now() + PATIENCE;
        let mut body = String::new();
        loop {
            match response.next(until)? {
                Heard::Line(line) => body.push_str(&line),
                Heard::End => break,
                Heard::Nothing => bail!("{}: no answer within {} s", request.path, PATIENCE.as_secs()),
            }
        }
        if !(200..300).contains(&response.status) {
            bail!("{} answered {}: {body}", request.path, response.status);
        }
        serde_json::from_str(&body).with_context(|| format!("{} answered with {body}", request.path))
    }
}

impl Response {
    /// The next line, without its end, if it comes before `until`.
    pub(super) fn next(&mut self, until: Instant) -> Result<Heard> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Heard::Nothing);
        }
        self.stream.get_ref().set_read_timeout(Some(left))?;
        match self.stream.read_until(b'\n', &mut self.partial) {
            Ok(_) if self.partial.is_empty() => Ok(Heard::End),
            Ok(_) => {
                let line = String::from_utf8_lossy(&self.partial).trim_end_matches(['\r', '\n']).to_owned();
                self.partial.clear();
                Ok(Heard::Line(line))
            }
            // What came so far is kept for the next call.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(Heard::Nothing),
            Err(error) => Err(error).context("the stream broke off"),
        }
    }

    fn head_line(&mut self, until: Instant) -> Result<String> {
        match self.next(until)? {
            Heard::Line(line) => Ok(line),
            Heard::End => bail!("the server closed the connection without an answer"),
            Heard::Nothing => bail!("no answer within {} s", PATIENCE.as_secs()),
        }
    }
}
