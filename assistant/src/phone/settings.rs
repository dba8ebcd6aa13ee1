//! How the line is reached and whom it serves.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::error::PhoneError;

/// Everything a [`PhoneLine`](super::PhoneLine) needs to know.
#[derive(Debug, Clone)]
pub struct PhoneSettings {
    /// Where SIP is listened for; an unspecified address means every interface.
    pub listen: SocketAddr,
    /// Whether SIP over TCP is served on the same port.
    pub tcp: bool,
    /// SIP over TLS, if it is served.
    pub tls: Option<PhoneTls>,
    /// Certificates (PEM) of those whose word on exchanges that we reach over TLS is believed.
    pub authorities: Vec<u8>,
    /// The address peers reach us at, when it is not the one of our own interface.
    pub public_address: Option<IpAddr>,
    /// Ports for sound: an even one for each call and the odd one above it.
    pub ports: RangeInclusive<u16>,
    /// Conversations at once, those we dial included.
    pub calls: usize,
    /// Calls taken beyond that, only to tell the caller that all lines are busy.
    pub busy_lines: usize,
    /// Networks that may call us; nobody else gets an answer.
    pub peers: Vec<Peer>,
    /// Accounts at exchanges and trunks.
    pub accounts: Vec<PhoneAccount>,
    /// A call from whose peer nothing was heard for so long, while it was not on hold, is over.
    pub desert_after: Duration,
    /// SIP messages a second that one address may send; the rest is dropped.
    pub messages_a_second: u32,
}

impl Default for PhoneSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 5_060)),
            tcp: true,
            tls: None,
            authorities: Vec::new(),
            public_address: None,
            ports: 40_000..=40_999,
            calls: 20,
            busy_lines: 4,
            peers: Vec::new(),
            accounts: Vec::new(),
            desert_after: Duration::from_secs(60),
            messages_a_second: 200,
        }
    }
}

/// SIP over TLS as we serve it.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneTls {
    /// The port that is listened on, beside the one of UDP and TCP.
    pub port: u16,
    /// Our certificate and those between it and its root, as PEM.
    pub certificate: Vec<u8>,
    /// Its key, as PEM of PKCS#8 or PKCS#1.
    pub key: Vec<u8>,
}

impl fmt::Debug for PhoneTls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PhoneTls")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// A network that may call us directly.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Where it is.
    pub network: Network,
    /// The community whose residents call from there.
    pub community: Option<String>,
    /// A digest challenge that each call from there must answer.
    pub credential: Option<PhoneCredential>,
}

/// An account that we hold at an exchange or trunk.
#[derive(Debug, Clone)]
pub struct PhoneAccount {
    /// How it is called in the settings and in [`PhoneLine::dial`](super::PhoneLine::dial).
    pub name: String,
    /// The community that this number serves.
    pub community: String,
    /// The exchange: `sip:pbx.example`, with a port and `;transport=tcp` or `;transport=tls` where needed.
    pub registrar: String,
    /// The number or name of the account; also the user part of calls to us.
    pub credential: PhoneCredential,
    /// The name for digest when it is not the account's own.
    pub digest_name: Option<String>,
    /// Whether we register; a trunk that knows our address needs none.
    pub register: bool,
    /// Whether the sound of calls that we make must be protected (SRTP); `None`: where the exchange is reached over TLS.
    pub srtp: Option<bool>,
    /// How long a registration is asked to last.
    pub expires: Duration,
}

/// A name and a password; `Debug` shows only the name.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneCredential {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for PhoneCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PhoneCredential")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A network in CIDR notation, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// Whether an address lies in it; IPv4 written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (u32::from(network) ^ u32::from(address))
                    .checked_shr(32 - u32::from(self.length))
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (u128::from(network) ^ u128::from(address))
                    .checked_shr(128 - u32::from(self.length))
                    .unwrap_or(0)
                    == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let wrong = || PhoneError::Network(text.to_owned());
        let (address, length) = text
            .trim()
            .split_once('/')
            .map_or((text.trim(), None), |(address, length)| {
                (address, Some(length))
            });
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length
                .parse()
                .ok()
                .filter(|length| *length <= most)
                .ok_or_else(wrong)?,
            None => most,
        };
        Ok(Self { address, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contains(network: &str, address: &str) -> bool {
        network
            .parse::<Network>()
            .expect("a network")
            .contains(address.parse().expect("an address"))
    }

    #[test]
    fn networks_hold_their_addresses() {
        assert!(contains("192.0.2.0/24", "192.0.2.77"));
        assert!(!contains("192.0.2.0/24", "192.0.3.1"));
        assert!(contains("0.0.0.0/0", "8.8.8.8") && contains("::/0", "2001:db8::1"));
        assert!(contains("10.1.2.3", "::ffff:10.1.2.3"));
        assert!(
            contains("2001:db8::/32", "2001:db8:1::1") && !contains("2001:db8::/32", "2001:db9::1")
        );
        assert!("10.0.0.0/33".parse::<Network>().is_err() && "pbx".parse::<Network>().is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,40}") {
            let _ = text.parse::<Network>();
        }
    }
}
