//! Figures of a time and a place: 响应率 解决率 满意率, in time, opened again, answered at once.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use anyhow::Result;
use futures::future::try_join_all;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

use super::places::below_any;
use super::{Store, tallies};

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
    /// By month in China, such as `2026-11`.
    Month,
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
/// times as long. Where a condition changes its column needs another name. [`tallies`] names them one
/// by one.
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

/// The whole months of a span, from the first until before the second, and the times beside them.
fn whole_months(from: i64, until: i64) -> Result<(Option<[String; 2]>, Vec<(i64, i64)>)> {
    // As `tallies::month` counts.
    let zone = TimeZone::fixed(offset(8));
    let month = |moment: i64| -> Result<Date> {
        Ok(Timestamp::from_millisecond(moment)?.to_zoned(zone.clone()).date().first_of_month())
    };
    let start = |month: Date| -> Result<i64> { Ok(month.to_zoned(zone.clone())?.timestamp().as_millisecond()) };
    let (mut first, end) = (month(from)?, month(until)?);
    if start(first)? < from {
        first = first.checked_add(1.month())?;
    }
    if first >= end {
        return Ok((None, vec![(from, until)]));
    }
    let beside = [(from, start(first)?), (start(end)?, until)].into_iter().filter(|(from, until)| from < until);
    let months = [first, end].map(|month| month.strftime("%Y-%m").to_string());
    Ok((Some(months), beside.collect()))
}

impl Store {
    /// The tallies of a span, by the key of their group: the id of a place, a kind or a month.
    pub async fn tallies(&self, span: &Span, split: Split) -> Result<BTreeMap<String, Tally>> {
        let (months, beside) = if split == Split::Community && span.kind.is_some() {
            // By place no kinds are kept apart.
            (None, vec![(span.from, span.until)])
        } else {
            whole_months(span.from, span.until)?
        };
        let kept = async {
            match &months {
                Some(months) => self.kept_tallies(span, split, months).await,
                None => Ok(BTreeMap::new()),
            }
        };
        let beside: Vec<Span> =
            beside.into_iter().map(|(from, until)| Span { from, until, ..span.clone() }).collect();
        let counted = try_join_all(beside.iter().map(|span| self.counted_tallies(span, split)));
        let (mut tallies, counted) = tokio::try_join!(kept, counted)?;
        for (key, tally) in counted.into_iter().flatten() {
            *tallies.entry(key).or_default() += &tally;
        }
        Ok(tallies)
    }

    /// Those of whole months, as [`tallies`] keeps them.
    async fn kept_tallies(
        &self,
        span: &Span,
        split: Split,
        [first, end]: &[String; 2],
    ) -> Result<BTreeMap<String, Tally>> {
        let (key, group) = match split {
            Split::Total => ("''", ""),
            Split::Community => ("path", " GROUP BY path"),
            Split::Kind => ("kind", " GROUP BY kind"),
            Split::Month => ("month", " GROUP BY month"),
        };
        let mut bound = vec![first.clone(), end.clone()];
        let mut within = if split == Split::Community {
            format!("reach = 0{}", below_any("path", &span.scopes, &mut bound, 0))
        } else {
            tallies::below(&span.scopes, &mut bound)
        };
        if let Some(kind) = &span.kind {
            bound.push(kind.clone());
            within.push_str(&format!(" AND kind = ${}", bound.len()));
        } else if split == Split::Kind {
            // A conversation has none.
            within.push_str(" AND kind <> ''");
        }
        let sums: Vec<String> =
            tallies::columns().into_iter().map(|column| format!("CAST(SUM({column}) AS BIGINT) AS {column}")).collect();
        let statement = format!(
            "SELECT {key} AS key, {} FROM tallies WHERE {within} AND month >= $1 AND month < $2{group} \
             HAVING COUNT(*) > 0",
            sums.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in bound {
            query = query.bind(value);
        }
        let mut tallies = BTreeMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let tally = Tally {
                filed: row.try_get("filed")?,
                archived: row.try_get("archived")?,
                open: row.try_get("open")?,
                followed_up: row.try_get("followed_up")?,
                responded: row.try_get("responded")?,
                solved: row.try_get("solved")?,
                satisfied: row.try_get("satisfied")?,
                mostly: row.try_get("mostly")?,
                judged: row.try_get("judged")?,
                in_time: row.try_get("in_time")?,
                late: row.try_get("late")?,
                reopened: row.try_get("reopened")?,
                conversations: row.try_get("conversations")?,
                without_order: row.try_get("without_order")?,
            };
            // What was there may have gone elsewhere.
            if tally != Tally::default() {
                tallies.insert(group_key(row.try_get("key")?), tally);
            }
        }
        Ok(tallies)
    }

    /// Those of a span of any length, from the orders and conversations themselves.
    async fn counted_tallies(&self, span: &Span, split: Split) -> Result<BTreeMap<String, Tally>> {
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
        let month = tallies::month("o.created_at", self.sqlite);
        let (key, group) = match split {
            Split::Total => ("''", ""),
            Split::Community => BY_PLACE,
            Split::Kind => ("o.kind", " GROUP BY o.kind"),
            Split::Month => (month.as_str(), " GROUP BY 1"),
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
        let month = tallies::month("v.created_at", self.sqlite);
        let (key, group) = match split {
            Split::Community => BY_PLACE,
            Split::Month => (month.as_str(), " GROUP BY 1"),
            Split::Total | Split::Kind => ("''", ""),
        };
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
