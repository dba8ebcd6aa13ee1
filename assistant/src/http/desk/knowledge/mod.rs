//! The knowledge as administrators keep it: documents, drafts, the test bench, checks and gaps.

mod api_keys;
mod bench;
mod checks;
mod conflicts;
mod difference;
mod documents;
mod drafts;
mod editions;
mod gaps;
mod packs;
mod pages;
mod rules;
mod uploads;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, patch, post, put};

use super::SignedIn;
use crate::accounts::Permission;
use crate::editor::EditorError;
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Community, Store};

/// Largest upload, in bytes: what the readers take, and a pack of many files.
const LARGEST_FILE: usize = 50 * 1024 * 1024;
const LARGEST_PACK: usize = 500 * 1024 * 1024;
/// Largest draft or table, in bytes.
const LARGEST_TEXT: usize = 16 * 1024 * 1024;

/// Everything below `/api/desk/knowledge`.
pub(super) fn router() -> Router<AppState> {
    let files = Router::new()
        .route("/api/desk/knowledge/addresses", post(uploads::fetch))
        .route("/api/desk/knowledge/uploads", post(uploads::add))
        .layer(DefaultBodyLimit::max(LARGEST_FILE));
    let texts = Router::new()
        .route("/api/desk/knowledge/drafts", post(drafts::begin))
        .route(
            "/api/desk/knowledge/drafts/{id}",
            get(drafts::show).put(drafts::write).delete(drafts::discard),
        )
        .route("/api/desk/knowledge/checks/batch", post(checks::batch))
        .layer(DefaultBodyLimit::max(LARGEST_TEXT));
    let packs = Router::new()
        .route("/api/desk/knowledge/packs", post(packs::import))
        .layer(DefaultBodyLimit::max(LARGEST_PACK));
    Router::new()
        .route("/api/desk/knowledge/documents", get(documents::list))
        .route("/api/desk/knowledge/documents/{id}", get(documents::show))
        .route("/api/desk/knowledge/documents/{id}/draft", post(documents::open_draft))
        .route("/api/desk/knowledge/documents/{id}/withdraw", post(documents::withdraw))
        .route("/api/desk/knowledge/documents/{id}/roll-back", post(documents::roll_back))
        .route("/api/desk/knowledge/documents/{id}/history", get(documents::history))
        .route("/api/desk/knowledge/editors", get(documents::editors))
        .route("/api/desk/knowledge/editions/{id}", get(editions::show))
        .route("/api/desk/knowledge/originals/{sha256}", get(editions::original))
        .route("/api/desk/knowledge/difference", get(difference::show))
        .route("/api/desk/knowledge/drafts/{id}/moves", post(drafts::make_move))
        .route("/api/desk/knowledge/drafts/{id}/preview", post(drafts::preview))
        .route("/api/desk/knowledge/drafts/{id}/aliases", post(drafts::aliases))
        .route("/api/desk/knowledge/bench", post(bench::run))
        .route("/api/desk/knowledge/rules", get(rules::list).post(rules::add))
        .route("/api/desk/knowledge/rules/{id}", delete(rules::remove))
        .route("/api/desk/knowledge/checks", get(checks::list).post(checks::add))
        .route("/api/desk/knowledge/checks/{id}", put(checks::edit).delete(checks::remove))
        .route("/api/desk/knowledge/checks/runs", get(checks::runs).post(checks::run))
        .route("/api/desk/knowledge/checks.csv", get(checks::table))
        .route("/api/desk/knowledge/gaps", get(gaps::list))
        .route("/api/desk/knowledge/gaps/{id}", patch(gaps::edit))
        .route("/api/desk/knowledge/gaps/{id}/merge", post(gaps::merge))
        .route("/api/desk/knowledge/conflicts", get(conflicts::list))
        .route("/api/desk/knowledge/conflicts/{id}", patch(conflicts::judge))
        .route("/api/desk/knowledge/packs/export", get(packs::export))
        .route("/api/desk/knowledge/api-keys", get(api_keys::list).post(api_keys::add))
        .route("/api/desk/knowledge/api-keys/{id}", delete(api_keys::remove))
        .merge(files)
        .merge(texts)
        .merge(packs)
}

impl From<EditorError> for Problem {
    fn from(error: EditorError) -> Self {
        match error {
            EditorError::Unreadable(told) => Self::unprocessable("unreadable_file", &told.to_string()),
            EditorError::Revision(told) => Self::unprocessable("bad_draft", &told.to_string()),
            EditorError::Bad("table", told) => Self::unprocessable("bad_table", &told),
            EditorError::Bad("address", told) => Self::unprocessable("bad_address", &told),
            EditorError::Bad(_, told) => Self::unprocessable("bad_draft", &told),
            EditorError::Internal(error) => error.into(),
        }
    }
}

/// The node, where the account writes or publishes knowledge.
async fn readable(who: &SignedIn, store: &Store, community_id: &str) -> AppResult<Community> {
    let community = super::session::place(store, community_id).await?;
    if who.may(Permission::WriteKnowledge, &community.path) || who.may(Permission::PublishKnowledge, &community.path) {
        Ok(community)
    } else {
        Err(super::session::not_allowed())
    }
}

fn gone() -> Problem {
    Problem::not_found("no_such_document", "没有这份文件，可能已经删除或发布了，请刷新页面。")
}
