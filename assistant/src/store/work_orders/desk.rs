//! What staff do with an order beside moving it: correct it, write about it, add files to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;

use super::super::jobs::{self, NewJob};
use super::super::messages::{self, NewMessage};
use super::super::{Store, new_id, now};
use super::moves::{Changed, MoveError, Moved, begin, trail};
use super::super::audit::Person;
use super::{NewEvent, happened};
use crate::work_orders::{Clocks, status_name};

/// How long somebody counts as looking at an order after the last sign, in milliseconds.
const PRESENT_MS: i64 = 40_000;

/// What a dispatcher corrects; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrderEdit {
    /// Name of the kind.
    pub kind: Option<String>,
    /// Who deals with such matters.
    pub department: Option<String>,
    /// Whether it alerts at once.
    pub urgent: Option<bool>,
    /// The community or grid that it belongs to.
    pub community_id: Option<String>,
    /// What is known about it.
    pub slots: Option<BTreeMap<String, String>>,
}

/// Who looks at an order.
#[derive(Clone, Debug, Serialize)]
pub struct Present {
    /// Who.
    pub person: Person,
    /// Whether they are writing.
    pub writing: bool,
}

/// A file to be kept with an order; its bytes lie in the attachments folder under their digest.
#[derive(Clone, Debug)]
pub struct NewAttachment<'a> {
    /// `before`, `after` or `other`.
    pub stage: &'a str,
    /// Name of the file.
    pub name: &'a str,
    /// Such as `image/jpeg`.
    pub media_type: &'a str,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of the bytes.
    pub sha256: &'a str,
}

/// A file of an order.
#[derive(Clone, Debug, Serialize)]
pub struct Attachment {
    /// Its id.
    pub id: String,
    /// `before`, `after` or `other`.
    pub stage: String,
    /// Name of the file.
    pub name: String,
    /// Such as `image/jpeg`.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of the bytes.
    #[serde(skip)]
    pub sha256: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

/// A note in which somebody was named.
#[derive(Clone, Debug, Serialize)]
pub struct Mention {
    /// Id of the event of the note.
    pub event: String,
    /// Number of the order.
    pub number: String,
    /// The note.
    pub text: String,
    /// Who wrote it.
    pub by: Option<Person>,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Whether it was looked at.
    pub seen: bool,
}

impl Store {
    /// Corrects an order. A new kind or urgency sets new limits that count from the filing.
    pub async fn edit_order(&self, number: &str, edit: &OrderEdit, change: Changed<'_>) -> Result<Moved, MoveError> {
        let mut transaction = self.write().await?;
        let Some(order) = begin(self, &mut transaction, number, change).await? else {
            drop(transaction);
            let order = self.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
            return Ok(Moved { order, repeated: true });
        };
        let kind = edit.kind.as_ref().unwrap_or(&order.kind);
        let urgent = edit.urgent.unwrap_or(order.urgent);
        let mut said = Vec::new();
        let mut clocks = order.clocks.clone();
        if (kind, urgent) != (&order.kind, order.urgent) {
            if kind != &order.kind {
                said.push(format!("类型：{} → {kind}", order.kind));
            }
            if urgent != order.urgent {
                said.push(if urgent { "标为紧急" } else { "不再紧急" }.to_owned());
            }
            if let (Some(kind), Some(started)) =
                (change.kinds.get(kind), clocks.finish.as_ref().map(crate::working_time::Clock::started_at))
            {
                let fresh = Clocks::start(kind, urgent, started);
                let signed = clocks.respond.as_ref().is_some_and(|clock| clock.stopped_at().is_some());
                if !signed {
                    clocks.respond = fresh.respond;
                }
                clocks.finish = fresh.finish;
            }
        }
        let department = edit.department.as_ref().or(order.department.as_ref());
        if edit.department.is_some() && edit.department != order.department {
            said.push(format!("部门：{}", department.map_or("", String::as_str)));
        }
        let community = edit.community_id.as_ref().unwrap_or(&order.community_id);
        if community != &order.community_id {
            let name: Option<String> = sqlx::query_scalar("SELECT name FROM communities WHERE id = $1")
                .bind(community)
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(name) = name else {
                return Err(anyhow::anyhow!("there is no community {community:?}").into());
            };
            said.push(format!("转到 {name}"));
        }
        let slots = edit.slots.as_ref().unwrap_or(&order.slots);
        if slots != &order.slots {
            said.push("修改了登记内容".to_owned());
        }
        let reading = clocks.read(change.time, change.now);
        let at = change.now.as_millisecond();
        sqlx::query(
            "UPDATE work_orders SET kind = $1, urgent = $2, department = $3, \
             department_confidence = CASE WHEN $4 = 1 THEN NULL ELSE department_confidence END, \
             community_id = $5, place_path = (SELECT path FROM communities WHERE id = $5), slots = $6, \
             clocks = $7, clock_status = $8, due_at = $9, clock_next_at = $10, updated_at = $11, \
             version = version + 1 WHERE id = $12",
        )
        .bind(kind)
        .bind(i64::from(urgent))
        .bind(department)
        .bind(i64::from(edit.department.is_some()))
        .bind(community)
        .bind(serde_json::to_string(slots).map_err(anyhow::Error::from)?)
        .bind(serde_json::to_string(&clocks).map_err(anyhow::Error::from)?)
        .bind(status_name(reading.status))
        .bind(reading.due_at)
        .bind(reading.next_at)
        .bind(at)
        .bind(&order.id)
        .execute(&mut *transaction)
        .await?;
        if let Some(department) = &edit.department {
            sqlx::query(
                "INSERT INTO department_corrections (work_order_id, text, department, at) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT (work_order_id) DO UPDATE SET \
                 department = excluded.department, at = excluded.at",
            )
            .bind(&order.id)
            .bind(&order.question)
            .bind(department)
            .bind(at)
            .execute(&mut *transaction)
            .await?;
        }
        let text = if said.is_empty() { "没有改动".to_owned() } else { said.join("；") };
        let event = NewEvent {
            open: false,
            account_id: change.actor.account_id(),
            request_id: Some(change.request_id),
            ..NewEvent::open("edited", &text)
        };
        happened(&mut transaction, &order.id, event, at).await?;
        if urgent && !order.urgent && order.state.awaits_signature() {
            jobs::enqueue(&mut transaction, &NewJob::urgent(&order.id, at)).await?;
        }
        trail(&mut transaction, &order, change.actor, "work_order.edit", json!({"what": text})).await?;
        transaction.commit().await?;
        let order = self.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
        Ok(Moved { order, repeated: false })
    }

