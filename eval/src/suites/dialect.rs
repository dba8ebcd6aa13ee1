//! Does a resident who speaks dialect reach what one reaches who asks in plain Mandarin, and is
//! plain Mandarin left as it is?

mod harm;
mod heard;
mod interpreter;
mod pairs;
mod question;
mod sound;
mod speed;
mod understanding;

use knowledge::{Adjustments, Evidence, Library, SearchQuery};

use self::interpreter::Vocabulary;
use super::Setting;
use crate::collections::{self, COMMUNITY, TODAY};
use crate::report::Report;

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let starter = collections::starter()?;
    let vocabulary = Vocabulary::of(&starter);
    let questions = question::all()?;
    let mut report = Report::new(
        "Dialect",
        "Does a resident who speaks dialect reach what one reaches who asks in plain Mandarin, and is \
         plain Mandarin left as it is?",
    );
    report.condition("terms", vocabulary.terms.len());
    report.condition("seed", setting.seed);
    let speed = speed::measure(&questions, &vocabulary);
    understanding::measure(setting, &starter, &questions, &vocabulary)?.tell(&mut report);
    pairs::tell(&pairs::measure(setting, &vocabulary)?, &mut report);
    heard::tell(setting, &vocabulary, &mut report)?;
    let harm = harm::measure(setting, &vocabulary)?;
    sound::measure(setting, &starter)?.tell(&mut report);
    harm.tell(&mut report);
    speed.tell(&mut report);
    Ok(report)
}

/// The best passages for a text.
pub(super) fn search(
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
