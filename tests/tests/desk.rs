//! The staff's pages and the page of the API in a real browser.

use tests::{BrowserChecks, Product, shared_server};

#[test]
fn a_worker_gets_on_with_the_desk_in_chromium() {
    let Some(checks) = BrowserChecks::of("tests/desk.e2e.mjs") else { return };
    let server = Product::with_starter_pack().serve();
    checks.as_administrator(&server).env("COMMUNITY", "demo").pass();
}

/// Against a stand-in server, which can break off and let two editors meet.
#[test]
fn the_pages_of_knowledge_hold_whatever_the_server_does() {
    let Some(checks) = BrowserChecks::of("tests/knowledge.e2e.mjs") else { return };
    checks.pass();
}

#[test]
fn the_api_is_described_on_a_page() {
    let Some(checks) = BrowserChecks::of("tests/docs.e2e.mjs") else { return };
    checks.at(shared_server().base()).pass();
}
