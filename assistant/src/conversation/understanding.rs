//! From what was said, in whatever accent, to standard Mandarin: what everything after works on.
//!
//! The language model and the terms are learned from the published documents and follow them; the
//! normaliser and corrector of each kind of speaker are built at first use and kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aho_corasick::AhoCorasick;
use anyhow::{Context as _, Result};
use dialects::script::to_simplified;
use dialects::{Corrector, Entry, Heard, LanguageModel, Normalizer, Term, Variety, identify};
use knowledge::Library;
use tokio::task::spawn_blocking;

use crate::store::{Community, LocalWord, Store};

/// Kinds of speakers that are kept ready.
const SPEAKERS: usize = 24;

/// Confidence from which a conversation is taken for one in a dialect nobody named.
const NOTICED: f32 = 0.8;

/// Certainty below which a rewriting is too doubtful to search by alone.
const DOUBTFUL: f32 = 0.6;

/// How much likelier a community's own term is than one from a document.
const OWN_TERM: f32 = 2.0;

/// Who speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Speaker {
    /// Their dialect; `None` where nobody named one.
    pub(crate) variety: Option<Variety>,
    /// Words and terms of their community and the ones above it.
    pub(crate) words: Vec<LocalWord>,
}

/// What was understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Understood {
    /// The utterance in standard Mandarin.
    pub(crate) text: String,
    /// The utterance put right by sound and otherwise as it was said.
    pub(crate) corrected: String,
    /// Whether it says anything that was not said in so many words.
    pub(crate) rewritten: bool,
    /// Whether the rewriting is doubtful.
    pub(crate) doubtful: bool,
    /// The dialect that was noticed or known.
    pub(crate) variety: Option<Variety>,
    /// What was changed.
    pub(crate) changes: Vec<Rewording>,
}

/// Something that was said in other words than the standard's.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Rewording {
    /// As it was said.
    pub(crate) from: String,
    /// As it was understood; empty where it means nothing.
    pub(crate) to: String,
    /// `sound`: it was taken for misheard or mistyped; `word`: it is dialect.
    pub(crate) why: &'static str,
}

/// Understands residents; shared by all channels.
pub(crate) struct Understanding {
    library: Arc<Library>,
    store: Store,
    learned: RwLock<Arc<Learned>>,
    learning: AtomicBool,
    ears: Mutex<HashMap<(u64, Speaker), Arc<Ear>>>,
}

/// What the published documents teach.
struct Learned {
    /// Where in the edition log it was learned.
    sequence: u64,
    model: Arc<LanguageModel>,
    terms: Vec<String>,
    /// The terms that most documents name, the commonest first.
    common: Vec<String>,
}

/// Terms that a recogniser is told of: its prompt holds some dozens.
const COMMON_TERMS: usize = 60;
/// Texts in which they are counted.
const READ_FOR_COMMON: usize = 20_000;
/// Longest of them, in characters: nobody says the whole title of a regulation.
const LONGEST_COMMON: usize = 8;

/// What is ready for one kind of speaker.
struct Ear {
    corrector: Corrector,
    normalizer: Normalizer,
}

impl Understanding {
    /// Learns from the published documents.
    pub(crate) async fn load(library: Arc<Library>, store: Store) -> Result<Arc<Self>> {
        let learned = learn(Arc::clone(&library), &store).await?;
        Ok(Arc::new(Self {
            library,
            store,
            learned: RwLock::new(Arc::new(learned)),
            learning: AtomicBool::new(false),
            ears: Mutex::default(),
        }))
    }

    /// The speaker of a conversation: the dialect they chose or that of the nearest community
    /// which names one, and the words of all of these.
    pub(crate) async fn speaker(&self, chosen: Option<&str>, lineage: &[Community]) -> Result<Speaker> {
        let named = lineage.iter().filter_map(|node| node.variety.as_deref());
        // An id that an older or newer version wrote and this one does not know is none.
        let variety = chosen.into_iter().chain(named).find_map(|id| id.parse().ok());
        let mut words = self.store.local_words().await?;
        words.retain(|word| lineage.iter().any(|node| node.id == word.community_id));
        Ok(Speaker { variety, words })
    }

    /// Puts what was said into standard Mandarin; `said` is in simplified characters.
    ///
    /// Typed text is put right with a light hand, because a typist sees what they wrote.
    pub(crate) async fn read(self: &Arc<Self>, said: &str, speaker: &Speaker, typed: bool) -> Result<Understood> {
        self.listen(if typed { Heard::typed(said) } else { Heard::spoken(said) }, speaker).await
    }

    /// The same for what was heard, with whatever the recogniser doubts.
    pub(crate) async fn listen(self: &Arc<Self>, heard: Heard, speaker: &Speaker) -> Result<Understood> {
        self.follow();
        let understanding = Arc::clone(self);
        let speaker = speaker.clone();
        spawn_blocking(move || {
            let ear = understanding.ear(&speaker);
            ear.read(&heard, &speaker)
        })
        .await
        .context("the reading was cut off")
    }

    /// What a speaker is likely to name, the most useful first: the words of their community, then
    /// what most documents are about.
    pub(crate) fn terms(&self, speaker: &Speaker) -> Vec<String> {
        let mut terms = own_terms(speaker);
        let learned = self.learned.read().unwrap_or_else(PoisonError::into_inner);
        terms.extend(learned.common.iter().filter(|term| !terms.contains(term)).cloned().collect::<Vec<_>>());
        terms
    }

