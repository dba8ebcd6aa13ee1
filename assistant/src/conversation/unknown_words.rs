//! Words that residents keep saying and that nothing here knows: candidates for the community's
//! own lexicon.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::privacy::mask_text;

/// Conversations in which a word must have come up.
const RECURRING: usize = 2;

/// Lengths of candidates, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=4;

/// Examples shown of each word.
const EXAMPLES: usize = 3;

/// Characters that join words and are hardly ever part of an unknown one.
const JOINTS: &str = "的了着过是在有和与我你他她它们这那哪个一不没就也都要去来说吗呢吧啊呀嘛把被给很太再又还谁几多少上下里外";

/// A word that came up again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownWord {
    /// The word.
    pub form: String,
    /// In how many conversations.
    pub conversations: usize,
    /// What residents said, with personal numbers hidden.
    pub examples: Vec<String>,
}

/// Something said: the conversation, the words as said, and the same in standard Mandarin, where
/// known dialect words are rewritten already.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// The conversation.
    pub(super) conversation_id: String,
    /// As said.
    pub(super) text: String,
    /// As understood.
    pub(super) standard: String,
}

/// The words that recur and that neither the dictionary nor `is_known` knows, most frequent first.
pub(super) fn recurring(said: &[Said], is_known: impl Fn(&str) -> bool) -> Vec<UnknownWord> {
    let mut found: BTreeMap<String, BTreeMap<&str, &str>> = BTreeMap::new();
    for one in said {
        for stretch in stretches(&one.standard) {
            for candidate in candidates(&stretch) {
                found
                    .entry(candidate)
                    .or_default()
                    .entry(&one.conversation_id)
                    .or_insert(&one.text);
            }
        }
    }
    found.retain(|_, conversations| conversations.len() >= RECURRING);
    let counts: BTreeMap<String, usize> = found
        .iter()
        .map(|(form, conversations)| (form.clone(), conversations.len()))
        .collect();
    let part_of_longer = |form: &str, count: usize| {
        counts
            .iter()
            .any(|(longer, longer_count)| longer.len() > form.len() && longer.contains(form) && *longer_count == count)
    };
    let mut words: Vec<UnknownWord> = found
        .into_iter()
        .filter(|(form, conversations)| !part_of_longer(form, conversations.len()) && !is_known(form))
        .map(|(form, conversations)| UnknownWord {
            form,
            conversations: conversations.len(),
            examples: conversations.values().take(EXAMPLES).map(|text| mask_text(text)).collect(),
        })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.conversations));
    words
}

/// Stretches of characters that are no words of the dictionary.
fn stretches(text: &str) -> BTreeSet<String> {
    let mut stretches = BTreeSet::new();
    let mut open = String::new();
    for word in knowledge::words(text).into_iter().chain([String::from("。")]) {
        let single = word.chars().count() == 1;
        // What the cutter joined on a guess is no word either.
        let unknown = word.chars().all(is_han) && if single { !JOINTS.contains(&word) } else { !knowledge::is_word(&word) };
        if unknown {
            open.push_str(&word);
            continue;
        }
        if open.chars().count() >= *LENGTHS.start() {
            stretches.insert(std::mem::take(&mut open));
        }
        open.clear();
    }
    stretches
}

fn candidates(stretch: &str) -> BTreeSet<String> {
    let characters: Vec<char> = stretch.chars().collect();
    LENGTHS
        .flat_map(|length| characters.windows(length).map(|window| window.iter().collect()))
        .collect()
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(conversation_id: &str, text: &str) -> Said {
        Said {
            conversation_id: conversation_id.to_owned(),
            text: text.to_owned(),
            standard: text.to_owned(),
        }
    }

    #[test]
    fn what_residents_keep_saying_is_listed_once_with_examples() {
        let heard = [
            said("a", "我家的嘎撒坏了，电话13812345678"),
            said("b", "嘎撒怎么修"),
            said("b", "嘎撒修好没有"),
            said("c", "居住证怎么办理"),
            said("d", "居住证在哪里办理"),
        ];
        let words = recurring(&heard, |_| false);
        let forms: Vec<(&str, usize)> = words.iter().map(|word| (word.form.as_str(), word.conversations)).collect();
        assert_eq!(forms, [("嘎撒", 2)]);
        assert!(words[0].examples[0].contains("138******78"), "{:?}", words[0].examples);
        assert!(recurring(&heard, |form| form == "嘎撒").is_empty());
    }
}
