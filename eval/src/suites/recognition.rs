//! Is speech heard? Recorded clips by variety, and service questions said by synthetic voices.
//!
//! One recogniser, Whisper base, is helped in several ways and stands beside the same weights in
//! faster-whisper. Terms are the titles and keywords of the starter pack, which the product learns too.

mod clip;
mod ear;
mod peer;
pub(super) mod score;
mod sound;
mod spoken;

use std::collections::BTreeMap;

use anyhow::Result;

use self::clip::Clip;
use self::ear::{Ear, Heard, Way};
use self::peer::Peer;
use self::score::{Count, character_errors, pooled, terms_heard};
use self::sound::Condition;
use self::spoken::Outcome;
use super::{Setting, progress_bar};
use crate::collections;
use crate::report::{Better, Case, Cell, Listing, Measure, Report, Section, Table, Unit};

/// The set of the spoken questions, as the report names it.
const SPOKEN: &str = "spoken questions";

/// The peer, as the report names it.
const PEER: &str = "faster-whisper";

/// Clips and questions listed of those that were heard worst.
const LISTED: usize = 15;

/// A term has so many characters at least.
const SHORTEST_TERM: usize = 2;

/// A clip and what was heard of it, in the order of [`Way::ALL`].
struct Judged {
    clip: Clip,
    heard: Vec<Heard>,
}

/// What is missing before it can run.
pub(super) fn lacks(setting: &Setting) -> Option<String> {
    setting.lacks_data(&[clip::MANIFEST])
}

/// Measures.
pub(super) fn run(setting: &Setting) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(setting))
}

async fn measure(setting: &Setting) -> Result<Report> {
    let config = ear::config(&setting.indexes.join("recognition"))?;
    let clips = clip::all(setting)?;
    // Before the product's own recogniser is loaded, so that each has the processors to itself.
    let peer = peer::hear(&clips, &setting.out.join("peers"));
    let ear = Ear::open(config.clone()).await?;
    let terms = terms()?;
    let bar = progress_bar(clips.len(), "clips")?;
    let mut judged = Vec::new();
    for clip in clips {
        let mut heard = Vec::new();
        for way in Way::ALL {
            heard.push(ear.hear(&clip.samples, clip.variety, way).await?);
        }
        judged.push(Judged { clip, heard });
        bar.inc(1);
    }
    bar.finish_and_clear();
    let spoken = spoken::measure(setting, &config, &ear, &terms).await?;
    Ok(report(setting, &judged, &peer, &spoken, &terms))
}

/// The titles and keywords of the starter pack.
fn terms() -> Result<Vec<String>> {
    let mut terms: Vec<String> = Vec::new();
    for edition in collections::starter()? {
        terms.push(edition.metadata.title);
        terms.extend(edition.metadata.keywords);
    }
    terms.retain(|term| term.chars().count() >= SHORTEST_TERM);
    terms.sort_unstable();
    terms.dedup();
    Ok(terms)
}

fn report(
    setting: &Setting,
    judged: &[Judged],
    peer: &Result<Peer>,
    spoken: &Outcome,
    terms: &[String],
) -> Report {
    let mut report = Report::new(
        "Recognition",
        "Is speech heard? Character errors (substituted, missing or too many, in simplified characters without \
         marks) and the share of terms heard, over all characters and terms together; intervals by clip. The \
         transcripts of dialect clips are verbatim and partly machine labels, so no recogniser can reach 0.",
    );
    report.condition("clips", judged.len());
    report.condition("seconds of speech", format!("{:.0}", judged.iter().map(|one| one.clip.seconds()).sum::<f64>()));
    report.condition("terms", terms.len());
    report.condition("spoken questions", spoken.questions.len());
    match peer {
        Ok(peer) => report.condition(PEER, &peer.about),
        Err(error) => report.condition(PEER, format!("not measured: {error:#}; eval/peers/install installs it")),
    }
    for left_out in &spoken.left_out {
        report.condition("left out", left_out);
    }
    let mut groups: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        groups.entry(&one.clip.group).or_default().push(one);
    }
    for (group, judged) in &groups {
        let cases = judged.iter().map(|one| (one.clip.id.clone(), one.clip.transcript.clone()));
        report.cases_of(*group, cases);
    }
    report.cases_of(SPOKEN, spoken.questions.iter().map(|question| (question.clone(), String::new())));
    let peer = peer.as_ref().ok();
    let section = report.section("Recorded clips");
    by_variety(section, &groups, peer, terms, setting.seed);
    speed(section, judged, peer, setting.seed);
    section.cases(worst(judged));
    synthetic(report.section("Spoken service questions"), spoken, terms, setting.seed);
    report
}

