//! A whole day of a community in a real browser against the real server: forty residents, four who
//! work there, and at the end nothing lost and nothing double.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::{Product, skip};

#[test]
fn a_day_ends_with_every_order_where_it_should_be() {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let server = Product::with_starter_pack().serve_with(&[
        "--set=models.writing=none",
        "--set=alerts.allow_private=true",
        "--set=work_orders.urgent_every_minutes=1",
        // Forty residents come from one address here.
        "--set=http.messages_per_minute=6000",
    ]);
    let told = std::fs::read_to_string(server.product().data_dir().join("first-sign-in.txt"))
        .expect("the file with the first password");
    let password = told
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password");
    let shots = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg("tests/day.e2e.mjs")
        .arg(shots.path())
        .current_dir(web)
        .env("BASE_URL", server.base())
        .env("DESK_LOGIN", "admin")
        .env("DESK_PASSWORD", password)
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let trail = server.product().json(&["audit", "verify"]);
    assert_eq!(trail["broken_at"], Value::Null, "{trail}");
}
