//! Residents who speak are heard, and what they are told is said aloud.
//!
//! Nobody's voice is needed for it: what the server says, it must itself understand.

use std::io::{Cursor, Read as _};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tests::{Product, Resident, Server, Stream, Worker, get, request, wait_until};

/// A server that writes nothing: what is said and heard does not depend on it.
fn server() -> &'static Server {
    static SERVER: OnceLock<&'static Server> = OnceLock::new();
    SERVER.get_or_init(|| Product::with_starter_pack().serve_with(&["--set=models.writing=none"]).share())
}

/// A resident of a server that hears and speaks.
fn resident() -> Resident {
    let base = server().base();
    let able = |name: &'static str| move || get(base, "/api/voice", None).1[name] == Value::Bool(true);
    wait_until("the recogniser", able("hearing"));
    wait_until("the voice", able("speaking"));
    Resident::new(base, "demo")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn what_is_said_aloud_is_heard_and_answered() {
    let resident = resident();
    let said = resident.have_said("您好，居住证怎么办理？");
    let marks = said.pieces[0]["marks"].as_array().expect("marks");
    assert_eq!(marks[0]["from"], 0);
    assert!(marks.iter().all(|mark| mark["starts"].as_f64() <= mark["ends"].as_f64()), "{marks:?}");
    let (status, heard) = resident.have_heard(&said.samples);
    assert_eq!(status, 200, "{heard}");
    assert!(text(&heard["standard"]).contains("居住证"), "{heard}");
    let answer = resident.say_heard(text(&heard["text"]), text(&heard["utterance"]));
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    let titles: String = answer.cited().iter().map(|source| text(&source["title"]).to_owned()).collect();
    assert!(titles.contains("居住证"), "{titles}");
}

#[test]
fn a_stream_is_cut_into_utterances_by_its_pauses() {
    let resident = resident();
    let first = resident.have_said("高龄津贴在哪里领取？").samples;
    let second = resident.have_said("残疾人证怎么办理？").samples;
    let mut stream = resident.speak("hands_free");
    stream.silence(0.5);
    stream.sound(&first);
    stream.silence(1.2);
    let (heard, before) = stream.wait_for("heard");
    assert!(text(&heard["standard"]).contains("津贴"), "{heard}");
    let told = |name: &str| before.iter().position(|event| event == name);
    assert!(told("speech_started") < told("speech_ended"), "{before:?}");
    assert!(told("speech_started").is_some(), "{before:?}");
    stream.sound(&second);
    stream.silence(1.2);
    let (heard, _) = stream.wait_for("heard");
    assert!(text(&heard["standard"]).contains("残疾"), "{heard}");
}

#[test]
fn a_held_button_ends_the_utterance_and_silence_says_nothing() {
    let resident = resident();
    let first = resident.have_said("您好，我要办居住证。").samples;
    let second = resident.have_said("请问要带哪些材料？").samples;
    let mut stream = resident.speak("press");
    stream.silence(1.0);
    stream.tell(&json!({"type": "release"}));
    let (nothing, before) = stream.wait_for("nothing");
    assert_eq!(nothing["reason"], "silence");
    assert!(before.is_empty(), "{before:?}");
    // A pause while the button is held ends nothing.
    stream.sound(&first);
    stream.silence(2.0);
    stream.sound(&second);
    stream.tell(&json!({"type": "release"}));
    let (heard, before) = stream.wait_for("heard");
    let said = text(&heard["standard"]);
    assert!(said.contains("居住证") && said.contains("材料"), "{heard}");
    assert_eq!(before.iter().filter(|event| *event == "speech_ended").count(), 1, "{before:?}");
}

#[test]
fn a_nod_does_not_interrupt_and_a_question_does() {
    let resident = resident();
    let nod = resident.have_said("是是是。").samples;
    let question = resident.have_said("您好，居住证怎么办理？").samples;
    let mut stream = resident.speak("hands_free");
    stream.tell(&json!({"type": "speaking", "on": true}));
    stream.sound(&nod);
    stream.silence(2.0);
    stream.sound(&question);
    stream.silence(1.2);
    let (heard, before) = stream.wait_for("heard");
    assert!(text(&heard["standard"]).contains("居住证"), "{before:?} {heard}");
}

#[test]
fn a_stream_is_for_its_conversation_alone() {
    let resident = resident();
    let mut stream = Stream::to(&resident);
    stream.tell(&json!({"type": "start", "token": "0".repeat(32)}));
    assert_eq!(stream.closed(), 4404);
    let mut stream = Stream::to(&resident);
    stream.tell(&json!({"type": "sing"}));
    assert_eq!(stream.closed(), 4400);
    let (status, _) = resident.have_heard(&[]);
    assert_eq!(status, 422);
}

#[test]
fn other_programs_need_a_key() {
    let base = server().base();
    let said = json!({"input": "您好"});
    let (status, _) = request("POST", base, "/v1/audio/speech", None, Some(&said));
    assert_eq!(status, 401);
    let (status, _) = request("POST", base, "/v1/audio/transcriptions", Some("xyk_none"), None);
    assert_eq!(status, 401);
}

#[test]
fn a_voice_is_kept_only_where_both_agree() {
    let resident = resident();
    let admin = Worker::administrator(server());
    let question = resident.have_said("老年证在哪里办？").samples;
    let kept = || admin.get("recordings?community=demo").1;
    let say = |agreed: bool| {
        let mut stream = resident.speak_agreeing("press", agreed);
        stream.sound(&question);
        stream.tell(&json!({"type": "release"}));
        let (heard, _) = stream.wait_for("heard");
        resident.say_heard(text(&heard["text"]), text(&heard["utterance"]));
    };
    say(true);
    assert_eq!(kept(), json!([]), "the community keeps none");
    let (status, place) = admin.patch("places/demo", &json!({"recordings_days": 7}));
    assert_eq!((status, &place["recordings_days"]), (200, &json!(7)), "{place}");
    assert_eq!(get(server().base(), "/api/communities/demo", None).1["recordings_days"], 7);
    say(false);
    assert_eq!(kept(), json!([]), "the resident did not agree");
    say(true);
    let list = kept();
    let one = &list[0];
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let (media_type, sound) = admin.download(text(&one["url"]).trim_start_matches("/api/desk/"));
    assert_eq!(media_type, "audio/wav");
    assert!(sound.len() > question.len(), "{} bytes of {} samples", sound.len(), question.len());
    let (_, page) = admin.get(&format!("conversations/{}", resident.id));
    let said = page["said"].as_array().expect("what was said");
    assert_eq!(said.iter().filter(|one| one["recording"].is_object()).count(), 1, "{page}");
    let correction = json!({"corrected": "老年证在哪里办？", "training": true});
    let (status, _) = admin.patch(&format!("recordings/{}", text(&one["id"])), &correction);
    assert_eq!(status, 204);
    let (media_type, archive) = admin.download("recordings/export?community=demo");
    assert_eq!(media_type, "application/zip");
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut manifest = String::new();
    archive.by_name("manifest.jsonl").expect("a manifest").read_to_string(&mut manifest).expect("a text");
    let line: Value = serde_json::from_str(manifest.lines().next().expect("a line")).expect("JSON");
    assert_eq!(line["text"], "老年证在哪里办？");
    assert!(archive.by_name(text(&line["audio"])).is_ok(), "{line}");
    // Later tests find the place as it was.
    admin.patch("places/demo", &json!({"recordings_days": null}));
}
