//! A resident who speaks and listens.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use crate::Resident;

/// Samples a second of what a resident says.
pub const RATE: usize = 16_000;
/// Samples a second of what is said to them.
const SPOKEN_RATE: usize = 24_000;
/// What is sent at once.
const PIECE: Duration = Duration::from_millis(40);
/// Longest wait for something that must come: a busy machine recognises slowly.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// A text as the server says it.
pub struct Said {
    /// Samples at [`RATE`].
    pub samples: Vec<i16>,
    /// Every piece, as it came, without its sound.
    pub pieces: Vec<Value>,
    /// When the first of them came.
    pub first_at: Option<Instant>,
}

impl Resident {
    /// Has the server say a text.
    pub fn have_said(&self, text: &str) -> Said {
        let mut response = crate::resident::agent()
            .post(format!("{}/api/conversations/{}/speech", self.base(), self.id))
            .content_type("application/json")
            .header("authorization", format!("Bearer {}", self.token))
            .send(json!({ "text": text }).to_string())
            .expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        let (mut spoken, mut pieces, mut name) = (Vec::new(), Vec::new(), String::new());
        let mut first_at = None;
        for line in BufReader::new(response.body_mut().as_reader()).lines() {
            let line = line.expect("a line");
            if let Some(event) = line.strip_prefix("event:") {
                event.trim().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data:") {
                let mut data: Value = serde_json::from_str(data).expect("JSON");
                match name.as_str() {
                    "piece" => {
                        first_at.get_or_insert_with(Instant::now);
                        let file = STANDARD.decode(data["audio"].as_str().expect("sound")).expect("base64");
                        let (pairs, _) = file[44..].as_chunks::<2>();
                        spoken.extend(pairs.iter().map(|pair| i16::from_le_bytes(*pair)));
                        data["audio"].take();
                        pieces.push(data);
                    }
                    "done" => return Said { samples: slower(&spoken), pieces, first_at },
                    other => panic!("{other}: {data}"),
                }
            }
        }
        panic!("the speech ended without a word");
    }

    /// Has a recording heard; status and body.
    pub fn have_heard(&self, samples: &[i16]) -> (u16, Value) {
        let mut response = crate::resident::agent()
            .post(format!("{}/api/conversations/{}/heard", self.base(), self.id))
            .content_type("audio/wav")
            .header("authorization", format!("Bearer {}", self.token))
            .send(&recording(samples)[..])
            .expect("the server answers");
        let mut text = String::new();
        response.body_mut().as_reader().read_to_string(&mut text).expect("a text");
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Speaks into a stream.
    pub fn speak(&self, mode: &str) -> Stream {
        self.speak_agreeing(mode, false)
    }

    /// Speaks into a stream, and agrees or not that it is recorded.
    pub fn speak_agreeing(&self, mode: &str, agreed: bool) -> Stream {
        let mut stream = Stream::to(self);
        stream.tell(&json!({"type": "start", "token": self.token, "mode": mode, "agreed": agreed}));
        stream.wait_for("ready");
        stream
    }
}

/// A stream of sound to the server.
pub struct Stream {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
}

impl Stream {
    /// Connects and says nothing yet.
    pub fn to(resident: &Resident) -> Self {
        let base = resident.base().replacen("http", "ws", 1);
        let address = format!("{base}/api/conversations/{}/voice", resident.id);
        let (socket, _) = tungstenite::connect(address).expect("the server answers");
        let stream = Self { socket };
        stream.wait_at_most(LONGEST_WAIT);
        stream
    }

    fn wait_at_most(&self, time: Duration) {
        if let MaybeTlsStream::Plain(plain) = self.socket.get_ref() {
            plain.set_read_timeout(Some(time)).expect("a time-out");
        }
    }

    /// Says something that is no sound.
    pub fn tell(&mut self, said: &Value) {
        self.socket.send(Message::Text(said.to_string().into())).expect("the server listens");
    }

    /// Sends sound in pieces of 40 ms.
    pub fn sound(&mut self, samples: &[i16]) {
        for piece in samples.chunks(RATE / 25) {
            let bytes: Vec<u8> = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            self.socket.send(Message::Binary(bytes.into())).expect("the server listens");
        }
    }

    /// Sends sound as fast as it is spoken and returns what came meanwhile, each with its time, until an event
    /// named `last` has come.
    pub fn sound_in_time(&mut self, samples: &[i16], last: &str) -> Vec<(Instant, Value)> {
        let began = Instant::now();
        let mut came = Vec::new();
        for (at, piece) in (1..).zip(samples.chunks(RATE / 25)) {
            self.sound(piece);
            while let Some(left) = (PIECE * at).checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
                if let Some(event) = self.read_within(left) {
                    let is_last = event["type"] == last;
                    came.push((Instant::now(), event));
                    if is_last {
                        return came;
                    }
                }
            }
        }
        came
    }

    /// What comes within this time.
    fn read_within(&mut self, time: Duration) -> Option<Value> {
        self.wait_at_most(time);
        let read = self.socket.read();
        self.wait_at_most(LONGEST_WAIT);
        match read {
            Ok(Message::Text(text)) => Some(serde_json::from_str(&text).expect("JSON")),
            Ok(_) => None,
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("the server is gone: {error}"),
        }
    }

    /// Sends silence.
    pub fn silence(&mut self, seconds: f32) {
        self.sound(&vec![0; (seconds * RATE as f32) as usize]);
    }

    /// Waits for an event of this name and returns it with the names of those that came before.
    pub fn wait_for(&mut self, name: &str) -> (Value, Vec<String>) {
        let mut passed = Vec::new();
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let event: Value = serde_json::from_str(&text).expect("JSON");
                    if event["type"] == name {
                        return (event, passed);
                    }
                    passed.push(event["type"].as_str().unwrap_or_default().to_owned());
                    assert_ne!(event["type"], "problem", "{event}");
                }
                Ok(_) => {}
                Err(error) => panic!("{name} never came ({error}); what came: {passed:?}"),
            }
        }
    }

    /// Waits until the server closes it, and returns the code.
    pub fn closed(mut self) -> u16 {
        loop {
            match self.socket.read() {
                Ok(Message::Close(frame)) => return frame.expect("a reason").code.into(),
                Ok(_) => {}
                Err(error) => panic!("it was not closed: {error}"),
            }
        }
    }
}

/// From 24 kHz to 16 kHz, each sample between its two neighbours.
fn slower(samples: &[i16]) -> Vec<i16> {
    (0..samples.len() * RATE / SPOKEN_RATE)
        .map(|place| {
            let at = place as f32 * SPOKEN_RATE as f32 / RATE as f32;
            let before = samples[at as usize];
            let after = samples.get(at as usize + 1).copied().unwrap_or(before);
            let share = at.fract();
            (f32::from(before) * (1.0 - share) + f32::from(after) * share) as i16
        })
        .collect()
}

/// A WAV file at [`RATE`].
pub fn recording(samples: &[i16]) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    for field in [16_u32, 1 | 1 << 16, RATE as u32, RATE as u32 * 2, 2 | 16 << 16] {
        file.extend_from_slice(&field.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}
