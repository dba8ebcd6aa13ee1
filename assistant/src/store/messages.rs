//! What people and the community say in a conversation, beside the replies of the machine; and who
//! has taken a conversation over.

use anyhow::Result;
use serde::Serialize;
use sqlx::{Any, Row, Transaction};

use super::audit::Person;
use super::jobs::{self, Job, NewJob};
use super::{Store, new_id};

/// A message to be kept.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// The conversation.
    pub conversation_id: &'a str,
    /// `worker` or `notice`.
    pub author: &'a str,
    /// The worker's account.
    pub account_id: Option<&'a str>,
    /// The order that it is about.
    pub work_order_id: Option<&'a str>,
    /// The words.
    pub text: &'a str,
    /// Names the message: the same name twice is one message.
    pub client_id: &'a str,
}

/// A message as the resident reads it.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Its id; later messages have greater ones.
    pub id: String,
    /// `worker` or `notice`.
    pub author: String,
    /// Name of the worker.
    pub name: Option<String>,
    /// The words.
    pub text: String,
    /// Number of the order that it is about.
    pub work_order: Option<String>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// Whether a person speaks with the resident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Who has taken over; `None`: the machine answers.
    pub holder: Option<Person>,
    /// Since when the resident waits for a person, in milliseconds since 1970.
    pub person_asked_at: Option<i64>,
}

/// Keeps a message inside a transaction; one of the same name is not kept twice.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Any>,
    message: &NewMessage<'_>,
    at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO messages (id, conversation_id, author, account_id, work_order_id, text, client_id, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (conversation_id, client_id) DO NOTHING",
    )
    .bind(new_id())
    .bind(message.conversation_id)
    .bind(message.author)
    .bind(message.account_id)
    .bind(message.work_order_id)
    .bind(message.text)
    .bind(message.client_id)
    .bind(at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl Store {
    /// Keeps a message.
    pub async fn say(&self, message: &NewMessage<'_>, at: i64) -> Result<()> {
        let mut transaction = self.write().await?;
        insert(&mut transaction, message, at).await?;
        Ok(transaction.commit().await?)
    }

    /// The messages of a conversation after one of them, oldest first.
    pub async fn messages(&self, conversation_id: &str, after: &str) -> Result<Vec<Message>> {
        sqlx::query(
            "SELECT m.*, a.name, o.number FROM messages m LEFT JOIN accounts a ON a.id = m.account_id \
             LEFT JOIN work_orders o ON o.id = m.work_order_id \
             WHERE m.conversation_id = $1 AND m.id > $2 ORDER BY m.id",
        )
        .bind(conversation_id)
        .bind(after)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            Ok(Message {
                id: row.try_get("id")?,
                author: row.try_get("author")?,
                name: row.try_get("name")?,
                text: row.try_get("text")?,
                work_order: row.try_get("number")?,
                at: row.try_get("at")?,
            })
        })
        .collect()
    }

    /// Whether a person speaks with the resident of a conversation.
    pub async fn holding(&self, conversation_id: &str) -> Result<Holding> {
        let row = sqlx::query(
            "SELECT c.holder_id, a.name, c.person_asked_at FROM conversations c \
             LEFT JOIN accounts a ON a.id = c.holder_id WHERE c.id = $1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(Holding::default()) };
        let id: Option<String> = row.try_get("holder_id")?;
        let name: Option<String> = row.try_get("name")?;
        Ok(Holding {
            holder: id.zip(name).map(|(id, name)| Person { id, name }),
            person_asked_at: row.try_get("person_asked_at")?,
        })
    }

    /// Notes that the resident waits for a person, from `at` on, where nobody is there yet; who
    /// has come to nobody is told so after `wait_ms`.
    pub async fn ask_for_person(&self, conversation_id: &str, at: i64, wait_ms: i64) -> Result<()> {
        let mut transaction = self.write().await?;
        let asked_at: Option<i64> = sqlx::query_scalar(
            "UPDATE conversations SET person_asked_at = COALESCE(person_asked_at, $1) \
             WHERE id = $2 AND holder_id IS NULL RETURNING person_asked_at",
        )
        .bind(at)
        .bind(conversation_id)
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(asked_at) = asked_at {
            let job = NewJob {
                job: Job::NobodyCame {
                    conversation_id: conversation_id.to_owned(),
                    asked_at: Some(asked_at),
                },
                key: Some(format!("person {conversation_id} {asked_at}")),
                run_at: asked_at + wait_ms,
            };
            jobs::enqueue(&mut transaction, &job).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Notes that a person has come to the resident outside the desk, on the telephone.
    pub async fn person_came(&self, conversation_id: &str) -> Result<()> {
        sqlx::query("UPDATE conversations SET person_asked_at = NULL WHERE id = $1")
            .bind(conversation_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives the conversation to an account, with the words that tell the resident; `false` where
    /// somebody else has it. Who then says nothing for `wait_ms` loses it again.
    pub async fn take_over(
        &self,
        conversation_id: &str,
        account_id: &str,
        told: &str,
        at: i64,
        wait_ms: i64,
    ) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE conversations SET holder_id = $1, held_at = $2, person_asked_at = NULL \
             WHERE id = $3 AND holder_id IS NULL",
        )
        .bind(account_id)
        .bind(at)
        .bind(conversation_id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let job = NewJob::await_word(conversation_id, &at.to_string(), wait_ms, at);
        jobs::enqueue(&mut transaction, &job).await?;
        tell(&mut transaction, conversation_id, told, at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Gives the conversation back to the machine, with the words that tell the resident; `false`
    /// where it was not taken by this account.
    pub async fn give_back(&self, conversation_id: &str, account_id: &str, told: &str, at: i64) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE conversations SET holder_id = NULL, held_at = NULL WHERE id = $1 AND holder_id = $2",
        )
        .bind(conversation_id)
        .bind(account_id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tell(&mut transaction, conversation_id, told, at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Tells the resident that nobody came, and stops waiting; `false` where somebody did come
    /// since the person was asked for at `asked_at`.
    pub async fn nobody_came(
        &self,
        conversation_id: &str,
        asked_at: Option<i64>,
        told: &str,
        at: i64,
    ) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE conversations SET person_asked_at = NULL \
             WHERE id = $1 AND holder_id IS NULL \
             AND person_asked_at = COALESCE(CAST($2 AS BIGINT), person_asked_at)",
        )
        .bind(conversation_id)
        .bind(asked_at)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tell(&mut transaction, conversation_id, told, at).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

pub(super) async fn tell(
    transaction: &mut Transaction<'_, Any>,
    conversation_id: &str,
    text: &str,
    at: i64,
) -> Result<(), sqlx::Error> {
    let message = NewMessage {
        conversation_id,
        author: "notice",
        account_id: None,
        work_order_id: None,
        text,
        client_id: &new_id(),
    };
    insert(transaction, &message, at).await
}
