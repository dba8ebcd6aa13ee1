//! What can go wrong on the telephone.

use std::net::SocketAddr;

/// An error of the telephone line or of one call.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The line's own address cannot be listened on.
    #[error(
        "cannot listen for calls on {address}: {source}; choose another address or end the program that holds it"
    )]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why the system refused.
        source: std::io::Error,
    },
    /// The certificate for SIP over TLS or its key.
    #[error(
        "the certificate for calls over TLS and its key cannot be used: {0}; give both as PEM, the key as PKCS#8"
    )]
    Certificate(String),
    /// No pair of ports is free for the sound of a call.
    #[error("no free ports for the sound of a call ({0}); widen the range of RTP ports")]
    Ports(std::io::Error),
    /// The thread that paces the sound could not start.
    #[error("cannot start the clock of the calls: {0}")]
    Clock(std::io::Error),
    /// A session description cannot be used.
    #[error("the peer's session description cannot be used: {0}")]
    Description(String),
    /// An address, number or account name that is no SIP address.
    #[error("`{0}` is not a number or SIP address that can be called")]
    Target(String),
    /// An account that the settings do not name.
    #[error("no telephone account is called `{0}`")]
    Account(String),
    /// A network that is not written as address/length.
    #[error("`{0}` is not a network; write it like 192.0.2.0/24")]
    Network(String),
    /// All lines are taken.
    #[error("all {0} lines are taken")]
    Full(usize),
    /// The call is in a state that does not allow it.
    #[error("the call is not {0}")]
    State(&'static str),
    /// More sound waits to be played than a call can hold.
    #[error("five minutes of sound wait to be played already")]
    Queue,
    /// The SIP stack could not do it.
    #[error("the telephone's signalling failed: {0}")]
    Signalling(String),
}

impl From<rsipstack::Error> for PhoneError {
    fn from(error: rsipstack::Error) -> Self {
        Self::Signalling(error.to_string())
    }
}
