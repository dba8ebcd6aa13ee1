//! The library from outside: what is found from where and when, and what survives a crash.

mod letters;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::civil::{Date, date};
use knowledge::conflicts::ConflictKind;
use knowledge::{
    Adjustments, Change, IndexedAnswer, IndexedEdition, Library, Metadata, Origin, Passage, Progress,
    SearchQuery, SearchResult, SourceRef,
};
use letters::Letters;
use tempfile::TempDir;

const TODAY: Date = date(2026, 11, 22);

fn passage(ordinal: u32, heading: &str, text: &str) -> Passage {
    Passage {
        ordinal,
        headings: vec![heading.to_owned()],
        locator: heading.to_owned(),
        text: text.to_owned(),
        span: 0..text.len(),
        origin: Origin::Bytes(0..text.len()),
    }
}

fn edition(id: &str, community: &str, title: &str, texts: &[&str]) -> IndexedEdition {
    IndexedEdition {
        edition_id: id.to_owned(),
        document_id: format!("document of {id}"),
        community_id: community.to_owned(),
        metadata: Metadata {
            title: title.to_owned(),
            ..Metadata::default()
        },
        passages: (0..)
            .zip(texts)
            .map(|(ordinal, text)| passage(ordinal, "要带什么材料", text))
            .collect(),
        answers: Vec::new(),
    }
}

fn publish(edition: IndexedEdition) -> Change {
    Change::Publish(Box::new(edition))
}

fn withdraw(id: &str) -> Change {
    Change::Withdraw {
        edition_id: id.to_owned(),
    }
}

fn open(directory: &Path) -> Library {
    Library::open(directory, Arc::new(Letters::default())).expect("the folder is writable")
}

fn apply(library: &Library, changes: &[Change], sequence: u64) {
    library
        .apply(changes, sequence, &mut |_| {})
        .expect("nothing stands in the way");
}

fn search(library: &Library, text: &str, communities: &[&str], on: Date) -> SearchResult {
    let communities: Vec<String> = communities.iter().map(ToString::to_string).collect();
    let query = SearchQuery {
        text,
        communities: &communities,
        on,
        limit: 10,
        spoken: false,
        as_unseen: false,
        adjustments: Adjustments::default(),
    };
    library.search(&query).expect("the index is whole")
}

/// Editions found from a community and its ancestors, best first.
fn found(library: &Library, text: &str, communities: &[&str]) -> Vec<String> {
    let result = search(library, text, communities, TODAY);
    let editions = result.evidence.into_iter();
    editions.map(|evidence| evidence.edition_id).collect()
}

#[test]
fn a_community_sees_its_own_editions_and_its_ancestors_only() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let text = "办居住证要带身份证和照片。";
    apply(
        &library,
        &[
            publish(edition("city", "市", "居住证", &[text])),
            publish(edition("own", "社区", "居住证", &[text])),
            publish(edition("other", "别的社区", "居住证", &[text])),
        ],
        3,
    );
    assert_eq!(library.sequence(), 3);
    assert_eq!(found(&library, "居住证带什么", &["社区", "市"]), ["own", "city"]);
    assert_eq!(found(&library, "居住证带什么", &["市"]), ["city"]);
    assert_eq!(search(&library, "居住证", &["社区", "市"], TODAY).evidence[1].distance, 1);
}

#[test]
fn of_equals_the_nearer_then_the_newer_comes_first() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let dated = |id: &str, community: &str, version: Date| {
        let mut edition = edition(id, community, "养犬登记", &["养狗要办登记。"]);
        edition.metadata.version_date = Some(version);
        publish(edition)
    };
    let old = date(2019, 1, 1);
    let new = date(2025, 1, 1);
    let changes = [dated("old", "市", old), dated("new", "市", new), dated("near", "社区", old)];
    apply(&library, &changes, 1);
    assert_eq!(found(&library, "养狗登记", &["社区", "市"]), ["near", "new", "old"]);
}

