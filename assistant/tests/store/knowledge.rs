//! Documents, their editions, and the log that every index follows.

use assistant::store::{EditionStatus, NewEdition, Saved};
use jiff::civil::{Date, date};
use knowledge::{ImportedDocument, Metadata, Origin, Passage, PreparedAnswer};

use crate::database::Database;

crate::on_both_databases!(
    an_edition_comes_back_as_it_was_kept,
    the_same_file_is_kept_once,
    the_next_edition_ends_the_one_before,
    editions_published_at_once_are_all_in_the_log,
);

const TODAY: Date = date(2026, 11, 22);

fn document(title: &str, text: &str, effective_on: Option<Date>) -> ImportedDocument {
    ImportedDocument {
        metadata: Metadata {
            title: title.to_owned(),
            effective_on,
            ..Metadata::default()
        },
        text: text.to_owned(),
        passages: vec![Passage {
            ordinal: 0,
            headings: vec!["总则".to_owned()],
            locator: "第一条".to_owned(),
            text: text.to_owned(),
            span: 0..text.len(),
            origin: Origin::Bytes(0..text.len()),
        }],
        answers: vec![PreparedAnswer {
            questions: vec!["怎么办？".to_owned()],
            answer: text.to_owned(),
            passage: 0,
            ..PreparedAnswer::default()
        }],
        warnings: Vec::new(),
        source_sha256: format!("{title} {text}"),
    }
}

async fn publish(database: &Database, document: &ImportedDocument) -> Saved {
    let edition = NewEdition { community_id: "demo", source_name: "a.md", document };
    database.store.publish(&edition, TODAY).await.unwrap()
}

async fn an_edition_comes_back_as_it_was_kept(database: Database) {
    let store = &database.store;
    let document = document("居住证办法", "住满半年可以办。", Some(date(2026, 1, 1)));
    let Saved::Published(id) = publish(&database, &document).await else { panic!() };
    let kept = store.edition(&id).await.unwrap().unwrap();
    assert_eq!(kept.record.status, EditionStatus::Published);
    assert_eq!(kept.record.community_id, "demo");
    assert_eq!(kept.record.metadata, document.metadata);
    assert_eq!(kept.passages, document.passages);
    assert_eq!(kept.answers.len(), 1);
    assert_eq!(kept.answers[0].1, document.answers[0]);
    assert_eq!(store.published_editions().await.unwrap(), 1);
    assert_eq!(store.published_metadata().await.unwrap(), [document.metadata]);
    assert!(store.edition("nothing").await.unwrap().is_none());
}

async fn the_same_file_is_kept_once(database: Database) {
    let document = document("居住证办法", "住满半年可以办。", None);
    let Saved::Published(id) = publish(&database, &document).await else { panic!() };
    assert_eq!(publish(&database, &document).await, Saved::Unchanged(id));
    assert_eq!(database.store.knowledge_sequence().await.unwrap(), 1);
}

async fn the_next_edition_ends_the_one_before(database: Database) {
    let store = &database.store;
    let old = document("办法", "旧的。", Some(date(2020, 1, 1)));
    let new = document("办法", "新的。", Some(date(2026, 5, 1)));
    let Saved::Published(old) = publish(&database, &old).await else { panic!() };
    assert_eq!(store.edition(&old).await.unwrap().unwrap().record.expires_on, None);
    let Saved::Published(new) = publish(&database, &new).await else { panic!() };
    let ended = store.edition(&old).await.unwrap().unwrap().record.expires_on;
    assert_eq!(ended, Some(date(2026, 5, 1)));
    assert_eq!(store.edition(&new).await.unwrap().unwrap().record.expires_on, None);
    let log = store.knowledge_log(1, 10).await.unwrap();
    let mut logged: Vec<&str> = log.iter().map(|entry| entry.edition_id.as_str()).collect();
    logged.sort_unstable();
    let mut both = [old.as_str(), new.as_str()];
    both.sort_unstable();
    assert_eq!(logged, both);
    assert_eq!(log.last().unwrap().sequence, store.knowledge_sequence().await.unwrap());
}

async fn editions_published_at_once_are_all_in_the_log(database: Database) {
    let published = (0..8).map(|number| {
        let store = database.store.clone();
        tokio::spawn(async move {
            let document = document(&format!("办法{number}"), "住满半年可以办。", None);
            let edition = NewEdition { community_id: "demo", source_name: "a.md", document: &document };
            store.publish(&edition, TODAY).await.unwrap();
        })
    });
    for done in futures::future::join_all(published).await {
        done.unwrap();
    }
    let log = database.store.knowledge_log(0, 100).await.unwrap();
    let sequences: Vec<u64> = log.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5, 6, 7, 8]);
}
