//! From sound to standard Mandarin: recognised with the terms of the community in mind, put into
//! simplified characters, put right by sound and read for its dialect.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use dialects::script::to_simplified;
use dialects::{Heard, Variety};
use models::ModelError;
use models::recognize::{Nothing, PendingRecognition, Reading, Recognition, SAMPLE_RATE};
use models::{RecognitionRequest, Recognize};
use serde::Serialize;

use crate::conversation::{Rewording, Speaker, Understanding, own_terms};
use crate::store::Community;

/// Readings that the correction chooses among: each costs the resident a twentieth of a second.
const READINGS: usize = 2;

/// Samples of an utterance that may be a word alone, which nothing around it tells how to write. Only there the terms
/// of the documents help the recogniser more than the third of a second that reading them takes is worth.
const A_WORD: usize = 2 * SAMPLE_RATE as usize;

/// A shorter stretch may well have been said twice, such as 对对.
const SHORTEST_REPEATED: usize = 4;

/// What was heard, and what it means.
#[derive(Clone, Debug, Serialize)]
pub struct HeardUtterance {
    /// What was recognised, in simplified characters; empty where nobody spoke.
    pub heard: String,
    /// The same, put right by sound.
    #[serde(skip)]
    pub corrected: String,
    /// The same in standard Mandarin.
    pub standard: String,
    /// What was changed between the two.
    pub(crate) changes: Vec<Rewording>,
    /// The dialect that is known or was noticed, by its id.
    pub variety: Option<&'static str>,
    /// Other readings of the recogniser.
    pub alternatives: Vec<String>,
    /// How certain the reading is on average, from 0 to 1.
    pub certainty: f32,
    /// Why nothing was heard: `silence`, `no_speech`, `invented`, `loop` or `unclear`.
    pub nothing: Option<&'static str>,
    /// Length of the sound, in seconds.
    pub seconds: f32,
    /// Time that the recognition took, in seconds, waiting not counted.
    pub compute_seconds: f32,
    /// The same for the turn that it becomes, with what the recogniser doubts.
    #[serde(skip)]
    pub(crate) doubts: Heard,
    /// The sound, at 16 kHz.
    #[serde(skip)]
    pub(crate) sound: Arc<[f32]>,
}

/// Whoever is listened to.
#[derive(Clone, Debug, Default)]
pub struct Listener {
    pub(super) speaker: Speaker,
    /// What was last said to them, such as the question that they answer.
    pub said_before: Option<String>,
}

/// Hears residents; shared by all channels.
pub struct Hearing {
    recognizer: Arc<dyn Recognize>,
    understanding: Arc<Understanding>,
}

impl Hearing {
    pub(crate) fn new(recognizer: Arc<dyn Recognize>, understanding: Arc<Understanding>) -> Self {
        Self { recognizer, understanding }
    }

    /// Whoever speaks this dialect, or that of the nearest community which names one.
    pub async fn listener(&self, variety: Option<&str>, lineage: &[Community]) -> Result<Listener> {
        let speaker = self.understanding.speaker(variety, lineage).await?;
        Ok(Listener { speaker, said_before: None })
    }

    /// Hears one utterance: mono samples within -1 to 1, 16,000 a second.
    pub async fn hear(&self, samples: Vec<f32>, listener: &Listener) -> Result<HeardUtterance> {
        let sound: Arc<[f32]> = samples.into();
        let recognition = self.recognize(Arc::clone(&sound), listener)?.finished().await?;
        self.understand(&recognition, sound, listener).await
    }

    /// What recognises; it knows no community.
    pub fn recognizer(&self) -> &dyn Recognize {
        self.recognizer.as_ref()
    }

    /// The terms that the listener may well use, the most useful first.
    pub fn terms(&self, listener: &Listener) -> Vec<String> {
        self.understanding.terms(&listener.speaker)
    }

    /// What the recogniser is asked about a finished utterance: for several readings, with what the listener was
    /// asked and the words of their community.
    pub fn request(&self, samples: Arc<[f32]>, listener: &Listener) -> RecognitionRequest {
        let terms = if samples.len() < A_WORD { self.terms(listener) } else { own_terms(&listener.speaker) };
        RecognitionRequest {
            said_before: listener.said_before.as_deref().and_then(asked_in).map(str::to_owned),
            prompt_terms: terms,
            alternatives: READINGS,
            ..RecognitionRequest::new(samples)
        }
    }

