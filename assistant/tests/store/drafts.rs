//! Drafts: nobody's work is overwritten, and publishing makes an edition.

use std::collections::BTreeSet;

use assistant::accounts::Role;
use assistant::store::{
    Actor, DocumentFilter, DocumentKind, DraftChange, DraftContent, DraftState, InForce, NewDraft, Publication, Shown,
};
use jiff::civil::{Date, date};
use knowledge::{ImportedDocument, Metadata, Origin, Passage};

use crate::database::Database;

crate::on_both_databases!(
    an_older_page_overwrites_nothing,
    a_published_draft_is_the_next_edition_of_its_title,
    a_scheduled_draft_is_due_on_its_day,
    a_list_shows_each_sort_once,
);

const TODAY: Date = date(2026, 11, 22);

fn content(title: &str, text: &str, effective_on: Option<Date>) -> DraftContent {
    DraftContent {
        document: ImportedDocument {
            metadata: Metadata { title: title.to_owned(), effective_on, ..Metadata::default() },
            text: text.to_owned(),
            passages: vec![Passage {
                ordinal: 0,
                headings: Vec::new(),
                locator: "第一条".to_owned(),
                text: text.to_owned(),
                span: 0..text.len(),
                origin: Origin::Bytes(0..text.len()),
            }],
            answers: Vec::new(),
            warnings: Vec::new(),
            source_sha256: format!("{title} {text}"),
        },
        edited: BTreeSet::new(),
    }
}

fn new(content: DraftContent) -> NewDraft {
    NewDraft {
        document_id: None,
        community_id: "demo".to_owned(),
        kind: DocumentKind::Document,
        content,
        source_name: "a.md".to_owned(),
        original: None,
        based_on: None,
        gap_id: None,
    }
}

async fn an_older_page_overwrites_nothing(database: Database) {
    let store = &database.store;
    let zhang = database.account("zhang", &[("demo", Role::KnowledgeEditor)]).await;
    let li = database.account("li", &[("demo", Role::KnowledgeEditor)]).await;
    let (zhang, li) = (Actor::account(&zhang.id, "a"), Actor::account(&li.id, "b"));
    let draft = store.begin_draft(&new(content("食堂", "八元。", None)), &zhang).await.unwrap();
    let first = content("食堂", "九元。", None);
    let DraftChange::Changed(changed) = store.write_draft(&draft.id, 1, "demo", &first, &zhang).await.unwrap() else {
        panic!()
    };
    assert_eq!(changed.version, 2);
    let other = content("食堂", "十元。", None);
    let DraftChange::Stale(there) = store.write_draft(&draft.id, 1, "demo", &other, &li).await.unwrap() else {
        panic!()
    };
    assert_eq!(there.content, first);
    assert!(matches!(store.discard_draft(&draft.id, 1, &li).await.unwrap(), DraftChange::Stale(_)));
    assert!(matches!(store.discard_draft(&draft.id, 2, &li).await.unwrap(), DraftChange::Gone));
    assert!(matches!(store.write_draft(&draft.id, 2, "demo", &other, &li).await.unwrap(), DraftChange::Gone));
}

