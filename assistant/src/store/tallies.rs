//! Tallies that the database keeps by itself: what the figures count, added up by place and month.
//!
//! Triggers add the difference in the transaction of whatever changes an order or a conversation, so
//! they are exact at any moment and no way of writing can forget them. Reading all orders of two years
//! takes too long for a page that looks at them by place, by kind and by month.

use anyhow::Result;
use sqlx::{AnyPool, AssertSqlSafe};

use super::dialect;
use super::figures::COUNTED;
use super::places::outermost;

/// Columns of the table beside `filed`, in the order of the conditions of [`COUNTED`].
const COLUMNS: [&str; 11] = [
    "archived", "open", "reopened", "followed_up", "responded", "solved", "satisfied", "mostly", "judged", "in_time",
    "late",
];

/// A table whose rows are counted.
struct Source {
    table: &'static str,
    /// Columns on which the tallies depend.
    columns: &'static [&'static str],
    /// What counts as a kind.
    kind: &'static str,
    /// Which rows count, after an `AND`.
    only: &'static str,
    /// Columns of the tallies, each with the condition under which a row counts.
    counted: Vec<(&'static str, &'static str)>,
}

impl Source {
    fn orders() -> Self {
        let conditions = COUNTED.into_iter().flat_map(|(_, pair)| pair);
        let mut counted = vec![("filed", "1 = 1")];
        counted.extend(COLUMNS.into_iter().zip(conditions));
        Self {
            table: "work_orders",
            columns: &[
                "community_id", "created_at", "kind", "state", "contacted", "signed_at", "solved", "satisfaction",
                "finished_at", "clock_status", "reopened",
            ],
            kind: "x.kind",
            only: "",
            counted,
        }
    }

    /// A conversation has no kind.
    fn conversations() -> Self {
        Self {
            table: "conversations",
            columns: &["community_id", "created_at", "channel", "spoken", "filed"],
            kind: "''",
            only: " AND x.channel NOT IN ('counter', 'desk') AND x.spoken = 1",
            counted: vec![("conversations", "1 = 1"), ("without_order", "x.filed = 0")],
        }
    }

    /// Adds rows with their `sign` to the tallies of their place alone (`reach` 0, all kinds together)
    /// and to those of every place above it with all that lies below (`reach` 1). Rows that change no
    /// tally write none. All write in the same order, so that no two wait for each other at once.
    fn add(&self, rows: &str, sqlite: bool) -> String {
        let above = if sqlite {
            "json_each('[\"' || replace(p.path, '/', '\",\"') || '\"]') j"
        } else {
            "unnest(string_to_array(p.path, '/')) j (value)"
        };
        let month = month("x.created_at", sqlite);
        let (mut names, mut sums, mut changed, mut added) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (name, condition) in &self.counted {
            let sum = format!("SUM(CASE WHEN {condition} THEN x.sign ELSE 0 END)");
            names.push(*name);
            changed.push(format!("{sum} <> 0"));
            added.push(format!("{name} = tallies.{name} + excluded.{name}"));
            sums.push(sum);
        }
        format!(
            "INSERT INTO tallies (reach, path, month, kind, {}) \
             SELECT r.reach, a.path, {month}, CASE WHEN r.reach = 1 THEN {} ELSE '' END, {} \
             FROM ({rows}) x CROSS JOIN communities p CROSS JOIN {above} CROSS JOIN communities a \
             CROSS JOIN (SELECT 0 AS reach UNION ALL SELECT 1) r \
             WHERE p.id = x.community_id AND a.id = j.value AND (r.reach = 1 OR a.id = p.id){} \
             GROUP BY 1, 2, 3, 4 HAVING {} ORDER BY 1, 2, 3, 4 \
             ON CONFLICT (reach, path, month, kind) DO UPDATE SET {}",
            names.join(", "),
            self.kind,
            sums.join(", "),
            self.only,
            changed.join(" OR "),
            added.join(", "),
        )
    }

