//! Accounts at exchanges: registered, refreshed, and tried again with patience.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::registration::Registration;
use rsipstack::sip::{StatusCodeKind, Transport, Uri};
use rsipstack::transport::SipAddr;
use tokio::sync::watch;

use super::address;
use crate::phone::error::PhoneError;
use crate::phone::line::LineInner;
use crate::phone::settings::PhoneAccount;

/// The longest pause after an exchange did not answer, and after it said no.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
const LONGEST_REFUSED: Duration = Duration::from_secs(900);
/// How long an answer is awaited; a transaction's own limit is 32 s.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where a registration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationState {
    /// The first attempt is under way, or this account does not register.
    Waiting,
    /// Calls to the account reach us, for so long from the last refresh.
    Registered(Duration),
    /// The exchange refused with this status; 401 and 403 mean a wrong name or password.
    Refused(u16),
    /// The exchange did not answer or could not be found.
    Unreachable,
}

/// The address of an account's exchange.
pub(in crate::phone) fn registrar(account: &PhoneAccount) -> Result<Uri, PhoneError> {
    let wrong = || PhoneError::Target(account.registrar.clone());
    let text = account.registrar.trim();
    let text = if text.starts_with("sip:") {
        text.to_owned()
    } else {
        format!("sip:{text}")
    };
    Uri::try_from(text.as_str()).map_err(|_| wrong())
}

/// How an exchange is reached.
pub(in crate::phone) fn transport(server: &Uri) -> Transport {
    SipAddr::try_from(server)
        .ok()
        .and_then(|address| address.r#type)
        .unwrap_or(Transport::Udp)
}

/// The address of a SIP name, looked up.
pub(in crate::phone) async fn resolve(uri: &Uri) -> Option<std::net::SocketAddr> {
    let port = uri
        .host_with_port
        .port
        .as_ref()
        .map_or(transport(uri).default_port().value(), rsipstack::sip::Port::value);
    match &uri.host_with_port.host {
        rsipstack::sip::Host::IpAddr(address) => Some((*address, port).into()),
        rsipstack::sip::Host::Domain(name) => tokio::net::lookup_host((name.0.as_str(), port))
            .await
            .ok()?
            .next(),
    }
}

/// Keeps one account registered until the line closes, then takes the registration back.
pub(in crate::phone) async fn keep(
    line: Arc<LineInner>,
    account: PhoneAccount,
    server: Uri,
    state: watch::Sender<RegistrationState>,
) {
    let mut registration = Registration::new(
        Arc::clone(&line.endpoint),
        Some(LineInner::credential(&account)),
    );
    let mut failures = 0u32;
    loop {
        let told = once(&line, &account, &server, &mut registration).await;
        let pause = match &told {
            RegistrationState::Registered(granted) => {
                failures = 0;
                (*granted * 3 / 4).max(Duration::from_secs(1))
            }
            RegistrationState::Refused(_) => {
                failures += 1;
                // A wrong password tried too often gets our address locked out.
                Duration::from_secs(30)
                    .saturating_mul(1 << (failures - 1).min(5))
                    .min(LONGEST_REFUSED)
            }
            RegistrationState::Unreachable | RegistrationState::Waiting => {
                failures += 1;
                Duration::from_secs(1)
                    .saturating_mul(1 << failures.min(9))
                    .min(LONGEST_PAUSE)
            }
        };
        if *state.borrow() != told {
            tracing::info!(account = %account.name, ?told, "phone: account {}: {told:?}", account.name);
        }
        state.send_replace(told);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = line.closing.cancelled() => break,
        }
    }
    if matches!(*state.borrow(), RegistrationState::Registered(_)) {
        // Otherwise calls would go nowhere until the registration runs out.
        let _ = tokio::time::timeout(
            Duration::from_secs(2),
            registration.register(server, Some(0)),
        )
        .await;
    }
    state.send_replace(RegistrationState::Waiting);
}

async fn once(
    line: &LineInner,
    account: &PhoneAccount,
    server: &Uri,
    registration: &mut Registration,
) -> RegistrationState {
    let Some(at) = resolve(server).await else {
        return RegistrationState::Unreachable;
    };
    line.gate.learn(at.ip());
    let transport = transport(server);
    if transport == Transport::Tls {
        let reached = match SipAddr::try_from(server) {
            Ok(exchange) => line.reach(&exchange).await.is_ok(),
            Err(_) => false,
        };
        if !reached {
            return RegistrationState::Unreachable;
        }
    }
    // Over TLS the exchange proves its name, so the name is what is dialled.
    registration.outbound_proxy = (transport != Transport::Tls).then_some(at);
    if registration.contact.is_none() {
        let ours = address::ours(
            line.settings.public_address,
            line.settings.listen.ip(),
            at.ip(),
        );
        registration.contact = Some(rsipstack::sip::typed::Contact {
            display_name: None,
            uri: line.contact(&account.credential.name, ours, transport),
            params: Vec::new(),
        });
    }
    let expires = account.expires.as_secs().clamp(60, 86_400) as u32;
    match tokio::time::timeout(
        PATIENCE,
        registration.register(server.clone(), Some(expires)),
    )
    .await
    {
        Ok(Ok(response)) if response.status_code.kind() == StatusCodeKind::Successful => {
            RegistrationState::Registered(Duration::from_secs(u64::from(
                registration.expires().max(1),
            )))
        }
        Ok(Ok(response)) => match u16::from(response.status_code) {
            // The stack's own word for an exchange that did not answer.
            408 => RegistrationState::Unreachable,
            status => RegistrationState::Refused(status),
        },
        Ok(Err(_)) | Err(_) => RegistrationState::Unreachable,
    }
}