    fn ear(&self, speaker: &Speaker) -> Arc<Ear> {
        let learned = {
            let learned = self.learned.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&learned)
        };
        let key = (learned.sequence, speaker.clone());
        let known = {
            let ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
            ears.get(&key).map(Arc::clone)
        };
        if let Some(ear) = known {
            return ear;
        }
        let ear = Arc::new(Ear::new(&learned, speaker));
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.retain(|(sequence, _), _| *sequence == learned.sequence);
        if ears.len() >= SPEAKERS {
            ears.clear();
        }
        ears.insert(key, Arc::clone(&ear));
        ear
    }

    /// Learns anew, beside everything else, where the documents have changed.
    fn follow(self: &Arc<Self>) {
        let learned = self.learned.read().unwrap_or_else(PoisonError::into_inner).sequence;
        if learned == self.library.sequence() || self.learning.swap(true, Ordering::AcqRel) {
            return;
        }
        let understanding = Arc::clone(self);
        tokio::spawn(async move {
            match learn(Arc::clone(&understanding.library), &understanding.store).await {
                Ok(learned) => {
                    let mut current = understanding.learned.write().unwrap_or_else(PoisonError::into_inner);
                    *current = Arc::new(learned);
                }
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    "what the new documents teach could not be learned; trying again later"
                ),
            }
            understanding.learning.store(false, Ordering::Release);
        });
    }
}

/// The words that a speaker's community added, in the spelling that is meant.
pub(crate) fn own_terms(speaker: &Speaker) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for word in &speaker.words {
        let term = if word.gloss.is_empty() { &word.form } else { &word.gloss };
        if !terms.contains(term) {
            terms.push(term.clone());
        }
    }
    terms
}

async fn learn(library: Arc<Library>, store: &Store) -> Result<Learned> {
    let mut terms: Vec<String> = Vec::new();
    for metadata in store.published_metadata().await? {
        terms.push(metadata.title);
        terms.extend(metadata.keywords);
    }
    terms.sort_unstable();
    terms.dedup();
    spawn_blocking(move || {
        let sequence = library.sequence();
        let texts = library.texts()?;
        let common = commonest(&terms, &texts);
        let model = LanguageModel::train(texts);
        Ok(Learned {
            sequence,
            model: Arc::new(model),
            terms,
            common,
        })
    })
    .await
    .context("the learning was cut off")?
}

/// The short terms that most texts name: what residents are likely to ask about.
fn commonest(terms: &[String], texts: &[String]) -> Vec<String> {
    let short: Vec<&String> =
        terms.iter().filter(|term| (2..=LONGEST_COMMON).contains(&term.chars().count())).collect();
    let Ok(finder) = AhoCorasick::new(&short) else { return Vec::new() };
    let mut counted: Vec<(u32, &String)> = short.into_iter().map(|term| (0, term)).collect();
    let mut last_seen = vec![usize::MAX; counted.len()];
    for (number, text) in texts.iter().take(READ_FOR_COMMON).enumerate() {
        for found in finder.find_overlapping_iter(text.as_str()) {
            let term = found.pattern().as_usize();
            if std::mem::replace(&mut last_seen[term], number) != number {
                counted[term].0 += 1;
            }
        }
    }
    counted.sort_unstable_by(|one, other| other.cmp(one));
    counted.into_iter().take(COMMON_TERMS).map(|(_, term)| term.clone()).collect()
}

impl Ear {
    fn new(learned: &Learned, speaker: &Speaker) -> Self {
        let (glossed, own_terms): (Vec<&LocalWord>, Vec<&LocalWord>) =
            speaker.words.iter().partition(|word| !word.gloss.is_empty());
        let added: Vec<Entry> = glossed
            .into_iter()
            // What is said comes in simplified characters, whatever the word was written in.
            .map(|word| Entry::new(to_simplified(&word.form).into_text(), word.gloss.clone()))
            .collect();
        let own_terms = own_terms.into_iter().map(|word| Term {
            text: to_simplified(&word.form).into_text(),
            weight: OWN_TERM,
        });
        let terms = learned.terms.iter().map(|term| Term::from(term.as_str())).chain(own_terms);
        Self {
            corrector: Corrector::new(terms, speaker.variety, &added, Arc::clone(&learned.model)),
            normalizer: Normalizer::new(speaker.variety, &added, Arc::clone(&learned.model)),
        }
    }

    fn read(&self, heard: &Heard, speaker: &Speaker) -> Understood {
        let corrected = self.corrector.correct(heard);
        let normalized = self.normalizer.normalize(corrected.text.text());
        let changes = corrected.changes.iter().chain(&normalized.changes);
        // A particle that is dropped changes nothing that a reader must be told of.
        let rewritten = changes.clone().any(|change| !change.gloss.is_empty());
        let told = |why: &'static str| {
            move |change: &dialects::Change| Rewording { from: change.form.clone(), to: change.gloss.clone(), why }
        };
        let reworded = corrected.changes.iter().map(told("sound")).chain(normalized.changes.iter().map(told("word")));
        let reworded = reworded.collect();
        let identified = identify(&heard.text);
        let noticed = identified.variety.filter(|_| identified.confidence >= NOTICED);
        Understood {
            text: normalized.text.into_text(),
            corrected: corrected.text.into_text(),
            rewritten,
            doubtful: corrected.certainty.min(normalized.certainty) < DOUBTFUL,
            variety: speaker.variety.or(noticed),
            changes: reworded,
        }
    }
}
