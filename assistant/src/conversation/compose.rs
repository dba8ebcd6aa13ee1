//! A written answer: streamed by the model, checked sentence by sentence before it leaves.

use std::time::{Duration, Instant};

use models::{Generate, Generation, ModelError};
use tokio::sync::mpsc;

use super::grounding::{self, Verdict};
use super::in_flight::Ticket;
use super::prompt;
use super::turn::{Sentence, Source, TurnEvent};

/// Most sentences of one answer.
const SENTENCES: usize = 5;

/// What came of writing.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// At least one sentence passed the check and was sent.
    Written {
        /// What was sent.
        sentences: Vec<Sentence>,
        /// What was held back, with the reason.
        dropped: Vec<String>,
        /// When the first sentence was sent.
        first_words: Instant,
    },
    /// The writer says that the passages do not answer the question.
    Declined,
    /// Nothing passed the check.
    Nothing {
        /// What was held back, with the reason.
        dropped: Vec<String>,
    },
    /// A later message has taken the turn over.
    Stopped,
}

/// One passage as the writer reads it and the check looks things up in it.
#[derive(Debug)]
pub(crate) struct Material<'a> {
    /// How it is shown.
    pub(crate) source: &'a Source,
    /// The sentences that the writer reads.
    pub(crate) read: &'a str,
    /// The whole passage under its title and headings: what may support a sentence.
    pub(crate) support: String,
}

/// How long an answer may get and how long it may take to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Most tokens.
    pub(crate) tokens: usize,
    /// Where nothing has been said by then, nothing will be: quoting is quicker.
    pub(crate) first_words_by: Instant,
}

/// Tokens of a first sentence.
const FIRST_SENTENCE: f64 = 15.0;

