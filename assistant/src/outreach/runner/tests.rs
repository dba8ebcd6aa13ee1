use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use futures::future::BoxFuture;
use tempfile::TempDir;

use super::*;
use crate::conversation::{Disposition, Reason, Reply};
use crate::outreach::{
    CallResult, DialAccount, OutreachCall, OutreachState, OutreachText, Pasted, Progress, Purpose, Rules, Verdict,
};
use crate::phone::Number;
use crate::store::{Contact, NewWorkOrder, OrderKind, StartedTurn, Store};
use crate::work_orders::{Actor as Mover, Clocks, Kinds, Move, Reading, Satisfaction, WorkOrders};

/// A line whose calls end as the test says.
#[derive(Default)]
struct ScriptedLine {
    outcomes: Mutex<HashMap<String, VecDeque<Outcome>>>,
    calls: Mutex<Vec<OutreachCall>>,
    lines: AtomicUsize,
    /// Whether calls never end.
    hangs: std::sync::atomic::AtomicBool,
}

impl ScriptedLine {
    fn says(&self, number: &str, outcomes: impl IntoIterator<Item = Outcome>) {
        self.outcomes.lock().unwrap().insert(number.to_owned(), outcomes.into_iter().collect());
    }

    fn called(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|call| call.number.whole().to_owned()).collect()
    }
}

impl Dial for ScriptedLine {
    fn call(&self, call: OutreachCall) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let number = call.number.whole().to_owned();
            self.calls.lock().unwrap().push(call);
            if self.hangs.load(Ordering::Relaxed) {
                return std::future::pending().await;
            }
            let next = self.outcomes.lock().unwrap().get_mut(&number).and_then(VecDeque::pop_front);
            next.unwrap_or_else(|| Outcome { heard_seconds: 12, ..Outcome::unheard(CallResult::Reached) })
        })
    }

    fn free(&self) -> usize {
        self.lines.load(Ordering::Relaxed)
    }

    fn accounts(&self) -> Vec<DialAccount> {
        Vec::new()
    }
}

/// A store, a line and a clock that the test sets.
struct Stage {
    store: Store,
    work_orders: WorkOrders,
    outreaches: Outreaches,
    line: Arc<ScriptedLine>,
    at: Arc<AtomicI64>,
    _folder: TempDir,
}

impl Stage {
    /// On a Monday at ten.
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("xiangyin.db").display())).await.unwrap();
        store.seed_communities().await.unwrap();
        let work_orders = WorkOrders::new(store.clone(), Kinds::builtin());
        let outreaches = Outreaches::new(store.clone(), work_orders.clone());
        let line = Arc::new(ScriptedLine::default());
        line.lines.store(10, Ordering::Relaxed);
        let at: Timestamp = "2036-11-24T10:00+08:00".parse().unwrap();
        let at = Arc::new(AtomicI64::new(at.as_millisecond()));
        Self { store, work_orders, outreaches, line, at, _folder: folder }
    }

    fn runner(&self, keep_free: usize) -> OutreachRunner {
        let at = Arc::clone(&self.at);
        let clock: Clock = Arc::new(move || Timestamp::from_millisecond(at.load(Ordering::Relaxed)).unwrap());
        OutreachRunner::new(self.outreaches.clone(), Arc::clone(&self.line) as Arc<dyn Dial>, keep_free).with_clock(clock)
    }

    fn pass(&self, minutes: i64) {
        self.at.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }

    async fn running(&self, numbers: &str, rules: Rules) -> Outreach {
        let program = Actor::program();
        let text = OutreachText { title: "停水".to_owned(), said: "明天停水。".to_owned(), rules, account: None };
        let outreach = self.store.add_outreach("demo", Purpose::Announcement, &text, &program).await.unwrap();
        let pasted = Pasted::read(numbers);
        assert!(pasted.refused.is_empty(), "{:?}", pasted.refused);
        self.store.add_outreach_numbers(&outreach, &pasted.numbers, &program).await.unwrap();
        assert!(self.store.set_outreach_state(&outreach, OutreachState::Running, &program).await.unwrap());
        outreach
    }

    async fn progress(&self, outreach: &Outreach) -> Progress {
        self.store.outreach_progress(&outreach.id).await.unwrap()
    }

    async fn state(&self, outreach: &Outreach) -> OutreachState {
        self.store.outreach(&outreach.id).await.unwrap().unwrap().state
    }

    /// A finished order whose resident left a number.
    async fn finished_order(&self) -> String {
        let conversation = self.store.open_conversation("demo", "widget", None, "secret").await.unwrap();
        let StartedTurn::New(turn) = self.store.start_turn(&conversation.id, "one", "路灯坏了").await.unwrap() else {
            panic!("nothing was said before");
        };
        let mut order = NewWorkOrder {
            kind: OrderKind::Repair.name().to_owned(),
            urgent: false,
            reason: Reason::Reported,
            community_id: "demo".to_owned(),
            conversation_id: conversation.id,
            question: "路灯坏了".to_owned(),
            slots: std::collections::BTreeMap::new(),
            evidence: Vec::new(),
            contact: Contact { phone: Some("13812345678".to_owned()), name: None },
            department: None,
            clocks: Clocks::default(),
            reading: Reading::default(),
        };
        self.work_orders.complete(&mut order).await.unwrap();
        let filed = self.store.finish_turn(&turn.id, Reply::new(Disposition::Answered), Some(order)).await.unwrap();
        let number = filed.work_order.unwrap().number;
        let new = crate::store::NewAccount {
            login: "wang".to_owned(),
            name: "王".to_owned(),
            password_hash: "hash".to_owned(),
            ..crate::store::NewAccount::default()
        };
        let worker = self.store.add_account(&new, &Actor::program()).await.unwrap().unwrap();
        let staff = Mover::Staff {
            account_id: worker.id,
            address: "test".to_owned(),
            dispatches: true,
            works: true,
            reviews: true,
        };
        let finish = Move::Finish { outcome: "已解决".to_owned(), answer: "换了灯泡".to_owned() };
        for (request, made) in [("claim", Move::Claim), ("finish", finish)] {
            self.work_orders.make_move(&number, &made, &staff, request, None).await.unwrap();
        }
        number
    }
}

