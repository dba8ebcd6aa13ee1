//! What changes, as it changes.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use super::SignedIn;
use crate::accounts::{Permission, is_within};
use crate::http::AppState;
use crate::http::problem::AppResult;

/// Tells what changed at places that the account may read; the page fetches it.
pub(crate) async fn stream(
    State(state): State<AppState>,
    who: SignedIn,
) -> AppResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let scopes = who.require_scopes(Permission::ReadOrders)?;
    let changes = BroadcastStream::new(state.assistant.work_orders().feed().subscribe());
    let events = changes.filter_map(move |change| {
        let event = match change {
            Ok(change) if scopes.iter().any(|scope| is_within(&change.place_path, scope)) => {
                Event::default().event("change").json_data(&change).ok()
            }
            Ok(_) => None,
            // Too many at once: the page looks at everything again.
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Event::default().event("reset").data("")),
        };
        std::future::ready(event.map(Ok))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
