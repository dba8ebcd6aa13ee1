//! Session timers: a call whose other end has gone does not stay for ever (RFC 4028).

use std::time::Duration;

use rsipstack::sip::prelude::HasHeaders;
use rsipstack::sip::{Header, Request, Response};
use tokio::time::Instant;

/// What we ask for when the peer knows timers and names no interval.
const USUAL: Duration = Duration::from_secs(1_800);
/// The shortest interval we accept (RFC 4028, 5).
pub(in crate::phone) const SHORTEST: Duration = Duration::from_secs(90);
/// The longest we take at its word.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// The interval agreed on, and who refreshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct SessionTimer {
    interval: Duration,
    ours: bool,
    since: Instant,
}

/// What a request asks for cannot be granted: the interval is too short.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::phone) struct TooShort;

fn expires(headers: &rsipstack::sip::Headers) -> Option<(Duration, Option<bool>)> {
    headers.iter().find_map(|header| {
        let value = match header {
            Header::SessionExpires(value) => value.value().to_owned(),
            // The compact form.
            Header::Other(name, value) if name.eq_ignore_ascii_case("x") => value.clone(),
            _ => return None,
        };
        let mut parts = value.split(';').map(str::trim);
        let seconds: u64 = parts.next()?.parse().ok()?;
        let by_caller = parts.find_map(|part| match part.to_ascii_lowercase().as_str() {
            "refresher=uac" => Some(true),
            "refresher=uas" => Some(false),
            _ => None,
        });
        Some((Duration::from_secs(seconds).min(LONGEST), by_caller))
    })
}

fn supports_timer(headers: &rsipstack::sip::Headers) -> bool {
    headers.iter().any(|header| {
        let value = match header {
            Header::Supported(value) => value.value().to_owned(),
            Header::Other(name, value) if name.eq_ignore_ascii_case("k") => value.clone(),
            _ => return false,
        };
        value
            .split(',')
            .any(|token| token.trim().eq_ignore_ascii_case("timer"))
    })
}

impl SessionTimer {
    /// The timer of an INVITE or UPDATE that we answer, and the headers of that answer.
    pub(in crate::phone) fn answer(
        request: &Request,
        now: Instant,
    ) -> Result<(Option<Self>, Vec<Header>), TooShort> {
        let supported = supports_timer(request.headers());
        let asked = expires(request.headers());
        let (interval, by_caller) = match asked {
            Some((interval, _)) if interval < SHORTEST && supported => return Err(TooShort),
            // A caller that knows no timers was given one by a proxy; we are the only ones who can refresh.
            Some((interval, by_caller)) => (
                interval.max(SHORTEST),
                supported && by_caller.unwrap_or(true),
            ),
            None if supported => (USUAL, true),
            None => return Ok((None, Vec::new())),
        };
        let refresher = if by_caller { "uac" } else { "uas" };
        let mut headers = vec![
            Header::SessionExpires(format!("{};refresher={refresher}", interval.as_secs()).into()),
            Header::Supported("timer".into()),
        ];
        if by_caller {
            headers.push(Header::Require("timer".into()));
        }
        Ok((
            Some(Self {
                interval,
                ours: !by_caller,
                since: now,
            }),
            headers,
        ))
    }

    /// The timer that the answer to our own INVITE sets.
    pub(in crate::phone) fn granted(response: &Response, now: Instant) -> Option<Self> {
        let (interval, by_caller) = expires(response.headers())?;
        Some(Self {
            interval: interval.max(SHORTEST),
            ours: by_caller.unwrap_or(true),
            since: now,
        })
    }

    /// When something is to be done: half-way a refresh of ours, or the end when the peer's own did not come.
    pub(in crate::phone) fn due(&self) -> Instant {
        let margin = Duration::from_secs(32).min(self.interval / 3);
        self.since
            + if self.ours {
                self.interval / 2
            } else {
                self.interval.saturating_sub(margin)
            }
    }

    /// Whether we refresh.
    pub(in crate::phone) fn is_ours(&self) -> bool {
        self.ours
    }

    /// The header of our refresh; we are the caller of that request.
    pub(in crate::phone) fn refresh(&self) -> Vec<Header> {
        vec![
            Header::SessionExpires(format!("{};refresher=uac", self.interval.as_secs()).into()),
            Header::Supported("timer".into()),
        ]
    }

    /// Begins the interval anew.
    pub(in crate::phone) fn restart(&mut self, now: Instant) {
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn invite(extra: &str) -> Request {
        let text = format!(
            "INVITE sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:b@192.0.2.9>;tag=1\r\n\
             To: <sip:a@192.0.2.1>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{extra}Content-Length: 0\r\n\r\n"
        );
        Request::try_from(text.as_bytes()).expect("a request")
    }

    #[test]
    fn who_refreshes_is_agreed() {
        let now = Instant::now();
        let timer = |extra: &str| SessionTimer::answer(&invite(extra), now);
        assert_eq!(timer(""), Ok((None, Vec::new())));
        let (theirs, headers) =
            timer("Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n").expect("granted");
        assert_eq!(
            theirs.map(|timer| timer.due() - now),
            Some(Duration::from_secs(268))
        );
        assert_eq!(headers.len(), 3);
        let (ours, _) = timer("Supported: 100rel, timer\r\nSession-Expires: 300;refresher=uas\r\n")
            .expect("granted");
        assert_eq!(
            ours.map(|timer| timer.due() - now),
            Some(Duration::from_secs(150))
        );
        assert_eq!(
            timer("Supported: timer\r\nSession-Expires: 30\r\n"),
            Err(TooShort)
        );
        let (proxy, headers) = timer("Session-Expires: 30\r\n").expect("granted");
        assert!(proxy.is_some_and(|timer| timer.is_ours()) && headers.len() == 2);
    }

    proptest! {
        #[test]
        fn any_interval_is_read(value in "[0-9a-z;= ]{0,30}") {
            let _ = SessionTimer::answer(&invite(&format!("Supported: timer\r\nSession-Expires: {value}\r\n")), Instant::now());
        }
    }
}
