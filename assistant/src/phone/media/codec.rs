//! The three codecs of a telephone call, all seen from 16 kHz.

use audio_codec::{BoxedResampler, CodecType, Decoder, Encoder, create_decoder, create_encoder};

/// Samples in a frame of 20 ms at 16 kHz.
pub const FRAME: usize = 320;

/// Samples a second of all sound that enters or leaves a [`Call`](crate::phone::Call).
pub const RATE: u32 = 16_000;

/// Units of the RTP timestamp in 20 ms; G.722 counts at 8 kHz too (RFC 3551, 4.5.2).
pub(in crate::phone) const TICKS_A_FRAME: u32 = 160;

/// A codec of the static RTP profile (RFC 3551), in the order we prefer them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// G.722 at 64 kbit/s: 16 kHz, what recognition hears best.
    G722,
    /// G.711 A-law: 8 kHz, the codec of Chinese networks.
    Pcma,
    /// G.711 µ-law: 8 kHz.
    Pcmu,
}

impl Codec {
    /// All codecs, the preferred one first.
    pub const ALL: [Self; 3] = [Self::G722, Self::Pcma, Self::Pcmu];

    /// The static payload type (RFC 3551, table 4).
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
        }
    }

    /// The encoding's name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
        }
    }

    fn kind(self) -> CodecType {
        match self {
            Self::Pcmu => CodecType::PCMU,
            Self::Pcma => CodecType::PCMA,
            Self::G722 => CodecType::G722,
        }
    }

    /// Samples a second that the codec itself carries.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Self::G722 => 16_000,
            Self::Pcma | Self::Pcmu => 8_000,
        }
    }
}

fn resampler(from: u32, to: u32) -> BoxedResampler {
    BoxedResampler::new(from as usize, to as usize).expect("both rates are above zero")
}

/// Encodes frames of 16 kHz sound.
pub(in crate::phone) struct FrameEncoder {
    encoder: Box<dyn Encoder>,
    narrow: Option<BoxedResampler>,
    pcm: Vec<i16>,
}

impl FrameEncoder {
    pub(in crate::phone) fn new(codec: Codec) -> Self {
        Self {
            encoder: create_encoder(codec.kind()),
            narrow: (codec.sample_rate() != RATE).then(|| resampler(RATE, codec.sample_rate())),
            pcm: Vec::with_capacity(FRAME),
        }
    }

    /// The payload of one packet for 20 ms of sound in -1..1.
    pub(in crate::phone) fn encode(&mut self, frame: &[f32; FRAME]) -> Vec<u8> {
        self.pcm.clear();
        self.pcm
            .extend(frame.iter().map(|sample| to_integer(*sample)));
        match &mut self.narrow {
            Some(narrow) => self.encoder.encode(&narrow.resample(&self.pcm)),
            None => self.encoder.encode(&self.pcm),
        }
    }
}

/// Decodes packets to 16 kHz sound.
pub(in crate::phone) struct FrameDecoder {
    codec: Codec,
    decoder: Box<dyn Decoder>,
    wide: Option<BoxedResampler>,
}

impl FrameDecoder {
    pub(in crate::phone) fn new(codec: Codec) -> Self {
        Self {
            codec,
            decoder: create_decoder(codec.kind()),
            wide: (codec.sample_rate() != RATE).then(|| resampler(codec.sample_rate(), RATE)),
        }
    }

    pub(in crate::phone) fn codec(&self) -> Codec {
        self.codec
    }

    /// The sound of one packet, two samples for every octet of any of the codecs.
    pub(in crate::phone) fn decode(&mut self, payload: &[u8]) -> Vec<f32> {
        let pcm = self.decoder.decode(payload);
        let pcm = match &mut self.wide {
            Some(wide) => wide.resample(&pcm),
            None => pcm,
        };
        pcm.into_iter()
            .map(|sample| f32::from(sample) / 32_768.0)
            .collect()
    }
}

/// Sound at any rate from 8 to 48 kHz brought to 16 kHz, piece after piece.
pub(in crate::phone) struct ToSixteen {
    from: u32,
    resampler: Option<BoxedResampler>,
}

impl ToSixteen {
    pub(in crate::phone) fn new(from: u32) -> Self {
        Self {
            from,
            resampler: (from != RATE).then(|| resampler(from, RATE)),
        }
    }