#[test]
fn what_the_community_wrote_about_the_matter_comes_before_a_guides_prepared_question() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let mut guide = edition("guide", "全国", "居住证", &["期限各地不同，请问当地派出所。"]);
    guide.answers.push(IndexedAnswer {
        answer_id: "answer".to_owned(),
        questions: vec!["居住证的有效期有多久".to_owned(), "电子居住证多久有效".to_owned()],
        answer: "期限各地不同，请问当地派出所。".to_owned(),
        passage_ordinal: Some(0),
        ..IndexedAnswer::default()
    });
    let paper = edition("paper", "社区", "电子居住证", &["电子居住证的有效期是一年，到期前可以续。"]);
    apply(&library, &[publish(guide), publish(paper)], 1);
    let question = "电子居住证的有效期是多久";
    assert_eq!(found(&library, question, &["社区", "全国"]), ["paper", "guide"]);
    assert_eq!(found(&library, question, &["全国"]), ["guide"]);
}

#[test]
fn only_what_is_in_force_on_the_day_is_found() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let mut bounded = edition("2025", "市", "高龄津贴", &["八十岁以上每月一百元。"]);
    bounded.metadata.effective_on = Some(date(2025, 1, 1));
    bounded.metadata.expires_on = Some(date(2026, 1, 1));
    apply(&library, &[publish(bounded)], 1);
    let found = |on: Date| search(&library, "高龄津贴多少", &["市"], on).evidence.len();
    assert_eq!(found(date(2024, 12, 31)), 0);
    assert_eq!(found(date(2025, 1, 1)), 1);
    assert_eq!(found(date(2025, 12, 31)), 1);
    assert_eq!(found(date(2026, 1, 1)), 0);
}

#[test]
fn an_edition_is_replaced_withdrawn_and_shown_whole() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    apply(&library, &[publish(edition("a", "市", "公租房", &["旧的条件。", "旧的材料。"]))], 1);
    apply(&library, &[publish(edition("a", "市", "公租房", &["新的条件。"]))], 2);
    let passages = library.edition_passages("a").expect("readable");
    assert_eq!(passages.len(), 1);
    assert_eq!(passages[0].text, "新的条件。");
    assert_eq!(library.passage("a", 0).expect("readable"), Some(passages[0].clone()));
    assert_eq!(library.passage("a", 1).expect("readable"), None);

    apply(&library, &[withdraw("a"), publish(edition("b", "市", "公租房", &["别的。"]))], 4);
    assert_eq!(found(&library, "公租房", &["市"]), ["b"]);
    assert_eq!(library.passages(), 1);

    drop(library);
    let library = open(folder.path());
    assert_eq!(library.sequence(), 4);
    assert_eq!(found(&library, "公租房", &["市"]), ["b"]);
}

#[test]
fn a_list_of_sources_is_shown_but_never_evidence() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let mut guide = edition("a", "市", "失业金", &["失业后去社保中心申领失业金。"]);
    guide.passages.push(passage(1, "法律依据", "《社会保险法》第四十五条：领取失业金的条件。"));
    apply(&library, &[publish(guide)], 1);
    let result = search(&library, "领取失业金的条件", &["市"], TODAY);
    let ordinals: Vec<u32> = result.evidence.iter().map(|found| found.passage.ordinal).collect();
    assert_eq!(ordinals, [0]);
    assert_eq!(library.edition_passages("a").expect("readable").len(), 2);
}

#[test]
fn a_prepared_question_is_found_in_the_same_words_and_within_the_scope() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let mut guide = edition("a", "市", "居住证办理", &["带身份证和照片去派出所。"]);
    guide.answers.push(IndexedAnswer {
        answer_id: "answer".to_owned(),
        questions: vec!["居住证怎么办".to_owned(), "暂住证在哪里办".to_owned()],
        answer: "带身份证去派出所就行。".to_owned(),
        passage_ordinal: Some(0),
        ..IndexedAnswer::default()
    });
    apply(&library, &[publish(guide)], 1);
    let answers = search(&library, "居住证怎么办？", &["市"], TODAY).answers;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].matched_question, "居住证怎么办");
    assert!(search(&library, "身份证怎么办", &["市"], TODAY).answers.is_empty());
    assert!(search(&library, "居住证怎么办", &["别处"], TODAY).answers.is_empty());
}

