//! The staff's pages and the page of the API in a real browser.

use std::path::Path;
use std::process::Command;

use tests::{Product, shared_server, skip};

/// Runs a script of checks in the browser.
fn check_in_chromium(script: &str, settings: &[(&str, &str)]) {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let shots = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg(script)
        .current_dir(web)
        .env_remove("BASE_URL")
        .env("SHOTS", shots.path())
        .envs(settings.iter().copied())
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_worker_gets_on_with_the_desk_in_chromium() {
    let server = Product::with_starter_pack().serve();
    let told = std::fs::read_to_string(server.product().data_dir().join("first-sign-in.txt"))
        .expect("the file with the first password");
    let password = told
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password");
    let settings = [
        ("BASE_URL", server.base()),
        ("DESK_LOGIN", "admin"),
        ("DESK_PASSWORD", password),
        ("COMMUNITY", "demo"),
    ];
    check_in_chromium("tests/desk.e2e.mjs", &settings);
}

/// Against a stand-in server, which can break off and let two editors meet.
#[test]
fn the_pages_of_knowledge_hold_whatever_the_server_does() {
    check_in_chromium("tests/knowledge.e2e.mjs", &[]);
}

#[test]
fn the_api_is_described_on_a_page() {
    check_in_chromium("tests/docs.e2e.mjs", &[("BASE_URL", shared_server().base())]);
}
