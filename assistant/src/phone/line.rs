//! The line: listens, registers, lets calls in and dials.

use std::collections::HashMap;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use rsipstack::EndpointBuilder;
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::platform::CancellationToken;
use rsipstack::sip::{Header, Param, Transport, Uri};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::tls::TlsListenerConnection;
use rsipstack::transport::{SipAddr, TransportLayer};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::call::{Call, CallControl, CallDirection, CallEvent, CallFacts, Ending};
use super::error::PhoneError;
use super::media::SoundFrame;
use super::media::clock::MediaClock;
use super::media::ports::PortPair;
use super::media::session::{Session, Shared};
use super::media::srtp::MasterKey;
use super::number::Number;
use super::settings::{PhoneAccount, PhoneSettings};
use super::sip::admission::{self, EVENTS_WAITING};
use super::sip::challenge::Challenger;
use super::sip::digest_words::DigestWords;
use super::sip::driver::{Driver, Progress, ending_of};
use super::sip::gate::Gate;
use super::sip::address;
use super::sip::listening::listen;
use super::sip::registration::{self, RegistrationState};
use super::sip::sdp::{self, Local};

/// What all calls of a line share.
pub(in crate::phone) struct LineInner {
    pub(in crate::phone) settings: PhoneSettings,
    pub(in crate::phone) endpoint: EndpointInnerRef,
    pub(in crate::phone) dialogs: Arc<DialogLayer>,
    pub(in crate::phone) gate: Arc<Gate>,
    pub(in crate::phone) challenger: Challenger,
    pub(in crate::phone) places: Arc<Semaphore>,
    pub(in crate::phone) calls: AtomicUsize,
    /// Ends the tasks of the line.
    pub(in crate::phone) closing: CancellationToken,
    /// Ends the stack itself, after the accounts signed off.
    closed: CancellationToken,
    clock: MediaClock,
    listening: SocketAddr,
    secure: Option<TlsListenerConnection>,
    opened: u64,
    numbered: AtomicU64,
}

/// A call's sound as it was opened.
pub(in crate::phone) struct OpenMedia {
    pub(in crate::phone) shared: Arc<Shared>,
    pub(in crate::phone) frames: mpsc::Receiver<SoundFrame>,
    pub(in crate::phone) local: Local,
}

/// A telephone line; clones are the same one.
#[derive(Clone)]
pub struct PhoneLine {
    inner: Arc<LineInner>,
    registrations: Arc<HashMap<String, watch::Receiver<RegistrationState>>>,
}

/// Calls as they come in.
#[derive(Debug)]
pub struct IncomingCalls(mpsc::Receiver<Call>);

impl IncomingCalls {
    /// The next call, which waits to be answered or refused; `None` when the line is closed.
    pub async fn next(&mut self) -> Option<Call> {
        self.0.recv().await
    }
}

impl PhoneLine {
    /// Listens, and registers the accounts in the background.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`PhoneError::Listen`] when the address is taken, [`PhoneError::Certificate`] when TLS cannot be served with what
    /// it was given, [`PhoneError::Target`] for a registrar that is no address.
    pub async fn open(settings: PhoneSettings) -> Result<(Self, IncomingCalls), PhoneError> {
        let (closing, closed) = (CancellationToken::new(), CancellationToken::new());
        let gate = Arc::new(Gate::new(&settings));
        let transports = TransportLayer::new(closed.child_token());
        let keeper = Arc::clone(&gate);
        transports.set_whitelist(move |from: IpAddr| {
            let admitted = keeper.admits(from, Instant::now());
            async move { admitted }
        });
        let (listening, secure) = listen(&settings, &transports, &closed).await?;
        let endpoint = EndpointBuilder::new()
            .with_cancel_token(closed.child_token())
            .with_transport_layer(transports)
            .with_user_agent("xiangyin")
            .with_inspector(Box::new(DigestWords))
            .build();
        let incoming = endpoint.incoming_transactions()?;
        let inner = Arc::new(LineInner {
            dialogs: Arc::new(DialogLayer::new(Arc::clone(&endpoint.inner))),
            endpoint: Arc::clone(&endpoint.inner),
            gate,
            challenger: Challenger::new(),
            places: Arc::new(Semaphore::new(settings.calls + settings.busy_lines)),
            calls: AtomicUsize::new(0),
            clock: MediaClock::start().map_err(PhoneError::Clock)?,
            listening,
            secure,
            opened: rand::random::<u32>().into(),
            numbered: AtomicU64::new(0),
            closing,
            closed,
            settings,
        });
        let mut registrations = HashMap::new();
        for account in &inner.settings.accounts {
            let server = registration::registrar(account)?;
            let (state, watched) = watch::channel(RegistrationState::Waiting);
            registrations.insert(account.name.clone(), watched);
            if account.register {
                tokio::spawn(registration::keep(
                    Arc::clone(&inner),
                    account.clone(),
                    server,
                    state,
                ));
            } else {
                let gate = Arc::clone(&inner.gate);
                tokio::spawn(async move {
                    if let Some(at) = registration::resolve(&server).await {
                        gate.learn(at.ip());
                    }
                });
            }
        }
        let (calls_out, calls) = mpsc::channel(inner.settings.calls + inner.settings.busy_lines);
        // The stack listens for TCP from when it is first polled, and a call may come as soon as this returns.
        let mut serving = Box::pin(async move { endpoint.serve().await });
        let served = poll_fn(|context| Poll::Ready(serving.as_mut().poll(context))).await;
        if served.is_pending() {
            tokio::spawn(serving);
        }
        if let Some(secure) = &inner.secure
            && secure.inner.cert_resolver.lock().is_none()
        {
            // The stack logs why it does not listen and goes on.
            inner.closed.cancel();
            return Err(PhoneError::Certificate(
                "they cannot be read or do not belong together".to_owned(),
            ));
        }
        tokio::spawn(take_requests(Arc::clone(&inner), incoming, calls_out));
        tracing::info!(address = %inner.listening, "phone: listening for calls on {}", inner.listening);
        Ok((
            Self {
                inner,
                registrations: Arc::new(registrations),
            },
            IncomingCalls(calls),
        ))
    }

