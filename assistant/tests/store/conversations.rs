//! Conversations and their turns.

use assistant::conversation::{Disposition, Rating, Reply, Sentence};
use assistant::store::{Conversation, StartedTurn};

use crate::database::Database;

crate::on_both_databases!(
    a_conversation_opens_with_its_token_only,
    a_repeated_message_is_the_same_turn,
    messages_at_once_each_have_their_place,
    a_reply_is_kept_once_and_rated,
    what_was_cut_off_is_found_again,
);

pub(crate) async fn open(database: &Database) -> Conversation {
    database.store.open_conversation("demo", "widget", None, "secret").await.unwrap()
}

pub(crate) fn reply(text: &str) -> Reply {
    let mut reply = Reply::new(Disposition::Answered);
    reply.sentences.push(Sentence::plain(text));
    reply
}

pub(crate) async fn new_turn(database: &Database, conversation: &Conversation, client_id: &str) -> String {
    match database.store.start_turn(&conversation.id, client_id, "路灯坏了").await.unwrap() {
        StartedTurn::New(turn) => turn.id,
        StartedTurn::Known(turn) => panic!("known: {turn:?}"),
    }
}

async fn a_conversation_opens_with_its_token_only(database: Database) {
    let store = &database.store;
    let opened = store.open_conversation("demo", "widget", Some("kunming"), "secret").await.unwrap();
    assert_eq!(store.conversation(&opened.id, "secret").await.unwrap(), Some(opened.clone()));
    assert_eq!(store.conversation(&opened.id, "wrong").await.unwrap(), None);
    store.choose_variety(&opened.id, None).await.unwrap();
    let found = store.conversation(&opened.id, "secret").await.unwrap().unwrap();
    assert_eq!(found.variety, None);
    assert!(store.open_conversation("nowhere", "widget", None, "secret").await.is_err());
}

async fn a_repeated_message_is_the_same_turn(database: Database) {
    let conversation = open(&database).await;
    let id = new_turn(&database, &conversation, "once").await;
    let again = database.store.start_turn(&conversation.id, "once", "路灯坏了").await.unwrap();
    assert!(matches!(&again, StartedTurn::Known(turn) if turn.id == id), "{again:?}");
    assert_eq!(database.store.turns(&conversation.id).await.unwrap().len(), 1);
}

async fn messages_at_once_each_have_their_place(database: Database) {
    let conversation = open(&database).await;
    let messages = (0..16).map(|number| {
        let (store, id) = (database.store.clone(), conversation.id.clone());
        // Each comes twice, as after a lost connection.
        let client_id = format!("client-{}", number / 2);
        tokio::spawn(async move { store.start_turn(&id, &client_id, "话").await.unwrap() })
    });
    let mut new = 0;
    for started in futures::future::join_all(messages).await {
        new += usize::from(matches!(started.unwrap(), StartedTurn::New(_)));
    }
    assert_eq!(new, 8);
    let turns = database.store.turns(&conversation.id).await.unwrap();
    let places: Vec<u32> = turns.iter().map(|turn| turn.ordinal).collect();
    assert_eq!(places, [0, 1, 2, 3, 4, 5, 6, 7]);
}

async fn a_reply_is_kept_once_and_rated(database: Database) {
    let store = &database.store;
    let conversation = open(&database).await;
    let turn = new_turn(&database, &conversation, "a").await;
    store.finish_turn(&turn, reply("到社区办。"), None).await.unwrap();
    assert!(store.finish_turn(&turn, reply("又一次"), None).await.is_err());
    assert!(store.rate_turn(&conversation.id, &turn, Some(Rating::Down), Some("没说钱")).await.unwrap());
    assert!(!store.rate_turn("another", &turn, Some(Rating::Up), None).await.unwrap());
    let kept = store.turns(&conversation.id).await.unwrap().remove(0);
    assert_eq!(kept.reply.unwrap().text(), "到社区办。");
    assert_eq!(kept.rating, Some(Rating::Down));
    store.rate_turn(&conversation.id, &turn, None, None).await.unwrap();
    assert_eq!(store.turns(&conversation.id).await.unwrap()[0].rating, None);
}

async fn what_was_cut_off_is_found_again(database: Database) {
    let store = &database.store;
    let conversation = open(&database).await;
    let done = new_turn(&database, &conversation, "a").await;
    let cut_off = new_turn(&database, &conversation, "b").await;
    store.finish_turn(&done, reply("好。"), None).await.unwrap();
    let found = store.unfinished_turns().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0.id, cut_off);
    assert_eq!(found[0].1, conversation);
}
