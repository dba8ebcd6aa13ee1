//! SIGKILL at random points under load: what was acknowledged is there afterwards, once.
//!
//! `XIANGYIN_TEST_KILLS` says how often the server is killed, eight times if it is not set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Product, Resident, Server, Worker, move_request};

const FLAGS: &[&str] = &["--set=models.writing=none"];
const SEED: u64 = 20_261_122;
const CLERKS: usize = 3;
const RESIDENTS: usize = 2;
/// Most requests that are sent between two kills.
const MOST_REQUESTS: u64 = 40;
/// Longest time between the last of them and the kill, and between a start and a kill, in milliseconds.
const MOST_MILLISECONDS: (u64, u64) = (60, 1500);
const PHONE: &str = "13812345678";
const MASKED_PHONE: &str = "138******78";
/// Longest wait for the others to get anywhere.
const PATIENCE: Duration = Duration::from_secs(120);

/// The same numbers in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % most
    }
}

/// What the one that kills and those that work know of each other.
#[derive(Default)]
struct Gate {
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Default)]
struct Known {
    up: bool,
    over: bool,
    failed: bool,
    sent: u64,
}

impl Gate {
    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    fn wait_until(&self, what: &str, fits: impl Fn(&Known) -> bool) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, waited) = self
            .changed
            .wait_timeout_while(known, PATIENCE, |known| !known.failed && !fits(known))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!known.failed, "another thread failed");
        assert!(!waited.timed_out(), "{what} took too long");
    }

    /// Sends again and again, always the same, until a whole answer comes.
    fn insist<T>(&self, send: impl Fn() -> Option<T>) -> T {
        loop {
            self.wait_until("the start of the server", |known| known.up);
            self.change(|known| known.sent += 1);
            if let Some(answer) = send() {
                return answer;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).over
    }
}

/// Tells the other threads of a panic, so that nobody waits for ever.
struct Alarm<'a>(&'a Gate);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.change(|known| known.failed = true);
        }
    }
}

/// An order and all that was acknowledged about it.
struct Kept {
    number: String,
    conversation: String,
    question: String,
    phone: String,
    state: &'static str,
    version: i64,
    moves: Vec<&'static str>,
    notes: Vec<String>,
    messages: Vec<String>,
}

/// Somebody at the desk who files orders, moves them and writes about them.
struct Clerk<'a> {
    gate: &'a Gate,
    desk: Worker,
    random: Random,
    name: String,
    requests: usize,
    kept: Vec<Kept>,
}

