//! Figures: the tallies that the database keeps say what the events of all orders say.

use std::collections::BTreeMap;

use assistant::accounts::Role;
use assistant::store::{MoveError, OrderEdit, OrderFilter, OrderQueue, Span, Split, Store, Tally, WorkOrder};
use assistant::work_orders::{Kinds, Move, Satisfaction, State, Survey, WorkOrders};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::{TimeZone, offset};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::AnyConnection;

use crate::conversations::{new_turn, reply};
use crate::database::Database;
use crate::work_orders::{order, staff};

crate::on_both_databases!(what_is_kept_by_month_is_what_the_events_say);

/// Places with their paths.
const PLACES: [(&str, &str); 4] =
    [("demo", "cn/demo/"), ("street", "cn/street/"), ("east", "cn/street/east/"), ("west", "cn/street/west/")];

const KINDS: [&str; 3] = ["报修", "投诉", "咨询"];

/// What the test knows of a conversation.
struct Told {
    place: &'static str,
    channel: &'static str,
    at: i64,
    spoken: bool,
    number: Option<String>,
}

fn zone() -> TimeZone {
    TimeZone::fixed(offset(8))
}

fn start(day: Date) -> i64 {
    day.to_zoned(zone()).unwrap().timestamp().as_millisecond()
}

fn pick<T: Copy>(random: &mut StdRng, among: &[T]) -> T {
    among[random.random_range(0..among.len())]
}

/// A moment of five months, often the first or the last of one.
fn moment(random: &mut StdRng) -> i64 {
    let month = start(date(2026, random.random_range(3..8), 1));
    match random.random_range(0..4) {
        0 => month,
        1 => month - 1,
        _ => month + random.random_range(0..28 * 86_400_000),
    }
}

/// Opens conversations of those months and files an order in most.
async fn fill(database: &Database, past: &mut AnyConnection, random: &mut StdRng) -> Vec<Told> {
    let store = &database.store;
    let mut told = Vec::new();
    for index in 0..60 {
        let place = pick(random, &PLACES).0;
        let channel = pick(random, &["widget", "phone", "counter"]);
        let at = moment(random);
        let conversation = store.open_conversation(place, channel, None, "secret").await.unwrap();
        let spoken = random.random_bool(0.9);
        let mut number = None;
        if spoken {
            let turn = new_turn(database, &conversation, &format!("{index}")).await;
            if random.random_bool(0.8) {
                let mut new = order(&conversation, "路灯坏了");
                pick(random, &KINDS).clone_into(&mut new.kind);
                let orders = WorkOrders::new(store.clone(), Kinds::builtin());
                orders.complete(&mut new).await.unwrap();
                let filed = store.finish_turn(&turn, reply("已登记。"), Some(new)).await.unwrap();
                number = filed.work_order.map(|filed| filed.number);
            }
        }
        for statement in [
            "UPDATE conversations SET created_at = $1 WHERE id = $2",
            "UPDATE work_orders SET created_at = $1 WHERE conversation_id = $2",
        ] {
            sqlx::query(statement).bind(at).bind(&conversation.id).execute(&mut *past).await.unwrap();
        }
        told.push(Told { place, channel, at, spoken, number });
    }
    told
}

