//! Progress of a transfer that we asked for (RFC 3515).

use rsipstack::sip::prelude::HasHeaders;
use rsipstack::sip::{Header, Request};

/// How far the peer is with calling the one it was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferProgress {
    /// The peer is trying.
    Trying,
    /// The other telephone rings.
    Ringing,
    /// The other one answered; our part of the call can end.
    Answered,
    /// It did not come about, with the status the peer got (486 busy, 603 declined, 408 no answer); the caller is still ours.
    Failed(u16),
}

/// What a NOTIFY says of our transfer, `None` when it is about something else.
pub(in crate::phone) fn progress(request: &Request) -> Option<TransferProgress> {
    let mut about_transfer = false;
    let mut over = false;
    for header in request.headers().iter() {
        match header {
            Header::Event(event) => {
                about_transfer = event
                    .value()
                    .trim()
                    .to_ascii_lowercase()
                    .starts_with("refer");
            }
            Header::SubscriptionState(state) => {
                over = state
                    .value()
                    .trim()
                    .to_ascii_lowercase()
                    .starts_with("terminated");
            }
            _ => {}
        }
    }
    if !about_transfer {
        return None;
    }
    let line = request
        .body()
        .split(|octet| *octet == b'\n')
        .next()
        .unwrap_or_default();
    let status = std::str::from_utf8(line)
        .ok()
        .and_then(|line| line.strip_prefix("SIP/2.0 "))
        .and_then(|rest| rest.split_ascii_whitespace().next())
        .and_then(|code| code.parse::<u16>().ok());
    Some(match status {
        Some(status @ 300..=699) => TransferProgress::Failed(status),
        Some(200..=299) => TransferProgress::Answered,
        // Nothing more will come, and no answer came.
        _ if over => TransferProgress::Failed(408),
        Some(180..=189) => TransferProgress::Ringing,
        _ => TransferProgress::Trying,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn notify(event: &str, state: &str, body: &str) -> Request {
        let text = format!(
            "NOTIFY sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:b@192.0.2.9>;tag=1\r\n\
             To: <sip:a@192.0.2.1>;tag=2\r\nCall-ID: 1\r\nCSeq: 2 NOTIFY\r\nEvent: {event}\r\nSubscription-State: {state}\r\n\
             Content-Type: message/sipfrag\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Request::try_from(text.as_bytes()).expect("a request")
    }

    #[test]
    fn progress_is_told_to_its_end() {
        let told = |state: &str, body: &str| progress(&notify("refer;id=93809823", state, body));
        assert_eq!(
            told("active", "SIP/2.0 100 Trying\r\n"),
            Some(TransferProgress::Trying)
        );
        assert_eq!(
            told("active;expires=60", "SIP/2.0 180 Ringing"),
            Some(TransferProgress::Ringing)
        );
        assert_eq!(
            told("terminated;reason=noresource", "SIP/2.0 200 OK"),
            Some(TransferProgress::Answered)
        );
        assert_eq!(
            told("terminated", "SIP/2.0 486 Busy Here"),
            Some(TransferProgress::Failed(486))
        );
        assert_eq!(
            told("terminated;reason=timeout", ""),
            Some(TransferProgress::Failed(408))
        );
        assert_eq!(progress(&notify("presence", "active", "")), None);
    }

    proptest! {
        #[test]
        fn any_body_is_read(body in "[ -~\r\n]{0,80}") {
            prop_assert!(progress(&notify("refer", "active", &body)).is_some());
        }
    }
}
