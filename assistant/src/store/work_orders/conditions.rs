//! Which orders a list shows: its conditions as SQL, with their values.

use anyhow::Result;
use sqlx::Any;
use sqlx::any::AnyArguments;

use super::super::Store;
use super::list::OrderFilter;

/// Conditions with their values, in the order of their numbers.
pub(super) struct Conditions {
    sql: Vec<String>,
    /// What PostgreSQL looks up before it compares texts.
    grams: Vec<String>,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Conditions {
    /// With `$1` for the account.
    pub(super) fn new(account_id: &str) -> Self {
        Self {
            // The type of a parameter must be known even where no condition uses it.
            sql: vec!["CAST($1 AS TEXT) IS NOT NULL".to_owned()],
            grams: Vec::new(),
            values: vec![Value::Text(account_id.to_owned())],
        }
    }

    pub(super) fn add(&mut self, sql: impl Into<String>) {
        self.sql.push(sql.into());
    }

    /// All of them.
    pub(super) fn sql(&self) -> String {
        self.sql.join(" AND ")
    }

    /// What must stand before the statement, as the start of its `WITH`.
    pub(super) fn found(&self) -> String {
        if self.grams.is_empty() {
            return String::new();
        }
        // Kept apart, so that the dear function is never called for every row.
        format!("found AS MATERIALIZED (SELECT g.id FROM work_orders g WHERE {}), ", self.grams.join(" AND "))
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub(super) fn number(&mut self, number: i64) -> String {
        self.value(Value::Number(number))
    }

    pub(super) fn text(&mut self, text: impl Into<String>) -> String {
        self.value(Value::Text(text.into()))
    }

    /// Only what lies at or below one of these paths.
    pub(super) fn within(&mut self, scopes: &[String]) {
        let mut any = Vec::new();
        for scope in scopes {
            // A subtree is a range: the slash's successor ends it.
            let from = self.text(scope.clone());
            let until = self.text(format!("{}0", scope.trim_end_matches('/')));
            any.push(format!("(o.place_path >= {from} AND o.place_path < {until})"));
        }
        self.add(if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) });
    }

    /// Only where each of the words stands; `by_grams`, where the index of `store::dialect` finds
    /// them.
    fn search(&mut self, words: &str, by_grams: bool) {
        for word in words.split_whitespace() {
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = self.text(format!("%{escaped}%"));
            let digits = word.chars().all(|character| character.is_ascii_digit()) && word.len() >= 4;
            let contact = if digits { format!(" OR o.contact LIKE {pattern} ESCAPE '\\'") } else { String::new() };
            self.add(format!(
                "(o.question LIKE {pattern} ESCAPE '\\' OR o.number LIKE {pattern} ESCAPE '\\' \
                 OR o.slots LIKE {pattern} ESCAPE '\\'{contact})"
            ));
            if by_grams {
                let word = self.text(word);
                self.grams.push(format!(
                    "work_order_grams(g.number || ' ' || g.question || ' ' || g.slots || ' ' || g.contact) \
                     @> work_order_grams({word})"
                ));
            }
        }
        if !self.grams.is_empty() {
            self.add("o.id IN (SELECT id FROM found)");
        }
    }

    pub(super) fn bind<'q>(
        self,
        mut query: sqlx::query::Query<'q, Any, AnyArguments>,
    ) -> sqlx::query::Query<'q, Any, AnyArguments> {
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }
}

impl Store {
    /// The orders, read in the index that holds what lists ask for. SQLite keeps no figures of its
    /// own accord by which it would choose the narrower one.
    pub(super) fn indexed(&self, searching: bool) -> &'static str {
        match (self.sqlite, searching) {
            (true, true) => "work_orders o INDEXED BY work_orders_search",
            (true, false) => "work_orders o INDEXED BY work_orders_in_list",
            (false, _) => "work_orders o",
        }
    }

    /// What `filter` asks for, at or below one of the paths `scopes`.
    pub(super) async fn conditions(
        &self,
        account_id: &str,
        scopes: &[String],
        filter: &OrderFilter,
    ) -> Result<Conditions> {
        let mut conditions = Conditions::new(account_id);
        conditions.add(filter.queue.condition());
        conditions.within(scopes);
        if let Some(community) = &filter.community {
            let path: Option<String> = sqlx::query_scalar("SELECT path FROM communities WHERE id = $1")
                .bind(community)
                .fetch_optional(&self.pool)
                .await?;
            conditions.within(&path.into_iter().collect::<Vec<_>>());
        }
        for (column, value) in [
            ("o.kind", &filter.kind),
            ("o.assignee_id", &filter.assignee),
            ("o.clock_status", &filter.clock),
        ] {
            if let Some(value) = value {
                let value = conditions.text(value);
                conditions.add(format!("{column} = {value}"));
            }
        }
        if let Some(state) = filter.state {
            let value = conditions.text(state.name());
            conditions.add(format!("o.state = {value}"));
        }
        if let Some(words) = &filter.q {
            conditions.search(words, !self.sqlite);
        }
        Ok(conditions)
    }
}
