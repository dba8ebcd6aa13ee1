//! Our stream: numbered, stamped packets of sound and of keys.

use rand::Rng;
use rtp_types::RtpPacketBuilder;

use super::codec::{Codec, FRAME, FrameEncoder, TICKS_A_FRAME};
use super::digits::{KeyPressed, Press};

/// The state of one RTP stream that we send.
pub(in crate::phone) struct Outgoing {
    source: u32,
    sequence: u16,
    timestamp: u32,
    begun: bool,
    codec: Codec,
    encoder: FrameEncoder,
    key: Option<KeyPressed>,
}

impl Outgoing {
    pub(in crate::phone) fn new(codec: Codec) -> Self {
        let mut random = rand::rng();
        Self {
            source: random.random(),
            sequence: random.random_range(0..0x8000),
            timestamp: random.random(),
            begun: false,
            codec,
            encoder: FrameEncoder::new(codec),
            key: None,
        }
    }

    pub(in crate::phone) fn source(&self) -> u32 {
        self.source
    }

    pub(in crate::phone) fn timestamp(&self) -> u32 {
        self.timestamp
    }

    pub(in crate::phone) fn change_codec(&mut self, codec: Codec) {
        if codec != self.codec {
            self.codec = codec;
            self.encoder = FrameEncoder::new(codec);
        }
    }

    /// Whether another key can be pressed.
    pub(in crate::phone) fn ready_for_key(&self) -> bool {
        self.key.is_none()
    }

    pub(in crate::phone) fn press(&mut self, key: char) {
        self.key = KeyPressed::new(key);
    }

    /// Time passes without a packet, as during hold.
    pub(in crate::phone) fn skip(&mut self) {
        self.timestamp = self.timestamp.wrapping_add(TICKS_A_FRAME);
        self.begun = false;
    }

    /// The packet of the next 20 ms: a key being pressed, or `frame`.
    pub(in crate::phone) fn packet(
        &mut self,
        frame: &[f32; FRAME],
        key_type: Option<u8>,
    ) -> Option<Vec<u8>> {
        let pressed = match (&mut self.key, key_type) {
            (Some(key), Some(kind)) => key.frame().map(|press| (press, kind)),
            _ => None,
        };
        if pressed.is_none() {
            self.key = None;
        }
        let packet = match pressed {
            Some((
                Press::Event {
                    payload,
                    back,
                    first,
                },
                kind,
            )) => self.write(kind, self.timestamp.wrapping_sub(back), first, &payload),
            Some((Press::Pause, _)) => {
                let payload = self.encoder.encode(&[0.0; FRAME]);
                self.write(self.codec.payload_type(), self.timestamp, false, &payload)
            }
            None => {
                let payload = self.encoder.encode(frame);
                let marker = !self.begun;
                self.begun = true;
                self.write(self.codec.payload_type(), self.timestamp, marker, &payload)
            }
        };
        self.timestamp = self.timestamp.wrapping_add(TICKS_A_FRAME);
        packet
    }

    fn write(&mut self, kind: u8, timestamp: u32, marker: bool, payload: &[u8]) -> Option<Vec<u8>> {
        let packet = RtpPacketBuilder::<&[u8], &[u8]>::new()
            .payload_type(kind)
            .sequence_number(self.sequence)
            .timestamp(timestamp)
            .ssrc(self.source)
            .marker_bit(marker)
            .payload(payload)
            .write_vec()
            .ok();
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }
}