async fn a_published_draft_is_the_next_edition_of_its_title(database: Database) {
    let store = &database.store;
    let by = Actor::program();
    let publish = async |text: &str, from: Option<Date>| {
        let draft = store.begin_draft(&new(content("食堂", text, from)), &by).await.unwrap();
        let done = store.publish_draft(&draft.id, draft.version, Some("因为"), TODAY, &by).await.unwrap();
        let Publication::Published { document_id, edition_id } = done else { panic!() };
        (document_id, edition_id)
    };
    let (document, first) = publish("八元。", Some(date(2026, 1, 1))).await;
    let (same, second) = publish("九元。", Some(date(2027, 1, 1))).await;
    assert_eq!(document, same);
    let editions = store.editions(&document, TODAY).await.unwrap();
    assert_eq!(editions.iter().map(|edition| edition.id.as_str()).collect::<Vec<_>>(), [second, first]);
    assert_eq!(editions[0].in_force, InForce::Later);
    assert_eq!(editions[1].in_force, InForce::Now);
    assert_eq!(editions[1].expires_on.as_deref(), Some("2027-01-01"));
    assert_eq!(editions[1].note.as_deref(), Some("因为"));

    // Another document may not take its title.
    let draft = store.begin_draft(&new(content("菜单", "白菜。", None)), &by).await.unwrap();
    let Publication::Published { document_id: menu, .. } =
        store.publish_draft(&draft.id, 1, None, TODAY, &by).await.unwrap()
    else {
        panic!()
    };
    let renamed = NewDraft { document_id: Some(menu), ..new(content("食堂", "白菜。", None)) };
    let draft = store.begin_draft(&renamed, &by).await.unwrap();
    assert!(matches!(store.publish_draft(&draft.id, 1, None, TODAY, &by).await.unwrap(), Publication::TitleTaken));

    assert_eq!(store.withdraw_document(&document, "停办", &by).await.unwrap(), 2);
    let editions = store.editions(&document, TODAY).await.unwrap();
    assert!(editions.iter().all(|edition| edition.in_force == InForce::Withdrawn));
}

async fn a_scheduled_draft_is_due_on_its_day(database: Database) {
    let store = &database.store;
    let by = Actor::program();
    let draft = store.begin_draft(&new(content("食堂", "八元。", None)), &by).await.unwrap();
    let day = date(2026, 12, 1);
    store.move_draft(&draft.id, 1, DraftState::Scheduled, Some(day), None, &by).await.unwrap();
    assert!(store.drafts_due(TODAY).await.unwrap().is_empty());
    assert_eq!(store.drafts_due(day).await.unwrap(), std::slice::from_ref(&draft.id));
    // Whoever writes on takes it from its day.
    let later = content("食堂", "九元。", None);
    store.write_draft(&draft.id, 2, "demo", &later, &by).await.unwrap();
    assert!(store.drafts_due(day).await.unwrap().is_empty());
}

async fn a_list_shows_each_sort_once(database: Database) {
    let store = &database.store;
    let by = Actor::program();
    for (title, from, until) in [
        ("现行", None, None),
        ("将到期", None, Some(date(2026, 12, 1))),
        ("已过期", None, Some(date(2026, 11, 1))),
        ("未生效", Some(date(2027, 1, 1)), None),
    ] {
        let mut words = content(title, "正文。", from);
        words.document.metadata.expires_on = until;
        words.document.metadata.number = Some(format!("文号_{title}"));
        let draft = store.begin_draft(&new(words), &by).await.unwrap();
        store.publish_draft(&draft.id, 1, None, TODAY, &by).await.unwrap();
    }
    store.begin_draft(&new(content("草稿", "正文。", None)), &by).await.unwrap();
    let path = store.community("demo").await.unwrap().path;
    let list = async |shown: Shown, text: &str| {
        let filter = DocumentFilter {
            scopes: vec![path.clone()],
            shown,
            text: text.to_owned(),
            kind: None,
            category: String::new(),
            today: TODAY,
            soon: date(2027, 1, 21),
            offset: 0,
            limit: 10,
        };
        let (lines, total) = store.documents(&filter).await.unwrap();
        assert_eq!(lines.len() as i64, total);
        let mut titles: Vec<String> = lines.into_iter().map(|line| line.title).collect();
        titles.sort_unstable();
        (titles, store.document_counts(&filter).await.unwrap())
    };
    let (all, counts) = list(Shown::All, "").await;
    assert_eq!(all.len(), 5);
    assert_eq!((counts.all, counts.in_force, counts.draft, counts.expiring, counts.expired), (5, 2, 1, 1, 1));
    assert_eq!(list(Shown::InForce, "").await.0, ["将到期", "现行"]);
    assert_eq!(list(Shown::Expiring, "").await.0, ["将到期"]);
    assert_eq!(list(Shown::Expired, "").await.0, ["已过期"]);
    assert_eq!(list(Shown::Draft, "").await.0, ["草稿"]);
    assert_eq!(list(Shown::All, "文号_现行").await.0, ["现行"]);
    assert!(list(Shown::All, "文号%现行").await.0.is_empty());
}
