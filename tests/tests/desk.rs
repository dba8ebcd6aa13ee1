//! The staff's desk in a real browser against the real server.

use std::path::Path;
use std::process::Command;

use tests::{Product, skip};

#[test]
fn a_worker_gets_on_with_the_desk_in_chromium() {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let server = Product::with_starter_pack().serve();
    let told = std::fs::read_to_string(server.product().data_dir().join("first-sign-in.txt"))
        .expect("the file with the first password");
    let password = told
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password");
    let shots = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg("tests/desk.e2e.mjs")
        .current_dir(web)
        .env("BASE_URL", server.base())
        .env("DESK_LOGIN", "admin")
        .env("DESK_PASSWORD", password)
        .env("COMMUNITY", "demo")
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
