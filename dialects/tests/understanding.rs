//! What people say and what a recogniser makes of it, beside what they mean.

mod common;

use std::sync::{Arc, LazyLock};

use dialects::{
    Corrector, Entry, Heard, LanguageModel, Mapped, Normalizer, Variety, identify, script,
};

static MODEL: LazyLock<Arc<LanguageModel>> =
    LazyLock::new(|| Arc::new(LanguageModel::train(common::guides())));

/// As an utterance goes: simplified, put right, normalised.
fn utterance(variety: Option<Variety>, text: &str) -> String {
    let corrector = Corrector::new(common::terms(), variety, &[], Arc::clone(&MODEL));
    let normalizer = Normalizer::new(variety, &[], Arc::clone(&MODEL));
    let mapped = Mapped::unchanged(text)
        .then(script::to_simplified)
        .then(|text| corrector.correct(&Heard::spoken(text)).text)
        .then(|text| normalizer.normalize(text).text);
    mapped.into_text()
}

#[test]
fn dialect_becomes_standard() {
    for (variety, said, meant) in [
        (
            Variety::Kunming,
            "克社区办居住证咋个整，要带哪样？",
            "去社区办居住证怎么办，要带什么？",
        ),
        (Variety::Kunming, "高零今天哪点领", "高龄津贴哪里领"),
        (Variety::Kunming, "居住正给要钱", "居住证要不要钱"),
        (Variety::Kunming, "身份证打失了咋个办", "身份证弄丢了怎么办"),
        (Variety::Kunming, "医保卡给办得成", "医保卡能不能办"),
        (Variety::Kunming, "我不消克派出所咯", "我不用去派出所了"),
        (
            Variety::Kunming,
            "医保停掉两个月咯，给还补得回来？",
            "医保停掉两个月了，还能不能补回来？",
        ),
        (
            Variety::Chengdu,
            "居住证咋个办，要带啥子？",
            "居住证怎么办，要带什么？",
        ),
        (Variety::Chengdu, "他晓不晓得这个事", "他知不知道这个事"),
        (Variety::Hefei, "俺家低保可要交钱？", "我家低保要不要交钱？"),
        (
            Variety::Luxi,
            "俺去办社保卡中不中？",
            "我去办社保卡行不行？",
        ),
        (
            Variety::Guangzhou,
            "居住證要帶乜嘢去邊度辦？",
            "居住证要带什么去哪里办？",
        ),
        (Variety::Guangzhou, "医保補唔補得返？", "医保能不能补回？"),
        (
            Variety::Shanghai,
            "阿拉居住证哪能办？",
            "我们居住证怎么办？",
        ),
        (Variety::Suzhou, "补居住证阿要铜钿", "补居住证要不要钱"),
    ] {
        assert_eq!(utterance(Some(variety), said), meant, "{said}");
    }
}

#[test]
fn words_with_two_meanings_are_told_apart() {
    let normalizer = Normalizer::new(Some(Variety::Kunming), &[], Arc::clone(&MODEL));
    for (said, meant) in [
        ("把材料给他", "把材料给他"),
        ("发给有困难的老人", "发给有困难的老人"),
        ("居住证给有到期时间", "居住证有没有到期时间"),
        ("送孩子上学", "送孩子上学"),
    ] {
        assert_eq!(normalizer.normalize(said).text.text(), meant);
    }
}

#[test]
fn standard_speakers_are_left_alone_but_everybody_is_understood() {
    let normalizer = Normalizer::new(None, &[], Arc::clone(&MODEL));
    for text in [
        "居住证怎么办理，要带什么材料？",
        "第三十六条 申请人应当向居住地公安派出所提交材料。",
        "给老人办高龄津贴要多久？",
        "物业不给修电梯，打电话也没人接",
        "我想咨询一下医保报销的问题",
    ] {
        let understood = normalizer.normalize(text);
        assert_eq!(understood.text.text(), text);
        assert!(understood.changes.is_empty());
    }
    assert_eq!(
        normalizer.normalize("居住证咋办").text.text(),
        "居住证怎么办"
    );
}

#[test]
fn words_of_a_community_act_at_once() {
    let added = [Entry::new("老年本", "老年人优待证")];
    for variety in [None, Some(Variety::Hefei)] {
        let normalizer = Normalizer::new(variety, &added, Arc::clone(&MODEL));
        let understood = normalizer.normalize("老年本丢了");
        assert_eq!(understood.text.text(), "老年人优待证丢了");
        let change = &understood.changes[0];
        assert_eq!(
            (change.range.clone(), change.form.as_str()),
            (0..9, "老年本")
        );
        assert!(change.certainty > 0.9 && understood.certainty > 0.9);
    }
}

#[test]
fn a_variety_is_known_by_its_own_words() {
    for (text, variety) in [
        ("克社区办居住证咋个整，要带哪样？", Some(Variety::Kunming)),
        ("居住证怎么办，要带什么？", None),
        ("请问居住证在哪里办理？需要携带哪些材料？", None),
        ("唔该，我想问下居住证喺边度办", Some(Variety::Guangzhou)),
        (
            "阿拉居住证过期了，哪能办，啥人管？",
            Some(Variety::Shanghai),
        ),
    ] {
        let identified = identify(text);
        assert_eq!(identified.variety, variety, "{text}: {identified:?}");
        assert!((0.5..=1.0).contains(&identified.confidence));
    }
}

#[test]
fn what_was_changed_can_be_shown_in_the_original() {
    let said = "克社区办居住正咋个整";
    let corrector = Corrector::new(
        common::terms(),
        Some(Variety::Kunming),
        &[],
        Arc::clone(&MODEL),
    );
    let normalizer = Normalizer::new(Some(Variety::Kunming), &[], Arc::clone(&MODEL));
    let mapped = corrector
        .correct(&Heard::spoken(said))
        .text
        .then(|text| normalizer.normalize(text).text);
    let at = mapped.text().find("居住证").expect("it was put right");
    assert_eq!(&said[mapped.original(at..at + 9)], "居住正");
    let at = mapped.text().find("怎么").expect("it was rewritten");
    assert_eq!(&said[mapped.original(at..at + 6)], "咋个");
}

#[test]
fn varieties_are_read_by_id_and_by_name() {
    for variety in Variety::ALL {
        assert_eq!(variety.id().parse(), Ok(variety));
        assert_eq!(variety.name().parse(), Ok(variety));
        assert_eq!(variety.to_string(), variety.id());
        assert!(!variety.related().contains(&variety));
    }
    assert!("粤".parse::<Variety>().is_err());
}
