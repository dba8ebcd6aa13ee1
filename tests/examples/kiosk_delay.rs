//! How long somebody at the kiosk waits: from the end of what they say to what was heard, to the first words of the
//! answer and to its first sound, by parts.
//!
//! ```text
//! cargo run -p tests --example kiosk_delay -- [ROUNDS]
//! ```
//!
//! The question is sent to the running product as a browser sends it, as fast as it is spoken, with silence behind
//! it; the answer is asked for and had said as the kiosk does. The first round is not counted: in it the sound of
//! the answer is made that stands in store afterwards, as that of every common answer does in a server that runs
//! for some hours.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Product, RATE, Resident, get, wait_until};

/// What is asked; its answer is verified.
const QUESTION: &str = "您好，我在外面租房子住，居住证要怎么办理？";
/// Silence behind it; the end of speech is known long before.
const SILENCE: Duration = Duration::from_secs(10);
/// A sample of so much is speech.
const LOUD: u16 = 300;

/// What each round waited for, after the end of speech.
const PARTS: [&str; 4] = ["what was heard", "first words of the answer", "first sound, in store", "end of speech known"];

fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(6, |given| given.parse().expect("a number"));
    let server = Product::with_starter_pack().serve_with(&["--set=models.practice=false"]);
    let able = |name: &'static str| {
        let base = server.base().to_owned();
        move || get(&base, "/api/voice", None).1[name] == Value::Bool(true)
    };
    wait_until("the recogniser", able("hearing"));
    wait_until("the voice", able("speaking"));
    server.wait_for_writer();
    let resident = Resident::new(server.base(), "demo");
    let mut question = resident.have_said(QUESTION).samples;
    let spoken = question.iter().rposition(|sample| sample.unsigned_abs() > LOUD).map_or(0, |last| last + 1);
    question.truncate(spoken);
    let seconds = question.len() as f32 / RATE as f32;
    let mut rows: Vec<[u128; 4]> = (0..=rounds).map(|_| round(&Resident::new(server.base(), "demo"), &question)).collect();
    let first = rows.remove(0);
    println!("a question of {seconds:.1} s; ms after its end: median, from, to (where the sound has to be made: {})", first[2]);
    for (at, part) in PARTS.iter().enumerate() {
        let mut waits: Vec<u128> = rows.iter().map(|row| row[at]).collect();
        waits.sort_unstable();
        println!("{part}\t{}\t{}\t{}", waits[waits.len() / 2], waits[0], waits[waits.len() - 1]);
    }
}

/// Asks once; the waits in the order of [`PARTS`].
fn round(resident: &Resident, question: &[i16]) -> [u128; 4] {
    let mut stream = resident.speak("hands_free");
    stream.sound_in_time(&vec![0; RATE], "");
    stream.sound_in_time(question, "");
    let end = Instant::now();
    let silence = vec![0; RATE * SILENCE.as_secs() as usize];
    let came = stream.sound_in_time(&silence, "heard");
    let Some((heard_at, heard)) = came.last().filter(|(_, event)| event["type"] == "heard") else {
        panic!("nothing was heard: {came:?}");
    };
    let ended = came.iter().find(|(_, event)| event["type"] == "speech_ended").map_or(*heard_at, |(at, _)| *at);
    let word = |name: &str| heard[name].as_str().unwrap_or_default().to_owned();
    let answer = resident.say_heard(&word("text"), &word("utterance"));
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    let words = answer.first_words_at.expect("words");
    let asked = Instant::now();
    let first = answer.event("sentence").expect("a sentence")["text"].as_str().expect("text").to_owned();
    let sound = resident.have_said(&first).first_at.expect("sound");
    // The kiosk asks for the sound when the words come, not after the whole reply.
    let sound = words + sound.duration_since(asked);
    [*heard_at, words, sound, ended].map(|at| at.duration_since(end).as_millis())
}
