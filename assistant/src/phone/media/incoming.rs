//! The peer's sound: from packets to frames of 20 ms.

use std::collections::VecDeque;
use std::time::Duration;

use super::codec::{Codec, FRAME, FrameDecoder};
use super::conceal::Concealment;
use super::jitter::{JitterBuffer, Turn};

/// Below this mean square a frame may be left out to catch up: about -50 dB.
const QUIET: f32 = 1e-5;

/// Stands where the payload type stands, for 20 ms without sound.
const MUTE: u8 = 255;

/// 20 ms of the peer's sound.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundFrame {
    /// When the frame begins, counted from the first frame of the call.
    pub at: Duration,
    /// 320 samples at 16 kHz in -1..1.
    pub samples: Vec<f32>,
    /// Whether some of it was invented for packets that were missing.
    pub concealed: bool,
}

/// Everything between a packet's arrival and the frame that is heard.
pub(in crate::phone) struct Incoming {
    buffer: JitterBuffer,
    decoder: Option<FrameDecoder>,
    concealment: Concealment,
    ready: VecDeque<f32>,
    frames: u32,
    concealed: u64,
}

impl Incoming {
    pub(in crate::phone) fn new() -> Self {
        Self {
            buffer: JitterBuffer::new(),
            decoder: None,
            concealment: Concealment::new(),
            ready: VecDeque::new(),
            frames: 0,
            concealed: 0,
        }
    }

    pub(in crate::phone) fn packet(
        &mut self,
        sequence: u16,
        timestamp: u32,
        codec: Codec,
        payload: &[u8],
        now: Duration,
    ) {
        if payload.is_empty() {
            return;
        }
        let mut marked = Vec::with_capacity(payload.len() + 1);
        // The codec travels with the sound, since a peer may change it from one packet to the next.
        marked.push(codec.payload_type());
        marked.extend_from_slice(payload);
        self.buffer.insert(sequence, timestamp, marked, now);
    }

    /// A packet of a key: it takes a number of the stream and carries no sound.
    pub(in crate::phone) fn key_packet(&mut self, sequence: u16) {
        self.buffer.insert_mute(sequence, vec![MUTE]);
    }

    /// The stream comes from another source from now on.
    pub(in crate::phone) fn restart(&mut self) {
        self.buffer = JitterBuffer::new();
        self.decoder = None;
    }

    pub(in crate::phone) fn buffer(&self) -> &JitterBuffer {
        &self.buffer
    }

    /// Frames that were invented in part.
    pub(in crate::phone) fn concealed(&self) -> u64 {
        self.concealed
    }

    /// The next 20 ms; to be called every 20 ms.
    pub(in crate::phone) fn frame(&mut self) -> SoundFrame {
        let mut concealed = false;
        // A packet holds at least one sample, so the number of turns is bounded by what a frame needs.
        for _ in 0..16 {
            if self.ready.len() >= FRAME {
                break;
            }
            match self.buffer.turn() {
                Turn::Play { packet, spare } => {
                    let mut sound = self.decode(&packet.payload);
                    let energy: f32 = sound.iter().map(|sample| sample * sample).sum();
                    if spare && energy <= QUIET * sound.len() as f32 {
                        self.buffer.shortened();
                        continue;
                    }
                    self.concealment.received(&mut sound);
                    self.ready.extend(sound);
                }
                Turn::Lost | Turn::Wait => {
                    concealed = true;
                    let invented = self.concealment.invent(FRAME);
                    self.ready.extend(invented);
                }
                Turn::Idle => {
                    let missing = FRAME - self.ready.len();
                    self.ready.extend(std::iter::repeat_n(0.0, missing));
                }
            }
        }
        self.concealed += u64::from(concealed);
        let mut samples: Vec<f32> = self.ready.drain(..FRAME.min(self.ready.len())).collect();
        samples.resize(FRAME, 0.0);
        let at = Duration::from_millis(u64::from(self.frames) * 20);
        self.frames += 1;
        SoundFrame {
            at,
            samples,
            concealed,
        }
    }

    fn decode(&mut self, marked: &[u8]) -> Vec<f32> {
        let Some((kind, payload)) = marked.split_first() else {
            return Vec::new();
        };
        if *kind == MUTE {
            return vec![0.0; FRAME];
        }
        let Some(codec) = Codec::ALL
            .into_iter()
            .find(|codec| codec.payload_type() == *kind)
        else {
            return Vec::new();
        };
        let decoder = match &mut self.decoder {
            Some(decoder) if decoder.codec() == codec => decoder,
            decoder => decoder.insert(FrameDecoder::new(codec)),
        };
        decoder.decode(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::media::codec::FrameEncoder;
    use proptest::prelude::*;

    #[test]
    fn a_tone_with_five_percent_loss_stays_a_tone() {
        let mut encoder = FrameEncoder::new(Codec::Pcma);
        let mut incoming = Incoming::new();
        let mut heard = Vec::new();
        for index in 0u32..300 {
            let tone: [f32; FRAME] = std::array::from_fn(|at| {
                0.5 * (std::f32::consts::TAU * 400.0 * (index as usize * FRAME + at) as f32
                    / 16_000.0)
                    .sin()
            });
            let payload = encoder.encode(&tone);
            if index % 20 != 13 {
                incoming.packet(
                    index as u16,
                    index * 160,
                    Codec::Pcma,
                    &payload,
                    Duration::from_millis(u64::from(index) * 20),
                );
            }
            heard.extend(incoming.frame().samples);
        }
        // The first loss also waits one turn for a packet that may only be late.
        assert!((15..=16).contains(&incoming.concealed()));
        let quiet = heard[3_200..]
            .chunks(80)
            .filter(|piece| piece.iter().all(|sample| sample.abs() < 0.2))
            .count();
        assert_eq!(quiet, 0, "no hole of 5 ms is heard");
    }

    proptest! {
        #[test]
        fn whatever_comes_there_is_a_frame(
            packets in proptest::collection::vec(
                (any::<u16>(), any::<u32>(), 0usize..3, proptest::collection::vec(any::<u8>(), 0..200)), 0..100)
        ) {
            let mut incoming = Incoming::new();
            for (index, (sequence, timestamp, codec, payload)) in packets.into_iter().enumerate() {
                incoming.packet(sequence, timestamp, Codec::ALL[codec], &payload, Duration::from_millis(index as u64));
                let frame = incoming.frame();
                prop_assert_eq!(frame.samples.len(), FRAME);
                prop_assert!(incoming.ready.len() < 4_000);
            }
        }
    }
}
