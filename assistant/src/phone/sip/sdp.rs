//! Offer and answer for one stream of sound, protected or not (RFC 3264, RFC 4566, RFC 4568).

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use sdp_types::{Media, Session};

use crate::phone::error::PhoneError;
use crate::phone::media::Codec;
use crate::phone::media::session::Agreed;
use crate::phone::media::srtp::{MasterKey, Protection, Suite};

/// The payload type we give keys in our own offers.
const KEYS: u8 = 101;
/// More lines of media than anyone needs are not answered one by one.
const MOST_MEDIA: usize = 16;

/// RTP as it is, and protected.
const PLAIN: &str = "RTP/AVP";
const PROTECTED: &str = "RTP/SAVP";

/// What we say of ourselves in each description of a call.
#[derive(Debug, Clone, Copy)]
pub(in crate::phone) struct Local {
    /// Where we listen.
    pub(in crate::phone) address: SocketAddr,
    /// What would protect our stream.
    pub(in crate::phone) key: MasterKey,
    /// Whether our own offers ask for protection.
    pub(in crate::phone) protected: bool,
}

impl Local {
    /// Reads an offer or an answer within a call of ours.
    ///
    /// # Errors
    /// As [`Description::read`], and when it would have sound in the clear that we offered to have protected.
    pub(in crate::phone) fn read(&self, body: &[u8]) -> Result<Description, PhoneError> {
        let description = Description::read(body)?;
        if self.protected && description.agreed.protection.is_none() {
            return Err(PhoneError::Description(
                "sound in the clear, where it must be protected".to_owned(),
            ));
        }
        Ok(description)
    }
}

/// Who sends, seen from the one who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Both,
    SendOnly,
    ReceiveOnly,
    Inactive,
}

impl Direction {
    fn of(name: &str) -> Option<Self> {
        match name {
            "sendrecv" => Some(Self::Both),
            "sendonly" => Some(Self::SendOnly),
            "recvonly" => Some(Self::ReceiveOnly),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }

    fn answer(self) -> &'static str {
        match self {
            Self::Both => "sendrecv",
            Self::SendOnly => "recvonly",
            Self::ReceiveOnly => "sendonly",
            Self::Inactive => "inactive",
        }
    }
}

/// What the peer's description says of its sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::phone) struct Description {
    agreed: Agreed,
    direction: Direction,
    /// The media lines as (kind, protocol, formats), to be answered in their order.
    lines: Vec<(String, String, String)>,
    /// Which of them is the sound.
    sound: usize,
    /// The number of the `crypto` line that was chosen.
    tag: u32,
}

impl Description {
    /// Reads an offer or an answer.
    ///
    /// # Errors
    /// [`PhoneError::Description`] when it cannot be read or has no sound in a codec of ours over RTP or SRTP.
    pub(in crate::phone) fn read(body: &[u8]) -> Result<Self, PhoneError> {
        let session =
            Session::parse(body).map_err(|error| PhoneError::Description(error.to_string()))?;
        if session.medias.len() > MOST_MEDIA {
            return Err(PhoneError::Description("too many media".to_owned()));
        }
        let (sound, media, codec, protection) = session
            .medias
            .iter()
            .enumerate()
            .filter_map(|(index, media)| usable(index, media))
            // A peer that offers both has both; a stable order keeps its own among equals.
            .min_by_key(|(.., protection)| protection.is_none())
            .ok_or_else(|| {
                PhoneError::Description(
                    "no sound in G.722, PCMA or PCMU over RTP/AVP, or over RTP/SAVP with AES_CM_128".to_owned(),
                )
            })?;
        let address = media.connections.first().or(session.connection.as_ref());
        let address: Option<IpAddr> = address.and_then(|connection| {
            connection
                .connection_address
                .split('/')
                .next()
                .and_then(|address| address.parse().ok())
        });
        let direction = direction(media).or_else(|| {
            session
                .attributes
                .iter()
                .find_map(|attribute| Direction::of(&attribute.attribute))
        });
        // 0.0.0.0 is how hold was written before RFC 3264.
        let remote = address.filter(|address| !address.is_unspecified() && !address.is_multicast());
        let direction = match (remote, direction.unwrap_or(Direction::Both)) {
            (None, Direction::Both) => Direction::SendOnly,
            (_, direction) => direction,
        };
        let sending =
            remote.is_some() && matches!(direction, Direction::Both | Direction::ReceiveOnly);
        Ok(Self {
            agreed: Agreed {
                remote: remote.map(|address| SocketAddr::new(address, media.port)),
                codec,
                keys: key_type(media),
                sending,
                protection: protection.map(|(_, protection)| protection),
            },
            direction,
            lines: session
                .medias
                .iter()
                .map(|media| (media.media.clone(), media.proto.clone(), media.fmt.clone()))
                .collect(),
            sound,
            tag: protection.map_or(1, |(tag, _)| tag),
        })
    }

