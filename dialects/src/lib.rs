//! Text and sound of Chinese and its dialects: pure functions, no input or output, no models.
//!
//! Every step that changes a text returns a [`Mapped`], so that what is found in the cleaned text
//! can be shown in the original:
//!
//! ```
//! use dialects::{Mapped, pinyin, script};
//!
//! let pasted = "居(jū)住(zhù)證怎麼辦";
//! let cleaned = Mapped::unchanged(pasted)
//!     .then(pinyin::strip_annotations)
//!     .then(script::to_simplified);
//! assert_eq!(cleaned.text(), "居住证怎么办");
//! assert_eq!(&pasted[cleaned.original(6..9)], "證");
//! ```

mod correct;
mod data;
mod error;
mod formality;
mod forms;
mod identify;
mod language_model;
mod lexicon;
mod mapped;
mod normalize;
pub mod numerals;
pub mod phonology;
pub mod pinyin;
pub mod script;
mod variety;
mod words;

pub use correct::{Corrected, Corrector, Heard, Term};
pub use error::{Error, Problem};
pub use identify::{Identified, identify};
pub use language_model::LanguageModel;
pub use lexicon::{Class, Context, Entry, Lexicon, Register, read_entries};
pub use mapped::Mapped;
pub use normalize::{Change, Normalized, Normalizer};
pub use variety::Variety;
