//! The queues of the inbox, and how much each holds.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row};

use super::super::Store;
use super::conditions::Conditions;
use super::list::OrderFilter;

/// A part of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// What the account itself has to do.
    Mine,
    /// 待受理
    ToAccept,
    /// 待派单
    ToDispatch,
    /// 待签收
    ToSign,
    /// 办理中
    InProgress,
    /// 挂起
    Suspended,
    /// 待审核
    ToReview,
    /// 待回访
    ToFollowUp,
    /// The clock has run out or soon will.
    Overdue,
    /// Urgent and not finished.
    Urgent,
    /// The account was named in a note and has not looked.
    Mentions,
    /// All that somebody has still to work on.
    #[default]
    Open,
    /// 已归档 and 合并.
    Archived,
    /// Everything.
    All,
}

impl Queue {
    /// The condition on `o`, with `$1` for the account. Each names its states, because the index of
    /// the lists begins with them.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Mine => "o.assignee_id = $1 AND o.state IN ('待签收', '办理中', '挂起')",
            Self::ToAccept => "o.state = '待受理'",
            Self::ToDispatch => "o.state = '待派单'",
            Self::ToSign => "o.state = '待签收'",
            Self::InProgress => "o.state = '办理中'",
            Self::Suspended => "o.state = '挂起'",
            Self::ToReview => "o.state = '待审核'",
            Self::ToFollowUp => "o.state = '待回访'",
            Self::Overdue => {
                "o.clock_status IN ('warning', 'overdue') AND \
                 o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核')"
            }
            Self::Urgent => "o.urgent = 1 AND o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核')",
            Self::Mentions => {
                "o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核', '待回访', '已归档', '合并') \
                 AND o.id IN (SELECT e.work_order_id FROM mentions m JOIN work_order_events e ON e.id = m.event_id \
                 WHERE m.account_id = $1 AND m.seen_at IS NULL)"
            }
            Self::Open => "o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核')",
            Self::Archived => "o.state IN ('已归档', '合并')",
            Self::All => {
                "o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核', '待回访', '已归档', '合并')"
            }
        }
    }
}

/// How many orders each queue holds.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "named as in `Queue`")]
pub struct QueueCounts {
    pub mine: i64,
    pub to_accept: i64,
    pub to_dispatch: i64,
    pub to_sign: i64,
    pub in_progress: i64,
    pub suspended: i64,
    pub to_review: i64,
    pub to_follow_up: i64,
    pub overdue: i64,
    pub urgent: i64,
    pub mentions: i64,
    /// Residents who wait for a person.
    pub live: i64,
}

impl Store {
    /// How many orders each queue holds for an account.
    pub async fn queue_counts(&self, account_id: &str, scopes: &[String]) -> Result<QueueCounts> {
        let mut conditions = Conditions::new(account_id);
        conditions.add("o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核', '待回访')");
        conditions.within(scopes);
        let columns: Vec<String> = [
            Queue::Mine,
            Queue::ToAccept,
            Queue::ToDispatch,
            Queue::ToSign,
            Queue::InProgress,
            Queue::Suspended,
            Queue::ToReview,
            Queue::ToFollowUp,
            Queue::Overdue,
            Queue::Urgent,
        ]
        .into_iter()
        .map(|queue| format!("COUNT(CASE WHEN {} THEN 1 END)", queue.condition()))
        .collect();
        let statement = format!(
            "SELECT {} FROM {} WHERE {}",
            columns.join(", "),
            self.indexed(&OrderFilter::default()),
            conditions.sql()
        );
        let row = conditions
            .bind(sqlx::query(AssertSqlSafe(statement)))
            .fetch_one(&self.pool)
            .await?;
        let mentions = sqlx::query_scalar("SELECT COUNT(*) FROM mentions WHERE account_id = $1 AND seen_at IS NULL")
            .bind(account_id)
            .fetch_one(&self.pool)
            .await?;
        Ok(QueueCounts {
            mine: row.try_get(0)?,
            to_accept: row.try_get(1)?,
            to_dispatch: row.try_get(2)?,
            to_sign: row.try_get(3)?,
            in_progress: row.try_get(4)?,
            suspended: row.try_get(5)?,
            to_review: row.try_get(6)?,
            to_follow_up: row.try_get(7)?,
            overdue: row.try_get(8)?,
            urgent: row.try_get(9)?,
            mentions,
            live: self.waiting_conversations(scopes).await?,
        })
    }
}
