//! SIP addresses from what people write, and our own as others see it.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::{Request, Uri};

use crate::phone::error::PhoneError;
use crate::phone::number::Number;

/// A SIP address from a whole one, or from a number at `host` (with its port and parameters).
pub(in crate::phone) fn target(text: &str, host: &Uri) -> Result<Uri, PhoneError> {
    let wrong = || PhoneError::Target(Number::new(text).to_string());
    let text = text.trim();
    // What would end the address and begin another header is no part of a number.
    if text.is_empty()
        || text
            .chars()
            .any(|character| character.is_control() || "<>\" ".contains(character))
    {
        return Err(wrong());
    }
    if text.starts_with("sip:") {
        return Uri::try_from(text).map_err(|_| wrong());
    }
    if !text
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "+*#-_.".contains(character))
    {
        return Err(wrong());
    }
    let user: String = text.replace('#', "%23");
    let mut uri = host.clone();
    uri.scheme = Some(rsipstack::sip::Scheme::Sip);
    uri.auth = Some(rsipstack::sip::uri::Auth {
        user,
        password: None,
    });
    Ok(uri)
}

/// Our address as `peer` would reach it: the configured one, or that of the interface that leads there.
pub(in crate::phone) fn ours(configured: Option<IpAddr>, listen: IpAddr, peer: IpAddr) -> IpAddr {
    if let Some(address) = configured {
        return address;
    }
    if !listen.is_unspecified() {
        return listen;
    }
    let any: SocketAddr = if peer.is_ipv4() {
        ([0, 0, 0, 0], 0).into()
    } else {
        (std::net::Ipv6Addr::UNSPECIFIED, 0).into()
    };
    // Connecting a datagram socket sends nothing; it only chooses the way.
    UdpSocket::bind(any)
        .and_then(|socket| socket.connect((peer, 9)).and_then(|()| socket.local_addr()))
        .map_or(listen, |address| address.ip())
}

/// Who calls, and whom: the user parts of From and of the request's own address.
pub(in crate::phone) fn parties(request: &Request) -> (Number, Number) {
    let from = request
        .from_header()
        .ok()
        .and_then(|from| from.typed().ok())
        .map(|from| user(&from.uri));
    (
        Number::new(from.unwrap_or_default()),
        Number::new(user(&request.uri)),
    )
}

/// The user part, without escapes.
pub(in crate::phone) fn user(uri: &Uri) -> String {
    uri.user().unwrap_or_default().replace("%23", "#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_addresses_can_be_called() {
        let host = Uri::try_from("sip:pbx.example:5070;transport=tcp").expect("an address");
        assert_eq!(
            target("13800001111", &host)
                .expect("a number")
                .to_string()
                .to_lowercase(),
            "sip:13800001111@pbx.example:5070;transport=tcp"
        );
        assert_eq!(
            target("sip:duty@10.0.0.2", &host)
                .expect("an address")
                .to_string(),
            "sip:duty@10.0.0.2"
        );
        assert_eq!(user(&target("*72#", &host).expect("a code")), "*72#");
        assert!(target("110\r\nX: y", &host).is_err() && target("", &host).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_target_or_an_error(text in ".{0,60}") {
            let host = Uri::try_from("sip:pbx.example").expect("an address");
            if let Ok(uri) = target(&text, &host) {
                prop_assert!(!uri.to_string().contains(['\r', '\n']));
            }
        }
    }
}
