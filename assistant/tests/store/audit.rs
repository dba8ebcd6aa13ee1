//! The audit trail: complete, in order, and not to be edited unseen.

use assistant::accounts::Role;
use assistant::store::{Actor, AuditEntry, AuditFilter, AuditVerdict, Store};
use serde_json::json;
use sqlx::Executor;

use crate::database::Database;

crate::on_both_databases!(
    the_trail_refuses_changes,
    a_change_behind_its_back_shows,
    a_lost_end_shows,
    writers_at_once_make_one_chain,
    readers_see_their_part_of_the_tree,
);

async fn record(store: &Store, subject: &str, community: Option<&str>) {
    let actor = Actor::stranger("10.0.0.1");
    let entry = AuditEntry {
        actor: &actor,
        action: "test",
        subject: subject.to_owned(),
        community_id: community,
        details: json!({"why": "“引号” and \\ and \n"}),
    };
    store.record(&entry).await.unwrap();
}

fn all() -> AuditFilter {
    AuditFilter { limit: 1000, ..AuditFilter::default() }
}

async fn the_trail_refuses_changes(database: Database) {
    record(&database.store, "one", None).await;
    let mut connection = database.connect().await;
    for statement in [
        "UPDATE audit_events SET subject = 'another'",
        "DELETE FROM audit_events",
    ] {
        let error = connection.execute(statement).await.unwrap_err().to_string();
        assert!(error.contains("cannot be changed"), "{statement}: {error}");
    }
    let events = database.store.audit_events(&all()).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].subject, "one");
    assert_eq!(events[0].details["why"], "“引号” and \\ and \n");
}

/// Takes the triggers away, as only whoever owns the database can.
async fn unlock(database: &Database) {
    let mut connection = database.connect().await;
    let statements: &[&str] = if database.url.starts_with("sqlite") {
        &["DROP TRIGGER audit_events_keep", "DROP TRIGGER audit_events_stay"]
    } else {
        &["ALTER TABLE audit_events DISABLE TRIGGER ALL"]
    };
    for statement in statements {
        connection.execute(*statement).await.unwrap();
    }
}

async fn a_change_behind_its_back_shows(database: Database) {
    let store = &database.store;
    for subject in ["one", "two", "three"] {
        record(store, subject, Some("demo")).await;
    }
    let whole = AuditVerdict { checked: 3, broken_at: None };
    assert_eq!(store.verify_audit().await.unwrap(), whole);
    unlock(&database).await;
    let mut connection = database.connect().await;
    connection
        .execute("UPDATE audit_events SET address = 'elsewhere' WHERE subject = 'two'")
        .await
        .unwrap();
    assert_eq!(store.verify_audit().await.unwrap().broken_at, Some(2));
    connection
        .execute("UPDATE audit_events SET address = '10.0.0.1' WHERE subject = 'two'")
        .await
        .unwrap();
    assert_eq!(store.verify_audit().await.unwrap(), whole);
    connection.execute("DELETE FROM audit_events WHERE subject = 'one'").await.unwrap();
    assert_eq!(store.verify_audit().await.unwrap().broken_at, Some(1));
}

async fn a_lost_end_shows(database: Database) {
    record(&database.store, "one", None).await;
    record(&database.store, "two", None).await;
    unlock(&database).await;
    let mut connection = database.connect().await;
    connection.execute("DELETE FROM audit_events WHERE subject = 'two'").await.unwrap();
    assert_eq!(database.store.verify_audit().await.unwrap().broken_at, Some(2));
}

async fn writers_at_once_make_one_chain(database: Database) {
    let writers = (0..20).map(|number| {
        let store = database.store.clone();
        tokio::spawn(async move { record(&store, &format!("{number}"), None).await })
    });
    for done in futures::future::join_all(writers).await {
        done.unwrap();
    }
    let whole = AuditVerdict { checked: 20, broken_at: None };
    assert_eq!(database.store.verify_audit().await.unwrap(), whole);
    let mut filter = all();
    filter.limit = 3;
    filter.before = Some(11);
    let page = database.store.audit_events(&filter).await.unwrap();
    let sequences: Vec<i64> = page.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [10, 9, 8]);
}

async fn readers_see_their_part_of_the_tree(database: Database) {
    let store = &database.store;
    database.place("street", "cn").await;
    database.place("street-2", "cn").await;
    database.place("here", "street").await;
    let boss = database.account("boss", &[("street", Role::Administrator)]).await;
    for (subject, community) in
        [("a", Some("street")), ("b", Some("here")), ("c", Some("street-2")), ("d", Some("cn")), ("e", None)]
    {
        record(store, subject, community).await;
    }
    let seen = |places: Option<Vec<String>>| async move {
        let filter = AuditFilter { places, ..all() };
        let mut subjects: Vec<String> = store
            .audit_events(&filter)
            .await
            .unwrap()
            .into_iter()
            .filter(|event| event.action == "test")
            .map(|event| event.subject)
            .collect();
        subjects.sort();
        subjects.join("")
    };
    let scopes = boss.scopes(assistant::accounts::Permission::ReadAudit);
    assert_eq!(seen(Some(scopes)).await, "ab");
    assert_eq!(seen(Some(vec!["cn/".to_owned()])).await, "abcd");
    assert_eq!(seen(Some(Vec::new())).await, "");
    assert_eq!(seen(None).await, "abcde");
}
