//! The first administrator: made when nobody can sign in yet, with a password to be used once.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::accounts::{Passwords, Role, one_time_password};
use crate::store::{Actor, NewAccount, ROOT, Store};

/// Sign-in name of the first administrator.
const LOGIN: &str = "admin";

/// The file that tells the first password until it is changed.
#[derive(Clone, Debug)]
pub(crate) struct FirstSignIn {
    path: PathBuf,
}

impl FirstSignIn {
    /// The file in this data folder; it may be there or not.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join("first-sign-in.txt"),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the first administrator where there is no account at all, and returns sign-in name
    /// and password; removes a file that tells a password of the past.
    pub(crate) async fn prepare(
        &self,
        store: &Store,
        passwords: &Passwords,
    ) -> Result<Option<(&'static str, String)>> {
        if store.has_accounts().await? {
            if store.account_by_login(LOGIN).await?.is_none_or(|account| !account.must_change) {
                self.remove()?;
            }
            return Ok(None);
        }
        let password = one_time_password();
        // First the file: an account whose password nobody has would lock everybody out.
        self.write(&password)?;
        let new = NewAccount {
            login: LOGIN.to_owned(),
            name: "系统管理员".to_owned(),
            roles: vec![(ROOT.to_owned(), Role::Administrator)],
            password_hash: passwords.hash(&password).await?,
            ..NewAccount::default()
        };
        if store.add_account(&new, &Actor::program()).await?.is_none() {
            // Another node was faster.
            self.remove()?;
            return Ok(None);
        }
        Ok(Some((LOGIN, password)))
    }

    /// Removes the file once the password of this account was changed, where it tells that one.
    pub(crate) fn changed(&self, login: &str) -> Result<()> {
        if login == LOGIN { self.remove() } else { Ok(()) }
    }

    fn write(&self, password: &str) -> Result<()> {
        self.remove()?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        writeln!(file, "login: {LOGIN}\npassword: {password}")?;
        Ok(file.sync_all()?)
    }

    fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.path.display()))
            }
            _ => Ok(()),
        }
    }
}
