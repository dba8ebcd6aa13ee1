//! The page and the widget in a real browser against the real server.

use std::path::Path;
use std::process::Command;

use tests::{shared_server, skip};

/// Runs the browser's checks; without `base` against their own stand-in server, which can break
/// off and delay where a real one can't be made to.
fn check_in_chromium(base: Option<&str>) {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let shots = tempfile::tempdir().unwrap();
    let mut command = Command::new("node");
    command
        .arg("tests/widget.e2e.mjs")
        .current_dir(web)
        .env_remove("BASE_URL")
        .env("SHOTS", shots.path());
    if let Some(base) = base {
        command.env("BASE_URL", base);
    }
    let output = command.output().expect("node runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_widget_holds_whatever_the_server_does() {
    check_in_chromium(None);
}

#[test]
fn a_resident_gets_on_with_the_widget_in_chromium() {
    check_in_chromium(Some(shared_server().base()));
}
