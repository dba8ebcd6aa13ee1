//! The tree of places: 全国, 省, 市, 区, 街道, 社区, 网格.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sqlx::{Any, Row, Transaction};

use super::audit::Actor;
use super::{Store, now, places};

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Community {
    /// Its id: short and readable, such as `demo` or `山东-济南市`.
    pub id: String,
    /// The node above; `None` at the root.
    pub parent_id: Option<String>,
    /// 全国, 省, 市, 区, 街道, 社区 or 网格.
    pub kind: String,
    /// Its name as residents say it.
    pub name: String,
    /// What a conversation opens with, where the community has its own words.
    pub greeting: Option<String>,
    /// What is local, by the names of the starter pack's `fields.tsv`.
    pub fields: BTreeMap<String, String>,
    /// Sites that may embed the widget, such as `https://example.org`.
    pub allowed_origins: Vec<String>,
    /// Dialect of its residents, by its id in the crate `dialects`; `None`: that of the node above.
    pub variety: Option<String>,
    /// Ids from the root down to this node, each followed by a slash, such as `cn/demo/`.
    pub path: String,
    /// When staff work here, in the form of `working_time::WorkingHours`; `None`: as at the node above.
    pub working_hours: Option<serde_json::Value>,
    /// How staff are reached by telephone.
    pub phone: Option<String>,
}

/// Id of the root of the tree, whose documents hold everywhere.
pub(crate) const ROOT: &str = "cn";

impl Store {
    /// Makes the root and the sample community where they are missing.
    pub async fn seed_communities(&self) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO communities (id, kind, name, path, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
        )
        .bind(ROOT)
        .bind("全国")
        .bind("全国")
        .bind(format!("{ROOT}/"))
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        insert_community(&mut transaction, "demo", ROOT, "社区", "示范社区").await?;
        Ok(transaction.commit().await?)
    }

    /// Adds a node below another.
    pub async fn add_community(
        &self,
        id: &str,
        parent: &str,
        kind: &str,
        name: &str,
        actor: &Actor,
    ) -> Result<()> {
        self.community(parent).await?;
        self.add_place(id, parent, kind, name, actor)
            .await?
            .with_context(|| format!("the community {id} could not be added: the id is taken"))?;
        Ok(())
    }

    /// The node with this id.
    pub async fn community(&self, id: &str) -> Result<Community> {
        self.find_community(id).await?.with_context(|| {
            format!("there is no community {id:?}; `xiangyin communities list` shows them")
        })
    }

    /// The node with this id, where there is one.
    pub async fn find_community(&self, id: &str) -> Result<Option<Community>> {
        let row = sqlx::query("SELECT * FROM communities WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Every node, parents before their children.
    pub async fn communities(&self) -> Result<Vec<Community>> {
        sqlx::query("SELECT * FROM communities ORDER BY created_at, id")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The node and its ancestors, nearest first: whose documents hold for a resident of `id`.
    pub async fn lineage(&self, id: &str) -> Result<Vec<Community>> {
        let mut line = vec![self.community(id).await?];
        while let Some(parent) = line.last().and_then(|node| node.parent_id.clone()) {
            line.push(self.community(&parent).await?);
        }
        Ok(line)
    }

    /// The node for a path of places below the root, made where it is missing.
    pub async fn place(&self, path: &[String]) -> Result<String> {
        let mut transaction = self.write().await?;
        let mut parent = ROOT.to_owned();
        let mut id = String::new();
        for (depth, name) in path.iter().enumerate() {
            if !id.is_empty() {
                id.push('-');
            }
            id.push_str(name);
            let kind = ["省", "市", "区", "街道", "社区", "网格"][depth.min(5)];
            insert_community(&mut transaction, &id, &parent, kind, name).await?;
            parent.clone_from(&id);
        }
        transaction.commit().await?;
        Ok(parent)
    }

    /// Keeps what of a node may change: its name, what is local, the greeting, the dialect, the
    /// sites allowed to embed the widget, the working hours and the telephone number.
    pub async fn update_community(&self, community: &Community, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        let before = sqlx::query("SELECT * FROM communities WHERE id = $1")
            .bind(&community.id)
            .fetch_optional(&mut *transaction)
            .await?
            .as_ref()
            .map(read)
            .transpose()?
            .with_context(|| format!("there is no community {:?}", community.id))?;
        sqlx::query(
            "UPDATE communities SET name = $1, greeting = $2, fields = $3, allowed_origins = $4, \
             variety = $5, working_hours = $6, phone = $7 WHERE id = $8",
        )
        .bind(&community.name)
        .bind(community.greeting.as_deref())
        .bind(serde_json::to_string(&community.fields)?)
        .bind(serde_json::to_string(&community.allowed_origins)?)
        .bind(community.variety.as_deref())
        .bind(community.working_hours.as_ref().map(ToString::to_string))
        .bind(community.phone.as_deref())
        .bind(&community.id)
        .execute(&mut *transaction)
        .await?;
        let details = difference(&before, community)?;
        if details.as_object().is_some_and(|changed| !changed.is_empty()) {
            places::note(&mut transaction, actor, "place.edit", &community.id, details).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Adds a node below another inside a transaction; `false` where the id is taken or there is no
/// such parent.
pub(super) async fn insert_community(
    transaction: &mut Transaction<'_, Any>,
    id: &str,
    parent: &str,
    kind: &str,
    name: &str,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO communities (id, parent_id, kind, name, created_at, path) \
         SELECT $1, p.id, $3, $4, $5, p.path || $6 FROM communities p WHERE p.id = $2 \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(parent)
    .bind(kind)
    .bind(name)
    .bind(now())
    .bind(format!("{id}/"))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The fields that changed, each with what it was and what it is.
fn difference(before: &Community, after: &Community) -> Result<serde_json::Value> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let mut changed = serde_json::Map::new();
    for (name, is) in after.as_object().into_iter().flatten() {
        if before[name] != *is {
            changed.insert(name.clone(), serde_json::json!({"from": before[name], "to": is}));
        }
    }
    Ok(changed.into())
}

fn read(row: &sqlx::any::AnyRow) -> Result<Community> {
    Ok(Community {
        id: row.try_get("id")?,
        parent_id: row.try_get("parent_id")?,
        kind: row.try_get("kind")?,
        name: row.try_get("name")?,
        greeting: row.try_get("greeting")?,
        fields: serde_json::from_str(row.try_get("fields")?)?,
        allowed_origins: serde_json::from_str(row.try_get("allowed_origins")?)?,
        variety: row.try_get("variety")?,
        path: row.try_get("path")?,
        working_hours: row
            .try_get::<Option<String>, _>("working_hours")?
            .map(|json| serde_json::from_str(&json))
            .transpose()?,
        phone: row.try_get("phone")?,
    })
}
