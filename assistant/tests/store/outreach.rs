//! Outreach: numbers are added once, claimed by one, and who asked not to be called is found again.

use assistant::accounts::Role;
use assistant::outreach::{
    CallResult, NumberState, Outreach, OutreachState, OutreachText, Pasted, Purpose, Rules, Verdict,
};
use assistant::phone::Number;
use assistant::store::{Actor, FinishedCall, OptOutSource, now};
use assistant::work_orders::Satisfaction;

use crate::database::Database;

crate::on_both_databases!(
    an_outreach_is_written_started_and_stopped,
    numbers_are_added_once_and_listed_in_pages,
    a_number_is_claimed_by_one_and_comes_back_when_lost,
    a_result_is_kept_with_its_verdict,
    who_must_not_be_called_is_found_in_the_whole_branch,
    a_place_says_when_finished_orders_are_asked_about,
);

fn text(title: &str) -> OutreachText {
    OutreachText {
        title: title.to_owned(),
        said: "明天上午停水。".to_owned(),
        rules: Rules { attempts: 2, minutes_between: 10, ..Rules::default() },
        account: None,
    }
}

async fn running(database: &Database, numbers: &str) -> Outreach {
    let (store, program) = (&database.store, Actor::program());
    let outreach = store.add_outreach("demo", Purpose::Announcement, &text("停水"), &program).await.unwrap();
    store.add_outreach_numbers(&outreach, &Pasted::read(numbers).numbers, &program).await.unwrap();
    assert!(store.set_outreach_state(&outreach, OutreachState::Running, &program).await.unwrap());
    outreach
}

async fn an_outreach_is_written_started_and_stopped(database: Database) {
    let store = &database.store;
    let li = database.account("li", &[("demo", Role::Dispatcher)]).await;
    let actor = Actor::account(&li.id, "test");
    let draft = store.add_outreach("demo", Purpose::Reminder, &text("体检"), &actor).await.unwrap();
    assert_eq!((draft.state, draft.automatic, draft.rules.attempts), (OutreachState::Draft, false, 2));
    assert_eq!(draft.by.as_ref().map(|by| by.name.as_str()), Some("姓li"));
    assert!(store.edit_outreach(&draft, &text("老年体检"), &actor).await.unwrap());
    assert!(!store.set_outreach_state(&draft, OutreachState::Paused, &actor).await.unwrap());
    assert!(store.set_outreach_state(&draft, OutreachState::Running, &actor).await.unwrap());
    assert!(!store.edit_outreach(&draft, &text("晚了"), &actor).await.unwrap(), "it calls just now");
    assert!(store.set_outreach_state(&draft, OutreachState::Stopped, &actor).await.unwrap());
    assert!(!store.set_outreach_state(&draft, OutreachState::Running, &actor).await.unwrap());
    let listed = store.outreaches(&["cn/demo/".to_owned()]).await.unwrap();
    assert_eq!((listed[0].title.as_str(), listed[0].state), ("老年体检", OutreachState::Stopped));
    assert!(listed[0].started_at.is_some() && listed[0].ended_at.is_some());
    assert!(store.outreaches(&["cn/elsewhere/".to_owned()]).await.unwrap().is_empty());
    // An outreach without numbers is over as soon as it runs.
    running(&database, "").await;
    assert_eq!(store.finish_outreaches(now()).await.unwrap(), 1);
}

async fn numbers_are_added_once_and_listed_in_pages(database: Database) {
    let store = &database.store;
    let outreach = running(&database, "王,13812345678\n13912345678\n13712345678").await;
    let again = Pasted::read("13912345678\n13612345678").numbers;
    let added = store.add_outreach_numbers(&outreach, &again, &Actor::program()).await.unwrap();
    assert_eq!((added.added, added.known.as_slice()), (1, &[1][..]));
    let first = store.outreach_numbers(&outreach.id, None, 0, 3).await.unwrap();
    assert_eq!((first.numbers.len(), first.next), (3, Some(3)));
    assert_eq!(first.numbers[0].name.as_deref(), Some("王"));
    let rest = store.outreach_numbers(&outreach.id, None, 3, 3).await.unwrap();
    assert_eq!((rest.numbers[0].number.whole(), rest.next), ("13612345678", None));
    let called = store.outreach_numbers(&outreach.id, Some(NumberState::Calling), 0, 3).await.unwrap();
    assert!(called.numbers.is_empty());
    assert_eq!(store.outreach_progress(&outreach.id).await.unwrap().total, 4);
}