    /// What was agreed on with the peer.
    pub(in crate::phone) fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// Whether the peer put us on hold.
    pub(in crate::phone) fn holds(&self) -> bool {
        matches!(self.direction, Direction::SendOnly | Direction::Inactive)
    }

    /// Our answer to this offer.
    pub(in crate::phone) fn answer(&self, local: &Local, version: u64) -> Vec<u8> {
        let mut text = opening(local.address.ip(), version);
        for (index, (kind, protocol, formats)) in self.lines.iter().enumerate() {
            if index == self.sound {
                let protection = self.agreed.protection.map(|theirs| Protection {
                    key: local.key,
                    ..theirs
                });
                sound_line(
                    &mut text,
                    local.address.port(),
                    &[self.agreed.codec],
                    self.agreed.keys,
                    protection.map(|protection| (self.tag, protection)),
                    self.direction.answer(),
                );
            } else {
                let _ = write!(text, "m={kind} 0 {protocol} {formats}\r\n");
            }
        }
        text.into_bytes()
    }
}

/// Our offer of all codecs.
pub(in crate::phone) fn offer(local: &Local, version: u64) -> Vec<u8> {
    let mut text = opening(local.address.ip(), version);
    // The suite that every peer with SRTP has; each suite offered would need its own key.
    let protection = local.protected.then_some((
        1,
        Protection {
            suite: Suite::HmacSha1_80,
            key: local.key,
        },
    ));
    sound_line(
        &mut text,
        local.address.port(),
        &Codec::ALL,
        Some(KEYS),
        protection,
        "sendrecv",
    );
    text.into_bytes()
}

fn opening(address: IpAddr, version: u64) -> String {
    let family = if address.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=xiangyin 1 {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
    )
}

fn sound_line(
    text: &mut String,
    port: u16,
    codecs: &[Codec],
    keys: Option<u8>,
    protection: Option<(u32, Protection)>,
    direction: &str,
) {
    let protocol = if protection.is_some() { PROTECTED } else { PLAIN };
    // Writing to a string cannot fail.
    let _ = write!(text, "m=audio {port} {protocol}");
    for kind in codecs.iter().map(|codec| codec.payload_type()).chain(keys) {
        let _ = write!(text, " {kind}");
    }
    text.push_str("\r\n");
    for codec in codecs {
        let _ = write!(
            text,
            "a=rtpmap:{} {}/8000\r\n",
            codec.payload_type(),
            codec.name()
        );
    }
    if let Some(keys) = keys {
        let _ = write!(
            text,
            "a=rtpmap:{keys} telephone-event/8000\r\na=fmtp:{keys} 0-15\r\n"
        );
    }
    if let Some((tag, Protection { suite, key })) = protection {
        let _ = write!(
            text,
            "a=crypto:{tag} {} inline:{}\r\n",
            suite.name(),
            key.to_base64()
        );
    }
    let _ = write!(text, "a=ptime:20\r\na={direction}\r\n");
}

/// A line of sound that we can take: its place, its codec, and what protects it, with the number of that line.
fn usable(
    index: usize,
    media: &Media,
) -> Option<(usize, &Media, Codec, Option<(u32, Protection)>)> {
    if media.media != "audio" || media.port == 0 {
        return None;
    }
    let protection = match media.proto.as_str() {
        PLAIN => None,
        PROTECTED => Some(choose_protection(media)?),
        _ => return None,
    };
    Some((index, media, choose_codec(media)?, protection))
}

/// The first line of keys that we understand wholly (RFC 4568, 5.1.2).
fn choose_protection(media: &Media) -> Option<(u32, Protection)> {
    media
        .attributes
        .iter()
        .filter(|attribute| attribute.attribute == "crypto")
        .find_map(|attribute| {
            let mut words = attribute.value.as_deref()?.split_ascii_whitespace();
            let tag = words.next()?.parse().ok()?;
            let name = words.next()?;
            let suite = Suite::ALL
                .into_iter()
                .find(|suite| suite.name().eq_ignore_ascii_case(name))?;
            let mut parts = words.next()?.strip_prefix("inline:")?.split('|');
            let key = MasterKey::from_base64(parts.next()?)?;
            // A lifetime may stand there; with the mark of one key among several packets would look otherwise.
            let marked = parts.any(|part| part.contains(':'));
            // Parameters change how packets are protected, but for the hint of a window.
            let changed = words.any(|word| !word.starts_with("WSH="));
            (!marked && !changed).then_some((tag, Protection { suite, key }))
        })
}

/// The codec both know that comes first in the peer's order (RFC 3264, 6.1).
fn choose_codec(media: &Media) -> Option<Codec> {
    media
        .fmt
        .split_ascii_whitespace()
        .filter_map(|kind| kind.parse::<u8>().ok())
        .find_map(|kind| {
            Codec::ALL
                .into_iter()
                .find(|codec| codec.payload_type() == kind)
        })
}

