//! The voice kiosk in a real browser, with a microphone that plays a recording.

use tests::{BrowserChecks, Product, RATE, Resident, get, recording, wait_until};

/// The kiosk's own checks, against their stand-in server or the real one.
const CHECKS: &str = "tests/kiosk.e2e.mjs";

#[test]
fn the_kiosk_holds_whatever_the_server_does() {
    let Some(checks) = BrowserChecks::of(CHECKS) else { return };
    checks.pass();
}

#[test]
fn a_spoken_question_is_answered_on_the_screen_and_aloud() {
    let Some(checks) = BrowserChecks::of(CHECKS) else { return };
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
    checks
        .arg("--server")
        .arg(server.base())
        .arg("--clip")
        .arg(clip)
        .arg("--community")
        .arg("demo")
        .pass();
}
