//! The tree of places: 全国, 省, 市, 区, 街道, 社区, 网格.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sqlx::Row;

use super::{Store, now};

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
}

/// Id of the root of the tree, whose documents hold everywhere.
pub(crate) const ROOT: &str = "cn";

impl Store {
    /// Makes the root and the sample community where they are missing.
    pub async fn seed_communities(&self) -> Result<()> {
        let mut transaction = self.write().await?;
        for (id, parent, kind, name) in [
            (ROOT, None, "全国", "全国"),
            ("demo", Some(ROOT), "社区", "示范社区"),
        ] {
            sqlx::query(
                "INSERT INTO communities (id, parent_id, kind, name, created_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
            )
            .bind(id)
            .bind(parent)
            .bind(kind)
            .bind(name)
            .bind(now())
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Adds a node below another.
    pub async fn add_community(&self, id: &str, parent: &str, kind: &str, name: &str) -> Result<()> {
        self.community(parent).await?;
        sqlx::query(
            "INSERT INTO communities (id, parent_id, kind, name, created_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(parent)
        .bind(kind)
        .bind(name)
        .bind(now())
        .execute(&self.pool)
        .await
        .with_context(|| format!("the community {id} could not be added; is the id taken?"))?;
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
        let mut parent = ROOT.to_owned();
        let mut id = String::new();
        for (depth, name) in path.iter().enumerate() {
            if !id.is_empty() {
                id.push('-');
            }
            id.push_str(name);
            let kind = ["省", "市", "区", "街道", "社区", "网格"][depth.min(5)];
            sqlx::query(
                "INSERT INTO communities (id, parent_id, kind, name, created_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
            )
            .bind(&id)
            .bind(&parent)
            .bind(kind)
            .bind(name)
            .bind(now())
            .execute(&self.pool)
            .await?;
            parent.clone_from(&id);
        }
        Ok(parent)
    }

    /// Sets what is local, the greeting, the dialect and the sites allowed to embed the widget.
    pub async fn update_community(&self, community: &Community) -> Result<()> {
        sqlx::query(
            "UPDATE communities SET name = $1, greeting = $2, fields = $3, allowed_origins = $4, \
             variety = $5 WHERE id = $6",
        )
        .bind(&community.name)
        .bind(community.greeting.as_deref())
        .bind(serde_json::to_string(&community.fields)?)
        .bind(serde_json::to_string(&community.allowed_origins)?)
        .bind(community.variety.as_deref())
        .bind(&community.id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
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
    })
}
