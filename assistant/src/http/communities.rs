//! What a resident's page shows of a community.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use dialects::Variety;
use serde::Serialize;

use super::AppState;
use super::origin;
use super::problem::{AppResult, Problem};

#[derive(Serialize)]
pub(crate) struct CommunityPage {
    id: String,
    name: String,
    /// Names from the root down.
    path: Vec<String>,
    greeting: String,
    services: &'static [Service],
    /// Dialect of its residents, where it names one.
    variety: Option<&'static str>,
    /// Dialects that a resident may choose.
    varieties: Vec<VarietyName>,
    /// For how many days recordings of residents who agree are kept; 0: none are, and nobody is asked.
    recordings_days: u32,
    /// Whether the asking site may open conversations here.
    allowed: bool,
}

/// A dialect as a resident knows it.
#[derive(Serialize)]
struct VarietyName {
    id: &'static str,
    name: &'static str,
}

/// A common service with the question that its button asks.
#[derive(Serialize)]
pub(crate) struct Service {
    label: &'static str,
    pub(crate) question: &'static str,
}

/// What residents' pages offer to ask.
pub(crate) const SERVICES: &[Service] = &[
    Service { label: "居住证", question: "居住证怎么办？" },
    Service { label: "身份证", question: "身份证丢了怎么补办？" },
    Service { label: "医保", question: "居民医保怎么参保？" },
    Service { label: "养老金认证", question: "养老金资格认证怎么办？" },
    Service { label: "高龄津贴", question: "高龄津贴怎么领？" },
    Service { label: "低保", question: "怎么申请低保？" },
    Service { label: "入学", question: "孩子上小学怎么报名？" },
    Service { label: "物业", question: "物业费有纠纷怎么办？" },
];

pub(crate) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> AppResult<Json<CommunityPage>> {
    let store = state.assistant.store();
    let community = store
        .find_community(&id)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_community", "没有这个社区，请检查网页里的 data-community。"))?;
    let lineage = store.lineage(&id).await?;
    let variety = state.assistant.variety(&lineage).await?;
    let path = lineage.iter().rev().map(|community| community.name.clone()).collect();
    Ok(Json(CommunityPage {
        id,
        path,
        greeting: state.assistant.greeting(&community, variety),
        services: SERVICES,
        variety: variety.map(Variety::id),
        varieties: Variety::ALL
            .into_iter()
            .map(|variety| VarietyName {
                id: variety.id(),
                name: variety.name(),
            })
            .collect(),
        recordings_days: store.recordings_days(&community.path).await?,
        allowed: origin::may_open(&community, &headers),
        name: community.name,
    }))
}