impl Clerk<'_> {
    fn work(mut self) -> Vec<Kept> {
        let _alarm = Alarm(self.gate);
        while !self.gate.is_over() {
            match self.random.below(10) {
                0..3 => self.file(),
                3..7 => self.make_move(),
                7..9 => self.write("notes"),
                _ => self.write("messages"),
            }
        }
        self.kept
    }

    fn post(&mut self, path: &str, mut body: Value) -> Value {
        self.requests += 1;
        body["request_id"] = format!("{} {}", self.name, self.requests).into();
        let (status, page) = self.gate.insist(|| self.desk.attempt(path, &body));
        assert!((200..300).contains(&status), "{path} {body}: {status} {page}");
        page
    }

    fn file(&mut self) {
        let question = format!("{}的第{}件事：楼道的灯不亮了", self.name, self.kept.len());
        let phone = format!("138{:08}", self.random.below(100_000_000));
        let page = self.post(
            "work-orders",
            json!({
                "community_id": "demo",
                "kind": "报修",
                "question": question,
                "contact": {"phone": phone, "name": null},
            }),
        );
        self.kept.push(Kept {
            number: text(&page["number"]),
            conversation: text(&page["conversation_id"]),
            question,
            phone,
            state: "待受理",
            version: page["version"].as_i64().expect("a version"),
            moves: Vec::new(),
            notes: Vec::new(),
            messages: Vec::new(),
        });
    }

    fn make_move(&mut self) {
        let Some(place) = self.choose() else { return };
        let (number, state, version) = {
            let kept = &self.kept[place];
            (kept.number.clone(), kept.state, kept.version)
        };
        let survey = |solved: bool| json!({"survey": {"contacted": true, "solved": solved, "satisfaction": "满意"}});
        let (name, with, after) = match (state, self.random.below(3)) {
            ("待受理", _) => ("claim", json!({}), "办理中"),
            ("办理中", 0) => ("suspend", json!({"reason": "等配件"}), "挂起"),
            ("办理中", _) => ("finish", json!({"outcome": "已解决", "answer": "换了灯泡"}), "待回访"),
            ("挂起", _) => ("resume", json!({}), "办理中"),
            ("待回访", 0) => ("follow_up", survey(false), "办理中"),
            ("待回访", _) => ("follow_up", survey(true), "已归档"),
            _ => return,
        };
        let page = self.post(&format!("work-orders/{number}/moves"), move_request("", version, name, &with));
        assert_eq!(page["state"], after, "{number}: {name}");
        let kept = &mut self.kept[place];
        kept.moves.push(name);
        kept.state = after;
        kept.version = page["version"].as_i64().expect("a version");
    }

    fn write(&mut self, what: &str) {
        let Some(place) = self.choose() else { return };
        let number = self.kept[place].number.clone();
        let words = format!("{}写的第{}句话", self.name, self.requests);
        self.post(&format!("work-orders/{number}/{what}"), json!({"text": words}));
        let kept = &mut self.kept[place];
        if what == "notes" { &mut kept.notes } else { &mut kept.messages }.push(words);
    }

    fn choose(&mut self) -> Option<usize> {
        let count = self.kept.len() as u64;
        (count > 0).then(|| self.random.below(count) as usize)
    }
}

/// What a resident said, and the order that the reply told of.
struct Said {
    text: String,
    number: Option<String>,
}

