//! Conversations on the telephone.
//!
//! [`Calls`] opens the [`phone`](crate::phone) line and holds one conversation a call: a greeting at once,
//! then free speech. The resident's sound goes through [`Listening`](crate::voice::Listening); what they say
//! becomes a turn of the [`Assistant`]; the reply is said as it comes.
//!
//! ```text
//! frames ──> Listening ──> hear ──> Assistant::say ──> reply ──> Mouth ──> line
//!                │  a voice                                        │
//!                └────────────> pause ... it was nothing: resume <─┘
//! ```
//!
//! - A voice stops ours at once; a cough, an 嗯 or our own echo lets it go on where it was.
//! - What is said in every call is made beforehand, and never beside one.
//! - A long answer is said in parts; the keys answer what was offered; `0` and 人工 bring a person.
//! - A call beyond what the line may hold is told so, at no cost to the others.

mod echo;
mod hear;
mod keys;
mod mouth;
mod outbound;
mod prepare;
mod record;
mod reply;
mod settings;
mod talk;
mod text_message;
mod transfer;
mod wishes;
mod wording;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use dialects::Variety;

use crate::alerts::Deliverer;
use crate::config;
use crate::conversation::Assistant;
use crate::phone::{Call, CallEvent, CallFacts, IncomingCalls, PhoneLine, Refusal};
use crate::store::Community;
use crate::voice::{Hearing, Listening, ListeningOptions, Manner, Speaking, Voice};
use mouth::{Mouth, Said};
use talk::{Talk, Wires};
use text_message::TextMessages;

/// Voice after which our own stops: with the frame that it takes to fall silent, under 200 ms.
const INTERRUPTION: Duration = Duration::from_millis(144);

/// How often the files of the certificate are read.
const CERTIFICATE_READ: Duration = Duration::from_secs(3_600);

/// What all calls share.
pub struct Calls {
    assistant: Arc<Assistant>,
    voice: Arc<Voice>,
    speaking: Arc<Speaking>,
    hearing: Arc<Hearing>,
    settings: config::Phone,
    texts: Option<TextMessages>,
    line: Option<PhoneLine>,
}

impl Calls {
    /// Opens the line and takes calls from now on; `None` where no telephone is configured.
    ///
    /// Callers are let in once residents are heard and answered aloud.
    pub async fn start(
        settings: config::Phone,
        assistant: Arc<Assistant>,
        voice: Arc<Voice>,
        deliverer: Deliverer,
    ) -> Result<Option<Arc<Self>>> {
        let Some(line) = settings::line(&settings)? else { return Ok(None) };
        let texts = TextMessages::new(&settings.sms, deliverer)?;
        let hearing = voice.hearing().context("the telephone needs a recogniser: models.hearing")?;
        let speaking = voice.speaking().context("the telephone needs a voice: models.speaking")?;
        let (hearing, speaking) = (Arc::clone(hearing), Arc::clone(speaking));
        let (line, incoming) = PhoneLine::open(line).await.context("the telephone line could not be opened")?;
        let calls = Arc::new(Self { assistant, voice, speaking, hearing, settings, texts, line: Some(line) });
        tokio::spawn(take(Arc::clone(&calls), incoming));
        tokio::spawn(Arc::clone(&calls).prepare());
        tokio::spawn(Arc::clone(&calls).renew_certificate());
        Ok(Some(calls))
    }

    /// Reads the certificate of the line again every hour: those of today last for weeks.
    async fn renew_certificate(self: Arc<Self>) {
        let (Some(line), Ok(Some(mut known))) = (&self.line, settings::tls(&self.settings.tls)) else { return };
        loop {
            tokio::time::sleep(CERTIFICATE_READ).await;
            let renewed = match settings::tls(&self.settings.tls) {
                Ok(Some(now)) if now == known => continue,
                Ok(Some(now)) => {
                    known = now.clone();
                    line.renew_certificate(now.certificate, now.key).await.map_err(Into::into)
                }
                Ok(None) => return,
                Err(error) => Err(error),
            };
            match renewed {
                Ok(()) => tracing::info!("phone: the certificate was renewed"),
                Err(error) => tracing::error!(error = format!("{error:#}"), "phone: the certificate was not renewed"),
            }
        }
    }

