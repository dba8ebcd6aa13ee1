//! What a call's sound went through.

use std::time::Duration;

/// Counters of one call's media since it was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaStatistics {
    /// Packets of sound sent.
    pub sent: u64,
    /// Octets of sound sent, without headers.
    pub sent_octets: u64,
    /// Times that two packets of ours left more than 40 ms apart.
    pub gaps: u64,
    /// The longest time between two packets of ours.
    pub longest_gap: Duration,
    /// Packets of sound that came from the peer.
    pub received: u64,
    /// Packets that never came, or came too late to be awaited.
    pub lost: u64,
    /// Packets that came after their turn.
    pub late: u64,
    /// Frames of 20 ms that were invented for missing ones.
    pub concealed: u64,
    /// Datagrams on the sound's port that were not from the peer or not RTP.
    pub foreign: u64,
    /// Frames that nobody took from the call in time.
    pub unheard: u64,
    /// Delay that the jitter buffer aims at, in milliseconds.
    pub delay: u32,
    /// Interarrival jitter in milliseconds.
    pub jitter: u32,
    /// Share of our packets that the peer says it lost, in 1/256, from its last report.
    pub peer_lost: u8,
    /// Round trip measured through RTCP.
    pub round_trip: Option<Duration>,
}
