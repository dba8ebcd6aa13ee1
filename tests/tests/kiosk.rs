//! The voice kiosk in a real browser, with a microphone that plays a recording.

use std::path::Path;
use std::process::Command;

use tests::{Product, RATE, Resident, get, recording, skip, wait_until};

/// Runs the kiosk's checks; without arguments against their own stand-in server, which can break off
/// and delay where a real one can't be made to.
fn check_in_chromium(arguments: &[&str]) {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
    if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
        skip("the browser or the pages' packages are missing; `make test` installs them");
        return;
    }
    let shots = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg("tests/kiosk.e2e.mjs")
        .args(arguments)
        .current_dir(web)
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

#[test]
fn the_kiosk_holds_whatever_the_server_does() {
    check_in_chromium(&[]);
}

#[test]
fn a_spoken_question_is_answered_on_the_screen_and_aloud() {
    let server = Product::with_starter_pack().serve_with(&["--set=models.writing=none"]);
    let able = |name: &'static str| {
        let base = server.base().to_owned();
        move || get(&base, "/api/voice", None).1[name] == true
    };
    wait_until("the recogniser", able("hearing"));
    wait_until("the voice", able("speaking"));
    // The microphone plays it again and again; between two questions the resident listens.
    let mut question = Resident::new(server.base(), "demo").have_said("您好，居住证怎么办理？").samples;
    question.extend(vec![0; 4 * RATE]);
    let clip = server.product().data_dir().join("question.wav");
    std::fs::write(&clip, recording(&question)).expect("the folder is writable");
    let clip = clip.to_str().expect("a path in letters");
    check_in_chromium(&["--server", server.base(), "--clip", clip, "--community", "demo"]);
}
