//! Which passages of two stretches belong together.

use super::text::Pairs;
use crate::Passage;

/// Share of common pairs of characters from which on two passages are one that was changed.
const CHANGED: f32 = 0.5;
/// The same for two passages of one place.
const CHANGED_IN_PLACE: f32 = 0.2;
/// How much one place counts beside common words.
const PLACE: f32 = 0.3;
/// Most pairs of passages that are compared; beyond, only those of one place belong together.
const MOST_COMPARED: usize = 250_000;
/// Most pairs of passages that are put side by side at all.
const MOST_ALIGNED: usize = 4_000_000;

type Pair<'a> = (Option<&'a Passage>, Option<&'a Passage>);

/// The passages of both stretches in the order of both, those that belong together in one pair
/// (Needleman and Wunsch 1970, gaps for nothing).
pub(super) fn align<'a>(before: &'a [Passage], after: &'a [Passage]) -> Vec<Pair<'a>> {
    if before.len().saturating_mul(after.len()) > MOST_ALIGNED {
        let removed = before.iter().map(|passage| (Some(passage), None));
        return removed
            .chain(after.iter().map(|passage| (None, Some(passage))))
            .collect();
    }
    let scores = scores(before, after);
    let columns = after.len() + 1;
    let at = |row: usize, column: usize| row * columns + column;
    // The best sum for what stands behind each pair of places.
    let mut best = vec![0f32; (before.len() + 1) * columns];
    for row in (0..before.len()).rev() {
        for column in (0..after.len()).rev() {
            let score = scores[row * after.len() + column];
            let together = if score > 0.0 {
                score + best[at(row + 1, column + 1)]
            } else {
                0.0
            };
            best[at(row, column)] = together
                .max(best[at(row + 1, column)])
                .max(best[at(row, column + 1)]);
        }
    }
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    let (mut row, mut column) = (0, 0);
    while row < before.len() && column < after.len() {
        let whole = best[at(row, column)];
        // The same sum of the same numbers: equality is exact here.
        if best[at(row + 1, column)].total_cmp(&whole).is_eq() {
            pairs.push((Some(&before[row]), None));
            row += 1;
        } else if best[at(row, column + 1)].total_cmp(&whole).is_eq() {
            pairs.push((None, Some(&after[column])));
            column += 1;
        } else {
            pairs.push((Some(&before[row]), Some(&after[column])));
            row += 1;
            column += 1;
        }
    }
    pairs.extend(before[row..].iter().map(|passage| (Some(passage), None)));
    pairs.extend(after[column..].iter().map(|passage| (None, Some(passage))));
    pairs
}

/// How well each passage before fits each after, row by row; 0 where they are two.
fn scores(before: &[Passage], after: &[Passage]) -> Vec<f32> {
    let few = before.len().saturating_mul(after.len()) <= MOST_COMPARED;
    let pairs = |passages: &[Passage]| -> Vec<Pairs> {
        passages
            .iter()
            .map(|passage| Pairs::of(&passage.text))
            .collect()
    };
    let (old, new) = (pairs(before), pairs(after));
    let mut scores = Vec::with_capacity(before.len() * after.len());
    for (one, one_pairs) in before.iter().zip(&old) {
        for (other, other_pairs) in after.iter().zip(&new) {
            let in_place = one.locator == other.locator && one.headings == other.headings;
            let likeness = if few || in_place {
                one_pairs.likeness(other_pairs)
            } else {
                0.0
            };
            scores.push(if likeness >= CHANGED {
                likeness + if in_place { PLACE } else { 0.0 }
            } else if in_place && likeness >= CHANGED_IN_PLACE {
                likeness + PLACE
            } else {
                0.0
            });
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::difference::{Fate, passages};
    use crate::{Origin, Passage};

    fn passage(locator: &str, text: &str) -> Passage {
        Passage {
            ordinal: 0,
            headings: Vec::new(),
            locator: locator.to_owned(),
            text: text.to_owned(),
            span: 0..text.len(),
            origin: Origin::Page(1),
        }
    }

    #[test]
    fn an_inserted_article_does_not_shift_those_behind_it() {
        let before = [
            passage("第一条", "为了加强养犬管理，制定本办法。"),
            passage("第二条", "养犬人应当每年到公安机关办理养犬登记。"),
            passage("第三条", "违反规定的，处五百元罚款。"),
        ];
        let after = [
            passage("第一条", "为了加强养犬管理，制定本办法。"),
            passage("第二条", "本市行政区域内的养犬活动适用本办法。"),
            passage("第三条", "养犬人应当每两年到公安机关办理养犬登记。"),
            passage("第四条", "违反规定的，处一千元罚款。"),
        ];
        let fates: Vec<Fate> = passages(&before, &after)
            .iter()
            .map(|one| one.kind)
            .collect();
        assert_eq!(
            fates,
            [Fate::Same, Fate::Added, Fate::Changed, Fate::Changed]
        );
    }

    fn any_passages() -> impl Strategy<Value = Vec<Passage>> {
        let one = ("[一二三]", "[甲乙丙丁]{1,6}");
        proptest::collection::vec(one.prop_map(|(place, text)| passage(&place, &text)), 0..8)
    }

    proptest! {
        #[test]
        fn every_passage_stands_there_once_and_in_order(
            before in any_passages(),
            after in any_passages(),
        ) {
            let differences = passages(&before, &after);
            let old: Vec<&Passage> = differences.iter().filter_map(|one| one.before).collect();
            let new: Vec<&Passage> = differences.iter().filter_map(|one| one.after).collect();
            prop_assert_eq!(old, before.iter().collect::<Vec<_>>());
            prop_assert_eq!(new, after.iter().collect::<Vec<_>>());
            if before == after {
                prop_assert!(differences.iter().all(|one| one.kind == Fate::Same));
            }
        }
    }
}
