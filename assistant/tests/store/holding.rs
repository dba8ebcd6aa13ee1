//! A person who takes a conversation over and then says nothing, and one who never comes.

use assistant::accounts::Role;
use assistant::store::{ClaimedJob, Job, NewMessage, Store, new_id};

use crate::conversations::{new_turn, open, reply};
use crate::database::Database;
use crate::work_orders::order;

crate::on_both_databases!(
    who_holds_a_conversation_and_says_nothing_loses_it,
    what_was_said_to_nobody_becomes_an_order,
    a_person_who_is_asked_for_again_is_waited_for_anew,
);

const WAIT: i64 = 300_000;

async fn say(store: &Store, conversation_id: &str, account_id: &str, at: i64) {
    let message = NewMessage {
        conversation_id,
        author: "worker",
        account_id: Some(account_id),
        work_order_id: None,
        text: "您说",
        client_id: &new_id(),
    };
    store.say(&message, at).await.unwrap();
}

/// What is due far in the future, of one kind.
async fn jobs(store: &Store, fits: impl Fn(&Job) -> bool) -> Vec<ClaimedJob> {
    let far = assistant::store::now() + 1_000_000_000;
    let mut claimed = store.claim_jobs(far, 100).await.unwrap();
    claimed.retain(|claimed| fits(&claimed.job));
    claimed
}

async fn who_holds_a_conversation_and_says_nothing_loses_it(database: Database) {
    let store = &database.store;
    let wang = database.account("wang", &[("demo", Role::Worker)]).await;
    let conversation = open(&database).await;
    let id = conversation.id.as_str();
    let turn = new_turn(&database, &conversation, "one").await;
    let filed = store.finish_turn(&turn, reply("好。"), Some(order(&conversation, "路灯坏了"))).await.unwrap();
    let number = filed.work_order.unwrap().number;
    assert_eq!(store.owed_word(id).await.unwrap(), None);

    let at = assistant::store::now();
    assert!(store.take_over(id, &wang.id, "现在是真人", at, WAIT).await.unwrap());
    // Whoever takes over owes a first word, and nothing more once it is said.
    assert_eq!(store.owed_word(id).await.unwrap().unwrap().since, at);
    let stale = store.owed_word(id).await.unwrap().unwrap();
    say(store, id, &wang.id, at).await;
    assert_eq!(store.owed_word(id).await.unwrap(), None);
    assert!(!store.take_back(&stale, None, at).await.unwrap(), "a word came in between");

    // The resident goes on, and hears nothing.
    while assistant::store::now() <= at {
        tokio::task::yield_now().await;
    }
    new_turn(&database, &conversation, "two").await;
    let owed = store.owed_word(id).await.unwrap().unwrap();
    assert_eq!((owed.holder.id.as_str(), owed.order.as_deref()), (wang.id.as_str(), Some(number.as_str())));
    assert_eq!(owed.said, ["路灯坏了"]);
    assert!(store.take_back(&owed, None, at).await.unwrap());
    assert!(!store.take_back(&owed, None, at).await.unwrap());
    assert_eq!(store.holding(id).await.unwrap().holder, None);
    let messages = store.messages(id, "").await.unwrap();
    let last = messages.iter().rfind(|message| message.author == "notice").unwrap();
    assert!(last.text.contains(&number) && last.text.contains("智能助手"), "{}", last.text);
    let mentions = store.mentions(&wang.id).await.unwrap();
    assert_eq!((mentions.len(), mentions[0].number.as_str()), (1, number.as_str()));
    let alerts = jobs(store, |job| {
        matches!(job, Job::Alert { event, account_id, .. }
            if event == "unanswered" && account_id.as_deref() == Some(wang.id.as_str()))
    });
    assert_eq!(alerts.await.len(), 1);
}

async fn what_was_said_to_nobody_becomes_an_order(database: Database) {
    let store = &database.store;
    let wang = database.account("wang", &[("demo", Role::Worker)]).await;
    let conversation = open(&database).await;
    let id = conversation.id.as_str();
    let turn = new_turn(&database, &conversation, "one").await;
    store.finish_turn(&turn, reply("好。"), None).await.unwrap();
    let at = assistant::store::now();
    assert!(store.take_over(id, &wang.id, "现在是真人", at, WAIT).await.unwrap());
    let waiting = jobs(store, |job| matches!(job, Job::AwaitWord { wait_ms: WAIT, .. })).await;
    assert_eq!(waiting.len(), 1);
    let owed = store.owed_word(id).await.unwrap().unwrap();
    assert_eq!((owed.order.as_deref(), owed.newest.as_str(), owed.said.len()), (None, "路灯坏了", 0));
    let new = order(&conversation, &owed.newest);
    assert!(store.take_back(&owed, Some(&new), at).await.unwrap());
    let (number, code) = store.newest_order(id).await.unwrap().expect("an order");
    let messages = store.messages(id, "").await.unwrap();
    assert!(messages.iter().any(|one| one.text.contains(&number) && one.text.contains(&code)), "{messages:?}");
}

async fn a_person_who_is_asked_for_again_is_waited_for_anew(database: Database) {
    let store = &database.store;
    let wang = database.account("wang", &[("demo", Role::Worker)]).await;
    let conversation = open(&database).await;
    let id = conversation.id.as_str();
    store.ask_for_person(id, 1000, WAIT).await.unwrap();
    // Asked for again while waiting, it is the same wait.
    store.ask_for_person(id, 2000, WAIT).await.unwrap();
    assert!(store.take_over(id, &wang.id, "现在是真人", 3000, WAIT).await.unwrap());
    assert!(store.give_back(id, &wang.id, "交还", 4000).await.unwrap());
    store.ask_for_person(id, 5000, WAIT).await.unwrap();
    let waits = jobs(store, |job| matches!(job, Job::NobodyCame { .. })).await;
    let mut asked: Vec<Option<i64>> = waits
        .iter()
        .map(|claimed| match &claimed.job {
            Job::NobodyCame { asked_at, .. } => *asked_at,
            _ => None,
        })
        .collect();
    asked.sort_unstable();
    assert_eq!(asked, [Some(1000), Some(5000)]);
    assert!(!store.nobody_came(id, Some(1000), "都在忙", 301_000).await.unwrap(), "somebody did come");
    assert_eq!(store.holding(id).await.unwrap().person_asked_at, Some(5000));
    assert!(store.nobody_came(id, Some(5000), "都在忙", 305_000).await.unwrap());
    // A job of an older version knew no time.
    store.ask_for_person(id, 6000, WAIT).await.unwrap();
    assert!(store.nobody_came(id, None, "都在忙", 306_000).await.unwrap());
}
