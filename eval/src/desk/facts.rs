//! What is looked up once so that the questions fit what is in the database.

use anyhow::Result;
use sqlx::AnyPool;

use super::fill::DISPATCHER;
use super::tree::CITY;

/// What the measured calls ask for.
pub(super) struct Facts {
    /// Account of the dispatcher of the city.
    pub(super) dispatcher: String,
    /// Account of the worker with the most open orders.
    pub(super) worker: String,
    /// The whole city, as one scope.
    pub(super) city: Vec<String>,
    /// A 社区, as one scope.
    pub(super) community: Vec<String>,
    /// Twenty 社区, as scopes of one account.
    pub(super) twenty: Vec<String>,
    /// Id of the 社区.
    pub(super) community_id: String,
    /// Numbers of open orders.
    pub(super) open: Vec<String>,
    /// The telephone number of an order.
    pub(super) phone: String,
    /// When the newest order was filed, in milliseconds since 1970.
    pub(super) newest: i64,
    /// When the middle one was filed.
    pub(super) middle: i64,
    /// How many orders there are.
    pub(super) orders: i64,
    /// Of these how many are open.
    pub(super) open_orders: i64,
    /// How many events there are.
    pub(super) events: i64,
}

impl Facts {
    pub(super) async fn look_up(pool: &AnyPool) -> Result<Self> {
        let number = async |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await;
        let text = async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_one(pool).await;
        let texts = async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_all(pool).await;
        let twenty = texts("SELECT path FROM communities WHERE kind = '社区' ORDER BY id LIMIT 20").await?;
        let contact = text("SELECT contact FROM work_orders WHERE state = '办理中' ORDER BY created_at LIMIT 1").await?;
        let contact: serde_json::Value = serde_json::from_str(&contact)?;
        // The busiest, so that a worker's figures are of the most orders that one has.
        let community_id = text(
            "SELECT c.parent_id FROM work_orders o JOIN communities c ON c.id = o.community_id \
             WHERE c.kind = '网格' GROUP BY c.parent_id ORDER BY COUNT(*) DESC, c.parent_id LIMIT 1",
        )
        .await?;
        Ok(Self {
            dispatcher: sqlx::query_scalar("SELECT id FROM accounts WHERE login = $1")
                .bind(DISPATCHER)
                .fetch_one(pool)
                .await?,
            worker: text(
                "SELECT assignee_id FROM work_orders WHERE state = '办理中' AND assignee_id IS NOT NULL \
                 GROUP BY assignee_id ORDER BY COUNT(*) DESC, assignee_id LIMIT 1",
            )
            .await?,
            city: vec![format!("cn/{CITY}/")],
            community: sqlx::query_scalar("SELECT path FROM communities WHERE id = $1")
                .bind(&community_id)
                .fetch_all(pool)
                .await?,
            twenty,
            community_id,
            open: texts("SELECT number FROM work_orders WHERE state = '办理中' ORDER BY created_at DESC LIMIT 200").await?,
            phone: contact["phone"].as_str().unwrap_or_default().to_owned(),
            newest: number("SELECT MAX(created_at) FROM work_orders").await?,
            middle: number("SELECT (MIN(created_at) + MAX(created_at)) / 2 FROM work_orders").await?,
            orders: number("SELECT COUNT(*) FROM work_orders").await?,
            open_orders: number("SELECT COUNT(*) FROM work_orders WHERE state NOT IN ('已归档', '合并')").await?,
            events: number("SELECT COUNT(*) FROM work_order_events").await?,
        })
    }
}
