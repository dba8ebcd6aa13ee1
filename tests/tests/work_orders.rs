//! A matter from the resident's words to the resident's verdict, and everybody who has to do with it.

use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{Product, Resident, Server, Worker, get, once, receiver, request};

const PHONE: &str = "13812345678";

/// One server for all tests, and its administrator. Nobody waits for the writer here.
fn site() -> (&'static Server, &'static Worker) {
    static SITE: OnceLock<(&'static Server, Worker)> = OnceLock::new();
    let (server, admin) = SITE.get_or_init(|| {
        let flags = ["--set=models.writing=none", "--set=alerts.allow_private=true"];
        let server = Product::with_starter_pack().serve_with(&flags).share();
        (server, Worker::administrator(server))
    });
    (server, admin)
}

/// A community of its own for a test, open round the clock.
fn community(id: &str) -> (&'static Server, &'static Worker) {
    let (server, admin) = site();
    admin.add_community(id);
    admin.set_open(id, true);
    (server, admin)
}

fn code((status, body): &(u16, Value)) -> (u16, &str) {
    (*status, body["code"].as_str().unwrap_or_default())
}

fn contains(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

#[test]
fn a_matter_goes_from_the_words_of_two_neighbours_to_their_verdict() {
    let (server, admin) = community("lift");
    let base = server.base();
    let dispatcher = admin.hire("lift.dispatcher", "lift", "dispatcher");
    let worker = admin.hire("lift.worker", "lift", "worker");

    // What is missing is asked, one thing at a time, and read back.
    let first = Resident::new(base, "lift");
    let answer = first.say("3栋2单元的电梯坏了");
    let (number, lookup) = answer.work_order().expect("a work order");
    contains(&answer.text(), &[&number, &lookup, "什么时候开始"]);
    assert!(answer.text().ends_with('？'), "the question stands last: {}", answer.text());
    contains(&first.say("昨天晚上开始的").text(), &["电话"]);
    contains(&first.say("不留").text(), &["都记好了", &number, "3栋2单元", "昨天晚上"]);

    // The neighbour's report is seen to be the same matter.
    let second = Resident::new(base, "lift");
    let answer = second.say("3栋2单元电梯又坏了，上不去楼");
    let (other, other_lookup) = answer.work_order().expect("a work order");
    contains(&answer.text(), &["邻居", "一起"]);
    contains(&second.say("一起").text(), &[&other]);
    let page = dispatcher.order(&number);
    assert_eq!(page["slots"], json!({"place": "3栋2单元", "since": "昨天晚上"}));
    assert_eq!(page["merged"][0]["number"], other.as_str(), "{page}");

    // Who left no number may add one with the code.
    let contact = json!({"lookup_code": lookup, "phone": PHONE});
    let path = format!("/api/work-orders/{number}");
    assert_eq!(request("PUT", base, &format!("{path}/contact"), None, Some(&contact)).0, 200);

    // Both hear of every step, each by their own number.
    let (hears, neighbour_hears) = (first.listen(), second.listen());
    let both_hear = |words: &str| {
        let message = hears.wait_for(words);
        assert_eq!(message["work_order"], number.as_str());
        contains(message["text"].as_str().unwrap(), &[&number]);
        let message = neighbour_hears.wait_for(words);
        assert_eq!(message["work_order"], other.as_str());
        contains(message["text"].as_str().unwrap(), &[&other]);
    };
    dispatcher.make(&number, "accept", &json!({}));
    both_hear("受理");
    dispatcher.make(&number, "dispatch", &json!({"assignee_id": worker.id}));
    worker.make(&number, "sign", &json!({}));
    both_hear("在办");

    // A question to the resident stops the clock until they answer in the chat.
    let asked = worker.make(&number, "ask_resident", &json!({"question": "今天下午三点在家吗？"}));
    assert_eq!((&asked["state"], &asked["clock_status"]), (&json!("挂起"), &json!("paused")));
    both_hear("今天下午三点");
    contains(&first.say("在的，三点来就行").text(), &[&number]);
    let page = worker.order(&number);
    assert_eq!((&page["state"], &page["clock_status"]), (&json!("办理中"), &json!("running")));
    contains(&page["history"].to_string(), &["在的，三点来就行"]);

    let done = |answer: &str| json!({"outcome": "已解决", "answer": answer});
    worker.make(&number, "finish", &done("换了一块主板"));
    both_hear("换了一块主板");
    contains(&first.say("没解决，还是不动").text(), &["重新办理"]);
    both_hear("重新办理");
    let page = worker.order(&number);
    assert_eq!((&page["state"], &page["reopened"]), (&json!("办理中"), &json!(1)));

    worker.make(&number, "finish", &done("又换了控制柜，试了半天"));
    both_hear("又换了控制柜");
    contains(&first.say("解决了，满意").text(), &["谢谢"]);
    let page = worker.order(&number);
    assert_eq!((&page["state"], &page["survey"]["satisfaction"]), (&json!("已归档"), &json!("满意")));

    // Anybody who knows number and code, or number and telephone, can ask; nobody else.
    let state = |query: &str| get(base, &format!("{path}?{query}"), None);
    assert_eq!(state(&format!("code={lookup}")).1["state"], "已归档");
    assert_eq!(state(&format!("phone={PHONE}")).1["state"], "已归档");
    assert_eq!(code(&state("phone=13800000000")), (404, "no_such_work_order"));
    assert_eq!(code(&state("")), (404, "no_such_work_order"));
    let neighbours = get(base, &format!("/api/work-orders/{other}?code={other_lookup}"), None).1;
    assert_eq!(neighbours["state"], "已归档", "{neighbours}");
    let stranger = Resident::new(base, "lift");
    contains(&stranger.say(&format!("查一下{number}，查询码{lookup}")).text(), &["已归档"]);
    contains(&stranger.say(&format!("查 {number} {PHONE}")).text(), &["已归档"]);
    contains(&stranger.say(&format!("查 {number} 13800000000")).text(), &["没有查到"]);
    contains(&second.say("我的工单到哪一步了").text(), &[&other, "已归档"]);
}

#[test]
fn neighbours_with_one_order_are_heard_alike_and_do_not_read_each_others_words() {
    let (server, admin) = community("lamp");
    let base = server.base();
    let worker = admin.hire("lamp.worker", "lamp", "worker");
    let first = Resident::new(base, "lamp");
    let (number, _) = first.say("5栋1单元的路灯不亮了").work_order().expect("a work order");
    let second = Resident::new(base, "lamp");
    let (other, lookup) = second.say("5栋1单元门口路灯不亮了").work_order().expect("a work order");
    contains(&second.say("一起").text(), &[&other]);

    worker.make(&number, "claim", &json!({}));
    let added = first.say(&format!("上周开始的，我姓周，电话{PHONE}"));
    contains(&added.text(), &["记"]);
    let told = second.say("我的工单到哪一步了").text();
    contains(&told, &[&other, "办理中"]);
    let page = get(base, &format!("/api/work-orders/{other}?code={lookup}"), None).1;
    for shown in [told, page.to_string()] {
        assert!(!shown.contains(PHONE) && !shown.contains("姓周"), "{shown}");
    }

    // A question goes to both, and either may answer it.
    let hears = second.listen();
    worker.make(&number, "ask_resident", &json!({"question": "是哪一盏灯？"}));
    hears.wait_for("是哪一盏灯");
    contains(&second.say("门口左边那盏").text(), &[&other]);
    let page = worker.order(&number);
    assert_eq!(page["state"], "办理中");
    contains(&page["history"].to_string(), &["门口左边那盏"]);

    // So is the question whether it is solved, in the chat and on the page of the order.
    let done = json!({"outcome": "已解决", "answer": "换了灯泡"});
    worker.make(&number, "finish", &done);
    hears.wait_for("换了灯泡");
    contains(&second.say("没解决，还是不亮").text(), &[&other, "重新办理"]);
    assert_eq!(worker.order(&number)["state"], "办理中");
    worker.make(&number, "finish", &done);
    let path = format!("/api/work-orders/{other}");
    let page = get(base, &format!("{path}?code={lookup}"), None).1;
    assert_eq!((&page["asks_verdict"], &page["may_reopen"]), (&json!(true), &json!(true)), "{page}");
    let verdict = json!({"lookup_code": lookup, "solved": false, "note": "又不亮了", "request_id": once()});
    for _ in 0..2 {
        let (status, page) = request("PUT", base, &format!("{path}/survey"), None, Some(&verdict));
        assert_eq!((status, &page["state"]), (200, &json!("办理中")), "{page}");
    }
    let page = worker.order(&number);
    assert_eq!(page["reopened"], 2, "{page}");
    contains(&page["history"].to_string(), &["又不亮了"]);
    worker.make(&number, "finish", &done);
    let satisfied = json!({"lookup_code": lookup, "solved": true, "satisfaction": "满意", "request_id": once()});
    assert_eq!(request("PUT", base, &format!("{path}/survey"), None, Some(&satisfied)).0, 200);
    // Whether it is over is for the one who reported it first to say.
    assert_eq!(worker.order(&number)["state"], "待回访");
    let again = json!({"lookup_code": lookup, "reason": "今天又灭了", "request_id": once()});
    let (status, page) = request("POST", base, &format!("{path}/reopen"), None, Some(&again));
    assert_eq!((status, &page["state"]), (200, &json!("办理中")), "{page}");
}

#[test]
fn each_sees_and_does_what_the_role_allows_and_nothing_twice() {
    let (server, admin) = community("here");
    admin.add_community("beside");
    let dispatcher = admin.hire("here.dispatcher", "here", "dispatcher");
    let worker = admin.hire("here.worker", "here", "worker");
    let stranger = admin.hire("beside.worker", "beside", "worker");

    let new = json!({
        "request_id": once(), "community_id": "here", "kind": "投诉", "question": "楼下烧烤摊油烟太大",
        "contact": {"name": "王桂兰", "phone": PHONE}, "channel": "phone",
    });
    let (status, filed) = worker.post("work-orders", &new);
    assert_eq!(status, 201, "{filed}");
    let number = filed["number"].as_str().expect("a number");
    // The resident is told the code that opens it.
    let lookup = filed["lookup_code"].as_str().expect("a code");
    assert_eq!(get(server.base(), &format!("/api/work-orders/{number}?code={lookup}"), None).0, 200);
    // The same request again is the same order.
    assert_eq!(worker.post("work-orders", &new).1["number"], number);
    assert_eq!(worker.get("work-orders?queue=all").1["total"], 1);
    assert_eq!(code(&stranger.post("work-orders", &new)), (403, "not_allowed"));

    // Another community's staff see nothing of it.
    assert_eq!(stranger.get("work-orders?queue=all").1["total"], 0);
    assert_eq!(stranger.get("work-orders?queue=all&q=烧烤").1["total"], 0);
    let path = format!("work-orders/{number}");
    assert_eq!(code(&stranger.get(&path)), (403, "not_allowed"));
    for write in ["notes", "messages"] {
        let words = json!({"request_id": once(), "text": "看看"});
        assert_eq!(code(&stranger.post(&format!("{path}/{write}"), &words)), (403, "not_allowed"));
    }
    assert_eq!(code(&stranger.post(&format!("{path}/contact"), &json!({}))), (403, "not_allowed"));
    assert_eq!(code(&stranger.make_as(number, &once(), 1, "claim", &json!({}))), (403, "not_allowed"));

    // Colleagues who may read the order may be named, and who only reads writes nothing.
    let viewer = admin.hire("here.viewer", "here", "viewer");
    let colleagues = worker.get(&format!("colleagues?order={number}")).1;
    let mut names: Vec<&str> =
        colleagues.as_array().expect("people").iter().filter_map(|person| person["name"].as_str()).collect();
    names.retain(|name| name.starts_with("here.") || name.starts_with("beside."));
    names.sort_unstable();
    assert_eq!(names, ["here.dispatcher", "here.viewer", "here.worker"]);
    assert_eq!(colleagues[0].as_object().map(serde_json::Map::len), Some(2), "names only: {colleagues}");
    assert_eq!((worker.order(number)["may_write"].clone(), viewer.order(number)["may_write"].clone()), (json!(true), json!(false)));
    assert_eq!(code(&viewer.get(&format!("colleagues?order={number}"))), (403, "not_allowed"));

    // The list as a file keeps to the days that are asked for.
    let list = |days: &str| admin.get(&format!("work-orders.csv?community=here{days}")).1.to_string();
    contains(&list(""), &[number]);
    contains(&list("&from=2020-01-01"), &[number]);
    assert!(!list("&from=2020-01-01&to=2020-01-31").contains(number));

    // The telephone number is masked until somebody looks, and that is kept.
    let page = worker.order(number);
    assert_eq!(page["contact"], "王** 138******78");
    assert!(!page.to_string().contains(PHONE), "{page}");
    let (status, contact) = worker.post(&format!("{path}/contact"), &json!({}));
    assert_eq!((status, contact["phone"].as_str()), (200, Some(PHONE)));
    let trail = admin.get(&format!("audit?subject=work_order:{number}")).1;
    let looked = trail.as_array().expect("a trail").iter().find(|one| one["action"] == "work_order.contact_read");
    contains(&looked.expect("the look is kept").to_string(), &[&worker.id]);

    // Who saw an old version is told what happened instead of overwriting it.
    let version = page["version"].as_i64().expect("a version");
    assert_eq!(code(&worker.make_as(number, &once(), version, "supervise", &json!({"reason": "急"}))), (403, "not_allowed"));
    dispatcher.make(number, "accept", &json!({}));
    let old = worker.make_as(number, &once(), version, "claim", &json!({}));
    assert_eq!(code(&old), (409, "changed_meanwhile"));
    contains(old.1["detail"].as_str().unwrap(), &["here.dispatcher", "已受理"]);

    // A repeated move is made once, however old what it saw is by then.
    let claim = once();
    let version = worker.order(number)["version"].as_i64().expect("a version");
    for _ in 0..2 {
        let (status, page) = worker.make_as(number, &claim, version, "claim", &json!({}));
        assert_eq!((status, &page["version"]), (200, &json!(version + 1)), "{page}");
    }
    let note = json!({"request_id": once(), "text": "已经联系城管", "mentions": [dispatcher.id]});
    for _ in 0..2 {
        assert_eq!(worker.post(&format!("{path}/notes"), &note).0, 200);
    }
    assert_eq!(dispatcher.get("mentions").1.as_array().map(Vec::len), Some(1));
    let history = worker.order(number)["history"].clone();
    let count = |kind: &str| history.as_array().unwrap().iter().filter(|event| event["kind"] == kind).count();
    assert_eq!((count("claim"), count("note")), (1, 1));

    // A complaint is looked at by a second person before the resident hears of it.
    let done = worker.make(number, "finish", &json!({"outcome": "已解决", "answer": "摊主装了净化器"}));
    assert_eq!(done["state"], "待审核");
    let version = done["version"].as_i64().expect("a version");
    assert_eq!(code(&worker.make_as(number, &once(), version, "approve", &json!({}))), (403, "not_allowed"));
    let reviewer = admin.hire("here.reviewer", "here", "reviewer");
    assert_eq!(reviewer.make(number, "approve", &json!({}))["state"], "待回访");
    assert_eq!(server.product().json(&["audit", "verify"])["broken_at"], Value::Null);
}

#[test]
fn a_person_takes_over_and_the_resident_knows_who_speaks() {
    let (server, admin) = community("talk");
    let worker = admin.hire("李师傅", "talk", "worker");
    let other = admin.hire("talk.other", "talk", "worker");
    let resident = Resident::new(server.base(), "talk");
    let hears = resident.listen();
    hears.wait_for_holder(None);

    assert_eq!(resident.say("人工").disposition(), "handoff");
    let live = worker.get("conversations/live?community=talk").1;
    assert_eq!(live[0]["id"], resident.id.as_str(), "{live}");
    assert!(live[0]["person_asked_at"].is_i64(), "{live}");

    let path = format!("conversations/{}", resident.id);
    let words = |text: &str| json!({"request_id": once(), "text": text});
    assert_eq!(code(&worker.post(&format!("{path}/messages"), &words("您好"))), (409, "not_yours"));
    assert_eq!(worker.post(&format!("{path}/take"), &json!({})).0, 200);
    hears.wait_for_holder(Some("李师傅"));
    hears.wait_for("真人");
    assert_eq!(code(&other.post(&format!("{path}/take"), &json!({}))), (409, "taken"));
    let hello = words("我是李师傅，您说");
    for _ in 0..2 {
        assert_eq!(worker.post(&format!("{path}/messages"), &hello).0, 200);
    }
    assert_eq!(hears.wait_for("您说")["author"], "worker");
    // Whoever opens the page again finds it so.
    let page = resident.reload();
    assert_eq!((&page["holder"], &page["waiting"]), (&json!("李师傅"), &json!(false)), "{page}");
    contains(&page["messages"].to_string(), &["真人", "我是李师傅，您说"]);

    // The machine is silent while a person speaks, but not where somebody is in danger.
    assert_eq!(resident.say("居住证怎么办？").text(), "");
    let danger = resident.say("哎呀我家厨房着火了");
    assert_eq!(danger.disposition(), "emergency");
    contains(&danger.text(), &["119"]);
    let page = worker.get(&path).1;
    let said = page["said"].to_string();
    contains(&said, &["居住证怎么办？", "我是李师傅，您说", "着火了"]);
    assert_eq!(said.matches("我是李师傅，您说").count(), 1);

    assert_eq!(code(&other.post(&format!("{path}/give-back"), &json!({}))), (409, "not_yours"));
    assert_eq!(worker.post(&format!("{path}/give-back"), &json!({})).0, 200);
    hears.wait_for_holder(None);
    hears.wait_for("智能助手");
    assert_eq!(resident.say("居住证怎么办？").disposition(), "answered");

    // After hours nobody is promised.
    admin.set_open("talk", false);
    let late = Resident::new(server.base(), "talk");
    contains(&late.say("人工").text(), &["下班", "登记"]);
    let live = worker.get("conversations/live?community=talk").1;
    assert_eq!(live, json!([]));
}

#[test]
fn who_waits_in_vain_for_a_person_is_told() {
    let flags = [
        "--set=models.writing=none",
        "--set=work_orders.person_wait_seconds=1",
        "--set=work_orders.holder_wait_seconds=1",
    ];
    let server = Product::with_starter_pack().serve_with(&flags);
    let log = std::fs::read_to_string(server.product().data_dir().join("server.log")).expect("a log");
    assert!(!log.contains("ERROR"), "{log}");
    let admin = Worker::administrator(&server);
    admin.set_open("demo", true);
    let resident = Resident::new(server.base(), "demo");
    let hears = resident.listen();
    let (number, _) = resident.say("人工").work_order().expect("the matter is kept as an order");
    hears.wait_for("都在忙");
    assert_eq!(admin.get("conversations/live").1, json!([]));
    assert_eq!(admin.order(&number)["state"], "待受理");

    // Nor does anybody wait for ever who was taken over and then left alone.
    let worker = admin.hire("走开的人", "demo", "worker");
    assert_eq!(worker.post(&format!("conversations/{}/take", resident.id), &json!({})).0, 200);
    let told = hears.wait_for("走开的人好一会儿没有回话");
    contains(told["text"].as_str().unwrap(), &[&number, "智能助手"]);
    assert_eq!(worker.get(&format!("conversations/{}", resident.id)).1["holder"], Value::Null);
    assert_eq!(worker.get("mentions").1[0]["number"], number.as_str());
    assert_eq!(resident.say("居住证怎么办？").disposition(), "answered");
}

#[test]
fn an_urgent_order_alerts_its_receiver_signed_and_again_after_an_error() {
    let (server, admin) = community("alarm");
    let (address, notices) = receiver(1);
    let target = json!({
        "community_id": "alarm", "name": "值班室", "target": {"kind": "webhook", "url": address}, "events": ["urgent"],
    });
    let (status, kept) = admin.post("alert-targets", &target);
    assert_eq!(status, 201, "{kept}");
    let secret = kept["secret"].as_str().expect("the secret is shown once").to_owned();
    let shown = admin.get("alert-targets?community=alarm").1;
    assert!(!shown.to_string().contains(&secret), "{shown}");

    let resident = Resident::new(server.base(), "alarm");
    // What is not urgent is none of this receiver's business.
    resident.say("楼道的灯不亮了");
    let (number, _) = resident.say("我家厨房着火了，我叫王桂兰").work_order().expect("a work order");
    let failed = notices.recv_timeout(Duration::from_secs(60)).expect("a notice");
    let again = notices.recv_timeout(Duration::from_secs(60)).expect("the notice again");
    assert_eq!(failed.header("webhook-id"), again.header("webhook-id"));
    for notice in [&failed, &again] {
        let key = BASE64_STANDARD.decode(secret.trim_start_matches("whsec_")).expect("a key");
        let mut hmac = Hmac::<Sha256>::new_from_slice(&key).expect("any key");
        let (id, at) = (notice.header("webhook-id"), notice.header("webhook-timestamp"));
        hmac.update(format!("{id}.{at}.{}", notice.body).as_bytes());
        let signature = format!("v1,{}", BASE64_STANDARD.encode(hmac.finalize().into_bytes()));
        assert_eq!(notice.header("webhook-signature"), signature);
    }
    let body: Value = serde_json::from_str(&again.body).expect("JSON");
    assert_eq!((&body["type"], &body["data"]["urgent"]), (&json!("work_order.urgent"), &json!(true)));
    assert_eq!(body["data"]["details"]["number"], number.as_str());
    assert!(!again.body.contains("王桂兰") && !again.body.contains("厨房"), "{}", again.body);
}

#[test]
fn a_photo_is_kept_with_the_order_and_a_page_is_not() {
    let (_, admin) = community("photo");
    let worker = admin.hire("photo.worker", "photo", "worker");
    let new = json!({"request_id": once(), "community_id": "photo", "kind": "报修", "question": "井盖破了"});
    let number = worker.post("work-orders", &new).1["number"].as_str().expect("a number").to_owned();
    let path = format!("work-orders/{number}/attachments?stage=before&name=井盖.png");
    let photo = b"\x89PNG\r\n\x1a\nthe rest of it".as_slice();

    let (status, kept) = worker.upload(&path, "image/png", photo);
    assert_eq!(status, 201, "{kept}");
    let id = kept["id"].as_str().expect("an id");
    let (media_type, bytes) = worker.download(&format!("work-orders/{number}/attachments/{id}"));
    assert_eq!((media_type.as_str(), bytes.as_slice()), ("image/png", photo));
    let page = worker.order(&number);
    assert_eq!(page["attachments"].as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(page["attachments"][0]["name"], "井盖.png");

    // A recording is played in the page of the order.
    let recording = b"\x1A\x45\xDF\xA3 what was said".as_slice();
    let path_of_recording = format!("work-orders/{number}/attachments?name=录音.webm");
    let (status, kept) = worker.upload(&path_of_recording, "audio/webm;codecs=opus", recording);
    assert_eq!((status, &kept["media_type"]), (201, &json!("audio/webm")), "{kept}");
    assert_eq!(code(&worker.upload(&path_of_recording, "audio/mpeg", recording)), (400, "file_not_taken"));

    let script = b"<html><script>alert(1)</script></html>".as_slice();
    for media_type in ["text/html", "image/png", "image/svg+xml"] {
        assert_eq!(code(&worker.upload(&path, media_type, script)), (400, "file_not_taken"), "{media_type}");
    }
    admin.add_community("photo-beside");
    let stranger = admin.hire("photo.stranger", "photo-beside", "worker");
    assert_eq!(code(&stranger.get(&format!("work-orders/{number}/attachments/{id}"))), (403, "not_allowed"));
}
