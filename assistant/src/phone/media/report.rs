//! RTCP: what we sent, what we received, and what the peer says of it (RFC 3550, 6).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rtcp_types::{
    Compound, Packet, ReceiverReport, ReportBlock, RtcpPacketWriterExt, Sdes, SdesChunk, SdesItem,
    SenderReport,
};

/// Seconds between 1900 and 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// The time of day as a 64-bit NTP timestamp.
pub(in crate::phone) fn ntp_time(now: SystemTime) -> u64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    ((since.as_secs() + NTP_EPOCH) << 32)
        | ((u64::from(since.subsec_nanos()) << 32) / 1_000_000_000)
}

/// What we tell the peer.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::phone) struct Sent {
    pub(in crate::phone) source: u32,
    pub(in crate::phone) now: u64,
    pub(in crate::phone) timestamp: u32,
    pub(in crate::phone) packets: u32,
    pub(in crate::phone) octets: u32,
    pub(in crate::phone) received: Option<Received>,
}

/// What we tell the peer of its own stream.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::phone) struct Received {
    pub(in crate::phone) source: u32,
    pub(in crate::phone) fraction_lost: u8,
    pub(in crate::phone) lost: u32,
    pub(in crate::phone) highest: u32,
    pub(in crate::phone) jitter: u32,
    pub(in crate::phone) last_report: u32,
    pub(in crate::phone) since_report: u32,
}

/// A sender report with one report block and our name; a receiver report while nothing was sent.
pub(in crate::phone) fn write(sent: &Sent, name: &str) -> Option<Vec<u8>> {
    let block = sent.received.map(|received| {
        ReportBlock::builder(received.source)
            .fraction_lost(received.fraction_lost)
            .cumulative_lost(received.lost.min(0x7f_ffff))
            .extended_sequence_number(received.highest)
            .interarrival_jitter(received.jitter)
            .last_sender_report_timestamp(received.last_report)
            .delay_since_last_sender_report_timestamp(received.since_report)
    });
    let chunk = SdesChunk::builder(sent.source).add_item(SdesItem::builder(SdesItem::CNAME, name));
    let description = Sdes::builder().add_chunk(chunk);
    let compound = if sent.packets > 0 {
        let mut report = SenderReport::builder(sent.source)
            .ntp_timestamp(sent.now)
            .rtp_timestamp(sent.timestamp)
            .packet_count(sent.packets)
            .octet_count(sent.octets);
        if let Some(block) = block {
            report = report.add_report_block(block);
        }
        Compound::builder().add_packet(report)
    } else {
        let mut report = ReceiverReport::builder(sent.source);
        if let Some(block) = block {
            report = report.add_report_block(block);
        }
        Compound::builder().add_packet(report)
    }
    .add_packet(description);
    let mut octets = vec![0; 256];
    let length = compound.write_into(&mut octets).ok()?;
    octets.truncate(length);
    Some(octets)
}

/// What a report of the peer says.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::phone) struct Heard {
    /// The middle 32 bits of the sender report's time, to be given back.
    pub(in crate::phone) report: Option<u32>,
    /// Share of our packets lost, in 1/256.
    pub(in crate::phone) fraction_lost: Option<u8>,
    /// The round trip to the peer.
    pub(in crate::phone) round_trip: Option<Duration>,
}

/// Reads a compound packet; what cannot be read is left out.
pub(in crate::phone) fn read(datagram: &[u8], source: u32, now: u64) -> Heard {
    let mut heard = Heard::default();
    let Ok(compound) = Compound::parse(datagram) else {
        return heard;
    };
    let mut block = |block: ReportBlock<'_>| {
        if block.ssrc() != source {
            return;
        }
        heard.fraction_lost = Some(block.fraction_lost());
        let (sent, held) = (
            block.last_sender_report_timestamp(),
            block.delay_since_last_sender_report_timestamp(),
        );
        if sent != 0 {
            let units = ((now >> 16) as u32).wrapping_sub(held).wrapping_sub(sent);
            let round_trip = Duration::from_micros(u64::from(units) * 1_000_000 / 65_536);
            // A clock that jumped gives a number that means nothing.
            heard.round_trip = (round_trip < Duration::from_secs(10)).then_some(round_trip);
        }
    };
    let mut report = None;
    for packet in compound.flatten() {
        match packet {
            Packet::Sr(sender) => {
                report = Some((sender.ntp_timestamp() >> 16) as u32);
                sender.report_blocks().for_each(&mut block);
            }
            Packet::Rr(receiver) => receiver.report_blocks().for_each(&mut block),
            _ => {}
        }
    }
    heard.report = report;
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_report_comes_back_with_the_round_trip() {
        let sent = Sent {
            source: 7,
            now: 0x1234_5678_9abc_def0,
            timestamp: 1,
            packets: 10,
            octets: 1_600,
            received: Some(Received {
                source: 9,
                fraction_lost: 12,
                last_report: 0x5678_9abc,
                since_report: 65_536,
                ..Received::default()
            }),
        };
        let datagram = write(&sent, "line@example").expect("fits");
        let heard = read(&datagram, 9, (0x5678_9abcu64 + 65_536 + 6_554) << 16);
        assert_eq!(heard.report, Some(0x5678_9abc));
        assert_eq!(heard.fraction_lost, Some(12));
        assert_eq!(heard.round_trip.map(|trip| trip.as_millis()), Some(100));
    }

    proptest! {
        #[test]
        fn any_datagram_is_read(datagram in proptest::collection::vec(any::<u8>(), 0..300), source: u32, now: u64) {
            read(&datagram, source, now);
        }

        #[test]
        fn a_bent_report_is_read(at in 0usize..60, value: u8) {
            let sent = Sent { source: 7, packets: 1, received: Some(Received::default()), ..Sent::default() };
            let mut datagram = write(&sent, "line@example").expect("fits");
            let length = datagram.len();
            datagram[at % length] = value;
            read(&datagram, 7, 0);
        }
    }
}
