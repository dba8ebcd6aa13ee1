//! Which clauses are said in one breath: the first few syllables alone so that they are heard
//! early, the rest by sentences, which sound better whole.

use super::script::{Clause, Pause, Word};

/// A first piece has at least so many syllables, if the sentence has.
const FIRST: usize = 4;
/// A later piece goes on to the end of its sentence, but not beyond so many syllables.
const LATER: usize = 40;
/// A sentence shorter than this is said together with the next one.
const SHORT: usize = 10;
/// No engine gets more syllables at once.
pub(super) const LONGEST: usize = 60;

/// Cuts clauses into pieces.
pub(super) fn pieces(clauses: Vec<Clause>) -> Vec<Vec<Clause>> {
    let mut pieces: Vec<Vec<Clause>> = Vec::new();
    let mut piece: Vec<Clause> = Vec::new();
    let mut length = 0;
    for clause in clauses.into_iter().flat_map(short_enough) {
        let count = clause.syllables().count();
        if length > 0 && length + count > LATER {
            pieces.push(std::mem::take(&mut piece));
            length = 0;
        }
        length += count;
        let ends = clause.pause.ends_sentence();
        piece.push(clause);
        let enough = if pieces.is_empty() { FIRST } else { SHORT };
        if length >= enough && (ends || pieces.is_empty()) {
            pieces.push(std::mem::take(&mut piece));
            length = 0;
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// A clause without a pause for too long is cut between words.
fn short_enough(clause: Clause) -> Vec<Clause> {
    if clause.syllables().count() <= LONGEST {
        return vec![clause];
    }
    let mut parts: Vec<Clause> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut length = 0;
    let part = |words: Vec<Word>, pause| Clause {
        text: clause.text.clone(),
        words,
        pause,
    };
    for word in clause.words.iter().flat_map(parts_of_word) {
        if length + word.syllables.len() > LATER {
            parts.push(part(std::mem::take(&mut words), Pause::Listed));
            length = 0;
        }
        length += word.syllables.len();
        words.push(word);
    }
    parts.push(part(words, clause.pause));
    // An engine that reads for itself must not say the whole clause for each part.
    let mut texts = split_text(&clause.text, &parts).into_iter();
    for part in &mut parts {
        part.text = texts.next().unwrap_or_default();
    }
    parts
}

fn parts_of_word(word: &Word) -> Vec<Word> {
    word.syllables
        .chunks(LATER)
        .map(|syllables| Word {
            syllables: syllables.to_vec(),
        })
        .collect()
}

/// The text in as many stretches as parts, by their share of syllables.
fn split_text(text: &str, parts: &[Clause]) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let total: usize = parts.iter().map(|part| part.syllables().count()).sum();
    let mut from = 0;
    let mut before = 0;
    parts
        .iter()
        .map(|part| {
            before += part.syllables().count();
            let to = (letters.len() * before).div_ceil(total.max(1)).max(from);
            let stretch = letters[from..to.min(letters.len())].iter().collect();
            from = to.min(letters.len());
            stretch
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speak::Syllable;

    fn clause(syllables: usize, pause: Pause) -> Clause {
        let syllable = Syllable {
            pinyin: "ma".into(),
            tone: 1,
            rhotic: false,
            range: 0..3,
        };
        Clause {
            text: "妈".repeat(syllables),
            words: vec![
                Word {
                    syllables: vec![syllable],
                };
                syllables
            ],
            pause,
        }
    }

    fn lengths(clauses: Vec<Clause>) -> Vec<usize> {
        pieces(clauses)
            .iter()
            .map(|piece| piece.iter().map(|clause| clause.syllables().count()).sum())
            .collect()
    }

    #[test]
    fn the_first_clause_comes_alone_and_the_rest_by_sentences() {
        let clauses = vec![
            clause(3, Pause::Comma),
            clause(5, Pause::Comma),
            clause(12, Pause::Comma),
            clause(8, Pause::Stop),
            clause(4, Pause::Stop),
            clause(9, Pause::Stop),
        ];
        assert_eq!(lengths(clauses), [8, 20, 13]);
    }

    #[test]
    fn nothing_is_longer_than_an_engine_takes_and_nothing_is_lost() {
        let cut = pieces(vec![clause(150, Pause::Stop)]);
        let text: String = cut
            .iter()
            .flatten()
            .map(|part| part.text.as_str())
            .collect();
        assert_eq!(text.chars().count(), 150);
        assert_eq!(
            lengths(vec![clause(150, Pause::Stop)])
                .iter()
                .sum::<usize>(),
            150
        );
        assert!(
            lengths(vec![clause(150, Pause::Stop)])
                .iter()
                .all(|count| *count <= LONGEST)
        );
    }
}
