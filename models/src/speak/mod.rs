//! Speaking: from syllables to sound.
//!
//! What is to be said comes as [`Clause`]s: characters with their pinyin, already written out as
//! people say it, so that nothing here knows Chinese spelling. A [`Voice`] turns a few clauses into
//! [`Sound`] at 24 kHz: [`KokoroVoice`] with a model on this machine, [`EspeakVoice`] with the
//! program espeak-ng where there is no model, [`RemoteVoice`] with a server that speaks `OpenAI`'s
//! `/v1/audio/speech`; [`local_voice`] takes the best that is there. A [`Speaker`] runs one voice on a thread of its own, piece by piece so that the
//! first sound comes early, keeps what was said in a [`SoundCache`], and stops when the listener drops
//! the [`Speaking`].
//!
//! ```no_run
//! use models::Catalog;
//! use models::speak::{Clause, Speaker, SpeakerOptions, SpeechRequest, local_voice};
//!
//! # fn example(clauses: Vec<Clause>) -> Result<(), models::ModelError> {
//! let catalog = Catalog::with(Vec::new());
//! let entry = catalog.get("kokoro-82m-v1.0-mandarin").expect("known to the catalogue");
//! let voice = local_voice("models".as_ref(), entry, 2)?;
//! let speaker = Speaker::start(voice, SpeakerOptions::default())?;
//! let mut speaking = speaker.speak(SpeechRequest::new(clauses))?;
//! while let Some(piece) = speaking.blocking_next_piece()? {
//!     println!("{} samples", piece.sound.samples.len());
//! }
//! # Ok(())
//! # }
//! ```

mod cache;
mod disk;
mod espeak;
mod kokoro;
mod local;
mod phonemes;
mod pieces;
mod remote;
mod resample;
mod runtime;
mod script;
mod sound;
mod speaker;
mod wave;

pub use cache::SoundCache;
pub use espeak::EspeakVoice;
pub use kokoro::KokoroVoice;
pub use local::local_voice;
pub use phonemes::{LONGEST, letters as phonemes_of};
pub use remote::RemoteVoice;
pub use resample::resample;
pub use script::{Clause, Pause, Syllable, Word};
pub use sound::{Mark, SAMPLE_RATE, Sound, limit};
pub use speaker::{Piece, Speaker, SpeakerOptions, Speaking, SpeechRequest};
pub use wave::{WaveError, read_wave};

use crate::ModelError;

/// An engine that speaks. It is asked from one thread, one piece at a time.
pub trait Voice: Send + 'static {
    /// The names of its voices, the default first.
    fn names(&self) -> Vec<String>;

    /// Says a few clauses in one breath, `speed` times as fast as usual (0.5 to 2.0).
    ///
    /// An unknown name is the default voice. The sound is at [`SAMPLE_RATE`], not yet limited.
    fn say(&mut self, clauses: &[Clause], name: &str, speed: f32) -> Result<Sound, ModelError>;
}

impl Voice for Box<dyn Voice> {
    fn names(&self) -> Vec<String> {
        (**self).names()
    }

    fn say(&mut self, clauses: &[Clause], name: &str, speed: f32) -> Result<Sound, ModelError> {
        (**self).say(clauses, name, speed)
    }
}
