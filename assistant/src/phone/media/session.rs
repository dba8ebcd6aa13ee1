//! One call's media: its sockets, its two streams and what is shared with the call.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use rtp_types::RtpPacket;
use tokio::sync::{Notify, mpsc, oneshot};

use super::codec::{Codec, FRAME};
use super::digits::KeysHeard;
use super::incoming::{Incoming, SoundFrame};
use super::outgoing::Outgoing;
use super::playback::{Inlet, Played, Playback};
use super::ports::PortPair;
use super::report::{self, Received, Sent};
use super::srtp::{MasterKey, MediaTransport, Protection};
use super::statistics::MediaStatistics;
use crate::phone::call::CallEvent;

/// Frames of sound that wait for the call's owner: two seconds.
const FRAMES_WAITING: usize = 100;
/// Keys that wait to be pressed.
const KEYS_WAITING: usize = 64;
/// Frames between two reports: five seconds.
const REPORT_EVERY: u64 = 250;
/// Datagrams read in one turn, so that a flood on one port cannot stop the other calls.
const DATAGRAMS_A_TURN: usize = 32;
/// Silence of the present source after which another one is believed.
const SOURCE_SILENT: Duration = Duration::from_millis(500);
/// A pause between two of our packets that a listener can notice.
const GAP: Duration = Duration::from_millis(40);

/// What SDP agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct Agreed {
    /// Where the peer says it listens; `None` while it is on hold with no address.
    pub(in crate::phone) remote: Option<SocketAddr>,
    /// The codec we send.
    pub(in crate::phone) codec: Codec,
    /// The payload type of keys, if the peer knows them.
    pub(in crate::phone) keys: Option<u8>,
    /// Whether the peer wants to hear us.
    pub(in crate::phone) sending: bool,
    /// What protects the peer's stream, and by whose suite ours; `None` for plain RTP.
    pub(in crate::phone) protection: Option<Protection>,
}

/// The part of a session that both the call and the clock's thread touch.
pub(in crate::phone) struct Shared {
    agreed: Mutex<(u64, Option<Agreed>)>,
    playback: Mutex<Playback>,
    inlet: Mutex<Inlet>,
    keys: Mutex<VecDeque<char>>,
    statistics: Mutex<MediaStatistics>,
    bridge: Mutex<Option<Weak<Shared>>>,
    closed: std::sync::atomic::AtomicBool,
    /// Told when nothing came from the peer for too long.
    pub(in crate::phone) deserted: Notify,
}

