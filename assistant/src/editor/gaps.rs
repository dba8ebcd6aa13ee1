//! What residents asked in vain, put together by meaning.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use knowledge::SearchQuery;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::Editor;
use crate::privacy::mask_text;
use crate::store::{FinishedOrder, Gap, GapState, Named, OpenTurn, Person};

/// How far back turns are looked at, in milliseconds: four weeks.
const LOOK_BACK: i64 = 28 * 24 * 60 * 60 * 1000;
/// Turns that are sorted at once.
const BATCH: u32 = 200;
/// Cosine from which on two questions are about the same matter.
const SAME_MATTER: f32 = 0.94;
/// A question back counts as in vain when nothing came after it for so long, in milliseconds.
const GIVEN_UP: i64 = 10 * 60 * 1000;
/// Weeks of the trend.
const WEEKS: i64 = 12;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Examples, orders and passages that are shown.
const EXAMPLES: u32 = 5;
const NEAR: usize = 3;

/// A gap with everything that helps to close it.
#[derive(Debug, Serialize)]
pub(crate) struct GapPage {
    id: String,
    question: String,
    community: Named,
    count: i64,
    week: usize,
    before: usize,
    weeks: Vec<Week>,
    last_at: i64,
    state: GapState,
    assignee: Option<Person>,
    note: String,
    examples: Vec<Example>,
    near: Vec<Near>,
    finished_orders: Vec<FinishedOrder>,
    document_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct Week {
    week: Date,
    count: usize,
}

#[derive(Debug, Serialize)]
struct Example {
    text: String,
    at: i64,
    outcome: String,
    conversation: String,
    order: Option<String>,
}

#[derive(Debug, Serialize)]
struct Near {
    edition: String,
    ordinal: u32,
    title: String,
    locator: String,
    probability: f32,
}

impl Editor {
    /// Sorts the turns that nobody has looked at: which left a question open, and which gap each is of.
    pub(super) async fn sort_turns(&self, at: i64) -> Result<()> {
        let store = self.assistant.store();
        loop {
            let mut turns = store.turns_to_sort(at - LOOK_BACK, BATCH).await?;
            let full = turns.len() == BATCH as usize;
            // Whoever was asked back may still be writing.
            turns.retain(|turn| turn.outcome != Some("clarify") || turn.at < at - GIVEN_UP);
            if turns.is_empty() {
                return Ok(());
            }
            let mut known: HashMap<String, Vec<(String, Vec<f32>)>> = HashMap::new();
            for turn in &turns {
                let gap = match turn.outcome {
                    None => None,
                    Some(_) => self.gap_of(turn, &mut known).await?,
                };
                let kept = store.sort_turn(turn, gap.as_deref()).await?;
                if let (None, Some(new)) = (gap, kept) {
                    let vector = self.vectors(vec![turn.question.clone()]).await?.pop().unwrap_or_default();
                    known.entry(turn.community_id.clone()).or_default().push((new, vector));
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// The gap of this place whose question is the same matter.
    async fn gap_of(
        &self,
        turn: &OpenTurn,
        known: &mut HashMap<String, Vec<(String, Vec<f32>)>>,
    ) -> Result<Option<String>> {
        if !known.contains_key(&turn.community_id) {
            let mut gaps = self.assistant.store().gaps(std::slice::from_ref(&turn.path), None).await?;
            gaps.retain(|gap| gap.community.id == turn.community_id);
            let vectors = self.vectors(gaps.iter().map(|gap| gap.question.clone()).collect()).await?;
            let gaps = gaps.into_iter().map(|gap| gap.id).zip(vectors).collect();
            known.insert(turn.community_id.clone(), gaps);
        }
        let vector = self.vectors(vec![turn.question.clone()]).await?.pop().unwrap_or_default();
        let nearest = known
            .get(&turn.community_id)
            .into_iter()
            .flatten()
            .map(|(id, other)| (id, vector.iter().zip(other).map(|(one, other)| one * other).sum::<f32>()))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        Ok(nearest.filter(|(_, likeness)| *likeness >= SAME_MATTER).map(|(id, _)| id.clone()))
    }

    async fn vectors(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let library = Arc::clone(self.assistant.library());
        let vectors = spawn_blocking(move || {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            library.question_vectors(&texts)
        })
        .await
        .context("the questions could not be compared")??;
        Ok(vectors)
    }

    /// A gap with everything that helps to close it.
    pub(crate) async fn gap_page(&self, gap: Gap) -> Result<GapPage> {
        let store = self.assistant.store();
        let today = self.assistant.today();
        let now = Timestamp::now().as_millisecond();
        let times = store.gap_times(&gap.id, now - WEEKS * 7 * DAY).await?;
        let between = |from: i64, until: i64| {
            times.iter().filter(|at| **at >= now - from * DAY && **at < now - until * DAY).count()
        };
        let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())?;
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
        let days: Vec<Date> = times
            .iter()
            .filter_map(|at| Some(Timestamp::from_millisecond(*at).ok()?.to_zoned(zone.clone()).date()))
            .collect();
        let mut weeks = Vec::new();
        for back in (0..WEEKS).rev() {
            let week = monday.checked_sub((back * 7).days())?;
            let next = week.checked_add(7.days())?;
            let count = days.iter().filter(|day| **day >= week && **day < next).count();
            weeks.push(Week { week, count });
        }
        let examples = store
            .gap_examples(&gap.id, EXAMPLES)
            .await?
            .into_iter()
            .map(|example| Example {
                text: mask_text(&example.text),
                at: example.at,
                outcome: example.outcome,
                conversation: example.conversation_id,
                order: example.order,
            })
            .collect();
        let mut finished_orders = store.gap_orders(&gap.id, EXAMPLES).await?;
        for order in &mut finished_orders {
            order.question = mask_text(&order.question);
            order.result = mask_text(&order.result);
        }
        Ok(GapPage {
            near: self.near(&gap, today).await?,
            week: between(7, 0),
            before: between(14, 7),
            weeks,
            examples,
            finished_orders,
            question: mask_text(&gap.question),
            id: gap.id,
            community: gap.community,
            count: gap.count,
            last_at: gap.last_at,
            state: gap.state,
            assignee: gap.assignee,
            note: gap.note,
            document_id: gap.document_id,
        })
    }

    /// Passages that nearly matched.
    async fn near(&self, gap: &Gap, on: Date) -> Result<Vec<Near>> {
        let lineage = self.assistant.store().lineage(&gap.community.id).await?;
        let communities: Vec<String> = lineage.into_iter().map(|node| node.id).collect();
        let library = Arc::clone(self.assistant.library());
        let question = gap.question.clone();
        let found = spawn_blocking(move || {
            library.search(&SearchQuery {
                text: &question,
                communities: &communities,
                on,
                limit: NEAR,
                spoken: false,
                as_unseen: false,
                adjustments: knowledge::Adjustments::default(),
            })
        })
        .await
        .context("the search was cut off")??;
        let probability = found.gate.probability;
        Ok(found
            .evidence
            .into_iter()
            .map(|one| Near {
                edition: one.edition_id,
                ordinal: one.passage.ordinal,
                title: one.title,
                locator: one.passage.locator,
                probability,
            })
            .collect())
    }
}
