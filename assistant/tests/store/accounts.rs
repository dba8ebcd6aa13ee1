//! Accounts, their roles, and attempts to sign in.

use assistant::accounts::{Permission, Role};
use assistant::store::{AccountEdit, Actor, Attempt, AuditFilter, NewAccount};

use crate::database::Database;

crate::on_both_databases!(
    a_role_holds_at_its_node_and_below,
    a_login_belongs_to_one_account,
    a_change_is_kept_whole_and_in_the_trail,
    the_fifth_wrong_password_locks_and_the_lock_grows,
    attempts_at_once_are_all_counted,
    a_right_password_or_a_reset_clears_what_was_counted,
    nobody_and_the_disabled_are_alike,
);

const MINUTE: i64 = 60 * 1000;

async fn a_role_holds_at_its_node_and_below(database: Database) {
    database.place("street", "cn").await;
    database.place("here", "street").await;
    database.place("grid", "here").await;
    let account = database.account("wang", &[("here", Role::Dispatcher), ("street", Role::Viewer)]).await;
    assert_eq!(account.scopes(Permission::DispatchOrders), ["cn/street/here/"]);
    assert_eq!(account.scopes(Permission::ReadOrders), ["cn/street/"]);
    assert!(account.may(Permission::DispatchOrders, "cn/street/here/grid/"));
    assert!(!account.may(Permission::DispatchOrders, "cn/street/"));
    assert!(!account.may(Permission::ReadOrders, "cn/demo/"));
    assert_eq!(account.roles[1].community_name, "here");
    let found = database.store.account_by_login("wang").await.unwrap().unwrap();
    assert_eq!(found, account);
    assert_eq!(database.store.accounts().await.unwrap(), [account]);
}

async fn a_login_belongs_to_one_account(database: Database) {
    assert!(!database.store.has_accounts().await.unwrap());
    database.account("wang", &[]).await;
    assert!(database.store.has_accounts().await.unwrap());
    let again = NewAccount {
        login: "wang".to_owned(),
        ..NewAccount::default()
    };
    assert_eq!(database.store.add_account(&again, &Actor::console()).await.unwrap(), None);
    assert_eq!(database.store.accounts().await.unwrap().len(), 1);
    let nowhere = NewAccount {
        login: "li".to_owned(),
        roles: vec![("nowhere".to_owned(), Role::Worker)],
        ..NewAccount::default()
    };
    assert!(database.store.add_account(&nowhere, &Actor::console()).await.is_err());
    assert_eq!(database.store.account_by_login("li").await.unwrap(), None);
}

async fn a_change_is_kept_whole_and_in_the_trail(database: Database) {
    let store = &database.store;
    let account = database.account("wang", &[("demo", Role::Worker)]).await;
    let edit = AccountEdit {
        phone: Some(Some("0871-6312345".to_owned())),
        roles: Some(vec![("cn".to_owned(), Role::Viewer), ("cn".to_owned(), Role::Viewer)]),
        ..AccountEdit::default()
    };
    let boss = Actor::account(&account.id, "10.0.0.1");
    let changed = store.edit_account(&account.id, &edit, &boss).await.unwrap().unwrap();
    assert_eq!(changed.name, account.name);
    assert_eq!(changed.phone.as_deref(), Some("0871-6312345"));
    assert_eq!(changed.roles.len(), 1);
    assert_eq!(changed.roles[0].role, Role::Viewer);
    let filter = AuditFilter {
        subject: Some(format!("account:{}", account.id)),
        limit: 10,
        ..AuditFilter::default()
    };
    let events = store.audit_events(&filter).await.unwrap();
    let actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["account.edit", "account.add"]);
    assert_eq!(events[0].by.as_ref().unwrap().name, "姓wang");
    assert_eq!(events[0].details["phone"]["to"], "0871-6312345");
    assert!(events[0].details.get("name").is_none());
    // Nothing changed, so nothing is written.
    store.edit_account(&account.id, &AccountEdit::default(), &boss).await.unwrap();
    assert_eq!(store.audit_events(&filter).await.unwrap().len(), 2);
    assert_eq!(store.edit_account("nobody", &edit, &boss).await.unwrap(), None);
}