fn key_type(media: &Media) -> Option<u8> {
    media
        .attributes
        .iter()
        .filter(|attribute| attribute.attribute == "rtpmap")
        .find_map(|attribute| {
            let (kind, encoding) = attribute.value.as_deref()?.split_once(' ')?;
            let kind = kind
                .parse::<u8>()
                .ok()
                .filter(|kind| (96..128).contains(kind))?;
            encoding
                .trim()
                .to_ascii_lowercase()
                .starts_with("telephone-event/8000")
                .then_some(kind)
        })
}

fn direction(media: &Media) -> Option<Direction> {
    media
        .attributes
        .iter()
        .find_map(|attribute| Direction::of(&attribute.attribute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n\
        m=video 4000 RTP/AVP 96\r\nm=audio 4002 RTP/AVP 18 8 0 97\r\na=rtpmap:97 telephone-event/8000\r\na=sendonly\r\n";

    fn local() -> Local {
        Local {
            address: SocketAddr::from(([192, 0, 2, 1], 40_000)),
            key: MasterKey::random(),
            protected: false,
        }
    }

    #[test]
    fn an_offer_is_answered_line_by_line() {
        let offer = Description::read(OFFER.as_bytes()).expect("readable");
        assert_eq!(offer.agreed().codec, Codec::Pcma);
        assert_eq!(offer.agreed().keys, Some(97));
        assert_eq!(
            offer.agreed().remote,
            Some(SocketAddr::from(([10, 0, 0, 9], 4_002)))
        );
        assert!(offer.holds() && !offer.agreed().sending);
        let answer = String::from_utf8(offer.answer(&local(), 2)).expect("text");
        assert!(
            answer.contains("m=video 0 RTP/AVP 96\r\nm=audio 40000 RTP/AVP 8 97\r\n"),
            "{answer}"
        );
        assert!(answer.contains("a=recvonly"), "{answer}");
    }

    #[test]
    fn an_old_hold_has_no_address() {
        let held = OFFER
            .replace("10.0.0.9", "0.0.0.0")
            .replace("a=sendonly\r\n", "");
        let held = Description::read(held.as_bytes()).expect("readable");
        assert!(held.holds());
        assert_eq!(held.agreed().remote, None);
    }

    #[test]
    fn our_own_offer_is_one_we_accept() {
        for protected in [false, true] {
            let local = Local { protected, ..local() };
            let protection = protected.then_some(Protection {
                suite: Suite::HmacSha1_80,
                key: local.key,
            });
            let offer = Description::read(&offer(&local, 1)).expect("readable");
            assert_eq!(
                offer.agreed(),
                Agreed {
                    remote: Some(local.address),
                    codec: Codec::G722,
                    keys: Some(KEYS),
                    sending: true,
                    protection,
                }
            );
        }
    }

    #[test]
    fn protected_sound_is_preferred_and_answered_with_our_key() {
        let key = MasterKey::random();
        let body = format!(
            "{OFFER}m=audio 4004 RTP/SAVP 8\r\n\
             a=crypto:1 AEAD_AES_256_GCM inline:AAAA\r\n\
             a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^31|1:1\r\n\
             a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:{key} UNENCRYPTED_SRTP\r\n\
             a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:{key}|2^31\r\n",
            key = key.to_base64()
        );
        let offer = Description::read(body.as_bytes()).expect("readable");
        let suite = Suite::HmacSha1_32;
        assert_eq!(offer.agreed().protection, Some(Protection { suite, key }));
        let local = local();
        let answer = String::from_utf8(offer.answer(&local, 1)).expect("text");
        let ours = local.key.to_base64();
        assert!(
            answer.contains("m=audio 0 RTP/AVP 18 8 0 97\r\nm=audio 40000 RTP/SAVP 8\r\n")
                && answer.contains(&format!("a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:{ours}\r\n")),
            "{answer}"
        );
        let plain = OFFER.as_bytes();
        assert!(local.read(plain).is_ok() && local.read(body.as_bytes()).is_ok());
        let strict = Local { protected: true, ..local };
        assert!(strict.read(plain).is_err() && strict.read(body.as_bytes()).is_ok());
        let without = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n\
            m=audio 4004 RTP/SAVP 8\r\n";
        assert!(Description::read(without.as_bytes()).is_err(), "no keys at all");
    }

    #[test]
    fn sound_we_cannot_speak_is_refused() {
        let only = OFFER.replace("18 8 0 97", "18");
        assert!(matches!(
            Description::read(only.as_bytes()),
            Err(PhoneError::Description(_))
        ));
    }

    proptest! {
        #[test]
        fn anything_is_read(body in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Description::read(&body);
        }

        #[test]
        fn a_bent_offer_gives_an_answer_that_can_be_read(at in 0usize..300, value: u8) {
            let mut body = OFFER.as_bytes().to_vec();
            let length = body.len();
            body[at % length] = value;
            if let Ok(offer) = Description::read(&body) {
                let answer = offer.answer(&local(), 1);
                prop_assert!(Description::read(&answer).is_ok(), "{}", String::from_utf8_lossy(&answer));
            }
        }
    }
}
