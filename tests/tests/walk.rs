//! The whole way of a policy paper in a real browser against the real server: from an
//! administrator's machine to a right answer with the right source opened.

use std::path::Path;
use std::process::Command;

use tests::{Product, skip};

#[test]
fn six_papers_are_put_in_mended_published_and_told_to_residents() {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let papers = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/kb"));
    if !papers.exists() {
        skip("the papers of ../shared/data/kb are missing");
        return;
    }
    let server = Product::with_starter_pack().serve_with(&["--set=models.writing=none"]);
    let told = std::fs::read_to_string(server.product().data_dir().join("first-sign-in.txt"))
        .expect("the file with the first password");
    let password = told
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password");
    let shots = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg("tests/walk.e2e.mjs")
        .arg("--data")
        .arg(papers)
        .arg("--out")
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
}