/// Looks once and waits until every call is over.
async fn round(runner: &OutreachRunner) -> usize {
    let mut calls = JoinSet::new();
    let begun = runner.round(&mut calls).await.unwrap();
    calls.join_all().await;
    begun
}

#[tokio::test]
async fn each_number_is_called_and_the_outreach_ends() {
    let stage = Stage::new().await;
    let outreach = stage.running("13812345678,王\n13912345678\n13712345678", Rules::default()).await;
    stage.line.says("13912345678", [Outcome { heard_seconds: 3, ..Outcome::unheard(CallResult::Partly) }]);
    stage.line.says("13712345678", [Outcome::unheard(CallResult::Declined)]);
    let runner = stage.runner(2);
    assert_eq!(round(&runner).await, 3);
    let progress = stage.progress(&outreach).await;
    for ended in [CallResult::Reached, CallResult::Partly, CallResult::Declined] {
        assert_eq!(progress.of(NumberState::Ended(ended)), 1, "{ended:?}");
    }
    assert_eq!(round(&runner).await, 0);
    assert_eq!(stage.state(&outreach).await, OutreachState::Finished);
    let calls = stage.line.calls.lock().unwrap();
    assert!(calls[0].script[0].contains("不是真人") && calls[0].script.contains(&"明天停水。".to_owned()));
}

#[tokio::test]
async fn lines_stay_free_for_residents_and_long_lists_do_not_hold_up_short_ones() {
    let stage = Stage::new().await;
    let long = stage.running("13812345671\n13812345672\n13812345673\n13812345674", Rules::default()).await;
    let short = stage.running("13912345678", Rules::default()).await;
    stage.line.lines.store(4, Ordering::Relaxed);
    let runner = stage.runner(2);
    assert_eq!(round(&runner).await, 2);
    assert_eq!(stage.progress(&long).await.of(NumberState::Waiting), 3);
    assert_eq!(stage.progress(&short).await.of(NumberState::Waiting), 0);
    stage.line.lines.store(2, Ordering::Relaxed);
    assert_eq!(round(&runner).await, 0);
}

#[tokio::test]
async fn who_was_not_reached_is_called_again_later_but_not_for_ever() {
    let stage = Stage::new().await;
    let rules = Rules { attempts: 2, minutes_between: 30, ..Rules::default() };
    let outreach = stage.running("13812345678\n13912345678", rules).await;
    stage.line.says("13812345678", [Outcome::unheard(CallResult::Busy)]);
    stage.line.says("13912345678", [Outcome::unheard(CallResult::NoAnswer), Outcome::unheard(CallResult::NoAnswer)]);
    let runner = stage.runner(0);
    assert_eq!(round(&runner).await, 2);
    stage.pass(29);
    assert_eq!(round(&runner).await, 0);
    stage.pass(1);
    assert_eq!(round(&runner).await, 2);
    let progress = stage.progress(&outreach).await;
    assert_eq!(progress.of(NumberState::Ended(CallResult::Reached)), 1);
    assert_eq!(progress.of(NumberState::Ended(CallResult::NoAnswer)), 1);
}

#[tokio::test]
async fn nobody_is_called_outside_the_hours_or_while_it_is_paused() {
    let stage = Stage::new().await;
    let outreach = stage.running("13812345678", Rules::default()).await;
    let runner = stage.runner(0);
    stage.pass(10 * 60);
    assert_eq!(round(&runner).await, 0, "20:00");
    stage.pass(13 * 60);
    let program = Actor::program();
    assert!(stage.store.set_outreach_state(&outreach, OutreachState::Paused, &program).await.unwrap());
    assert_eq!(round(&runner).await, 0, "paused");
    assert!(stage.store.set_outreach_state(&outreach, OutreachState::Running, &program).await.unwrap());
    assert_eq!(round(&runner).await, 1, "09:00 of the next day");
}

