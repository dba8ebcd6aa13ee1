//! The task of one call: what the peer signals becomes events, what its owner asks becomes signalling.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rsipstack::dialog::dialog::{
    DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle,
};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HasHeaders;
use rsipstack::sip::{Header, Method, Request, Response, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::Instant;

use super::address;
use super::sdp::{self, Description, Local};
use super::session_timer::{SHORTEST, SessionTimer, TooShort};
use super::transfer;
use crate::phone::call::{CallEvent, Command, Ending, LAST_WORD, Refusal};
use crate::phone::error::PhoneError;
use crate::phone::line::LineInner;
use crate::phone::media::session::Shared;

/// How our own INVITE ended, when no dialog state told it.
pub(in crate::phone) type Outcome = oneshot::Receiver<Ending>;

/// One call's signalling.
pub(in crate::phone) struct Driver {
    pub(in crate::phone) line: Arc<LineInner>,
    pub(in crate::phone) id: String,
    pub(in crate::phone) dialog: InviteDialog,
    pub(in crate::phone) states: DialogStateReceiver,
    pub(in crate::phone) commands: mpsc::Receiver<Command>,
    pub(in crate::phone) events: mpsc::Sender<CallEvent>,
    pub(in crate::phone) media: Arc<Shared>,
    pub(in crate::phone) local: Local,
    /// The caller's offer, or the answer to ours.
    pub(in crate::phone) remote: Option<Description>,
    pub(in crate::phone) timer: Option<SessionTimer>,
    pub(in crate::phone) timer_headers: Vec<Header>,
    /// The place in the line's capacity that this call takes.
    pub(in crate::phone) permit: OwnedSemaphorePermit,
    pub(in crate::phone) progress: Progress,
}

/// What the call went through.
#[derive(Debug, Default)]
pub(in crate::phone) struct Progress {
    /// 200 was sent or received.
    pub(in crate::phone) accepted: bool,
    answered: bool,
    held: bool,
    /// Our offer stands in a response, and the answer comes with the ACK.
    offered: bool,
    version: u64,
    description: Vec<u8>,
}

impl Progress {
    /// A call that we began with this offer.
    pub(in crate::phone) fn offering(description: Vec<u8>) -> Self {
        Self {
            version: 1,
            description,
            ..Self::default()
        }
    }
}

/// What a refresh of ours came to.
type Refreshed = Result<Option<Response>, PhoneError>;

impl Driver {
    /// Runs until the call is over, and tells its owner why.
    pub(in crate::phone) async fn run(mut self, mut outcome: Option<Outcome>) {
        let media = Arc::clone(&self.media);
        let (refreshed_out, mut refreshed) = mpsc::channel::<Refreshed>(1);
        let ending = loop {
            let due = self.timer.map(|timer| timer.due());
            tokio::select! {
                state = self.states.recv() => match state {
                    Some(state) => if let Some(ending) = self.signalled(state).await { break ending },
                    None => break Ending::Unreachable,
                },
                command = self.commands.recv() => match command {
                    Some(command) => if let Some(ending) = self.asked(command) { break ending },
                    None => break self.leave(),
                },
                ended = async { match &mut outcome { Some(outcome) => outcome.await, None => std::future::pending().await } } => match ended {
                    Ok(ending) => break ending,
                    // The INVITE succeeded; the dialog tells the rest.
                    Err(_) => outcome = None,
                },
                () = self.events.closed() => break self.leave(),
                () = media.deserted.notified() => { self.leave(); break Ending::Deserted },
                () = async { match due { Some(due) => tokio::time::sleep_until(due).await, None => std::future::pending().await } } => {
                    if self.refresh_due(&refreshed_out) { self.leave(); break Ending::Deserted }
                },
                Some(refreshed) = refreshed.recv() => if self.refreshed(refreshed) { self.leave(); break Ending::Deserted },
            }
        };
        self.media.close();
        tracing::info!(call = %self.id, ?ending, "phone: call {} ended: {ending:?}", self.id);
        self.line.calls.fetch_sub(1, Ordering::Relaxed);
        drop(self.permit);
        self.line.dialogs.remove_dialog(&self.dialog.id());
        // The owner may have gone, or may not read; the call is over all the same.
        let _ = tokio::time::timeout(LAST_WORD, self.events.send(CallEvent::HungUp(ending))).await;
    }

    fn tell(&self, event: CallEvent) {
        if self.events.try_send(event).is_err() {
            tracing::warn!(call = %self.id, "phone: call {} loses an event that nobody takes", self.id);
        }
    }

    /// Ends the dialog in the background, as far as it came.
    fn leave(&mut self) -> Ending {
        let (dialog, line) = (self.dialog.clone(), Arc::clone(&self.line));
        let incoming = dialog.role() == rsipstack::transaction::key::TransactionRole::Server;
        if incoming && !self.progress.accepted {
            // A refusal that cannot be sent is repeated by the transaction.
            let _ = dialog.reject(Some(StatusCode::TemporarilyUnavailable), None);
            return Ending::ByUs;
        }
        let id = self.id.clone();
        tokio::spawn(async move {
            if let Err(error) = dialog.hangup().await {
                tracing::debug!(call = %id, %error, "phone: hanging up {id} was not confirmed");
            }
            line.dialogs.remove_dialog(&dialog.id());
        });
        Ending::ByUs
    }

    fn asked(&mut self, command: Command) -> Option<Ending> {
        match command {
            Command::Ring => {
                if !self.progress.accepted {
                    // A caller that gave up meanwhile is told by its own state.
                    let _ = self.dialog.ringing(None, None);
                }
            }
            Command::Answer(reply) => {
                let _ = reply.send(self.answer());
            }
            Command::Refuse(refusal) => {
                if self.progress.accepted {
                    return Some(self.leave());
                }
                let status = match refusal {
                    Refusal::Busy => StatusCode::BusyHere,
                    Refusal::Unavailable => StatusCode::TemporarilyUnavailable,
                    Refusal::Declined => StatusCode::Decline,
                };
                let _ = self.dialog.reject(Some(status), None);
                return Some(Ending::ByUs);
            }
            Command::HangUp => return Some(self.leave()),
            Command::Transfer(target, reply) => self.transfer(&target, reply),
        }
        None
    }

    fn answer(&mut self) -> Result<(), PhoneError> {
        if self.progress.accepted {
            return Err(PhoneError::State("waiting to be answered"));
        }
        let body = self.describe();
        let mut headers = vec![
            Header::ContentType("application/sdp".into()),
            self.line.allow(),
        ];
        headers.append(&mut self.timer_headers);
        if let Some(remote) = &self.remote {
            self.media.agree(remote.agreed());
        }
        self.dialog.accept(Some(headers), Some(body))?;
        self.progress.accepted = true;
        Ok(())
    }

    /// Our description: the answer to the peer's offer, or an offer of our own.
    fn describe(&mut self) -> Vec<u8> {
        self.progress.version += 1;
        let body = match &self.remote {
            Some(remote) => remote.answer(&self.local, self.progress.version),
            None => {
                self.progress.offered = true;
                sdp::offer(&self.local, self.progress.version)
            }
        };
        self.progress.description.clone_from(&body);
        body
    }

    fn transfer(&self, target: &str, reply: oneshot::Sender<Result<(), PhoneError>>) {
        if !self.progress.answered {
            let _ = reply.send(Err(PhoneError::State("answered")));
            return;
        }
        let dialog = self.dialog.clone();
        let host = rsipstack::dialog::dialog::Dialog::Invite(dialog.clone()).remote_contact();
        let target = host.map_or_else(
            || Err(PhoneError::State("one that can be transferred")),
            |host| address::target(target, &host),
        );
        tokio::spawn(async move {
            let asked = match target {
                Ok(target) => dialog
                    .refer(format!("<{target}>"), None, None)
                    .await
                    .map_err(PhoneError::from),
                Err(error) => Err(error),
            };
            let answer = match asked {
                Ok(Some(response))
                    if (200..300).contains(&u16::from(response.status_code.clone())) =>
                {
                    Ok(())
                }
                Ok(Some(response)) => Err(PhoneError::Signalling(format!(
                    "the peer refused the transfer with {}",
                    response.status_code
                ))),
                Ok(None) => Err(PhoneError::Signalling(
                    "the peer did not answer the transfer".to_owned(),
                )),
                Err(error) => Err(error),
            };
            let _ = reply.send(answer);
        });
    }

    async fn signalled(&mut self, state: DialogState) -> Option<Ending> {
        match state {
            DialogState::Early(_, response) if !self.progress.accepted => self.early(&response),
            DialogState::Confirmed(_, response) => return self.confirmed(&response),
            DialogState::Updated(_, request, handle) => self.updated(&request, &handle).await,
            DialogState::Notify(_, request, handle) => {
                respond(&handle, StatusCode::OK, Vec::new(), None).await;
                if let Some(progress) = transfer::progress(&request) {
                    self.tell(CallEvent::Transfer(progress));
                }
            }
            DialogState::Info(_, request, handle) => {
                respond(&handle, StatusCode::OK, Vec::new(), None).await;
                if let Some(key) = key_of_info(&request) {
                    self.tell(CallEvent::Key(key));
                }
            }
            DialogState::Options(_, _, handle) => {
                respond(&handle, StatusCode::OK, vec![self.line.allow()], None).await;
            }
            DialogState::Refer(_, _, handle) => {
                respond(&handle, StatusCode::Decline, Vec::new(), None).await;
            }
            DialogState::Publish(_, _, handle) | DialogState::Message(_, _, handle) => {
                respond(
                    &handle,
                    StatusCode::MethodNotAllowed,
                    vec![self.line.allow()],
                    None,
                )
                .await;
            }
            DialogState::Terminated(_, reason) => return Some(self.ended(&reason)),
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::Early(..)
            | DialogState::WaitAck(..) => {}
        }
        None
    }

    fn early(&mut self, response: &Response) {
        if self.dialog.role() == rsipstack::transaction::key::TransactionRole::Client {
            // A network's own announcement comes before the answer.
            if let Ok(description) = self.local.read(response.body()) {
                self.media.agree(description.agreed());
            }
            self.tell(CallEvent::Ringing);
        }
    }

    /// The 2xx came or was acknowledged; told again after requests within the call.
    fn confirmed(&mut self, response: &Response) -> Option<Ending> {
        let client = self.dialog.role() == rsipstack::transaction::key::TransactionRole::Client;
        let described = if self.progress.offered {
            self.progress.offered = false;
            self.dialog
                .last_remote_ack()
                .map(|ack| self.local.read(ack.body()))
        } else if client && !self.progress.answered {
            self.timer = SessionTimer::granted(response, Instant::now());
            Some(self.local.read(response.body()))
        } else {
            None
        };
        self.progress.accepted = true;
        match described {
            Some(Ok(description)) => self.agree(description),
            Some(Err(error)) if !self.progress.answered => {
                tracing::warn!(call = %self.id, %error, "phone: call {} has no sound: {error}", self.id);
                self.leave();
                return Some(Ending::Refused(488));
            }
            _ => {}
        }
        if !self.progress.answered {
            self.progress.answered = true;
            self.tell(CallEvent::Answered);
        }
        None
    }

    fn agree(&mut self, description: Description) {
        self.media.agree(description.agreed());
        let held = description.holds();
        if held != self.progress.held {
            self.progress.held = held;
            self.tell(if held {
                CallEvent::Held
            } else {
                CallEvent::Resumed
            });
        }
        self.remote = Some(description);
    }

    /// A re-INVITE or UPDATE: hold, resume, another address, or only a refresh of the timer.
    async fn updated(&mut self, request: &Request, handle: &TransactionHandle) {
        let (timer, mut headers) = match SessionTimer::answer(request, Instant::now()) {
            Ok(answer) => answer,
            Err(TooShort) => {
                return respond(
                    handle,
                    StatusCode::SessionIntervalTooSmall,
                    vec![least_interval()],
                    None,
                )
                .await;
            }
        };
        let body = if request.body().is_empty() {
            if *request.method() == Method::Update {
                None
            } else {
                // A re-INVITE without an offer asks for ours; its answer comes with the ACK.
                self.remote = None;
                Some(self.describe())
            }
        } else {
            match self.local.read(request.body()) {
                Ok(description) => {
                    self.agree(description);
                    Some(self.describe())
                }
                Err(error) => {
                    tracing::debug!(call = %self.id, %error, "phone: a change of call {} is refused", self.id);
                    return respond(handle, StatusCode::NotAcceptableHere, Vec::new(), None).await;
                }
            }
        };
        // A peer that names no timer any more has given it up (RFC 4028, 9).
        self.timer = timer;
        headers.push(self.line.allow());
        if body.is_some() {
            headers.push(Header::ContentType("application/sdp".into()));
        }
        respond(handle, StatusCode::OK, headers, body).await;
    }

    /// Sends our refresh, or says that the peer's did not come.
    fn refresh_due(&mut self, done: &mpsc::Sender<Refreshed>) -> bool {
        let Some(timer) = &mut self.timer else {
            return false;
        };
        if !timer.is_ours() {
            tracing::info!(call = %self.id, "phone: the peer of call {} did not refresh its session", self.id);
            return true;
        }
        let mut headers = timer.refresh();
        timer.restart(Instant::now());
        headers.push(Header::ContentType("application/sdp".into()));
        let (dialog, body, done) = (
            self.dialog.clone(),
            self.progress.description.clone(),
            done.clone(),
        );
        tokio::spawn(async move {
            let refreshed = dialog
                .reinvite(Some(headers), Some(body))
                .await
                .map_err(PhoneError::from);
            // The call may have ended meanwhile.
            let _ = done.send(refreshed).await;
        });
        false
    }

    /// Whether the peer no longer knows of the call.
    fn refreshed(&mut self, refreshed: Refreshed) -> bool {
        match refreshed {
            Ok(Some(response)) => match u16::from(response.status_code.clone()) {
                200..=299 => {
                    if let Some(timer) = SessionTimer::granted(&response, Instant::now()) {
                        self.timer = Some(timer);
                    }
                    if let Ok(description) = self.local.read(response.body()) {
                        self.media.agree(description.agreed());
                    }
                    false
                }
                408 | 481 => true,
                // 491 and the like: the next refresh comes in time.
                _ => false,
            },
            Ok(None) => true,
            Err(error) => {
                tracing::info!(call = %self.id, %error, "phone: the refresh of call {} failed", self.id);
                true
            }
        }
    }

    fn ended(&self, reason: &TerminatedReason) -> Ending {
        let client = self.dialog.role() == rsipstack::transaction::key::TransactionRole::Client;
        match reason {
            TerminatedReason::UacBye | TerminatedReason::UasBye => Ending::ByPeer,
            TerminatedReason::UacCancel => {
                if client {
                    Ending::ByUs
                } else {
                    Ending::Cancelled
                }
            }
            TerminatedReason::Timeout => Ending::Deserted,
            TerminatedReason::UacBusy | TerminatedReason::UasBusy => Ending::Busy,
            TerminatedReason::UasDecline => {
                if client {
                    Ending::Declined
                } else {
                    Ending::ByUs
                }
            }
            TerminatedReason::ProxyAuthRequired => Ending::Refused(401),
            TerminatedReason::ProxyError(status)
            | TerminatedReason::UacOther(status)
            | TerminatedReason::UasOther(status) => ending_of(u16::from(status.clone())),
        }
    }
}

/// What a final status of our INVITE means.
pub(in crate::phone) fn ending_of(status: u16) -> Ending {
    match status {
        486 | 600 => Ending::Busy,
        603 => Ending::Declined,
        408 | 480 | 487 => Ending::NoAnswer,
        status => Ending::Refused(status),
    }
}

/// The shortest interval we accept, as a header.
pub(in crate::phone) fn least_interval() -> Header {
    Header::MinSE(SHORTEST.as_secs().to_string().into())
}

async fn respond(
    handle: &TransactionHandle,
    status: StatusCode,
    headers: Vec<Header>,
    body: Option<Vec<u8>>,
) {
    if handle.respond(status, Some(headers), body).await.is_err() {
        tracing::debug!("phone: a request within a call was withdrawn before its answer");
    }
}

/// A key sent as `application/dtmf-relay` or `application/dtmf`.
fn key_of_info(request: &Request) -> Option<char> {
    let kind = request.headers().iter().find_map(|header| match header {
        Header::ContentType(kind) => Some(kind.value().to_ascii_lowercase()),
        _ => None,
    })?;
    let body = std::str::from_utf8(request.body()).ok()?;
    let key = if kind.starts_with("application/dtmf-relay") {
        body.lines()
            .find_map(|line| line.trim().strip_prefix("Signal="))?
            .trim()
    } else if kind.starts_with("application/dtmf") {
        body.trim()
    } else {
        return None;
    };
    let key = match key {
        "10" => '*',
        "11" => '#',
        key => key.chars().next()?.to_ascii_uppercase(),
    };
    "0123456789*#ABCD".contains(key).then_some(key)
}
