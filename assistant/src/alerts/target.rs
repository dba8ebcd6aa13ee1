//! Where a notice goes.

use std::fmt;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use super::error::Reason;
use super::secret::Secret;
use super::{mail, signature};

/// A receiver of notices. `Debug` and `Display` show no key, token or path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Target {
    /// One mailbox.
    #[serde(rename = "email")]
    Email {
        /// `name@domain`.
        address: String,
    },
    /// A program, called as [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0 says.
    #[serde(rename = "webhook")]
    Webhook {
        /// Where to post to.
        url: ReceiverUrl,
        /// `whsec_` and 24 to 64 bytes in base64; made by [`webhook_secret`](super::webhook_secret).
        secret: Secret,
    },
    /// A group robot of 企业微信.
    #[serde(rename = "wecom")]
    WeCom {
        /// As 企业微信 shows it, with the key in it.
        url: ReceiverUrl,
    },
    /// A group robot of 钉钉.
    #[serde(rename = "dingtalk")]
    DingTalk {
        /// As 钉钉 shows it, with the access token in it.
        url: ReceiverUrl,
        /// `SEC…`, when the robot was made with 加签; the way to choose, as 自定义关键词 drops every
        /// notice without the keyword.
        secret: Option<Secret>,
    },
}

impl Target {
    /// Whether this can be a receiver at all; to be asked before it is saved. Calls nobody.
    pub fn check(&self) -> Result<(), Reason> {
        match self {
            Self::Email { address } => mail::mailbox(address).map(drop),
            Self::Webhook { url, secret } => {
                signature::webhook_key(secret)?;
                url.parse().map(drop)
            }
            Self::WeCom { url } | Self::DingTalk { url, .. } => url.parse().map(drop),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email { address } => write!(formatter, "email {address}"),
            Self::Webhook { url, .. } => write!(formatter, "webhook {url}"),
            Self::WeCom { url } => write!(formatter, "wecom {url}"),
            Self::DingTalk { url, .. } => write!(formatter, "dingtalk {url}"),
        }
    }
}

/// An address to post to. Who knows it can often write to the group, so `Debug` and `Display` end
/// at the host; serialising does not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiverUrl(String);

impl ReceiverUrl {
    /// Takes the address as typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole address.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The address, without the part after `#`.
    pub(super) fn parse(&self) -> Result<Uri, Reason> {
        let uri: Uri = self.0.trim().parse().map_err(|_| Reason::Address)?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        // A name and password in front of the host would travel unseen, and be shown by `Display`.
        let plain = uri
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'));
        if web && host && plain {
            Ok(uri)
        } else {
            Err(Reason::Address)
        }
    }
}

impl fmt::Display for ReceiverUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parse() {
            Ok(uri) => write!(
                formatter,
                "{}://{}/…",
                uri.scheme_str().unwrap_or_default(),
                uri.authority().map_or("", |authority| authority.as_str())
            ),
            Err(_) => formatter.write_str("…"),
        }
    }
}

impl fmt::Debug for ReceiverUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}
