//! Answers follow their passages.

use super::RevisedPassage;
use crate::{ImportedDocument, PreparedAnswer, Warning};

/// Gives the revised document the answers of the old one whose passages are still there.
pub(super) fn carry_over(
    document: &ImportedDocument,
    wanted: &[RevisedPassage],
    revised: &mut ImportedDocument,
) {
    for answer in &document.answers {
        let question = answer.questions.first().map_or("", String::as_str);
        let made_from = |wish: &RevisedPassage| wish.from == Some(answer.passage);
        let mut places = (0..)
            .zip(wanted)
            .filter(|(_, wish)| made_from(wish))
            .map(|(place, _): (u32, _)| place);
        let holding = places.clone().find(|place| {
            revised.passages[*place as usize]
                .text
                .contains(&answer.answer)
        });
        let Some(passage) = holding.or_else(|| places.next()) else {
            warn(
                revised,
                "answer_dropped",
                format!(
                    "“{question}”的标准答案写在删掉的那一段里，也一起去掉了。还要用的话，请重新写一条。"
                ),
            );
            continue;
        };
        let before = document.passages.get(answer.passage as usize);
        let before = before.map_or("", |passage| passage.text.as_str());
        let after = &revised.passages[passage as usize].text;
        let mut carried = PreparedAnswer {
            passage,
            ..answer.clone()
        };
        if answer.answer == before {
            carried.answer.clone_from(after);
        } else if before.contains(&answer.answer) && !after.contains(&answer.answer) {
            warn(
                revised,
                "answer_differs",
                format!("“{question}”的标准答案和改过的正文不一样了。请看一看，要不要一起改。"),
            );
        }
        revised.answers.push(carried);
    }
}

fn warn(revised: &mut ImportedDocument, code: &str, message: String) {
    let warning = Warning::new(code, message);
    if !revised.warnings.contains(&warning) {
        revised.warnings.push(warning);
    }
}
