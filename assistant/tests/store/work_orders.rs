//! Work orders: filed with a reply, moved by the rules, found again, never doubled.

use assistant::accounts::Role;
use assistant::conversation::Reason;
use assistant::store::{
    Addition, Contact, Conversation, MoveError, NewWorkOrder, OrderFilter, OrderKind, OrderQueue, Sort, Span, Split,
    now,
};
use assistant::work_orders::{
    Actor, Clocks, Kinds, Move, Reading, Satisfaction, State, Survey, WorkOrders,
};
use assistant::working_time::{Clock, Limit};
use jiff::{SignedDuration, Timestamp};

use crate::conversations::{new_turn, open, reply};
use crate::database::Database;

crate::on_both_databases!(
    a_work_order_is_filed_with_the_reply,
    a_resident_adds_to_an_order_with_its_code,
    numbers_of_a_day_follow_one_another,
    an_order_goes_its_way_and_the_resident_hears_of_it,
    a_repeated_request_and_an_old_page_change_nothing,
    neighbours_orders_go_together_and_apart_again,
    the_inbox_shows_what_an_account_may_see,
    a_list_of_days_holds_what_was_filed_then,
    who_comes_and_goes_is_told_once,
    a_clock_that_ran_out_is_noted_once,
    a_job_is_claimed_by_one,
    figures_count_what_residents_said,
);

pub(crate) fn order(conversation: &Conversation, question: &str) -> NewWorkOrder {
    NewWorkOrder {
        kind: OrderKind::Repair.name().to_owned(),
        urgent: false,
        reason: Reason::Reported,
        community_id: conversation.community_id.clone(),
        conversation_id: conversation.id.clone(),
        question: question.to_owned(),
        slots: [("place".to_owned(), "3栋2单元".to_owned())].into(),
        evidence: Vec::new(),
        contact: Contact::default(),
        department: Some(("城乡建设".to_owned(), 0.75)),
        clocks: Clocks::default(),
        reading: Reading::default(),
    }
}

/// Files an order in a conversation of its own and returns its number and lookup code.
async fn file(database: &Database, question: &str) -> (String, String) {
    let conversation = open(database).await;
    let turn = new_turn(database, &conversation, question).await;
    let mut new = order(&conversation, question);
    orders(database).complete(&mut new).await.unwrap();
    let filed = database.store.finish_turn(&turn, reply("已登记。"), Some(new)).await.unwrap();
    let filed = filed.work_order.unwrap();
    (filed.number, filed.lookup_code)
}

fn orders(database: &Database) -> WorkOrders {
    WorkOrders::new(database.store.clone(), Kinds::builtin())
}

pub(crate) fn staff(account_id: &str) -> Actor {
    Actor::Staff {
        account_id: account_id.to_owned(),
        address: "test".to_owned(),
        dispatches: true,
        works: true,
        reviews: true,
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
    let kept = store.work_orders(None, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].number, announced.number);
    assert_eq!((kept[0].kind.as_str(), kept[0].state), ("报修", State::Filed));
    assert_eq!((kept[0].department.as_deref(), kept[0].department_confidence), (Some("城乡建设"), Some(0.75)));
    assert_eq!((kept[0].place_path.as_str(), kept[0].channel.as_str()), ("cn/demo/", "widget"));
    assert_eq!(kept[0].transcript[0]["resident"], "路灯坏了");
    assert_eq!(store.work_orders(Some("demo"), 10).await.unwrap().len(), 1);
    assert_eq!(store.work_orders(Some("cn"), 10).await.unwrap().len(), 0);
    let newest = store.newest_order(&conversation.id).await.unwrap();
    assert_eq!(newest, Some((announced.number, announced.lookup_code)));
}

