//! The telephone line with a real telephone at the other end.

use std::time::Duration;

use assistant::phone::{
    CallEvent, Ending, PhoneLine, PhoneSettings, Refusal, RegistrationState, TransferProgress,
};
use crate::support::{account, answered, event, listen, loudest_purity, purity, settings, tone};
use tests::{Microphone, Telephone, baresip_is_missing};

/// A telephone that dials a line, and the call as it comes in there.
async fn dialled(
    settings: PhoneSettings,
    telephone: &mut Telephone,
    parameters: &str,
) -> (
    PhoneLine,
    assistant::phone::IncomingCalls,
    assistant::phone::Call,
) {
    let (line, mut calls) = PhoneLine::open(settings).await.expect("the line opens");
    telephone.command("dial", &format!("sip:12345@{}{parameters}", line.address()));
    let call = tokio::time::timeout(Duration::from_secs(20), calls.next())
        .await
        .unwrap_or_else(|_| panic!("no call in time\n{}", telephone.log()))
        .expect("a call");
    (line, calls, call)
}

async fn resident_calls(codec: &str, transport: &str) {
    let mut telephone = Telephone::start(
        "resident",
        Microphone::Tone(500),
        &format!(";audio_codecs={codec}"),
    );
    let (line, _calls, mut call) = dialled(settings(), &mut telephone, transport).await;
    assert_eq!(call.facts.caller.whole(), "resident");
    assert_eq!(call.facts.community.as_deref(), Some("demo"));
    call.control.ring().await.expect("rings");
    telephone.wait_for("CALL_RINGING");
    call.control.answer().await.expect("answers");
    telephone.wait_for("CALL_ESTABLISHED");
    assert_eq!(event(&mut call).await, CallEvent::Answered);

    let sound = listen(&mut call, 100).await;
    let heard = purity(&sound[16_000..], 16_000, 500.0);
    assert!(heard > 0.98, "the resident's tone is heard, {heard}");

    telephone.command("sndcode", "5");
    assert_eq!(event(&mut call).await, CallEvent::Key('5'));
    telephone.command("sndcode", "#");
    assert_eq!(event(&mut call).await, CallEvent::Key('#'));

    telephone.command("hold", "");
    assert_eq!(event(&mut call).await, CallEvent::Held);
    telephone.command("resume", "");
    assert_eq!(event(&mut call).await, CallEvent::Resumed);
    while call.sound.try_recv().is_ok() {}
    let sound = listen(&mut call, 50).await;
    assert!(
        loudest_purity(&sound, 16_000, 500.0) > 0.98,
        "the tone is back after hold"
    );

    telephone.command("hangup", "");
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::ByPeer));
    assert_eq!(line.calls(), 0);
    let statistics = call.control.statistics();
    eprintln!("{codec}{transport}: {statistics:?}");
    let spoken = codec.split('/').next().unwrap_or(codec).to_uppercase();
    assert!(
        telephone
            .log()
            .contains(&format!("Set audio encoder: {spoken}")),
        "the telephone speaks {spoken}"
    );
    assert_eq!(statistics.lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_calls_over_udp() {
    if !baresip_is_missing() {
        resident_calls("pcma", "").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_calls_over_tcp_in_wide_band() {
    if !baresip_is_missing() {
        resident_calls("G722/16000/1", ";transport=tcp").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_say_is_heard_and_stops_at_once() {
    if baresip_is_missing() {
        return;
    }
    let mut telephone = Telephone::start("worker", Microphone::Echo, ";answermode=auto");
    let (line, _calls) = PhoneLine::open(PhoneSettings {
        accounts: vec![account(telephone.address(), false)],
        ..settings()
    })
    .await
    .expect("opens");
    let mut call = line.dial("trunk", "worker").await.expect("dials");
    answered(&mut call).await;

    listen(&mut call, 15).await;
    let played = call
        .control
        .play(&tone(700.0, 24_000, 1.0), 24_000)
        .expect("plays")
        .finished()
        .await
        .expect("told");
    assert!(
        played.whole() && played.length == Duration::from_secs(1),
        "{played:?}"
    );
    let sound = listen(&mut call, 60).await;
    assert!(
        loudest_purity(&sound, 16_000, 700.0) > 0.95,
        "our own tone comes back"
    );

    let playing = call
        .control
        .play(&tone(900.0, 16_000, 10.0), 16_000)
        .expect("plays");
    listen(&mut call, 25).await;
    call.control.stop_playing();
    let played = playing.finished().await.expect("told at once");
    assert!(
        !played.whole() && played.heard < Duration::from_secs(3),
        "{played:?}"
    );

    call.control.hang_up().await;
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::ByUs));
    telephone.wait_for("CALL_CLOSED");
    let (recorded, rate) = telephone.recording();
    let heard = loudest_purity(&recorded, rate, 700.0);
    assert!(heard > 0.95, "the telephone recorded our tone, {heard}");
    let silent = recorded[..rate as usize / 10]
        .iter()
        .all(|sample| sample.abs() < 0.01);
    assert!(silent, "silence came before the first word");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_gives_up_and_another_finds_us_busy() {
    if baresip_is_missing() {
        return;
    }
    let mut telephone = Telephone::start("resident", Microphone::Tone(500), "");
    let mut other = Telephone::start("neighbour", Microphone::Tone(600), "");
    let limits = PhoneSettings {
        calls: 1,
        busy_lines: 1,
        ..settings()
    };
    let (line, mut calls, mut call) = dialled(limits, &mut telephone, "").await;
    assert!(!call.facts.beyond_capacity);
    other.command("dial", &format!("sip:12345@{}", line.address()));
    let mut second = calls.next().await.expect("a second call");
    assert!(
        second.facts.beyond_capacity,
        "the second call is only told that we are busy"
    );

    let mut third = Telephone::start("third", Microphone::Tone(600), "");
    third.command("dial", &format!("sip:12345@{}", line.address()));
    assert!(
        third.wait_for("CALL_CLOSED").contains("486"),
        "the third call hears busy"
    );

    second
        .control
        .refuse(Refusal::Declined)
        .await
        .expect("refused");
    assert_eq!(event(&mut second).await, CallEvent::HungUp(Ending::ByUs));
    assert!(other.wait_for("CALL_CLOSED").contains("603"));

    call.control.ring().await.expect("rings");
    telephone.wait_for("CALL_RINGING");
    telephone.command("hangup", "");
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::Cancelled));
    assert_eq!(line.calls(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_ours_rings_and_is_declined_or_taken_back() {
    if baresip_is_missing() {
        return;
    }
    let mut telephone = Telephone::start("worker", Microphone::Tone(500), "");
    let (line, _calls) = PhoneLine::open(PhoneSettings {
        accounts: vec![account(telephone.address(), false)],
        ..settings()
    })
    .await
    .expect("opens");
    let mut call = line.dial("trunk", "worker").await.expect("dials");
    assert_eq!(event(&mut call).await, CallEvent::Ringing);
    telephone.wait_for("CALL_INCOMING");
    telephone.command("hangup", "");
    let ending = event(&mut call).await;
    assert!(
        matches!(
            ending,
            CallEvent::HungUp(Ending::Busy | Ending::Declined | Ending::NoAnswer)
        ),
        "{ending:?}"
    );

    let mut call = line.dial("trunk", "worker").await.expect("dials");
    assert_eq!(event(&mut call).await, CallEvent::Ringing);
    telephone.wait_for("CALL_INCOMING");
    call.control.hang_up().await;
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::ByUs));
    telephone.wait_for("CALL_CLOSED");
    assert_eq!(line.calls(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_with_a_password_must_know_it() {
    if baresip_is_missing() {
        return;
    }
    let credential = assistant::phone::PhoneCredential {
        name: "resident".to_owned(),
        password: "right".to_owned(),
    };
    let mut limits = settings();
    limits.peers[0].credential = Some(credential);
    let mut telephone = Telephone::start(
        "resident",
        Microphone::Tone(500),
        ";auth_user=resident;auth_pass=right",
    );
    let (line, mut calls, call) = dialled(limits, &mut telephone, "").await;
    drop(call);
    telephone.wait_for("CALL_CLOSED");
    let mut stranger = Telephone::start(
        "resident",
        Microphone::Tone(500),
        ";auth_user=resident;auth_pass=wrong",
    );
    stranger.command("dial", &format!("sip:12345@{}", line.address()));
    stranger.wait_for("CALL_CLOSED");
    assert!(
        tokio::time::timeout(Duration::from_millis(10), calls.next())
            .await
            .is_err(),
        "the wrong password lets nobody in"
    );
}

async fn answered_by_resident(
    worker_mode: &str,
) -> (PhoneLine, assistant::phone::Call, Telephone, Telephone) {
    let worker = Telephone::start("worker", Microphone::Tone(900), worker_mode);
    let mut resident = Telephone::start("resident", Microphone::Tone(500), "");
    let (line, _calls, mut call) = dialled(settings(), &mut resident, "").await;
    call.control.answer().await.expect("answers");
    resident.wait_for("CALL_ESTABLISHED");
    assert_eq!(event(&mut call).await, CallEvent::Answered);
    call.control
        .transfer(&format!("sip:worker@127.0.0.1:{}", worker.port))
        .await
        .expect("the resident's telephone will try");
    (line, call, resident, worker)
}

/// The next event about the transfer; hold and the like go by.
async fn transfer_event(call: &mut assistant::phone::Call) -> TransferProgress {
    loop {
        match event(call).await {
            CallEvent::Transfer(TransferProgress::Trying)
            | CallEvent::Held
            | CallEvent::Resumed => {}
            CallEvent::Transfer(progress) => return progress,
            other => panic!("{other:?} while a transfer is under way"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_answered() {
    if baresip_is_missing() {
        return;
    }
    let (_line, mut call, _resident, mut worker) = answered_by_resident(";answermode=auto").await;
    worker.wait_for("CALL_ESTABLISHED");
    let mut progress = transfer_event(&mut call).await;
    if progress == TransferProgress::Ringing {
        progress = transfer_event(&mut call).await;
    }
    assert_eq!(progress, TransferProgress::Answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_declined_and_the_caller_is_still_ours() {
    if baresip_is_missing() {
        return;
    }
    let (_line, mut call, mut resident, mut worker) = answered_by_resident("").await;
    worker.wait_for("CALL_INCOMING");
    worker.command("hangup", "");
    let mut progress = transfer_event(&mut call).await;
    if progress == TransferProgress::Ringing {
        progress = transfer_event(&mut call).await;
    }
    assert!(
        matches!(progress, TransferProgress::Failed(status) if status >= 400),
        "{progress:?}"
    );
    resident.command("resume", "");
    while call.sound.try_recv().is_ok() {}
    let sound = listen(&mut call, 100).await;
    assert!(
        loudest_purity(&sound, 16_000, 500.0) > 0.95,
        "we hear the caller again"
    );
    call.control.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_nobody_answers_leaves_the_caller_with_us() {
    if baresip_is_missing() {
        return;
    }
    let (_line, mut call, resident, mut worker) = answered_by_resident("").await;
    worker.wait_for("CALL_INCOMING");
    let waited = tokio::time::timeout(Duration::from_secs(3), async {
        loop {
            match event(&mut call).await {
                CallEvent::Transfer(TransferProgress::Trying | TransferProgress::Ringing)
                | CallEvent::Held
                | CallEvent::Resumed => {}
                other => return other,
            }
        }
    });
    assert!(
        waited.await.is_err(),
        "nothing final is told while it rings\n{}",
        resident.log()
    );
    call.control.hang_up().await;
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::ByUs));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_are_bridged() {
    if baresip_is_missing() {
        return;
    }
    let worker = Telephone::start(
        "worker",
        Microphone::Tone(900),
        ";answermode=auto;audio_codecs=pcma",
    );
    let mut resident = Telephone::start("resident", Microphone::Echo, "");
    let (line, mut calls) = PhoneLine::open(PhoneSettings {
        accounts: vec![account(worker.address(), false)],
        ..settings()
    })
    .await
    .expect("opens");
    resident.command("dial", &format!("sip:12345@{}", line.address()));
    let mut call = calls.next().await.expect("a call");
    call.control.answer().await.expect("answers");
    assert_eq!(event(&mut call).await, CallEvent::Answered);
    let mut other = line.dial("trunk", "worker").await.expect("dials");
    while event(&mut other).await != CallEvent::Answered {}
    call.control.bridge(&other.control);
    // What the worker says reaches the resident, whose telephone echoes it.
    let sound = listen(&mut call, 150).await;
    let heard = loudest_purity(&sound, 16_000, 900.0);
    assert!(heard > 0.95, "the resident hears the worker, {heard}");
    other.control.hang_up().await;
    call.control.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_nobody_answers_is_unreachable() {
    // Port 9 of this machine: nothing listens.
    let accounts = vec![account("sip:127.0.0.1:9".to_owned(), true)];
    let (line, _calls) = PhoneLine::open(PhoneSettings {
        accounts,
        ..settings()
    })
    .await
    .expect("opens");
    assert_eq!(
        line.registration("trunk")
            .map(|state| state.borrow().clone()),
        Some(RegistrationState::Waiting)
    );
    assert!(line.registration("other").is_none());
    line.close().await;
}