/// Residents who report something and answer what they are asked.
fn report(gate: &Gate, base: &str, name: &str) -> Vec<(String, Vec<Said>)> {
    let _alarm = Alarm(gate);
    let mut conversations = Vec::new();
    while !gate.is_over() {
        let count = conversations.len();
        let resident = gate.insist(|| Resident::attempt_new(base, "demo"));
        let matter = if count % 3 == 2 {
            vec![format!("{name}{count}家厨房着火了，电话{PHONE}")]
        } else {
            vec![format!("{name}{count}栋1单元的电梯坏了"), "昨天晚上开始的".to_owned(), "不留".to_owned()]
        };
        let mut said = Vec::new();
        for text in matter {
            let client_id = format!("{name} {count} {}", said.len());
            let answer = gate.insist(|| resident.attempt(&text, &client_id));
            let number = answer.work_order().map(|(number, _)| number);
            assert!(number.is_some() || !said.is_empty(), "{text}: {answer:?}");
            said.push(Said { text, number });
        }
        conversations.push((resident.id, said));
    }
    conversations
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed() {
    let kills = std::env::var("XIANGYIN_TEST_KILLS").map_or(8, |kills| kills.parse().expect("a number"));
    let server = Product::with_starter_pack().serve_with(FLAGS);
    let base = server.base().to_owned();
    let admin = Worker::administrator(&server);
    let clerks: Vec<Worker> =
        (0..CLERKS).map(|index| admin.hire(&format!("clerk.{index}"), "demo", "worker")).collect();

    let gate = Gate::default();
    let (server, orders, conversations) = std::thread::scope(|scope| {
        let _alarm = Alarm(&gate);
        let desks: Vec<_> = clerks
            .into_iter()
            .enumerate()
            .map(|(index, desk)| {
                let clerk = Clerk {
                    gate: &gate,
                    desk,
                    random: Random(SEED + 1 + index as u64),
                    name: format!("文员{index}"),
                    requests: 0,
                    kept: Vec::new(),
                };
                scope.spawn(move || clerk.work())
            })
            .collect();
        let (gate, base) = (&gate, &base);
        let residents: Vec<_> =
            (0..RESIDENTS).map(|index| scope.spawn(move || report(gate, base, &format!("居民{index}说")))).collect();
        let server = kill_and_start(gate, server, kills);
        let orders: Vec<Kept> = desks.into_iter().flat_map(|clerk| clerk.join().expect("a clerk")).collect();
        let said: Vec<_> = residents.into_iter().flat_map(|one| one.join().expect("a resident")).collect();
        (server, orders, said)
    });

    let numbers = all_orders(&admin);
    for order in &orders {
        check_order(&admin, order, &numbers);
    }
    for (id, said) in &conversations {
        check_conversation(&admin, id, said, &numbers);
    }
    let verdict = server.product().json(&["audit", "verify"]);
    assert_eq!(verdict["broken_at"], Value::Null, "{verdict}");
    let told: usize = orders.iter().map(|order| order.moves.len() + order.notes.len() + order.messages.len()).sum();
    report_result(&format!(
        "{kills} kills, seed {SEED}: {} orders of staff with {told} moves, notes and messages, {} conversations, \
         {} orders altogether; the audit trail of {} events holds",
        orders.len(),
        conversations.len(),
        numbers.len(),
        verdict["checked"]
    ));
}

/// Kills the server `kills` times, now and then while it starts, and ends the work.
fn kill_and_start(gate: &Gate, mut server: Server, kills: u64) -> Server {
    let mut random = Random(SEED);
    for _ in 0..kills {
        let first = {
            let mut sent = 0;
            gate.change(|known| {
                known.up = true;
                sent = known.sent;
            });
            sent
        };
        let enough = first + 1 + random.below(MOST_REQUESTS);
        gate.wait_until("the work", |known| known.sent >= enough);
        // In the middle of whatever is being done; no condition is waited for.
        std::thread::sleep(Duration::from_millis(random.below(MOST_MILLISECONDS.0)));
        gate.change(|known| known.up = false);
        let mut product = server.kill();
        if random.below(4) == 0 {
            let starting = product.start_with(FLAGS);
            std::thread::sleep(Duration::from_millis(random.below(MOST_MILLISECONDS.1)));
            product = starting.kill();
        }
        server = product.serve_with(FLAGS);
    }
    gate.change(|known| (known.up, known.over) = (true, true));
    server
}

/// Every order, by its number: how often its question stands in the inbox.
fn all_orders(admin: &Worker) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut after = String::new();
    loop {
        let (status, page) = admin.get(&format!("work-orders?queue=all&sort=oldest&limit=200&after={after}"));
        assert_eq!(status, 200, "{page}");
        for line in page["orders"].as_array().expect("lines") {
            let twice = found.insert(text(&line["number"]), text(&line["question"]));
            assert_eq!(twice, None, "{line}");
        }
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return found,
        }
    }
}

