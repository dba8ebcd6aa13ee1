//! What changes an account; each change is in the audit trail.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sqlx::{Any, Transaction};

use super::{Account, account_in};
use crate::accounts::Role;
use crate::store::audit::{Actor, AuditEntry, audit};
use crate::store::{Store, new_id, now, sessions};

/// An account to be added.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Name for signing in, as [`crate::accounts::check_login`] returns it.
    pub login: String,
    /// Name as others read it.
    pub name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Address for e-mail.
    pub email: Option<String>,
    /// Nodes and the roles held there.
    pub roles: Vec<(String, Role)>,
    /// Hash of the one-time password.
    pub password_hash: String,
}

/// What is to be changed; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct AccountEdit {
    /// Name as others read it.
    pub name: Option<String>,
    /// Telephone number; `Some(None)` takes it away.
    pub phone: Option<Option<String>>,
    /// Address for e-mail; `Some(None)` takes it away.
    pub email: Option<Option<String>>,
    /// All roles that it holds from now on.
    pub roles: Option<Vec<(String, Role)>>,
    /// Whether it may sign in no more.
    pub disabled: Option<bool>,
}

impl Store {
    /// Adds an account whose password must be changed at the first sign-in; `None` where the
    /// sign-in name is taken.
    pub async fn add_account(&self, new: &NewAccount, actor: &Actor) -> Result<Option<Account>> {
        let mut transaction = self.write().await?;
        let id = new_id();
        let done = sqlx::query(
            "INSERT INTO accounts (id, login, name, phone, email, password_hash, must_change, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (login) DO NOTHING",
        )
        .bind(&id)
        .bind(&new.login)
        .bind(&new.name)
        .bind(new.phone.as_deref())
        .bind(new.email.as_deref())
        .bind(&new.password_hash)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        set_roles(&mut transaction, &id, &new.roles).await?;
        let account = account_in(&mut transaction, &id)
            .await?
            .context("the account is not there")?;
        let details = json!({"login": account.login, "name": account.name, "roles": account.roles});
        note(&mut transaction, actor, "account.add", &account, details).await?;
        transaction.commit().await?;
        Ok(Some(account))
    }

    /// Changes an account; `None` where there is none. Disabling it ends its sessions.
    pub async fn edit_account(
        &self,
        id: &str,
        edit: &AccountEdit,
        actor: &Actor,
    ) -> Result<Option<Account>> {
        let mut transaction = self.write().await?;
        let Some(before) = account_in(&mut transaction, id).await? else {
            return Ok(None);
        };
        let disabled = edit.disabled.unwrap_or(before.disabled);
        sqlx::query(
            "UPDATE accounts SET name = $1, phone = $2, email = $3, \
             disabled_at = CASE WHEN $4 = 0 THEN NULL ELSE COALESCE(disabled_at, $5) END \
             WHERE id = $6",
        )
        .bind(edit.name.as_ref().unwrap_or(&before.name))
        .bind(edit.phone.as_ref().unwrap_or(&before.phone).as_deref())
        .bind(edit.email.as_ref().unwrap_or(&before.email).as_deref())
        .bind(i64::from(disabled))
        .bind(now())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        if let Some(roles) = &edit.roles {
            set_roles(&mut transaction, id, roles).await?;
        }
        if disabled {
            sessions::end_all(&mut transaction, id, None).await?;
        }
        let after = account_in(&mut transaction, id)
            .await?
            .context("the account is not there")?;
        let details = difference(&before, &after);
        if details.as_object().is_some_and(|changed| !changed.is_empty()) {
            note(&mut transaction, actor, "account.edit", &after, details).await?;
        }
        transaction.commit().await?;
        Ok(Some(after))
    }

    /// Gives an account a one-time password, unlocks it and ends its sessions; `false` where there
    /// is none.
    pub async fn reset_password(&self, id: &str, hash: &str, actor: &Actor) -> Result<bool> {
        let done = self.put_password(id, hash, true, None, actor, "account.reset_password");
        done.await
    }

    /// Keeps the password that the owner chose and ends the owner's other sessions.
    ///
    /// `session` is the digest of the session that stays.
    pub async fn change_password(
        &self,
        id: &str,
        hash: &str,
        session: &str,
        actor: &Actor,
    ) -> Result<bool> {
        let done =
            self.put_password(id, hash, false, Some(session), actor, "account.change_password");
        done.await
    }

    async fn put_password(
        &self,
        id: &str,
        hash: &str,
        must_change: bool,
        session: Option<&str>,
        actor: &Actor,
        action: &str,
    ) -> Result<bool> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "UPDATE accounts SET password_hash = $1, must_change = $2, failures = 0, \
             locked_until = NULL WHERE id = $3",
        )
        .bind(hash)
        .bind(i64::from(must_change))
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        let Some(account) = account_in(&mut transaction, id).await? else {
            return Ok(false);
        };
        sessions::end_all(&mut transaction, id, session).await?;
        let details = json!({"login": account.login});
        note(&mut transaction, actor, action, &account, details).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Writes into the trail what happened to an account, at the first node where it holds a role.
pub(super) async fn note(
    transaction: &mut Transaction<'_, Any>,
    actor: &Actor,
    action: &str,
    account: &Account,
    details: Value,
) -> Result<()> {
    let entry = AuditEntry {
        actor,
        action,
        subject: format!("account:{}", account.id),
        community_id: account.roles.first().map(|held| held.community_id.as_str()),
        details,
    };
    audit(transaction, &entry).await
}

async fn set_roles(
    transaction: &mut Transaction<'_, Any>,
    account_id: &str,
    roles: &[(String, Role)],
) -> Result<()> {
    sqlx::query("DELETE FROM account_roles WHERE account_id = $1")
        .bind(account_id)
        .execute(&mut **transaction)
        .await?;
    for (community_id, role) in roles {
        sqlx::query(
            "INSERT INTO account_roles (account_id, community_id, role) VALUES ($1, $2, $3) \
             ON CONFLICT (account_id, community_id, role) DO NOTHING",
        )
        .bind(account_id)
        .bind(community_id)
        .bind(role.id())
        .execute(&mut **transaction)
        .await
        .with_context(|| format!("the role at {community_id} could not be kept"))?;
    }
    Ok(())
}

/// The fields that changed, each with what it was and what it is.
fn difference(before: &Account, after: &Account) -> Value {
    let pairs = [
        ("name", json!(before.name), json!(after.name)),
        ("phone", json!(before.phone), json!(after.phone)),
        ("email", json!(before.email), json!(after.email)),
        ("roles", json!(before.roles), json!(after.roles)),
        ("disabled", json!(before.disabled), json!(after.disabled)),
    ];
    pairs
        .into_iter()
        .filter(|(_, was, is)| was != is)
        .map(|(name, was, is)| (name.to_owned(), json!({"from": was, "to": is})))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
