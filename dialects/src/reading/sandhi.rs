//! What neighbours make of tones: 一, 不, third tones, and the 儿 that only colours a syllable.

use super::readings::Reading;

/// A character of a clause with its reading and the word it stands in.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) character: char,
    pub(super) reading: Reading,
    /// Number of its word within the clause.
    pub(super) word: usize,
}

/// Digits and what stands within numbers: 一 keeps its tone beside them.
const NUMERALS: &str = "一二三四五六七八九零〇幺";

/// Changes the tones of 一 and 不 by what follows.
///
/// 一 is said in its own tone in numbers, dates and orders and at the end; before a fourth tone in
/// the second, else in the fourth. 不 is second before a fourth tone.
pub(super) fn change_one_and_not(clause: &mut [Read]) {
    for at in 0..clause.len() {
        let before = at.checked_sub(1).map(|index| clause[index].character);
        let next = clause.get(at + 1);
        let after = next.map(|next| next.character);
        let doubled = before.is_some() && before == after;
        let next_tone = next.map(|next| next.reading.tone);
        let reading = &clause[at].reading;
        if reading.fixed {
            continue;
        }
        let changed = match (clause[at].character, reading.tone) {
            ('一', 1) => {
                let in_number = before.is_some_and(|before| {
                    NUMERALS.contains(before) || "十百千万亿点第初".contains(before)
                }) || after.is_some_and(|after| {
                    NUMERALS.contains(after) || "月日号楼级室栋".contains(after)
                }) || after == Some('点')
                    && clause
                        .get(at + 2)
                        .is_some_and(|next| NUMERALS.contains(next.character));
                match next_tone {
                    _ if doubled => Some(5),
                    _ if in_number => None,
                    Some(4 | 5) => Some(2),
                    Some(_) => Some(4),
                    None => None,
                }
            }
            ('不', 4) => match next_tone {
                _ if doubled => Some(5),
                Some(4) => Some(2),
                _ => None,
            },
            _ => None,
        };
        if let Some(tone) = changed {
            clause[at].reading.tone = tone;
        }
    }
}

/// Changes third tones before third tones: within a word all but the last become second; between
/// words where one of the two is a single syllable.
pub(super) fn change_third_tones(clause: &mut [Read]) {
    let length = |word: usize| clause.iter().filter(|read| read.word == word).count();
    let lengths: Vec<usize> = clause.iter().map(|read| length(read.word)).collect();
    let tones: Vec<u8> = clause.iter().map(|read| read.reading.tone).collect();
    for at in (0..clause.len().saturating_sub(1)).rev() {
        let same_word = clause[at].word == clause[at + 1].word;
        if tones[at] != 3 || tones[at + 1] != 3 {
            continue;
        }
        // Between words it counts how the next one is said by now.
        let joined = same_word
            || (lengths[at] == 1 || lengths[at + 1] == 1) && clause[at + 1].reading.tone == 3;
        if joined {
            clause[at].reading.tone = 2;
        }
    }
}

/// Characters before which 儿 is a syllable of its own: 儿童.
const CHILD_OF: &str = "童子科媳孙女歌时戏";
/// Characters behind which 儿 is a syllable of its own: 女儿.
const OWN_CHILD: &str = "女婴幼孤少胎育托患健男生弃病孩侄";

/// Whether the 儿 at this place only colours the syllable before: 一会儿, 这儿.
pub(super) fn only_colours(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|index| letters.get(index));
    let after = letters.get(at + 1);
    letters[at] == '儿'
        && before
            .is_some_and(|before| !OWN_CHILD.contains(*before) && super::readings::is_read(*before))
        && after.is_none_or(|after| !CHILD_OF.contains(*after))
}
