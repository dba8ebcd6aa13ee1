//! Documents as editors leave them.

use proptest::prelude::*;

use super::*;
use crate::PreparedAnswer;
use crate::document::{Limits, from_text};

const GUIDE: &str = "# 居住证办理\n\n## 要带什么材料\n\n身份证，还有一寸照片两张。\n\n\
    ## 去哪里办\n\n到居住地派出所，或者社区服务中心。\n\n## 要多少钱\n\n首次办不要钱，补办收工本费二十元。\n";

fn guide() -> ImportedDocument {
    let mut guide = from_text("", GUIDE, &Limits::default()).expect("it is text");
    assert_eq!(guide.passages.len(), 3);
    guide.answers = vec![PreparedAnswer {
        questions: vec!["办居住证多少钱".to_owned()],
        answer: guide.passages[2].text.clone(),
        passage: 2,
        ..PreparedAnswer::default()
    }];
    guide
}

fn kept(document: &ImportedDocument) -> Vec<RevisedPassage> {
    let passages = document.passages.iter();
    passages
        .map(|passage| RevisedPassage {
            from: Some(passage.ordinal),
            headings: passage.headings.clone(),
            locator: passage.locator.clone(),
            text: passage.text.clone(),
        })
        .collect()
}

#[test]
fn what_is_not_touched_comes_back_as_it_was() {
    let guide = guide();
    assert_eq!(revise(&guide, &kept(&guide)), Ok(guide));
}

#[test]
fn an_edit_keeps_what_stands_around_it() {
    let guide = guide();
    let mut wanted = kept(&guide);
    wanted[1].text = "到街道便民服务中心。".to_owned();
    let revised = revise(&guide, &wanted).expect("it is whole");
    let expected = guide
        .text
        .replace(&guide.passages[1].text, "到街道便民服务中心。");
    assert_eq!(revised.text, expected);
    assert_eq!(revised.passages[1].origin, guide.passages[1].origin);
    assert_eq!(revised.answers, guide.answers);
    assert_ne!(revised.source_sha256, guide.source_sha256);
}

#[test]
fn a_new_passage_has_its_headings_and_its_neighbours_origin() {
    let guide = guide();
    let mut wanted = kept(&guide);
    wanted.insert(
        1,
        RevisedPassage {
            headings: vec!["几天能拿到".to_owned()],
            text: " 十五个工作日内。\n".to_owned(),
            ..RevisedPassage::default()
        },
    );
    let revised = revise(&guide, &wanted).expect("it is whole");
    assert!(
        revised
            .text
            .contains("两张。\n几天能拿到\n十五个工作日内。\n"),
        "{}",
        revised.text
    );
    assert_eq!(revised.passages[1].locator, "几天能拿到");
    assert_eq!(revised.passages[1].origin, guide.passages[0].origin);
    assert_eq!(revised.answers[0].passage, 3);
}

#[test]
fn answers_follow_their_passage_or_go_with_it() {
    let guide = guide();
    let mut wanted = kept(&guide);
    wanted[2].text = "不要钱。".to_owned();
    let revised = revise(&guide, &wanted).expect("it is whole");
    assert_eq!(revised.answers[0].answer, "不要钱。");
    wanted.pop();
    let revised = revise(&guide, &wanted).expect("it is whole");
    assert!(revised.answers.is_empty());
    assert!(
        revised
            .warnings
            .iter()
            .any(|warning| warning.code == "answer_dropped")
    );
}

#[test]
fn what_cannot_be_published_is_refused_with_its_place() {
    let guide = guide();
    let refused = |change: &dyn Fn(&mut Vec<RevisedPassage>)| {
        let mut wanted = kept(&guide);
        change(&mut wanted);
        revise(&guide, &wanted).expect_err("it is not whole")
    };
    assert_eq!(refused(&|wanted| wanted.clear()), RevisionError::NoPassages);
    assert_eq!(
        refused(&|wanted| wanted[1].text = " \n".to_owned()),
        RevisionError::Empty { place: 2 }
    );
    let long = refused(&|wanted| wanted[0].text = "长".repeat(MOST_CHARACTERS + 1));
    assert!(matches!(long, RevisionError::TooLong { place: 1, .. }));
    let unknown = refused(&|wanted| wanted[2].from = Some(9));
    assert_eq!(unknown, RevisionError::UnknownPassage { place: 3 });
}

fn any_wish() -> impl Strategy<Value = RevisedPassage> {
    let from = proptest::option::of(0u32..3);
    let headings = proptest::collection::vec("[甲乙]{1,3}", 0..3);
    (from, headings, "[一二]{0,3}", "[丙丁戊\n ]{0,8}己").prop_map(
        |(from, headings, locator, text)| RevisedPassage {
            from,
            headings,
            locator,
            text,
        },
    )
}

proptest! {
    #[test]
    fn every_passage_is_its_stretch_of_the_text_in_the_wanted_order(
        changes in proptest::collection::vec((any_wish(), any::<bool>()), 1..8),
    ) {
        let guide = guide();
        let untouched = kept(&guide);
        let wanted: Vec<RevisedPassage> = changes
            .into_iter()
            .map(|(wish, keep)| match wish.from {
                Some(from) if keep => untouched[from as usize].clone(),
                _ => wish,
            })
            .collect();
        let revised = revise(&guide, &wanted).expect("nothing is empty or too long");
        prop_assert_eq!(revised.passages.len(), wanted.len());
        let mut end = 0;
        for (passage, wish) in revised.passages.iter().zip(&wanted) {
            prop_assert!(passage.span.start >= end);
            end = passage.span.end;
            prop_assert_eq!(&revised.text[passage.span.clone()], passage.text.as_str());
            prop_assert_eq!(passage.text.as_str(), wish.text.trim());
        }
        prop_assert!(revised.text.starts_with("居住证办理"));
        for answer in &revised.answers {
            prop_assert!((answer.passage as usize) < revised.passages.len());
        }
        let again = revise(&revised, &kept(&revised));
        prop_assert_eq!(again, Ok(revised));
    }
}
