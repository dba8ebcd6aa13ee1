//! The text that a citation was made from, as it stood then.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::AppState;
use super::problem::{AppResult, Problem};

#[derive(Deserialize)]
pub(crate) struct Reader {
    /// The reader's community, whose local facts fill the gaps of the text.
    community: Option<String>,
}

/// How an edition stands today.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    InForce,
    NotYet,
    Expired,
    /// A newer edition has taken over.
    Superseded,
    Withdrawn,
}

#[derive(Serialize)]
struct PassagePage {
    passage: u32,
    headings: Vec<String>,
    locator: String,
    text: String,
}

#[derive(Serialize)]
pub(crate) struct EditionPage {
    edition: String,
    document: String,
    title: String,
    issuer: Option<String>,
    number: Option<String>,
    kind: Option<String>,
    published_on: Option<Date>,
    effective_on: Option<Date>,
    expires_on: Option<Date>,
    url: Option<String>,
    status: Standing,
    passages: Vec<PassagePage>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(reader): Query<Reader>,
) -> AppResult<Json<EditionPage>> {
    let assistant = &state.assistant;
    let edition = assistant
        .store()
        .edition(&id)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_edition", "没有找到这份文件，请从回答里的出处重新打开。"))?;
    let community = reader
        .community
        .unwrap_or_else(|| assistant.default_community().to_owned());
    let fields = assistant.local_fields(&community).await?;
    let record = edition.record;
    let today = assistant.today();
    let effective_on = record.metadata.effective_on.or(record.metadata.version_date);
    let status = match record.status {
        crate::store::EditionStatus::Withdrawn => Standing::Withdrawn,
        crate::store::EditionStatus::Published if effective_on.is_some_and(|day| day > today) => Standing::NotYet,
        crate::store::EditionStatus::Published if record.expires_on.is_some_and(|day| day <= today) => {
            // It ended on its own day, or earlier because a newer edition took over.
            if record.metadata.expires_on == record.expires_on { Standing::Expired } else { Standing::Superseded }
        }
        crate::store::EditionStatus::Published => Standing::InForce,
    };
    Ok(Json(EditionPage {
        edition: record.id,
        document: record.document_id,
        title: record.metadata.title,
        issuer: record.metadata.issuer,
        number: record.metadata.number,
        kind: record.metadata.kind,
        published_on: record.metadata.published_on,
        effective_on,
        expires_on: record.expires_on,
        url: record.metadata.url,
        status,
        passages: edition
            .passages
            .into_iter()
            .map(|passage| PassagePage {
                passage: passage.ordinal,
                headings: passage.headings,
                locator: passage.locator,
                text: fields.fill(&passage.text),
            })
            .collect(),
    }))
}
