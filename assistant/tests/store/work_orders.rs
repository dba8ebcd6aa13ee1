//! Work orders that are filed with a reply, and what residents add to them.

use assistant::conversation::Reason;
use assistant::store::{Contact, Conversation, NewWorkOrder, OrderKind};

use crate::conversations::{new_turn, open, reply};
use crate::database::Database;

crate::on_both_databases!(
    a_work_order_is_filed_with_the_reply,
    a_resident_adds_to_an_order_with_its_code,
    numbers_of_a_day_follow_one_another,
);

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