    /// Where SIP is listened for.
    pub fn address(&self) -> SocketAddr {
        self.inner.listening
    }

    /// Calls at this moment, in and out.
    pub fn calls(&self) -> usize {
        self.inner.calls.load(Ordering::Relaxed)
    }

    /// Where an account's registration stands, to be read or watched.
    pub fn registration(&self, account: &str) -> Option<watch::Receiver<RegistrationState>> {
        self.registrations.get(account).cloned()
    }

    /// Goes on with another certificate (PEM) for SIP over TLS, as before one runs out; connections that stand stay.
    ///
    /// # Errors
    /// [`PhoneError::Certificate`] when the two cannot be used; the ones before stay in use.
    pub async fn renew_certificate(
        &self,
        certificate: Vec<u8>,
        key: Vec<u8>,
    ) -> Result<(), PhoneError> {
        match &self.inner.secure {
            Some(secure) => secure
                .reload_tls_config(certificate, key)
                .await
                .map_err(|error| PhoneError::Certificate(error.to_string())),
            None => Ok(()),
        }
    }

    /// Calls a number or a SIP address over an account; what comes of it follows as events.
    ///
    /// # Errors
    /// [`PhoneError::Account`], [`PhoneError::Target`], [`PhoneError::Full`] or [`PhoneError::Ports`].
    pub async fn dial(&self, account: &str, number: &str) -> Result<Call, PhoneError> {
        let line = &self.inner;
        let account = line
            .settings
            .accounts
            .iter()
            .find(|known| known.name == account)
            .ok_or_else(|| PhoneError::Account(account.to_owned()))?;
        let permit = Arc::clone(&line.places)
            .try_acquire_owned()
            .map_err(|_| PhoneError::Full(line.settings.calls))?;
        let server = registration::registrar(account)?;
        let callee = address::target(number, &server)?;
        let at = registration::resolve(&server)
            .await
            .ok_or_else(|| PhoneError::Target(account.registrar.clone()))?;
        line.gate.learn(at.ip());
        let transport = registration::transport(&server);
        // A whole SIP address elsewhere is still called through the account's exchange. Over TLS the exchange proves
        // its name, so the name is what is dialled.
        let mut destination = match transport {
            Transport::Tls => SipAddr::try_from(&server)?,
            _ => SipAddr::from(at),
        };
        destination.r#type = Some(transport);
        if transport == Transport::Tls {
            line.reach(&destination).await?;
        }
        let protected = account.srtp.unwrap_or(transport == Transport::Tls);

        let id = line.next_id();
        let (events_out, events) = mpsc::channel(EVENTS_WAITING);
        let media = line.open_media(at.ip(), events_out.clone(), protected)?;
        let name = &account.credential.name;
        let caller = address::target(name, &server)?;
        let option = InviteOption {
            caller,
            callee,
            destination: Some(destination),
            content_type: Some("application/sdp".to_owned()),
            offer: Some(sdp::offer(&media.local, 1)),
            contact: line.contact(name, media.local.address.ip(), transport),
            credential: Some(LineInner::credential(account)),
            headers: Some(vec![line.allow(), Header::Supported("timer".into())]),
            ..InviteOption::default()
        };
        let (states_out, states) = line.dialogs.new_dialog_state_channel();
        let (dialog, invited) = line.dialogs.do_invite_async(option, states_out)?;
        let (outcome_out, outcome) = oneshot::channel();
        tokio::spawn(async move {
            let ending = match invited.await {
                Ok(Ok((_, Some(response))))
                    if response.status_code.kind()
                        == rsipstack::sip::StatusCodeKind::Successful =>
                {
                    return;
                }
                Ok(Ok((_, Some(response)))) => ending_of(u16::from(response.status_code)),
                Ok(Ok((_, None)) | Err(_)) | Err(_) => Ending::Unreachable,
            };
            // The driver may have ended by the dialog's own word.
            let _ = outcome_out.send(ending);
        });
        line.calls.fetch_add(1, Ordering::Relaxed);
        let facts = CallFacts {
            id: id.clone(),
            direction: CallDirection::Out,
            caller: Number::new(name.clone()),
            called: Number::new(number),
            community: Some(account.community.clone()),
            account: Some(account.name.clone()),
            peer: Some(at.ip()),
            beyond_capacity: false,
        };
        tracing::info!(call = %id, called = %facts.called, "phone: call {id} to {}", facts.called);
        let (commands_out, commands) = mpsc::channel(16);
        let driver = Driver {
            line: Arc::clone(line),
            id,
            dialog,
            states,
            commands,
            events: events_out,
            media: Arc::clone(&media.shared),
            local: media.local,
            remote: None,
            timer: None,
            timer_headers: Vec::new(),
            permit,
            progress: Progress::offering(sdp::offer(&media.local, 1)),
        };
        tokio::spawn(driver.run(Some(outcome)));
        Ok(Call {
            facts,
            events,
            sound: media.frames,
            control: CallControl::new(commands_out, media.shared),
        })
    }