/// Errors, and terms heard, of each group in each way.
fn by_variety(
    section: &mut Section,
    groups: &BTreeMap<&str, Vec<&Judged>>,
    peer: Option<&Peer>,
    terms: &[String],
    seed: u64,
) {
    let ways = Way::ALL.map(Way::name);
    let head = |of: &'static str| ["variety", "clips", of].into_iter().chain(ways).chain([PEER]);
    let mut errors = Table::new("Character errors", head("characters")).charted(3).charted(6);
    let mut recall = Table::new("Terms heard", head("terms said")).charted(3).charted(6);
    for (group, judged) in groups {
        let row = |count: &dyn Fn(&str, &str) -> Count, better: Better| -> Vec<Cell> {
            let of = |heard: &dyn Fn(&Judged) -> String| -> Vec<Count> {
                judged.iter().map(|one| count(&one.clip.transcript, &heard(one))).collect()
            };
            let said: f64 = of(&|_| String::new()).iter().map(|one| one.of).sum();
            let cell = |counts: &[Count]| Cell::from(pooled(group, counts, Unit::Share, better, seed));
            let mut cells = vec![judged.len().into(), Cell::Count(said as u64)];
            cells.extend((0..Way::ALL.len()).map(|way| cell(&of(&|one| one.heard[way].text.clone()))));
            let of_peer = |peer: &Peer| cell(&of(&|one| peer.heard[&one.clip.id].text.clone()));
            cells.push(peer.map_or(Cell::Nothing, of_peer));
            cells
        };
        errors.push(*group, row(&character_errors, Better::Lower));
        let terms_said = judged.iter().any(|one| !score::named(terms, &one.clip.transcript).is_empty());
        if terms_said {
            recall.push(*group, row(&|said, heard| terms_heard(terms, said, heard), Better::Higher));
        }
    }
    section.table(errors).table(recall);
}

/// What each way costs, over all clips.
fn speed(section: &mut Section, judged: &[Judged], peer: Option<&Peer>, seed: u64) {
    let of = |heard: &Heard| Count { of: heard.seconds, count: heard.compute };
    let cost = |count: &dyn Fn(&Judged) -> Count| -> Cell {
        let counts: Vec<Count> = judged.iter().map(count).collect();
        let measure = pooled("", &counts, Unit::Named("s a second".to_owned()), Better::Lower, seed);
        // Times are no property of a case.
        Cell::from(measure.map(|measure| Measure { cases: None, ..measure }))
    };
    let mut table = Table::new("Compute", ["way", "for a second of speech"]).charted(1);
    for (place, way) in Way::ALL.into_iter().enumerate() {
        table.push(way.name(), [cost(&|one| of(&one.heard[place]))]);
    }
    if let Some(peer) = peer {
        table.push(PEER, [cost(&|one| of(&peer.heard[&one.clip.id]))]);
    }
    section.table(table);
}

/// The clips of which the product got most characters wrong.
fn worst(judged: &[Judged]) -> Listing {
    let product = Way::ALL.len() - 1;
    let mut wrong: Vec<(f64, &Judged)> = judged
        .iter()
        .map(|one| (one, character_errors(&one.clip.transcript, &one.heard[product].text)))
        .filter(|(_, errors)| errors.count > 0.0 && errors.of > 0.0)
        .map(|(one, errors)| (errors.count / errors.of, one))
        .collect();
    wrong.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let cases = wrong.into_iter().take(LISTED).map(|(_, one)| {
        Case::new(&one.clip.id)
            .says("said", &one.clip.transcript)
            .says("plain Whisper", &one.heard[0].text)
            .says("the product", &one.heard[product].text)
    });
    Listing::of("Clips that the product heard worst", cases)
}

/// Synthetic voices in each condition, and the terms that were lost in the easiest one.
fn synthetic(section: &mut Section, spoken: &Outcome, terms: &[String], seed: u64) {
    section.text(
        "Questions of the bench that name a term of the starter pack; noise is pink, 10 dB below the voice. The \
         product's voice is easier to understand than a person, espeak-ng's Mandarin harder.",
    );
    let mut voices: Vec<&str> = spoken.spoken.iter().map(|one| one.voice).collect();
    voices.dedup();
    let head = ["voice", "terms said", "terms, plain", "terms, product", "errors, plain", "errors, product"];
    let mut table = Table::new("Terms heard and character errors", head).charted(2).charted(3);
    for voice in voices {
        for condition in Condition::ALL {
            let of = |count: &dyn Fn(&str, &str) -> Count, way: usize| -> Vec<Count> {
                let these = spoken.spoken.iter().filter(|one| one.voice == voice && one.condition == condition);
                these.map(|one| count(&one.question, &one.heard[way].text)).collect()
            };
            let recall = |way| of(&|said, heard| terms_heard(terms, said, heard), way);
            let errors = |way| of(&character_errors, way);
            let said: f64 = recall(0).iter().map(|one| one.of).sum();
            let cell = |counts: &[Count], better| Cell::from(pooled(SPOKEN, counts, Unit::Share, better, seed));
            table.push(format!("{voice}, {}", condition.name()), [
                Cell::Count(said as u64),
                cell(&recall(0), Better::Higher),
                cell(&recall(1), Better::Higher),
                cell(&errors(0), Better::Lower),
                cell(&errors(1), Better::Lower),
            ]);
        }
    }
    section.table(table);
    let lost = spoken.spoken.iter().filter(|one| one.condition == Condition::ALL[0]).filter(|one| {
        let heard = terms_heard(terms, &one.question, &one.heard[1].text);
        heard.count < heard.of
    });
    let cases = lost.map(|one| {
        Case::new(format!("{}: {}", one.voice, one.question))
            .says("plain Whisper", &one.heard[0].text)
            .says("the product", &one.heard[1].text)
    });
    section.cases(Listing::of("Terms lost at 16 kHz without noise", cases.take(LISTED)));
}
