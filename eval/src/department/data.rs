//! Citizens' messages with the department that they were sent to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use assistant::work_orders::department::Department;
use serde::Deserialize;

use crate::data::lines;

/// Pairs of characters that two texts must share to be copies, as a share of the shorter one's.
const COPIED: f64 = 0.6;

/// Pairs that a text must have for its copies to be told.
const TELLING: usize = 6;

/// A pair that stands in more messages than this says nothing about copies among them.
const COMMON: usize = 150;

/// A message of the training set: cut into words, stop words removed.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) words: Vec<String>,
    pub(crate) department: Department,
}

#[derive(Deserialize)]
struct Tokenised {
    tokens: String,
    label: String,
}

#[derive(Deserialize)]
struct Raw {
    title: String,
    text: String,
    label: String,
}

/// The training set.
pub(crate) fn training(data: &Path) -> anyhow::Result<Vec<Message>> {
    let path = data.join("workorders/tipdm2020/tokenised_train.jsonl.gz");
    let messages: Vec<Tokenised> = lines(&path)?;
    let message = |message: Tokenised| {
        let words = message.tokens.split_whitespace().map(str::to_lowercase);
        Ok(Message {
            words: words.filter(|word| word.chars().all(char::is_alphanumeric)).collect(),
            department: named(&message.label)?,
        })
    };
    messages.into_iter().map(message).collect()
}

/// The dev set: whole texts, the title first.
pub(crate) fn held_out(data: &Path) -> anyhow::Result<Vec<(String, Department)>> {
    let messages: Vec<Raw> = lines(&data.join("workorders/tipdm2020/tipdm_cls_dev.jsonl"))?;
    let message = |message: Raw| {
        let text = format!("{}\n{}", message.title.trim(), message.text.trim());
        Ok((text, named(&message.label)?))
    };
    messages.into_iter().map(message).collect()
}

fn named(label: &str) -> anyhow::Result<Department> {
    Department::named(label).with_context(|| format!("no department is called {label:?}"))
}

/// The messages that are not copies, or nearly so, of a text that is held out.
///
/// Nearly every message of the dev set also stands in the training set, tokenised; left in, it
/// would be learned by heart.
pub(crate) fn without_copies(
    messages: Vec<Message>,
    held_out: &[(String, Department)],
) -> Vec<Message> {
    let mut texts_with: BTreeMap<(char, char), Vec<usize>> = BTreeMap::new();
    for (number, (text, _)) in held_out.iter().enumerate() {
        let text: Vec<char> = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        let pairs: BTreeSet<(char, char)> = text.windows(2).map(|two| (two[0], two[1])).collect();
        for pair in pairs {
            texts_with.entry(pair).or_default().push(number);
        }
    }
    let is_copy = |message: &Message| {
        let pairs = pairs(message);
        let mut shared = vec![0_usize; held_out.len()];
        for text in pairs.iter().filter_map(|pair| texts_with.get(pair)).flatten() {
            shared[*text] += 1;
        }
        let most = shared.into_iter().max().unwrap_or(0);
        pairs.len() >= TELLING && most as f64 >= COPIED * pairs.len() as f64
    };
    messages.into_iter().filter(|message| !is_copy(message)).collect()
}

/// Numbers that near copies among the messages have in common.
pub(super) fn families(messages: &[Message]) -> Vec<usize> {
    let mut messages_with: BTreeMap<(char, char), Vec<usize>> = BTreeMap::new();
    for (number, message) in messages.iter().enumerate() {
        for pair in pairs(message) {
            messages_with.entry(pair).or_default().push(number);
        }
    }
    messages_with.retain(|_, messages| messages.len() <= COMMON);
    let mut rare = vec![0_usize; messages.len()];
    let mut family: Vec<usize> = (0..messages.len()).collect();
    for number in messages_with.values().flatten() {
        rare[*number] += 1;
    }
    for (number, message) in messages.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        let pairs = pairs(message);
        for other in pairs.iter().filter_map(|pair| messages_with.get(pair)).flatten() {
            if *other < number {
                *shared.entry(*other).or_default() += 1;
            }
        }
        for (other, shared) in shared {
            let fewer = rare[number].min(rare[other]);
            if fewer >= TELLING && shared as f64 >= COPIED * fewer as f64 {
                let (old, new) = (family[number], family[other]);
                for member in &mut family[..=number] {
                    if *member == old {
                        *member = new;
                    }
                }
            }
        }
    }
    family
}

/// Neighbouring characters within a word.
fn pairs(message: &Message) -> BTreeSet<(char, char)> {
    let characters = message.words.iter().map(|word| word.chars().collect::<Vec<_>>());
    let pairs = characters.map(|word| word.windows(2).map(|two| (two[0], two[1])).collect::<Vec<_>>());
    pairs.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        Message {
            words: text.split(' ').map(str::to_owned).collect(),
            department: Department::Construction,
        }
    }

    #[test]
    fn copies_of_held_out_texts_are_left_out_and_copies_among_messages_found() {
        let messages = vec![
            message("小区 电梯 坏了 三天 物业 不管 业主 投诉 无门"),
            message("小区 停水 两天 没有人 通知 居民 生活 困难"),
            message("小区 停水 两天 没有人 通知 居民 生活 十分 困难"),
        ];
        let families = families(&messages);
        assert_eq!(families[1], families[2]);
        assert_ne!(families[0], families[1]);
        let text = "我们小区的电梯坏了三天，物业却不管，业主投诉无门！".to_owned();
        let left = without_copies(messages, &[(text, Department::Construction)]);
        assert_eq!(left.len(), 2);
    }
}
