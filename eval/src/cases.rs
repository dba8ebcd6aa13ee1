//! Questions of which it is known where in the documents they are answered, or that nowhere is.

use std::path::Path;

use anyhow::Context;
use knowledge::{Evidence, IndexedEdition};

use crate::answers::{self, Kind};
use crate::data;

/// One question.
pub(crate) struct Case {
    /// The set it belongs to, as reports name it.
    pub(crate) set: Set,
    pub(crate) question: String,
    /// The places that answer it; none where nothing does.
    pub(crate) gold: Vec<Place>,
    /// Whether it is one of the library's own prepared questions, to be asked as if it were not.
    pub(crate) prepared: bool,
    /// Whether it is kept for measuring; the others are for fitting.
    pub(crate) held_out: bool,
}

/// Where a question comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Set {
    /// The ways of asking that the guides themselves name.
    GuideQuestions,
    /// The bench of this crate.
    Bench,
    /// Legal questions whose articles are among the documents.
    LegalCovered,
    /// Legal questions none of whose laws is among the documents.
    LegalUncovered,
    /// Legal questions, of all articles of the corpus.
    Legal,
    /// Questions about encyclopedia pages.
    OffTopic,
}

impl Set {
    /// As reports name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GuideQuestions => "guide questions",
            Self::Bench => "bench",
            Self::LegalCovered => "leco covered",
            Self::LegalUncovered => "leco none",
            Self::Legal => "leco",
            Self::OffTopic => "cmrc",
        }
    }
}

impl Case {
    /// A question of which nothing else matters.
    pub(crate) fn plain(question: &str) -> Self {
        Self {
            set: Set::OffTopic,
            question: question.to_owned(),
            gold: Vec::new(),
            prepared: false,
            held_out: true,
        }
    }

    /// A layperson's legal question; in whichever set it stands, it is held out or not.
    pub(crate) fn legal(set: Set, id: &str, question: String, gold: Vec<Place>) -> Self {
        Self {
            set,
            question,
            gold,
            prepared: false,
            held_out: every_second(id),
        }
    }
}

/// A place in a document.
pub(crate) enum Place {
    /// The passage with this ordinal.
    Passage { edition: String, ordinal: u32 },
    /// An article of a law.
    Article { law: String, article: String },
    /// A passage of a document so named that states all of these facts.
    Facts { title: String, facts: Vec<Vec<String>> },
}

impl Place {
    /// The edition that it is in, where that is known.
    pub(crate) fn edition(&self) -> Option<&str> {
        match self {
            Self::Passage { edition, .. } => Some(edition),
            Self::Article { .. } | Self::Facts { .. } => None,
        }
    }

    /// Whether the passage is at this place.
    pub(crate) fn holds(&self, evidence: &Evidence) -> bool {
        match self {
            Self::Passage { edition, ordinal } => {
                evidence.edition_id == *edition && evidence.passage.ordinal == *ordinal
            }
            Self::Article { law, article } => {
                plain(&evidence.title) == *law && evidence.passage.locator.starts_with(article.as_str())
            }
            Self::Facts { title, facts } => {
                evidence.title.contains(title.as_str())
                    && answers::states_all(&evidence.passage.text, facts)
            }
        }
    }
}

/// A law's name without what every law's name begins with.
fn plain(law: &str) -> &str {
    law.strip_prefix("中华人民共和国").unwrap_or(law)
}

/// Every second one, by a number that does not depend on the order of files.
pub(crate) fn every_second(text: &str) -> bool {
    let sum = text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    (sum >> 7) & 1 == 1
}

/// The questions that the guides name for the whole of themselves.
///
/// Those of a single entry (常见问题) stand word for word in its heading and would be found by it.
pub(crate) fn guide_questions(editions: &[IndexedEdition]) -> Vec<Case> {
    let mut cases = Vec::new();
    for edition in editions {
        for answer in &edition.answers {
            let Some(ordinal) = answer.passage_ordinal else {
                continue;
            };
            let headings = edition
                .passages
                .iter()
                .find(|passage| passage.ordinal == ordinal)
                .map(|passage| passage.headings.concat())
                .unwrap_or_default();
            let unheaded = answer.questions.iter().filter(|question| {
                !headings.contains(question.trim_end_matches('？'))
            });
            cases.extend(unheaded.map(|question| Case {
                set: Set::GuideQuestions,
                question: question.clone(),
                gold: vec![Place::Passage {
                    edition: edition.edition_id.clone(),
                    ordinal,
                }],
                prepared: true,
                held_out: every_second(&edition.edition_id),
            }));
        }
    }
    cases
}

/// The questions of the bench that are answered by the starter pack or by nothing.
pub(crate) fn bench() -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for (file, held_out) in [("answers.jsonl", false), ("answers_held_out.jsonl", true)] {
        for question in answers::questions(&folder.join(file))? {
            let (answers::Pack::Starter | answers::Pack::None, Some(said)) =
                (question.pack, question.said_at_once())
            else {
                continue;
            };
            let gold = match question.kind() {
                Kind::Routed => continue,
                Kind::Uncovered => Vec::new(),
                Kind::Covered => question
                    .expect
                    .source_required
                    .iter()
                    .map(|source| Place::Facts {
                        title: source.title.clone(),
                        facts: question.expect.facts_required.clone(),
                    })
                    .collect(),
            };
            cases.push(Case {
                set: Set::Bench,
                question: said,
                gold,
                prepared: false,
                held_out,
            });
        }
    }
    Ok(cases)
}

/// The legal questions whose answers stand in the statutes wholly or not at all.
pub(crate) fn legal(data: &Path) -> anyhow::Result<Vec<Case>> {
    let questions = data::legal_questions(data).context("the legal questions")?;
    let cases = questions.into_iter().filter_map(|question| {
        let (set, gold) = match question.kb_cover.as_str() {
            "all" => {
                let articles = question.gold_names.iter().map(|name| {
                    let (law, article) = data::split_name(name);
                    Place::Article {
                        law: plain(law).to_owned(),
                        article: article.to_owned(),
                    }
                });
                (Set::LegalCovered, articles.collect())
            }
            "none" => (Set::LegalUncovered, Vec::new()),
            _ => return None,
        };
        Some(Case::legal(set, &question.id, question.question, gold))
    });
    Ok(cases.collect())
}

/// The first `count` off-topic questions.
pub(crate) fn off_topic(data: &Path, count: usize) -> anyhow::Result<Vec<Case>> {
    let questions = data::off_topic_questions(data).context("the off-topic questions")?;
    let cases = questions.into_iter().take(count).map(|question| Case {
        set: Set::OffTopic,
        held_out: every_second(&question.id),
        question: question.question,
        gold: Vec::new(),
        prepared: false,
    });
    Ok(cases.collect())
}