    /// The row of a trigger, once more or once less.
    fn row(&self, which: &str, sign: i64) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("{which}.{column} AS {column}")).collect();
        format!("SELECT {sign} AS sign, {}", columns.join(", "))
    }

    /// Triggers that follow every change, and what is there already.
    fn lay(&self, sqlite: bool) -> Vec<String> {
        let (comes, goes) = (self.row("NEW", 1), self.row("OLD", -1));
        let changes = [
            ("come", "INSERT".to_owned(), comes.clone()),
            ("go", "DELETE".to_owned(), goes.clone()),
            ("change", format!("UPDATE OF {}", self.columns.join(", ")), format!("{goes} UNION ALL {comes}")),
        ];
        let table = self.table;
        let mut statements = Vec::new();
        for (name, event, rows) in changes {
            let add = self.add(&rows, sqlite);
            let trigger = format!("{table}_{name}_tallied");
            if sqlite {
                statements.push(format!("DROP TRIGGER IF EXISTS {trigger}"));
                statements.push(format!("CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN {add}; END"));
            } else {
                statements.push(format!("DROP TRIGGER IF EXISTS {trigger} ON {table}"));
                statements.push(format!(
                    "CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN {add}; RETURN NULL; END $$"
                ));
                statements.push(format!(
                    "CREATE TRIGGER {trigger} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {trigger}()"
                ));
            }
        }
        statements.push(self.add(&format!("SELECT 1 AS sign, {} FROM {table}", self.columns.join(", ")), sqlite));
        statements
    }
}

/// The columns of what is counted.
pub(super) fn columns() -> Vec<&'static str> {
    let orders = Source::orders().counted;
    orders.into_iter().chain(Source::conversations().counted).map(|(name, _)| name).collect()
}

/// SQL that finds the rows of these places with all that lies below them, kind by kind; their paths
/// are added to `bound`.
pub(super) fn below(paths: &[String], bound: &mut Vec<String>) -> String {
    let mut places = Vec::new();
    for path in outermost(paths) {
        bound.push(path);
        places.push(format!("${}", bound.len()));
    }
    if places.is_empty() { "1 = 0".to_owned() } else { format!("reach = 1 AND path IN ({})", places.join(", ")) }
}

/// The month in China of a moment in milliseconds since 1970, such as `2026-11`.
pub(super) fn month(moment: &str, sqlite: bool) -> String {
    // China has been eight hours ahead all year round since 1992.
    if sqlite {
        format!("strftime('%Y-%m', {moment} / 1000 + 28800, 'unixepoch')")
    } else {
        format!("to_char(to_timestamp({moment} / 1000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM')")
    }
}

/// Lays table and triggers and counts what is there, where this has not been done in just this way.
pub(super) async fn lay(pool: &AnyPool, sqlite: bool) -> Result<()> {
    let columns: Vec<String> =
        columns().into_iter().map(|column| format!("{column} INTEGER NOT NULL DEFAULT 0")).collect();
    let (bytes, kept) = if sqlite { ("", "WITHOUT ROWID") } else { (" COLLATE \"C\"", "PARTITION BY LIST (reach)") };
    let mut statements = vec![
        "DROP TABLE IF EXISTS tallies".to_owned(),
        format!(
            "CREATE TABLE tallies (reach INTEGER NOT NULL, path TEXT{bytes} NOT NULL, month TEXT{bytes} NOT NULL, \
             kind TEXT NOT NULL, {}, PRIMARY KEY (reach, path, month, kind)) {kept}",
            columns.join(", ")
        ),
    ];
    if !sqlite {
        // PostgreSQL keeps rows as they come, and a look at all places alone reads no others.
        statements.push("CREATE TABLE tallies_alone PARTITION OF tallies FOR VALUES IN (0)".to_owned());
        statements.push("CREATE TABLE tallies_below PARTITION OF tallies FOR VALUES IN (1)".to_owned());
    }
    for source in [Source::orders(), Source::conversations()] {
        statements.extend(source.lay(sqlite));
    }
    let text = statements.join(";\n");
    let mut transaction = dialect::begin_alone(pool, sqlite).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS tallies_laid (statements TEXT NOT NULL)")
        .execute(&mut *transaction)
        .await?;
    let laid: Option<String> =
        sqlx::query_scalar("SELECT statements FROM tallies_laid").fetch_optional(&mut *transaction).await?;
    if laid.as_ref() == Some(&text) {
        return Ok(());
    }
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    sqlx::query("DELETE FROM tallies_laid").execute(&mut *transaction).await?;
    sqlx::query("INSERT INTO tallies_laid (statements) VALUES ($1)").bind(text).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}
