//! The jitter buffer: packets in the order they were sent, after no more delay than the network needs.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The most packets held; more than a second at 20 ms.
const CAPACITY: usize = 64;
/// Delays of which the spread is measured.
const WINDOW: usize = 250;
/// The least and the most delay, in milliseconds.
const LEAST: u32 = 20;
const MOST: u32 = 240;
/// A jump of the sequence number that is a new stream, not loss or reordering (RFC 3550, A.1).
const JUMP: i64 = 3_000;
/// Turns without a packet after which the buffer fills anew before it plays.
const STARVED: u32 = 10;
/// Turns that the buffer may be deeper than needed before sound is cut out of a pause.
const DEEP: u32 = 25;

/// One packet's sound as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::phone) struct Packet {
    timestamp: i64,
    pub(in crate::phone) payload: Vec<u8>,
}

/// What the player does next.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::phone) enum Turn {
    /// Decode and play; `spare` says that it may be left out if it is quiet.
    Play { packet: Packet, spare: bool },
    /// The packet will not come any more: conceal its 20 ms.
    Lost,
    /// The packet may still come: conceal 20 ms and so wait.
    Wait,
    /// The stream has not begun, or it pauses.
    Idle,
}

/// What the buffer saw.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct Tally {
    pub(in crate::phone) received: u64,
    pub(in crate::phone) lost: u64,
    pub(in crate::phone) late: u64,
    pub(in crate::phone) duplicate: u64,
}

/// Packets of one source, ordered; times in RTP units of 1/8 ms.
#[derive(Debug, Default)]
pub(in crate::phone) struct JitterBuffer {
    packets: BTreeMap<i64, Packet>,
    highest: Option<(i64, i64)>,
    first: i64,
    next: i64,
    playing: bool,
    waited: u32,
    starved: u32,
    deep: u32,
    suspect: Option<u16>,
    transits: VecDeque<i64>,
    previous_transit: Option<i64>,
    jitter: f64,
    target: u32,
    since_measured: u32,
    tally: Tally,
}

impl JitterBuffer {
    pub(in crate::phone) fn new() -> Self {
        Self {
            target: 40,
            ..Self::default()
        }
    }

    /// Takes a packet that arrived at `now` on any steady clock.
    pub(in crate::phone) fn insert(
        &mut self,
        sequence: u16,
        timestamp: u32,
        payload: Vec<u8>,
        now: Duration,
    ) {
        let (sequence, timestamp) = match self.highest {
            None => (i64::from(sequence), i64::from(timestamp)),
            Some((highest, latest)) => {
                let step = i64::from(sequence.wrapping_sub(highest as u16) as i16);
                if step.abs() > JUMP {
                    // One stray packet must not throw the stream away; two in a row are a new stream.
                    if self.suspect != Some(sequence) {
                        self.suspect = Some(sequence.wrapping_add(1));
                        return;
                    }
                    self.restart();
                    (i64::from(sequence), i64::from(timestamp))
                } else {
                    (
                        highest + step,
                        latest + i64::from(timestamp.wrapping_sub(latest as u32) as i32),
                    )
                }
            }
        };
        self.suspect = None;
        self.tally.received += 1;
        if self.highest.is_none() {
            self.first = sequence;
            self.next = sequence;
        }
        self.measure(timestamp, now);
        if self.playing && sequence < self.next {
            self.tally.late += 1;
            return;
        }
        if self.highest.is_none_or(|(highest, _)| sequence > highest) {
            self.highest = Some((sequence, timestamp));
        }
        if self
            .packets
            .insert(sequence, Packet { timestamp, payload })
            .is_some()
        {
            self.tally.duplicate += 1;
        }
        while self.packets.len() > CAPACITY {
            self.packets.pop_first();
        }
    }

