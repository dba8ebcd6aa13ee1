//! What SQLite and PostgreSQL say differently, laid on the common schema when a store is opened.

use anyhow::Result;
use sqlx::{Any, AnyPool, AssertSqlSafe, Transaction};

use super::figures::{COUNTED, counted};

/// Keeps two nodes that start at once from doing this twice.
const STARTING: i64 = 0x7869_616e_6779_696e;

/// Refuses changes to the audit trail, and keeps what is searched in an index, because rows are wide
/// and a search reads all of them.
const SQLITE: [&str; 3] = [
    "CREATE INDEX IF NOT EXISTS work_orders_search ON work_orders (state, place_path, created_at, due_at, kind, \
     clock_status, urgent, assignee_id, id, number, question, slots, contact)",
    "CREATE TRIGGER IF NOT EXISTS audit_events_keep BEFORE UPDATE ON audit_events \
     BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_events_stay BEFORE DELETE ON audit_events \
     BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
];

/// Refuses the same; finds orders by the characters and pairs of characters that they hold, because
/// comparing all texts takes PostgreSQL too long and words of two characters are too short for
/// `pg_trgm`; and keeps paths in the order of their bytes, so that a subtree is a range of them whatever
/// language the database was made for.
const POSTGRES: [&str; 7] = [
    "CREATE FUNCTION work_order_grams(said TEXT) RETURNS TEXT[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE \
     COST 10000 AS $$ DECLARE characters TEXT[] := regexp_split_to_array(said, ''); grams TEXT[] := characters; \
     BEGIN FOR place IN 2 .. cardinality(characters) LOOP \
     grams := grams || (characters[place - 1] || characters[place]); END LOOP; RETURN grams; END $$",
    "CREATE INDEX work_orders_search ON work_orders USING gin \
     (work_order_grams(number || ' ' || question || ' ' || slots || ' ' || contact))",
    "CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'the audit trail cannot be changed'; END $$",
    "CREATE TRIGGER audit_events_keep BEFORE UPDATE OR DELETE ON audit_events \
     FOR EACH ROW EXECUTE FUNCTION audit_events_refuse()",
    "CREATE TRIGGER audit_events_stay BEFORE TRUNCATE ON audit_events \
     FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse()",
    "ALTER TABLE communities ALTER COLUMN path TYPE TEXT COLLATE \"C\"",
    "ALTER TABLE work_orders ALTER COLUMN place_path TYPE TEXT COLLATE \"C\"",
];

/// Where a long list begins by its limits, without sorting it; and few orders of a clock among many,
/// each with all by which the inbox narrows. SQLite sorts in no time what it reads in one index.
const POSTGRES_LISTS: [&str; 2] = [
    "CREATE INDEX IF NOT EXISTS work_orders_by_due ON work_orders ((COALESCE(due_at, 9000000000000000)), id) \
     INCLUDE (due_at, state, place_path, kind, clock_status, urgent, assignee_id, created_at)",
    "CREATE INDEX IF NOT EXISTS work_orders_by_clock_status ON work_orders (clock_status, place_path) \
     INCLUDE (state, kind, urgent, assignee_id, created_at, due_at, id)",
];

/// An index that holds all of a look at the figures.
fn counted_index() -> String {
    let columns: Vec<&str> = COUNTED.iter().map(|(column, _)| *column).collect();
    format!(
        "CREATE INDEX work_orders_counted ON work_orders (community_id, created_at, kind, {})",
        columns.join(", ")
    )
}

/// The columns that the figures sum up, computed when their index is written. Columns of earlier
/// versions stay: what is virtual takes no room.
async fn lay_counted(transaction: &mut Transaction<'_, Any>) -> Result<()> {
    let index = counted_index();
    let there: Option<String> =
        sqlx::query_scalar("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = 'work_orders_counted'")
            .fetch_optional(&mut **transaction)
            .await?;
    if there.as_ref() == Some(&index) {
        return Ok(());
    }
    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_xinfo('work_orders')")
        .fetch_all(&mut **transaction)
        .await?;
    let mut statements = vec!["DROP INDEX IF EXISTS work_orders_counted".to_owned()];
    for (column, conditions) in COUNTED {
        if columns.iter().all(|there| there != column) {
            let counted = counted(conditions);
            statements.push(format!(
                "ALTER TABLE work_orders ADD COLUMN {column} BIGINT GENERATED ALWAYS AS ({counted}) VIRTUAL"
            ));
        }
    }
    statements.push(index);
    statements.push("DROP INDEX IF EXISTS work_orders_figures".to_owned());
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// A transaction of one program at a time.
pub(super) async fn begin_alone(pool: &AnyPool, sqlite: bool) -> Result<Transaction<'static, Any>> {
    if sqlite {
        return Ok(pool.begin_with("BEGIN IMMEDIATE").await?);
    }
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(STARTING)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction)
}

/// Lays it on, where it is not yet.
pub(super) async fn apply(pool: &AnyPool, sqlite: bool) -> Result<()> {
    if sqlite {
        for statement in SQLITE {
            sqlx::query(statement).execute(pool).await?;
        }
    }
    let mut transaction = begin_alone(pool, sqlite).await?;
    if sqlite {
        lay_counted(&mut transaction).await?;
        return Ok(transaction.commit().await?);
    }
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
    for statement in POSTGRES_LISTS {
        sqlx::query(statement).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}
