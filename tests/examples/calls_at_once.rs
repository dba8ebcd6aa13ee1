//! Many calls at once, on answers that are made already: who is on the line hears no gap.
//!
//! ```text
//! cargo run -p tests --example calls_at_once -- [CALLS] [MINUTES]
//! ```
//!
//! So many telephones (baresip) dial the running product, one after the other, and ask the same question
//! again and again, each at its own time. Printed are the calls that lasted until the telephones hung up, the
//! pauses between two packets of ours that were longer than 40 ms, what was lost, the turns and how long each
//! took from the end of speech to what was heard, the first words and the first sound, and the server's memory
//! when all were on the line and at the end.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Microphone, Product, Resident, Server, Telephone, Worker, free_ports, wait_until};

/// Asked by everybody; its answer is the same every time.
const QUESTION: &str = "您好，养老金认证要怎么办？";
/// From one question of a caller to the next: the answer takes most of it.
const EVERY: Duration = Duration::from_secs(45);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(default, |given| given.parse().expect("a number"));
    let (calls, minutes) = (number(20), number(10));
    let port = free_ports();
    let server = serve(port, calls);
    let administrator = Worker::administrator(&server);
    administrator.set_open("demo", true);
    let question = said(&server, QUESTION);

    let dialled = |caller: u64| {
        let mut telephone = Telephone::start(&format!("138{caller:08}"), Microphone::Speech, ";audio_codecs=pcma");
        telephone.command("dial", &format!("sip:12345@127.0.0.1:{port}"));
        telephone.wait_for("CALL_ESTABLISHED");
        telephone
    };
    // The first caller hears the answer while it is made; from then on its sound is in store.
    let mut telephones = vec![dialled(0)];
    telephones[0].say(&question);
    std::thread::sleep(EVERY);
    let pause = EVERY / u32::try_from(calls).unwrap_or(u32::MAX);
    for caller in 0..calls {
        // Who is silent for long is wished a good day: each asks soon after the greeting has begun.
        if caller > 0 {
            telephones.push(dialled(caller));
        }
        std::thread::sleep(pause);
        telephones[caller as usize].say(&question);
    }
    let before = memory(&server);
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    while Instant::now() < end {
        for telephone in &mut telephones {
            telephone.say(&question);
            std::thread::sleep(pause);
        }
    }
    let after = memory(&server);
    for telephone in &mut telephones {
        telephone.command("hangup", "");
    }
    let mut book = Value::Null;
    wait_until("all calls in the book", || {
        book = administrator.get("calls").1;
        book.as_array().is_some_and(|book| book.len() as u64 >= calls)
    });
    tell(&book, calls);
    println!("memory of the server, MiB\t{before} before, {after} after");
}

/// A server that takes so many calls and writes nothing, once what it says in every call is made.
fn serve(port: u16, calls: u64) -> Server {
    let settings = format!(
        "[phone]\nlisten = \"127.0.0.1:{port}\"\ncalls = {calls}\n\
         [[phone.peers]]\nnetwork = \"127.0.0.0/8\"\ncommunity = \"demo\"\n"
    );
    Product::with_starter_pack().serve_telephone(&settings, &[])
}

/// A sentence in the server's own voice, at the telephone's rate.
fn said(server: &Server, text: &str) -> Vec<i16> {
    let samples = Resident::new(server.base(), "demo").have_said(text).samples;
    samples.chunks_exact(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect()
}

/// Resident memory in MiB.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

fn tell(book: &Value, calls: u64) {
    let rows = book.as_array().map(Vec::as_slice).unwrap_or_default();
    let sum = |name: &str| rows.iter().filter_map(|row| row[name].as_i64()).sum::<i64>();
    let turns: Vec<&Value> = rows.iter().filter_map(|row| row["turns"].as_array()).flatten().collect();
    let lasted = rows.iter().filter(|row| row["ending"] == "ByPeer").count();
    println!("calls that lasted until the caller hung up\t{lasted} of {calls}");
    println!("pauses over 40 ms on our side\t{}", sum("gaps"));
    println!("packets lost on the way to us\t{}", sum("lost"));
    println!("turns\t{}", turns.len());
    for (name, until) in [("heard", "heard"), ("first words", "words"), ("first sound", "sound")] {
        let mut waits: Vec<i64> = turns.iter().filter_map(|turn| turn[until].as_i64()).collect();
        waits.sort_unstable();
        let at = |share: usize| waits.get(waits.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
        println!("end of speech to {name}, ms\tmedian {}, 95th percentile {}, longest {}", at(50), at(95), at(100));
    }
}