/// A lock that goes on after a panic elsewhere: every value here is whole at any moment.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(in crate::phone) fn agree(&self, agreed: Agreed) {
        let mut held = hold(&self.agreed);
        if held.1 != Some(agreed) {
            *held = (held.0 + 1, Some(agreed));
        }
    }

    pub(in crate::phone) fn playback(&self) -> MutexGuard<'_, Playback> {
        hold(&self.playback)
    }

    /// Plays sound at `rate` after all that waits; `None` when five minutes wait already.
    ///
    /// Pieces of one rate that follow each other are joined without a seam.
    pub(in crate::phone) fn play(
        &self,
        samples: &[f32],
        rate: u32,
    ) -> Option<oneshot::Receiver<Played>> {
        let mut inlet = hold(&self.inlet);
        let (room, joined) = {
            let playback = self.playback();
            (playback.has_room(), playback.playing())
        };
        room.then(|| {
            let samples = inlet.convert(samples, rate, joined);
            self.playback().push(samples)
        })
    }

    pub(in crate::phone) fn press(&self, keys: &str) {
        let mut waiting = hold(&self.keys);
        for key in keys.chars() {
            if waiting.len() < KEYS_WAITING {
                waiting.push_back(key);
            }
        }
    }

    pub(in crate::phone) fn statistics(&self) -> MediaStatistics {
        hold(&self.statistics).clone()
    }

    /// Sends the peer's sound to another session too, or to none.
    pub(in crate::phone) fn bridge(&self, other: Option<&Arc<Self>>) {
        *hold(&self.bridge) = other.map(Arc::downgrade);
    }

    pub(in crate::phone) fn close(&self) {
        self.closed
            .store(true, std::sync::atomic::Ordering::Relaxed);
        self.playback().stop();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// One call's media as the clock's thread owns it.
pub(in crate::phone) struct Session {
    shared: Arc<Shared>,
    sound: UdpSocket,
    report: UdpSocket,
    name: String,
    /// Our own key, for a call that is protected.
    key: MasterKey,
    transport: MediaTransport,
    sound_out: mpsc::Sender<SoundFrame>,
    events: mpsc::Sender<CallEvent>,
    generation: u64,
    agreed: Option<Agreed>,
    source: Option<(SocketAddr, u32)>,
    source_heard: Instant,
    began: Instant,
    incoming: Incoming,
    outgoing: Outgoing,
    keys: KeysHeard,
    frames: u64,
    last_sent: Option<Instant>,
    last_report: Option<(u32, Instant)>,
    before_report: (u64, u64),
    desert_after: Duration,
    deserted: bool,
    statistics: MediaStatistics,
}

impl Session {
    /// A session on `ports`; the clock plays it from the moment it is agreed.
    pub(in crate::phone) fn new(
        ports: PortPair,
        name: String,
        key: MasterKey,
        events: mpsc::Sender<CallEvent>,
        desert_after: Duration,
    ) -> (Self, Arc<Shared>, mpsc::Receiver<SoundFrame>) {
        let shared = Arc::new(Shared {
            agreed: Mutex::new((0, None)),
            playback: Mutex::default(),
            inlet: Mutex::default(),
            keys: Mutex::default(),
            statistics: Mutex::default(),
            bridge: Mutex::default(),
            closed: false.into(),
            deserted: Notify::new(),
        });
        let (sound_out, frames) = mpsc::channel(FRAMES_WAITING);
        let now = Instant::now();
        let session = Self {
            shared: Arc::clone(&shared),
            sound: ports.sound,
            report: ports.report,
            name,
            key,
            transport: MediaTransport::Plain,
            sound_out,
            events,
            generation: 0,
            agreed: None,
            source: None,
            source_heard: now,
            began: now,
            incoming: Incoming::new(),
            outgoing: Outgoing::new(Codec::Pcma),
            keys: KeysHeard::default(),
            frames: 0,
            last_sent: None,
            last_report: None,
            before_report: (0, 0),
            desert_after,
            deserted: false,
            statistics: MediaStatistics::default(),
        };
        (session, shared, frames)
    }

    pub(in crate::phone) fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// Reads what arrived since the last turn.
    pub(in crate::phone) fn receive(&mut self, now: Instant) {
        self.renew_agreement(now);
        let mut datagram = [0u8; 2_048];
        for _ in 0..DATAGRAMS_A_TURN {
            match self.sound.recv_from(&mut datagram) {
                Ok((length, from)) => {
                    if !self.sound_packet(&datagram[..length], from, now) {
                        self.statistics.foreign += 1;
                    }
                }
                // An earlier packet of ours found the peer's port closed: the next one may not.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(_) => break,
            }
        }
        for _ in 0..DATAGRAMS_A_TURN {
            match self.report.recv_from(&mut datagram) {
                Ok((length, from)) => self.report_packet(&datagram[..length], from.ip(), now),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(_) => break,
            }
        }
    }

    fn renew_agreement(&mut self, now: Instant) {
        let (generation, agreed) = *hold(&self.shared.agreed);
        if generation == self.generation {
            return;
        }
        self.generation = generation;
        if let Some(agreed) = agreed {
            let moved = self
                .agreed
                .is_none_or(|before| before.remote != agreed.remote);
            if moved && agreed.remote.is_some() {
                self.source = None;
            }
            if self.agreed.is_none() {
                self.began = now;
            }
            self.source_heard = now;
            self.deserted = false;
            self.outgoing.change_codec(agreed.codec);
            let protections = agreed.protection.map(|theirs| {
                let ours = Protection {
                    key: self.key,
                    ..theirs
                };
                (ours, theirs)
            });
            self.transport.agree(protections);
        }
        self.agreed = agreed;
    }

    /// Whether the datagram was a packet of the peer.
    fn sound_packet(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) -> bool {
        let Some(agreed) = self.agreed else {
            return false;
        };
        let Some(datagram) = self.transport.unprotect(datagram) else {
            return false;
        };
        let Ok(packet) = RtpPacket::parse(&datagram) else {
            return false;
        };
        let kind = packet.payload_type();
        let codec = Codec::ALL
            .into_iter()
            .find(|codec| codec.payload_type() == kind);
        if codec.is_none() && agreed.keys != Some(kind) {
            // Comfort noise (13) and other known companions of the stream are not foreign.
            return self.source.is_some_and(|(source, _)| source == from);
        }
        if !self.believe(from, packet.ssrc(), agreed.remote, now) {
            return false;
        }
        self.source_heard = now;
        self.deserted = false;
        if let Some(codec) = codec {
            let arrived = now.saturating_duration_since(self.began);
            self.incoming.packet(
                packet.sequence_number(),
                packet.timestamp(),
                codec,
                packet.payload(),
                arrived,
            );
        } else {
            self.incoming.key_packet(packet.sequence_number());
            if let Some(key) = self.keys.packet(packet.timestamp(), packet.payload()) {
                // A flood of keys fills the channel; what no one reads in time is no key a person pressed.
                let _ = self.events.try_send(CallEvent::Key(key));
            }
        }
        true
    }

    /// Symmetric RTP: the first source is believed, the announced one always, another one only after a silence.
    fn believe(
        &mut self,
        from: SocketAddr,
        stream: u32,
        announced: Option<SocketAddr>,
        now: Instant,
    ) -> bool {
        match self.source {
            Some((source, known)) if source == from => {
                if known != stream {
                    self.source = Some((from, stream));
                    self.incoming.restart();
                    self.keys.restart();
                }
                true
            }
            Some(_)
                if announced != Some(from)
                    && now.saturating_duration_since(self.source_heard) < SOURCE_SILENT =>
            {
                false
            }
            _ => {
                self.source = Some((from, stream));
                self.incoming.restart();
                self.keys.restart();
                true
            }
        }
    }

    fn report_packet(&mut self, datagram: &[u8], from: IpAddr, now: Instant) {
        let known = self.source.map(|(source, _)| source.ip()).or(self
            .agreed
            .and_then(|agreed| agreed.remote)
            .map(|at| at.ip()));
        if known != Some(from) {
            return;
        }
        let Some(datagram) = self.transport.unprotect_rtcp(datagram) else {
            return;
        };
        let heard = report::read(
            &datagram,
            self.outgoing.source(),
            report::ntp_time(SystemTime::now()),
        );
        if let Some(report) = heard.report {
            self.last_report = Some((report, now));
        }
        if let Some(lost) = heard.fraction_lost {
            self.statistics.peer_lost = lost;
        }
        self.statistics.round_trip = heard.round_trip.or(self.statistics.round_trip);
    }

    /// Plays and sends 20 ms; to be called every 20 ms.
    pub(in crate::phone) fn frame(&mut self, now: Instant) {
        let Some(agreed) = self.agreed else {
            return;
        };
        self.frames += 1;
        self.send_sound(agreed, now);
        let frame = self.incoming.frame();
        self.pass_on(&frame);
        if self.sound_out.try_send(frame).is_err() {
            self.statistics.unheard += 1;
        }
        if self.frames % REPORT_EVERY == u64::from(self.outgoing.source()) % REPORT_EVERY {
            self.send_report(agreed, now);
        }
        if agreed.sending
            && !self.deserted
            && now.saturating_duration_since(self.source_heard) > self.desert_after
        {
            self.deserted = true;
            self.shared.deserted.notify_one();
        }
        let tally = self.incoming.buffer().tally();
        self.statistics.received = tally.received;
        self.statistics.lost = tally.lost;
        self.statistics.late = tally.late;
        self.statistics.concealed = self.incoming.concealed();
        self.statistics.delay = self.incoming.buffer().target();
        self.statistics.jitter = self.incoming.buffer().jitter() / 8;
        *hold(&self.shared.statistics) = self.statistics.clone();
    }

    fn destination(&self, agreed: Agreed) -> Option<SocketAddr> {
        self.source.map(|(source, _)| source).or(agreed.remote)
    }

    fn send_sound(&mut self, agreed: Agreed, now: Instant) {
        let Some(to) = self.destination(agreed).filter(|_| agreed.sending) else {
            // What waits to be said waits until the peer listens again.
            self.outgoing.skip();
            self.last_sent = None;
            return;
        };
        if self.outgoing.ready_for_key()
            && agreed.keys.is_some()
            && let Some(key) = hold(&self.shared.keys).pop_front()
        {
            self.outgoing.press(key);
        }
        let frame = self.shared.playback().frame();
        if let Some(packet) = self.outgoing.packet(&frame, agreed.keys) {
            if let Some(before) = self.last_sent {
                let pause = now.saturating_duration_since(before);
                self.statistics.gaps += u64::from(pause > GAP);
                self.statistics.longest_gap = self.statistics.longest_gap.max(pause);
            }
            self.last_sent = Some(now);
            self.statistics.sent += 1;
            self.statistics.sent_octets += packet.len().saturating_sub(12) as u64;
            if let Some(packet) = self.transport.protect(packet) {
                // A full socket buffer or an unreachable peer loses one packet, as the network may.
                let _ = self.sound.send_to(&packet, to);
            }
        }
    }

    fn pass_on(&self, frame: &SoundFrame) {
        let bridged = hold(&self.shared.bridge).as_ref().and_then(Weak::upgrade);
        if let Some(other) = bridged
            && let Ok(samples) = <&[f32; FRAME]>::try_from(frame.samples.as_slice())
        {
            other.playback().bridged(samples);
        }
    }

    fn send_report(&mut self, agreed: Agreed, now: Instant) {
        let Some(to) = self.destination(agreed) else {
            return;
        };
        let received = self.source.zip(self.incoming.buffer().extent()).map(
            |((_, source), (highest, expected))| {
                let came = self.incoming.buffer().tally().received;
                let (expected_before, came_before) = self.before_report;
                self.before_report = (expected, came);
                let due = expected.saturating_sub(expected_before);
                let missing = due.saturating_sub(came.saturating_sub(came_before));
                let (last_report, since_report) =
                    self.last_report.map_or((0, 0), |(report, at)| {
                        (
                            report,
                            (now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000)
                                as u32,
                        )
                    });
                Received {
                    source,
                    fraction_lost: (missing * 256).checked_div(due).unwrap_or(0).min(255) as u8,
                    lost: expected.saturating_sub(came) as u32,
                    highest,
                    jitter: self.incoming.buffer().jitter(),
                    last_report,
                    since_report,
                }
            },
        );
        let sent = Sent {
            source: self.outgoing.source(),
            now: report::ntp_time(SystemTime::now()),
            timestamp: self.outgoing.timestamp(),
            packets: self.statistics.sent as u32,
            octets: self.statistics.sent_octets as u32,
            received,
        };
        let written = report::write(&sent, &self.name);
        if let Some(datagram) = written.and_then(|report| self.transport.protect_rtcp(report)) {
            // RTCP is sent again in five seconds.
            let _ = self.report.send_to(
                &datagram,
                SocketAddr::new(to.ip(), to.port().saturating_add(1)),
            );
        }
    }
}
