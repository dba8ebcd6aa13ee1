//! Kokoro-82M: a neural voice that runs faster than it speaks on two cores.
//!
//! Hexgrad, Kokoro-82M v1.0 (2025), after `StyleTTS` 2 (Li et al., 2023). The file is the ONNX form with
//! 8-bit weights; a voice file holds one style vector for each length of text.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use ort::{session::Session, value::Tensor};

use super::{
    Voice, phonemes,
    phonemes::{Encoded, encode},
    runtime,
    script::Clause,
    sound::{SAMPLE_RATE, Sound},
};
use crate::ModelError;

/// Numbers of one style vector.
const STYLE: usize = 256;
/// Samples of one frame of the model's durations: 25 ms.
const FRAME: usize = 600;
/// The tensor inside the graph that says how many frames each id lasts.
const DURATIONS: &str = "/encoder/Gather_output_0";
/// Silence kept before the first syllable.
const LEAD: usize = SAMPLE_RATE as usize / 25;
/// Silence that the longest cut at the end keeps, whatever the pause.
const TAIL: usize = SAMPLE_RATE as usize / 20;

/// The Mandarin voices of Kokoro, run by the ONNX runtime.
pub struct KokoroVoice {
    session: Session,
    path: PathBuf,
    styles: Vec<Style>,
    /// Whether the graph says its durations.
    has_durations: bool,
}

struct Style {
    name: String,
    /// Vectors of [`STYLE`] numbers, by the number of ids less one.
    vectors: Vec<f32>,
}

impl KokoroVoice {
    /// Loads the model, the voices (the default first, each named after its file) and the runtime's
    /// shared library; the model will run on so many threads. Takes about a second and 380 MB.
    pub fn load(
        model: &Path,
        voices: &[&Path],
        library: &Path,
        threads: usize,
    ) -> Result<Self, ModelError> {
        let styles = voices
            .iter()
            .map(|path| Style::read(path))
            .collect::<Result<Vec<_>, _>>()?;
        if styles.is_empty() {
            return Err(ModelError::Unsupported {
                path: model.to_owned(),
                reason: "没有指定声音文件".to_owned(),
            });
        }
        let bytes = read_file(model)?;
        let session = runtime::session(library, model, &with_output(&bytes, DURATIONS), threads)
            .or_else(|_| runtime::session(library, model, &bytes, threads))?;
        let has_durations = session
            .outputs()
            .iter()
            .any(|output| output.name() == DURATIONS);
        if !has_durations {
            tracing::warn!(model = %model.display(), "the model does not say its durations: marks are estimated");
        }
        Ok(Self {
            session,
            path: model.to_owned(),
            styles,
            has_durations,
        })
    }

    fn run(
        &mut self,
        encoded: &Encoded,
        name: &str,
        speed: f32,
    ) -> ort::Result<(Vec<f32>, Vec<usize>)> {
        let style = self
            .styles
            .iter()
            .find(|style| style.name == name)
            .unwrap_or(&self.styles[0]);
        let ids: Vec<i64> = [phonemes::FRAME]
            .into_iter()
            .chain(encoded.ids.iter().copied())
            .chain([phonemes::FRAME])
            .collect();
        let tokens = Tensor::from_array(([1, ids.len()], ids))?;
        let vector = Tensor::from_array(([1, STYLE], style.vector(encoded.ids.len())))?;
        let speed = Tensor::from_array(([1], vec![speed]))?;
        let outputs = self.session.run(ort::inputs! {
            "tokens" => tokens,
            "style" => vector,
            "speed" => speed,
        })?;
        let (_, samples) = outputs["audio"].try_extract_tensor::<f32>()?;
        let durations = if self.has_durations {
            let (_, durations) = outputs[DURATIONS].try_extract_tensor::<i64>()?;
            durations
                .iter()
                .map(|frames| (*frames).max(0) as usize)
                .collect()
        } else {
            Vec::new()
        };
        Ok((samples.to_vec(), durations))
    }
}

impl Voice for KokoroVoice {
    fn names(&self) -> Vec<String> {
        self.styles.iter().map(|style| style.name.clone()).collect()
    }

    fn say(&mut self, clauses: &[Clause], name: &str, speed: f32) -> Result<Sound, ModelError> {
        let mut encoded = encode(clauses);
        encoded.ids.truncate(phonemes::LONGEST - 2);
        if encoded.ids.is_empty() {
            return Ok(Sound::default());
        }
        let (samples, durations) = self
            .run(&encoded, name, speed)
            .map_err(|error| ModelError::Speech(format!("{}：{error}", self.path.display())))?;
        let pause = clauses.last().map_or(0.0, |clause| clause.pause.seconds()) / speed;
        if durations.len() == encoded.ids.len() + 2 {
            Ok(timed(&samples, &durations, &encoded, pause))
        } else {
            Ok(Sound {
                samples,
                times: Vec::new(),
            }
            .with_estimated_times(clauses))
        }
    }
}