#[test]
fn no_text_is_embedded_twice() {
    let folder = TempDir::new().expect("a folder");
    let embedder = Arc::new(Letters::default());
    let library = Library::open(folder.path(), Arc::clone(&embedder) as _).expect("writable");
    let changes = [publish(edition("a", "市", "低保", &["申请条件。", "申请材料。"]))];
    apply(&library, &changes, 1);
    assert_eq!(embedder.embedded(), 2);
    library.clear().expect("nothing stands in the way");
    assert_eq!((library.sequence(), library.passages()), (0, 0));
    apply(&library, &changes, 1);
    let longer = edition("a", "市", "低保", &["申请条件。", "申请材料。", "办理时限。"]);
    apply(&library, &[publish(longer)], 2);
    assert_eq!(embedder.embedded(), 3);
}

#[test]
fn a_stretch_of_the_log_that_was_seen_before_changes_nothing() {
    let folder = TempDir::new().expect("a folder");
    let (first, second) = (open(folder.path()), open(folder.path()));
    apply(&first, &[publish(edition("a", "市", "信访", &["怎么信访。"])), withdraw("a")], 2);
    apply(&second, &[publish(edition("a", "市", "信访", &["怎么信访。"]))], 1);
    assert_eq!(second.sequence(), 2);
    assert_eq!(second.passages(), 0);

    apply(&first, &[publish(edition("b", "市", "信访", &["怎么信访。"]))], 3);
    assert!(found(&second, "信访", &["市"]).is_empty());
    second.refresh().expect("readable");
    assert_eq!(found(&second, "信访", &["市"]), ["b"]);
}

#[test]
fn another_model_starts_from_nothing() {
    let folder = TempDir::new().expect("a folder");
    apply(&open(folder.path()), &[publish(edition("a", "市", "调解", &["怎么调解。"]))], 7);
    let other = Letters::named("another model");
    let library = Library::open(folder.path(), Arc::new(other)).expect("writable");
    assert_eq!((library.sequence(), library.passages()), (0, 0));
}

#[test]
fn a_torn_vector_file_costs_only_the_torn_vectors() {
    let folder = TempDir::new().expect("a folder");
    let changes = [publish(edition("a", "市", "殡葬", &["火化。", "安葬。", "骨灰。"]))];
    apply(&open(folder.path()), &changes, 1);
    let vectors = fs::read_dir(folder.path())
        .expect("readable")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .expect("there is a vector file");
    let length = fs::metadata(&vectors).expect("readable").len();
    let file = fs::OpenOptions::new().write(true).open(&vectors).expect("writable");
    file.set_len(length - 5).expect("writable");
    drop(file);

    let embedder = Arc::new(Letters::default());
    let library = Library::open(folder.path(), Arc::clone(&embedder) as _).expect("writable");
    assert_eq!(library.sequence(), 0, "an index without its vectors asks to be fed again");
    apply(&library, &changes, 1);
    assert_eq!(embedder.embedded(), 1);
    assert_eq!(library.passages(), 3);
}

/// Where the test below lets a second process die.
const CRASH_FOLDER: &str = "XIANGYIN_TEST_CRASH_FOLDER";