    /// Takes back registrations and closes the line.
    pub async fn close(&self) {
        if let Some(line) = &self.line {
            line.close().await;
        }
    }

    fn manner(&self) -> Manner {
        Manner { voice: self.settings.voice.clone(), speed: self.settings.speed, ..Manner::default() }
    }

    /// The number of the person whom a caller is connected with.
    async fn person(&self, facts: &CallFacts, community: &str) -> Result<Option<String>> {
        let account = self.settings.accounts.iter().find(|account| Some(&account.name) == facts.account.as_ref());
        let configured = account.map(|account| &account.person).filter(|number| !number.is_empty());
        let configured = configured.or(Some(&self.settings.person).filter(|number| !number.is_empty()));
        if let Some(number) = configured {
            return Ok(Some(number.clone()));
        }
        let lineage = self.assistant.store().lineage(community).await?;
        Ok(lineage.into_iter().find_map(|node| node.phone))
    }

    /// Calls a number over an account, or over the first one.
    async fn dial(&self, account: Option<&str>, number: &str) -> Option<Call> {
        let line = self.line.as_ref()?;
        let first = self.settings.accounts.first().map(|account| account.name.as_str());
        match line.dial(account.or(first)?, number).await {
            Ok(call) => Some(call),
            Err(error) => {
                tracing::warn!(%error, "a person could not be rung");
                None
            }
        }
    }
}

/// What a caller of this community hears first.
fn greeting(community: &Community) -> String {
    let variety = community.variety.as_deref().and_then(|id| id.parse::<Variety>().ok());
    wording::greeting(&community.name, variety)
}

async fn take(calls: Arc<Calls>, mut incoming: IncomingCalls) {
    while let Some(call) = incoming.next().await {
        let calls = Arc::clone(&calls);
        tokio::spawn(async move {
            let id = call.facts.id.clone();
            if let Err(error) = calls.receive(call).await {
                tracing::error!(call = id, error = format!("{error:#}"), "a call broke off");
            }
        });
    }
}

impl Calls {
    async fn receive(self: Arc<Self>, call: Call) -> Result<()> {
        let place = self.voice.place();
        if call.facts.beyond_capacity || place.is_none() {
            return self.turn_away(call).await;
        }
        let (conversation, community) = match self.open(&call.facts).await {
            Ok(opened) => opened,
            Err(error) => {
                call.control.refuse(Refusal::Unavailable).await?;
                return Err(error);
            }
        };
        let lineage = self.assistant.store().lineage(&community.id).await?;
        let listener = self.hearing.listener(conversation.variety.as_deref(), &lineage).await?;
        let recorded = self.assistant.store().recordings_days(&community.path).await? > 0;
        let options = ListeningOptions { held: false, interruption: INTERRUPTION, shows: false };
        let (ears, progress) = Listening::begin(Arc::clone(&self.hearing), listener, options).split();
        let Call { facts, events, sound, control } = call;
        control.answer().await?;
        let mouth = Mouth::new(Arc::clone(&self.speaking), control.clone(), self.manner());
        let wires = Wires { facts, control: control.clone(), events, sound, ears, progress };
        let calls = Arc::clone(&self);
        let mut talk = Talk::new(calls, wires, conversation, community, mouth, recorded);
        let ending = talk.run().await;
        if ending.is_err() {
            control.hang_up().await;
        }
        let kept = talk.record.finish(*ending.as_ref().unwrap_or(&crate::phone::Ending::ByUs), &control.statistics());
        self.assistant.store().keep_call(&kept).await?;
        ending.map(drop)
    }

    /// Says that all lines are busy, and hangs up.
    async fn turn_away(&self, mut call: Call) -> Result<()> {
        call.control.answer().await?;
        let mut mouth = Mouth::new(Arc::clone(&self.speaking), call.control.clone(), self.manner());
        loop {
            tokio::select! {
                event = call.events.recv() => match event {
                    Some(CallEvent::Answered) => mouth.say(wording::BUSY),
                    Some(CallEvent::HungUp(_)) | None => return Ok(()),
                    Some(_) => {}
                },
                _ = call.sound.recv() => {}
                said = mouth.next() => if said != Said::Began {
                    call.control.hang_up().await;
                    return Ok(());
                },
            }
        }
    }
}