async fn a_number_is_claimed_by_one_and_comes_back_when_lost(database: Database) {
    let store = &database.store;
    let at = now();
    let outreach = running(&database, "13812345678\n13912345678").await;
    // The same person on another list is not called at the same time.
    let other = running(&database, "13812345678").await;
    let claims = (0..8).map(|_| {
        let (store, id) = (store.clone(), outreach.id.clone());
        tokio::spawn(async move { store.claim_outreach_number(&id, at, at + 1_000).await.unwrap() })
    });
    let claimed: Vec<_> = futures::future::join_all(claims).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(claimed.len(), 2);
    assert!(store.claim_outreach_number(&other.id, at, at + 1_000).await.unwrap().is_none());
    store.renew_outreach_claim(&claimed[0].call_id, at + 5_000).await.unwrap();
    assert_eq!(store.give_back_lost_calls(at + 1_000).await.unwrap(), 1);
    assert!(store.claim_outreach_number(&outreach.id, at + 1_000, at + 9_000).await.unwrap().is_none());
    let again = at + 1_000 + 10 * 60_000;
    let second = store.claim_outreach_number(&outreach.id, again, again + 1_000).await.unwrap().unwrap();
    assert_eq!((second.id.as_str(), second.attempts), (claimed[1].id.as_str(), 2));
    // What the first call says now comes too late.
    let late = ended(&claimed[1], CallResult::Reached, None);
    assert!(!store.finish_outreach_call(&late).await.unwrap());
    // That was the last try.
    assert_eq!(store.give_back_lost_calls(again + 1_000).await.unwrap(), 2);
    let progress = store.outreach_progress(&outreach.id).await.unwrap();
    assert_eq!(progress.of(NumberState::Ended(CallResult::Failed)), 1);
    assert_eq!(progress.of(NumberState::Waiting), 1);
}

fn ended<'a>(
    claimed: &'a assistant::store::ClaimedNumber,
    result: CallResult,
    verdict: Option<&'a Verdict>,
) -> FinishedCall<'a> {
    FinishedCall {
        claimed,
        state: NumberState::Ended(result),
        result: Some(result.id()),
        due_at: now(),
        heard_seconds: 17,
        verdict,
        conversation_id: Some("conversation"),
    }
}

async fn a_result_is_kept_with_its_verdict(database: Database) {
    let store = &database.store;
    let outreach = running(&database, "13812345678\n13912345678").await;
    let at = now();
    let first = store.claim_outreach_number(&outreach.id, at, at + 1_000).await.unwrap().unwrap();
    let verdict = Verdict { solved: false, satisfaction: Some(Satisfaction::Dissatisfied), note: Some("没好".to_owned()) };
    assert!(store.finish_outreach_call(&ended(&first, CallResult::Reached, Some(&verdict))).await.unwrap());
    let second = store.claim_outreach_number(&outreach.id, at, at + 1_000).await.unwrap().unwrap();
    let passed = FinishedCall { state: NumberState::OptedOut, result: None, ..ended(&second, CallResult::Reached, None) };
    assert!(store.finish_outreach_call(&passed).await.unwrap());
    let numbers = store.outreach_numbers(&outreach.id, None, 0, 10).await.unwrap().numbers;
    assert_eq!((numbers[0].verdict.as_ref(), numbers[0].heard_seconds, numbers[0].attempts), (Some(&verdict), 17, 1));
    assert_eq!((numbers[1].state, numbers[1].attempts, numbers[1].called_at), (NumberState::OptedOut, 0, None));
    let progress = store.outreach_progress(&outreach.id).await.unwrap();
    assert_eq!((progress.unsolved, progress.dissatisfied, progress.solved), (1, 1, 0));
    assert_eq!(store.finish_outreaches(at).await.unwrap(), 1);
}

async fn who_must_not_be_called_is_found_in_the_whole_branch(database: Database) {
    let store = &database.store;
    database.place("grid", "demo").await;
    database.place("elsewhere", "cn").await;
    let number = Number::new("13812345678");
    let program = Actor::program();
    assert!(store.add_opt_out("demo", &number, OptOutSource::Staff, &program).await.unwrap());
    assert!(!store.add_opt_out("demo", &number, OptOutSource::Call, &program).await.unwrap());
    for (path, out) in [("cn/demo/", true), ("cn/demo/grid/", true), ("cn/", true), ("cn/elsewhere/", false)] {
        assert_eq!(store.opted_out(path, &number).await.unwrap(), out, "{path}");
    }
    assert!(!store.opted_out("cn/demo/", &Number::new("13912345678")).await.unwrap());
    let listed = store.opt_outs(&["cn/".to_owned()], 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].masked.as_str()), (1, "138******78"));
    assert!(store.remove_opt_out(&listed[0], "本人要求", &program).await.unwrap());
    assert!(!store.opted_out("cn/demo/", &number).await.unwrap());
    assert!(store.verify_audit().await.unwrap().broken_at.is_none());
}

async fn a_place_says_when_finished_orders_are_asked_about(database: Database) {
    let store = &database.store;
    assert!(store.due_follow_ups(now()).await.unwrap().is_empty());
    store.set_follow_up_call_hours("cn", Some(24), &Actor::program()).await.unwrap();
    store.set_follow_up_call_hours("demo", Some(0), &Actor::program()).await.unwrap();
    let said = store.follow_up_call_hours().await.unwrap();
    assert_eq!((said["cn/"], said["cn/demo/"]), (24, 0));
    assert!(store.due_follow_ups(now()).await.unwrap().is_empty(), "there is no order yet");
}
