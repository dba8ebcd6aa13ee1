//! How written text is read aloud, by a table of cases.

use dialects::reading::{Clause, read, spoken};
use proptest::prelude::*;

/// Text, as it is said, and the pinyin where that is what matters.
fn cases() -> impl Iterator<Item = (&'static str, &'static str, Option<&'static str>)> {
    include_str!("reading_cases.tsv")
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.next()?, columns.next()))
        })
}

fn pinyin(text: &str) -> String {
    let clauses: Vec<String> = read(text).iter().map(Clause::pinyin).collect();
    clauses.join(" ")
}

#[test]
fn every_case_of_the_table_is_read_as_people_read_it() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (text, said, expected) in cases() {
        count += 1;
        let text = &text.replace("\\n", "\n");
        let got = spoken(text);
        if got.text() != said {
            wrong.push(format!(
                "{text}\n  said     {}\n  expected {said}",
                got.text()
            ));
        }
        if let Some(expected) = expected
            && pinyin(text) != expected
        {
            wrong.push(format!(
                "{text}\n  read     {}\n  expected {expected}",
                pinyin(text)
            ));
        }
    }
    assert!(count >= 300, "{count} cases");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_is_said_can_be_marked_where_it_is_written() {
    let text = "拨打12345，3天内回复";
    let clauses = read(text);
    let number = clauses[0]
        .words
        .iter()
        .find(|word| text[word.range.clone()].contains('1'));
    assert_eq!(number.map(|word| &text[word.range.clone()]), Some("12345"));
    let day = clauses[1].syllables().nth(1).expect("天");
    assert_eq!(&text[day.range.clone()], "天");
}

proptest! {
    #[test]
    fn any_text_is_read_and_every_syllable_stands_in_it(text in "([0-9]{1,5}|[-~:/.,%〔〕()¥+]|[年月日元天号第一不儿个社区银行地得]|[a-zA-Z]|\\PC){0,24}") {
        for clause in read(&text) {
            for word in &clause.words {
                prop_assert!(!word.syllables.is_empty());
            }
            for syllable in clause.syllables() {
                prop_assert!(text.get(syllable.range.clone()).is_some());
                prop_assert!(syllable.tone <= 5);
            }
        }
    }

    #[test]
    fn no_digit_is_left_unsaid(text in "[0-9年月日元天:./%~-]{0,20}") {
        let said = spoken(&text);
        prop_assert!(!said.text().contains(|letter: char| letter.is_ascii_digit()), "{}", said.text());
        let digits = text.chars().filter(char::is_ascii_digit).count();
        prop_assert!(digits == 0 || !said.text().is_empty());
    }
}
