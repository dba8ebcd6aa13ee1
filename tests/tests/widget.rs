//! The page and the widget in a real browser against the real server.

use tests::{BrowserChecks, shared_server};

#[test]
fn the_widget_holds_whatever_the_server_does() {
    let Some(checks) = BrowserChecks::of("tests/widget.e2e.mjs") else { return };
    checks.pass();
}

#[test]
fn a_resident_gets_on_with_the_widget_in_chromium() {
    let Some(checks) = BrowserChecks::of("tests/widget.e2e.mjs") else { return };
    checks.at(shared_server().base()).pass();
}
