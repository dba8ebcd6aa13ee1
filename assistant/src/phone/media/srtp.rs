//! Sound that nobody on the way can listen to: SRTP (RFC 3711) with the keys that the descriptions carry (RFC 4568).

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore as _;
use rtc_srtp::context::Context;
use rtc_srtp::crypto::default_provider;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;

/// Octets of the key proper; those of the salt follow.
const KEY: usize = 16;
/// Octets at the end of a report: whether it is enciphered, its number, and an authentication tag of 80 bits in either suite.
const REPORT_TRAILER: usize = 14;
/// Packets among which one that came twice is noticed: more than two seconds.
const REPLAY_WINDOW: usize = 128;

/// How packets are enciphered and authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) enum Suite {
    /// An authentication tag of 80 bits.
    HmacSha1_80,
    /// An authentication tag of 32 bits.
    HmacSha1_32,
}

impl Suite {
    /// All we know, the better one first.
    pub(in crate::phone) const ALL: [Self; 2] = [Self::HmacSha1_80, Self::HmacSha1_32];

    /// The name in a description.
    pub(in crate::phone) fn name(self) -> &'static str {
        match self {
            Self::HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    fn profile(self) -> ProtectionProfile {
        match self {
            Self::HmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            Self::HmacSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
        }
    }
}

/// A master key of 128 bits and its salt of 112; `Debug` does not show them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct MasterKey([u8; KEY + 14]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey")
    }
}

impl MasterKey {
    /// One that nobody can guess.
    pub(in crate::phone) fn random() -> Self {
        let mut octets = [0; KEY + 14];
        rand::rng().fill_bytes(&mut octets);
        Self(octets)
    }

    /// As a description carries it.
    pub(in crate::phone) fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// From a description.
    pub(in crate::phone) fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

/// What protects the stream of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct Protection {
    pub(in crate::phone) suite: Suite,
    pub(in crate::phone) key: MasterKey,
}

impl Protection {
    /// `None` where the machine's cryptography refuses, which it has no reason to.
    fn context(self) -> Option<Context> {
        let (key, salt) = self.key.0.split_at(KEY);
        let provider = default_provider().ok()?;
        Context::new(
            key,
            salt,
            self.suite.profile(),
            Some(srtp_replay_protection(REPLAY_WINDOW)),
            Some(srtcp_replay_protection(REPLAY_WINDOW)),
            provider.crypto(),
        )
        .ok()
    }
}

/// How the packets of a call cross the network.
pub(in crate::phone) enum MediaTransport {
    /// As they are.
    Plain,
    /// Closed and opened.
    Protected(Box<Cipher>),
    /// They should be protected and cannot be: nothing passes.
    Shut,
}

impl MediaTransport {
    /// What was agreed on: our protection and the peer's, or none.
    pub(in crate::phone) fn agree(&mut self, protections: Option<(Protection, Protection)>) {
        *self = match (protections, std::mem::replace(self, Self::Shut)) {
            (None, _) => Self::Plain,
            (Some((ours, theirs)), Self::Protected(cipher)) => cipher.renew(ours, theirs).into(),
            (Some((ours, theirs)), _) => Cipher::new(ours, theirs).into(),
        };
    }

    /// A packet of ours as it may leave.
    pub(in crate::phone) fn protect(&mut self, packet: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Plain => Some(packet),
            Self::Protected(cipher) => cipher.protect(&packet),
            Self::Shut => None,
        }
    }

    /// A report of ours as it may leave.
    pub(in crate::phone) fn protect_rtcp(&mut self, report: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Plain => Some(report),
            Self::Protected(cipher) => cipher.protect_rtcp(&report),
            Self::Shut => None,
        }
    }

    /// A packet as the peer meant it; `None` for one that is not the peer's.
    pub(in crate::phone) fn unprotect<'a>(&mut self, packet: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Plain => Some(packet.into()),
            Self::Protected(cipher) => cipher.unprotect(packet).map(Cow::from),
            Self::Shut => None,
        }
    }

    /// A report as the peer meant it.
    pub(in crate::phone) fn unprotect_rtcp<'a>(&mut self, report: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Plain => Some(report.into()),
            Self::Protected(cipher) => cipher.unprotect_rtcp(report).map(Cow::from),
            Self::Shut => None,
        }
    }
}

