//! The telephone: where it listens, whom it lets in, whom it dials with.

use serde::{Deserialize, Serialize};

use crate::alerts::Secret;

/// The telephone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// Address and port for SIP over UDP and TCP, such as `0.0.0.0:5060`; empty for no telephone.
    pub listen: String,
    /// Address that exchanges reach us at, where it is not our own; empty for none.
    pub public_address: String,
    /// First port for sound.
    pub first_port: u16,
    /// Last port for sound; two ports a call.
    pub last_port: u16,
    /// Conversations at once, those we dial included; further callers are told that all lines are busy.
    pub calls: usize,
    /// Number that a caller who wants a person is connected with; empty: that of the community.
    pub person: String,
    /// How: `bridge` calls the person and joins the two calls, `refer` asks the exchange to.
    pub transfer: Transfer,
    /// Seconds that a person is rung for.
    pub ring_seconds: u32,
    /// Name of the voice; empty for the default one.
    pub voice: String,
    /// Speed of the voice; 1 is usual.
    pub speed: f32,
    /// SIP over TLS.
    pub tls: PhoneTls,
    /// Who sends text messages.
    pub sms: PhoneSms,
    /// Networks that may call directly.
    #[serde(default)]
    pub peers: Vec<PhonePeer>,
    /// Accounts at exchanges and trunks.
    #[serde(default)]
    pub accounts: Vec<PhoneAccount>,
}

impl Default for Phone {
    /// No telephone.
    fn default() -> Self {
        Self {
            listen: String::new(),
            public_address: String::new(),
            first_port: 40_000,
            last_port: 40_999,
            calls: 8,
            person: String::new(),
            transfer: Transfer::Bridge,
            ring_seconds: 25,
            voice: String::new(),
            speed: 1.0,
            tls: PhoneTls::default(),
            sms: PhoneSms::default(),
            peers: Vec::new(),
            accounts: Vec::new(),
        }
    }
}

/// The gateway that sends text messages (短信) to callers who want to read an answer: a program that takes
/// webhooks and knows a provider.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneSms {
    /// Where it is posted to; empty for none.
    pub address: String,
    /// `whsec_` and 24 to 64 bytes in base64, which signs each message.
    pub secret: Secret,
}

/// SIP over TLS: nobody on the way reads who calls whom, nor the keys that protect the sound.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneTls {
    /// Our certificate with those between it and its root, a PEM file; empty: TLS is not served. A file that changes is
    /// read again within the hour.
    pub certificate: String,
    /// Its key, a PEM file (PKCS#8 or PKCS#1).
    pub key: String,
    /// Port it is served on.
    pub port: u16,
    /// PEM file of the authorities whose word on exchanges is believed (accounts with `;transport=tls`).
    pub authorities: String,
}

impl Default for PhoneTls {
    /// Not served; exchanges are believed that the system believes.
    fn default() -> Self {
        Self {
            certificate: String::new(),
            key: String::new(),
            port: 5_061,
            authorities: "/etc/ssl/certs/ca-certificates.crt".to_owned(),
        }
    }
}

/// How a caller is connected with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// We call the person, tell them what it is about, and join the two calls.
    Bridge,
    /// The exchange is asked to connect them (REFER).
    Refer,
}

/// A network that may call directly.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhonePeer {
    /// In CIDR notation, or one address.
    pub network: String,
    /// Community whose residents call from there; empty for the default one.
    #[serde(default)]
    pub community: String,
    /// Name that each call must prove; empty for none.
    #[serde(default)]
    pub name: String,
    /// Its password.
    #[serde(default)]
    pub password: String,
}

/// An account at an exchange or trunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneAccount {
    /// How it is called here.
    pub name: String,
    /// The community that this number serves.
    pub community: String,
    /// The exchange, such as `sip:pbx.example:5060`, `sip:pbx.example;transport=tcp` or `sip:pbx.example;transport=tls`.
    pub registrar: String,
    /// Number or name of the account.
    pub number: String,
    /// Its password.
    #[serde(default)]
    pub password: String,
    /// Name for digest, where it is not the number.
    #[serde(default)]
    pub digest_name: String,
    /// Whether to register; a trunk that knows our address needs none.
    #[serde(default = "yes")]
    pub register: bool,
    /// Whether the sound of calls that we make is protected (SRTP); unset: where the exchange is reached over TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srtp: Option<bool>,
    /// Number that a caller of this account who wants a person is connected with; empty: `phone.person`.
    #[serde(default)]
    pub person: String,
}

fn yes() -> bool {
    true
}
