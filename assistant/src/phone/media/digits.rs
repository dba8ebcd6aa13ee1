//! Keys of the telephone as events of RTP (RFC 4733).

use super::codec::TICKS_A_FRAME;

/// The keys in the order of their event numbers 0 to 15.
const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];
/// Frames of 20 ms that a key we press sounds, and the pause after it.
const SOUNDING: u16 = 6;
const PAUSE: u16 = 4;
/// Level below full scale in dBm0.
const VOLUME: u8 = 10;

/// Turns event packets into keys, each once.
#[derive(Debug, Default)]
pub(in crate::phone) struct KeysHeard {
    last: Option<u32>,
}

impl KeysHeard {
    /// The key of a packet that begins a new event; repeats and ends of the same event give nothing.
    pub(in crate::phone) fn packet(&mut self, timestamp: u32, payload: &[u8]) -> Option<char> {
        let [event, _, _, _, ..] = payload else {
            return None;
        };
        let key = *KEYS.get(usize::from(*event))?;
        // All packets of one event carry the time it began; an older time is a packet that strayed.
        if self
            .last
            .is_some_and(|last| (timestamp.wrapping_sub(last) as i32) <= 0)
        {
            return None;
        }
        self.last = Some(timestamp);
        Some(key)
    }

    /// Forgets the stream, as when the sender changed.
    pub(in crate::phone) fn restart(&mut self) {
        self.last = None;
    }
}

/// What leaves in one frame while a key is pressed.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::phone) enum Press {
    /// A packet with this payload, stamped `back` units before the frame; the first one is marked.
    Event {
        payload: [u8; 4],
        back: u32,
        first: bool,
    },
    /// The pause between two keys.
    Pause,
}

/// One key being pressed by us.
#[derive(Debug)]
pub(in crate::phone) struct KeyPressed {
    event: u8,
    frame: u16,
}

impl KeyPressed {
    /// Begins to press `key`, one of `0-9*#A-D`.
    pub(in crate::phone) fn new(key: char) -> Option<Self> {
        let event = KEYS
            .iter()
            .position(|known| *known == key.to_ascii_uppercase())?;
        Some(Self {
            event: event as u8,
            frame: 0,
        })
    }

    /// The next frame of this key, `None` when it is over.
    pub(in crate::phone) fn frame(&mut self) -> Option<Press> {
        self.frame += 1;
        // The end is sent three times (RFC 4733, 2.5.1.4).
        let last = SOUNDING + 2;
        if self.frame > last + PAUSE {
            return None;
        }
        if self.frame > last {
            return Some(Press::Pause);
        }
        let duration = self.frame.min(SOUNDING) * TICKS_A_FRAME as u16;
        let end = if self.frame >= SOUNDING { 0x80 } else { 0 };
        let [high, low] = duration.to_be_bytes();
        Some(Press::Event {
            payload: [self.event, end | VOLUME, high, low],
            back: u32::from(self.frame - 1) * TICKS_A_FRAME,
            first: self.frame == 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_we_press_is_heard_once() {
        let mut heard = KeysHeard::default();
        let mut keys = String::new();
        let mut clock = 5_000u32;
        for key in "10#*D9".chars() {
            let mut pressed = KeyPressed::new(key).expect("a key");
            while let Some(press) = pressed.frame() {
                if let Press::Event { payload, back, .. } = press {
                    keys.extend(heard.packet(clock.wrapping_sub(back), &payload));
                }
                clock = clock.wrapping_add(TICKS_A_FRAME);
            }
        }
        assert_eq!(keys, "10#*D9");
    }

    #[test]
    fn a_key_is_heard_when_its_first_packets_are_lost() {
        let mut heard = KeysHeard::default();
        assert_eq!(heard.packet(800, &[5, 0x8a, 3, 0x20]), Some('5'));
        assert_eq!(heard.packet(800, &[5, 0x8a, 3, 0x20]), None);
        assert_eq!(heard.packet(700, &[5, 0x0a, 0, 0xa0]), None);
        assert_eq!(heard.packet(4_000, &[5, 0x0a, 0, 0xa0]), Some('5'));
    }

    proptest! {
        #[test]
        fn any_payload_is_read(timestamp: u32, payload in proptest::collection::vec(any::<u8>(), 0..20)) {
            let key = KeysHeard::default().packet(timestamp, &payload);
            prop_assert_eq!(key.is_some(), payload.len() >= 4 && payload[0] < 16);
        }
    }
}