    /// Keeps a note between workers; those named in it are told.
    pub async fn note(
        &self,
        number: &str,
        text: &str,
        mentions: &[String],
        change: Changed<'_>,
    ) -> Result<(), MoveError> {
        let mut transaction = self.write().await?;
        let Some(order) = begin(self, &mut transaction, number, change).await? else { return Ok(()) };
        let at = change.now.as_millisecond();
        let event = NewEvent {
            open: false,
            account_id: change.actor.account_id(),
            request_id: Some(change.request_id),
            ..NewEvent::open("note", text)
        };
        let event_id = happened(&mut transaction, &order.id, event, at).await?;
        for named in mentions {
            sqlx::query(
                "INSERT INTO mentions (event_id, account_id) SELECT $1, id FROM accounts WHERE id = $2 \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&event_id)
            .bind(named)
            .execute(&mut *transaction)
            .await?;
        }
        trail(&mut transaction, &order, change.actor, "work_order.note", json!({})).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes to the resident, on the channel they came by.
    pub async fn write_to_resident(&self, number: &str, text: &str, change: Changed<'_>) -> Result<(), MoveError> {
        let mut transaction = self.write().await?;
        let Some(order) = begin(self, &mut transaction, number, change).await? else { return Ok(()) };
        let at = change.now.as_millisecond();
        let event = NewEvent {
            account_id: change.actor.account_id(),
            request_id: Some(change.request_id),
            ..NewEvent::open("message", text)
        };
        happened(&mut transaction, &order.id, event, at).await?;
        let message = NewMessage {
            conversation_id: &order.conversation_id,
            author: "worker",
            account_id: change.actor.account_id(),
            work_order_id: Some(&order.id),
            text,
            client_id: change.request_id,
        };
        messages::insert(&mut transaction, &message, at).await?;
        trail(&mut transaction, &order, change.actor, "work_order.message", json!({})).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps what is known of a file whose bytes are stored already.
    pub async fn attach(
        &self,
        number: &str,
        new: &NewAttachment<'_>,
        account_id: Option<&str>,
        at: i64,
    ) -> Result<Attachment, MoveError> {
        let mut transaction = self.write().await?;
        let order = super::lock(self, &mut transaction, number).await?.ok_or(MoveError::NoSuchOrder)?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO attachments (id, work_order_id, stage, name, media_type, size, sha256, account_id, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&id)
        .bind(&order.id)
        .bind(new.stage)
        .bind(new.name)
        .bind(new.media_type)
        .bind(new.size)
        .bind(new.sha256)
        .bind(account_id)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        let text = format!("上传了 {}", new.name);
        let event = NewEvent {
            open: false,
            account_id,
            ..NewEvent::open("attached", &text)
        };
        happened(&mut transaction, &order.id, event, at).await?;
        transaction.commit().await?;
        Ok(Attachment {
            id,
            stage: new.stage.to_owned(),
            name: new.name.to_owned(),
            media_type: new.media_type.to_owned(),
            size: new.size,
            sha256: new.sha256.to_owned(),
            created_at: at,
        })
    }

    /// The files of an order, oldest first.
    pub async fn attachments(&self, work_order_id: &str) -> anyhow::Result<Vec<Attachment>> {
        sqlx::query("SELECT * FROM attachments WHERE work_order_id = $1 ORDER BY id")
            .bind(work_order_id)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(Attachment {
                    id: row.try_get("id")?,
                    stage: row.try_get("stage")?,
                    name: row.try_get("name")?,
                    media_type: row.try_get("media_type")?,
                    size: row.try_get("size")?,
                    sha256: row.try_get("sha256")?,
                    created_at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// Notes that an account has an order open, and whether it writes; `None`: that it has left.
    /// Returns whether that is news to the others.
    pub async fn present(
        &self,
        work_order_id: &str,
        account_id: &str,
        writing: Option<bool>,
    ) -> anyhow::Result<bool> {
        let at = now();
        let seen_at = if writing.is_some() { at } else { 0 };
        let changed_at: i64 = sqlx::query_scalar(
            "INSERT INTO presence (work_order_id, account_id, writing, seen_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (work_order_id, account_id) DO UPDATE SET \
             changed_at = CASE WHEN presence.writing <> excluded.writing \
             OR (presence.seen_at > $6) <> (excluded.seen_at > $6) \
             THEN excluded.changed_at ELSE presence.changed_at END, \
             writing = excluded.writing, seen_at = excluded.seen_at RETURNING changed_at",
        )
        .bind(work_order_id)
        .bind(account_id)
        .bind(i64::from(writing.unwrap_or_default()))
        .bind(seen_at)
        .bind(at)
        .bind(at - PRESENT_MS)
        .fetch_one(&self.pool)
        .await?;
        Ok(changed_at == at)
    }

    /// Who else has an order open just now.
    pub async fn others_present(&self, work_order_id: &str, account_id: &str) -> anyhow::Result<Vec<Present>> {
        sqlx::query(
            "SELECT a.id, a.name, p.writing FROM presence p JOIN accounts a ON a.id = p.account_id \
             WHERE p.work_order_id = $1 AND p.account_id <> $2 AND p.seen_at > $3 ORDER BY a.name",
        )
        .bind(work_order_id)
        .bind(account_id)
        .bind(now() - PRESENT_MS)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            Ok(Present {
                person: Person {
                    id: row.try_get("id")?,
                    name: row.try_get("name")?,
                },
                writing: row.try_get::<i64, _>("writing")? != 0,
            })
        })
        .collect()
    }

    /// The newest notes in which an account was named.
    pub async fn mentions(&self, account_id: &str) -> anyhow::Result<Vec<Mention>> {
        sqlx::query(
            "SELECT e.id, e.body, e.at, o.number, m.seen_at, a.id AS by_id, a.name FROM mentions m \
             JOIN work_order_events e ON e.id = m.event_id JOIN work_orders o ON o.id = e.work_order_id \
             LEFT JOIN accounts a ON a.id = e.account_id \
             WHERE m.account_id = $1 ORDER BY e.at DESC LIMIT 200",
        )
        .bind(account_id)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let by: Option<String> = row.try_get("by_id")?;
            let name: Option<String> = row.try_get("name")?;
            Ok(Mention {
                event: row.try_get("id")?,
                number: row.try_get("number")?,
                text: row.try_get("body")?,
                by: by.zip(name).map(|(id, name)| Person { id, name }),
                at: row.try_get("at")?,
                seen: row.try_get::<Option<i64>, _>("seen_at")?.is_some(),
            })
        })
        .collect()
    }

    /// Notes that an account has looked at a note in which it was named.
    pub async fn mention_seen(&self, event_id: &str, account_id: &str) -> anyhow::Result<()> {
        sqlx::query("UPDATE mentions SET seen_at = $1 WHERE event_id = $2 AND account_id = $3 AND seen_at IS NULL")
            .bind(now())
            .bind(event_id)
            .bind(account_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What dispatchers chose, the oldest first: text and department.
    pub async fn department_corrections(&self) -> anyhow::Result<Vec<(String, String)>> {
        Ok(sqlx::query_as("SELECT text, department FROM department_corrections ORDER BY at, work_order_id")
            .fetch_all(&self.pool)
            .await?)
    }
}
