//! What changed between two editions: which passages belong together, and which words of them are
//! new or gone.
//!
//! ```
//! use knowledge::difference::{Operation, runs};
//!
//! let changed = runs("每月补贴80元", "每月补贴100元");
//! let added: Vec<&str> = changed
//!     .iter()
//!     .filter(|run| run.op == Operation::Add)
//!     .map(|run| run.text.as_str())
//!     .collect();
//! assert_eq!(added, ["100"]);
//! ```

mod alignment;
mod text;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices_by_key};

use crate::Passage;
use alignment::align;
pub(crate) use text::Pairs;
pub use text::{Operation, Run, likeness, runs};

/// What became of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Headings, locator and text are what they were.
    Same,
    /// Something of it is another.
    Changed,
    /// It stands only in the newer edition.
    Added,
    /// It stands only in the older edition.
    Removed,
}

/// A passage before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassageDifference<'a> {
    /// What became of it.
    pub kind: Fate,
    /// As it was; `None` where it was added.
    pub before: Option<&'a Passage>,
    /// As it is; `None` where it was removed.
    pub after: Option<&'a Passage>,
    /// Its text, run by run.
    pub runs: Vec<Run>,
}

impl<'a> PassageDifference<'a> {
    fn new(before: Option<&'a Passage>, after: Option<&'a Passage>) -> Self {
        let kind = match (before, after) {
            (Some(before), Some(after)) if key(before) == key(after) => Fate::Same,
            (Some(_), Some(_)) => Fate::Changed,
            (None, _) => Fate::Added,
            (_, None) => Fate::Removed,
        };
        let text = |passage: Option<&'a Passage>| passage.map_or("", |passage| &passage.text);
        Self {
            kind,
            before,
            after,
            runs: runs(text(before), text(after)),
        }
    }
}

/// The passages of two editions side by side, in the order of both; every passage stands there once.
///
/// Passages that are the same hold the two together; between them, those belong together that share
/// their place and some of their words, or much of their words. A passage that was moved past
/// another is removed and added.
pub fn passages<'a>(before: &'a [Passage], after: &'a [Passage]) -> Vec<PassageDifference<'a>> {
    let mut differences = Vec::with_capacity(before.len().max(after.len()));
    for operation in capture_diff_slices_by_key(Algorithm::Myers, before, after, key) {
        let (old, new) = (operation.old_range(), operation.new_range());
        if let DiffOp::Equal { .. } = operation {
            let pairs = before[old].iter().zip(&after[new]);
            differences.extend(
                pairs.map(|(before, after)| PassageDifference::new(Some(before), Some(after))),
            );
        } else {
            let pairs = align(&before[old], &after[new]).into_iter();
            differences.extend(pairs.map(|(before, after)| PassageDifference::new(before, after)));
        }
    }
    differences
}

/// What makes two passages the same.
fn key(passage: &Passage) -> (Vec<String>, String, String) {
    (passage.headings.clone(), passage.locator.clone(), passage.text.clone())
}
