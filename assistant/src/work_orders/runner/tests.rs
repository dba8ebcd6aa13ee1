use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

use super::*;
use crate::alerts::Rules;
use crate::conversation::{Disposition, Reply};
use crate::store::{StartedTurn, Store};
use crate::work_orders::Kinds;

async fn urgent_alerts(connection: &mut AnyConnection) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE kind = 'alert' AND payload LIKE '%\"urgent\"%'")
        .fetch_one(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_urgent_order_alerts_again_and_again_until_somebody_signs() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("xiangyin.db").display());
    let store = Store::open(&url).await.unwrap();
    store.seed_communities().await.unwrap();
    let work_orders = WorkOrders::new(store.clone(), Kinds::builtin());
    let deliverer = Deliverer::new(None, Rules::default()).unwrap();
    // Every look comes later than the next alert is due.
    let runner = Runner::new(work_orders.clone(), deliverer, "http://desk.example", Duration::ZERO);

    let conversation = store.open_conversation("demo", "widget", None, "secret").await.unwrap();
    let StartedTurn::New(turn) = store.start_turn(&conversation.id, "one", "着火了").await.unwrap() else {
        panic!("nothing was said before");
    };
    let owed = OwedWord {
        conversation_id: conversation.id.clone(),
        community_id: "demo".to_owned(),
        holder: crate::store::Person { id: String::new(), name: String::new() },
        since: 0,
        turn_id: turn.id.clone(),
        newest: "着火了".to_owned(),
        said: Vec::new(),
        order: None,
    };
    let mut order = runner.unanswered(&owed).await.unwrap();
    order.urgent = true;
    let filed = store.finish_turn(&turn.id, Reply::new(Disposition::Emergency), Some(order)).await.unwrap();
    let number = filed.work_order.unwrap().number;

    let mut connection = AnyConnection::connect(&url).await.unwrap();
    for alerts in 1..=3 {
        runner.round().await.unwrap();
        assert_eq!(urgent_alerts(&mut connection).await, alerts);
    }
    let worker = Actor::Staff {
        account_id: new_worker(&store).await,
        address: "test".to_owned(),
        dispatches: false,
        works: true,
        reviews: false,
    };
    work_orders.make_move(&number, &Move::Claim, &worker, "claim", None).await.unwrap();
    for _ in 0..3 {
        runner.round().await.unwrap();
    }
    assert_eq!(urgent_alerts(&mut connection).await, 3);
    assert_eq!(store.next_job_at().await.unwrap(), None, "nothing is left to be done");
}

async fn new_worker(store: &Store) -> String {
    let new = crate::store::NewAccount {
        login: "wang".to_owned(),
        name: "王".to_owned(),
        password_hash: "hash".to_owned(),
        ..crate::store::NewAccount::default()
    };
    store.add_account(&new, &crate::store::Actor::program()).await.unwrap().unwrap().id
}
