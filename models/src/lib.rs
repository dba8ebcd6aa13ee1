//! The local models behind small traits. Nothing here knows what a community is.
//!
//! [`Generate`] writes text, streaming, from a chat; [`LocalGenerator`] does so with a quantized
//! Qwen model on this machine's own processor.
//!
//! ```no_run
//! use models::{Generate, GenerationRequest, GeneratorOptions, LocalGenerator, Message};
//!
//! # async fn example() -> Result<(), models::ModelError> {
//! let instructions = Message::system("你是社区服务助手，只根据给出的材料回答。");
//! let generator = LocalGenerator::load(
//!     "qwen2.5-1.5b-instruct-q4_k_m.gguf".as_ref(),
//!     GeneratorOptions { warm_up: vec![instructions.clone()], ..GeneratorOptions::default() },
//! )?;
//! let request = GenerationRequest::new(vec![instructions, Message::user("居住证怎么办？")]);
//! let mut generation = generator.generate(request)?;
//! while let Some(piece) = generation.next_piece().await? {
//!     print!("{piece}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Embedder`] turns texts into vectors whose dot product says how near their meanings are.
//!
//! ```no_run
//! use models::{Embedder, embed::Kind};
//!
//! # fn example() -> Result<(), models::ModelError> {
//! let embedder = Embedder::load("e5-small-q4.bin")?;
//! let passages = embedder.embed(&["居住证由公安机关签发。", "每周三开放阅览室。"], Kind::Passage)?;
//! let question = embedder.embed(&["居住证找谁办？"], Kind::Query)?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Recognize`] turns speech into text; [`LocalRecognizer`] does so with a Whisper model.
//!
//! ```no_run
//! use models::{LocalRecognizer, RecognitionRequest, Recognize, RecognizerOptions, recognize::audio};
//!
//! # fn example() -> Result<(), models::ModelError> {
//! let recognizer = LocalRecognizer::load("ggml-base.bin".as_ref(), RecognizerOptions::default())?;
//! let samples = audio::read(std::fs::read("question.wav")?, audio::AudioLimits::default())?;
//! let request = RecognitionRequest {
//!     prompt_terms: vec!["居住证".into(), "高龄津贴".into()],
//!     ..RecognitionRequest::new(samples)
//! };
//! println!("{}", recognizer.recognize(request)?.wait()?.text());
//! # Ok(())
//! # }
//! ```
//!
//! [`speak`] turns syllables into speech.
//!
//! [`Catalog`] knows which files there are, and [`Puller`] gets them.
//!
//! ```no_run
//! use models::{Catalog, Puller, pull::SourcePreferences};
//!
//! # fn example() -> Result<(), models::pull::PullError> {
//! let catalog = Catalog::with(Vec::new());
//! let puller = Puller::new("models", SourcePreferences::default());
//! for entry in catalog.entries() {
//!     let path = puller.pull(entry, &mut |progress| println!("{progress:?}"))?;
//!     println!("{} {}", entry.id, path.display());
//! }
//! # Ok(())
//! # }
//! ```

pub mod catalog;
mod decoder;
pub mod embed;
pub mod engine;
mod error;
mod generate;
pub mod pull;
pub mod recognize;
mod server;
pub mod speak;
mod turns;

pub use catalog::Catalog;
pub use decoder::Instructions;
pub use embed::Embedder;
pub use error::ModelError;
pub use generate::{
    Finish, FinishReason, Generate, Generated, Generation, GenerationRequest, GenerationSender,
    GeneratorOptions, LocalGenerator, Message, Outlook, RemoteGenerator, Role, StockGenerator,
    StockOptions,
};
pub use pull::Puller;
pub use recognize::{
    LocalRecognizer, Recognition, RecognitionRequest, Recognize, RecognizerOptions,
    RemoteRecognizer,
};
pub use server::ServerOptions;
pub use turns::{Turn, Turns, Urgency};