/// Makes moves that may be refused, and changes what an order is and where it belongs.
async fn stir(store: &Store, numbers: &[&str], account: &str, past: &mut AnyConnection, random: &mut StdRng) {
    let orders = WorkOrders::new(store.clone(), Kinds::builtin());
    let words = || "因为".to_owned();
    for _ in 0..400 {
        let number = pick(random, numbers);
        let request = WorkOrders::once();
        if random.random_bool(0.1) {
            let edit = OrderEdit {
                kind: random.random_bool(0.5).then(|| pick(random, &KINDS).to_owned()),
                community_id: random.random_bool(0.5).then(|| pick(random, &PLACES).0.to_owned()),
                ..OrderEdit::default()
            };
            orders.edit(number, &edit, &staff(account), &request, None).await.unwrap();
            continue;
        }
        let survey = Survey {
            contacted: random.random_bool(0.8),
            solved: Some(random.random_bool(0.7)),
            satisfaction: pick(
                random,
                &[None, Some(Satisfaction::Satisfied), Some(Satisfaction::Mostly), Some(Satisfaction::Dissatisfied)],
            ),
            note: None,
        };
        let made = match random.random_range(0..11) {
            0 => Move::Accept,
            1 => Move::Dispatch { assignee_id: account.to_owned() },
            2 => Move::Sign,
            3 => Move::Claim,
            4 | 5 => Move::Finish { outcome: "已解决".to_owned(), answer: words() },
            6 | 7 => Move::FollowUp { survey },
            8 => Move::Reopen { reason: words() },
            9 => Move::Decline { answer: words() },
            _ => {
                let into = pick(random, numbers).to_owned();
                if random.random_bool(0.5) { Move::Merge { into } } else { Move::Unmerge }
            }
        };
        // What is not possible changes nothing.
        match orders.make_move(number, &made, &staff(account), &request, None).await {
            Ok(_) | Err(MoveError::Refused(_)) => {}
            Err(error) => panic!("{made:?}: {error}"),
        }
        if random.random_bool(0.1) {
            sqlx::query("UPDATE work_orders SET clock_status = 'missed' WHERE number = $1 AND clock_status = 'met'")
                .bind(number)
                .execute(&mut *past)
                .await
                .unwrap();
        }
    }
}

/// What an order counts, from its events and from what the resident said last.
fn counted(order: &WorkOrder) -> Tally {
    let (mut state, mut signed, mut finished, mut reopened) = (State::Filed, false, false, false);
    for event in &order.history {
        state = event.to_state.unwrap_or(state);
        match (event.kind.as_str(), state) {
            ("sign" | "claim", _) => signed = true,
            ("finish", State::FollowUp) | ("approve" | "decline", _) => finished = true,
            ("follow_up", State::Archived) => {}
            ("reopen" | "follow_up", _) => (finished, reopened) = (false, true),
            _ => {}
        }
    }
    let survey = order.survey.clone().filter(|survey| survey.contacted);
    let said = |wanted: &dyn Fn(&Survey) -> bool| i64::from(survey.as_ref().is_some_and(wanted));
    Tally {
        filed: 1,
        archived: i64::from(state == State::Archived),
        open: i64::from(!matches!(state, State::Archived | State::Merged)),
        followed_up: said(&|_| true),
        responded: said(&|_| signed),
        solved: said(&|survey| survey.solved == Some(true)),
        satisfied: said(&|survey| survey.satisfaction == Some(Satisfaction::Satisfied)),
        mostly: said(&|survey| survey.satisfaction == Some(Satisfaction::Mostly)),
        judged: said(&|survey| survey.satisfaction.is_some()),
        in_time: i64::from(finished && order.clock_status == "met"),
        late: i64::from(finished && order.clock_status == "missed"),
        reopened: i64::from(reopened),
        ..Tally::default()
    }
}

/// The slow way: every order and every conversation, one by one.
fn reference(
    told: &[Told],
    orders: &BTreeMap<String, WorkOrder>,
    span: &Span,
    split: Split,
) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let within = |place: &str, at: i64| {
        let (_, path) = PLACES.into_iter().find(|(id, _)| *id == place).unwrap();
        (span.from..span.until).contains(&at) && span.scopes.iter().any(|scope| path.starts_with(scope.as_str()))
    };
    let key = |place: &str, kind: &str, at: i64| match split {
        Split::Total => String::new(),
        Split::Community => place.to_owned(),
        Split::Kind => kind.to_owned(),
        Split::Month => Timestamp::from_millisecond(at).unwrap().to_zoned(zone()).strftime("%Y-%m").to_string(),
    };
    for one in told {
        if let Some(order) = one.number.as_ref().map(|number| &orders[number]) {
            let kind = span.kind.as_ref().is_none_or(|kind| *kind == order.kind);
            if kind && within(&order.community_id, one.at) {
                *tallies.entry(key(&order.community_id, &order.kind, one.at)).or_default() += &counted(order);
            }
        }
        let counts = one.spoken && one.channel != "counter" && span.kind.is_none() && split != Split::Kind;
        if counts && within(one.place, one.at) {
            let without_order = i64::from(one.number.is_none());
            *tallies.entry(key(one.place, "", one.at)).or_default() +=
                &Tally { conversations: 1, without_order, ..Tally::default() };
        }
    }
    tallies
}

