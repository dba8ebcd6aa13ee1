//! Service questions said by the project's own voice and by espeak-ng, heard again.

use std::path::Path;

use anyhow::Result;
use assistant::Engines;
use assistant::config::Config;
use assistant::voice::{Manner, SPOKEN_RATE, Speaking};
use models::Turns;
use models::speak::EspeakVoice;

use super::ear::{Ear, Heard, Way};
use super::score;
use super::sound::Condition;
use crate::cases;
use crate::statistics::Generator;
use crate::suites::{Setting, progress_bar};

/// Questions that are said, unless the setting limits them.
const QUESTIONS: usize = 60;

/// The voice that stands in where the project's own is not there.
const STAND_IN: &str = "cmn";

/// The ways in which they are heard.
pub(super) const WAYS: [Way; 2] = [Way::Plain, Way::Corrected];

/// One question in one voice and condition.
pub(super) struct Spoken {
    pub(super) voice: &'static str,
    pub(super) condition: Condition,
    pub(super) question: String,
    /// What was heard, in the order of [`WAYS`].
    pub(super) heard: [Heard; 2],
}

/// What could be said, and what could not.
pub(super) struct Outcome {
    pub(super) questions: Vec<String>,
    pub(super) spoken: Vec<Spoken>,
    /// Voices that were left out, and why.
    pub(super) left_out: Vec<String>,
}

/// Says and hears every question in every voice and condition.
pub(super) async fn measure(setting: &Setting, config: &Config, ear: &Ear, terms: &[String]) -> Result<Outcome> {
    let questions = questions(setting, terms)?;
    let mut outcome = Outcome { questions, spoken: Vec::new(), left_out: Vec::new() };
    let folder = setting.indexes.join("recognition-espeak");
    let voices = [("Kokoro, the product's voice", own(config)), ("espeak-ng", espeak(&folder))];
    for (voice, speaking) in voices {
        match speaking {
            Ok(speaking) => {
                let bar = progress_bar(outcome.questions.len(), "spoken questions")?;
                for (number, question) in outcome.questions.iter().enumerate() {
                    let said = say(&speaking, question).await?;
                    for condition in Condition::ALL {
                        let samples = condition.of(&said, SPOKEN_RATE, setting.seed + number as u64).into();
                        outcome.spoken.push(Spoken {
                            voice,
                            condition,
                            question: question.clone(),
                            heard: [ear.hear(&samples, None, WAYS[0]).await?, ear.hear(&samples, None, WAYS[1]).await?],
                        });
                    }
                    bar.inc(1);
                }
                bar.finish_and_clear();
            }
            Err(error) => outcome.left_out.push(format!("{voice}: {error:#}")),
        }
    }
    Ok(outcome)
}

/// Questions of the bench that name a term and that the starter pack answers.
fn questions(setting: &Setting, terms: &[String]) -> Result<Vec<String>> {
    let covered = cases::bench()?.into_iter().filter(|case| !case.gold.is_empty()).map(|case| case.question);
    let mut questions: Vec<String> = covered.filter(|question| !score::named(terms, question).is_empty()).collect();
    Generator::new(setting.seed).shuffle(&mut questions);
    questions.truncate(setting.limit.unwrap_or(QUESTIONS));
    Ok(questions)
}

fn own(config: &Config) -> Result<Speaking> {
    let speaking = Engines::new(config.clone()).speaking()?;
    anyhow::ensure!(
        speaking.voices().first().is_none_or(|name| name != STAND_IN),
        "its files are not there; `xiangyin models pull` gets them"
    );
    Ok(speaking)
}

fn espeak(folder: &Path) -> Result<Speaking> {
    Ok(Speaking::start(Box::new(EspeakVoice::new("espeak-ng")?), folder, Turns::default())?)
}

async fn say(speaking: &Speaking, text: &str) -> Result<Vec<f32>> {
    let mut speech = speaking.say(text, &Manner::default())?;
    let mut samples = Vec::new();
    while let Some(piece) = speech.next().await? {
        samples.extend(piece.samples);
    }
    Ok(samples)
}
