//! Conversations and their turns.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use sqlx::{Any, AnyConnection, Row, Transaction};

use super::work_orders::{self, NewWorkOrder};
use super::{Store, new_id, now};
use crate::conversation::{FiledWorkOrder, Rating, Reply, Turn};

/// A conversation without its turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// The resident's community.
    pub community_id: String,
    /// `widget`, `web` or `cli`.
    pub channel: String,
    /// Dialect that the resident chose, by its id in the crate `dialects`.
    pub variety: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

/// A message that is kept.
#[derive(Clone, Debug)]
pub enum StartedTurn {
    /// It is new and waits for its reply.
    New(Turn),
    /// The same message came before.
    Known(Turn),
}

impl Store {
    /// Opens a conversation; whoever shows the token may read it and go on with it.
    pub async fn open_conversation(
        &self,
        community_id: &str,
        channel: &str,
        variety: Option<&str>,
        token: &str,
    ) -> Result<Conversation> {
        let conversation = Conversation {
            id: new_id(),
            community_id: community_id.to_owned(),
            channel: channel.to_owned(),
            variety: variety.map(str::to_owned),
            created_at: now(),
        };
        insert(&mut *self.pool.acquire().await?, &conversation, token).await?;
        Ok(conversation)
    }

    /// Keeps a matter that staff were told: conversation, message, reply and work order in one
    /// transaction. A message of the same name again is the same order.
    pub async fn keep_report(
        &self,
        conversation: &Conversation,
        token: &str,
        client_id: &str,
        reply: Reply,
        order: NewWorkOrder,
    ) -> Result<FiledWorkOrder> {
        let mut transaction = self.write().await?;
        // One report of a community at a time, so that a repeated request finds what it repeats.
        self.hold(
            &mut transaction,
            "SELECT id FROM communities WHERE id = $1 FOR UPDATE",
            &conversation.community_id,
        )
        .await?;
        if let Some(filed) = work_orders::order_of_message(&mut transaction, client_id).await? {
            return Ok(filed);
        }
        insert(&mut transaction, conversation, token).await?;
        let turn = Turn {
            id: new_id(),
            ordinal: 0,
            client_id: client_id.to_owned(),
            text: order.question.clone(),
            reply: None,
            rating: None,
            created_at: now(),
            finished_at: None,
        };
        insert_turn(&mut transaction, &conversation.id, &turn).await?;
        let reply = finish(&mut transaction, &turn.id, reply, Some(order)).await?;
        transaction.commit().await?;
        reply.work_order.context("the order was not filed")
    }

