//! Sessions: how long they hold and who ends them.

use assistant::accounts::Role;
use assistant::store::{AccountEdit, Actor, session_id};

use crate::database::Database;

crate::on_both_databases!(
    a_session_holds_while_it_is_used_and_a_week_at_most,
    the_owner_sees_and_ends_sessions,
    a_new_password_ends_the_others_and_disabling_all,
);

const HOUR: i64 = 60 * 60 * 1000;

async fn a_session_holds_while_it_is_used_and_a_week_at_most(database: Database) {
    let store = &database.store;
    let account = database.account("wang", &[("demo", Role::Worker)]).await;
    store.open_session(&account.id, "digest", "10.0.0.1", "Firefox", 0).await.unwrap();
    let mut at = 0;
    while at + 11 * HOUR < 7 * 24 * HOUR {
        at += 11 * HOUR;
        let found = store.signed_in("digest", at).await.unwrap();
        assert_eq!(found.as_ref(), Some(&account), "after {} hours", at / HOUR);
    }
    assert_eq!(store.signed_in("digest", 7 * 24 * HOUR).await.unwrap(), None);
    assert_eq!(store.signed_in("another", 1).await.unwrap(), None);

    store.open_session(&account.id, "idle", "10.0.0.1", "Firefox", at).await.unwrap();
    assert!(store.signed_in("idle", at + 12 * HOUR - 1).await.unwrap().is_some());
    assert!(store.signed_in("idle", at + 25 * HOUR).await.unwrap().is_none());
}

async fn the_owner_sees_and_ends_sessions(database: Database) {
    let store = &database.store;
    let wang = database.account("wang", &[]).await;
    let li = database.account("li", &[]).await;
    let digests = ["a".repeat(64), "b".repeat(64), "c".repeat(64)];
    store.open_session(&wang.id, &digests[0], "10.0.0.1", "Firefox", 1).await.unwrap();
    store.open_session(&wang.id, &digests[1], "10.0.0.2", "Chromium", 2).await.unwrap();
    store.open_session(&li.id, &digests[2], "10.0.0.3", "", 3).await.unwrap();
    let seen = store.sessions(&wang.id, 4).await.unwrap();
    let agents: Vec<&str> = seen.iter().map(|session| session.agent.as_str()).collect();
    assert_eq!(agents, ["Chromium", "Firefox"]);
    assert!(!store.end_session_of(&wang.id, session_id(&digests[2])).await.unwrap());
    assert!(store.end_session_of(&wang.id, session_id(&digests[1])).await.unwrap());
    assert!(store.signed_in(&digests[1], 4).await.unwrap().is_none());
    assert!(store.signed_in(&digests[2], 4).await.unwrap().is_some());
    store.end_session(&digests[0]).await.unwrap();
    assert_eq!(store.sessions(&wang.id, 4).await.unwrap(), []);
}

async fn a_new_password_ends_the_others_and_disabling_all(database: Database) {
    let store = &database.store;
    let account = database.account("wang", &[]).await;
    for digest in ["one", "two", "three"] {
        store.open_session(&account.id, digest, "", "", 1).await.unwrap();
    }
    store.change_password(&account.id, "hash", "two", &Actor::program()).await.unwrap();
    assert!(store.signed_in("one", 2).await.unwrap().is_none());
    assert!(store.signed_in("two", 2).await.unwrap().is_some());
    let edit = AccountEdit { disabled: Some(true), ..AccountEdit::default() };
    store.edit_account(&account.id, &edit, &Actor::console()).await.unwrap();
    assert!(store.signed_in("two", 2).await.unwrap().is_none());
}
