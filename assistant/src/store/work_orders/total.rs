//! How many orders a long list holds, from the tallies: counting each of 100,000 takes too long.

use anyhow::Result;
use sqlx::AssertSqlSafe;

use super::super::Store;
use super::super::tallies;
use super::list::OrderFilter;
use super::queues::Queue;

impl Store {
    /// How many orders `filter` asks for at or below one of the paths `scopes`; `None` where the
    /// tallies don't tell them apart.
    pub(super) async fn kept_total(&self, scopes: &[String], filter: &OrderFilter) -> Result<Option<i64>> {
        let counted = match filter {
            OrderFilter {
                queue,
                state: None,
                assignee: None,
                clock: None,
                filed_from: None,
                filed_until: None,
                q: None,
                ..
            } => match queue {
                Queue::All => "filed",
                // Of all states these are the two at which nothing is open.
                Queue::Archived => "filed - open",
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        let mut paths = scopes.to_vec();
        if let Some(community) = &filter.community {
            let path: Option<String> = sqlx::query_scalar("SELECT path FROM communities WHERE id = $1")
                .bind(community)
                .fetch_optional(&self.pool)
                .await?;
            paths = path.map_or_else(Vec::new, |path| common(scopes, &path));
        }
        let mut bound = Vec::new();
        let mut within = tallies::below(&paths, &mut bound);
        if let Some(kind) = &filter.kind {
            bound.push(kind.clone());
            within.push_str(&format!(" AND kind = ${}", bound.len()));
        }
        let statement = format!("SELECT CAST(COALESCE(SUM({counted}), 0) AS BIGINT) FROM tallies WHERE {within}");
        let mut query = sqlx::query_scalar(AssertSqlSafe(statement));
        for value in bound {
            query = query.bind(value);
        }
        Ok(Some(query.fetch_one(&self.pool).await?))
    }
}

/// Paths of what lies both below one of `scopes` and below `path`.
fn common(scopes: &[String], path: &str) -> Vec<String> {
    scopes
        .iter()
        .filter_map(|scope| {
            if path.starts_with(scope.as_str()) {
                Some(path.to_owned())
            } else {
                scope.starts_with(path).then(|| scope.clone())
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_places_have_in_common_is_the_lower_one() {
        let scopes = ["cn/a/".to_owned(), "cn/b/c/".to_owned()];
        assert_eq!(common(&scopes, "cn/a/x/"), ["cn/a/x/"]);
        assert_eq!(common(&scopes, "cn/b/"), ["cn/b/c/"]);
        assert_eq!(common(&scopes, "cn/"), scopes);
        assert!(common(&scopes, "cn/d/").is_empty());
    }
}