    pub(in crate::phone) fn from(&self) -> u32 {
        self.from
    }

    pub(in crate::phone) fn convert(&mut self, samples: &[f32]) -> Vec<f32> {
        let Some(resampler) = &mut self.resampler else {
            return samples.to_vec();
        };
        let pcm: Vec<i16> = samples.iter().map(|sample| to_integer(*sample)).collect();
        resampler
            .resample(&pcm)
            .into_iter()
            .map(|sample| f32::from(sample) / 32_768.0)
            .collect()
    }
}

fn to_integer(sample: f32) -> i16 {
    // A cast from f32 saturates, and turns NaN into silence.
    (sample * 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tone(frequency: f32, frames: usize) -> Vec<[f32; FRAME]> {
        (0..frames)
            .map(|frame| {
                std::array::from_fn(|index| {
                    let time = (frame * FRAME + index) as f32 / RATE as f32;
                    0.5 * (std::f32::consts::TAU * frequency * time).sin()
                })
            })
            .collect()
    }

    /// Signal to noise in decibels of a 1 kHz tone after its best-fitting sine is taken away.
    fn fidelity(sound: &[f32], frequency: f32) -> f32 {
        let (mut sine, mut cosine) = (0.0, 0.0);
        let phase = |index: usize| std::f32::consts::TAU * frequency * index as f32 / RATE as f32;
        for (index, sample) in sound.iter().enumerate() {
            sine += sample * phase(index).sin();
            cosine += sample * phase(index).cos();
        }
        let scale = 2.0 / sound.len() as f32;
        let (mut signal, mut noise) = (0.0, 0.0);
        for (index, sample) in sound.iter().enumerate() {
            let fitted = scale * (sine * phase(index).sin() + cosine * phase(index).cos());
            signal += fitted * fitted;
            noise += (sample - fitted) * (sample - fitted);
        }
        10.0 * (signal / noise).log10()
    }

    #[test]
    fn a_tone_survives_every_codec() {
        for codec in Codec::ALL {
            let (mut encoder, mut decoder) = (FrameEncoder::new(codec), FrameDecoder::new(codec));
            let mut heard = Vec::new();
            for frame in tone(1_000.0, 25) {
                let payload = encoder.encode(&frame);
                assert_eq!(payload.len(), 160, "{codec:?}");
                heard.extend(decoder.decode(&payload));
            }
            assert_eq!(heard.len(), 25 * FRAME, "{codec:?}");
            let decibels = fidelity(&heard[FRAME * 5..FRAME * 20], 1_000.0);
            assert!(decibels > 25.0, "{codec:?} keeps only {decibels} dB");
        }
    }

    #[test]
    fn resampling_keeps_pass_band_and_stops_aliases() {
        let at_24: Vec<f32> = (0..24_000)
            .map(|index| 0.5 * (std::f32::consts::TAU * 1_000.0 * index as f32 / 24_000.0).sin())
            .collect();
        let mut converter = ToSixteen::new(24_000);
        let sound: Vec<f32> = at_24
            .chunks(777)
            .flat_map(|chunk| converter.convert(chunk))
            .collect();
        assert_eq!(sound.len(), 16_000);
        assert!(fidelity(&sound[1_600..14_400], 1_000.0) > 50.0);

        // 6 kHz must not come back as 2 kHz through an 8 kHz codec.
        let mut narrow = resampler(16_000, 8_000);
        let loud: Vec<i16> = tone(6_000.0, 20)
            .iter()
            .flatten()
            .map(|sample| to_integer(*sample))
            .collect();
        let leaked = narrow.resample(&loud);
        let energy: f32 = leaked[400..]
            .iter()
            .map(|sample| f32::from(*sample).powi(2))
            .sum();
        let level =
            10.0 * (energy / (leaked.len() - 400) as f32 / (16_384.0f32.powi(2) / 2.0)).log10();
        assert!(level < -40.0, "an alias at {level} dB");
    }

    proptest! {
        #[test]
        fn any_payload_decodes(payload in proptest::collection::vec(any::<u8>(), 0..400)) {
            for codec in Codec::ALL {
                let sound = FrameDecoder::new(codec).decode(&payload);
                prop_assert!(sound.len() <= payload.len() * 2 + 2);
                prop_assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
            }
        }
    }
}
