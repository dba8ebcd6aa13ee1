//! From a text as it is written to what a voice is given: `dialects` reads it, `models` says it, and
//! whoever joins the two passes the one's clauses on as the other's.

use dialects::reading;
use models::speak::{Clause, Pause, Syllable, Word};

/// A clause as a voice takes it; the ranges of its syllables are those of the text that was read.
pub(crate) fn clause(clause: reading::Clause) -> Clause {
    let words = clause.words.into_iter().map(|word| Word {
        syllables: word.syllables.into_iter().map(syllable).collect(),
    });
    Clause {
        words: words.collect(),
        text: clause.text,
        pause: pause(clause.pause),
    }
}

fn syllable(syllable: reading::Syllable) -> Syllable {
    Syllable {
        pinyin: syllable.pinyin,
        tone: syllable.tone,
        rhotic: syllable.rhotic,
        range: syllable.range,
    }
}

fn pause(pause: reading::Pause) -> Pause {
    match pause {
        reading::Pause::None => Pause::None,
        reading::Pause::Listed => Pause::Listed,
        reading::Pause::Comma => Pause::Comma,
        reading::Pause::Semicolon => Pause::Semicolon,
        reading::Pause::Stop => Pause::Stop,
        reading::Pause::Exclamation => Pause::Exclamation,
        reading::Pause::Question => Pause::Question,
    }
}