#[tokio::test]
async fn who_asks_not_to_be_called_is_never_called_again() {
    let stage = Stage::new().await;
    let first = stage.running("13812345678", Rules::default()).await;
    stage.line.says("13812345678", [Outcome { opted_out: true, ..Outcome::unheard(CallResult::Partly) }]);
    let runner = stage.runner(0);
    round(&runner).await;
    assert_eq!(stage.progress(&first).await.of(NumberState::OptedOut), 1);
    let second = stage.running("13812345678\n13912345678", Rules::default()).await;
    round(&runner).await;
    assert_eq!(stage.progress(&second).await.of(NumberState::OptedOut), 1);
    assert_eq!(stage.line.called(), ["13812345678", "13912345678"]);
    assert!(stage.store.opted_out("cn/", &Number::new("13812345678")).await.unwrap());
}

#[tokio::test]
async fn a_call_that_broke_off_counts_and_is_made_again() {
    let stage = Stage::new().await;
    let rules = Rules { attempts: 2, minutes_between: 5, ..Rules::default() };
    let outreach = stage.running("13812345678", rules).await;
    stage.line.hangs.store(true, Ordering::Relaxed);
    let runner = stage.runner(0);
    let mut calls = JoinSet::new();
    assert_eq!(runner.round(&mut calls).await.unwrap(), 1);
    // The program is gone.
    calls.shutdown().await;
    stage.line.hangs.store(false, Ordering::Relaxed);
    stage.pass(2);
    assert_eq!(round(&runner).await, 0);
    assert_eq!(stage.progress(&outreach).await.of(NumberState::Calling), 1);
    stage.pass(1);
    assert_eq!(round(&runner).await, 0);
    assert_eq!(stage.progress(&outreach).await.of(NumberState::Waiting), 1);
    stage.pass(5);
    assert_eq!(round(&runner).await, 1);
    let numbers = stage.store.outreach_numbers(&outreach.id, None, 0, 10).await.unwrap().numbers;
    assert_eq!((numbers[0].attempts, numbers[0].state), (2, NumberState::Ended(CallResult::Reached)));
}

#[tokio::test]
async fn two_runners_call_each_number_once() {
    let stage = Stage::new().await;
    let numbers: Vec<String> = (0..20).map(|last| format!("138123456{last:02}")).collect();
    stage.running(&numbers.join("\n"), Rules::default()).await;
    stage.line.lines.store(20, Ordering::Relaxed);
    let (one, other) = (stage.runner(0), stage.runner(0));
    let (by_one, by_other) = tokio::join!(round(&one), round(&other));
    assert_eq!(by_one + by_other, 20);
    let mut called = stage.line.called();
    called.sort();
    assert_eq!(called, numbers);
}

#[tokio::test]
async fn the_verdict_on_a_finished_order_moves_it() {
    let stage = Stage::new().await;
    let number = stage.finished_order().await;
    let runner = stage.runner(0);
    assert_eq!(round(&runner).await, 0, "the place has not asked for it");
    stage.store.set_follow_up_call_hours("cn", Some(24), &Actor::program()).await.unwrap();
    stage.pass(1);
    let verdict = Verdict { solved: true, satisfaction: Some(Satisfaction::Satisfied), note: Some("好了".to_owned()) };
    let heard = Outcome { heard_seconds: 20, verdict: Some(verdict), ..Outcome::unheard(CallResult::Reached) };
    stage.line.says("13812345678", [heard]);
    assert_eq!(round(&runner).await, 1);
    let order = stage.store.work_order(&number, None).await.unwrap().unwrap();
    assert_eq!(order.state, State::Archived);
    assert_eq!(order.survey.unwrap().satisfaction, Some(Satisfaction::Satisfied));
    let lists = stage.store.outreaches(&["cn/".to_owned()]).await.unwrap();
    assert_eq!(stage.progress(&lists[0]).await.solved, 1);
    assert_eq!(lists[0].state, OutreachState::Running, "more will come");
    let asked = stage.line.calls.lock().unwrap()[0].order.as_ref().map(|order| order.number.clone());
    assert_eq!(asked.as_ref(), Some(&number));
    stage.pass(2);
    assert_eq!(round(&runner).await, 0, "asked once");
}

#[tokio::test]
async fn who_answered_elsewhere_is_not_called() {
    let stage = Stage::new().await;
    let number = stage.finished_order().await;
    stage.store.set_follow_up_call_hours("demo", Some(24), &Actor::program()).await.unwrap();
    for due in stage.store.due_follow_ups(stage.at.load(Ordering::Relaxed)).await.unwrap() {
        assert!(stage.store.add_follow_up(&due).await.unwrap());
        assert!(!stage.store.add_follow_up(&due).await.unwrap(), "on the list once");
    }
    let survey = Verdict { solved: false, satisfaction: None, note: None }.survey();
    stage.work_orders.judge(&number, &survey, "chat").await.unwrap();
    round(&stage.runner(0)).await;
    assert_eq!(stage.line.called(), Vec::<String>::new());
    let lists = stage.store.outreaches(&["cn/".to_owned()]).await.unwrap();
    assert_eq!(stage.progress(&lists[0]).await.of(NumberState::Settled), 1);
}
