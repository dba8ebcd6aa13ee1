//! What was said, sent to the caller's mobile telephone (短信) through the site's own gateway.
//!
//! The gateway is called as [Standard Webhooks](https://www.standardwebhooks.com) say, with event `phone.sms`
//! and `to` and `text` under `data.details`; whoever runs it knows which provider sends.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::json;
use tokio::task::JoinHandle;

use super::talk::Talk;
use super::wishes::Wish;
use super::wording;
use crate::alerts::{Deliverer, Notice, ReceiverUrl, Target};
use crate::config::PhoneSms;
use crate::conversation::{Disposition, Reply};
use crate::privacy::phone_in;
use crate::store::new_id;

/// Digits of a mobile number in mainland China, which begins with 1.
const MOBILE: usize = 11;
/// Characters of a message: more are cut off, because each 67 are paid for as one.
const LONGEST: usize = 500;

/// The way to the gateway.
#[derive(Clone, Debug)]
pub(super) struct TextMessages {
    deliverer: Deliverer,
    gateway: Target,
}

impl TextMessages {
    /// `None` where no gateway is configured.
    pub(super) fn new(settings: &PhoneSms, deliverer: Deliverer) -> Result<Option<Self>> {
        if settings.address.is_empty() {
            return Ok(None);
        }
        let gateway =
            Target::Webhook { url: ReceiverUrl::new(&settings.address), secret: settings.secret.clone() };
        gateway.check().map_err(|reason| anyhow::anyhow!("{reason}")).context("phone.sms")?;
        Ok(Some(Self { deliverer, gateway }))
    }

    /// Sends a message; whether the gateway has taken it.
    fn send(&self, to: String, text: String) -> JoinHandle<bool> {
        let this = self.clone();
        tokio::spawn(async move {
            let now = Timestamp::now();
            let notice = Notice {
                id: new_id(),
                event: "phone.sms".to_owned(),
                title: String::new(),
                body: String::new(),
                url: None,
                urgent: false,
                at: now,
                details: json!({"to": to, "text": text}),
            };
            let delivered = this.deliverer.deliver(&this.gateway, &notice, now).await;
            if let Err(error) = &delivered {
                tracing::warn!(%error, "a text message was not taken");
            }
            delivered.is_ok()
        })
    }
}

impl Talk {
    /// Keeps what the caller may want to have sent.
    pub(super) fn keep_for_text(&mut self, reply: &Reply) {
        let worth_keeping = reply.disposition == Disposition::Answered || reply.work_order.is_some();
        if !worth_keeping || self.mobile().is_none() {
            return;
        }
        let mut text = format!("【{}】{}", self.community.name, reply.text());
        if let Some(order) = &reply.work_order {
            text.push_str(&wording::order_in_text(&order.number, &order.lookup_code));
        }
        self.text = Some(text.chars().take(LONGEST).collect());
    }

    /// The caller's mobile number, where text messages can be sent.
    pub(super) fn mobile(&self) -> Option<String> {
        self.calls.texts.as_ref()?;
        phone_in(self.wires.facts.caller.whole()).filter(|number| number.len() == MOBILE && number.starts_with('1'))
    }

    /// Sends what was kept; `false` where there is nothing to send.
    pub(super) fn send_text(&mut self) -> bool {
        let (Some(texts), Some(to)) = (&self.calls.texts, self.mobile()) else { return false };
        let Some(text) = self.text.take() else { return false };
        self.texting = Some(texts.send(to, text));
        self.more.clear();
        self.mouth.stop();
        true
    }

    /// Tells the caller whether the message is on its way.
    pub(super) fn texted(&mut self, taken: bool) {
        self.texting = None;
        let number = self.mobile().unwrap_or_default();
        self.mouth.say(if taken {
            wording::texted(&number[number.len().saturating_sub(4)..])
        } else {
            wording::NOT_TEXTED.to_owned()
        });
    }

    /// The question whether to go on, with what else can be done.
    pub(super) fn offer_the_rest(&mut self) {
        let offered = self.text.is_some();
        self.mouth.say(if offered { wording::GO_ON_OR_TEXT } else { wording::GO_ON });
    }

    /// What a key means while the rest of an answer is offered.
    pub(super) fn of_the_rest(&self, key: u32) -> Wish {
        match key {
            1 => Wish::Yes,
            3 if self.text.is_some() => Wish::Text,
            _ => Wish::No,
        }
    }
}

/// Waits for the gateway, if it was asked.
pub(super) async fn taken(texting: &mut Option<JoinHandle<bool>>) -> bool {
    match texting {
        // Where the task broke, nothing was taken.
        Some(texting) => texting.await.unwrap_or(false),
        None => std::future::pending().await,
    }
}
