//! Offer and answer for one stream of sound (RFC 3264, RFC 4566).

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use sdp_types::{Media, Session};

use crate::phone::error::PhoneError;
use crate::phone::media::Codec;
use crate::phone::media::session::Agreed;

/// The payload type we give keys in our own offers.
const KEYS: u8 = 101;
/// More lines of media than anyone needs are not answered one by one.
const MOST_MEDIA: usize = 16;

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
}

impl Description {
    /// Reads an offer or an answer.
    ///
    /// # Errors
    /// [`PhoneError::Description`] when it cannot be read or has no sound in a codec of ours over plain RTP.
    pub(in crate::phone) fn read(body: &[u8]) -> Result<Self, PhoneError> {
        let session =
            Session::parse(body).map_err(|error| PhoneError::Description(error.to_string()))?;
        if session.medias.len() > MOST_MEDIA {
            return Err(PhoneError::Description("too many media".to_owned()));
        }
        let usable =
            |media: &Media| media.media == "audio" && media.port != 0 && media.proto == "RTP/AVP";
        let candidates = session
            .medias
            .iter()
            .enumerate()
            .filter(|(_, media)| usable(media));
        let (sound, media, codec) = candidates
            .filter_map(|(index, media)| choose_codec(media).map(|codec| (index, media, codec)))
            .next()
            .ok_or_else(|| {
                PhoneError::Description("no sound in G.722, PCMA or PCMU over RTP/AVP".to_owned())
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
            },
            direction,
            lines: session
                .medias
                .iter()
                .map(|media| (media.media.clone(), media.proto.clone(), media.fmt.clone()))
                .collect(),
            sound,
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
    pub(in crate::phone) fn answer(&self, local: SocketAddr, version: u64) -> Vec<u8> {
        let mut text = opening(local.ip(), version);
        for (index, (kind, protocol, formats)) in self.lines.iter().enumerate() {
            if index == self.sound {
                sound_line(
                    &mut text,
                    local.port(),
                    &[self.agreed.codec],
                    self.agreed.keys,
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
pub(in crate::phone) fn offer(local: SocketAddr, version: u64) -> Vec<u8> {
    let mut text = opening(local.ip(), version);
    sound_line(&mut text, local.port(), &Codec::ALL, Some(KEYS), "sendrecv");
    text.into_bytes()
}

fn opening(address: IpAddr, version: u64) -> String {
    let family = if address.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=xiangyin 1 {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
    )
}

fn sound_line(text: &mut String, port: u16, codecs: &[Codec], keys: Option<u8>, direction: &str) {
    // Writing to a string cannot fail.
    let _ = write!(text, "m=audio {port} RTP/AVP");
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
    let _ = write!(text, "a=ptime:20\r\na={direction}\r\n");
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

    fn local() -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], 40_000))
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
        let answer = String::from_utf8(offer.answer(local(), 2)).expect("text");
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
        let offer = Description::read(&offer(local(), 1)).expect("readable");
        assert_eq!(
            offer.agreed(),
            Agreed {
                remote: Some(local()),
                codec: Codec::G722,
                keys: Some(KEYS),
                sending: true
            }
        );
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
                let answer = offer.answer(local(), 1);
                prop_assert!(Description::read(&answer).is_ok(), "{}", String::from_utf8_lossy(&answer));
            }
        }
    }
}