impl From<Option<Cipher>> for MediaTransport {
    fn from(cipher: Option<Cipher>) -> Self {
        cipher.map_or(Self::Shut, |cipher| Self::Protected(Box::new(cipher)))
    }
}

/// Closes our packets and opens the peer's.
pub(in crate::phone) struct Cipher {
    ours: Protection,
    outbound: Context,
    sound: Inbound,
    reports: Inbound,
}

/// Opens the packets of one source: a context remembers every source it ever saw, even one that could prove nothing, so
/// another source gets a fresh one, which stays only if its packet was the peer's.
struct Inbound {
    theirs: Protection,
    source: Option<u32>,
    context: Context,
}

impl Cipher {
    /// For streams protected so; `None` as in [`Protection::context`].
    fn new(ours: Protection, theirs: Protection) -> Option<Self> {
        Some(Self {
            ours,
            outbound: ours.context()?,
            sound: Inbound::new(theirs)?,
            reports: Inbound::new(theirs)?,
        })
    }

    /// Goes on with what was agreed anew; a stream whose key stays goes on where it was.
    fn renew(mut self, ours: Protection, theirs: Protection) -> Option<Self> {
        if self.ours != ours {
            self.outbound = ours.context()?;
            self.ours = ours;
        }
        if self.sound.theirs != theirs {
            self.sound = Inbound::new(theirs)?;
            self.reports = Inbound::new(theirs)?;
        }
        Some(self)
    }

    fn protect(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.outbound.encrypt_rtp(packet).ok().map(Vec::from)
    }

    fn protect_rtcp(&mut self, report: &[u8]) -> Option<Vec<u8>> {
        self.outbound.encrypt_rtcp(report).ok().map(Vec::from)
    }

    /// `None` for a packet that is not the peer's, was changed or came before.
    fn unprotect(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let source = packet.get(8..12)?.try_into().map(u32::from_be_bytes).ok()?;
        self.sound.open(source, |context| context.decrypt_rtp(packet).ok().map(Vec::from))
    }

    fn unprotect_rtcp(&mut self, report: &[u8]) -> Option<Vec<u8>> {
        // A report that says of itself that it is not enciphered would be taken without any proof.
        let enciphered = report.get(report.len().checked_sub(REPORT_TRAILER)?)? & 0x80 != 0;
        let source = report.get(4..8)?.try_into().map(u32::from_be_bytes).ok()?;
        if !enciphered {
            return None;
        }
        self.reports.open(source, |context| context.decrypt_rtcp(report).ok().map(Vec::from))
    }
}

impl Inbound {
    fn new(theirs: Protection) -> Option<Self> {
        Some(Self {
            theirs,
            source: None,
            context: theirs.context()?,
        })
    }

