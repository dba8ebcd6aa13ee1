//! Accounts and the roles they hold.

mod change;
mod sign_in;

use anyhow::Result;
use serde::Serialize;
use sqlx::{Any, AnyPool, Row, Transaction};

pub use change::{AccountEdit, NewAccount};
pub use sign_in::Attempt;

use super::Store;
use super::audit::Person;
use crate::accounts::{self, HeldRole, Permission};

/// Somebody who works here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Name for signing in.
    pub login: String,
    /// Name as others read it.
    pub name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Address for e-mail.
    pub email: Option<String>,
    /// What it is, and where.
    pub roles: Vec<HeldRole>,
    /// Whether the password was given by somebody else and must be changed first.
    pub must_change: bool,
    /// Whether it may sign in no more.
    pub disabled: bool,
    /// Until when wrong passwords have locked it.
    pub locked_until: Option<i64>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl Account {
    /// Whether it may do something at the node with this path.
    pub fn may(&self, permission: Permission, path: &str) -> bool {
        accounts::may(&self.roles, permission, path)
    }

    /// Paths of the highest nodes at and below which it may do something; empty: nowhere.
    pub fn scopes(&self, permission: Permission) -> Vec<String> {
        accounts::scopes(&self.roles, permission)
    }

    /// Its name and id, as others see it.
    pub fn person(&self) -> Person {
        Person {
            id: self.id.clone(),
            name: self.name.clone(),
        }
    }
}

impl Store {
    /// The account with this id.
    pub async fn find_account(&self, id: &str) -> Result<Option<Account>> {
        self.account_where("SELECT * FROM accounts WHERE id = $1", id).await
    }

    /// The account with this sign-in name.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>> {
        self.account_where("SELECT * FROM accounts WHERE login = $1", login).await
    }

    /// Every account, by name.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = sqlx::query("SELECT * FROM accounts ORDER BY name, login")
            .fetch_all(&self.pool)
            .await?;
        let roles = sqlx::query(
            "SELECT r.account_id, r.role, c.id, c.name, c.path FROM account_roles r \
             JOIN communities c ON c.id = r.community_id ORDER BY r.account_id, c.path, r.role",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut by_account: std::collections::HashMap<String, Vec<HeldRole>> = std::collections::HashMap::new();
        for row in &roles {
            by_account
                .entry(row.try_get("account_id")?)
                .or_default()
                .push(held(row)?);
        }
        rows.iter()
            .map(|row| {
                let id: String = row.try_get("id")?;
                read(row, by_account.remove(&id).unwrap_or_default())
            })
            .collect()
    }

    /// Whether there is any account.
    pub async fn has_accounts(&self) -> Result<bool> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM accounts")
            .fetch_one(&self.pool)
            .await?;
        Ok(count > 0)
    }

    async fn account_where(&self, sql: &'static str, value: &str) -> Result<Option<Account>> {
        let row = sqlx::query(sql).bind(value).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let id: String = row.try_get("id")?;
        Ok(Some(read(&row, roles(&self.pool, &id).await?)?))
    }
}

const ROLES: &str = "SELECT r.role, c.id, c.name, c.path FROM account_roles r \
     JOIN communities c ON c.id = r.community_id WHERE r.account_id = $1 ORDER BY c.path, r.role";

async fn roles(pool: &AnyPool, account_id: &str) -> Result<Vec<HeldRole>> {
    let rows = sqlx::query(ROLES).bind(account_id).fetch_all(pool).await?;
    rows.iter().map(held).collect()
}

/// The account as a transaction sees it.
async fn account_in(transaction: &mut Transaction<'_, Any>, id: &str) -> Result<Option<Account>> {
    let row = sqlx::query("SELECT * FROM accounts WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let rows = sqlx::query(ROLES).bind(id).fetch_all(&mut **transaction).await?;
    let roles = rows.iter().map(held).collect::<Result<_>>()?;
    Ok(Some(read(&row, roles)?))
}

fn held(row: &sqlx::any::AnyRow) -> Result<HeldRole> {
    Ok(HeldRole {
        community_id: row.try_get("id")?,
        community_name: row.try_get("name")?,
        path: row.try_get("path")?,
        role: row.try_get::<String, _>("role")?.parse()?,
    })
}

fn read(row: &sqlx::any::AnyRow, roles: Vec<HeldRole>) -> Result<Account> {
    Ok(Account {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        phone: row.try_get("phone")?,
        email: row.try_get("email")?,
        roles,
        must_change: row.try_get::<i64, _>("must_change")? != 0,
        disabled: row.try_get::<Option<i64>, _>("disabled_at")?.is_some(),
        locked_until: row.try_get("locked_until")?,
        created_at: row.try_get("created_at")?,
    })
}
