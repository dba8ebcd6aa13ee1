//! The tree of places, its paths, and days that differ from the calendar.

use assistant::store::{Actor, LocalDay, Store};
use sqlx::Executor;

use crate::database::Database;

crate::on_both_databases!(
    the_tree_is_kept_with_its_paths,
    what_is_local_is_kept,
    a_taken_or_unfit_id_is_refused,
    a_database_of_an_older_version_gets_its_paths,
    a_day_of_its_own_is_set_and_taken_back,
);

async fn the_tree_is_kept_with_its_paths(database: Database) {
    let store = &database.store;
    let id = store.place(&["云南".to_owned(), "昆明市".to_owned()]).await.unwrap();
    assert_eq!(id, "云南-昆明市");
    assert_eq!(store.place(&["云南".to_owned(), "昆明市".to_owned()]).await.unwrap(), id);
    database.place("yunda", &id).await;
    let lineage = store.lineage("yunda").await.unwrap();
    let ids: Vec<&str> = lineage.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["yunda", "云南-昆明市", "云南", "cn"]);
    assert_eq!(lineage[0].path, "cn/云南/云南-昆明市/yunda/");
    assert_eq!(store.community("demo").await.unwrap().path, "cn/demo/");
    // Seeding again changes nothing.
    let before = store.communities().await.unwrap();
    store.seed_communities().await.unwrap();
    assert_eq!(store.communities().await.unwrap(), before);
    assert!(store.community("nowhere").await.is_err());
}

async fn what_is_local_is_kept(database: Database) {
    let store = &database.store;
    let mut community = store.community("demo").await.unwrap();
    community.fields.insert("派出所地址".to_owned(), "幸福路1号".to_owned());
    community.allowed_origins.push("https://example.org".to_owned());
    community.greeting = Some("您好".to_owned());
    community.variety = Some("kunming".to_owned());
    community.working_hours = Some(serde_json::json!({"monday": [["09:00", "17:30"]]}));
    community.phone = Some("0871-6312345".to_owned());
    store.update_community(&community, &Actor::console()).await.unwrap();
    assert_eq!(store.community("demo").await.unwrap(), community);
    community.greeting = None;
    community.working_hours = None;
    store.update_community(&community, &Actor::console()).await.unwrap();
    assert_eq!(store.community("demo").await.unwrap(), community);
}

async fn a_taken_or_unfit_id_is_refused(database: Database) {
    let store = &database.store;
    let add = |id: &'static str, parent: &'static str| async move {
        store.add_community(id, parent, "社区", "某社区", &Actor::console()).await
    };
    add("new", "demo").await.unwrap();
    assert!(add("new", "cn").await.is_err());
    assert!(add("a/b", "cn").await.is_err());
    assert!(add("orphan", "nowhere").await.is_err());
    assert_eq!(store.community("new").await.unwrap().path, "cn/demo/new/");
}

async fn a_database_of_an_older_version_gets_its_paths(database: Database) {
    database.place("street", "cn").await;
    database.place("here", "street").await;
    let mut connection = database.connect().await;
    connection.execute("UPDATE communities SET path = ''").await.unwrap();
    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(store.community("cn").await.unwrap().path, "cn/");
    assert_eq!(store.community("here").await.unwrap().path, "cn/street/here/");
}

async fn a_day_of_its_own_is_set_and_taken_back(database: Database) {
    let store = &database.store;
    let day = |community: &str, day: &str, kind: &str| LocalDay {
        community_id: community.to_owned(),
        day: day.to_owned(),
        kind: kind.to_owned(),
        name: "火把节".to_owned(),
    };
    let actor = Actor::console();
    store.put_local_day(&day("demo", "2026-08-07", "work"), &actor).await.unwrap();
    store.put_local_day(&day("demo", "2026-08-07", "off"), &actor).await.unwrap();
    store.put_local_day(&day("cn", "2026-08-06", "off"), &actor).await.unwrap();
    let ids = ["demo".to_owned(), "cn".to_owned()];
    let days = store.local_days(&ids).await.unwrap();
    assert_eq!(days, [day("cn", "2026-08-06", "off"), day("demo", "2026-08-07", "off")]);
    assert_eq!(store.local_days(&ids[..1]).await.unwrap().len(), 1);
    assert!(store.delete_local_day("demo", "2026-08-07", &actor).await.unwrap());
    assert!(!store.delete_local_day("demo", "2026-08-07", &actor).await.unwrap());
    assert_eq!(store.local_days(&ids[..1]).await.unwrap(), []);
}