async fn compare(store: &Store, told: &[Told], random: &mut StdRng) {
    let mut orders = BTreeMap::new();
    for number in told.iter().filter_map(|one| one.number.as_ref()) {
        orders.insert(number.clone(), store.work_order(number, None).await.unwrap().unwrap());
    }
    for round in 0..24 {
        let (one, other) = (moment(random), moment(random));
        let scopes: &[&str] =
            [&["cn/"][..], &["cn/street/"], &["cn/street/east/", "cn/demo/"], &["cn/street/west/", "cn/"]][round % 4];
        let mut span = Span {
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            from: one.min(other),
            until: one.max(other),
            kind: (round % 5 == 0).then(|| pick(random, &KINDS).to_owned()),
        };
        if round % 3 == 0 {
            (span.from, span.until) = (start(date(2026, 1, 10)), start(date(2026, 9, 10)));
        }
        for split in [Split::Total, Split::Community, Split::Kind, Split::Month] {
            let fast = store.tallies(&span, split).await.unwrap();
            assert_eq!(fast, reference(told, &orders, &span, split), "{split:?} of {span:?}");
        }
        for (queue, states) in
            [(OrderQueue::All, &[][..]), (OrderQueue::Archived, &[State::Archived, State::Merged])]
        {
            let filter = OrderFilter {
                queue,
                kind: span.kind.clone(),
                community: (round % 2 == 0).then(|| "street".to_owned()),
                ..OrderFilter::default()
            };
            let page = store.order_list("nobody", &span.scopes, &filter).await.unwrap();
            let there = orders.values().filter(|order| {
                (states.is_empty() || states.contains(&order.state))
                    && filter.kind.as_ref().is_none_or(|kind| *kind == order.kind)
                    && span.scopes.iter().any(|scope| order.place_path.starts_with(scope.as_str()))
                    && (filter.community.is_none() || order.place_path.starts_with("cn/street/"))
            });
            assert_eq!(page.total, there.count() as i64, "{filter:?} in {scopes:?}");
        }
    }
}

async fn what_is_kept_by_month_is_what_the_events_say(database: Database) {
    for (id, parent) in [("street", "cn"), ("east", "street"), ("west", "street")] {
        database.place(id, parent).await;
    }
    let li = database.account("li", &[("cn", Role::Dispatcher)]).await;
    let mut past = database.connect().await;
    let mut random = StdRng::seed_from_u64(4);
    let told = fill(&database, &mut past, &mut random).await;
    compare(&database.store, &told, &mut random).await;
    let numbers: Vec<&str> = told.iter().filter_map(|one| one.number.as_deref()).collect();
    stir(&database.store, &numbers, &li.id, &mut past, &mut random).await;
    compare(&database.store, &told, &mut random).await;
    // A version that counts otherwise, or never counted, is followed by one that counts anew.
    for statement in ["DELETE FROM tallies", "UPDATE tallies_laid SET statements = ''"] {
        sqlx::query(statement).execute(&mut past).await.unwrap();
    }
    let store = Store::open(&database.url).await.unwrap();
    compare(&store, &told, &mut random).await;
    stir(&store, &numbers, &li.id, &mut past, &mut random).await;
    compare(&store, &told, &mut random).await;
    store.close().await;
}
