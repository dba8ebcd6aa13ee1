//! How long a caller waits for us, by parts: from the end of what they say to our first sound, and from an interruption
//! to our silence.
//!
//! ```text
//! cargo run -p assistant --example call_delay -- [ROUNDS]
//! ```
//!
//! A telephone line of ours calls the running product, asks, lets the answer begin, and asks again into it. It notes when
//! its last and first words left and when sound came and went; what the product did meanwhile is read from its book of
//! calls. Both lines are on this machine, so that what is left is what the product adds; the jitter buffer of the
//! listening side, which a real telephone has too, is printed beside it.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use assistant::phone::{Call, CallEvent, PhoneAccount, PhoneCredential, PhoneLine, PhoneSettings, SoundFrame};
use serde_json::Value;
use tests::{Product, Resident, Server, Worker, free_ports, wait_until};
use tokio::sync::mpsc;

/// What is asked, every time; the sound of its answer is in store after the first.
const QUESTION: &str = "您好，养老金认证要怎么办？";
/// Samples a second of what is said.
const RATE: usize = 16_000;
/// Root of the mean square above which a frame is sound.
const LOUD: f32 = 0.01;
/// Nobody pauses for so long within an answer.
const QUIET: Duration = Duration::from_millis(700);
/// What of an answer is heard before the interruption.
const HEARD: Duration = Duration::from_secs(3);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The peer's sound as it arrives: each frame's time and whether it is loud.
struct Ear(mpsc::UnboundedReceiver<(Instant, bool)>);

impl Ear {
    fn of(mut sound: mpsc::Receiver<SoundFrame>) -> Self {
        let (frames_out, frames) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(frame) = sound.recv().await {
                let square: f32 = frame.samples.iter().map(|sample| sample * sample).sum();
                let loud = (square / frame.samples.len() as f32).sqrt() > LOUD;
                if frames_out.send((Instant::now(), loud)).is_err() {
                    return;
                }
            }
        });
        Self(frames)
    }

    async fn next(&mut self) -> Result<(Instant, bool), Box<dyn Error>> {
        Ok(tokio::time::timeout(PATIENCE, self.0.recv()).await?.ok_or("the call is over")?)
    }

    /// When the first sound came.
    async fn until_sound(&mut self) -> Result<Instant, Box<dyn Error>> {
        loop {
            if let (at, true) = self.next().await? {
                return Ok(at);
            }
        }
    }

    /// When the sound went that is not followed by more for [`QUIET`].
    async fn until_quiet(&mut self) -> Result<Instant, Box<dyn Error>> {
        let mut since: Option<Instant> = None;
        loop {
            let (at, loud) = self.next().await?;
            match since {
                _ if loud => since = None,
                None => since = Some(at),
                Some(began) if at - began >= QUIET => return Ok(began),
                Some(_) => {}
            }
        }
    }

    /// Lets what was said in the meantime pass, and goes on for so long.
    async fn pass(&mut self, length: Duration) -> Result<(), Box<dyn Error>> {
        let until = Instant::now() + length;
        while self.next().await?.0 < until {}
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(10), |text| text.parse())?;
    let port = free_ports();
    let (server, administrator) = tokio::task::spawn_blocking(move || serve(port)).await?;
    let question = said(&server);

    let (line, _calls) = PhoneLine::open(caller(port)).await?;
    let mut call = line.dial("exchange", "12345").await?;
    answered(&mut call).await?;
    let mut ear = Ear::of(call.sound);
    ear.until_sound().await?;
    ear.until_quiet().await?;
    // The first answer is made while it is heard.
    say(&call.control, &question).await?;
    ear.until_sound().await?;
    ear.until_quiet().await?;

    let (mut answered, mut silenced) = (Vec::new(), Vec::new());
    say(&call.control, &question).await?;
    for _ in 0..rounds {
        let ended = Instant::now();
        answered.push(ear.until_sound().await? - ended);
        ear.pass(HEARD).await?;
        let began = Instant::now();
        let (told, quiet) = tokio::join!(say(&call.control, &question), ear.until_quiet());
        told?;
        silenced.push(quiet?.saturating_duration_since(began));
    }
    let buffer = call.control.statistics().delay;
    call.control.hang_up().await;
    let book = tokio::task::spawn_blocking(move || book(&administrator)).await?;

    println!("rounds\t{rounds}");
    println!("interruption to silence, ms\t{}", spread(&silenced));
    println!("end of speech to first sound, ms\t{}", spread(&answered));
    println!("of that, from the product's book: the end of speech was known after\t{}", {
        let known: Vec<Duration> = part(&book, "sound", None, rounds);
        let before = answered.iter().zip(&known).map(|(all, known)| all.saturating_sub(*known));
        spread(&before.collect::<Vec<_>>())
    });
    println!("  what was said was known after another\t{}", spread(&part(&book, "heard", None, rounds)));
    println!("  the reply began after another\t{}", spread(&part(&book, "words", Some("heard"), rounds)));
    println!("  its sound left after another\t{}", spread(&part(&book, "sound", Some("words"), rounds)));
    println!("jitter buffer of the listening side, ms\t{buffer}");
    Ok(())
}