async fn the_fifth_wrong_password_locks_and_the_lock_grows(database: Database) {
    let store = &database.store;
    let account = database.account("wang", &[]).await;
    let mut at = 1_000_000;
    for failure in 1..=5 {
        let attempt = store.begin_attempt("wang", at).await.unwrap();
        let Attempt::Try { account_id, locked_until, .. } = attempt else {
            panic!("{failure}: {attempt:?}");
        };
        assert_eq!(account_id, account.id);
        assert_eq!(locked_until, (failure == 5).then_some(at + 15 * MINUTE));
        store.attempt_failed(&account_id, &Actor::stranger("10.0.0.1")).await.unwrap();
    }
    let until = at + 15 * MINUTE;
    assert_eq!(store.begin_attempt("wang", at).await.unwrap(), Attempt::Locked(until));
    assert_eq!(store.begin_attempt("wang", until - 1).await.unwrap(), Attempt::Locked(until));
    at = until;
    let attempt = store.begin_attempt("wang", at).await.unwrap();
    assert!(
        matches!(attempt, Attempt::Try { locked_until: Some(until), .. } if until == at + 30 * MINUTE),
        "{attempt:?}"
    );
    let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
    let failed = store.audit_events(&filter).await.unwrap();
    assert_eq!(failed.iter().filter(|event| event.action == "sign_in.failed").count(), 5);
}

async fn attempts_at_once_are_all_counted(database: Database) {
    database.account("wang", &[]).await;
    let attempts = (0..12).map(|_| {
        let store = database.store.clone();
        tokio::spawn(async move { store.begin_attempt("wang", 1000).await.unwrap() })
    });
    let mut tried = 0;
    for attempt in futures::future::join_all(attempts).await {
        tried += usize::from(matches!(attempt.unwrap(), Attempt::Try { .. }));
    }
    assert_eq!(tried, 5);
}

async fn a_right_password_or_a_reset_clears_what_was_counted(database: Database) {
    let store = &database.store;
    let account = database.account("wang", &[]).await;
    for round in 0..3 {
        for _ in 0..4 {
            let attempt = store.begin_attempt("wang", 1000).await.unwrap();
            assert!(matches!(attempt, Attempt::Try { .. }), "{round}: {attempt:?}");
        }
        store.attempt_succeeded(&account.id, &Actor::stranger("10.0.0.1")).await.unwrap();
    }
    for _ in 0..5 {
        store.begin_attempt("wang", 1000).await.unwrap();
    }
    assert!(matches!(store.begin_attempt("wang", 1000).await.unwrap(), Attempt::Locked(_)));
    assert!(store.reset_password(&account.id, "another", &Actor::console()).await.unwrap());
    let attempt = store.begin_attempt("wang", 1000).await.unwrap();
    assert!(
        matches!(&attempt, Attempt::Try { password_hash, .. } if password_hash == "another"),
        "{attempt:?}"
    );
    let account = store.find_account(&account.id).await.unwrap().unwrap();
    assert!(account.must_change);
    assert!(store.change_password(&account.id, "own", "", &Actor::program()).await.unwrap());
    assert!(!store.find_account(&account.id).await.unwrap().unwrap().must_change);
    assert_eq!(store.password_hash(&account.id).await.unwrap().as_deref(), Some("own"));
    assert!(!store.reset_password("nobody", "x", &Actor::console()).await.unwrap());
}

async fn nobody_and_the_disabled_are_alike(database: Database) {
    let store = &database.store;
    let account = database.account("wang", &[]).await;
    let edit = AccountEdit { disabled: Some(true), ..AccountEdit::default() };
    assert!(store.edit_account(&account.id, &edit, &Actor::console()).await.unwrap().unwrap().disabled);
    // Both are counted and locked as an account is, so that nobody learns which names there are.
    for login in ["wang", "nobody"] {
        let mut at = 1;
        for failure in 1..=5 {
            let locked_until = (failure == 5).then_some(at + 15 * MINUTE);
            assert_eq!(store.begin_attempt(login, at).await.unwrap(), Attempt::Unknown { locked_until });
        }
        let until = at + 15 * MINUTE;
        assert_eq!(store.begin_attempt(login, until - 1).await.unwrap(), Attempt::Locked(until));
        at = until;
        let locked_until = Some(at + 30 * MINUTE);
        assert_eq!(store.begin_attempt(login, at).await.unwrap(), Attempt::Unknown { locked_until });
    }
    assert_eq!(store.forget_unknown_logins(i64::MAX).await.unwrap(), 2);
    assert_eq!(store.begin_attempt("nobody", 2).await.unwrap(), Attempt::Unknown { locked_until: None });
    let edit = AccountEdit { disabled: Some(false), ..AccountEdit::default() };
    store.edit_account(&account.id, &edit, &Actor::console()).await.unwrap();
    assert!(matches!(store.begin_attempt("wang", 1).await.unwrap(), Attempt::Try { .. }));
}
