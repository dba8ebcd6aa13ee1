//! From encoded sound to hypotheses: the likeliest tokens one by one, then other ways from where
//! the model hesitated.

use super::{Bias, Model, Vocabulary, bias::Progress};
use crate::{ModelError, recognize::guard::loops};

/// Another token is worth following where it has at least this share of the probability.
const WORTH_FOLLOWING: f32 = 0.08;

/// How to decode.
pub(in crate::recognize) struct Decoding<'a> {
    /// The code of the language.
    pub(in crate::recognize) language: &'a str,
    /// Tokens of the text before.
    pub(in crate::recognize) prompt: &'a [i32],
    /// What to lift.
    pub(in crate::recognize) bias: &'a Bias,
    /// Frames of 20 ms after the sound in the encoder's context.
    pub(in crate::recognize) padding: usize,
    /// The most tokens that a hypothesis may have.
    pub(in crate::recognize) most_tokens: usize,
    /// How many hypotheses.
    pub(in crate::recognize) hypotheses: usize,
}

/// Tokens that may have been said.
#[derive(Clone, Debug)]
pub(in crate::recognize) struct Hypothesis {
    /// The tokens of the text.
    pub(in crate::recognize) tokens: Vec<i32>,
    /// The natural logarithm of each token's probability without any bonus; one more for the end
    /// where it was reached.
    pub(in crate::recognize) log_probabilities: Vec<f32>,
    /// Whether it was cut off because it went in circles.
    pub(in crate::recognize) loops: bool,
}

impl Hypothesis {
    /// The mean over all tokens, the end included.
    pub(in crate::recognize) fn average_log_probability(&self) -> f32 {
        let sum: f32 = self.log_probabilities.iter().sum();
        sum / self.log_probabilities.len().max(1) as f32
    }
}

/// What the model makes of a sound.
pub(in crate::recognize) struct Decoded {
    /// The best first; never empty.
    pub(in crate::recognize) hypotheses: Vec<Hypothesis>,
    /// How probable it is that nobody speaks.
    pub(in crate::recognize) no_speech_probability: f32,
}

/// A place where another token was nearly as likely.
struct Fork {
    place: usize,
    token: i32,
    log_probability: f32,
    share: f32,
}

/// A hypothesis with what is needed to go on from any place of it.
struct Path {
    hypothesis: Hypothesis,
    /// The mean with the bonuses of terms, by which hypotheses are ranked.
    lifted: f32,
}

/// Encodes `samples` and decodes them; `abandoned` is asked before every token, and nothing comes
/// back once it says yes.
pub(in crate::recognize) fn decode(
    model: &mut Model,
    samples: &[f32],
    decoding: &Decoding<'_>,
    abandoned: &dyn Fn() -> bool,
) -> Result<Option<Decoded>, ModelError> {
    let language = model.language_token(decoding.language).ok_or_else(|| {
        ModelError::Recognition(format!("模型不认识语言 {:?}", decoding.language))
    })?;
    model.encode(samples, decoding.padding)?;
    if abandoned() {
        return Ok(None);
    }

    let vocabulary = model.vocabulary();
    let mut head = Vec::new();
    if !decoding.prompt.is_empty() {
        head.push(vocabulary.previous);
        head.extend_from_slice(decoding.prompt);
    }
    head.push(vocabulary.start);
    let tail = [language, vocabulary.transcribe, vocabulary.no_timestamps];
    let no_speech = vocabulary.no_speech as usize;
    let start = head.len() + tail.len();
    let most_tokens = decoding
        .most_tokens
        .min(model.context_length().saturating_sub(start + 1));
    let no_speech_probability = {
        let logits = model.read(&head, 0)?;
        (logits[no_speech] - log_sum(logits)).exp()
    };
    let first = model.read(&tail, head.len())?.to_vec();

    let mut search = Search {
        model,
        decoding,
        start,
        most_tokens,
        abandoned,
        lifted: Vec::new(),
    };
    let mut forks = Vec::new();
    let Some(greedy) = search.follow(Vec::new(), Vec::new(), first, Some(&mut forks))? else {
        return Ok(None);
    };
    let mut paths = vec![greedy];
    if decoding.hypotheses > 1 && !paths[0].hypothesis.loops {
        forks.sort_by(|one, other| other.share.total_cmp(&one.share));
        forks.truncate(decoding.hypotheses - 1);
        // From the last to the first, so that what the model remembers of the greedy path holds
        // up to each fork.
        forks.sort_by_key(|fork| std::cmp::Reverse(fork.place));
        for fork in forks {
            let Some(path) = search.go_on_from(&paths[0].hypothesis, &fork)? else {
                return Ok(None);
            };
            if !path.hypothesis.loops {
                paths.push(path);
            }
        }
        paths.sort_by(|one, other| other.lifted.total_cmp(&one.lifted));
    }
    Ok(Some(Decoded {
        hypotheses: paths.into_iter().map(|path| path.hypothesis).collect(),
        no_speech_probability,
    }))
}

