//! The local models behind small traits. Nothing here knows what a community is.
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
pub mod embed;
mod error;
pub mod pull;

pub use catalog::Catalog;
pub use embed::Embedder;
pub use error::ModelError;
pub use pull::Puller;