    fn open(
        &mut self,
        source: u32,
        open: impl FnOnce(&mut Context) -> Option<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        if self.source == Some(source) {
            return open(&mut self.context);
        }
        let mut context = self.theirs.context()?;
        let opened = open(&mut context)?;
        (self.source, self.context) = (Some(source), context);
        Some(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rtp_types::RtpPacketBuilder;

    use crate::phone::media::report::{Sent, write};

    fn packet(source: u32, number: u16, payload: &[u8]) -> Vec<u8> {
        RtpPacketBuilder::<&[u8], &[u8]>::new()
            .payload_type(8)
            .sequence_number(number)
            .ssrc(source)
            .payload(payload)
            .write_vec()
            .expect("a packet")
    }

    fn pair(suite: Suite) -> (Cipher, Cipher) {
        let side = || Protection { suite, key: MasterKey::random() };
        let (ours, theirs) = (side(), side());
        (
            Cipher::new(ours, theirs).expect("a cipher"),
            Cipher::new(theirs, ours).expect("a cipher"),
        )
    }

    #[test]
    fn a_key_travels_as_text() {
        let key = MasterKey::random();
        assert!(MasterKey::from_base64(&key.to_base64()) == Some(key) && MasterKey::random() != key);
        assert!(MasterKey::from_base64("c2hvcnQ=").is_none() && MasterKey::from_base64("?").is_none());
        assert_eq!(format!("{key:?}"), "MasterKey");
    }

    #[test]
    fn only_the_peer_opens_a_packet_and_only_once() {
        for suite in Suite::ALL {
            let (mut here, mut there) = pair(suite);
            let plain = packet(7, 1, b"sound of a voice");
            let closed = here.protect(&plain).expect("closed");
            assert!(!closed.windows(5).any(|part| part == b"voice"));
            assert_eq!(there.unprotect(&closed).as_deref(), Some(&plain[..]));
            assert_eq!(there.unprotect(&closed), None, "a packet that came before");
            let mut changed = here.protect(&packet(7, 2, b"more")).expect("closed");
            changed[13] ^= 1;
            assert_eq!(there.unprotect(&changed), None);
            let (mut stranger, _) = pair(suite);
            assert_eq!(stranger.unprotect(&closed), None);
        }
    }

    #[test]
    fn a_report_is_the_peer_s_or_none() {
        for suite in Suite::ALL {
            let (mut here, mut there) = pair(suite);
            let sent = Sent { source: 7, packets: 1, ..Sent::default() };
            let plain = write(&sent, "here").expect("a report");
            let closed = here.protect_rtcp(&plain).expect("closed");
            assert_eq!(there.unprotect_rtcp(&closed).as_deref(), Some(&plain[..]));
            assert_eq!(there.unprotect_rtcp(&closed), None, "a report that came before");
            assert_eq!(there.unprotect_rtcp(&plain), None, "in the clear");
            let mut open = here.protect_rtcp(&plain).expect("closed");
            let flag = open.len() - REPORT_TRAILER;
            open[flag] &= 0x7f;
            assert_eq!(there.unprotect_rtcp(&open), None, "it says that it is in the clear");
        }
    }

    #[test]
    fn numbers_begin_anew_and_a_stranger_changes_nothing() {
        let (mut here, mut there) = pair(Suite::HmacSha1_80);
        for number in (0..70_000u32).map(|number| number as u16) {
            let plain = packet(7, number, b"a");
            let closed = here.protect(&plain).expect("closed");
            if number % 512 == 0 {
                assert_eq!(there.unprotect(&packet(u32::from(number) + 100, number, &[1; 40])), None);
            }
            assert_eq!(there.unprotect(&closed), Some(plain));
        }
    }

    #[test]
    fn a_key_that_stays_goes_on_where_it_was() {
        let suite = Suite::HmacSha1_80;
        let (ours, theirs, other) = (MasterKey::random(), MasterKey::random(), MasterKey::random());
        let with = |key| Protection { suite, key };
        let mut here = Cipher::new(with(ours), with(theirs)).expect("a cipher");
        let mut there = Cipher::new(with(theirs), with(ours)).expect("a cipher");
        let first = here.protect(&packet(7, 1, b"a")).expect("closed");
        assert!(there.unprotect(&first).is_some());
        let mut here = here.renew(with(ours), with(other)).expect("a cipher");
        let mut there = there.renew(with(other), with(ours)).expect("a cipher");
        assert_eq!(there.unprotect(&first), None, "known from before");
        let back = there.protect(&packet(9, 1, b"b")).expect("closed");
        assert!(here.unprotect(&back).is_some());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_refused(datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (mut here, _) = pair(Suite::HmacSha1_80);
            prop_assert_eq!(here.unprotect(&datagram), None);
            prop_assert_eq!(here.unprotect_rtcp(&datagram), None);
        }
    }
}
