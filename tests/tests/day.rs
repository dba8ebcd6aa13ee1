//! A whole day of a community in a real browser against the real server: forty residents, four who
//! work there, and at the end nothing lost and nothing double.

use serde_json::Value;
use tests::{BrowserChecks, Product};

#[test]
fn a_day_ends_with_every_order_where_it_should_be() {
    let Some(checks) = BrowserChecks::of("tests/day.e2e.mjs") else { return };
    let server = Product::with_starter_pack().serve_with(&[
        "--set=models.writing=none",
        "--set=alerts.allow_private=true",
        "--set=work_orders.urgent_every_minutes=1",
    ]);
    checks.as_administrator(&server).pass();
    let trail = server.product().json(&["audit", "verify"]);
    assert_eq!(trail["broken_at"], Value::Null, "{trail}");
}
