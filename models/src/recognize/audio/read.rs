use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::Resampler;
use super::wav::{is_wav, read_wav};
use crate::{ModelError, recognize::SAMPLE_RATE};

/// Packets in a row that cannot be decoded before a file is given up.
const MOST_BROKEN: usize = 50;
/// Channels of a recording that anybody makes.
const MOST_CHANNELS: usize = 16;

/// How much of a file is read.
#[derive(Clone, Copy, Debug)]
pub struct AudioLimits {
    /// The largest file, in bytes.
    pub bytes: usize,
    /// The longest sound.
    pub duration: Duration,
}

impl Default for AudioLimits {
    /// 25 MB and ten minutes.
    fn default() -> Self {
        Self {
            bytes: 25 << 20,
            duration: Duration::from_mins(10),
        }
    }
}

/// Reads a WAV, MP3, FLAC or Ogg Vorbis file as 16 kHz mono; the channels are averaged.
///
/// The form is told from the content, not from a name. Fails with [`ModelError::Audio`] where the
/// file is too large or too long, where no sound is in it, and where it is of another form.
pub fn read(file: Vec<u8>, limits: AudioLimits) -> Result<Vec<f32>, ModelError> {
    if file.len() > limits.bytes {
        return Err(ModelError::Audio(format!(
            "文件有 {:.1} MB，最多 {} MB",
            file.len() as f64 / f64::from(1 << 20),
            limits.bytes >> 20
        )));
    }
    if is_opus(&file) {
        return Err(ModelError::Audio("这是 Opus 格式，还不支持".into()));
    }
    let mut sound = Sound::new(limits.duration);
    if is_wav(&file) {
        let wav =
            read_wav(&file).ok_or_else(|| ModelError::Audio("这种 WAV 的编码不支持".into()))?;
        sound.push(wav.rate, wav.channels, &wav.samples)?;
        return sound.finish();
    }
    // A decoder that trips over a broken file must not take the caller down.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode(file, &mut sound)));
    decoded.unwrap_or_else(|_| Err(ModelError::Audio("声音数据是坏的".into())))?;
    sound.finish()
}

/// Decodes what is compressed.
fn decode(file: Vec<u8>, sound: &mut Sound) -> Result<(), ModelError> {
    let stream = MediaSourceStream::new(
        Box::new(Cursor::new(file)),
        MediaSourceStreamOptions::default(),
    );
    let mut format = symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|_| ModelError::Audio("认不出是什么格式".into()))?;
    let unreadable = || ModelError::Audio("里面没有能读的声音".into());
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(unreadable)?;
    let track_id = track.id;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(unreadable)?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|_| unreadable())?;

    let mut broken = 0;
    // A file that was cut off is read up to there.
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id != track_id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(decoded) => {
                broken = 0;
                let specification = decoded.spec();
                let rate = specification.rate();
                let channels = specification.channels().count();
                let mut samples: Vec<f32> = Vec::new();
                decoded.copy_to_vec_interleaved(&mut samples);
                sound.push(rate, channels, &samples)?;
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) if broken < MOST_BROKEN => broken += 1,
            Err(_) => return Err(ModelError::Audio("声音数据是坏的".into())),
        }
    }
    Ok(())
}

/// Sound that is being put together.
struct Sound {
    resampler: Option<(u32, Resampler)>,
    samples: Vec<f32>,
    most: usize,
}

impl Sound {
    fn new(longest: Duration) -> Self {
        Self {
            resampler: None,
            samples: Vec::new(),
            most: (longest.as_secs_f64() * f64::from(SAMPLE_RATE)) as usize,
        }
    }

    fn push(&mut self, rate: u32, channels: usize, samples: &[f32]) -> Result<(), ModelError> {
        if channels == 0 || channels > MOST_CHANNELS {
            return Err(ModelError::Audio(format!("有 {channels} 个声道")));
        }
        let mono: Vec<f32> = samples
            .chunks_exact(channels)
            .map(|frame| {
                let mean = frame.iter().sum::<f32>() / channels as f32;
                if mean.is_finite() {
                    mean.clamp(-1.0, 1.0)
                } else {
                    0.0
                }
            })
            .collect();
        let (known, resampler) = match &mut self.resampler {
            Some(resampler) => resampler,
            none => none.insert((rate, Resampler::new(rate)?)),
        };
        if *known != rate {
            return Err(ModelError::Audio("采样率中途变了".into()));
        }
        resampler.push(&mono, &mut self.samples);
        if self.samples.len() > self.most {
            return Err(ModelError::Audio(format!(
                "太长了，最多 {} 秒",
                self.most / SAMPLE_RATE as usize
            )));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<f32>, ModelError> {
        if let Some((_, resampler)) = self.resampler {
            resampler.finish(&mut self.samples);
        }
        if self.samples.is_empty() {
            return Err(ModelError::Audio("里面没有声音".into()));
        }
        Ok(self.samples)
    }
}

/// Whether it is Opus in Ogg, which browsers record and this cannot decode.
fn is_opus(file: &[u8]) -> bool {
    file.starts_with(b"OggS")
        && file[..file.len().min(64)]
            .windows(8)
            .any(|part| part == b"OpusHead")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::wav;
    use super::*;

    fn tone(count: usize) -> Vec<f32> {
        (0..count)
            .map(|place| (place as f32 * 0.1).sin() * 0.5)
            .collect()
    }

    #[test]
    fn a_wav_file_comes_back_at_16_khz() {
        let samples = tone(16_000);
        let read_back = read(wav(&samples, 16_000), AudioLimits::default()).unwrap();
        assert_eq!(read_back.len(), samples.len());
        let near = |(one, other): (&f32, &f32)| (one - other).abs() < 1e-3;
        assert!(read_back.iter().zip(&samples).all(near));
        let slower = read(wav(&samples, 8_000), AudioLimits::default()).unwrap();
        assert_eq!(slower.len(), 32_000);
    }

    #[test]
    fn what_is_too_much_or_no_sound_is_refused_in_words() {
        let file = wav(&tone(32_000), 16_000);
        let short = AudioLimits {
            duration: Duration::from_secs(1),
            ..AudioLimits::default()
        };
        let small = AudioLimits {
            bytes: 1000,
            ..AudioLimits::default()
        };
        let refused = [
            (file.clone(), short, "太长"),
            (file, small, "MB"),
            (b"hello".to_vec(), AudioLimits::default(), "格式"),
            (Vec::new(), AudioLimits::default(), "格式"),
            (wav(&[], 16_000), AudioLimits::default(), ""),
        ];
        for (file, limits, said) in refused {
            let error = read(file, limits).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_file_brings_it_down(
            beginning in prop_oneof![
                Just(Vec::new()),
                Just(b"RIFF\xff\xff\xff\xffWAVEfmt ".to_vec()),
                Just(b"OggS\x00\x02".to_vec()),
                Just(b"fLaC\x00\x00\x00\x22".to_vec()),
                Just(b"ID3\x04\x00".to_vec()),
                Just(b"\xff\xfb\x90\x00".to_vec()),
                Just(wav(&tone(400), 16_000)),
            ],
            noise in prop::collection::vec(any::<u8>(), 0..2000),
            changed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)
        ) {
            let mut file = [beginning, noise].concat();
            if !file.is_empty() {
                for (place, byte) in changed {
                    let place = place.index(file.len());
                    file[place] = byte;
                }
            }
            if let Ok(samples) = read(file, AudioLimits::default()) {
                prop_assert!(samples.iter().all(|sample| sample.is_finite()));
            }
        }
    }
}
