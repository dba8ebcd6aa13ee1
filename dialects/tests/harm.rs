//! Standard text must come through as it is: laws, encyclopaedic questions and citizens' messages,
//! 10,000 sentences in all. Every change is listed, for a person to judge its meaning.
#![expect(clippy::print_stdout, reason = "the list is for a person to read")]

mod common;

use std::{fs::File, io::Read, path::Path, sync::Arc};

use dialects::{Change, Corrector, Heard, LanguageModel, Normalizer, Term, Variety, identify};
use flate2::read::GzDecoder;
use serde_json::Value;

/// Sentences of each of the three sorts.
const LAWS: usize = 4000;
const QUESTIONS: usize = 3000;
const MESSAGES: usize = 3000;

/// Sentences of 10,000 that may be changed in meaning, for each variety.
const CHANGED: usize = 9;

/// Changes that leave the meaning as it is: they are listed and counted, not held against anybody.
const SAME_MEANING: &[(&str, &str)] = &[
    ("啥", "什么"),
    ("有啥", "有什么"),
    ("为啥", "为什么"),
    ("怎", "怎么"),
    ("咋", "怎么"),
    ("晓得", "知道"),
    ("讲", "说"),
    ("讲讲", "说说"),
    ("丢", "扔"),
    ("好", "很"),
    ("呀", "啊"),
    ("未", "没"),
    ("未曾", "没有"),
    ("夜晚", "晚上"),
    ("今日", "今天"),
    ("日日", "天天"),
    ("礼拜", "星期"),
    ("现如今", "现在"),
    ("上哪", "去哪里"),
    ("巴士", "公交车"),
    ("单车", "自行车"),
    ("幼稚园", "幼儿园"),
    ("搬屋", "搬家"),
    ("做工", "干活"),
    ("提款机", "取款机"),
    ("电摩", "电动摩托车"),
    ("想问下", "想问一下"),
    ("底保", "低保"),
    ("我要反应", "我要反映"),
    ("乱丢", "乱扔"),
    ("寻思", "想"),
    ("往后", "以后"),
];

/// Sentences of 10,000 in which a recogniser's output may be corrected although it was right; names
/// of people and places are what it cannot know.
const CORRECTED: usize = 50;

/// What a community has: its language model and its terms.
fn community(shared: &Path) -> (Arc<LanguageModel>, Vec<Term>) {
    let mut terms = common::terms();
    let services = std::fs::read_to_string(shared.join("workorders/hunan_service_items.txt"))
        .expect("the names of services are readable");
    terms.extend(services.lines().map(Term::from));
    println!("{} terms", terms.len());
    (Arc::new(LanguageModel::train(common::guides())), terms)
}

#[test]
fn standard_text_comes_through() {
    let Some(shared) = common::shared() else {
        return;
    };
    let sentences = sentences(&shared);
    assert_eq!(sentences.len(), LAWS + QUESTIONS + MESSAGES);
    let (model, terms) = community(&shared);
    let mut over = Vec::new();
    for variety in [None].into_iter().chain(Variety::ALL.map(Some)) {
        let rewriter = Normalizer::new(variety, &[], Arc::clone(&model));
        let corrector = Corrector::new(terms.iter().cloned(), variety, &[], Arc::clone(&model));
        let (mut changed, mut reworded) = (0, 0);
        let name = variety.map_or("standard", Variety::id);
        for sentence in &sentences {
            let corrected = corrector.correct(&Heard::typed(sentence.as_str()));
            let mut all_changes = corrected.changes;
            all_changes.extend(rewriter.normalize(sentence).changes);
            if all_changes.is_empty() {
                continue;
            }
            let same = |change: &Change| {
                SAME_MEANING.contains(&(change.form.as_str(), change.gloss.as_str()))
            };
            if all_changes.iter().all(same) {
                reworded += 1;
                list(name, "reworded", sentence, &all_changes);
            } else {
                changed += 1;
                list(name, "changed", sentence, &all_changes);
            }
        }
        let all = sentences.len();
        println!("{name}: {changed} of {all} changed, {reworded} reworded with the same meaning");
        if changed > CHANGED {
            over.push(name);
        }
    }
    assert!(
        over.is_empty(),
        "too much is changed for {over:?}, see the list"
    );
}

#[test]
fn standard_text_is_taken_for_standard() {
    let Some(shared) = common::shared() else {
        return;
    };
    let sentences = sentences(&shared);
    let mut mistaken = 0;
    for sentence in &sentences {
        let identified = identify(sentence);
        if let Some(variety) = identified.variety {
            mistaken += 1;
            println!("{variety} {:.2} {sentence}", identified.confidence);
        }
    }
    println!("{mistaken} of {} taken for dialect", sentences.len());
    assert!(mistaken <= CHANGED, "see the list");
}

#[test]
fn what_was_heard_right_mostly_stays() {
    let Some(shared) = common::shared() else {
        return;
    };
    let sentences = sentences(&shared);
    let (model, terms) = community(&shared);
    let corrector = Corrector::new(terms, None, &[], model);
    let mut corrected = 0;
    for sentence in &sentences {
        let changes = corrector.correct(&Heard::spoken(sentence.as_str())).changes;
        if !changes.is_empty() {
            corrected += 1;
            list("spoken", "corrected", sentence, &changes);
        }
    }
    println!("spoken: {corrected} of {} corrected", sentences.len());
    assert!(corrected < CORRECTED, "see the list");
}

fn list(variety: &str, what: &str, sentence: &str, changes: &[Change]) {
    let changes: Vec<String> = changes
        .iter()
        .map(|change| format!("{}->{} {:.2}", change.form, change.gloss, change.certainty))
        .collect();
    println!("{variety} {what} [{}] {sentence}", changes.join(", "));
}

fn sentences(shared: &Path) -> Vec<String> {
    let mut sentences = Vec::new();
    for folder in ["national_laws", "admin_regs"] {
        for text in common::markdown(&shared.join("kb").join(folder)) {
            // Front matter first, then the articles.
            let body = text.splitn(3, "---").nth(2).unwrap_or("").to_owned();
            sentences.extend(split(&body).step_by(3));
        }
    }
    sentences.truncate(LAWS);
    let questions = std::fs::read_to_string(shared.join("qa/cmrc2018/dev_questions.jsonl"))
        .expect("the questions are readable");
    sentences.extend(
        questions
            .lines()
            .map(|line| field(line, "question"))
            .take(QUESTIONS),
    );
    let mut messages = String::new();
    GzDecoder::new(
        File::open(shared.join("workorders/tipdm2020/messages_unlabelled.jsonl.gz"))
            .expect("the messages are there"),
    )
    .read_to_string(&mut messages)
    .expect("the messages are readable");
    sentences.extend(
        messages
            .lines()
            .flat_map(|line| split(&field(line, "text")).collect::<Vec<_>>())
            .take(MESSAGES),
    );
    sentences
}

fn field(line: &str, name: &str) -> String {
    let value: Value = serde_json::from_str(line).expect("a line of JSON");
    value[name].as_str().unwrap_or_default().to_owned()
}

/// Sentences of at least six characters.
fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_inclusive(['。', '！', '？', '\n'])
        .map(str::trim)
        .filter(|sentence| sentence.chars().count() >= 6)
        .map(str::to_owned)
}
