//! Registration at an exchange that demands digest; the exchange is written here, on a bare socket.

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::time::Duration;

use assistant::phone::{PhoneAccount, PhoneLine, PhoneSettings, RegistrationState};
use rsipstack::dialog::authenticate::verify_digest;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::typed::Authorization;
use rsipstack::sip::{Method, Request};
use crate::support::{account, settings};

const PASSWORD: &str = "secret";

/// What the exchange saw.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Challenged,
    Registered(u32),
    /// With the number of the request: one that is repeated on a busy machine is the same.
    Wrong(u32),
}

/// Serves REGISTER until the line goes; every one must answer a fresh challenge in `algorithm`.
fn exchange(algorithm: &'static str, grant: u32) -> (u16, std::sync::mpsc::Receiver<Seen>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let port = socket.local_addr().expect("an address").port();
    let (seen_out, seen) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut datagram = [0; 4_096];
        loop {
            let Ok((length, from)) = socket.recv_from(&mut datagram) else {
                return;
            };
            let request = Request::try_from(&datagram[..length]).expect("a request");
            assert_eq!(request.method, Method::Register);
            let copied: String = String::from_utf8_lossy(&datagram[..length])
                .lines()
                .filter(|line| {
                    ["via:", "from:", "to:", "call-id:", "cseq:"]
                        .iter()
                        .any(|name| line.to_ascii_lowercase().starts_with(name))
                })
                .map(|line| {
                    format!(
                        "{line}{}\r\n",
                        if line.to_ascii_lowercase().starts_with("to:") {
                            ";tag=exchange"
                        } else {
                            ""
                        }
                    )
                })
                .collect();
            let expires = request
                .expires_header()
                .and_then(|header| header.value().parse::<u32>().ok())
                .unwrap_or(0);
            let proof = request.authorization_header().map(|header| {
                // The stack that reads here has its own word for it.
                let value = header.value().replace("SHA-256", "SHA256");
                assert!(
                    header.value().contains(&format!("algorithm={algorithm}")),
                    "the proof names the algorithm as the standard does"
                );
                let given = Authorization::parse(&value).expect("readable");
                given.nonce == "n1" && verify_digest(&given, PASSWORD, &Method::Register, &value)
            });
            let (status, extra, told) = match proof {
                None => (
                    "401 Unauthorized",
                    format!(
                        "WWW-Authenticate: Digest realm=\"exchange\", nonce=\"n1\", qop=\"auth\", algorithm={algorithm}\r\n"
                    ),
                    Seen::Challenged,
                ),
                Some(true) => {
                    let contact = request
                        .contact_header()
                        .expect("a contact")
                        .value()
                        .to_owned();
                    let granted = expires.min(grant);
                    (
                        "200 OK",
                        format!("Contact: {contact};expires={granted}\r\n"),
                        Seen::Registered(granted),
                    )
                }
                Some(false) => {
                    let number = request.cseq_header().expect("a number").seq().expect("readable");
                    ("403 Forbidden", String::new(), Seen::Wrong(number))
                }
            };
            let answer = format!("SIP/2.0 {status}\r\n{copied}{extra}Content-Length: 0\r\n\r\n");
            // Told first: whoever has the answer finds it here.
            let heard = seen_out.send(told);
            socket.send_to(answer.as_bytes(), from).expect("sent");
            if heard.is_err() {
                return;
            }
        }
    });
    (port, seen)
}

async fn line_at(port: u16, change: impl FnOnce(&mut PhoneAccount)) -> PhoneLine {
    let mut account = account(format!("sip:127.0.0.1:{port}"), true);
    change(&mut account);
    // The exchange is let in because it is the account's, not as a peer.
    let settings = PhoneSettings {
        accounts: vec![account],
        peers: Vec::new(),
        ..settings()
    };
    PhoneLine::open(settings).await.expect("opens").0
}

async fn until(line: &PhoneLine, wanted: impl Fn(&RegistrationState) -> bool) {
    let mut state = line.registration("trunk").expect("the account");
    tokio::time::timeout(
        Duration::from_secs(30),
        state.wait_for(|state| wanted(state)),
    )
    .await
    .expect("in time")
    .expect("the line lives");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_registers_refreshes_and_signs_off() {
    for algorithm in ["MD5", "SHA-256"] {
        let (port, seen) = exchange(algorithm, 2);
        let line = line_at(port, |_| ()).await;
        until(&line, |state| {
            *state == RegistrationState::Registered(Duration::from_secs(2))
        })
        .await;
        // A request that was repeated on a busy machine is challenged twice; what counts is what was granted.
        let granted = || loop {
            match seen
                .recv_timeout(Duration::from_secs(30))
                .expect("a request")
            {
                Seen::Challenged => {}
                other => return other,
            }
        };
        assert_eq!(granted(), Seen::Registered(2), "{algorithm}");
        assert_eq!(
            granted(),
            Seen::Registered(2),
            "the refresh comes before the two seconds are over"
        );
        line.close().await;
        while granted() != Seen::Registered(0) {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_not_tried_again_at_once() {
    let (port, seen) = exchange("MD5", 60);
    let line = line_at(port, |account| {
        account.credential.password = "wrong".to_owned();
    })
    .await;
    until(&line, |state| *state == RegistrationState::Refused(403)).await;
    let refused: BTreeSet<u32> = seen
        .try_iter()
        .filter_map(|told| match told {
            Seen::Wrong(number) => Some(number),
            Seen::Challenged | Seen::Registered(_) => None,
        })
        .collect();
    assert_eq!(refused.len(), 1);
    line.close().await;
}
