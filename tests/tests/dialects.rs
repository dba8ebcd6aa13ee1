//! Residents who speak as at home are understood, and those who do not are left alone.

use serde_json::Value;
use tests::{Resident, shared_server};

/// A resident of a community whose residents speak Kunming dialect.
fn resident_of_kunming() -> Resident {
    let product = shared_server().product();
    // Each test may be the first one.
    product.run(&["communities", "add", "guandu", "--name", "官渡测试社区"]);
    product.succeed(&["communities", "set", "guandu", "--variety", "kunming"]);
    Resident::new(shared_server().base(), "guandu")
}

fn titles(cited: &[Value]) -> String {
    cited.iter().filter_map(|source| source["title"].as_str()).collect()
}

#[test]
fn the_dialect_of_the_community_is_understood_and_what_was_understood_is_shown() {
    let answer = resident_of_kunming().say("克社区办居住证咋个整，要带哪样？");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(titles(&answer.cited()).contains("居住证"), "{answer:?}");
    let understood = answer.event("disposition").unwrap()["understood"].as_str().unwrap();
    assert!(understood.contains("去社区") && understood.contains("什么"), "{understood}");
}

#[test]
fn what_a_recogniser_misheard_is_put_right_by_sound() {
    let answer = resident_of_kunming().say("高零今天哪点领");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(titles(&answer.cited()).contains("高龄"), "{answer:?}");
}

#[test]
fn standard_mandarin_is_not_rewritten() {
    let answer = resident_of_kunming().say("居住证怎么办？");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(answer.event("disposition").unwrap()["understood"].is_null(), "{answer:?}");
}

#[test]
fn a_word_that_the_community_adds_acts_at_once() {
    let product = shared_server().product();
    let resident = resident_of_kunming();
    product.succeed(&["words", "add", "嘎嘎纸", "居住证", "--community", "guandu"]);
    let answer = resident.say("嘎嘎纸过期了怎么办");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(titles(&answer.cited()).contains("居住证"), "{answer:?}");
    product.succeed(&["words", "remove", "嘎嘎纸", "--community", "guandu"]);
    assert_eq!(product.json(&["words", "list"]).as_array().map(Vec::len), Some(0));
}

#[test]
fn the_greeting_is_homely_where_the_dialect_is_known() {
    let (_, community) = tests::get(shared_server().base(), "/api/communities/demo", None);
    assert!(community["greeting"].as_str().unwrap().starts_with("您好"), "{community}");
    resident_of_kunming();
    let (_, community) = tests::get(shared_server().base(), "/api/communities/guandu", None);
    assert!(community["greeting"].as_str().unwrap().starts_with("你家好"), "{community}");
}

#[test]
fn a_resident_chooses_another_dialect_than_that_of_the_community() {
    let base = shared_server().base();
    let resident = Resident::new(base, "demo");
    let (status, problem) = resident.choose_variety("klingon");
    assert_eq!((status, problem["code"].as_str()), (400, Some("no_such_variety")));
    assert_eq!(resident.choose_variety("guangzhou").0, 204);
    let answer = resident.say("居住證點樣攞㗎，要帶啲咩文件？");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(titles(&answer.cited()).contains("居住证"), "{answer:?}");
    let understood = answer.event("disposition").unwrap()["understood"].as_str().unwrap();
    assert!(understood.contains("什么"), "{understood}");
}
