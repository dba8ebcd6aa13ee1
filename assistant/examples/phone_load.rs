//! Twenty calls at once for a minute, dialled by sipp, which echoes our sound: gaps on our side and memory.
//!
//! `cargo run --release --example phone_load [calls] [seconds]`
#![expect(clippy::print_stdout, reason = "a benchmark prints its findings")]

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use assistant::phone::{CallEvent, MediaStatistics, Peer, PhoneLine, PhoneSettings};

fn resident_megabytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<f64>().ok())
        .unwrap_or(0.0)
        * 4_096.0
        / 1_048_576.0
}

fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = text
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .skip(11)
        .take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let calls: usize = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(60), |text| text.parse())?;
    let peer = Peer {
        network: "127.0.0.0/8".parse()?,
        community: None,
        credential: None,
    };
    let settings = PhoneSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 5_490)),
        ports: 46_000..=47_999,
        calls,
        peers: vec![peer],
        messages_a_second: 1_000,
        ..PhoneSettings::default()
    };
    let (line, mut incoming) = PhoneLine::open(settings).await?;
    let mut sipp = tokio::process::Command::new("sipp")
        .args([
            "-sn",
            "uac",
            "-s",
            "12345",
            "127.0.0.1:5490",
            "-i",
            "127.0.0.1",
            "-p",
            "5470",
            "-mp",
            "6400",
            "-rtp_echo",
            "-nostdin",
        ])
        .args([
            "-m",
            &calls.to_string(),
            "-l",
            &calls.to_string(),
            "-r",
            "10",
            "-d",
            &(seconds * 1_000).to_string(),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut tasks = Vec::new();
    for _ in 0..calls {
        let mut call = incoming.next().await.ok_or("the line closed")?;
        tasks.push(tokio::spawn(async move {
            let tone: Vec<f32> = (0..24_000)
                .map(|index| 0.3 * (0.2 * index as f32).sin())
                .collect();
            if call.control.answer().await.is_err() {
                return (MediaStatistics::default(), 0);
            }
            let mut frames = 0;
            loop {
                tokio::select! {
                    Some(_) = call.sound.recv() => {
                        frames += 1;
                        if !call.control.is_playing() {
                            // The notice is of no use here.
                            let _ = call.control.play(&tone, 24_000);
                        }
                    }
                    event = call.events.recv() => match event {
                        Some(CallEvent::HungUp(_)) | None => break,
                        Some(_) => {}
                    },
                }
            }
            (call.control.statistics(), frames)
        }));
    }
    let (begun, busy) = (Instant::now(), processor_seconds());
    tokio::time::sleep(Duration::from_secs(seconds / 6)).await;
    println!(
        "calls now {}, memory {:.1} MiB",
        line.calls(),
        resident_megabytes()
    );
    tokio::time::sleep(Duration::from_secs(seconds * 4 / 6)).await;
    println!(
        "calls now {}, memory {:.1} MiB",
        line.calls(),
        resident_megabytes()
    );
    let mut total = MediaStatistics::default();
    for task in tasks {
        let (one, frames) = task.await?;
        total.sent += one.sent;
        total.received += one.received;
        total.lost += one.lost;
        total.gaps += one.gaps;
        total.unheard += one.unheard;
        total.concealed += one.concealed;
        total.longest_gap = total.longest_gap.max(one.longest_gap);
        total.delay = total.delay.max(one.delay);
        if frames == 0 {
            println!("a call without sound");
        }
    }
    let share = (processor_seconds() - busy) / begun.elapsed().as_secs_f64();
    println!("{total:?}");
    println!(
        "processor {:.1} % of one core for {calls} calls; sipp {:?}",
        share * 100.0,
        sipp.wait().await?.code()
    );
    Ok(())
}
