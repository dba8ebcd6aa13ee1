//! Recordings are kept for as long as the place says, and only where they became something said.

use assistant::accounts::Role;
use assistant::store::{Actor, NewRecording, now};

use crate::conversations::{new_turn, open};
use crate::database::Database;

crate::on_both_databases!(a_place_keeps_recordings_for_its_days, a_recording_is_corrected_listed_and_forgotten,);

const DAY: i64 = 24 * 60 * 60 * 1000;

fn recording(id: &str, conversation_id: &str) -> NewRecording {
    NewRecording {
        id: id.to_owned(),
        conversation_id: conversation_id.to_owned(),
        variety: Some("kunming".to_owned()),
        heard: "克社区咋个走".to_owned(),
        milliseconds: 2_400,
        days: 30,
    }
}

async fn a_place_keeps_recordings_for_its_days(database: Database) {
    let store = &database.store;
    let program = Actor::program();
    assert_eq!(store.recordings_days("cn/demo/").await.unwrap(), 0);
    store.set_recordings_days("cn", Some(30), &program).await.unwrap();
    assert_eq!(store.recordings_days("cn/demo/").await.unwrap(), 30);
    store.set_recordings_days("demo", Some(0), &program).await.unwrap();
    assert_eq!(store.recordings_days("cn/demo/").await.unwrap(), 0);
    let choices = store.place_choices().await.unwrap();
    assert_eq!(choices["demo"].recordings_days, Some(0));
    assert_eq!(choices["cn"].four_eyes, None);
    store.set_recordings_days("demo", None, &program).await.unwrap();
    assert_eq!(store.recordings_days("cn/demo/").await.unwrap(), 30);
}

async fn a_recording_is_corrected_listed_and_forgotten(database: Database) {
    let store = &database.store;
    let worker = database.account("li", &[("demo", Role::Worker)]).await;
    let conversation = open(&database).await;
    store.keep_recording(&recording("said", &conversation.id)).await.unwrap();
    store.keep_recording(&recording("unsaid", &conversation.id)).await.unwrap();
    let turn = new_turn(&database, &conversation, "1").await;
    // Nobody else's conversation can claim it.
    store.recording_became("said", "another", &turn).await.unwrap();
    assert!(store.recordings_of(&conversation.id).await.unwrap().is_empty());
    store.recording_became("said", &conversation.id, &turn).await.unwrap();

    let scopes = ["cn/demo/".to_owned()];
    let listed = store.recordings(&scopes, false, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id.as_str(), listed[0].turn_id.as_deref()), ("said", Some(turn.as_str())));
    assert_eq!(listed[0].expires_at - listed[0].created_at, 30 * DAY);
    assert!(store.recordings(&["cn/elsewhere/".to_owned()], false, 10).await.unwrap().is_empty());
    assert!(store.recordings(&scopes, true, 10).await.unwrap().is_empty());

    let actor = Actor::account(&worker.id, "test");
    store.correct_recording(&listed[0], Some("去社区怎么走"), true, &actor).await.unwrap();
    let marked = store.recordings(&scopes, true, 10).await.unwrap();
    assert_eq!(marked[0].corrected.as_deref(), Some("去社区怎么走"));

    let at = now();
    assert!(store.forget_recordings(at).await.unwrap().is_empty());
    assert_eq!(store.forget_recordings(at + DAY).await.unwrap(), ["unsaid"]);
    assert_eq!(store.forget_recordings(at + 31 * DAY).await.unwrap(), ["said"]);
    assert!(store.recording("said").await.unwrap().is_none());
}