/// Cuts the silence that the model puts around the text down to what the pause asks for, and says
/// when each syllable begins and ends.
fn timed(samples: &[f32], durations: &[usize], encoded: &Encoded, pause: f32) -> Sound {
    let mut ends = Vec::with_capacity(durations.len());
    let mut frames = 0;
    for duration in durations {
        frames += duration;
        ends.push(frames * FRAME);
    }
    // The place of id `at` lies one behind, after the frame at the beginning.
    let start_of = |at: usize| ends[at];
    let end_of = |at: usize| ends[at.max(1)];
    let first = encoded
        .syllables
        .first()
        .map_or(0, |ids| start_of(ids.start));
    // The model counts the silence of a mark to the syllable before it.
    let last = encoded.syllables.last().map_or(samples.len(), |ids| {
        let end = end_of(ids.end.min(durations.len() - 2)).min(samples.len());
        voiced_end(samples, start_of(ids.start).min(end), end)
    });
    let from = first.saturating_sub(LEAD).min(samples.len());
    let wanted = last + TAIL.max((pause * SAMPLE_RATE as f32) as usize);
    let mut cut: Vec<f32> = samples[from..wanted.clamp(from, samples.len())].to_vec();
    fade(&mut cut);
    cut.resize(wanted.saturating_sub(from), 0.0);
    let seconds = |at: usize| at.saturating_sub(from) as f32 / SAMPLE_RATE as f32;
    let times = encoded
        .syllables
        .iter()
        .map(|ids: &Range<usize>| {
            let end = ids.end.min(durations.len() - 2);
            let start = start_of(ids.start.min(end)).min(last);
            seconds(start)..seconds(end_of(end).min(last).max(start))
        })
        .collect();
    Sound {
        samples: cut,
        times,
    }
}

/// Where the voice is last heard between two samples.
fn voiced_end(samples: &[f32], from: usize, to: usize) -> usize {
    const WINDOW: usize = SAMPLE_RATE as usize / 100;
    const SILENCE: f32 = 0.006;
    let mut end = to;
    while end >= from + 2 * WINDOW {
        let window = &samples[end - WINDOW..end];
        let power = window.iter().map(|sample| sample * sample).sum::<f32>() / WINDOW as f32;
        if power.sqrt() > SILENCE {
            break;
        }
        end -= WINDOW;
    }
    end
}

/// Takes away the click of a cut: five milliseconds in and out.
fn fade(samples: &mut [f32]) {
    let length = (SAMPLE_RATE as usize / 200).min(samples.len() / 2);
    let count = samples.len();
    for at in 0..length {
        let level = at as f32 / length as f32;
        samples[at] *= level;
        samples[count - 1 - at] *= level;
    }
}

impl Style {
    fn read(path: &Path) -> Result<Self, ModelError> {
        let bytes = read_file(path)?;
        let vectors: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        if vectors.is_empty() || bytes.len() % (STYLE * 4) != 0 {
            return Err(ModelError::Unsupported {
                path: path.to_owned(),
                reason: format!("{} 字节，不是声音文件", bytes.len()),
            });
        }
        Ok(Self {
            name: path
                .file_stem()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            vectors,
        })
    }

    /// The style for a text of so many ids.
    fn vector(&self, ids: usize) -> Vec<f32> {
        let rows = self.vectors.len() / STYLE;
        let row = ids.min(rows - 1);
        self.vectors[row * STYLE..(row + 1) * STYLE].to_vec()
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, ModelError> {
    if !path.exists() {
        return Err(ModelError::Missing(path.to_owned()));
    }
    Ok(fs::read(path)?)
}

/// An ONNX model with one more of its inner tensors as an output.
///
/// The file is a protocol buffer, where a message that appears twice is the two merged: a second
/// `graph` (field 7) that holds nothing but an `output` (field 12) with a `name` (field 1) adds that
/// output to the first.
fn with_output(model: &[u8], name: &str) -> Vec<u8> {
    let name = field(1, name.as_bytes());
    let graph = field(7, &field(12, &name));
    [model, &graph].concat()
}

/// A field of bytes; its length must be below 128.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2, content.len() as u8];
    bytes.extend_from_slice(content);
    bytes
}