#[test]
fn a_crash_before_the_commit_leaves_the_old_state_and_the_vectors() {
    if let Some(folder) = std::env::var_os(CRASH_FOLDER) {
        let changes = [publish(edition("new", "市", "噪音", &["夜里施工。"])), withdraw("old")];
        let mut crash = |progress| {
            if progress == Progress::Committing {
                std::process::abort();
            }
        };
        let _ = open(Path::new(&folder)).apply(&changes, 2, &mut crash);
        unreachable!("it dies before the commit");
    }
    let folder = TempDir::new().expect("a folder");
    let first = open(folder.path());
    apply(&first, &[publish(edition("old", "市", "噪音", &["白天施工。"]))], 1);
    drop(first);
    let this = std::env::current_exe().expect("this test is a program");
    let name = "a_crash_before_the_commit_leaves_the_old_state_and_the_vectors";
    let child = Command::new(this)
        .args([name, "--exact"])
        .env(CRASH_FOLDER, folder.path())
        .output()
        .expect("it starts");
    assert!(!child.status.success());

    let embedder = Arc::new(Letters::default());
    let library = Library::open(folder.path(), Arc::clone(&embedder) as _).expect("writable");
    assert_eq!(library.sequence(), 1);
    assert_eq!(found(&library, "施工噪音", &["市"]), ["old"]);
    let before = embedder.embedded();
    apply(&library, &[publish(edition("new", "市", "噪音", &["夜里施工。"])), withdraw("old")], 2);
    assert_eq!(embedder.embedded(), before, "the vectors of the crashed run are kept");
    assert_eq!(found(&library, "施工噪音", &["市"]), ["new"]);
}

fn place(edition_id: &str, ordinal: u32) -> SourceRef {
    SourceRef {
        edition_id: edition_id.to_owned(),
        ordinal,
    }
}

fn adjusted(library: &Library, text: &str, adjustments: Adjustments) -> SearchResult {
    let communities = ["市".to_owned()];
    let query = SearchQuery {
        text,
        communities: &communities,
        on: TODAY,
        limit: 10,
        spoken: false,
        as_unseen: false,
        adjustments,
    };
    library.search(&query).expect("the index is whole")
}

#[test]
fn what_people_decided_about_a_question_is_followed() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let mut guide = edition("a", "市", "养犬登记", &["养狗要办登记。", "狗牌丢了可以补。"]);
    guide.answers.push(IndexedAnswer {
        answer_id: "answer".to_owned(),
        questions: vec!["养狗要登记吗".to_owned()],
        answer: "要登记。".to_owned(),
        passage_ordinal: Some(0),
        spoken: Some("要的，请来登记。".to_owned()),
        sources: vec![place("a", 0)],
    });
    let other = edition("b", "市", "楼道杂物", &["楼道里不能堆放杂物。"]);
    let elsewhere = edition("c", "别处", "楼道杂物", &["楼道里不能堆放杂物。"]);
    apply(&library, &[publish(guide), publish(other), publish(elsewhere)], 1);
    let asked = "养狗要登记吗";
    let as_it_is = adjusted(&library, asked, Adjustments::default());
    assert_eq!(as_it_is.answers[0].spoken.as_deref(), Some("要的，请来登记。"));
    assert_eq!(as_it_is.answers[0].sources, [place("a", 0)]);

    let pinned = [place("b", 0), place("c", 0), place("gone", 7)];
    let found = adjusted(&library, asked, Adjustments {
        pinned: &pinned,
        ..Adjustments::default()
    });
    assert_eq!(found.evidence[0].edition_id, "b");
    assert!(found.evidence[0].pinned && found.gate.sufficient);
    assert!(found.evidence[1..].iter().all(|evidence| !evidence.pinned));
    assert!(found.evidence.iter().all(|evidence| evidence.edition_id != "c"));

    let excluded = [place("a", 0)];
    let found = adjusted(&library, asked, Adjustments {
        excluded: &excluded,
        ..Adjustments::default()
    });
    assert!(found.answers.is_empty());
    let places = found.evidence.iter().map(|one| (one.edition_id.as_str(), one.passage.ordinal));
    assert!(places.clone().all(|place| place != ("a", 0)));
    assert!(places.clone().any(|place| place == ("a", 1)));

    let without = ["a".to_owned()];
    let found = adjusted(&library, asked, Adjustments {
        without: &without,
        ..Adjustments::default()
    });
    assert!(found.answers.is_empty());
    assert!(found.evidence.iter().all(|evidence| evidence.edition_id != "a"));
}