    /// The conversation, where this token opens it.
    pub async fn conversation(&self, id: &str, token: &str) -> Result<Option<Conversation>> {
        let row = sqlx::query("SELECT * FROM conversations WHERE id = $1 AND token_sha256 = $2")
            .bind(id)
            .bind(digest(token))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(Conversation {
                id: row.try_get("id")?,
                community_id: row.try_get("community_id")?,
                channel: row.try_get("channel")?,
                variety: row.try_get("variety")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .transpose()
    }

    /// Notes the dialect that the resident chose; `None` goes back to that of the community.
    pub async fn choose_variety(&self, id: &str, variety: Option<&str>) -> Result<()> {
        sqlx::query("UPDATE conversations SET variety = $1 WHERE id = $2")
            .bind(variety)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keeps a message before anything is done about it.
    pub async fn start_turn(
        &self,
        conversation_id: &str,
        client_id: &str,
        text: &str,
    ) -> Result<StartedTurn> {
        let mut transaction = self.write().await?;
        // One message of a conversation at a time, so that each has its own place in it.
        self.hold(
            &mut transaction,
            "SELECT id FROM conversations WHERE id = $1 FOR UPDATE",
            conversation_id,
        )
        .await?;
        let known = sqlx::query("SELECT * FROM turns WHERE conversation_id = $1 AND client_id = $2")
            .bind(conversation_id)
            .bind(client_id)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(row) = known {
            return Ok(StartedTurn::Known(read(&row)?));
        }
        let ordinal: i64 = sqlx::query_scalar(
            "SELECT COALESCE(MAX(ordinal), -1) + 1 FROM turns WHERE conversation_id = $1",
        )
        .bind(conversation_id)
        .fetch_one(&mut *transaction)
        .await?;
        let turn = Turn {
            id: new_id(),
            ordinal: ordinal as u32,
            client_id: client_id.to_owned(),
            text: text.to_owned(),
            reply: None,
            rating: None,
            created_at: now(),
            finished_at: None,
        };
        insert_turn(&mut transaction, conversation_id, &turn).await?;
        transaction.commit().await?;
        Ok(StartedTurn::New(turn))
    }

    /// Keeps the reply and, in the same transaction, the work order that follows from it.
    ///
    /// Returns the reply as kept: with the number and code of its work order.
    pub async fn finish_turn(
        &self,
        turn_id: &str,
        reply: Reply,
        order: Option<NewWorkOrder>,
    ) -> Result<Reply> {
        let mut transaction = self.write().await?;
        let reply = finish(&mut transaction, turn_id, reply, order).await?;
        transaction.commit().await?;
        Ok(reply)
    }

    /// The turns of a conversation in order.
    pub async fn turns(&self, conversation_id: &str) -> Result<Vec<Turn>> {
        sqlx::query("SELECT * FROM turns WHERE conversation_id = $1 ORDER BY ordinal")
            .bind(conversation_id)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Messages whose reply was cut off, with the conversation and community they belong to.
    pub async fn unfinished_turns(&self) -> Result<Vec<(Turn, Conversation)>> {
        sqlx::query(
            "SELECT t.*, c.community_id, c.channel, c.variety, c.created_at AS opened_at FROM turns t \
             JOIN conversations c ON c.id = t.conversation_id \
             WHERE t.finished_at IS NULL ORDER BY t.id",
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let conversation = Conversation {
                id: row.try_get("conversation_id")?,
                community_id: row.try_get("community_id")?,
                channel: row.try_get("channel")?,
                variety: row.try_get("variety")?,
                created_at: row.try_get("opened_at")?,
            };
            Ok((read(row)?, conversation))
        })
        .collect()
    }

    /// Keeps or takes back a resident's verdict on a reply; `false` where there is no such turn.
    pub async fn rate_turn(
        &self,
        conversation_id: &str,
        turn_id: &str,
        rating: Option<Rating>,
        reason: Option<&str>,
    ) -> Result<bool> {
        let name = rating.map(|rating| match rating {
            Rating::Up => "up",
            Rating::Down => "down",
        });
        let done = sqlx::query(
            "UPDATE turns SET rating = $1, rating_reason = $2 \
             WHERE id = $3 AND conversation_id = $4",
        )
        .bind(name)
        .bind(reason)
        .bind(turn_id)
        .bind(conversation_id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

async fn insert(connection: &mut AnyConnection, conversation: &Conversation, token: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO conversations (id, community_id, channel, variety, token_sha256, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&conversation.id)
    .bind(&conversation.community_id)
    .bind(&conversation.channel)
    .bind(conversation.variety.as_deref())
    .bind(digest(token))
    .bind(conversation.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_turn(
    connection: &mut AnyConnection,
    conversation_id: &str,
    turn: &Turn,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO turns (id, conversation_id, ordinal, client_id, text, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&turn.id)
    .bind(conversation_id)
    .bind(i64::from(turn.ordinal))
    .bind(&turn.client_id)
    .bind(&turn.text)
    .bind(turn.created_at)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE conversations SET spoken = 1 WHERE id = $1 AND spoken = 0")
        .bind(conversation_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps the reply of a turn and the work order that follows from it.
async fn finish(
    transaction: &mut Transaction<'_, Any>,
    turn_id: &str,
    mut reply: Reply,
    order: Option<NewWorkOrder>,
) -> Result<Reply> {
    if let Some(order) = order {
        let filed = work_orders::file(transaction, turn_id, &order).await?;
        reply.announce(&filed);
        reply.work_order = Some(filed);
    }
    let done = sqlx::query("UPDATE turns SET reply = $1, finished_at = $2 WHERE id = $3 AND reply IS NULL")
        .bind(serde_json::to_string(&reply)?)
        .bind(now())
        .bind(turn_id)
        .execute(&mut **transaction)
        .await?;
    ensure!(done.rows_affected() == 1, "turn {turn_id} has a reply already");
    Ok(reply)
}

impl Reply {
    /// Tells the resident the number and code of the work order that was just filed.
    fn announce(&mut self, filed: &FiledWorkOrder) {
        let told = crate::conversation::Sentence::plain(format!(
            "工单号是 {}，查询码是 {}。凭这两个号可以随时问进度。",
            filed.number, filed.lookup_code
        ));
        // A question to the resident stays the last word.
        let place = self.sentences.len() - usize::from(self.asked.is_some() && !self.sentences.is_empty());
        self.sentences.insert(place, told);
    }
}

/// SHA-256 of a secret, so that who reads the database can't use it.
fn digest(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read(row: &sqlx::any::AnyRow) -> Result<Turn> {
    let reply: Option<String> = row.try_get("reply")?;
    let rating: Option<String> = row.try_get("rating")?;
    Ok(Turn {
        id: row.try_get("id")?,
        ordinal: row.try_get::<i64, _>("ordinal")? as u32,
        client_id: row.try_get("client_id")?,
        text: row.try_get("text")?,
        reply: reply
            .map(|json| serde_json::from_str(&json).context("a kept reply can't be read"))
            .transpose()?,
        rating: match rating.as_deref() {
            Some("up") => Some(Rating::Up),
            Some("down") => Some(Rating::Down),
            _ => None,
        },
        created_at: row.try_get("created_at")?,
        finished_at: row.try_get("finished_at")?,
    })
}

/// The turns of a conversation before `ordinal`, inside a transaction.
pub(super) async fn turns_until(
    transaction: &mut Transaction<'_, Any>,
    conversation_id: &str,
    turn_id: &str,
) -> Result<Vec<Turn>> {
    sqlx::query(
        "SELECT * FROM turns WHERE conversation_id = $1 \
         AND ordinal <= (SELECT ordinal FROM turns WHERE id = $2) ORDER BY ordinal",
    )
    .bind(conversation_id)
    .bind(turn_id)
    .fetch_all(&mut **transaction)
    .await?
    .iter()
    .map(read)
    .collect()
}
