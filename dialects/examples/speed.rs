//! How long it takes to understand an utterance of 30 characters with 20,000 lexicon entries and
//! 5,000 terms: `cargo run -p dialects --example speed`. The development profile optimises this
//! crate and its dependencies fully.
#![expect(clippy::print_stdout, reason = "it is the output")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use dialects::{Corrector, Entry, Heard, LanguageModel, Normalizer, Term, Variety, phonology};

const ENTRIES: usize = 20_000;
const TERMS: usize = 5_000;
const ROUNDS: usize = 400;

/// Thirty characters each, as a recogniser writes them.
const UTTERANCES: [&str; 4] = [
    "我想问一下克社区办居住正咋个整要带哪样材料给要交钱给能代办嘛",
    "你家好高零今天哪点领我家老倌今年八十二咯要身请哪样证明才办得成",
    "我家楼道头堆满烂东西过都过不得物业也不有人管我要找哪个反映才好",
    "居住证到期了需要带什么材料去社区服务中心办理续签手续可以代办吗",
];

/// Characters that made-up terms and words are put together from.
const CHARACTERS: &str = "居住证明老年人优待社会保障医疗险户口迁移身份残疾低生活费补贴登记申请办理\
    养金公租房物业维修资电梯加装道路照明停车位学区入园疫苗接种结婚离收养残就创业贷款税务工商";

fn main() {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let mut seed = 20_251_122_u64;
    let mut made_up = |length: usize| -> String {
        (0..length)
            .map(|_| {
                // A linear congruence (Knuth's MMIX) is random enough for words.
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                characters[(seed >> 33) as usize % characters.len()]
            })
            .collect()
    };
    let mut terms: Vec<Term> = ["居住证", "高龄津贴", "申请", "办理", "代办", "材料"]
        .map(Term::from)
        .to_vec();
    while terms.len() < TERMS {
        terms.push(Term::from(made_up(2 + terms.len() % 5)));
    }
    let added: Vec<Entry> = (0..ENTRIES)
        .map(|index| Entry::new(format!("咯{}", made_up(1 + index % 3)), made_up(2)))
        .collect();
    let texts: Vec<String> = (0..3000).map(|index| made_up(20 + index % 60)).collect();
    let bytes: usize = texts.iter().map(String::len).sum();

    let started = Instant::now();
    let model = Arc::new(LanguageModel::train(&texts));
    println!(
        "language model of {} kB trained in {:?}",
        bytes / 1000,
        started.elapsed()
    );
    let started = Instant::now();
    let normalizer = Normalizer::new(Some(Variety::Kunming), &added, Arc::clone(&model));
    println!(
        "normaliser with {ENTRIES} added entries made in {:?}",
        started.elapsed()
    );
    let started = Instant::now();
    let corrector = Corrector::new(terms, Some(Variety::Kunming), &added, model);
    println!(
        "corrector with {TERMS} terms made in {:?}",
        started.elapsed()
    );

    // The first call reads the dictionaries.
    for utterance in UTTERANCES {
        black_box(normalizer.normalize(utterance));
    }
    let mut slowest = Duration::ZERO;
    let (mut correcting, mut normalizing, mut folding) =
        (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for round in 0..ROUNDS {
        let utterance = UTTERANCES[round % UTTERANCES.len()];
        let started = Instant::now();
        let corrected = corrector.correct(&Heard::spoken(utterance));
        let after = started.elapsed();
        let understood = normalizer.normalize(corrected.text.text());
        let both = started.elapsed();
        let started = Instant::now();
        black_box(phonology::fold_broad(understood.text.text()).count());
        folding += started.elapsed();
        correcting += after;
        normalizing += both.saturating_sub(after);
        slowest = slowest.max(both);
    }
    let mean = |sum: Duration| sum / ROUNDS as u32;
    println!(
        "an utterance of 30 characters: correct {:?}, normalise {:?}, together {:?} (slowest {slowest:?}); fold {:?}",
        mean(correcting),
        mean(normalizing),
        mean(correcting + normalizing),
        mean(folding),
    );
}
