//! A bad network and bad manners: loss, jitter, strangers and nonsense.

use std::collections::BinaryHeap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use assistant::phone::{CallEvent, PhoneLine, PhoneSettings};
use rand::{Rng, SeedableRng, rngs::StdRng};
use crate::support::{event, listen, purity, settings};
use tests::{Microphone, Telephone, baresip_is_missing};

const MEMORY_PAGES: &str = "/proc/self/statm";

fn resident_pages() -> u64 {
    let text = std::fs::read_to_string(MEMORY_PAGES).expect("Linux");
    text.split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .expect("a number")
}

/// A relay between a telephone and the line that carries the sound too, loses 5 % of it and delays it by up to 60 ms.
struct Relay {
    ended: Arc<AtomicBool>,
    port: u16,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn local_socket() -> (UdpSocket, u16) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_nonblocking(true).expect("non-blocking");
    let port = socket.local_addr().expect("an address").port();
    (socket, port)
}

/// Puts the relay's own port into a description and gives the port that stood there.
fn replace_sound_port(message: &[u8], ours: u16) -> Option<(Vec<u8>, u16)> {
    let text = std::str::from_utf8(message).ok()?;
    let at = text.find("m=audio ")? + 8;
    let end = at + text[at..].find(' ')?;
    let theirs: u16 = text[at..end].parse().ok()?;
    assert_eq!(
        text[at..end].len(),
        ours.to_string().len(),
        "the length of the message stays"
    );
    Some((
        format!("{}{ours}{}", &text[..at], &text[end..]).into_bytes(),
        theirs,
    ))
}