async fn a_resident_adds_to_an_order_with_its_code(database: Database) {
    let store = &database.store;
    let (number, code) = file(&database, "路灯坏了").await;
    let orders = orders(&database);
    let add = async |code: &str, phone: Option<&str>, name: Option<&str>, note: Option<&str>| {
        let addition = Addition {
            contact: Contact { phone: phone.map(str::to_owned), name: name.map(str::to_owned) },
            note: note.map(str::to_owned),
            ..Addition::default()
        };
        orders.add(&number, Some(code), &addition, &WorkOrders::once()).await
    };
    let wrong = add("wrong", Some("13812345678"), None, None).await;
    assert!(matches!(wrong, Err(MoveError::NoSuchOrder)));
    add(&code, Some("13812345678"), None, None).await.unwrap();
    add(&code, None, Some("王桂兰"), Some("3栋2单元")).await.unwrap();
    assert!(store.work_order(&number, Some("wrong")).await.unwrap().is_none());
    let kept = store.work_order(&number, Some(&code)).await.unwrap().unwrap();
    assert_eq!(kept.contact.reveal().phone.as_deref(), Some("13812345678"));
    assert_eq!(kept.contact.reveal().name.as_deref(), Some("王桂兰"));
    assert!(kept.history.iter().any(|event| event.text.contains("3栋2单元")));
    assert!(store.work_order_by_phone(&number, "138 1234 5678").await.unwrap().is_some());
    assert!(store.work_order_by_phone(&number, "13800000000").await.unwrap().is_none());
}

async fn an_order_goes_its_way_and_the_resident_hears_of_it(database: Database) {
    let store = &database.store;
    let wang = database.account("wang", &[("demo", Role::Worker)]).await;
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    let (number, _) = file(&database, "路灯坏了").await;
    let orders = orders(&database);
    let step = async |who: &str, made: Move| {
        let version = store.work_order(&number, None).await.unwrap().unwrap().version;
        let request = WorkOrders::once();
        orders.make_move(&number, &made, &staff(who), &request, Some(version)).await.unwrap().order
    };
    step(&li.id, Move::Accept).await;
    let given = step(&li.id, Move::Dispatch { assignee_id: wang.id.clone() }).await;
    assert_eq!((given.state, given.assignee_id.as_deref()), (State::Dispatched, Some(wang.id.as_str())));
    let signed = step(&wang.id, Move::Sign).await;
    assert!(signed.clocks.respond.unwrap().stopped_at().is_some());
    // While the resident is asked something, the clock rests.
    let asked = step(&wang.id, Move::AskResident { question: "哪一盏灯？".to_owned() }).await;
    assert_eq!((asked.state, asked.clock_status.as_str(), asked.waiting_for_resident), (State::Suspended, "paused", true));
    let conversation = asked.conversation_id.clone();
    assert_eq!(store.order_waiting_for(&conversation).await.unwrap().as_deref(), Some(number.as_str()));
    let answer = Addition { note: Some("门口那盏".to_owned()), ..Addition::default() };
    let goes_on = orders.add(&number, None, &answer, &WorkOrders::once()).await.unwrap();
    assert_eq!((goes_on.state, goes_on.waiting_for_resident), (State::InProgress, false));
    assert!(goes_on.clocks.finish.unwrap().pauses().iter().all(|pause| pause.until.is_some()));
    let done = step(&wang.id, Move::Finish { outcome: "已解决".to_owned(), answer: "换了灯泡".to_owned() }).await;
    assert_eq!((done.state, done.clock_status.as_str()), (State::FollowUp, "met"));
    assert_eq!(store.order_in_follow_up(&conversation).await.unwrap().as_deref(), Some(number.as_str()));
    let unsolved = Survey { contacted: true, solved: Some(false), ..Survey::default() };
    let again = orders
        .make_move(&number, &Move::FollowUp { survey: unsolved }, &Actor::Resident, "verdict", None)
        .await
        .unwrap()
        .order;
    assert_eq!((again.state, again.reopened, again.clock_status.as_str()), (State::InProgress, 1, "running"));
    step(&wang.id, Move::Finish { outcome: "已解决".to_owned(), answer: "换了整盏灯".to_owned() }).await;
    let solved = Survey { contacted: true, solved: Some(true), satisfaction: Some(Satisfaction::Mostly), note: None };
    let over = step(&li.id, Move::FollowUp { survey: solved }).await;
    assert_eq!((over.state, over.outcome.as_deref()), (State::Archived, Some("已解决")));
    let told: Vec<String> = store.messages(&conversation, "").await.unwrap().into_iter().map(|one| one.text).collect();
    for words in ["已经受理", "在办了", "哪一盏灯", "换了灯泡", "重新办理", "换了整盏灯"] {
        assert!(told.iter().any(|text| text.contains(words)), "not told {words}: {told:?}");
    }
    // Each step stands once in the history, with who did it.
    let kinds: Vec<&str> = over.history.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["filed", "accept", "dispatch", "sign", "ask_resident", "added", "finish", "follow_up", "finish", "follow_up"]
    );
    assert_eq!(over.history[3].by.as_ref().map(|by| by.id.as_str()), Some(wang.id.as_str()));
}