/// The product, taking calls at this port; it writes nothing, as on answers that were verified.
fn serve(port: u16) -> (Server, Worker) {
    let settings =
        format!("[phone]\nlisten = \"127.0.0.1:{port}\"\n[[phone.peers]]\nnetwork = \"127.0.0.0/8\"\ncommunity = \"demo\"\n");
    let server = Product::with_starter_pack().serve_telephone(&settings, &[]);
    let administrator = Worker::administrator(&server);
    administrator.set_open("demo", true);
    (server, administrator)
}

/// The question in the product's own voice, without silence before and after it.
fn said(server: &Server) -> Vec<f32> {
    let samples = Resident::new(server.base(), "demo").have_said(QUESTION).samples;
    let samples: Vec<f32> = samples.into_iter().map(|sample| f32::from(sample) / 32_768.0).collect();
    let loud = |sample: &f32| sample.abs() > LOUD;
    let first = samples.iter().position(loud).unwrap_or(0);
    let last = samples.iter().rposition(loud).unwrap_or(0);
    samples[first..=last].to_vec()
}

fn caller(port: u16) -> PhoneSettings {
    PhoneSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], free_ports())),
        ports: 28_000..=28_099,
        accounts: vec![PhoneAccount {
            name: "exchange".to_owned(),
            community: "demo".to_owned(),
            registrar: format!("sip:127.0.0.1:{port}"),
            credential: PhoneCredential { name: "13812345678".to_owned(), password: String::new() },
            digest_name: None,
            register: false,
            srtp: None,
            expires: Duration::from_secs(60),
        }],
        ..PhoneSettings::default()
    }
}

async fn answered(call: &mut Call) -> Result<(), Box<dyn Error>> {
    loop {
        match tokio::time::timeout(PATIENCE, call.events.recv()).await?.ok_or("the call is over")? {
            CallEvent::Answered => return Ok(()),
            CallEvent::HungUp(ending) => return Err(format!("{ending:?}").into()),
            _ => {}
        }
    }
}

/// Says it; returns when its last sample has left.
async fn say(control: &assistant::phone::CallControl, samples: &[f32]) -> Result<(), Box<dyn Error>> {
    control.play(samples, RATE as u32)?.finished().await.ok_or("the call is over")?;
    Ok(())
}

/// The turns of the call that was measured.
fn book(administrator: &Worker) -> Vec<Value> {
    let mut turns = Vec::new();
    wait_until("the call in the book", || {
        turns = administrator.get("calls").1[0]["turns"].as_array().cloned().unwrap_or_default();
        !turns.is_empty()
    });
    turns
}

/// The times of the rounds that were measured: those before the first are left out, and the one that was cut off.
fn part(turns: &[Value], until: &str, from: Option<&str>, rounds: usize) -> Vec<Duration> {
    let at = |turn: &Value, name: &str| turn[name].as_u64().unwrap_or_default();
    let measured = turns.iter().skip(1).take(rounds);
    let times = measured.map(|turn| at(turn, until).saturating_sub(from.map_or(0, |from| at(turn, from))));
    times.map(Duration::from_millis).collect()
}

fn spread(times: &[Duration]) -> String {
    let mut times: Vec<u128> = times.iter().map(Duration::as_millis).collect();
    times.sort_unstable();
    match (times.first(), times.get(times.len() / 2), times.last()) {
        (Some(least), Some(median), Some(most)) => format!("median {median}, from {least} to {most}"),
        _ => "none".to_owned(),
    }
}
