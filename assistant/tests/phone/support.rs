//! Lines and sounds for the tests.

use std::net::SocketAddr;
use std::time::Duration;

use assistant::phone::{Call, CallEvent, Peer, PhoneAccount, PhoneCredential, PhoneSettings};
use tests::free_ports;

/// A line on a free port of this machine that lets this machine in.
pub(crate) fn settings() -> PhoneSettings {
    // Every line of the tests has its own ports for sound, so that tests can run side by side.
    static NEXT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
    let block =
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + (std::process::id() % 100) as u16;
    let first = 30_000 + block % 100 * 200;
    PhoneSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], free_ports())),
        ports: first..=first + 199,
        peers: vec![Peer {
            network: "127.0.0.0/8".parse().expect("a network"),
            community: Some("demo".to_owned()),
            credential: None,
        }],
        ..PhoneSettings::default()
    }
}

/// An account at `registrar`.
pub(crate) fn account(registrar: String, register: bool) -> PhoneAccount {
    PhoneAccount {
        name: "trunk".to_owned(),
        community: "demo".to_owned(),
        registrar,
        credential: PhoneCredential {
            name: "12345".to_owned(),
            password: "secret".to_owned(),
        },
        digest_name: None,
        register,
        srtp: None,
        expires: Duration::from_secs(60),
    }
}

/// The next event of a call.
pub(crate) async fn event(call: &mut Call) -> CallEvent {
    tokio::time::timeout(Duration::from_secs(40), call.events.recv())
        .await
        .expect("an event in time")
        .expect("an event")
}

/// Waits until a call of ours, which may ring first, is answered.
pub(crate) async fn answered(call: &mut Call) {
    let mut told = event(call).await;
    if told == CallEvent::Ringing {
        told = event(call).await;
    }
    assert_eq!(told, CallEvent::Answered);
}

/// The share of the energy of `sound` that is at `hertz`.
pub(crate) fn purity(sound: &[f32], rate: u32, hertz: f32) -> f32 {
    let (mut sine, mut cosine, mut energy) = (0.0f64, 0.0f64, 1e-9f64);
    for (index, sample) in sound.iter().enumerate() {
        let phase = std::f64::consts::TAU * f64::from(hertz) * index as f64 / f64::from(rate);
        sine += f64::from(*sample) * phase.sin();
        cosine += f64::from(*sample) * phase.cos();
        energy += f64::from(*sample).powi(2);
    }
    (2.0 * (sine * sine + cosine * cosine) / sound.len() as f64 / energy) as f32
}

/// The loudest purity of `hertz` in any stretch of 200 ms.
pub(crate) fn loudest_purity(sound: &[f32], rate: u32, hertz: f32) -> f32 {
    sound
        .chunks_exact(rate as usize / 5)
        .filter(|stretch| stretch.iter().any(|sample| sample.abs() > 0.1))
        .map(|stretch| purity(stretch, rate, hertz))
        .fold(0.0, f32::max)
}

/// Takes frames until `count` came.
pub(crate) async fn listen(call: &mut Call, count: usize) -> Vec<f32> {
    let mut sound = Vec::new();
    for _ in 0..count {
        sound.extend(call.sound.recv().await.expect("a frame").samples);
    }
    sound
}

/// A tone as we play it.
pub(crate) fn tone(hertz: f32, rate: u32, seconds: f32) -> Vec<f32> {
    (0..(seconds * rate as f32) as usize)
        .map(|index| 0.5 * (std::f32::consts::TAU * hertz * index as f32 / rate as f32).sin())
        .collect()
}