async fn a_repeated_request_and_an_old_page_change_nothing(database: Database) {
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    let (number, _) = file(&database, "路灯坏了").await;
    let orders = orders(&database);
    let first = orders.make_move(&number, &Move::Accept, &staff(&li.id), "one", Some(1)).await.unwrap();
    assert!(!first.repeated);
    let again = orders.make_move(&number, &Move::Accept, &staff(&li.id), "one", Some(1)).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.order.version, first.order.version);
    let old = orders.make_move(&number, &Move::Claim, &staff(&li.id), "two", Some(1)).await;
    let Err(MoveError::ChangedMeanwhile { what, .. }) = old else { panic!("an old page changed the order") };
    assert!(what.contains("姓li") && what.contains("已受理"), "{what}");
    // Two at once: one goes first, the other is told.
    let (li, supervise) = (staff(&li.id), Move::Supervise { reason: "快".to_owned() });
    let (one, other) = tokio::join!(
        orders.make_move(&number, &Move::Claim, &li, "three", Some(2)),
        orders.make_move(&number, &supervise, &li, "four", Some(2)),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
}

async fn neighbours_orders_go_together_and_apart_again(database: Database) {
    let store = &database.store;
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    let (first, _) = file(&database, "3栋2单元电梯坏了，停在5楼").await;
    let (second, _) = file(&database, "3栋2单元的电梯坏了").await;
    let orders = orders(&database);
    let near = orders.similar("demo", "报修", "3栋2单元的电梯坏了", Some(&second)).await.unwrap();
    assert_eq!(near.iter().map(|line| line.number.as_str()).collect::<Vec<_>>(), [first.as_str()]);
    let merge = Move::Merge { into: first.clone() };
    let merged = orders.make_move(&second, &merge, &Actor::Resident, "m", None).await.unwrap().order;
    assert_eq!(merged.state, State::Merged);
    orders.make_move(&first, &Move::Claim, &staff(&li.id), "c", None).await.unwrap();
    let done = Move::Finish { outcome: "已解决".to_owned(), answer: "电梯修好了".to_owned() };
    let main = orders.make_move(&first, &done, &staff(&li.id), "f", None).await.unwrap().order;
    assert_eq!(store.merged_orders(&main.id).await.unwrap().len(), 1);
    // Every reporter hears of it, by their own number.
    let told = store.messages(&merged.conversation_id, "").await.unwrap();
    assert!(told.iter().any(|one| one.text.contains("电梯修好了") && one.text.contains(&second)), "{told:?}");
    let into_itself = orders.make_move(&first, &Move::Merge { into: first.clone() }, &staff(&li.id), "s", None).await;
    assert!(matches!(into_itself, Err(MoveError::Refused(_))));
    let apart = orders.make_move(&second, &Move::Unmerge, &staff(&li.id), "u", None).await.unwrap().order;
    assert_eq!((apart.state, apart.merged_into), (State::Filed, None));
}