/// How many of the materials, best first, can be read and answered from before the resident's patience ends;
/// `None` where not even one can.
pub(super) fn readable(
    generator: &dyn Generate,
    question: &str,
    materials: &[Material<'_>],
    patience: Duration,
) -> Option<usize> {
    let outlook = generator.outlook();
    let sentence = Duration::from_secs_f64(FIRST_SENTENCE / outlook.writing_rate.max(0.1));
    (1..=materials.len()).rev().find(|count| {
        let tokens = prompt_tokens(generator, question, &materials[..*count]);
        outlook.first_token(tokens) + sentence <= patience
    })
}

/// Tokens that the writer must read to answer `question` from `materials`.
fn prompt_tokens(
    generator: &dyn Generate,
    question: &str,
    materials: &[Material<'_>],
) -> usize {
    let passages: Vec<(&Source, &str)> = materials
        .iter()
        .map(|material| (material.source, material.read))
        .collect();
    prompt::request(question, &passages, 0)
        .messages
        .iter()
        .map(|message| generator.count_tokens(&message.text))
        .sum()
}

/// Streams an answer to `question` from `materials` into `events`.
pub(crate) async fn write(
    generator: &dyn Generate,
    question: &str,
    materials: &[Material<'_>],
    limits: Limits,
    ticket: &Ticket,
    events: &mpsc::Sender<TurnEvent>,
) -> Result<Outcome, ModelError> {
    let passages: Vec<(&Source, &str)> = materials
        .iter()
        .map(|material| (material.source, material.read))
        .collect();
    let mut generation = generator.generate(prompt::request(question, &passages, limits.tokens))?;
    let mut splitter = grounding::SentenceSplitter::default();
    let mut answer = Answer {
        question,
        materials,
        sentences: Vec::new(),
        dropped: Vec::new(),
        first_words: None,
    };
    loop {
        let piece = tokio::select! {
            () = ticket.stopped() => return Ok(Outcome::Stopped),
            () = tokio::time::sleep_until(limits.first_words_by.into()), if answer.first_words.is_none() => {
                return Ok(answer.outcome(false));
            }
            piece = next(&mut generation) => piece?,
        };
        let (complete, ended) = match &piece {
            Some(piece) => (splitter.push(piece), false),
            None => (std::mem::take(&mut splitter).finish().into_iter().collect(), true),
        };
        for raw in complete {
            if raw.contains(prompt::NOTHING) {
                // What was said before it stands; nothing after it can be trusted.
                return Ok(answer.outcome(true));
            }
            if let Some(sentence) = answer.judge(&raw) {
                if !ticket.speak() {
                    return Ok(Outcome::Stopped);
                }
                answer.first_words.get_or_insert_with(Instant::now);
                // A resident who left does not stop the turn: the reply is kept for their return.
                let _ = events.send(TurnEvent::Sentence(sentence)).await;
            }
        }
        if ended || answer.sentences.len() >= SENTENCES {
            return Ok(answer.outcome(false));
        }
    }
}

/// Whether a sentence ends where what matters should follow: 食堂在。
fn breaks_off(text: &str) -> bool {
    let words = text.trim_end_matches(|character: char| !character.is_alphanumeric());
    let whole = ["不是", "都是", "也是", "不在", "都在", "也在", "还在", "存在", "现在"];
    words.ends_with(['在', '是', '于', '或']) && !whole.iter().any(|whole| words.ends_with(whole))
}

/// What follows a question that the writer copied from a heading: 要交钱吗？：首次办理不收费。
fn without_question(text: &str) -> &str {
    text.split_once("？：").or_else(|| text.split_once("?：")).map_or(text, |(_, answer)| answer.trim_start())
}

async fn next(generation: &mut Generation) -> Result<Option<String>, ModelError> {
    generation.next_piece().await
}

struct Answer<'a> {
    question: &'a str,
    materials: &'a [Material<'a>],
    sentences: Vec<Sentence>,
    dropped: Vec<String>,
    first_words: Option<Instant>,
}

impl Answer<'_> {
    /// The sentence with the sources that carry it, or `None` where it is held back.
    fn judge(&mut self, raw: &str) -> Option<Sentence> {
        let (text, mut cited) = grounding::citations(raw);
        // A number between comma and stop leaves both behind.
        let text = without_question(text.trim()).replace("，。", "。");
        if text.chars().filter(|character| character.is_alphanumeric()).count() < 2 || breaks_off(&text) {
            return None;
        }
        cited.retain(|number| self.materials.iter().any(|material| material.source.number == *number));
        cited.dedup();
        let mut verdict = self.check(&text, &cited);
        if verdict != Verdict::Supported {
            // The writer often names the wrong number, or none: another passage may carry the sentence.
            let other = self
                .materials
                .iter()
                .map(|material| material.source.number)
                .find(|number| self.check(&text, &[*number]) == Verdict::Supported);
            if let Some(number) = other {
                cited = vec![number];
                verdict = Verdict::Supported;
            }
        }
        match verdict {
            Verdict::Supported if self.sentences.iter().any(|said| said.text == text) => None,
            Verdict::Supported => {
                let sentence = Sentence { text, citations: cited };
                self.sentences.push(sentence.clone());
                Some(sentence)
            }
            Verdict::Unsupported(reason) => {
                self.dropped.push(format!("{text} ({reason:?})"));
                None
            }
        }
    }

    fn check(&self, text: &str, cited: &[u32]) -> Verdict {
        let passages: Vec<&str> = self
            .materials
            .iter()
            .filter(|material| cited.contains(&material.source.number))
            .map(|material| material.support.as_str())
            .collect();
        grounding::check(text, &passages, self.question)
    }

    fn outcome(self, declined: bool) -> Outcome {
        if let Some(first_words) = self.first_words {
            Outcome::Written {
                sentences: self.sentences,
                dropped: self.dropped,
                first_words,
            }
        } else if declined {
            Outcome::Declined
        } else {
            Outcome::Nothing {
                dropped: self.dropped,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{breaks_off, without_question};

    #[test]
    fn what_breaks_off_is_held_back_and_a_copied_question_left_out() {
        assert!(breaks_off("食堂在。") && breaks_off("收费标准是"));
        assert!(!breaks_off("可以。") && !breaks_off("不收钱。") && !breaks_off("周末工作人员不在。"));
        assert_eq!(without_question("要交借读费吗？：不收学费。"), "不收学费。");
        assert_eq!(without_question("十五日内拿证。"), "十五日内拿证。");
    }
}
