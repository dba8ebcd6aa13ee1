//! `xiangyin accounts`: who works here, for the operator of the machine.

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Call, output};
use crate::accounts::{Passwords, Role, check_login, one_time_password};
use crate::first_sign_in::FirstSignIn;
use crate::store::{Account, AccountEdit, Actor, NewAccount, Store};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the accounts with their roles
    List,
    /// Adds an account and prints its one-time password
    Add(Add),
    /// Gives an account a new one-time password, unlocks it and ends its sessions
    ResetPassword {
        /// Sign-in name
        login: String,
    },
    /// Lets an account sign in no more and ends its sessions
    Disable {
        /// Sign-in name
        login: String,
    },
    /// Lets a disabled account sign in again
    Enable {
        /// Sign-in name
        login: String,
    },
    /// Gives and takes roles
    Roles(Roles),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Sign-in name
    login: String,
    /// Name as others read it
    #[arg(long)]
    name: String,
    /// Telephone number
    #[arg(long)]
    phone: Option<String>,
    /// Address for e-mail
    #[arg(long)]
    email: Option<String>,
    /// A role and the place where it is held, such as worker@demo; may be repeated
    #[arg(long = "role", value_name = "ROLE@PLACE", value_parser = role_at)]
    roles: Vec<(Role, String)>,
}

#[derive(Debug, Args)]
pub(super) struct Roles {
    /// Sign-in name
    login: String,
    /// A role to be held from now on, such as dispatcher@demo; may be repeated
    #[arg(long, value_name = "ROLE@PLACE", value_parser = role_at)]
    give: Vec<(Role, String)>,
    /// A role to be held no more; may be repeated
    #[arg(long, value_name = "ROLE@PLACE", value_parser = role_at)]
    take: Vec<(Role, String)>,
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let store = Store::open(&call.config().database_url()).await?;
    store.seed_communities().await?;
    match command {
        Command::List => list(call, &store).await?,
        Command::Add(new) => add(call, &store, new).await?,
        Command::ResetPassword { login } => reset(call, &store, &login).await?,
        Command::Disable { login } => disable(call, &store, &login, true).await?,
        Command::Enable { login } => disable(call, &store, &login, false).await?,
        Command::Roles(change) => roles(call, &store, change).await?,
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(call: &Call, store: &Store) -> Result<()> {
    let accounts = store.accounts().await?;
    if call.json {
        return output::json(&accounts);
    }
    if accounts.is_empty() {
        output::line("还没有账号；第一次启动 xiangyin serve 时会建好管理员。");
    }
    for account in accounts {
        print(&account);
    }
    Ok(())
}

async fn add(call: &Call, store: &Store, new: Add) -> Result<()> {
    let password = one_time_password();
    for (_, place) in &new.roles {
        store.community(place).await?;
    }
    let account = NewAccount {
        login: check_login(&new.login)?,
        name: new.name,
        phone: new.phone,
        email: new.email,
        roles: new.roles.into_iter().map(|(role, place)| (place, role)).collect(),
        password_hash: Passwords::new(1)?.hash(&password).await?,
    };
    let account = store
        .add_account(&account, &Actor::console())
        .await?
        .with_context(|| format!("登录名 {} 已经有人用了，请换一个", account.login))?;
    if call.json {
        return output::json(&json!({"account": account, "password": password}));
    }
    print(&account);
    tell(&password);
    Ok(())
}

async fn reset(call: &Call, store: &Store, login: &str) -> Result<()> {
    let account = find(store, login).await?;
    let password = one_time_password();
    let hash = Passwords::new(1)?.hash(&password).await?;
    store.reset_password(&account.id, &hash, &Actor::console()).await?;
    // What an earlier start wrote down opens nothing any more.
    FirstSignIn::new(&call.config().data_dir).changed(&account.login)?;
    if call.json {
        return output::json(&json!({"password": password}));
    }
    tell(&password);
    Ok(())
}

async fn disable(call: &Call, store: &Store, login: &str, disabled: bool) -> Result<()> {
    let edit = AccountEdit {
        disabled: Some(disabled),
        ..AccountEdit::default()
    };
    change(call, store, login, &edit).await
}

async fn roles(call: &Call, store: &Store, wanted: Roles) -> Result<()> {
    let account = find(store, &wanted.login).await?;
    let mut roles: Vec<(String, Role)> = account
        .roles
        .into_iter()
        .map(|held| (held.community_id, held.role))
        .collect();
    for (role, place) in wanted.take {
        let before = roles.len();
        roles.retain(|held| *held != (place.clone(), role));
        ensure!(roles.len() < before, "{} 没有角色 {role}@{place}", wanted.login);
    }
    for (role, place) in wanted.give {
        store.community(&place).await?;
        roles.push((place, role));
    }
    let edit = AccountEdit {
        roles: Some(roles),
        ..AccountEdit::default()
    };
    change(call, store, &wanted.login, &edit).await
}

async fn change(call: &Call, store: &Store, login: &str, edit: &AccountEdit) -> Result<()> {
    let id = find(store, login).await?.id;
    let account = store
        .edit_account(&id, edit, &Actor::console())
        .await?
        .context("the account is gone")?;
    if call.json {
        return output::json(&account);
    }
    print(&account);
    Ok(())
}

async fn find(store: &Store, login: &str) -> Result<Account> {
    store
        .account_by_login(&login.trim().to_lowercase())
        .await?
        .with_context(|| format!("没有账号 {login}；用 xiangyin accounts list 看有哪些"))
}

fn print(account: &Account) {
    let state = if account.disabled { "  已停用" } else { "" };
    output::line(format!("{}  {}{state}", account.login, account.name));
    for held in &account.roles {
        output::line(format!(
            "    {}@{}  {}（{}）",
            held.role,
            held.community_id,
            held.role.name(),
            held.community_name
        ));
    }
}

fn tell(password: &str) {
    output::line(format!("一次性密码 one-time password: {password}"));
    output::line("只显示这一次；首次登录后要改密码。");
}

fn role_at(text: &str) -> Result<(Role, String), String> {
    let (role, place) = text
        .split_once('@')
        .ok_or_else(|| "write it as role@place, such as worker@demo".to_owned())?;
    let role: Role = role.parse().map_err(|error| format!("{error}"))?;
    Ok((role, place.to_owned()))
}
