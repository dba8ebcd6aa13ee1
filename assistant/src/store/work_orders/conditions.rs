//! Which orders a list shows: its conditions as SQL, with their values.

use anyhow::Result;
use sqlx::Any;
use sqlx::any::AnyArguments;

use super::super::Store;
use super::super::places::{outermost, subtree};
use super::list::OrderFilter;
use super::queues::Queue;

/// Conditions with their values, in the order of their numbers.
pub(super) struct Conditions {
    sql: Vec<String>,
    /// Ranges of paths, one of which must hold; no two meet.
    places: Vec<String>,
    values: Vec<Value>,
}

/// Most places that are looked through one by one.
const MOST_PLACES: usize = 100;

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
            places: Vec::new(),
            values: vec![Value::Text(account_id.to_owned())],
        }
    }

    pub(super) fn add(&mut self, sql: impl Into<String>) {
        self.sql.push(sql.into());
    }

    /// All of them.
    pub(super) fn sql(&self) -> String {
        let places = if self.places.is_empty() { "1 = 0".to_owned() } else { format!("({})", self.places.join(" OR ")) };
        format!("{} AND {places}", self.sql.join(" AND "))
    }

    /// `select` where they hold; `by_place`, one place after the other: SQLite finds one range of
    /// paths in an index and not several.
    pub(super) fn select(&self, select: &str, by_place: bool) -> String {
        if !by_place || !(2..=MOST_PLACES).contains(&self.places.len()) {
            return format!("{select} WHERE {}", self.sql());
        }
        let sql = self.sql.join(" AND ");
        let each: Vec<String> =
            self.places.iter().map(|place| format!("{select} WHERE {sql} AND {place}")).collect();
        each.join(" UNION ALL ")
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
        self.places = outermost(scopes).iter().map(|scope| self.range(scope)).collect();
    }

    /// What lies at or below a path.
    fn range(&mut self, path: &str) -> String {
        let (from, until) = subtree(path);
        let from = self.text(from);
        let until = self.text(until);
        format!("(o.place_path >= {from} AND o.place_path < {until})")
    }

    /// Only where each of the words stands; `by_grams`, where the index of `store::dialect` finds
    /// them.
    fn search(&mut self, words: &str, by_grams: bool) {
        for word in words.split_whitespace() {
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = self.text(format!("%{escaped}%"));
            let digits = word.chars().all(|character| character.is_ascii_digit()) && word.len() >= 4;
            // Numbers are made of digits and hyphens: each comparison with all orders takes its time.
            let numeral = word.chars().all(|character| character.is_ascii_digit() || character == '-');
            let columns = [
                Some("o.question"),
                Some("o.slots"),
                numeral.then_some("o.number"),
                digits.then_some("o.contact"),
            ];
            let any: Vec<String> = columns
                .into_iter()
                .flatten()
                .map(|column| format!("{column} LIKE {pattern} ESCAPE '\\'"))
                .collect();
            self.add(format!("({})", any.join(" OR ")));
            if by_grams {
                let word = self.text(word);
                self.add(format!(
                    "work_order_grams(o.number || ' ' || o.question || ' ' || o.slots || ' ' || o.contact) \
                     @> work_order_grams({word})"
                ));
            }
        }
    }

    pub(super) fn bind(
        self,
        mut query: sqlx::query::Query<'_, Any, AnyArguments>,
    ) -> sqlx::query::Query<'_, Any, AnyArguments> {
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
    /// The orders of a list, read in the index that holds what it asks for. SQLite keeps no figures
    /// of its own accord by which it would choose the narrower one.
    pub(super) fn indexed(&self, filter: &OrderFilter) -> &'static str {
        if !self.sqlite || filter.queue == Queue::Mentions {
            "work_orders o"
        } else if filter.q.is_some() {
            "work_orders o INDEXED BY work_orders_search"
        } else {
            "work_orders o INDEXED BY work_orders_in_list"
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
            let range = path.map_or_else(|| "1 = 0".to_owned(), |path| conditions.range(&path));
            conditions.add(range);
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
        for (than, moment) in [(">=", filter.filed_from), ("<", filter.filed_until)] {
            if let Some(moment) = moment {
                let moment = conditions.number(moment);
                conditions.add(format!("o.created_at {than} {moment}"));
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