    /// Takes a packet of the stream that carries no time of its own.
    pub(in crate::phone) fn insert_mute(&mut self, sequence: u16, payload: Vec<u8>) {
        let Some((highest, latest)) = self.highest else {
            return;
        };
        let sequence = highest + i64::from(sequence.wrapping_sub(highest as u16) as i16);
        if (sequence - highest).abs() > JUMP || (self.playing && sequence < self.next) {
            return;
        }
        self.tally.received += 1;
        let timestamp = if sequence > highest {
            latest + 160
        } else {
            latest
        };
        self.highest = Some((sequence.max(highest), timestamp));
        self.packets.insert(sequence, Packet { timestamp, payload });
        while self.packets.len() > CAPACITY {
            self.packets.pop_first();
        }
    }

    fn measure(&mut self, timestamp: i64, now: Duration) {
        let transit = now.as_micros() as i64 / 125 - timestamp;
        if let Some(previous) = self.previous_transit {
            // RFC 3550, A.8.
            self.jitter += ((transit - previous).abs() as f64 - self.jitter) / 16.0;
        }
        self.previous_transit = Some(transit);
        if self.transits.len() == WINDOW {
            self.transits.pop_front();
        }
        self.transits.push_back(transit);
        self.since_measured += 1;
        if self.since_measured >= 10 || self.transits.len() < 10 {
            self.since_measured = 0;
            let mut sorted: Vec<i64> = self.transits.iter().copied().collect();
            sorted.sort_unstable();
            let spread = sorted[(sorted.len() - 1) * 97 / 100] - sorted[0];
            // 20 ms for the packet itself on top of what it may be late.
            self.target =
                (spread / 8 + i64::from(LEAST)).clamp(i64::from(LEAST), i64::from(MOST)) as u32;
        }
    }

    /// The next 20 ms of the stream.
    pub(in crate::phone) fn turn(&mut self) -> Turn {
        if !self.playing {
            let Some((&first, _)) = self.packets.first_key_value() else {
                return Turn::Idle;
            };
            self.waited += 20;
            if self.depth() < self.target && self.waited < self.target {
                return Turn::Idle;
            }
            if self.tally.received > 0 && first > self.next && first - self.next < JUMP {
                self.tally.lost += (first - self.next) as u64;
            }
            self.playing = true;
            self.waited = 0;
            self.starved = 0;
            self.next = first;
        }
        if let Some(packet) = self.packets.remove(&self.next) {
            self.next += 1;
            self.waited = 0;
            self.starved = 0;
            let depth = self.depth();
            self.deep = if depth > self.target + 20 {
                self.deep + 1
            } else {
                0
            };
            let spare = self.deep > DEEP;
            if depth > self.target + 200 {
                self.next = self
                    .packets
                    .first_key_value()
                    .map_or(self.next, |(first, _)| *first);
            }
            return Turn::Play { packet, spare };
        }
        if self.packets.is_empty() {
            self.starved += 1;
            if self.starved > STARVED {
                self.playing = false;
                return Turn::Idle;
            }
            return Turn::Wait;
        }
        self.waited += 20;
        if self.depth() >= self.target || self.waited >= self.target {
            self.tally.lost += 1;
            self.next += 1;
            self.waited = 0;
            return Turn::Lost;
        }
        Turn::Wait
    }

    /// Tells the buffer that a spare packet was left out.
    pub(in crate::phone) fn shortened(&mut self) {
        self.deep = 0;
    }

    /// Milliseconds between the oldest packet held and the newest, both included.
    fn depth(&self) -> u32 {
        match (
            self.packets.first_key_value(),
            self.packets.last_key_value(),
        ) {
            (Some((_, first)), Some((_, last))) => {
                ((last.timestamp - first.timestamp).clamp(0, 80_000) / 8) as u32 + 20
            }
            _ => 0,
        }
    }

    fn restart(&mut self) {
        let tally = self.tally;
        *self = Self {
            tally,
            ..Self::new()
        };
    }

