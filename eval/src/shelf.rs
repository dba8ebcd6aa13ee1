//! Collections of documents to search, each like one that a community may have.

use std::path::Path;

use knowledge::{Adjustments, IndexedEdition, Library, SearchQuery, SearchResult};

use crate::cases::{self, Case, Set};
use crate::collections::{self, COMMUNITY, TODAY};

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shelf {
    /// The starter pack's guides, which come with prepared questions.
    Guides,
    /// These and the statutes.
    Statutes,
    /// The guides without their prepared questions, as a community's own papers are put in.
    Plain,
    /// Half of the guides with, half of them without.
    Half,
    /// The guides but for half of them, which are asked for all the same.
    Removed,
    /// These without their prepared questions.
    PlainRemoved,
}

impl Shelf {
    /// Those that say something of the order of passages.
    pub(crate) const RANKED: [Self; 4] = [Self::Guides, Self::Statutes, Self::Plain, Self::Half];

    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Guides, Self::Statutes, Self::Plain, Self::Half, Self::Removed, Self::PlainRemoved];

    /// As reports name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Guides => "starter",
            Self::Statutes => "statutes",
            Self::Plain => "plain",
            Self::Half => "half plain",
            Self::Removed => "half removed",
            Self::PlainRemoved => "half removed, plain",
        }
    }

    /// What stands on it.
    pub(crate) fn editions(self, data: &Path) -> anyhow::Result<Vec<IndexedEdition>> {
        let mut editions = collections::starter()?;
        match self {
            Self::Guides => {}
            Self::Statutes => editions.extend(collections::statutes(data)?),
            Self::Plain => editions.iter_mut().for_each(|edition| edition.answers.clear()),
            Self::Half => {
                let half = editions.iter_mut().filter(|edition| is_in_half(&edition.edition_id));
                half.for_each(|edition| edition.answers.clear());
            }
            Self::Removed => editions.retain(|edition| !is_in_half(&edition.edition_id)),
            Self::PlainRemoved => {
                editions.retain(|edition| !is_in_half(&edition.edition_id));
                for edition in &mut editions {
                    edition.answers.clear();
                }
            }
        }
        Ok(editions)
    }

    /// Whether it is known if what stands here answers the case: without the statutes it is not known of
    /// legal questions, nor of which guide the bench's facts are.
    pub(crate) fn takes(self, case: &Case) -> bool {
        match self {
            Self::Statutes => true,
            Self::Removed | Self::PlainRemoved => case.set == Set::GuideQuestions,
            Self::Guides | Self::Plain | Self::Half => case.set != Set::LegalCovered,
        }
    }

    /// Whether what stands here answers the case.
    pub(crate) fn covers(self, case: &Case) -> bool {
        let whole = !matches!(self, Self::Removed | Self::PlainRemoved);
        case.gold.iter().any(|place| whole || place.edition().is_none_or(|edition| !is_in_half(edition)))
    }
}

/// Chosen for nothing that the guide says, and not as those are that the fit leaves out.
fn is_in_half(edition: &str) -> bool {
    cases::every_second(&format!("{edition} is plain"))
}

/// Searches for one case.
pub(crate) fn ask(library: &Library, case: &Case, limit: usize) -> anyhow::Result<SearchResult> {
    Ok(library.search(&SearchQuery {
        text: &case.question,
        communities: &[COMMUNITY.to_owned()],
        on: TODAY,
        limit,
        spoken: false,
        as_unseen: case.prepared,
        adjustments: Adjustments::default(),
    })?)
}
