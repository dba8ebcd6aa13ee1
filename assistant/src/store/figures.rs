//! Figures of a time and a place: 响应率 解决率 满意率, in time, opened again, answered at once.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use anyhow::Result;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::places::below_any;

/// What is counted: orders filed from `from` until before `until`, in milliseconds since 1970, at
/// or below `scopes`.
#[derive(Clone, Debug)]
pub struct Span {
    /// Paths of the places.
    pub scopes: Vec<String>,
    /// First moment.
    pub from: i64,
    /// First moment after it.
    pub until: i64,
    /// Only this kind.
    pub kind: Option<String>,
}

/// By what the figures are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Not at all.
    Total,
    /// By community.
    Community,
    /// By kind.
    Kind,
}

/// Counts of one group; the shares are made from these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Orders filed.
    pub filed: i64,
    /// Of these 已归档.
    pub archived: i64,
    /// Of these not at an end: worked on, or the resident not asked yet (待回访).
    pub open: i64,
    /// Residents reached in the follow-up: the 有效回访, over which the shares are taken.
    pub followed_up: i64,
    /// Of the followed up: somebody had signed for it, and the resident was told so.
    pub responded: i64,
    /// Of the followed up: solved.
    pub solved: i64,
    /// Of the followed up: 满意.
    pub satisfied: i64,
    /// Of the followed up: 基本满意.
    pub mostly: i64,
    /// Of the followed up: said how satisfied they are.
    pub judged: i64,
    /// Finished within the limit.
    pub in_time: i64,
    /// Finished after it.
    pub late: i64,
    /// Opened again at least once.
    pub reopened: i64,
    /// Conversations.
    pub conversations: i64,
    /// Of these without a work order.
    pub without_order: i64,
}

/// What is counted of each order: two conditions to a sum, of which the second counts [`SECOND`]
/// times, so that one sum says how often either holds. SQLite keeps what is summed up as columns in
/// an index (`store::dialect`), because comparing texts at each look at 100,000 orders takes it three
/// times as long. Where a condition changes its column needs another name.
pub(super) const COUNTED: [(&str, [&str; 2]); 6] = [
    ("counts_standing", ["state = '已归档'", "state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核', '待回访')"]),
    ("counts_reached", ["reopened > 0", "contacted = 1"]),
    ("counts_solved", ["contacted = 1 AND signed_at IS NOT NULL", "contacted = 1 AND solved = 1"]),
    ("counts_content", ["contacted = 1 AND satisfaction = '满意'", "contacted = 1 AND satisfaction = '基本满意'"]),
    ("counts_judged", ["contacted = 1 AND satisfaction IS NOT NULL", "finished_at IS NOT NULL AND clock_status = 'met'"]),
    ("counts_late", ["finished_at IS NOT NULL AND clock_status = 'missed'", "1 = 0"]),
];

/// What the second condition of a column counts: more than there will ever be orders.
const SECOND: i64 = 1 << 31;

/// What one of [`COUNTED`] sums up.
pub(super) fn counted([first, second]: [&str; 2]) -> String {
    format!("CASE WHEN {first} THEN 1 ELSE 0 END + CASE WHEN {second} THEN CAST({SECOND} AS BIGINT) ELSE 0 END")
}

/// The orders of a span. The places come first and lead to their orders in an index that holds all
/// that is counted; the join is crossed because SQLite keeps the order of such a one.
const ORDERS: &str = "FROM communities p CROSS JOIN work_orders o \
     WHERE o.community_id = p.id AND o.created_at >= $1 AND o.created_at < $2";

/// Key and grouping by place. Each place has one path, and in the order of paths SQLite need not sort.
const BY_PLACE: (&str, &str) = ("p.path", " GROUP BY p.path");

/// The key of a group; a path's is the id that it ends in.
fn group_key(key: &str) -> String {
    key.strip_suffix('/').and_then(|path| path.rsplit('/').next()).unwrap_or(key).to_owned()
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.filed += other.filed;
        self.archived += other.archived;
        self.open += other.open;
        self.followed_up += other.followed_up;
        self.responded += other.responded;
        self.solved += other.solved;
        self.satisfied += other.satisfied;
        self.mostly += other.mostly;
        self.judged += other.judged;
        self.in_time += other.in_time;
        self.late += other.late;
        self.reopened += other.reopened;
        self.conversations += other.conversations;
        self.without_order += other.without_order;
    }
}

