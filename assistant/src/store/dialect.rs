//! What SQLite and PostgreSQL say differently, laid on the common schema when a store is opened.

use anyhow::Result;
use sqlx::{Any, AnyPool, Transaction};

/// Keeps two nodes that start at once from doing this twice.
const STARTING: i64 = 0x7869_616e_6779_696e;

/// Refuses changes to the audit trail.
const SQLITE: [&str; 2] = [
    "CREATE TRIGGER IF NOT EXISTS audit_events_keep BEFORE UPDATE ON audit_events \
     BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_events_stay BEFORE DELETE ON audit_events \
     BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
];

/// The same, and paths in the order of their bytes, so that a subtree is a range of them whatever
/// language the database was made for.
const POSTGRES: [&str; 5] = [
    "CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'the audit trail cannot be changed'; END $$",
    "CREATE TRIGGER audit_events_keep BEFORE UPDATE OR DELETE ON audit_events \
     FOR EACH ROW EXECUTE FUNCTION audit_events_refuse()",
    "CREATE TRIGGER audit_events_stay BEFORE TRUNCATE ON audit_events \
     FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse()",
    "ALTER TABLE communities ALTER COLUMN path TYPE TEXT COLLATE \"C\"",
    "ALTER TABLE work_orders ALTER COLUMN place_path TYPE TEXT COLLATE \"C\"",
];

/// Lays it on, where it is not yet.
pub(super) async fn apply(pool: &AnyPool, sqlite: bool) -> Result<()> {
    if sqlite {
        for statement in SQLITE {
            sqlx::query(statement).execute(pool).await?;
        }
        return Ok(());
    }
    let mut transaction: Transaction<'_, Any> = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(STARTING)
        .execute(&mut *transaction)
        .await?;
    let there: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_trigger \
         WHERE tgname = 'audit_events_stay' AND tgrelid = 'audit_events'::regclass",
    )
    .fetch_one(&mut *transaction)
    .await?;
    if there == 0 {
        for statement in POSTGRES {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
    }
    Ok(transaction.commit().await?)
}