fn relay(line: SocketAddr) -> Relay {
    let ended = Arc::new(AtomicBool::new(false));
    let (signal, port) = local_socket();
    // Sound from the line arrives at one socket and leaves from the other, and the other way round.
    let ((line_side, line_port), (phone_side, phone_port)) = (local_socket(), local_socket());
    let stop = Arc::clone(&ended);
    std::thread::spawn(move || {
        let mut random = StdRng::seed_from_u64(7);
        let (mut telephone, mut line_sound, mut phone_sound) = (None, None, None);
        let mut delayed: BinaryHeap<std::cmp::Reverse<(Instant, u64, bool, Vec<u8>)>> =
            BinaryHeap::new();
        let mut count = 0;
        let mut datagram = [0; 8_192];
        while !stop.load(Ordering::Relaxed) {
            while let Ok((length, from)) = signal.recv_from(&mut datagram) {
                let message = datagram[..length].to_vec();
                let (to, ours, theirs) = if from == line {
                    (telephone, phone_port, &mut line_sound)
                } else {
                    telephone = Some(from);
                    (Some(line), line_port, &mut phone_sound)
                };
                let message = match replace_sound_port(&message, ours) {
                    Some((message, port)) => {
                        *theirs = Some(SocketAddr::from(([127, 0, 0, 1], port)));
                        message
                    }
                    None => message,
                };
                if let Some(to) = to {
                    let _ = signal.send_to(&message, to);
                }
            }
            for (socket, to_line) in [(&phone_side, true), (&line_side, false)] {
                while let Ok((length, _)) = socket.recv_from(&mut datagram) {
                    if random.random_bool(0.95) {
                        let at =
                            Instant::now() + Duration::from_micros(random.random_range(0..60_000));
                        count += 1;
                        delayed.push(std::cmp::Reverse((
                            at,
                            count,
                            to_line,
                            datagram[..length].to_vec(),
                        )));
                    }
                }
            }
            while delayed
                .peek()
                .is_some_and(|packet| packet.0.0 <= Instant::now())
            {
                if let Some(std::cmp::Reverse((_, _, to_line, packet))) = delayed.pop() {
                    let (socket, to) = if to_line {
                        (&line_side, line_sound)
                    } else {
                        (&phone_side, phone_sound)
                    };
                    if let Some(to) = to {
                        let _ = socket.send_to(&packet, to);
                    }
                }
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
    });
    Relay { ended, port }
}

#[tokio::test(flavor = "multi_thread")]
async fn speech_survives_loss_and_jitter() {
    if baresip_is_missing() {
        return;
    }
    let mut telephone = Telephone::start("resident", Microphone::Tone(500), ";audio_codecs=pcma");
    let (line, mut calls) = PhoneLine::open(settings()).await.expect("opens");
    let relay = relay(line.address());
    telephone.command("dial", &format!("sip:12345@127.0.0.1:{}", relay.port));
    let mut call = tokio::time::timeout(Duration::from_secs(20), calls.next())
        .await
        .expect("in time")
        .expect("a call");
    call.control.answer().await.expect("answers");
    assert_eq!(event(&mut call).await, CallEvent::Answered);
    listen(&mut call, 150).await;
    let sound = listen(&mut call, 1_000).await;
    let statistics = call.control.statistics();
    let clean = sound
        .chunks_exact(1_600)
        .filter(|stretch| purity(stretch, 16_000, 500.0) > 0.7)
        .count();
    let holes = sound
        .chunks_exact(320)
        .filter(|frame| frame.iter().all(|sample| sample.abs() < 0.02))
        .count();
    eprintln!(
        "5 % loss and 60 ms jitter: {clean} of 200 stretches clean, {holes} of 1000 frames silent, {statistics:?}"
    );
    assert!(statistics.lost > 20, "the relay loses packets");
    assert!(
        clean > 180,
        "{clean} of 200 stretches of 100 ms are the tone"
    );
    assert!(holes < 10, "{holes} frames without sound");
    call.control.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_no_answer() {
    let (line, mut calls) = PhoneLine::open(PhoneSettings {
        peers: Vec::new(),
        ..settings()
    })
    .await
    .expect("opens");
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a socket");
    for message in ["INVITE", "OPTIONS", "REGISTER"] {
        socket
            .send_to(request(message, "s1").as_bytes(), line.address())
            .await
            .expect("sent");
    }
    socket
        .send_to(b"\r\n\r\n", line.address())
        .await
        .expect("sent");
    let mut answer = [0; 2_048];
    let answered =
        tokio::time::timeout(Duration::from_millis(500), socket.recv_from(&mut answer)).await;
    assert!(answered.is_err(), "a scanner learns nothing");
    assert!(
        tokio::time::timeout(Duration::from_millis(10), calls.next())
            .await
            .is_err()
    );
}

fn request(method: &str, branch: &str) -> String {
    let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    format!(
        "{method} sip:12345@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK{branch};rport\r\nMax-Forwards: 70\r\n\
         From: \"x\" <sip:a@127.0.0.1>;tag=f{branch}\r\nTo: <sip:12345@127.0.0.1>\r\nCall-ID: {branch}@test\r\nCSeq: 1 {method}\r\n\
         Contact: <sip:a@127.0.0.1:5999>\r\nSupported: timer\r\nSession-Expires: 1800\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A request of any kind with octets changed, cut out or repeated.
fn bent(random: &mut StdRng, index: usize) -> Vec<u8> {
    let methods = [
        "INVITE", "OPTIONS", "BYE", "ACK", "CANCEL", "REFER", "NOTIFY", "UPDATE", "INFO",
        "REGISTER", "PRACK", "FOO",
    ];
    let mut message = request(methods[index % methods.len()], &format!("b{index}")).into_bytes();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..message.len());
        match random.random_range(0..5) {
            0 => message[at] = random.random(),
            1 => {
                let end = (at + random.random_range(0..40)).min(message.len());
                message.drain(at..end);
            }
            2 => {
                let end = (at + random.random_range(0..200)).min(message.len());
                let piece = message[at..end].to_vec();
                message.splice(at..at, piece);
            }
            3 => {
                let nonsense: &[u8] = [
                    b"\xff\xfe".as_slice(),
                    b"%%%",
                    b"\"",
                    b"<>",
                    b";;=;",
                    b"99999999999999999999",
                    b"\r\n \r\n",
                    b"[::1",
                    b",",
                ][random.random_range(0..9)];
                message.splice(at..at, nonsense.iter().copied());
            }
            _ => message.truncate(at.max(1)),
        }
        if message.is_empty() {
            message.push(b'x');
        }
    }
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_on_the_wire_breaks_nothing() {
    let limits = PhoneSettings {
        calls: 10,
        busy_lines: 2,
        messages_a_second: 1_000_000,
        ..settings()
    };
    let (line, mut calls) = PhoneLine::open(limits).await.expect("opens");
    // Calls that the nonsense sets up are answered, so that nonsense reaches their sound too.
    let taker = tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Some(call) = calls.next().await {
            // Some of them end while they are being answered.
            let _ = call.control.answer().await;
            taken.push(call);
            if taken.len() > 6 {
                taken.remove(0);
            }
        }
    });
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a socket");
    let mut random = StdRng::seed_from_u64(20_261_122);
    let mut begun = 0;
    for index in 0..20_000 {
        if index == 4_000 {
            begun = resident_pages();
        }
        let message = if index % 4 == 0 {
            (0..random.random_range(1..400))
                .map(|_| random.random())
                .collect()
        } else {
            bent(&mut random, index)
        };
        socket
            .send_to(&message, line.address())
            .await
            .expect("sent");
        if index % 50 == 0 {
            tokio::task::yield_now().await;
            alive(&line, &format!("a{index}")).await;
        }
    }
    for index in 0..40 {
        let mut stream = tokio::net::TcpStream::connect(line.address())
            .await
            .expect("connects");
        let message = bent(&mut random, index);
        // The line may close the connection on what it cannot read.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &message).await;
    }
    for port in 30_000..30_200u16 {
        for _ in 0..20 {
            let message: Vec<u8> = (0..random.random_range(1..200))
                .map(|at| if at == 0 { 0x80 } else { random.random() })
                .collect();
            socket
                .send_to(&message, SocketAddr::from(([127, 0, 0, 1], port)))
                .await
                .expect("sent");
        }
    }
    alive(&line, "last").await;
    let grown = resident_pages().saturating_sub(begun) * 4_096 / 1_048_576;
    eprintln!("memory grew by {grown} MiB over 16,000 messages that are no requests");
    assert!(grown < 120, "memory grew by {grown} MiB");
    taker.abort();
}

/// An honest OPTIONS is answered.
async fn alive(line: &PhoneLine, branch: &str) {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a socket");
    let mut answer = [0; 2_048];
    for _ in 0..20 {
        socket
            .send_to(request("OPTIONS", branch).as_bytes(), line.address())
            .await
            .expect("sent");
        if let Ok(Ok((length, _))) =
            tokio::time::timeout(Duration::from_secs(2), socket.recv_from(&mut answer)).await
        {
            assert!(
                answer[..length].starts_with(b"SIP/2.0 200"),
                "{}",
                String::from_utf8_lossy(&answer[..length])
            );
            return;
        }
    }
    panic!("the line no longer answers");
}
