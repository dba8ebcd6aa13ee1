//! Conversations, their turns, and the work orders that are filed with a reply.

use assistant::conversation::{Disposition, Rating, Reason, Reply, Sentence};
use assistant::store::{Contact, Conversation, NewWorkOrder, OrderKind, StartedTurn};

use crate::database::Database;

crate::on_both_databases!(
    a_conversation_opens_with_its_token_only,
    a_repeated_message_is_the_same_turn,
    messages_at_once_each_have_their_place,
    a_reply_is_kept_once_and_rated,
    what_was_cut_off_is_found_again,
    a_work_order_is_filed_with_the_reply,
    a_resident_adds_to_an_order_with_its_code,
    numbers_of_a_day_follow_one_another,
);

async fn open(database: &Database) -> Conversation {
    database.store.open_conversation("demo", "widget", None, "secret").await.unwrap()
}

fn reply(text: &str) -> Reply {
    let mut reply = Reply::new(Disposition::Answered);
    reply.sentences.push(Sentence::plain(text));
    reply
}

fn order(conversation: &Conversation, question: &str) -> NewWorkOrder {
    NewWorkOrder {
        kind: OrderKind::Repair,
        urgent: false,
        reason: Reason::Reported,
        community_id: conversation.community_id.clone(),
        conversation_id: conversation.id.clone(),
        question: question.to_owned(),
        evidence: Vec::new(),
        contact: Contact::default(),
    }
}

async fn new_turn(database: &Database, conversation: &Conversation, client_id: &str) -> String {
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

async fn a_work_order_is_filed_with_the_reply(database: Database) {
    let store = &database.store;
    let conversation = open(&database).await;
    assert_eq!(store.newest_order(&conversation.id).await.unwrap(), None);
    let turn = new_turn(&database, &conversation, "a").await;
    let filed = store
        .finish_turn(&turn, reply("已登记。"), Some(order(&conversation, "路灯坏了")))
        .await
        .unwrap();
    let announced = filed.work_order.clone().unwrap();
    assert!(filed.text().contains(&announced.number) && filed.text().contains(&announced.lookup_code));
    // A second reply to the turn is refused with its order.
    let again = store.finish_turn(&turn, reply("又"), Some(order(&conversation, "又"))).await;
    assert!(again.is_err());
    let orders = store.work_orders(None, 10).await.unwrap();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].number, announced.number);
    assert_eq!(orders[0].kind, OrderKind::Repair);
    assert_eq!(orders[0].transcript[0]["resident"], "路灯坏了");
    assert_eq!(store.work_orders(Some("demo"), 10).await.unwrap().len(), 1);
    assert_eq!(store.work_orders(Some("cn"), 10).await.unwrap().len(), 0);
    let newest = store.newest_order(&conversation.id).await.unwrap();
    assert_eq!(newest, Some((announced.number, announced.lookup_code)));
}

async fn a_resident_adds_to_an_order_with_its_code(database: Database) {
    let store = &database.store;
    let conversation = open(&database).await;
    let turn = new_turn(&database, &conversation, "a").await;
    let filed = store
        .finish_turn(&turn, reply("已登记。"), Some(order(&conversation, "路灯坏了")))
        .await
        .unwrap()
        .work_order
        .unwrap();
    let phone = Contact { phone: Some("13812345678".to_owned()), name: None };
    let name = Contact { phone: None, name: Some("王桂兰".to_owned()) };
    let add = |code: String, contact: Contact, note: Option<&'static str>| {
        let number = filed.number.clone();
        async move { store.add_to_order(&number, &code, &contact, note).await.unwrap() }
    };
    assert!(!add("wrong".to_owned(), phone.clone(), None).await);
    assert!(add(filed.lookup_code.clone(), phone, None).await);
    assert!(add(filed.lookup_code.clone(), name, Some("3栋2单元")).await);
    assert!(store.work_order(&filed.number, Some("wrong")).await.unwrap().is_none());
    let kept = store.work_order(&filed.number, Some(&filed.lookup_code)).await.unwrap().unwrap();
    assert_eq!(kept.contact.reveal().phone.as_deref(), Some("13812345678"));
    assert_eq!(kept.contact.reveal().name.as_deref(), Some("王桂兰"));
    assert!(kept.history.iter().any(|event| event.text.contains("3栋2单元")));
}

async fn numbers_of_a_day_follow_one_another(database: Database) {
    let conversation = open(&database).await;
    let mut turns = Vec::new();
    for number in 0..10 {
        turns.push(new_turn(&database, &conversation, &number.to_string()).await);
    }
    let filings = turns.into_iter().map(|turn| {
        let (store, order) = (database.store.clone(), order(&conversation, "路灯坏了"));
        tokio::spawn(async move { store.finish_turn(&turn, reply("好。"), Some(order)).await.unwrap() })
    });
    let mut numbers: Vec<u32> = futures::future::join_all(filings)
        .await
        .into_iter()
        .map(|filed| {
            let number = filed.unwrap().work_order.unwrap().number;
            number.rsplit('-').next().unwrap().parse().unwrap()
        })
        .collect();
    numbers.sort_unstable();
    // Midnight may fall in between.
    assert!(numbers.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{numbers:?}");
    assert_eq!(numbers[0], 1);
}
