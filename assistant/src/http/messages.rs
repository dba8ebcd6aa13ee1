//! What people say in a conversation, and who speaks: told to the resident's page as it happens.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::AppState;
use super::conversations::authorize;
use super::problem::AppResult;
use crate::store::{Holding, Store};

/// How often the store is looked at where the feed is silent.
const LOOK_EVERY: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(crate) struct Since {
    /// Id of the last message that the page has.
    #[serde(default)]
    after: String,
}

pub(crate) async fn stream(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> AppResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    authorize(&state, &id, &headers).await?;
    let store = state.assistant.store().clone();
    let mut changes = state.assistant.work_orders().feed().subscribe();
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        let mut told = Told { after: since.after, messages: HashSet::new(), holding: None };
        loop {
            if told.tell(&store, &id, &sender).await.is_err() {
                return;
            }
            // Until something changes in this conversation, the page goes, or some time passes.
            let next = async {
                loop {
                    match changes.recv().await {
                        Ok(change) if change.conversation_id == id => return true,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => return true,
                        Err(RecvError::Closed) => return false,
                    }
                }
            };
            tokio::select! {
                () = sender.closed() => return,
                going_on = next => if !going_on { return },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    });
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default()))
}

/// What the page knows.
struct Told {
    /// The last message that it had when it came.
    after: String,
    /// Ids of the messages told since: one may be written later than another of a greater id.
    messages: HashSet<String>,
    /// Who speaks and whether a person is waited for, as last told.
    holding: Option<Holding>,
}

/// The page is gone, or the store can't be read: the page comes again by itself.
struct Gone;

impl Told {
    async fn tell(
        &mut self,
        store: &Store,
        id: &str,
        sender: &mpsc::Sender<Result<Event, Infallible>>,
    ) -> Result<(), Gone> {
        let lost = |error: anyhow::Error| {
            tracing::warn!(error = format!("{error:#}"), "messages could not be read");
            Gone
        };
        let holding = store.holding(id).await.map_err(lost)?;
        if self.holding.as_ref() != Some(&holding) {
            let name = holding.holder.as_ref().map(|holder| &holder.name);
            let data = json!({"name": name, "waiting": holding.person_asked_at.is_some()});
            send(sender, "holder", &data).await?;
            self.holding = Some(holding);
        }
        for message in store.messages(id, &self.after).await.map_err(lost)? {
            if self.messages.insert(message.id.clone()) {
                send(sender, "message", &message).await?;
            }
        }
        Ok(())
    }
}

async fn send<T: serde::Serialize>(
    sender: &mpsc::Sender<Result<Event, Infallible>>,
    name: &str,
    data: &T,
) -> Result<(), Gone> {
    let event = Event::default().event(name).json_data(data).map_err(|_| Gone)?;
    sender.send(Ok(event)).await.map_err(|_| Gone)
}
