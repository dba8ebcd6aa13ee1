//! What a request from outside any call gets, and how a new call is let in.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method, StatusCode, Transport};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::SipConnection;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::address;
use super::driver::{Driver, Progress, least_interval};
use super::sdp::Description;
use super::session_timer::SessionTimer;
use crate::phone::call::{Call, CallControl, CallDirection, CallFacts};
use crate::phone::line::LineInner;

/// Seconds after which a caller may try again when no line is left.
const TRY_AGAIN: u32 = 30;
/// Events that wait for a call's owner.
pub(in crate::phone) const EVENTS_WAITING: usize = 256;

/// Why a call is not let in.
struct Refused(StatusCode, Vec<Header>);

/// Answers one request; returns when its transaction is over.
pub(in crate::phone) async fn receive(
    line: Arc<LineInner>,
    mut transaction: Transaction,
    calls: mpsc::Sender<Call>,
) {
    if let Some(mut dialog) = line.dialogs.match_dialog(&transaction) {
        if let Err(error) = dialog.handle(&mut transaction).await {
            tracing::debug!(%error, "phone: a request within a call failed: {error}");
        }
        return;
    }
    let tagged = transaction
        .original
        .to_header()
        .is_ok_and(|to| matches!(to.tag(), Ok(Some(_))));
    let (status, headers) = match transaction.original.method {
        Method::Invite if !tagged => match admit(&line, &transaction) {
            Ok((mut dialog, driver, call)) => {
                tokio::spawn(driver.run(None));
                if let Err(error) = calls.try_send(call) {
                    // Its receiver was dropped with the call, which the driver answers with a refusal.
                    tracing::warn!(%error, "phone: nobody takes calls");
                }
                if let Err(error) = dialog.handle(&mut transaction).await {
                    tracing::debug!(%error, "phone: a call could not be set up: {error}");
                }
                return;
            }
            Err(Refused(status, headers)) => (status, headers),
        },
        Method::Options if !tagged => (
            StatusCode::OK,
            vec![line.allow(), Header::Accept("application/sdp".into())],
        ),
        Method::Ack => return,
        Method::Invite
        | Method::Bye
        | Method::Cancel
        | Method::Update
        | Method::Info
        | Method::Notify
        | Method::Options => (StatusCode::CallTransactionDoesNotExist, Vec::new()),
        _ => (StatusCode::MethodNotAllowed, vec![line.allow()]),
    };
    if let Err(error) = transaction.reply_with(status, headers, None).await {
        tracing::debug!(%error, "phone: a refusal could not be sent: {error}");
        return;
    }
    // An INVITE's refusal is repeated until its ACK came.
    while transaction.receive().await.is_some() {}
}

type Admitted = (rsipstack::dialog::invite_dialog::InviteDialog, Driver, Call);

fn admit(line: &Arc<LineInner>, transaction: &Transaction) -> Result<Admitted, Refused> {
    let request = &transaction.original;
    let from = transaction
        .connection
        .as_ref()
        .and_then(|connection| connection.get_remote_addr())
        .and_then(|remote| remote.get_socketaddr().ok());
    let Some(peer_address) = from.map(|from| from.ip().to_canonical()) else {
        return Err(Refused(StatusCode::Forbidden, Vec::new()));
    };
    let peer = line
        .settings
        .peers
        .iter()
        .find(|peer| peer.network.contains(peer_address));
    if let Some(credential) = peer.and_then(|peer| peer.credential.as_ref())
        && !line
            .challenger
            .proves(request, credential, SystemTime::now())
    {
        return Err(Refused(
            StatusCode::Unauthorized,
            line.challenger
                .challenge(SystemTime::now())
                .into_iter()
                .collect(),
        ));
    }
    let remote = match request.body.as_slice() {
        [] => None,
        body => Some(Description::read(body).map_err(|error| {
            tracing::info!(%error, "phone: a call is refused: {error}");
            Refused(StatusCode::NotAcceptableHere, Vec::new())
        })?),
    };
    let (timer, timer_headers) = SessionTimer::answer(request, Instant::now())
        .map_err(|_| Refused(StatusCode::SessionIntervalTooSmall, vec![least_interval()]))?;
    let full = || {
        Refused(
            StatusCode::ServiceUnavailable,
            vec![Header::RetryAfter(TRY_AGAIN.to_string().into())],
        )
    };
    let permit = Arc::clone(&line.places)
        .try_acquire_owned()
        .map_err(|_| Refused(StatusCode::BusyHere, Vec::new()))?;

    let (caller, called) = address::parties(request);
    let account = line
        .settings
        .accounts
        .iter()
        .find(|account| account.credential.name == called.whole());
    let id = line.next_id();
    let (events_out, events) = mpsc::channel(EVENTS_WAITING);
    let media = line
        .open_media(peer_address, events_out.clone(), false)
        .map_err(|error| {
            tracing::warn!(%error, "phone: a call is refused: {error}");
            full()
        })?;
    let transport = transaction
        .connection
        .as_ref()
        .map_or(Transport::Udp, SipConnection::transport);
    let contact = line.contact(called.whole(), media.local.address.ip(), transport);
    let credential = account.map(LineInner::credential);
    let (states_out, states) = line.dialogs.new_dialog_state_channel();
    let dialog = line
        .dialogs
        .get_or_create_server_invite(transaction, states_out, credential, Some(contact))
        .map_err(|_| Refused(StatusCode::BadRequest, Vec::new()))?;

    let (commands_out, commands) = mpsc::channel(16);
    let busy = line.calls.fetch_add(1, Ordering::Relaxed) >= line.settings.calls;
    let facts = CallFacts {
        id: id.clone(),
        direction: CallDirection::In,
        caller,
        called,
        community: account
            .map(|account| account.community.clone())
            .or_else(|| peer.and_then(|peer| peer.community.clone())),
        account: account.map(|account| account.name.clone()),
        peer: Some(peer_address),
        beyond_capacity: busy,
    };
    tracing::info!(call = %id, caller = %facts.caller, peer = %peer_address, busy, "phone: call {id} from {}", facts.caller);
    let call = Call {
        facts,
        events,
        sound: media.frames,
        control: CallControl::new(commands_out, Arc::clone(&media.shared)),
    };
    let driver = Driver {
        line: Arc::clone(line),
        id,
        dialog: dialog.clone(),
        states,
        commands,
        events: events_out,
        media: media.shared,
        local: media.local,
        remote,
        timer,
        timer_headers,
        permit,
        progress: Progress::default(),
    };
    Ok((dialog, driver, call))
}
