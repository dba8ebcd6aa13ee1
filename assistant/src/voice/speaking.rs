//! From a reply to sound, with the time at which each of its words is said.

use std::ops::Range;
use std::sync::Arc;

use dialects::reading;
use models::{ModelError, Turns};
use models::speak::{Clause, Pause, SoundCache, Speaker, SpeakerOptions, SpeechRequest, Syllable, Voice, Word};

/// Sounds kept in memory, in bytes: eleven minutes.
const IN_MEMORY: usize = 64 << 20;
/// Sounds kept on disk, in bytes: greetings and verified answers, hours of them.
const ON_DISK: u64 = 512 << 20;

/// So many digits in a row are not kept as sound.
const PRIVATE_DIGITS: usize = 6;

/// How something is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Manner {
    /// Name of the voice; any other name is the default voice.
    pub voice: String,
    /// 1 is usual; held between 0.5 and 2.
    pub speed: f32,
    /// 1 is usual; what would distort is bent.
    pub volume: f32,
}

impl Default for Manner {
    fn default() -> Self {
        Self { voice: String::new(), speed: 1.0, volume: 1.0 }
    }
}

/// A few clauses as sound.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Mono, [`SPOKEN_RATE`] a second, within -1 to 1.
    pub samples: Vec<f32>,
    /// Bytes of the text, and the seconds of this piece in which they are said.
    pub marks: Vec<(Range<usize>, Range<f32>)>,
}

/// Samples a second of what is said.
pub const SPOKEN_RATE: u32 = models::speak::SAMPLE_RATE;

/// Says replies aloud; shared by all channels.
pub struct Speaking {
    speaker: Speaker,
}

/// What is being said; dropping it stops the voice.
pub struct Speech {
    pieces: models::speak::Speaking,
}

impl Speaking {
    /// Starts a voice, which keeps what it said in a folder.
    pub fn start(voice: Box<dyn Voice>, folder: &std::path::Path, turns: Turns) -> Result<Self, ModelError> {
        let cache = SoundCache::in_memory(IN_MEMORY).with_folder(folder, ON_DISK)?;
        let options = SpeakerOptions { cache: Arc::new(cache), turns, ..SpeakerOptions::default() };
        Ok(Self { speaker: Speaker::start(voice, options)? })
    }

    /// The names of the voices, the default first.
    pub fn voices(&self) -> &[String] {
        self.speaker.names()
    }

    /// Says a text as people read it aloud: 119 is 幺幺九, 2026年 is 二零二六年.
    pub fn say(&self, text: &str, manner: &Manner) -> Result<Speech, ModelError> {
        Ok(Speech { pieces: self.speaker.speak(request(text, manner))? })
    }

    /// Like [`Self::say`] for what nobody listens to yet: it is made after everything else.
    pub fn say_beforehand(&self, text: &str, manner: &Manner) -> Result<Speech, ModelError> {
        let request = SpeechRequest { beforehand: true, ..request(text, manner) };
        Ok(Speech { pieces: self.speaker.speak(request)? })
    }
}

impl Speech {
    /// The next piece, or `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Piece>, ModelError> {
        let piece = self.pieces.next_piece().await?;
        Ok(piece.map(|piece| Piece {
            samples: piece.sound.samples,
            marks: piece.marks.into_iter().map(|mark| (mark.text, mark.seconds)).collect(),
        }))
    }
}

fn request(text: &str, manner: &Manner) -> SpeechRequest {
    SpeechRequest {
        voice: manner.voice.clone(),
        speed: manner.speed,
        volume: manner.volume,
        private: is_private(text),
        ..SpeechRequest::new(reading::read(text).into_iter().map(clause).collect())
    }
}

/// Whether a text may hold what is meant for one person alone, such as the code of a work order or a
/// telephone number: digits in a row that are no amount and no date.
fn is_private(text: &str) -> bool {
    let mut row = 0;
    text.chars().any(|character| {
        row = if character.is_ascii_digit() { row + 1 } else { 0 };
        row >= PRIVATE_DIGITS
    })
}

fn clause(clause: reading::Clause) -> Clause {
    let words = clause.words.into_iter().map(|word| Word {
        syllables: word.syllables.into_iter().map(syllable).collect(),
    });
    Clause { words: words.collect(), text: clause.text, pause: pause(clause.pause) }
}

fn syllable(syllable: reading::Syllable) -> Syllable {
    Syllable {
        pinyin: syllable.pinyin,
        tone: syllable.tone,
        rhotic: syllable.rhotic,
        range: syllable.range,
    }
}

fn pause(pause: reading::Pause) -> Pause {
    match pause {
        reading::Pause::None => Pause::None,
        reading::Pause::Listed => Pause::Listed,
        reading::Pause::Comma => Pause::Comma,
        reading::Pause::Semicolon => Pause::Semicolon,
        reading::Pause::Stop => Pause::Stop,
        reading::Pause::Exclamation => Pause::Exclamation,
        reading::Pause::Question => Pause::Question,
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn codes_and_numbers_of_people_are_private_and_hotlines_are_not() {
        assert!(is_private("工单号是 20261122-0007，查询码是 493822。"));
        assert!(is_private("您的电话是13800001111，对吗？"));
        assert!(!is_private("请拨打12345，2026年11月起每月 1200.50 元。"));
    }
}
