//! An utterance understood: characters simplified, put right by sound, rewritten from dialect.

use std::collections::BTreeSet;
use std::sync::Arc;

use dialects::{Change, Corrector, Heard, LanguageModel, Normalizer, Variety, script};
use knowledge::IndexedEdition;

/// What documents teach: names to listen for, and how standard text reads.
pub(super) struct Vocabulary {
    pub(super) terms: Vec<String>,
    pub(super) model: Arc<LanguageModel>,
}

impl Vocabulary {
    /// Titles, keywords and headings are terms; passages and headings train the model.
    ///
    /// The residents' ways of asking that guides name are left out, since some of them are dialect;
    /// the product learns them too.
    pub(super) fn of(editions: &[IndexedEdition]) -> Self {
        let mut terms = BTreeSet::new();
        let mut texts = Vec::new();
        for edition in editions {
            terms.insert(edition.metadata.title.as_str());
            terms.extend(edition.metadata.keywords.iter().map(String::as_str));
            for passage in &edition.passages {
                texts.push(passage.text.as_str());
                for wording in passage.headings.iter().flat_map(|heading| heading.split('｜')) {
                    terms.insert(wording.trim_end_matches(['？', '?']));
                }
            }
        }
        texts.extend(&terms);
        Self {
            model: Arc::new(LanguageModel::train(texts)),
            terms: terms.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// How an utterance came in.
#[derive(Clone, Copy)]
pub(super) enum Channel {
    Typed,
    Spoken,
}

/// Corrector and normaliser for the speakers of one variety.
pub(super) struct Interpreter {
    corrector: Corrector,
    normalizer: Normalizer,
}

/// What an utterance became.
pub(super) struct Understood {
    pub(super) text: String,
    /// What was put right by sound.
    pub(super) corrected: Vec<Change>,
    /// What was rewritten from dialect after that.
    pub(super) rewritten: Vec<Change>,
}

impl Interpreter {
    /// For speakers of a variety, or for anybody.
    pub(super) fn new(variety: Option<Variety>, vocabulary: &Vocabulary) -> Self {
        let terms = vocabulary.terms.iter().map(String::as_str);
        Self {
            corrector: Corrector::new(terms, variety, &[], Arc::clone(&vocabulary.model)),
            normalizer: Normalizer::new(variety, &[], Arc::clone(&vocabulary.model)),
        }
    }

    /// Puts an utterance right and rewrites it.
    pub(super) fn understand(&self, said: &str, channel: Channel) -> Understood {
        let simplified = script::to_simplified(said);
        let corrected = self.corrector.correct(&match channel {
            Channel::Typed => Heard::typed(simplified.text()),
            Channel::Spoken => Heard::spoken(simplified.text()),
        });
        let normalized = self.normalizer.normalize(corrected.text.text());
        Understood {
            text: normalized.text.into_text(),
            corrected: corrected.changes,
            rewritten: normalized.changes,
        }
    }
}

impl Understood {
    /// Everything that was changed, as reports list it; simplified characters are no change.
    pub(super) fn changes(&self) -> String {
        listed(self.corrected.iter().chain(&self.rewritten))
    }
}

/// Changes as reports list them: `哪样 → 什么 (0.98)`.
pub(super) fn listed<'a>(changes: impl IntoIterator<Item = &'a Change>) -> String {
    let changes: Vec<String> = changes
        .into_iter()
        .map(|change| format!("{} → {} ({:.2})", change.form, change.gloss, change.certainty))
        .collect();
    changes.join(", ")
}
