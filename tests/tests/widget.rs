//! The page and the widget in a real browser against the real server.

use std::path::Path;
use std::process::Command;

use tests::{shared_server, skip};

#[test]
fn a_resident_gets_on_with_the_widget_in_chromium() {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let shots = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg("tests/widget.e2e.mjs")
        .current_dir(web)
        .env("BASE_URL", shared_server().base())
        .env("SHOTS", shots.path())
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
