//! A real telephone for the tests: Debian's baresip, driven through its control port.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Certificates;

/// Seconds of silence that a telephone has in store: no call of a test is longer.
const SILENCE: usize = 900;

/// Ports for sound: all of five digits, and below those of [`free_ports`].
const SOUND_PORTS: std::ops::RangeInclusive<u16> = 10_000..=15_999;

const MODULES: &str = "/usr/lib/baresip/modules";

/// Says loudly that baresip is missing.
pub fn baresip_is_missing() -> bool {
    let missing = !Path::new(MODULES).exists();
    if missing {
        crate::skip("baresip is not installed (apt-get install baresip-core)");
    }
    missing
}

/// What the telephone says into the call.
#[derive(Clone, Copy)]
pub enum Microphone {
    /// A tone of so many hertz.
    Tone(u32),
    /// What it hears comes back, and is recorded.
    Echo,
    /// Silence, until [`Telephone::say`].
    Speech,
}

/// One running baresip.
pub struct Telephone {
    child: Child,
    control: TcpStream,
    heard: String,
    folder: TempDir,
    spoken: usize,
    /// Where it listens for SIP.
    pub port: u16,
}

/// A port that is free for UDP and TCP, with the one above it, on which baresip listens for TLS; given to nobody
/// else in these tests.
///
/// It lies below the ports that the system gives to connections: those of a waiting test would take it.
pub fn free_ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 16_000 + (std::process::id() % 400) as u16 * 32;
    loop {
        let port = first + NEXT.fetch_add(2, Ordering::Relaxed) % 1024;
        let free = [port, port + 1].into_iter().all(|port| {
            TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok()
        });
        if free {
            return port;
        }
    }
}

fn tone(hertz: u32, rate: u32) -> Vec<i16> {
    let sample = |index: u32| {
        let phase = std::f64::consts::TAU * f64::from(hertz) * f64::from(index) / f64::from(rate);
        (phase.sin() * 12_000.0) as i16
    };
    (0..rate * 60).map(sample).collect()
}

fn write_wave(path: &Path, samples: &[i16], rate: u32) {
    let sound: Vec<u8> = samples.iter().copied().flat_map(i16::to_le_bytes).collect();
    let mut wave = Vec::new();
    wave.extend(b"RIFF");
    wave.extend((36 + sound.len() as u32).to_le_bytes());
    wave.extend(b"WAVEfmt ");
    for value in [16u32, 0x0001_0001, rate, rate * 2, 0x0010_0002] {
        wave.extend(value.to_le_bytes());
    }
    wave.extend(b"data");
    wave.extend((sound.len() as u32).to_le_bytes());
    wave.extend(sound);
    fs::write(path, wave).expect("a wave file");
}

impl Telephone {
    /// Starts a telephone called `name`; `account` is added to its account's parameters.
    pub fn start(name: &str, microphone: Microphone, account: &str) -> Self {
        Self::start_at(free_ports(), name, microphone, account)
    }

    /// Starts it where somebody expects it: at a port of [`free_ports`].
    pub fn start_at(port: u16, name: &str, microphone: Microphone, account: &str) -> Self {
        Self::start_with(port, name, microphone, account, "")
    }

    /// Starts one that signals over TLS, on the port above its own, believes only this authority, and has no call
    /// without SRTP.
    pub fn start_protected(
        name: &str,
        microphone: Microphone,
        account: &str,
        certificates: &Certificates,
    ) -> Self {
        let given = certificates.give(&["127.0.0.1"]);
        let own = certificates.file(&format!("{name}.pem"), &(given.certificate + &given.key));
        let authority = certificates.file("authority.pem", &certificates.authority());
        let settings = format!(
            "module srtp.so\nsip_certificate {}\nsip_cafile {}\nsip_verify_server yes\n",
            own.display(),
            authority.display()
        );
        let account = format!(";mediaenc=srtp-mand{account}");
        Self::start_with(free_ports(), name, microphone, &account, &settings)
    }