struct Search<'a> {
    model: &'a mut Model,
    decoding: &'a Decoding<'a>,
    /// Tokens before the text.
    start: usize,
    most_tokens: usize,
    abandoned: &'a dyn Fn() -> bool,
    lifted: Vec<(i32, f32)>,
}

impl Search<'_> {
    fn go_on_from(&mut self, greedy: &Hypothesis, fork: &Fork) -> Result<Option<Path>, ModelError> {
        let mut tokens = greedy.tokens[..fork.place].to_vec();
        let mut log_probabilities = greedy.log_probabilities[..fork.place].to_vec();
        log_probabilities.push(fork.log_probability);
        if fork.token == self.model.vocabulary().end {
            return Ok(Some(self.ended(tokens, log_probabilities, false)));
        }
        let place = self.start + tokens.len();
        tokens.push(fork.token);
        let logits = self.model.read(&[fork.token], place)?.to_vec();
        self.follow(tokens, log_probabilities, logits, None)
    }

    /// Goes on with the likeliest token each time; notes into `forks` what else was likely.
    fn follow(
        &mut self,
        mut tokens: Vec<i32>,
        mut log_probabilities: Vec<f32>,
        mut logits: Vec<f32>,
        mut forks: Option<&mut Vec<Fork>>,
    ) -> Result<Option<Path>, ModelError> {
        let bias = self.decoding.bias;
        let mut progress = self.progress(&tokens);
        let mut looping = false;
        while tokens.len() < self.most_tokens {
            if (self.abandoned)() {
                return Ok(None);
            }
            let vocabulary = self.model.vocabulary();
            mask(&mut logits, vocabulary);
            let whole = log_sum(&logits);
            let (best, second) = self.best_two(&logits, &progress);
            let log_probability = logits[best.0 as usize] - whole;
            if let Some(forks) = forks.as_deref_mut() {
                let other = logits[second.0 as usize] - whole;
                if other.exp() >= WORTH_FOLLOWING {
                    forks.push(Fork {
                        place: tokens.len(),
                        token: second.0,
                        log_probability: other,
                        share: other.exp(),
                    });
                }
            }
            log_probabilities.push(log_probability);
            if best.0 == self.model.vocabulary().end {
                break;
            }
            tokens.push(best.0);
            bias.advance(&mut progress, self.model.vocabulary().bytes(best.0));
            if loops(&tokens) {
                looping = true;
                break;
            }
            let past = self.start + tokens.len() - 1;
            logits.clear();
            logits.extend_from_slice(self.model.read(&[best.0], past)?);
        }
        Ok(Some(self.ended(tokens, log_probabilities, looping)))
    }

    fn ended(&self, tokens: Vec<i32>, log_probabilities: Vec<f32>, loops: bool) -> Path {
        let credit = self.progress(&tokens).credit;
        let hypothesis = Hypothesis {
            tokens,
            log_probabilities,
            loops,
        };
        let count = hypothesis.log_probabilities.len().max(1) as f32;
        Path {
            lifted: hypothesis.average_log_probability() + credit / count,
            hypothesis,
        }
    }

    fn progress(&self, tokens: &[i32]) -> Progress {
        let bias = self.decoding.bias;
        let mut progress = bias.start();
        for &token in tokens {
            bias.advance(&mut progress, self.model.vocabulary().bytes(token));
        }
        progress
    }

    /// The two best tokens with their logits, bonuses included.
    fn best_two(&mut self, logits: &[f32], progress: &Progress) -> ((i32, f32), (i32, f32)) {
        let mut best = (self.model.vocabulary().end, f32::NEG_INFINITY);
        let mut second = best;
        let mut offer = |token: i32, logit: f32| {
            if token == best.0 {
                best.1 = best.1.max(logit);
            } else if logit > best.1 {
                second = std::mem::replace(&mut best, (token, logit));
            } else if logit > second.1 {
                second = (token, logit);
            }
        };
        for (&logit, token) in logits.iter().zip(0..) {
            offer(token, logit);
        }
        self.decoding
            .bias
            .bonuses(progress, self.model.vocabulary(), &mut self.lifted);
        for &(token, bonus) in &self.lifted {
            offer(token, logits[token as usize] + bonus);
        }
        (best, second)
    }
}

/// Leaves only text and the end.
fn mask(logits: &mut [f32], vocabulary: &Vocabulary) {
    logits[vocabulary.end as usize + 1..].fill(f32::NEG_INFINITY);
    for &token in vocabulary.suppressed() {
        logits[token as usize] = f32::NEG_INFINITY;
    }
}

/// The logarithm of the sum of the exponentials.
fn log_sum(logits: &[f32]) -> f32 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    largest + sum.ln()
}