#[test]
fn a_draft_is_found_by_those_who_preview_it_only() {
    let folder = TempDir::new().expect("a folder");
    let (library, other_process) = (open(folder.path()), open(folder.path()));
    apply(&library, &[publish(edition("a", "市", "居住证", &["居住证收二十元。"]))], 3);
    let stage = |text: &str| {
        let draft = edition("draft", "市", "居住证", &[text]);
        library.stage("draft", &[draft], &mut |_| {}).expect("nothing stands in the way")
    };
    stage("居住证收十元。");
    let preview = stage("居住证不要钱。");
    assert_eq!((library.sequence(), library.passages()), (3, 1));
    assert_eq!(library.texts().expect("readable"), ["居住证收二十元。"]);
    assert_eq!(found(&library, "居住证多少钱", &["市"]), ["a"]);
    let previewed = search(&library, "居住证多少钱", &[&preview, "市"], TODAY).evidence;
    let mut texts: Vec<&str> = previewed.iter().map(|one| one.passage.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["居住证不要钱。", "居住证收二十元。"]);

    other_process.refresh().expect("readable");
    assert_eq!(other_process.staged(), ["draft"]);
    apply(&library, &[publish(edition("b", "市", "低保", &["低保怎么办。"]))], 4);
    assert_eq!(library.staged(), ["draft"], "publishing leaves what is staged");
    drop((library, other_process));
    let library = open(folder.path());
    assert_eq!((library.sequence(), library.staged()), (4, vec!["draft".to_owned()]));
    library.unstage(&library.staged()).expect("nothing stands in the way");
    assert!(library.staged().is_empty());
    assert_eq!(found(&library, "居住证多少钱", &[&preview, "市"]), ["a", "b"]);
}

#[test]
fn the_same_question_is_known_in_other_words() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let known = ["身份证丢了怎么办", "居住证怎么办", "居住证要多少钱"];
    let same = library.same_questions("居住证怎么办？", &known).expect("readable");
    assert_eq!(same.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1]);
    assert!(library.same_questions("居住证怎么办", &[]).expect("readable").is_empty());
}

#[test]
fn two_documents_in_force_that_say_different_numbers_are_found() {
    let folder = TempDir::new().expect("a folder");
    let library = open(folder.path());
    let old = "年满80周岁的户籍老人，每人每月发给高龄津贴100元，由街道发放。";
    let scale = "年满90周岁的户籍老人，每人每月发给高龄津贴300元，由街道发放。";
    let new = "年满80周岁的户籍老人，每人每月发给高龄津贴150元，由街道发放。";
    let notice = "养犬人应当自养犬之日起三十日内，带犬到公安机关办理养犬登记，领取养犬登记证。";
    apply(
        &library,
        &[
            publish(edition("old", "市", "高龄津贴", &[scale, old])),
            publish(edition("dog", "市", "养犬登记", &[notice])),
            publish(edition("new", "社区", "高龄津贴", &[new])),
            publish(edition("again", "社区", "养犬登记", &[notice])),
            publish(edition("elsewhere", "别的市", "高龄津贴", &[&new.replace("150", "80")])),
        ],
        1,
    );
    let conflicts = |edition: &str| {
        let communities = ["社区".to_owned(), "市".to_owned()];
        library.conflicts_of(edition, &communities, TODAY).expect("readable")
    };
    let found = conflicts("new");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].kind, ConflictKind::DifferentNumbers);
    assert_eq!(found[0].right.place, place("old", 1));
    let fact = &found[0].differing[0];
    assert_eq!((fact.left.as_str(), fact.right.as_str()), ("150元", "100元"));
    assert_eq!(found[0].differing.len(), 1);

    let found = conflicts("again");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].kind, ConflictKind::NearDuplicate);
    assert_eq!(found[0].right.place, place("dog", 0));
    assert_eq!(conflicts("old").len(), 1);
}