fn check_order(admin: &Worker, kept: &Kept, numbers: &BTreeMap<String, String>) {
    let same: Vec<&String> =
        numbers.iter().filter(|(_, question)| **question == kept.question).map(|(number, _)| number).collect();
    assert_eq!(same, [&kept.number], "{}", kept.question);
    let page = admin.order(&kept.number);
    let number = &kept.number;
    assert_eq!(page["kind"], "报修", "{number}");
    assert_eq!(page["state"], kept.state, "{number}");
    assert_eq!(page["version"], kept.version, "{number}");
    let contact = admin.post(&format!("work-orders/{number}/contact"), &json!({})).1;
    assert_eq!(contact["phone"], kept.phone, "{number}");

    let history = page["history"].as_array().expect("a history");
    let texts = |kind: &str| -> Vec<&str> {
        let of_kind = history.iter().filter(|event| event["kind"] == kind);
        of_kind.filter_map(|event| event["text"].as_str()).collect()
    };
    assert_eq!(texts("note"), kept.notes, "{number}");
    assert_eq!(texts("message"), kept.messages, "{number}");
    let other = ["filed", "note", "message", "warning", "overdue"];
    let made: Vec<&str> = history
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .filter(|kind| !other.contains(kind))
        .collect();
    assert_eq!(made, kept.moves, "{number}");

    // The resident has heard of each step once, and read each message once.
    let said = admin.get(&format!("conversations/{}", kept.conversation)).1;
    let heard = |who: &str| -> Vec<&str> {
        let of_them = said["said"].as_array().expect("words").iter().filter(|one| one["who"] == who);
        of_them.filter_map(|one| one["text"].as_str()).collect()
    };
    assert_eq!(heard("resident"), [kept.question.replace(PHONE, MASKED_PHONE)], "{number}");
    assert_eq!(heard("worker"), kept.messages, "{number}");
    let telling = |name: &&&str| ["claim", "suspend", "finish"].contains(*name);
    let reopened = history.iter().filter(|event| event["kind"] == "follow_up" && event["to_state"] == "办理中");
    let steps = kept.moves.iter().filter(telling).count() + reopened.count();
    assert_eq!(heard("notice").len(), steps, "{number}: {said}");

    // And the audit trail has each once.
    let trail = admin.get(&format!("audit?subject=work_order:{number}&limit=500")).1;
    let count = |action: &str| trail.as_array().expect("a trail").iter().filter(|one| one["action"] == action).count();
    assert_eq!(count("work_order.move"), kept.moves.len(), "{number}");
    assert_eq!(count("work_order.note"), kept.notes.len(), "{number}");
    assert_eq!(count("work_order.message"), kept.messages.len(), "{number}");
}

fn check_conversation(admin: &Worker, id: &str, said: &[Said], numbers: &BTreeMap<String, String>) {
    let (status, page) = admin.get(&format!("conversations/{id}"));
    assert_eq!(status, 200, "{page}");
    let words: Vec<(&str, &str)> = page["said"]
        .as_array()
        .expect("words")
        .iter()
        .map(|one| (one["who"].as_str().unwrap_or_default(), one["text"].as_str().unwrap_or_default()))
        .collect();
    let by_resident: Vec<&str> = words.iter().filter(|(who, _)| *who == "resident").map(|(_, text)| *text).collect();
    // The desk reads what was said with the digits of the telephone hidden.
    let by_them: Vec<String> = said.iter().map(|one| one.text.replace(PHONE, MASKED_PHONE)).collect();
    assert_eq!(by_resident, by_them, "{id}");
    let replies = words.iter().filter(|(who, _)| *who == "assistant").count();
    assert_eq!(replies, said.len(), "every message has its reply: {page}");

    let told: BTreeSet<String> = said.iter().filter_map(|one| one.number.clone()).collect();
    let filed: BTreeSet<String> =
        page["work_orders"].as_array().expect("orders").iter().map(|line| text(&line["number"])).collect();
    assert_eq!(told, filed, "{id}: {page}");
    assert!(filed.iter().all(|number| numbers.contains_key(number)), "{id}");

    // What was cut off is no less urgent, and no other matter, for that.
    let first = &said[0];
    let order = admin.order(first.number.as_deref().expect("a report becomes an order"));
    let fire = first.text.contains("着火");
    assert!(order["urgent"] == true || !fire, "{order}");
    assert_eq!(order["kind"], if fire { "求助" } else { "报修" }, "{order}");
    assert_eq!(order["contact"], if fire { "138******78" } else { "未留联系方式" }, "{order}");
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[expect(clippy::print_stderr, reason = "what was tried is part of the result")]
fn report_result(result: &str) {
    eprintln!("{result}");
}
