//! A fresh database for each test.

use assistant::store::{Account, Actor, NewAccount, Store, new_id};
use assistant::accounts::Role;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

/// Names the server, such as `postgres://postgres@localhost/postgres?host=/run/postgresql`.
const SERVER: &str = "XIANGYIN_TEST_POSTGRES";

/// An empty database with the tree's first nodes.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
    // Removed with it.
    _folder: Option<TempDir>,
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("xiangyin.db").display());
        Self::open(url, Some(folder)).await
    }

    /// One of its own on the server; `None` where there is no server.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            eprintln!("SKIPPED: not run on PostgreSQL: {SERVER} names no server; see .ci/with-postgres");
            return None;
        };
        sqlx::any::install_default_drivers();
        let name = format!("test_{}", new_id().replace('-', ""));
        let mut connection = AnyConnection::connect(&server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        // The database is the path of the address, before what follows a question mark.
        let (address, options) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = address.rsplit_once('/').unwrap();
        Some(Self::open(format!("{host}/{name}?{options}"), None).await)
    }

    async fn open(url: String, folder: Option<TempDir>) -> Self {
        let store = Store::open(&url).await.unwrap();
        store.seed_communities().await.unwrap();
        Self {
            store,
            url,
            _folder: folder,
        }
    }

    /// A connection past the store, as somebody with the database's password has it.
    pub(crate) async fn connect(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }

    /// Adds an account with these roles.
    pub(crate) async fn account(&self, login: &str, roles: &[(&str, Role)]) -> Account {
        let new = NewAccount {
            login: login.to_owned(),
            name: format!("姓{login}"),
            roles: roles.iter().map(|(place, role)| ((*place).to_owned(), *role)).collect(),
            password_hash: format!("hash of {login}"),
            ..NewAccount::default()
        };
        self.store.add_account(&new, &Actor::program()).await.unwrap().unwrap()
    }

    /// Adds a node.
    pub(crate) async fn place(&self, id: &str, parent: &str) {
        self.store.add_community(id, parent, "社区", id, &Actor::program()).await.unwrap();
    }
}

/// Makes of each function a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::database::Database::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(database) = $crate::database::Database::postgres().await {
                    super::$name(database).await;
                }
            })*
        }
    };
}
