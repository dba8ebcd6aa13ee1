//! One attempt to deliver one notice.

use std::time::Duration;

use jiff::Timestamp;

use super::error::{DeliveryError, Reason};
use super::http::Client;
use super::mail::{Mail, Mailer};
use super::notice::Notice;
use super::target::Target;
use super::{dingtalk, webhook, wecom};

/// The rules of every attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Longest time for an attempt; 15 s, the least that Standard Webhooks recommends.
    pub timeout: Duration,
    /// Whether receivers may stand in the own network or on this machine; no. Mail is not asked:
    /// its server is named by whoever runs this one.
    pub allow_private: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            allow_private: false,
        }
    }
}

/// Delivers notices; cheap to clone, holds no connection.
#[derive(Clone, Debug)]
pub struct Deliverer {
    client: Client,
    mailer: Option<Mailer>,
}

impl Deliverer {
    /// Takes the rules and the mail server, if there is one; an error is about the latter.
    pub fn new(mail: Option<&Mail>, rules: Rules) -> Result<Self, Reason> {
        Ok(Self {
            client: Client::new(rules.timeout, rules.allow_private),
            mailer: mail
                .map(|mail| Mailer::new(mail, rules.timeout))
                .transpose()?,
        })
    }

    /// Whether there is a mail server to send by.
    pub fn sends_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// Tries once, at `now`, to deliver `notice`; done within the time of the rules.
    ///
    /// `Ok` means that the receiver said it has it. See [`DeliveryError::retry_in`] for the rest.
    pub async fn deliver(
        &self,
        target: &Target,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        notice.check().map_err(DeliveryError::permanent)?;
        match target {
            Target::Email { address } => match &self.mailer {
                Some(mailer) => mailer.deliver(address, notice).await,
                None => Err(DeliveryError::permanent(Reason::NoMailServer)),
            },
            Target::Webhook { url, secret } => {
                webhook::deliver(&self.client, url, secret, notice, now).await
            }
            Target::WeCom { url } => wecom::deliver(&self.client, url, notice, now).await,
            Target::DingTalk { url, secret } => {
                dingtalk::deliver(&self.client, url, secret.as_ref(), notice, now).await
            }
        }
    }
}
