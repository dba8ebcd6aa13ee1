//! What is different between two editions, or between an edition and a draft.

use axum::Json;
use axum::extract::{Query, State};
use knowledge::difference::{self, Run};
use knowledge::{ImportedDocument, Metadata, PreparedAnswer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pages::AnswerPage;
use super::{SignedIn, gone, readable};
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};

#[derive(Deserialize)]
pub(crate) struct Pair {
    before: String,
    after: String,
}

#[derive(Serialize)]
pub(crate) struct FieldDifference {
    field: &'static str,
    label: &'static str,
    before: Value,
    after: Value,
}

#[derive(Serialize)]
struct AnswerDifference {
    kind: &'static str,
    before: Option<AnswerPage>,
    after: Option<AnswerPage>,
    runs: Vec<Run>,
}

/// Fields of the metadata, as the page calls them.
const FIELDS: [(&str, &str); 15] = [
    ("title", "标题"),
    ("kind", "文种"),
    ("issuer", "发布机关"),
    ("number", "文号"),
    ("published_on", "发布日期"),
    ("effective_on", "生效日期"),
    ("expires_on", "失效日期"),
    ("version_date", "文本日期"),
    ("category", "分类"),
    ("keywords", "关键词"),
    ("audience", "面向人群"),
    ("service_kind", "服务类型"),
    ("replaces", "替代"),
    ("url", "来源网址"),
    ("licence", "使用许可"),
];

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Query(pair): Query<Pair>,
) -> AppResult<Json<Value>> {
    let before = text_of(&state, &who, &pair.before).await?;
    let after = text_of(&state, &who, &pair.after).await?;
    let passages = difference::passages(&before.passages, &after.passages);
    let metadata = fields(&before.metadata, &after.metadata)?;
    let answers = answers(&state, before.answers.clone(), after.answers.clone()).await?;
    Ok(Json(serde_json::json!({ "metadata": metadata, "passages": passages, "answers": answers })))
}

async fn text_of(state: &AppState, who: &SignedIn, name: &str) -> AppResult<ImportedDocument> {
    let store = state.assistant.store();
    match name.split_once(':') {
        Some(("edition", id)) => {
            let edition = store.edition(id).await?.ok_or_else(gone)?;
            readable(who, store, &edition.record.community_id).await?;
            Ok(state.editor.text(id).await?)
        }
        Some(("draft", id)) => {
            let draft = store.draft(id).await?.ok_or_else(gone)?;
            readable(who, store, &draft.community_id).await?;
            Ok(draft.content.document)
        }
        _ => Err(Problem::invalid("bad_pair", "要比较的两份写成 edition:编号 或 draft:编号。")),
    }
}

fn fields(before: &Metadata, after: &Metadata) -> AppResult<Vec<FieldDifference>> {
    let written = |metadata| serde_json::to_value(metadata).map_err(anyhow::Error::from);
    let (before, after) = (written(before)?, written(after)?);
    let value = |metadata: &Value, field: &str| metadata.get(field).cloned().unwrap_or(Value::Null);
    Ok(FIELDS
        .into_iter()
        .map(|(field, label)| FieldDifference {
            field,
            label,
            before: value(&before, field),
            after: value(&after, field),
        })
        .filter(|one| one.before != one.after)
        .collect())
}

/// Answers are the same where they share their first question.
async fn answers(
    state: &AppState,
    before: Vec<PreparedAnswer>,
    mut after: Vec<PreparedAnswer>,
) -> AppResult<Vec<AnswerDifference>> {
    let mut pairs = Vec::new();
    for old in before {
        let place = after.iter().position(|new| new.questions.first() == old.questions.first());
        pairs.push((Some(old), place.map(|place| after.remove(place))));
    }
    pairs.extend(after.into_iter().map(|new| (None, Some(new))));
    let mut differences = Vec::new();
    for (old, new) in pairs {
        let kind = match (&old, &new) {
            (Some(old), Some(new)) if old == new => "same",
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (_, None) => "removed",
        };
        let said = |answer: &Option<PreparedAnswer>| {
            answer.as_ref().map(|answer| format!("{}\n{}", answer.questions.join("\n"), answer.answer)).unwrap_or_default()
        };
        let runs = difference::runs(&said(&old), &said(&new));
        let mut shown = Vec::new();
        for answer in [old, new] {
            shown.push(match answer {
                Some(answer) => Some(AnswerPage::of(state, answer).await?),
                None => None,
            });
        }
        let after = shown.pop().flatten();
        let before = shown.pop().flatten();
        differences.push(AnswerDifference { kind, before, after, runs });
    }
    Ok(differences)
}