    /// Takes back the registrations and stops listening; hang up what calls are left before.
    pub async fn close(&self) {
        self.inner.closing.cancel();
        for state in self.registrations.values() {
            let mut state = state.clone();
            // The sender goes away when its account has signed off.
            while matches!(*state.borrow_and_update(), RegistrationState::Registered(_)) {
                if state.changed().await.is_err() {
                    break;
                }
            }
        }
        self.inner.closed.cancel();
    }
}

impl LineInner {
    /// The methods we understand.
    #[expect(
        clippy::unused_self,
        reason = "a property of the line, as its other headers are"
    )]
    pub(in crate::phone) fn allow(&self) -> Header {
        Header::Allow("INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY".into())
    }

    pub(in crate::phone) fn credential(account: &PhoneAccount) -> Credential {
        Credential {
            username: account.credential.name.clone(),
            password: account.credential.password.clone(),
            realm: None,
            auth_username: account.digest_name.clone(),
        }
    }

    /// Where requests of a call reach us.
    pub(in crate::phone) fn contact(
        &self,
        user: &str,
        address: IpAddr,
        transport: Transport,
    ) -> Uri {
        let port = match &self.settings.tls {
            Some(tls) if transport == Transport::Tls => tls.port,
            _ => self.listening.port(),
        };
        let mut uri = Uri::from(rsipstack::sip::HostWithPort::from(SocketAddr::new(
            address, port,
        )));
        if !user.is_empty() {
            uri.auth = Some(rsipstack::sip::uri::Auth {
                user: user.replace('#', "%23"),
                password: None,
            });
        }
        if transport != Transport::Udp {
            uri.params.push(Param::Transport(transport));
        }
        uri
    }

    /// Connects with an exchange over TLS, unless we are.
    ///
    /// The stack would connect by itself, and where it cannot, try for half a minute and never say why.
    pub(in crate::phone) async fn reach(&self, exchange: &SipAddr) -> Result<(), PhoneError> {
        match self.endpoint.transport_layer.lookup(exchange, None).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%exchange, %error, "phone: {exchange} cannot be reached over TLS: {error}");
                Err(error.into())
            }
        }
    }

    /// A name for the next call, different from those of the last run.
    pub(in crate::phone) fn next_id(&self) -> String {
        format!(
            "{:08x}-{}",
            self.opened,
            self.numbered.fetch_add(1, Ordering::Relaxed) + 1
        )
    }

    /// Opens ports for a call with `peer`; nothing is sent before a description is agreed. Our own offers ask for SRTP
    /// where `protected`.
    pub(in crate::phone) fn open_media(
        &self,
        peer: IpAddr,
        events: mpsc::Sender<CallEvent>,
        protected: bool,
    ) -> Result<OpenMedia, PhoneError> {
        let ports = PortPair::bind(self.settings.listen.ip(), &self.settings.ports)
            .map_err(PhoneError::Ports)?;
        let ours = address::ours(
            self.settings.public_address,
            self.settings.listen.ip(),
            peer,
        );
        let local = Local {
            address: SocketAddr::new(ours, ports.port),
            key: MasterKey::random(),
            protected,
        };
        let (session, shared, frames) = Session::new(
            ports,
            format!("xiangyin@{ours}"),
            local.key,
            events,
            self.settings.desert_after,
        );
        self.clock.add(session);
        Ok(OpenMedia {
            shared,
            frames,
            local,
        })
    }
}

async fn take_requests(
    line: Arc<LineInner>,
    mut incoming: TransactionReceiver,
    calls: mpsc::Sender<Call>,
) {
    loop {
        tokio::select! {
            transaction = incoming.recv() => match transaction {
                Some(transaction) => {
                    tokio::spawn(admission::receive(Arc::clone(&line), transaction, calls.clone()));
                }
                None => return,
            },
            () = line.closing.cancelled() => return,
        }
    }
}
