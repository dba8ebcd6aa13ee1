//! WAV files: "Multimedia Programming Interface and Data Specifications 1.0", 1991, and RFC 2361.

/// How samples are written.
#[derive(Clone, Copy)]
enum Coding {
    /// Whole numbers of so many bytes; of one byte without a sign.
    Whole(usize),
    /// Single precision.
    Float,
    /// G.711 of Europe and China.
    ALaw,
    /// G.711 of America and Japan.
    MuLaw,
}

/// What is in a WAV file.
pub(super) struct Wav {
    pub(super) rate: u32,
    pub(super) channels: usize,
    /// The channels by turns.
    pub(super) samples: Vec<f32>,
}

/// Whether it calls itself a WAV file.
pub(super) fn is_wav(file: &[u8]) -> bool {
    file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WAVE")
}

/// Reads a WAV file, as far as it goes; nothing where it is not of a known form.
pub(super) fn read_wav(file: &[u8]) -> Option<Wav> {
    let mut rest = file.get(12..)?;
    let mut form = None;
    loop {
        let (head, after) = rest.split_at_checked(8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        // What is recorded while it is sent does not know its length.
        let content = &after[..length.min(after.len())];
        match &head[..4] {
            b"fmt " => form = Some(Form::read(content)?),
            b"data" => {
                let form = form?;
                return Some(Wav {
                    rate: form.rate,
                    channels: form.channels,
                    samples: form.coding.samples(content),
                });
            }
            _ => {}
        }
        // Chunks begin at even places.
        rest = after.get(length.checked_add(length % 2)?..)?;
    }
}

struct Form {
    coding: Coding,
    channels: usize,
    rate: u32,
}

impl Form {
    fn read(content: &[u8]) -> Option<Self> {
        let short = |place: usize| {
            let bytes = content.get(place..place + 2)?;
            Some(u16::from_le_bytes([bytes[0], bytes[1]]))
        };
        let rate = content.get(4..8)?;
        let bits = short(14)?;
        let tag = match short(0)? {
            // The extensible form tells further on.
            0xfffe => short(24)?,
            tag => tag,
        };
        let coding = match (tag, bits) {
            (1, 8 | 16 | 24 | 32) => Coding::Whole(usize::from(bits) / 8),
            (3, 32) => Coding::Float,
            (6, 8) => Coding::ALaw,
            (7, 8) => Coding::MuLaw,
            _ => return None,
        };
        Some(Self {
            coding,
            channels: short(2)?.into(),
            rate: u32::from_le_bytes([rate[0], rate[1], rate[2], rate[3]]),
        })
    }
}

impl Coding {
    fn samples(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::Whole(1) => bytes
                .iter()
                .map(|&byte| (f32::from(byte) - 128.0) / 128.0)
                .collect(),
            Self::Whole(width) => bytes
                .chunks_exact(width)
                .map(|bytes| {
                    let mut whole = [0; 4];
                    whole[4 - width..].copy_from_slice(bytes);
                    i32::from_le_bytes(whole) as f32 / 2_147_483_648.0
                })
                .collect(),
            Self::Float => {
                let (floats, _) = bytes.as_chunks::<4>();
                floats
                    .iter()
                    .map(|&float| f32::from_le_bytes(float))
                    .collect()
            }
            Self::ALaw => bytes.iter().map(|&byte| a_law(byte)).collect(),
            Self::MuLaw => bytes.iter().map(|&byte| mu_law(byte)).collect(),
        }
    }
}

/// One sample of A-law, ITU-T G.711.
fn a_law(byte: u8) -> f32 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let step = i32::from(byte & 15) * 2 + 1;
    let size = if exponent == 0 {
        step
    } else {
        (step + 32) << (exponent - 1)
    };
    let sample = if byte & 0x80 == 0 { -size } else { size };
    sample as f32 / 4096.0
}

/// One sample of μ-law, ITU-T G.711.
fn mu_law(byte: u8) -> f32 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let size = ((i32::from(byte & 15) * 2 + 33) << exponent) - 33;
    let sample = if byte & 0x80 == 0 { size } else { -size };
    sample as f32 / 8192.0
}

/// A WAV file of 16-bit mono samples; what is beyond -1 to 1 is cut.
pub fn wav(samples: &[f32], rate: u32) -> Vec<u8> {
    let bytes = (samples.len() * 2) as u32;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // PCM in one channel.
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&(rate * 2).to_le_bytes());
    file.extend_from_slice(&2_u16.to_le_bytes());
    file.extend_from_slice(&16_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for sample in samples {
        let sample = (sample.clamp(-1.0, 1.0) * 32767.0).round() as i16;
        file.extend_from_slice(&sample.to_le_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with samples of another coding.
    fn file(tag: u16, bits: u16, content: &[u8]) -> Vec<u8> {
        let mut file = wav(&[], 8000);
        file[20..22].copy_from_slice(&tag.to_le_bytes());
        file[34..36].copy_from_slice(&bits.to_le_bytes());
        let length = file.len();
        file[length - 4..].copy_from_slice(&(content.len() as u32).to_le_bytes());
        file.extend_from_slice(content);
        file
    }

    #[test]
    fn every_coding_gives_the_same_sound() {
        let half = 0.5_f32.to_le_bytes();
        let files = [
            file(1, 8, &[192, 64]),
            file(1, 16, &[0, 0x40, 0, 0xc0]),
            file(1, 24, &[0, 0, 0x40, 0, 0, 0xc0]),
            file(3, 32, &[half, (-0.5_f32).to_le_bytes()].concat()),
            // The tables of G.711: the step around half of the full scale.
            file(6, 8, &[0xa5, 0x25]),
            file(7, 8, &[0x8f, 0x0f]),
        ];
        for file in files {
            let read = read_wav(&file).unwrap();
            assert_eq!((read.rate, read.channels), (8000, 1));
            let [one, other] = read.samples[..] else {
                panic!("{:?}", read.samples);
            };
            assert!(
                (one - 0.5).abs() < 0.03 && (other + 0.5).abs() < 0.03,
                "{one} {other}"
            );
        }
        assert!(read_wav(&file(85, 16, &[0; 8])).is_none());
    }
}
