//! The whole way of a policy paper in a real browser against the real server: from an
//! administrator's machine to a right answer with the right source opened.

use std::path::Path;

use tests::{BrowserChecks, Product, skip};

#[test]
fn six_papers_are_put_in_mended_published_and_told_to_residents() {
    let Some(checks) = BrowserChecks::of("tests/walk.e2e.mjs") else { return };
    let papers = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/kb"));
    if !papers.exists() {
        skip("the papers of ../shared/data/kb are missing");
        return;
    }
    let server = Product::with_starter_pack().serve_with(&["--set=models.writing=none"]);
    checks.as_administrator(&server).arg("--data").arg(papers).pass();
}