impl Store {
    /// The tallies of a span, by the key of their group.
    pub async fn tallies(&self, span: &Span, split: Split) -> Result<BTreeMap<String, Tally>> {
        // A conversation has no kind of its own.
        if split == Split::Kind || span.kind.is_some() {
            return self.tallies_of_orders(span, split).await;
        }
        let (mut tallies, conversations) =
            tokio::try_join!(self.tallies_of_orders(span, split), self.conversations(span, split))?;
        for (key, (count, without_order)) in conversations {
            let tally = tallies.entry(key).or_default();
            tally.conversations = count;
            tally.without_order = without_order;
        }
        Ok(tallies)
    }

    async fn tallies_of_orders(&self, span: &Span, split: Split) -> Result<BTreeMap<String, Tally>> {
        let (key, group) = match split {
            Split::Total => ("''", ""),
            Split::Community => BY_PLACE,
            Split::Kind => ("o.kind", " GROUP BY o.kind"),
        };
        let mut bound = Vec::new();
        let mut within = below_any("p.path", &span.scopes, &mut bound, 2);
        if let Some(kind) = &span.kind {
            bound.push(kind.clone());
            within.push_str(&format!(" AND o.kind = ${}", bound.len() + 2));
        }
        let sums: Vec<String> = COUNTED
            .into_iter()
            .map(|(column, conditions)| {
                let counted = if self.sqlite { format!("o.{column}") } else { counted(conditions) };
                format!("CAST(SUM({counted}) AS BIGINT)")
            })
            .collect();
        let statement = format!(
            "SELECT {key} AS key, COUNT(*), {} {ORDERS}{within}{group}",
            sums.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(span.from).bind(span.until);
        for value in bound {
            query = query.bind(value);
        }
        let mut tallies = BTreeMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let filed: i64 = row.try_get(1)?;
            if filed == 0 {
                continue;
            }
            let mut counts = [0; 2 * COUNTED.len()];
            for (place, pair) in counts.chunks_exact_mut(2).enumerate() {
                let sum: i64 = row.try_get(place + 2)?;
                pair.copy_from_slice(&[sum % SECOND, sum / SECOND]);
            }
            let [archived, open, reopened, followed_up, responded, solved, satisfied, mostly, judged, in_time, late, _] =
                counts;
            tallies.insert(
                group_key(row.try_get(0)?),
                Tally {
                    filed,
                    archived,
                    open,
                    followed_up,
                    responded,
                    solved,
                    satisfied,
                    mostly,
                    judged,
                    in_time,
                    late,
                    reopened,
                    ..Tally::default()
                },
            );
        }
        Ok(tallies)
    }

    /// How many conversations each group has, and of these how many without an order.
    async fn conversations(&self, span: &Span, split: Split) -> Result<BTreeMap<String, (i64, i64)>> {
        let (key, group) = if split == Split::Community { BY_PLACE } else { ("''", "") };
        let mut bound = Vec::new();
        let within = below_any("p.path", &span.scopes, &mut bound, 2);
        let statement = format!(
            "SELECT {key} AS key, COUNT(*), COUNT(CASE WHEN v.filed = 0 THEN 1 END) \
             FROM communities p CROSS JOIN conversations v WHERE v.community_id = p.id \
             AND v.created_at >= $1 AND v.created_at < $2 AND v.channel NOT IN ('counter', 'desk') \
             AND v.spoken = 1{within}{group}"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(span.from).bind(span.until);
        for value in bound {
            query = query.bind(value);
        }
        let mut counts = BTreeMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let count: i64 = row.try_get(1)?;
            if count > 0 {
                counts.insert(group_key(row.try_get(0)?), (count, row.try_get(2)?));
            }
        }
        Ok(counts)
    }

    /// How many orders of each kind each community has, by community and kind.
    pub async fn needs(&self, span: &Span) -> Result<BTreeMap<(String, String), i64>> {
        let mut bound = Vec::new();
        let within = below_any("p.path", &span.scopes, &mut bound, 2);
        let statement = format!(
            "SELECT o.community_id, o.kind, COUNT(*) {ORDERS}{within} GROUP BY o.community_id, o.kind"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(span.from).bind(span.until);
        for value in bound {
            query = query.bind(value);
        }
        query
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)))
            .collect()
    }
}
