//! Pairs of ports for RTP and RTCP from the configured range.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

use rand::Rng;

/// An even port for RTP and the odd one above it for RTCP (RFC 3550, 11).
pub(in crate::phone) struct PortPair {
    pub(in crate::phone) sound: UdpSocket,
    pub(in crate::phone) report: UdpSocket,
    pub(in crate::phone) port: u16,
}

impl PortPair {
    /// Binds the first free pair, searched from a random place so that ports are not reused at once.
    pub(in crate::phone) fn bind(address: IpAddr, range: &RangeInclusive<u16>) -> io::Result<Self> {
        let first = u32::from(*range.start()).next_multiple_of(2);
        let pairs = (u32::from(*range.end()) + 1).saturating_sub(first) / 2;
        if pairs == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the range of ports holds no even port",
            ));
        }
        let start = rand::rng().random_range(0..pairs);
        let mut refused = io::Error::from(io::ErrorKind::AddrInUse);
        for step in 0..pairs {
            let port = (first + (start + step) % pairs * 2) as u16;
            match Self::bind_at(address, port) {
                Ok(pair) => return Ok(pair),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn bind_at(address: IpAddr, port: u16) -> io::Result<Self> {
        let sound = UdpSocket::bind(SocketAddr::new(address, port))?;
        let report = UdpSocket::bind(SocketAddr::new(address, port + 1))?;
        sound.set_nonblocking(true)?;
        report.set_nonblocking(true)?;
        Ok(Self {
            sound,
            report,
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn pairs_are_even_and_the_range_runs_out() {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let range = 47_311..=47_316;
        let pairs: Vec<PortPair> = std::iter::from_fn(|| PortPair::bind(address, &range).ok())
            .take(5)
            .collect();
        assert_eq!(pairs.len(), 2);
        assert!(pairs.iter().all(|pair| pair.port % 2 == 0));
    }
}
