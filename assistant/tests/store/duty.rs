//! Duty rosters.

use assistant::accounts::Role;
use assistant::store::{AccountEdit, Actor, DutyFilter, NewShift};

use crate::database::Database;

crate::on_both_databases!(the_nearest_on_duty_come_first, shifts_are_listed_by_place_and_time);

fn shift(community: &str, account: &str, starts_at: i64, ends_at: i64) -> NewShift {
    NewShift {
        community_id: community.to_owned(),
        account_id: account.to_owned(),
        starts_at,
        ends_at,
    }
}

async fn the_nearest_on_duty_come_first(database: Database) {
    let store = &database.store;
    database.place("street", "cn").await;
    database.place("here", "street").await;
    database.place("beside", "street").await;
    let [wang, li, chen] = [
        database.account("wang", &[("street", Role::Dispatcher)]).await,
        database.account("li", &[("here", Role::Worker)]).await,
        database.account("chen", &[("beside", Role::Worker)]).await,
    ];
    for new in [
        shift("street", &wang.id, 0, 100),
        shift("here", &li.id, 50, 100),
        shift("beside", &chen.id, 0, 100),
        shift("street", &li.id, 0, 60),
    ] {
        store.add_shift(&new, &Actor::console()).await.unwrap();
    }
    let logins = |path: &'static str, at: i64| async move {
        let people = store.on_duty(path, at).await.unwrap();
        people.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    assert_eq!(logins("cn/street/here/", 50).await, ["姓li", "姓wang"]);
    assert_eq!(logins("cn/street/here/", 49).await, ["姓wang", "姓li"]);
    assert_eq!(logins("cn/street/beside/", 99).await, ["姓chen", "姓wang"]);
    assert_eq!(logins("cn/street/here/", 100).await, [""; 0]);
    assert_eq!(logins("cn/demo/", 50).await, [""; 0]);
    let edit = AccountEdit { disabled: Some(true), ..AccountEdit::default() };
    store.edit_account(&li.id, &edit, &Actor::console()).await.unwrap();
    assert_eq!(logins("cn/street/here/", 50).await, ["姓wang"]);
}

async fn shifts_are_listed_by_place_and_time(database: Database) {
    let store = &database.store;
    database.place("grid", "demo").await;
    let wang = database.account("wang", &[("demo", Role::Worker)]).await;
    let actor = Actor::console();
    let first = store.add_shift(&shift("demo", &wang.id, 0, 10), &actor).await.unwrap();
    let second = store.add_shift(&shift("grid", &wang.id, 10, 20), &actor).await.unwrap();
    let list = |path: &str, from, to| {
        let filter = DutyFilter { places: vec![path.to_owned()], from, to };
        async move { store.shifts(&filter).await.unwrap() }
    };
    assert_eq!(list("cn/demo/", 0, 100).await, [first.clone(), second.clone()]);
    assert_eq!(list("cn/demo/", 10, 100).await, std::slice::from_ref(&second));
    assert_eq!(list("cn/demo/", 0, 10).await, std::slice::from_ref(&first));
    assert_eq!(list("cn/demo/grid/", 0, 100).await, std::slice::from_ref(&second));
    assert_eq!(list("cn/grid/", 0, 100).await, []);
    assert!(store.delete_shift(&first.id, &actor).await.unwrap());
    assert!(!store.delete_shift(&first.id, &actor).await.unwrap());
    assert_eq!(store.find_shift(&second.id).await.unwrap(), Some(second));
}