    /// Milliseconds of delay aimed at.
    pub(in crate::phone) fn target(&self) -> u32 {
        self.target
    }

    /// Interarrival jitter in RTP units (RFC 3550, 6.4.1).
    pub(in crate::phone) fn jitter(&self) -> u32 {
        self.jitter as u32
    }

    /// The highest sequence number with its cycles, and how many packets were due since the first.
    pub(in crate::phone) fn extent(&self) -> Option<(u32, u64)> {
        self.highest
            .map(|(highest, _)| (highest as u32, (highest - self.first + 1).max(0) as u64))
    }

    pub(in crate::phone) fn tally(&self) -> Tally {
        self.tally
    }

    #[cfg(test)]
    fn held(&self) -> usize {
        self.packets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn played(buffer: &mut JitterBuffer) -> Option<u8> {
        match buffer.turn() {
            Turn::Play { packet, .. } => Some(packet.payload[0]),
            _ => None,
        }
    }

    #[test]
    fn a_steady_stream_plays_in_order_across_the_wrap() {
        let mut buffer = JitterBuffer::new();
        let mut heard = Vec::new();
        for index in 0u32..100 {
            let (sequence, timestamp) = (
                65_500u16.wrapping_add(index as u16),
                (u32::MAX - 4_000).wrapping_add(index * 160),
            );
            buffer.insert(
                sequence,
                timestamp,
                vec![index as u8],
                Duration::from_millis(u64::from(index) * 20),
            );
            heard.extend(played(&mut buffer));
        }
        assert!(heard.len() >= 97, "{}", heard.len());
        assert!(heard.windows(2).all(|pair| pair[1] == pair[0] + 1));
        assert_eq!(buffer.tally().lost, 0);
        assert_eq!(buffer.target(), 20);
    }

    #[test]
    fn sixty_milliseconds_of_jitter_lose_almost_nothing() {
        let mut buffer = JitterBuffer::new();
        let mut arrivals: Vec<(u64, u32)> = (0u32..1_000)
            .map(|index| (u64::from(index) * 20 + u64::from(index * 7_919 % 61), index))
            .collect();
        arrivals.sort_unstable();
        let mut arrivals = arrivals.into_iter().peekable();
        let mut heard = 0;
        for turn in 0..1_000u64 {
            while let Some((at, index)) = arrivals.next_if(|(at, _)| *at <= turn * 20) {
                buffer.insert(
                    index as u16,
                    index * 160,
                    vec![0],
                    Duration::from_millis(at),
                );
            }
            heard += usize::from(played(&mut buffer).is_some());
        }
        assert!(heard > 960, "{heard} of 1000, {:?}", buffer.tally());
        assert!((60..=100).contains(&buffer.target()), "{}", buffer.target());
    }

    #[test]
    fn a_lost_packet_costs_one_turn() {
        let mut buffer = JitterBuffer::new();
        let mut lost = 0;
        for index in 0u32..200 {
            if index % 20 != 7 {
                buffer.insert(
                    index as u16,
                    index * 160,
                    vec![0],
                    Duration::from_millis(u64::from(index) * 20),
                );
            }
            lost += usize::from(buffer.turn() == Turn::Lost);
        }
        assert_eq!(buffer.tally().lost, 10);
        assert_eq!(lost, 10);
    }

    proptest! {
        #[test]
        fn whatever_comes_it_stays_bounded(
            packets in proptest::collection::vec((any::<u16>(), any::<u32>(), 0u64..10_000, any::<bool>()), 0..400)
        ) {
            let mut buffer = JitterBuffer::new();
            for (sequence, timestamp, now, turn) in packets {
                buffer.insert(sequence, timestamp, vec![0], Duration::from_millis(now));
                if turn {
                    buffer.turn();
                }
                prop_assert!(buffer.held() <= CAPACITY);
                prop_assert!((LEAST..=MOST).contains(&buffer.target()));
            }
        }
    }
}
