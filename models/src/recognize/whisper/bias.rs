//! Lifting the tokens that begin or continue a wanted term.
//!
//! Terms are followed byte by byte rather than token by token, because the model does not always
//! cut a word as a tokenizer would. This is shallow fusion with the prefixes of terms (Zhao et al.,
//! "Shallow-Fusion End-to-End Contextual Biasing", 2019), with bonuses so small that they decide
//! only between readings the sound allows. Hypotheses are ranked with the bonuses of whole terms.

use super::Vocabulary;

/// Added to the logit of a token that begins a term.
const BEGIN: f32 = 1.0;
/// Added to the logit of a token that continues a term of which a whole character was heard.
const CONTINUE: f32 = 3.0;
/// A term that was written so often gets no more help, or the model would repeat it for ever.
const MOST_TIMES: u8 = 2;

/// The terms of one request.
#[derive(Default)]
pub(in crate::recognize) struct Bias {
    terms: Vec<Box<[u8]>>,
    /// The tokens that begin each term.
    beginnings: Vec<Vec<i32>>,
}

impl Bias {
    pub(in crate::recognize) fn new(terms: &[String], vocabulary: &Vocabulary) -> Self {
        let terms: Vec<Box<[u8]>> = terms
            .iter()
            .map(|term| Box::<[u8]>::from(term.trim().as_bytes()))
            // One character is too little to tell a term by.
            .filter(|term| term.len() > 3)
            .collect();
        let beginnings = terms
            .iter()
            .map(|term| {
                vocabulary
                    .beginnings(term)
                    .map(|(token, _)| token)
                    .collect()
            })
            .collect();
        Self { terms, beginnings }
    }

    /// Where a decoding stands before its first token.
    pub(super) fn start(&self) -> Progress {
        Progress {
            begun: Vec::new(),
            times: vec![0; self.terms.len()],
            credit: 0.0,
        }
    }

    /// The tokens to lift, and by how much; a token may occur more than once, the largest counts.
    pub(super) fn bonuses(
        &self,
        progress: &Progress,
        vocabulary: &Vocabulary,
        lifted: &mut Vec<(i32, f32)>,
    ) {
        lifted.clear();
        for &Begun { term, done, .. } in &progress.begun {
            if progress.times[term] < MOST_TIMES {
                let bonus = self.bonus(term, done);
                let rest = vocabulary.beginnings(&self.terms[term][done..]);
                lifted.extend(rest.map(|(token, _)| (token, bonus)));
            }
        }
        for (term, beginnings) in self.beginnings.iter().enumerate() {
            if progress.times[term] < MOST_TIMES {
                lifted.extend(beginnings.iter().map(|&token| (token, BEGIN)));
            }
        }
        lifted.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
        lifted.dedup_by_key(|&mut (token, _)| token);
    }

    /// What a token gets that goes on with a term after `done` bytes.
    fn bonus(&self, term: usize, done: usize) -> f32 {
        // Within its first character a term is not told from thousands of other words.
        let whole = done > 0 && std::str::from_utf8(&self.terms[term][..done]).is_ok();
        if whole { CONTINUE } else { BEGIN }
    }

    /// Moves on by the bytes of a token.
    pub(super) fn advance(&self, progress: &mut Progress, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let begun = std::mem::take(&mut progress.begun);
        let anew = (0..self.terms.len()).map(|term| Begun {
            term,
            done: 0,
            credit: 0.0,
        });
        for Begun { term, done, credit } in begun.into_iter().chain(anew) {
            let rest = &self.terms[term][done..];
            let credit = credit + self.bonus(term, done);
            if bytes.starts_with(rest) {
                if progress.times[term] < MOST_TIMES {
                    progress.times[term] += 1;
                    progress.credit += credit;
                }
            } else if rest.starts_with(bytes) {
                progress.begun.push(Begun {
                    term,
                    done: done + bytes.len(),
                    credit,
                });
            }
        }
    }
}

/// How far a decoding has come in which terms.
#[derive(Clone)]
pub(super) struct Progress {
    begun: Vec<Begun>,
    /// How often each term was written whole.
    times: Vec<u8>,
    /// The bonuses of the terms that were written whole.
    pub(super) credit: f32,
}

/// A term of which a part was written.
#[derive(Clone)]
struct Begun {
    term: usize,
    /// Bytes that were written.
    done: usize,
    /// The bonuses of the tokens that wrote them.
    credit: f32,
}
