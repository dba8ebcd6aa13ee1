//! The written forms of many entries, found in a text in one pass.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use crate::{Context, Entry, Lexicon, Register, Variety};

/// Share that a spelling other than the usual one has at most: it is also other words' spelling.
const SPELLING_SHARE: f32 = 0.92;

/// Share from which a form is unmistakable.
pub(crate) const UNMISTAKABLE: f32 = 0.95;

/// Share from which a related variety's word is understood.
const KNOWN_NEXT_DOOR: f32 = 0.9;

/// One meaning of a form.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    /// What replaces it.
    pub(crate) gloss: String,
    /// Where it has this meaning.
    pub(crate) context: Context,
    /// How often it then has it.
    pub(crate) share: f32,
    /// The varieties that say it.
    pub(crate) varieties: Varieties,
}

/// A set of varieties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Varieties(u32);

impl Varieties {
    pub(crate) fn insert(&mut self, variety: Variety) {
        self.0 |= 1 << variety.index();
    }

    pub(crate) fn contains(self, variety: Variety) -> bool {
        self.0 >> variety.index() & 1 == 1
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn len(self) -> usize {
        self.0.count_ones() as usize
    }
}

/// A meaning whose form stands in a text and whose context holds there.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    /// Byte range of the form.
    pub(crate) range: Range<usize>,
    /// What it means there.
    pub(crate) meaning: &'a Meaning,
}

/// Forms and their meanings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms {
    /// `None` where there is nothing to find.
    automaton: Option<AhoCorasick>,
    /// The meanings of each pattern of the automaton.
    meanings: Vec<Vec<Meaning>>,
}

impl Forms {
    /// Compiles entries with the variety that says them; `None` for words of a community. The same
    /// meaning in several varieties becomes one.
    pub(crate) fn new<'a>(entries: impl IntoIterator<Item = (Option<Variety>, &'a Entry)>) -> Self {
        let mut patterns: Vec<String> = Vec::new();
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        let mut meanings: Vec<Vec<Meaning>> = Vec::new();
        for (variety, entry) in entries {
            for (index, writing) in entry.writings().enumerate() {
                if writing.is_empty() || writing == entry.gloss {
                    continue;
                }
                let share = if index == 0 {
                    entry.share
                } else {
                    entry.share.min(SPELLING_SHARE)
                };
                let place = *places.entry(writing.to_owned()).or_insert_with(|| {
                    patterns.push(writing.to_owned());
                    meanings.push(Vec::new());
                    meanings.len() - 1
                });
                let known = meanings[place].iter_mut().find(|meaning| {
                    meaning.gloss == entry.gloss && meaning.context == entry.context
                });
                let meaning = match known {
                    Some(meaning) => meaning,
                    None => meanings[place].push_mut(Meaning {
                        gloss: entry.gloss.clone(),
                        context: entry.context.clone(),
                        share,
                        varieties: Varieties::default(),
                    }),
                };
                meaning.share = meaning.share.max(share);
                if let Some(variety) = variety {
                    meaning.varieties.insert(variety);
                }
            }
        }
        Self {
            automaton: AhoCorasick::new(&patterns)
                .ok()
                .filter(|_| !patterns.is_empty()),
            meanings,
        }
    }

    /// What speakers of a variety say, with the words that their community added; for `None` the
    /// unmistakable forms of all varieties.
    pub(crate) fn of_speakers(variety: Option<Variety>, added: &[Entry]) -> Self {
        let mut entries: Vec<(Option<Variety>, &Entry)> =
            added.iter().map(|entry| (None, entry)).collect();
        match variety {
            Some(variety) => {
                let own = Lexicon::of(variety).entries().iter();
                entries.extend(own.map(|entry| (Some(variety), entry)));
                entries.extend(borrowed(variety));
            }
            None => {
                for variety in Variety::ALL {
                    let clear = Lexicon::of(variety).entries().iter().filter(|entry| {
                        entry.share >= UNMISTAKABLE && entry.register != Register::Coarse
                    });
                    entries.extend(clear.map(|entry| (Some(variety), entry)));
                }
            }
        }
        Self::new(entries)
    }

    /// The forms of all varieties together.
    pub(crate) fn of_all() -> &'static Self {
        static ALL: LazyLock<Forms> = LazyLock::new(|| {
            Forms::new(Variety::ALL.into_iter().flat_map(|variety| {
                let entries = Lexicon::of(variety).entries();
                entries.iter().map(move |entry| (Some(variety), entry))
            }))
        });
        &ALL
    }

    /// Every meaning of every form in the text whose context holds, overlapping ones too, by where
    /// they end.
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Found<'a>> {
        self.automaton
            .iter()
            .flat_map(move |automaton| automaton.find_overlapping_iter(text))
            .flat_map(move |found| {
                self.meanings[found.pattern().as_usize()]
                    .iter()
                    .filter(move |meaning| meaning.context.holds(text, found.range()))
                    .map(move |meaning| Found {
                        range: found.range(),
                        meaning,
                    })
            })
    }
}

/// Clear words of related varieties that the variety itself does not use otherwise.
fn borrowed<'a>(variety: Variety) -> impl Iterator<Item = (Option<Variety>, &'a Entry)> {
    let own: HashSet<&str> = Lexicon::of(variety)
        .entries()
        .iter()
        .flat_map(Entry::writings)
        .collect();
    variety.related().iter().flat_map(move |&neighbour| {
        let own = own.clone();
        Lexicon::of(neighbour)
            .entries()
            .iter()
            .filter(move |entry| {
                entry.share >= KNOWN_NEXT_DOOR && !own.contains(entry.form.as_str())
            })
            .map(move |entry| (Some(neighbour), entry))
    })
}