async fn the_inbox_shows_what_an_account_may_see(database: Database) {
    let store = &database.store;
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    database.place("elsewhere", "cn").await;
    let mut numbers = Vec::new();
    for index in 0..5 {
        numbers.push(file(&database, &format!("第{index}盏路灯坏了_50%")).await.0);
    }
    let here = ["cn/demo/".to_owned()];
    let filter = OrderFilter { sort: Sort::Oldest, limit: Some(2), ..OrderFilter::default() };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let filter = OrderFilter { after: after.clone(), ..filter.clone() };
        let page = store.order_list(&li.id, &here, &filter).await.unwrap();
        assert_eq!(page.total, 5);
        seen.extend(page.orders.into_iter().map(|line| line.number));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, numbers);
    let count = async |scopes: &[String], filter: OrderFilter| {
        store.order_list(&li.id, scopes, &filter).await.unwrap().total
    };
    let words = |q: &str| OrderFilter { q: Some(q.to_owned()), ..OrderFilter::default() };
    assert_eq!(count(&["cn/elsewhere/".to_owned()], OrderFilter::default()).await, 0);
    assert_eq!(count(&here, words("第3盏")).await, 1);
    assert_eq!(count(&here, words("路灯 3栋")).await, 5);
    // What means something to the database is found as it is written.
    assert_eq!(count(&here, words("_50%")).await, 5);
    assert_eq!(count(&here, words("%路%灯%")).await, 0);
    let orders = orders(&database);
    orders.make_move(&numbers[0], &Move::Claim, &staff(&li.id), "c", None).await.unwrap();
    orders
        .note(&numbers[1], "@li 看一下", std::slice::from_ref(&li.id), &staff(&li.id), "n")
        .await
        .unwrap();
    let mine = OrderFilter { queue: OrderQueue::Mine, ..OrderFilter::default() };
    assert_eq!(count(&here, mine).await, 1);
    let named = OrderFilter { queue: OrderQueue::Mentions, ..OrderFilter::default() };
    assert_eq!(count(&here, named).await, 1);
    let counts = store.queue_counts(&li.id, &here).await.unwrap();
    assert_eq!((counts.to_accept, counts.in_progress, counts.mine, counts.mentions), (4, 1, 1, 1));
}

async fn a_list_of_days_holds_what_was_filed_then(database: Database) {
    let store = &database.store;
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    let before = now();
    file(&database, "路灯坏了").await;
    let after = now() + 1;
    let count = async |filed_from: Option<i64>, filed_until: Option<i64>| {
        let filter = OrderFilter { filed_from, filed_until, ..OrderFilter::default() };
        store.order_list(&li.id, &["cn/".to_owned()], &filter).await.unwrap().total
    };
    assert_eq!(count(Some(before), Some(after)).await, 1);
    assert_eq!(count(None, Some(before)).await, 0);
    assert_eq!(count(Some(after), None).await, 0);
    let page = store.order_list(&li.id, &["cn/".to_owned()], &OrderFilter::default()).await.unwrap();
    assert!(page.orders[0].working_time, "a lamp is mended in working time");
}

async fn who_comes_and_goes_is_told_once(database: Database) {
    let store = &database.store;
    let wang = database.account("wang", &[("demo", Role::Worker)]).await;
    let li = database.account("li", &[("demo", Role::Worker)]).await;
    let (number, _) = file(&database, "路灯坏了").await;
    let order = store.work_order(&number, None).await.unwrap().unwrap();
    let before = now();
    let changes = async || {
        let changes = store.changes_since(before).await.unwrap();
        let mut ids: Vec<String> =
            changes.into_iter().filter(|(_, change)| change.kind == "presence").map(|(id, _)| id).collect();
        ids.dedup();
        ids.len()
    };
    assert!(store.present(&order.id, &wang.id, Some(false)).await.unwrap());
    assert_eq!(changes().await, 1);
    let seen = store.others_present(&order.id, &li.id).await.unwrap();
    assert_eq!((seen.len(), seen[0].person.id.as_str(), seen[0].writing), (1, wang.id.as_str(), false));
    // A sign of life is no news; writing is, and so is leaving.
    while now() == before {
        tokio::task::yield_now().await;
    }
    let came = now();
    while now() == came {
        tokio::task::yield_now().await;
    }
    assert!(!store.present(&order.id, &wang.id, Some(false)).await.unwrap());
    assert!(store.present(&order.id, &wang.id, Some(true)).await.unwrap());
    assert!(store.others_present(&order.id, &li.id).await.unwrap()[0].writing);
    assert!(store.present(&order.id, &wang.id, None).await.unwrap());
    assert!(store.others_present(&order.id, &li.id).await.unwrap().is_empty());
}

