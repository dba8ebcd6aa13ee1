//! Files from a web server, continued where they broke off.

use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, Response, StatusCode, header};

use super::error::Failure;
use super::partial::Partial;
use super::{PlaceReport, Stage};

/// A site without the internet should soon go on to the next source.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// A server that says nothing for so long has gone away.
const SILENCE: Duration = Duration::from_secs(30);
/// Tries in a row that bring nothing new before a source is given up.
const FRUITLESS_TRIES: u32 = 3;

pub(super) struct Http {
    agent: Agent,
    hugging_face: String,
}

impl Http {
    pub(super) fn new(mirror: Option<&str>) -> Self {
        let agent = Agent::config_builder()
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .http_status_as_error(false)
            .build()
            .into();
        let hugging_face = mirror
            .unwrap_or("https://huggingface.co")
            .trim_end_matches('/')
            .to_owned();
        Self {
            agent,
            hugging_face,
        }
    }

    /// The address of a file on Hugging Face or its mirror.
    pub(super) fn hugging_face(&self, repository: &str, file: &str) -> String {
        format!("{}/{repository}/resolve/main/{file}", self.hugging_face)
    }

    /// Fetches what is missing of a file.
    pub(super) fn fetch(
        &self,
        address: &str,
        partial: &mut Partial,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        let mut fruitless = 0;
        let mut furthest = partial.bytes();
        loop {
            let reason = match self.fetch_once(address, partial, report) {
                Err(Failure::Source(reason)) => reason,
                finished => return finished,
            };
            fruitless = if partial.bytes() > furthest {
                0
            } else {
                fruitless + 1
            };
            furthest = furthest.max(partial.bytes());
            // Only a file of which a part arrived is worth insisting on.
            if partial.bytes() == 0 || fruitless == FRUITLESS_TRIES {
                return Err(Failure::Source(reason));
            }
        }
    }

    fn fetch_once(
        &self,
        address: &str,
        partial: &mut Partial,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        if partial.expected_bytes() == Some(partial.bytes()) && partial.bytes() > 0 {
            return Ok(());
        }
        report(Stage::Fetching, partial.bytes(), partial.expected_bytes());
        // A compressed answer could not be continued.
        let mut request = self
            .agent
            .get(address)
            .header(header::ACCEPT_ENCODING, "identity");
        if partial.bytes() > 0 {
            request = request.header(header::RANGE, format!("bytes={}-", partial.bytes()));
            if let Some(version) = partial.version() {
                request = request.header(header::IF_RANGE, version);
            }
        }
        let mut response = request
            .call()
            .map_err(|error| Failure::Source(format!("连不上（{error}）")))?;
        let total = Self::accept(&response, partial)?;
        if let Some(total) = total {
            partial.need(total.saturating_sub(partial.bytes()))?;
        }
        partial.append(&mut response.body_mut().as_reader(), total, report)?;
        match total {
            Some(total) if partial.bytes() < total => Err(Failure::Source("传到一半断了".into())),
            _ => Ok(()),
        }
    }

    /// Looks at the head of an answer: continues, starts over, or refuses. Gives the size of the
    /// whole file where the server says it.
    fn accept<B>(response: &Response<B>, partial: &mut Partial) -> Result<Option<u64>, Failure> {
        let headers = response.headers();
        let (first, total) = match response.status() {
            StatusCode::OK => (
                0,
                text(headers, header::CONTENT_LENGTH).and_then(whole_number),
            ),
            StatusCode::PARTIAL_CONTENT => text(headers, header::CONTENT_RANGE)
                .and_then(content_range)
                .ok_or_else(|| Failure::Source("服务器的回答看不懂".into()))?,
            StatusCode::RANGE_NOT_SATISFIABLE => {
                partial.start_over(None)?;
                return Err(Failure::Source("服务器上的文件变了".into()));
            }
            StatusCode::NOT_FOUND => return Err(Failure::Source("没有这个文件（404）".into())),
            status => return Err(Failure::Source(format!("服务器回答 {status}"))),
        };
        // A page that asks for a password, say, must not cost what was fetched before.
        if let (Some(total), Some(expected)) = (total, partial.expected_bytes())
            && total != expected
        {
            return Err(Failure::Source(format!(
                "大小是 {total} 字节，应为 {expected} 字节，不是这个文件"
            )));
        }
        if first == 0 {
            partial.start_over(version(headers))?;
        } else if first != partial.bytes() {
            partial.start_over(None)?;
            return Err(Failure::Source("服务器从别处续传".into()));
        }
        Ok(total.or(partial.expected_bytes()))
    }
}

/// The address of a file on `ModelScope`.
pub(super) fn modelscope(repository: &str, file: &str) -> String {
    format!("https://modelscope.cn/models/{repository}/resolve/master/{file}")
}

/// What a server calls this version of a file, where that is good enough to continue from.
fn version(headers: &HeaderMap) -> Option<String> {
    text(headers, header::ETAG)
        .filter(|tag| !tag.starts_with("W/"))
        .map(str::to_owned)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn whole_number(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// The first byte and the total of `bytes first-last/total`.
fn content_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _last) = range.split_once('-')?;
    Some((first.parse().ok()?, total.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_or_refused() {
        for (text, expected) in [
            ("bytes 5-9/10", Some((5, Some(10)))),
            ("bytes 0-0/18446744073709551615", Some((0, Some(u64::MAX)))),
            ("bytes 5-9/*", Some((5, None))),
            ("bytes */10", None),
            ("bytes 18446744073709551616-0/10", None),
            ("items 5-9/10", None),
            ("bytes 5", None),
            ("", None),
        ] {
            assert_eq!(content_range(text), expected, "{text:?}");
        }
    }
}
