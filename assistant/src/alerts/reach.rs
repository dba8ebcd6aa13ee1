//! Which addresses may be called.
//!
//! Whoever may enter a receiver could otherwise use this server to knock at doors that are open
//! only to it (server-side request forgery). So the address is looked at after the name was
//! resolved, and the connection goes to the very address that was looked at.
//!
//! - Never: link-local addresses and the metadata services of cloud providers, which hand out keys
//!   to anybody who can ask; and what is no host at all (`0.0.0.0`, multicast, reserved).
//! - Private and loopback addresses only with `allow_private`. It is off unless set: many receivers
//!   of a community do stand in its own network, but so do its routers and cameras, and turning it
//!   on is one line for the person who knows that network.
//! - Public addresses only over HTTPS: a signature keeps a notice from being changed, not from
//!   being read. In the own network plain HTTP is taken.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Why an address is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Forbidden {
    /// Link-local, a metadata service, or no host.
    #[error("这个地址属于系统保留的范围，不能用来接收通知。请换一个地址。")]
    Never,
    /// In the own network or on this machine, and the configuration does not allow it.
    #[error(
        "这个地址在内网。如果确实要发到内网，请在配置里打开 alerts.allow_private；不然请换一个地址。"
    )]
    Private,
    /// Public, and not over HTTPS.
    #[error("发到公网的通知必须加密。请使用 https:// 开头的地址。")]
    Unencrypted,
}

/// Metadata services outside the link-local range.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), // Alibaba Cloud
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),   // Azure
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),     // Oracle Cloud
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)), // AWS
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)), // Google Cloud
];

/// Whether `address` may be called.
pub(super) fn check(
    address: IpAddr,
    encrypted: bool,
    allow_private: bool,
) -> Result<(), Forbidden> {
    let address = embedded(address);
    if METADATA.contains(&address) || is_never(address) {
        Err(Forbidden::Never)
    } else if is_private(address) {
        if allow_private {
            Ok(())
        } else {
            Err(Forbidden::Private)
        }
    } else if encrypted {
        Ok(())
    } else {
        Err(Forbidden::Unencrypted)
    }
}

/// The IPv4 address that an IPv6 address stands for, so that no rule is walked around by spelling.
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(long) = address else {
        return address;
    };
    let pair = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match long.segments() {
        // IPv4-mapped, RFC 4291 2.5.5.2; NAT64, RFC 6052.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            pair(high, low).into()
        }
        // IPv4-compatible, RFC 4291 2.5.5.1; `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) > (0, 1) => pair(high, low).into(),
        // 6to4, RFC 3056.
        [0x2002, high, low, ..] => pair(high, low).into(),
        _ => address,
    }
}

fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(short) => {
            let first = short.octets()[0];
            // 0.0.0.0/8 is "this host", 224.0.0.0/3 is multicast, reserved and broadcast.
            short.is_link_local() || first == 0 || first >= 224
        }
        IpAddr::V6(long) => {
            long.is_unicast_link_local() || long.is_unspecified() || long.is_multicast()
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(short) => {
            let [first, second, ..] = short.octets();
            // 100.64.0.0/10 is behind a carrier's NAT (RFC 6598), 198.18.0.0/15 inside a test bench
            // (RFC 2544) and in use by proxies.
            short.is_private()
                || short.is_loopback()
                || (first == 100 && second & 0xc0 == 64)
                || (first == 198 && second & 0xfe == 18)
        }
        IpAddr::V6(long) => {
            // fec0::/10 is the former site-local range.
            long.is_loopback() || long.is_unique_local() || long.segments()[0] & 0xffc0 == 0xfec0
        }
    }
}

/// Resolves names and lets through only hosts all of whose addresses may be called.
#[derive(Debug)]
pub(crate) struct GuardedResolver {
    resolver: DefaultResolver,
    allow_private: bool,
    unencrypted: bool,
}

impl GuardedResolver {
    pub(crate) fn new(allow_private: bool) -> Self {
        Self {
            resolver: DefaultResolver::default(),
            allow_private,
            unencrypted: false,
        }
    }

    /// Takes public addresses without encryption too: for what is only read, not told.
    pub(crate) fn unencrypted(self) -> Self {
        Self {
            unencrypted: true,
            ..self
        }
    }
}

impl Resolver for GuardedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.resolver.resolve(uri, config, timeout)?;
        let encrypted = self.unencrypted || uri.scheme_str() == Some("https");
        for address in &addresses {
            check(address.ip(), encrypted, self.allow_private)
                .map_err(|forbidden| ureq::Error::Other(Box::new(forbidden)))?;
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(address: &str, encrypted: bool, allow_private: bool) -> Result<(), Forbidden> {
        check(address.parse().unwrap(), encrypted, allow_private)
    }

    #[test]
    fn metadata_and_link_local_addresses_are_refused_whatever_is_allowed() {
        for address in [
            "169.254.169.254",
            "169.254.0.23",
            "100.100.100.200",
            "168.63.129.16",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "0.0.0.0",
            "::",
            "255.255.255.255",
            "224.0.0.1",
            "ff02::1",
        ] {
            assert_eq!(
                verdict(address, true, true),
                Err(Forbidden::Never),
                "{address}"
            );
        }
    }

    #[test]
    fn the_own_network_needs_permission_and_no_encryption() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.20",
            "100.64.0.1",
            "198.18.0.1",
            "::1",
            "fd12::1",
            "::ffff:192.168.1.20",
            "::127.0.0.1",
        ] {
            assert_eq!(
                verdict(address, true, false),
                Err(Forbidden::Private),
                "{address}"
            );
            assert_eq!(verdict(address, false, true), Ok(()), "{address}");
        }
    }

    #[test]
    fn public_addresses_need_encryption_and_no_permission() {
        for address in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "240e:1::1",
            "::ffff:8.8.8.8",
        ] {
            assert_eq!(verdict(address, true, false), Ok(()), "{address}");
            assert_eq!(
                verdict(address, false, true),
                Err(Forbidden::Unencrypted),
                "{address}"
            );
        }
    }
}
