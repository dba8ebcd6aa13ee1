//! The description of this API (OpenAPI 3.1), which `/docs` shows.
//!
//! It is written by hand in `data/openapi`: `overview.json` has what is common, every other file a
//! group of paths with the schemas that come with it. A test fails when a route has no description.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::problem::AppResult;

const OVERVIEW: &str = include_str!("../../data/openapi/overview.json");

/// The groups, in the order in which they are shown.
const GROUPS: &[&str] = &[
    include_str!("../../data/openapi/residents.json"),
    include_str!("../../data/openapi/voice.json"),
    include_str!("../../data/openapi/accounts.json"),
    include_str!("../../data/openapi/places.json"),
    include_str!("../../data/openapi/work_orders.json"),
    include_str!("../../data/openapi/conversations_and_figures.json"),
    include_str!("../../data/openapi/outreach.json"),
    include_str!("../../data/openapi/knowledge_documents.json"),
    include_str!("../../data/openapi/knowledge_quality.json"),
];

static WRITTEN: LazyLock<Result<String, serde_json::Error>> =
    LazyLock::new(|| document().map(|document| document.to_string()));

pub(crate) async fn show() -> AppResult<impl IntoResponse> {
    let text = WRITTEN
        .as_ref()
        .map_err(|error| anyhow::anyhow!("the description of the API can't be read: {error}"))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, text.as_str()))
}

/// All of it as one document.
fn document() -> Result<Value, serde_json::Error> {
    let mut whole: Value = serde_json::from_str(OVERVIEW)?;
    whole["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    whole["paths"] = Map::new().into();
    for group in GROUPS {
        let mut group: Value = serde_json::from_str(group)?;
        add(&mut whole["paths"], group["paths"].take());
        add(&mut whole["components"]["schemas"], group["schemas"].take());
    }
    Ok(whole)
}

/// Adds the members of one object to another.
fn add(to: &mut Value, from: Value) {
    if let (Value::Object(to), Value::Object(from)) = (to, from) {
        to.extend(from);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use regex::Regex;

    use super::*;

    type Routes = BTreeSet<(String, String)>;

    /// What stands in `.route("/path", get(…).post(…))`, as path and method.
    fn routes(folder: &Path, found: &mut Routes) {
        let begin = Regex::new(r#"\.route\(\s*"([^"]+)"\s*,"#).unwrap();
        let method = Regex::new(r"\b(get|post|put|patch|delete)\(").unwrap();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                routes(&path, found);
                continue;
            }
            // This file speaks of routes and has none.
            if path.extension().is_none_or(|kind| kind != "rs")
                || path.ends_with("http/api_docs.rs")
            {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for route in begin.captures_iter(&source) {
                let rest = &source[route.get(0).unwrap().end()..];
                let mut depth = 1;
                let end = rest.find(|letter: char| {
                    depth += i32::from(letter == '(') - i32::from(letter == ')');
                    depth == 0
                });
                for name in method.captures_iter(&rest[..end.unwrap()]) {
                    found.insert((route[1].to_owned(), name[1].to_owned()));
                }
            }
        }
    }

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let mut served = Routes::new();
        routes(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"),
            &mut served,
        );
        assert!(!served.is_empty());
        let document = document().unwrap();
        let described: Routes = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap();
                methods
                    .keys()
                    .map(move |method| (path.clone(), method.clone()))
            })
            .collect();
        let missing: Vec<_> = served.difference(&described).collect();
        let invented: Vec<_> = described.difference(&served).collect();
        assert!(missing.is_empty(), "describe in data/openapi: {missing:?}");
        assert!(
            invented.is_empty(),
            "described in data/openapi, but not served: {invented:?}"
        );
    }

    #[test]
    fn no_path_and_no_schema_stands_in_two_groups() {
        let mut seen = BTreeSet::new();
        for group in GROUPS {
            let group: Value = serde_json::from_str(group).unwrap();
            for part in ["paths", "schemas"] {
                for name in group[part].as_object().unwrap().keys() {
                    assert!(seen.insert((part, name.clone())), "{name} stands twice");
                }
            }
        }
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let document = document().unwrap();
        let text = document.to_string();
        let named = Regex::new(r##""#/components/(\w+)/(\w+)""##).unwrap();
        for reference in named.captures_iter(&text) {
            let part = &document["components"][&reference[1]][&reference[2]];
            assert!(
                part.is_object(),
                "{} is named, and is not there",
                &reference[0]
            );
        }
    }
}