async fn a_clock_that_ran_out_is_noted_once(database: Database) {
    let store = &database.store;
    let conversation = open(&database).await;
    let turn = new_turn(&database, &conversation, "a").await;
    let orders = orders(&database);
    let mut new = order(&conversation, "路灯坏了");
    orders.complete(&mut new).await.unwrap();
    let limit: Limit = "30m elapsed".parse().unwrap();
    let filed_at = Timestamp::now() - SignedDuration::from_mins(40);
    new.clocks = Clocks { respond: Some(Clock::start(filed_at, limit)), finish: None };
    let time = orders.time_at("demo").await.unwrap();
    // As it stood before the program stopped.
    new.reading = new.clocks.read(&time, filed_at);
    store.finish_turn(&turn, reply("好。"), Some(new)).await.unwrap();
    let due = store.orders_with_due_clocks(now(), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    let reading = due[0].clocks.read(&time, Timestamp::now());
    for _ in 0..2 {
        store.clock_changed(&due[0], reading, Some("已超时"), now()).await.unwrap();
    }
    let kept = store.work_order(&due[0].number, None).await.unwrap().unwrap();
    assert_eq!((kept.clock_status.as_str(), kept.supervised), ("overdue", true));
    assert_eq!(kept.history.iter().filter(|event| event.kind == "overdue").count(), 1);
    assert!(store.orders_with_due_clocks(now(), 10).await.unwrap().is_empty());
}

async fn a_job_is_claimed_by_one(database: Database) {
    let store = &database.store;
    for index in 0..20 {
        file(&database, &format!("{index}")).await;
    }
    let at = now();
    let (one, other) = tokio::join!(store.claim_jobs(at, 15), store.claim_jobs(at, 15));
    let mut ids: Vec<String> = one.unwrap().into_iter().chain(other.unwrap()).map(|job| job.id).collect();
    assert_eq!(ids.len(), 20);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
    assert!(store.claim_jobs(at, 15).await.unwrap().is_empty());
    // Who claimed them is gone: after a minute they are somebody else's.
    assert_eq!(store.claim_jobs(at + 61_000, 50).await.unwrap().len(), 20);
    store.finish_job(&ids[0], &[]).await.unwrap();
    store.fail_job(&ids[1], "unreachable", Some(at + 5_000)).await.unwrap();
    store.fail_job(&ids[2], "unknown", None).await.unwrap();
    assert_eq!(store.claim_jobs(at + 200_000, 50).await.unwrap().len(), 18);
}

async fn figures_count_what_residents_said(database: Database) {
    let store = &database.store;
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    let orders = orders(&database);
    for (index, (solved, satisfaction)) in
        [(true, Satisfaction::Satisfied), (true, Satisfaction::Mostly), (true, Satisfaction::Dissatisfied)]
            .into_iter()
            .enumerate()
    {
        let (number, _) = file(&database, &format!("第{index}件")).await;
        orders.make_move(&number, &Move::Claim, &staff(&li.id), "c", None).await.unwrap();
        let done = Move::Finish { outcome: "已解决".to_owned(), answer: "好了".to_owned() };
        orders.make_move(&number, &done, &staff(&li.id), "f", None).await.unwrap();
        let survey = Survey { contacted: true, solved: Some(solved), satisfaction: Some(satisfaction), note: None };
        orders.make_move(&number, &Move::FollowUp { survey }, &Actor::Resident, "v", None).await.unwrap();
    }
    file(&database, "还没办的").await;
    let span = Span { scopes: vec!["cn/".to_owned()], from: now() - 60_000, until: now() + 60_000, kind: None };
    let total = store.tallies(&span, Split::Total).await.unwrap().remove("").unwrap();
    assert_eq!((total.filed, total.archived, total.open, total.followed_up), (4, 3, 1, 3));
    assert_eq!((total.solved, total.satisfied, total.mostly, total.judged), (3, 1, 1, 3));
    assert_eq!((total.in_time, total.late, total.conversations, total.without_order), (3, 0, 4, 0));
    let by_community = store.tallies(&span, Split::Community).await.unwrap();
    assert_eq!(by_community["demo"].filed, 4);
    let needs = store.needs(&span).await.unwrap();
    assert_eq!(needs[&("demo".to_owned(), "报修".to_owned())], 4);
    let elsewhere = Span { scopes: vec!["cn/nowhere/".to_owned()], ..span };
    assert!(store.tallies(&elsewhere, Split::Total).await.unwrap().is_empty());
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
