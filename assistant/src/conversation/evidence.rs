//! From what the index found to what a resident and the writer see.

use std::collections::{BTreeMap, HashSet};

use super::wording;
use crate::store::Community;

/// Longest quote shown with a source, in characters.
pub(crate) const QUOTE: usize = 160;

/// Longest stretch of one passage that the writer reads, in characters.
pub(crate) const READ: usize = 120;

/// What is local to a resident: the fields of the community and, where it is silent, of its ancestors.
#[derive(Clone, Debug, Default)]
pub(crate) struct LocalFields(BTreeMap<String, String>);

impl LocalFields {
    /// Reads the fields along the line from a community to the root.
    pub(crate) fn of(lineage: &[Community]) -> Self {
        let mut fields = BTreeMap::new();
        for community in lineage {
            for (name, value) in &community.fields {
                if !value.trim().is_empty() {
                    fields.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        Self(fields)
    }

    /// What the nearest place filled in.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `text` with every `{{名称}}` replaced by what the community filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            if let Some((name, after)) = after.split_once("}}") {
                let name = name.trim();
                match self.0.get(name) {
                    Some(value) => filled.push_str(value),
                    None => filled.push_str(&wording::missing_field(name)),
                }
                rest = after;
            } else {
                filled.push_str("{{");
                rest = after;
            }
        }
        filled.push_str(rest);
        filled
    }
}

/// The stretch of whole sentences of `passage`, at most `limit` characters, that shares most with
/// `question`; a whole passage that fits is returned as it is.
pub(crate) fn telling_part<'a>(passage: &'a str, question: &str, limit: usize) -> &'a str {
    if passage.chars().count() <= limit {
        return passage.trim();
    }
    let asked = bigrams(question);
    let sentences = sentence_spans(passage);
    // Where nothing is shared, the passage speaks from its beginning.
    let mut best = (0_usize, 0..passage.len());
    for start in 0..sentences.len() {
        let mut shared: HashSet<[char; 2]> = HashSet::new();
        let mut length = 0;
        for end in start..sentences.len() {
            let sentence = &passage[sentences[end].clone()];
            length += sentence.chars().count();
            if length > limit && end > start {
                break;
            }
            shared.extend(bigrams(sentence).intersection(&asked));
            // More shared words win; among equals the shorter stretch, then the earlier one.
            let score = shared.len() * 1000 + (1000 - length.min(1000));
            if score > best.0 {
                best = (score, sentences[start].start..sentences[end].end);
            }
        }
    }
    let part = passage[best.1].trim();
    match part.char_indices().nth(limit) {
        Some((cut, _)) => &part[..cut],
        None => part,
    }
}

/// Whether two neighbouring characters of `text` stand in `other` too.
pub(crate) fn shares_words(text: &str, other: &str) -> bool {
    !bigrams(text).is_disjoint(&bigrams(other))
}

fn bigrams(text: &str) -> HashSet<[char; 2]> {
    let characters: Vec<char> = text
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect();
    characters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

pub(super) fn sentence_spans(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for (at, character) in text.char_indices() {
        if matches!(character, '。' | '；' | '！' | '？' | '\n') {
            let end = at + character.len_utf8();
            spans.push(start..end);
            start = end;
        }
    }
    if start < text.len() {
        spans.push(start..text.len());
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_facts_are_filled_in_or_said_to_be_missing() {
        let community = Community {
            id: "demo".into(),
            parent_id: None,
            kind: "社区".into(),
            name: "示范社区".into(),
            greeting: None,
            fields: [("派出所地址".to_owned(), "幸福路1号".to_owned())].into(),
            allowed_origins: Vec::new(),
            variety: None,
            path: "demo/".into(),
            working_hours: None,
            phone: None,
        };
        let fields = LocalFields::of(&[community]);
        assert_eq!(fields.fill("到{{派出所地址}}办。"), "到幸福路1号办。");
        let missing = fields.fill("打{{派出所电话}}问。");
        assert!(missing.contains("派出所电话请问工作人员") && !missing.contains('{'), "{missing}");
        assert_eq!(fields.fill("{{没写完"), "{{没写完");
    }

    #[test]
    fn the_part_that_answers_is_chosen_and_stays_whole() {
        let passage = format!(
            "{}办理居住证不收工本费，补领的收取工本费。{}",
            "申请人应当如实提供材料。".repeat(10),
            "公安机关应当及时办理。".repeat(10)
        );
        let part = telling_part(&passage, "居住证收费吗，要工本费吗", 60);
        assert!(part.contains("不收工本费"), "{part}");
        assert!(part.chars().count() <= 60 && passage.contains(part));
        assert_eq!(telling_part("短。", "问", 60), "短。");
    }
}
