//! Does a resident who speaks dialect reach what one reaches who asks in plain Mandarin, and is
//! plain Mandarin left as it is?

mod harm;
mod interpreter;
mod pairs;
mod question;
mod sound;
mod speed;
mod understanding;

use knowledge::{Adjustments, Evidence, Library, SearchQuery};
use serde::Serialize;

use self::interpreter::Vocabulary;
use super::Setting;
use crate::collections::{self, COMMUNITY, TODAY};
use crate::report::Report;

/// Everything the suite measured.
#[derive(Serialize)]
struct Numbers {
    seed: u64,
    /// Terms that the corrector knows: titles, keywords and headings of the starter pack.
    terms: usize,
    understanding: understanding::Numbers,
    pairs: Vec<pairs::Numbers>,
    sound: sound::Numbers,
    harm: harm::Numbers,
    speed: speed::Numbers,
}

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let starter = collections::starter()?;
    let vocabulary = Vocabulary::of(&starter);
    let questions = question::all()?;
    let numbers = Numbers {
        seed: setting.seed,
        terms: vocabulary.terms.len(),
        speed: speed::measure(&questions, &vocabulary),
        understanding: understanding::measure(setting, &starter, &questions, &vocabulary)?,
        pairs: pairs::measure(setting, &vocabulary)?,
        harm: harm::measure(setting, &vocabulary)?,
        sound: sound::measure(setting, &starter)?,
    };
    let sections = [
        "# Dialect".to_owned(),
        numbers.understanding.shown(),
        pairs::shown(&numbers.pairs),
        numbers.sound.shown(),
        numbers.harm.shown(),
        numbers.speed.shown(numbers.terms),
    ];
    Report::new(&numbers, sections.join("\n\n"))
}

/// The best passages for a text.
fn search(
    library: &Library,
    text: &str,
    spoken: bool,
    limit: usize,
) -> anyhow::Result<Vec<Evidence>> {
    let result = library.search(&SearchQuery {
        text,
        communities: &[COMMUNITY.to_owned()],
        on: TODAY,
        limit,
        spoken,
        as_unseen: false,
        adjustments: Adjustments::default(),
    })?;
    Ok(result.evidence)
}

/// One value over another; 0 over nothing.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
