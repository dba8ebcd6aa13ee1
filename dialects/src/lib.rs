//! Text and sound of Chinese and its dialects: pure functions, no input or output, no models.
//!
//! # An utterance
//!
//! What a resident said or typed goes through three steps, each of which gives a [`Mapped`]: a text
//! that still knows where each of its bytes stood in the original.
//!
//! ```text
//! "克社区办居住正咋个整"                      as the recogniser wrote it
//!   script::to_simplified                      traditional characters, radicals
//!   Corrector::correct     居住正 → 居住证     by sound, against the community's terms
//!   Normalizer::normalize  克 → 去, 咋个整 → 怎么办   dialect to standard
//! "去社区办居住证怎么办"                      what everything after works on
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use dialects::{Corrector, Heard, LanguageModel, Mapped, Normalizer, Variety, script};
//!
//! let model = Arc::new(LanguageModel::train(["去社区办居住证怎么办理", "这件事怎么办"]));
//! let speakers = Some(Variety::Kunming);
//! let corrector = Corrector::new(["居住证"], speakers, &[], Arc::clone(&model));
//! let normalizer = Normalizer::new(speakers, &[], model);
//!
//! let said = "克社區办居住正咋个办";
//! let standard = Mapped::unchanged(said)
//!     .then(script::to_simplified)
//!     .then(|text| corrector.correct(&Heard::spoken(text)).text)
//!     .then(|text| normalizer.normalize(text).text);
//! assert_eq!(standard.text(), "去社区办居住证怎么办");
//! let permit = standard.text().find("居住证").unwrap();
//! assert_eq!(&said[standard.original(permit..permit + 9)], "居住正");
//! ```
//!
//! # How it decides
//!
//! * [`Lexicon`]: the words of each [`Variety`], read from `data/` at first use. An [`Entry`] says
//!   what a form means, in which [`Context`], and its share: how often it then means that and is not
//!   just standard text. Communities add entries; they act at once.
//! * [`LanguageModel`]: how standard text reads, learned from the documents in about a second:
//!   characters in threes, smoothed after Witten and Bell, and word counts.
//! * [`Normalizer`]: one pass finds all forms (Aho-Corasick), patterns of grammar add what no
//!   replacement of words can render (给要 is 要不要), and each becomes an edge of a lattice with the
//!   log odds of its share, less what speaks against it: it begins within a standard word, it is the
//!   only sign of dialect in a long sentence, the sentence is a law's. The best path (Viterbi, with
//!   the model's state) wins; the sentence as it stands is always one of the paths.
//! * [`phonology`]: syllables, folded into classes of what a variety merges, and costs of taking one
//!   for another, from `data/*/sounds.tsv`.
//! * [`Corrector`]: terms that sound like a stretch (found by pairs of folded syllables), and words
//!   and frequent characters (found in a tree of syllables), compete with what stands there, in a
//!   lattice of words with the model's state: a noisy channel. It is decoded twice, as heard well
//!   and as heard through an accent, and the likelier reading wins. Real words, names, numbers, rare
//!   characters, and words of the dialect are dear to change; what the recogniser was unsure of is
//!   cheap.
//! * [`identify`]: forms and constructions weighted by how few varieties share them. Standard is the
//!   usual outcome.
//!
//! Each [`Change`] carries a certainty: how much better the best path is than the best that says
//! something else there. A turn can ask back when it is low; `least_certain` is what to ask about.
//!
//! [`script`], [`pinyin`] and [`numerals`] serve documents as much as utterances.

mod correct;
mod data;
mod error;
mod formality;
mod forms;
mod greeting;
mod identify;
mod language_model;
mod lexicon;
mod mapped;
mod normalize;
pub mod numerals;
pub mod phonology;
pub mod pinyin;
pub mod reading;
pub mod script;
mod variety;
mod words;

pub use correct::{Corrected, Corrector, Heard, Term};
pub use error::{Error, Problem};
pub use greeting::{Greeting, greeting};
pub use identify::{Identified, identify};
pub use language_model::LanguageModel;
pub use lexicon::{Class, Context, Entry, Lexicon, Register, read_entries};
pub use mapped::Mapped;
pub use normalize::{Change, Normalized, Normalizer};
pub use variety::Variety;