    /// Puts a finished utterance in line for recognition.
    pub(super) fn recognize(&self, samples: Arc<[f32]>, listener: &Listener) -> Result<PendingRecognition, ModelError> {
        self.recognizer.recognize(self.request(samples, listener))
    }

    /// Puts an unfinished utterance in line: one quick reading.
    pub(super) fn glance(&self, samples: Arc<[f32]>) -> Result<PendingRecognition, ModelError> {
        self.recognizer.recognize(RecognitionRequest { partial: true, ..RecognitionRequest::new(samples) })
    }

    /// What the recognition of a sound means.
    pub async fn understand(
        &self,
        recognition: &Recognition,
        sound: Arc<[f32]>,
        listener: &Listener,
    ) -> Result<HeardUtterance> {
        let mut readings = recognition.readings.iter();
        let best = readings.next();
        let alternatives: Vec<String> =
            readings.map(|reading| to_simplified(&reading.text).into_text()).collect();
        let doubts = Heard { alternatives: alternatives.clone(), ..best.map(heard).unwrap_or_default() };
        let understood = self
            .understanding
            .listen(doubts.clone(), &listener.speaker)
            .await
            .context("what was heard could not be read")?;
        Ok(HeardUtterance {
            heard: doubts.text.clone(),
            corrected: understood.corrected,
            standard: understood.text,
            changes: understood.changes,
            variety: understood.variety.map(Variety::id),
            alternatives,
            certainty: best.map_or(0.0, |reading| reading.average_log_probability.exp()),
            nothing: recognition.nothing.map(reason),
            seconds: recognition.duration.as_secs_f32(),
            compute_seconds: recognition.compute.as_secs_f32(),
            doubts,
            sound,
        })
    }
}

/// A reading in simplified characters. Where that changes its length in bytes, what the recogniser
/// doubts no longer points at the right characters and is left out.
fn heard(reading: &Reading) -> Heard {
    let text = to_simplified(&reading.text).into_text();
    let mut probabilities = if text.len() == reading.text.len() { reading.certainty.clone() } else { Vec::new() };
    let said = once(&text).to_owned();
    probabilities.retain(|(range, _)| range.end <= said.len());
    Heard { probabilities, ..Heard::spoken(said) }
}

/// The last thing that was asked in what was said to somebody.
fn asked_in(said: &str) -> Option<&str> {
    let end = said.rfind(['？', '?'])?;
    let before = &said[..end];
    let begin = before.rfind(['。', '！', '？', '!', '?', '\n']).map_or(0, |place| {
        place + before[place..].chars().next().map_or(0, char::len_utf8)
    });
    Some(said[begin..].trim())
}

/// A text without its repetitions: the recogniser sometimes writes a short utterance down twice, or
/// twice and a bit.
fn once(text: &str) -> &str {
    let bare: Vec<(usize, char)> = text.char_indices().filter(|(_, one)| one.is_alphanumeric()).collect();
    let repeats = |period: &usize| bare.iter().zip(&bare[*period..]).all(|((_, one), (_, next))| one == next);
    let period = (SHORTEST_REPEATED..=bare.len() / 2).find(repeats);
    period.map_or(text, |period| text[..bare[period].0].trim_end())
}

fn reason(nothing: Nothing) -> &'static str {
    match nothing {
        Nothing::Silence => "silence",
        Nothing::NoSpeech => "no_speech",
        Nothing::Invented => "invented",
        Nothing::Loop => "loop",
        Nothing::Unclear => "unclear",
    }
}

#[cfg(test)]
mod tests {
    use super::{asked_in, once};

    #[test]
    fn what_was_asked_stands_last_in_what_was_said() {
        assert_eq!(asked_in("居住证免费。还要问什么吗？请讲。"), Some("还要问什么吗？请讲。"));
        assert_eq!(asked_in("您贵姓？"), Some("您贵姓？"));
        assert_eq!(asked_in("居住证免费。"), None);
        assert_eq!(asked_in(""), None);
    }

    #[test]
    fn what_was_written_down_twice_was_said_once() {
        assert_eq!(once("高龄津贴在哪里领?高龄津贴在哪里领?"), "高龄津贴在哪里领?");
        assert_eq!(once("居住证怎么办，居住证怎么办"), "居住证怎么办，");
        assert_eq!(once("高龄津贴在哪里?高龄津贴在哪里?高龄津"), "高龄津贴在哪里?");
        assert_eq!(once("对对对对"), "对对对对");
        assert_eq!(once("居住证怎么办，身份证怎么办"), "居住证怎么办，身份证怎么办");
        assert_eq!(once(""), "");
    }
}
