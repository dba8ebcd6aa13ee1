//! WAV files of 16 bits, as programs and servers give them.

/// Why a WAV file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WaveError {
    /// It does not begin as a WAV file does, or ends too early.
    #[error("不是 WAV 音频")]
    NotWave,
    /// It holds something other than 16-bit samples.
    #[error("WAV 音频不是 16 位整数格式")]
    Format,
}

/// Reads a WAV file: its samples, channels averaged, and its sample rate.
///
/// A length that is larger than the file, as programs write it that do not know it beforehand, means
/// all that is there.
pub fn read_wave(bytes: &[u8]) -> Result<(Vec<f32>, u32), WaveError> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WaveError::NotWave);
    }
    let mut rest = &bytes[12..];
    let mut layout = None;
    while let (Some(name), Some(length)) = (rest.get(..4), number(rest, 4)) {
        let content = &rest[8..];
        let length = (length as usize).min(content.len());
        match name {
            b"fmt " => {
                let field = |at: usize| {
                    content
                        .get(at..at + 2)
                        .map(|two| u16::from_le_bytes([two[0], two[1]]))
                };
                let (format, channels, bits) = (field(0), field(2), field(14));
                // 0xfffe is the extended form of the same.
                if !matches!(format, Some(1 | 0xfffe)) || bits != Some(16) {
                    return Err(WaveError::Format);
                }
                layout = number(content, 4).zip(channels.filter(|count| *count > 0));
            }
            b"data" => {
                let (rate, channels) = layout
                    .filter(|(rate, _)| *rate > 0)
                    .ok_or(WaveError::NotWave)?;
                let frame = usize::from(channels) * 2;
                let samples = content[..length]
                    .chunks_exact(frame)
                    .map(|frame| {
                        let sum: f32 = frame
                            .chunks_exact(2)
                            .map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0)
                            .sum();
                        sum / f32::from(channels)
                    })
                    .collect();
                return Ok((samples, rate));
            }
            _ => {}
        }
        rest = content.get(length + length % 2..).unwrap_or_default();
    }
    Err(WaveError::NotWave)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recognize::audio::wav;

    proptest! {
        #[test]
        fn what_is_written_is_read(samples in prop::collection::vec(-1.0_f32..1.0, 0..200), rate in 8_000_u32..48_000) {
            let (read, read_rate) = read_wave(&wav(&samples, rate)).expect("a WAV file");
            prop_assert_eq!(read_rate, rate);
            prop_assert_eq!(read.len(), samples.len());
            for (one, other) in read.iter().zip(&samples) {
                prop_assert!((one - other).abs() < 1e-4);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..120), cut in 0_usize..60) {
            let _ = read_wave(&bytes);
            let whole = wav(&[0.5; 20], 16_000);
            let mut damaged = whole[..whole.len().saturating_sub(cut)].to_vec();
            damaged.extend(bytes);
            let _ = read_wave(&damaged);
        }
    }
}
