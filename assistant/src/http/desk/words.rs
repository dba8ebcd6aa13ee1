//! Words of residents that nothing here knows, and the words that a community added.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::accounts::Permission;
use crate::conversation::UnknownWord;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::LocalWord;

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: String,
}

pub(crate) async fn unknown(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<UnknownWord>>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::ManagePlaces, &scope.community).await?;
    Ok(Json(state.assistant.unknown_words(&node).await?))
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<LocalWord>>> {
    let store = state.assistant.store();
    who.require_at(store, Permission::ManagePlaces, &scope.community).await?;
    let mut words = store.local_words().await?;
    words.retain(|word| word.community_id == scope.community);
    Ok(Json(words))
}

#[derive(Deserialize)]
pub(crate) struct NewWord {
    community_id: String,
    form: String,
    #[serde(default)]
    gloss: String,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(new): Body<NewWord>,
) -> AppResult<(StatusCode, Json<LocalWord>)> {
    let store = state.assistant.store();
    who.require_at(store, Permission::ManagePlaces, &new.community_id).await?;
    let word = LocalWord {
        community_id: new.community_id,
        form: new.form.trim().to_owned(),
        gloss: new.gloss.trim().to_owned(),
    };
    if word.form.is_empty() || word.form.chars().count() > 20 || word.gloss.chars().count() > 60 {
        return Err(Problem::invalid("bad_word", "请填方言词（20 字以内）和普通话意思（60 字以内）。"));
    }
    store.add_local_word(&word, &who.actor()).await?;
    Ok((StatusCode::CREATED, Json(word)))
}

#[derive(Deserialize)]
pub(crate) struct Trial {
    community: String,
    text: String,
}

/// Words as they were said, and as the assistant reads them.
#[derive(Serialize)]
pub(crate) struct Understood {
    text: String,
    standard: String,
}

pub(crate) async fn understand(
    State(state): State<AppState>,
    who: SignedIn,
    Body(trial): Body<Trial>,
) -> AppResult<Json<Understood>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::ManagePlaces, &trial.community).await?;
    let text: String = trial.text.trim().chars().take(200).collect();
    let standard = state.assistant.standard_words(&node, &text).await?;
    Ok(Json(Understood { text, standard }))
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Body(word): Body<NewWord>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    who.require_at(store, Permission::ManagePlaces, &word.community_id).await?;
    match store.remove_local_word(&word.community_id, &word.form, &who.actor()).await? {
        0 => Err(Problem::not_found("no_such_word", "没有这个词，可能已经删了。")),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
