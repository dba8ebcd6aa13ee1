//! Words of digest that the stack writes differently from the standard.
//!
//! RFC 7616 and RFC 8760 call the algorithms `SHA-256` and `SHA-512-256`; the stack knows `SHA256`. An exchange that offers
//! `qop="auth,auth-int"` offers both; the stack reads one word.

use rsipstack::sip::prelude::HasHeaders;
use rsipstack::sip::{Header, SipMessage};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;

/// Translates challenges that come in and proofs that go out.
pub(in crate::phone) struct DigestWords;

impl MessageInspector for DigestWords {
    fn before_send(&self, mut message: SipMessage, _to: Option<&SipAddr>) -> SipMessage {
        for header in message.headers_mut().iter_mut() {
            match header {
                Header::Authorization(proof) => {
                    proof.replace(
                        proof
                            .value()
                            .replace("algorithm=SHA256", "algorithm=SHA-256"),
                    );
                }
                Header::ProxyAuthorization(proof) => {
                    proof.replace(
                        proof
                            .value()
                            .replace("algorithm=SHA256", "algorithm=SHA-256"),
                    );
                }
                _ => {}
            }
        }
        message
    }

    fn after_received(&self, mut message: SipMessage, _from: Option<&SipAddr>) -> SipMessage {
        for header in message.headers_mut().iter_mut() {
            match header {
                Header::WwwAuthenticate(challenge) => {
                    challenge.replace(readable(challenge.value()));
                }
                Header::ProxyAuthenticate(challenge) => {
                    challenge.replace(readable(challenge.value()));
                }
                _ => {}
            }
        }
        message
    }
}

fn readable(challenge: &str) -> String {
    challenge
        .replace("SHA-256", "SHA256")
        .replace("\"auth,auth-int\"", "\"auth\"")
        .replace("\"auth-int,auth\"", "\"auth\"")
        .replace("\"auth, auth-int\"", "\"auth\"")
}