    fn start_with(
        port: u16,
        name: &str,
        microphone: Microphone,
        account: &str,
        settings: &str,
    ) -> Self {
        let folder = TempDir::new().expect("a folder");
        let control_port = free_ports();
        let (source, player) = match microphone {
            Microphone::Tone(hertz) => {
                let path = folder.path().join("tone.wav");
                // Its file must have the rate of the codec.
                let rate = if account.contains("G722") { 16_000 } else { 8_000 };
                write_wave(&path, &tone(hertz, rate), rate);
                (format!("aufile,{}", path.display()), "audio_player aubridge,unheard\n".to_owned())
            }
            Microphone::Speech => {
                let path = folder.path().join("silence.wav");
                write_wave(&path, &vec![0; 8_000 * SILENCE], 8_000);
                (format!("aufile,{}", path.display()), "audio_player aubridge,unheard\n".to_owned())
            }
            Microphone::Echo => (
                "aubridge,loop".to_owned(),
                "audio_player aubridge,loop\n".to_owned(),
            ),
        };
        let config = format!(
            "module_path {MODULES}\nmodule g711.so\nmodule g722.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\n\
             module_app account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\nsnd_path {}\nsip_listen 127.0.0.1:{port}\n\
             rtp_ports {}-{}\nctrl_tcp_listen 127.0.0.1:{control_port}\naudio_source {source}\n{player}jitter_buffer_delay 1-10\n{settings}",
            folder.path().display(),
            SOUND_PORTS.start(),
            SOUND_PORTS.end()
        );
        fs::write(folder.path().join("config"), config).expect("a config");
        fs::write(
            folder.path().join("accounts"),
            format!("<sip:{name}@127.0.0.1:{port}>;regint=0{account}\n"),
        )
        .expect("an account");
        fs::write(folder.path().join("contacts"), "").expect("contacts");
        let log = fs::File::create(folder.path().join("log")).expect("a log");
        let child = Command::new("baresip")
            .arg("-f")
            .arg(folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("baresip starts");
        let begun = Instant::now();
        let control = loop {
            match TcpStream::connect(("127.0.0.1", control_port)) {
                Ok(control) => break control,
                Err(error) => assert!(
                    begun.elapsed() < Duration::from_secs(30),
                    "baresip does not listen: {error}"
                ),
            }
            std::thread::yield_now();
        };
        control
            .set_read_timeout(Some(Duration::from_millis(200)))
            .expect("a timeout");
        Self {
            child,
            control,
            heard: String::new(),
            folder,
            spoken: 0,
            port,
        }
    }

    /// Gives a command: `dial`, `hangup`, `sndcode`, `hold`, `resume`, `accept` …
    pub fn command(&mut self, command: &str, parameters: &str) {
        let text = format!(r#"{{"command":"{command}","params":"{parameters}"}}"#);
        write!(self.control, "{}:{text},", text.len()).expect("a command");
    }

    /// Waits until the telephone told of `event`, and gives what it told since the last wait, up to then.
    pub fn wait_for(&mut self, event: &str) -> String {
        let begun = Instant::now();
        let mut octets = [0; 4_096];
        loop {
            if let Some(at) = self.heard.find(event) {
                let end = self.heard[at..]
                    .find("},")
                    .map_or(self.heard.len(), |length| at + length);
                return self.heard.drain(..end).collect();
            }
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "no {event} from the telephone, only {}\n{}",
                self.heard,
                self.log()
            );
            if let Ok(length) = self.control.read(&mut octets) {
                self.heard
                    .push_str(&String::from_utf8_lossy(&octets[..length]));
            }
        }
    }

    /// Says something into the call: samples at 8 kHz; then silence again.
    pub fn say(&mut self, samples: &[i16]) {
        self.spoken += 1;
        let path = self.folder.path().join(format!("said-{}.wav", self.spoken));
        let mut sound = samples.to_vec();
        sound.resize(samples.len() + 8_000 * SILENCE, 0);
        write_wave(&path, &sound, 8_000);
        self.command("ausrc", &format!("aufile,{}", path.display()));
    }

    /// The address to dial it at.
    pub fn address(&self) -> String {
        format!("sip:127.0.0.1:{}", self.port)
    }

    /// What it wrote about itself.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// What it heard, as samples in -1..1 with their rate, once the call is over.
    pub fn recording(&self) -> (Vec<f32>, u32) {
        let wave = fs::read(self.newest_recording().expect("a recording")).expect("readable");
        let rate = u32::from_le_bytes(wave[24..28].try_into().expect("four octets"));
        (samples(&wave), rate)
    }

    /// What it heard so far in its newest call; nothing where none has begun.
    pub fn recorded(&self) -> Vec<f32> {
        let wave = self.newest_recording().and_then(|path| fs::read(path).ok());
        wave.filter(|wave| wave.len() > 44).map_or_else(Vec::new, |wave| samples(&wave))
    }

    fn newest_recording(&self) -> Option<PathBuf> {
        let files = fs::read_dir(self.folder.path()).ok()?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let recordings = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav"));
        recordings.max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok())
    }

    /// Presses keys one after another.
    pub fn keys(&mut self, keys: &str) {
        self.command("sndcode", keys);
    }
}

/// The samples of a WAV file of sixteen bits whose header may not be finished yet.
fn samples(wave: &[u8]) -> Vec<f32> {
    let (pairs, _) = wave[44..].as_chunks::<2>();
    pairs.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0).collect()
}

impl Drop for Telephone {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
