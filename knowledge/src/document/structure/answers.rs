//! Questions with approved answers that a guide brings with it.

use super::edition_text::EditionText;
use super::outline::{Kind, Section};
use crate::{Passage, PreparedAnswer};

/// The section that answers the questions of the front matter.
const SHORT_ANSWER: &str = "简要回答";
/// The section whose own headings are questions.
const COMMON_QUESTIONS: &str = "常见问题";

/// The prepared answers of a guide; `questions` are those of its front matter.
///
/// Only what is marked as such is an answer to be said word for word: 简要回答 where the front
/// matter has questions, and the headings under 常见问题, several ways of asking split by ｜.
pub(crate) fn prepared(
    edition: &EditionText,
    sections: &[Section],
    passages: &[Passage],
    questions: &[String],
) -> Vec<PreparedAnswer> {
    let has_short_answer = sections.iter().any(|section| {
        let heading = section.headings.last();
        section.kind == Kind::Text && heading.is_some_and(|heading| heading == SHORT_ANSWER)
    });
    if questions.is_empty() || !has_short_answer {
        return Vec::new();
    }
    sections
        .iter()
        .filter(|section| section.kind == Kind::Text)
        .filter_map(|section| {
            let questions = match &section.headings[..] {
                [.., heading] if heading == SHORT_ANSWER => questions.to_vec(),
                [.., above, question] if above == COMMON_QUESTIONS => ways_of_asking(question),
                _ => return None,
            };
            let span = edition.span(section.lines.clone());
            let holds =
                |passage: &&Passage| passage.span.start < span.end && span.start < passage.span.end;
            let passage = passages.iter().find(holds)?.ordinal;
            let answer = edition.as_str()[span].trim().to_owned();
            (!questions.is_empty() && !answer.is_empty()).then_some(PreparedAnswer {
                questions,
                answer,
                passage,
                ..PreparedAnswer::default()
            })
        })
        .collect()
}

/// 办居住证要多少钱？｜居住证收费吗 as two questions.
fn ways_of_asking(heading: &str) -> Vec<String> {
    heading
        .split(['｜', '|'])
        .map(str::trim)
        .filter(|question| !question.is_empty())
        .map(str::to_owned)
        .collect()
}
