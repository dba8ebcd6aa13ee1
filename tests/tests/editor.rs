//! The knowledge editor, from a paper on an administrator's machine to what residents are told.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};
use tests::{Desk, Product, Resident, Server, Worker, wait_until};

/// A server that answers from passages only: nobody waits for the writer here.
fn serve() -> Server {
    Product::with_starter_pack().serve_with(&["--set=models.writing=none"])
}

/// A made-up paper of the community, so that nothing else can answer from it.
const TOOLS: &str = "# 黄家庄社区共享工具房借用办法\n\n## 第一条 谁能借\n\n住在本社区的居民，凭身份证可以在工具房借工具。\n\n\
    ## 第二条 多少钱\n\n借电钻每天 8 元，八十周岁以上的老人每天 5 元，当天还不收押金。\n\n\
    ## 第三条 什么时候开门\n\n工具房每天 9:30 到 17:00 开门，周一休息。\n";

fn upload(desk: &Desk, community: &str, name: &str, media_type: &str, bytes: &[u8]) -> (u16, Value) {
    desk.upload(&format!("knowledge/uploads?community={community}&name={name}"), media_type, bytes)
}

fn said(server: &Server, community: &str, question: &str) -> (String, Vec<Value>) {
    let resident = Resident::new(server.base(), community);
    let answer = resident.say(question);
    (answer.text(), answer.cited())
}

/// The body for writing a draft as it stands.
fn as_it_stands(draft: &Value) -> Value {
    let passages: Vec<Value> = draft["passages"]
        .as_array()
        .expect("passages")
        .iter()
        .map(|passage| {
            json!({
                "from": passage["ordinal"],
                "headings": passage["headings"],
                "locator": passage["locator"],
                "text": passage["text"],
            })
        })
        .collect();
    json!({
        "version": draft["version"],
        "community_id": draft["community"]["id"],
        "metadata": draft["metadata"],
        "passages": passages,
        "answers": draft["answers"],
    })
}

fn publish(desk: &Desk, draft: &Value) -> Value {
    let path = format!("knowledge/drafts/{}/moves", draft["id"].as_str().expect("an id"));
    let (status, done) = desk.post(&path, &json!({"version": draft["version"], "move": "publish"}));
    assert_eq!(status, 200, "{done}");
    done
}

fn id(value: &Value) -> &str {
    value.as_str().expect("an id")
}

#[test]
fn a_paper_is_mended_published_replaced_and_taken_back() {
    let server = serve();
    let admin = Worker::administrator(&server);
    let desk: &Desk = &admin;

    // Before anything is written, nobody makes anything up.
    let (before, _) = said(&server, "demo", "工具房借电钻一天多少钱？");
    assert!(!before.contains("8 元") && !before.contains("8元"), "{before}");

    let (status, uploaded) = upload(desk, "demo", "tools.md", "text/markdown", TOOLS.as_bytes());
    assert_eq!(status, 201, "{uploaded}");
    let draft = &uploaded["draft"];
    assert_eq!(draft["metadata"]["title"], "黄家庄社区共享工具房借用办法");
    let draft_id = id(&draft["id"]);

    // The original is there as it was.
    let url = draft["original"]["url"].as_str().expect("a url").trim_start_matches("/api/desk/").to_owned();
    let (media_type, bytes) = desk.download(&url);
    assert!(media_type.starts_with("text/") || media_type == "application/octet-stream", "{media_type}");
    assert_eq!(bytes, TOOLS.as_bytes());

    // A slip is mended in one passage; the others keep their place in the file.
    let mut writing = as_it_stands(draft);
    let at = writing["passages"]
        .as_array()
        .and_then(|passages| passages.iter().position(|passage| passage["text"].to_string().contains("8 元")))
        .expect("the passage about the price");
    let mended = writing["passages"][at]["text"].as_str().expect("text").replace("8 元", "9 元");
    writing["passages"][at]["text"] = json!(mended);
    let (status, written) = desk.put(&format!("knowledge/drafts/{draft_id}"), &writing);
    assert_eq!(status, 200, "{written}");
    assert_eq!(written["passages"][at]["edited"], true);
    assert_eq!(written["passages"][0]["edited"], false);
    // Whoever still has the page from before is told, and overwrites nothing.
    let (status, stale) = desk.put(&format!("knowledge/drafts/{draft_id}"), &writing);
    assert_eq!((status, stale["code"].as_str()), (409, Some("changed_meanwhile")), "{stale}");

    // The bench answers from the draft; residents do not.
    let trial = json!({"community_id": "demo", "question": "工具房借电钻一天多少钱？", "draft": draft_id});
    let (status, bench) = desk.post("knowledge/bench", &trial);
    assert_eq!(status, 200, "{bench}");
    assert_eq!(bench["evidence"][0]["title"], "黄家庄社区共享工具房借用办法", "{bench}");
    assert!(bench["reply"]["sentences"].to_string().contains("9 元"), "{bench}");
    assert!(!said(&server, "demo", "工具房借电钻一天多少钱？").0.contains("9 元"));

    // A check is kept that only the draft passes.
    let expect = json!({"disposition": "answered", "title": "黄家庄社区共享工具房借用办法", "contains": ["9元|9 元"]});
    let check = json!({"community_id": "demo", "question": "工具房借电钻一天多少钱？", "expect": expect});
    assert_eq!(desk.post("knowledge/checks", &check).0, 201);
    let (status, preview) = desk.post(&format!("knowledge/drafts/{draft_id}/preview"), &json!({}));
    assert_eq!(status, 200, "{preview}");
    assert_eq!(preview["checks"]["better"], 1, "{preview}");
    assert_eq!(preview["checks"]["worse"], 0);

    let done = publish(desk, &written);
    let document = id(&done["document_id"]).to_owned();
    let first_edition = id(&done["edition"]).to_owned();
    let (text, cited) = said(&server, "demo", "工具房借电钻一天多少钱？");
    assert!(text.contains("9 元"), "{text}");
    assert_eq!(cited[0]["edition"], first_edition.as_str());
    let (_, run) = desk.post("knowledge/checks/runs", &json!({"community_id": "demo"}));
    assert_eq!(run["passed"], 1, "{run}");

    // The same file again is nothing new.
    let (status, again) = upload(desk, "demo", "tools.md", "text/markdown", TOOLS.as_bytes());
    assert_eq!((status, again["unchanged"].as_bool()), (200, Some(true)), "{again}");

    // A newer edition for a later day: today's answer stays, on that day the new one is given.
    let (status, next) = desk.post(&format!("knowledge/documents/{document}/draft"), &json!({}));
    assert_eq!(status, 200, "{next}");
    let mut writing = as_it_stands(&next);
    let dearer = writing["passages"][at]["text"].as_str().expect("text").replace("9 元", "12 元");
    writing["passages"][at]["text"] = json!(dearer);
    writing["metadata"]["effective_on"] = json!("2099-01-01");
    let (status, next) = desk.put(&format!("knowledge/drafts/{}", id(&next["id"])), &writing);
    assert_eq!(status, 200, "{next}");
    let (_, difference) = desk.get(&format!(
        "knowledge/difference?before=edition:{first_edition}&after=draft:{}",
        id(&next["id"])
    ));
    let changed: Vec<&Value> = difference["passages"]
        .as_array()
        .expect("passages")
        .iter()
        .filter(|passage| passage["kind"] != "same")
        .collect();
    assert_eq!(changed.len(), 1, "{difference}");
    assert!(changed[0]["runs"].to_string().contains("12"), "{difference}");
    publish(desk, &next);
    assert!(said(&server, "demo", "工具房借电钻一天多少钱？").0.contains("9 元"));
    let later = json!({"community_id": "demo", "question": "工具房借电钻一天多少钱？", "on": "2099-02-01"});
    let (_, bench) = desk.post("knowledge/bench", &later);
    assert!(bench["reply"]["sentences"].to_string().contains("12 元"), "{bench}");

    // Taken back with a reason, and back again; the trail tells all of it.
    let path = format!("knowledge/documents/{document}");
    assert_eq!(desk.post(&format!("{path}/withdraw"), &json!({"reason": ""})).0, 400);
    let (status, page) = desk.post(&format!("{path}/withdraw"), &json!({"reason": "工具房停办"}));
    assert_eq!((status, page["document"]["in_force"].as_str()), (200, Some("withdrawn")), "{page}");
    assert!(!said(&server, "demo", "工具房借电钻一天多少钱？").0.contains("9 元"));
    let back = json!({"edition": first_edition, "reason": "又开了"});
    let (status, page) = desk.post(&format!("{path}/roll-back"), &back);
    assert_eq!((status, page["document"]["in_force"].as_str()), (200, Some("now")), "{page}");
    assert!(said(&server, "demo", "工具房借电钻一天多少钱？").0.contains("9 元"));
    let (_, history) = desk.get(&format!("{path}/history"));
    let actions: Vec<&str> =
        history.as_array().expect("lines").iter().filter_map(|line| line["action"].as_str()).collect();
    for action in ["knowledge.publish", "knowledge.withdraw"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
    let (_, list) = desk.get("knowledge/documents?community=demo&q=%E5%B7%A5%E5%85%B7%E6%88%BF");
    assert_eq!(list["total"], 1, "{list}");

    // A backup brings the original back too.
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("kept.zip");
    let backup = backup.to_str().expect("a path");
    server.product().succeed(&["backup", backup]);
    let other = Product::new();
    other.succeed(&["restore", backup]);
    let (head, tail) = draft["original"]["sha256"].as_str().expect("a digest").split_at(2);
    let kept = std::fs::read(other.data_dir().join("originals").join(head).join(tail)).expect("the original");
    assert_eq!(kept, TOOLS.as_bytes());
}

#[test]
fn four_eyes_and_roles_are_kept_and_an_answer_is_said_word_for_word() {
    let server = serve();
    let admin = Worker::administrator(&server);
    let editor = admin.hire("editor", "demo", "knowledge_editor");
    let reviewer = admin.hire("reviewer", "demo", "reviewer");
    let worker = admin.hire("worker", "demo", "worker");
    assert_eq!(worker.get("knowledge/documents?community=demo").0, 403);

    let begin = json!({
        "kind": "answer", "community_id": "demo",
        "question": "社区的棋牌室周末开不开？", "answer": "开的，周六和周日早上九点到晚上八点都开，不收钱。",
    });
    let (status, draft) = editor.post("knowledge/drafts", &begin);
    assert_eq!(status, 201, "{draft}");
    let path = format!("knowledge/drafts/{}", id(&draft["id"]));
    let step = |desk: &Desk, version: &Value, name: &str, note: Option<&str>| {
        desk.post(&format!("{path}/moves"), &json!({"version": version, "move": name, "note": note}))
    };
    assert_eq!(step(&editor, &draft["version"], "publish", None).0, 403);
    let (status, handed) = step(&editor, &draft["version"], "submit", None);
    assert_eq!((status, handed["draft"]["state"].as_str()), (200, Some("in_review")), "{handed}");
    // Sent back without a word, nobody knows what to change.
    assert_eq!(step(&reviewer, &handed["draft"]["version"], "send_back", None).0, 400);
    let (_, returned) = step(&reviewer, &handed["draft"]["version"], "send_back", Some("加一个问法"));
    assert_eq!(returned["draft"]["review_note"], "加一个问法", "{returned}");

    let mut writing = as_it_stands(&returned["draft"]);
    writing["answers"][0]["questions"] = json!(["社区的棋牌室周末开不开？", "星期天可以去打麻将吗"]);
    let (status, written) = editor.put(&path, &writing);
    assert_eq!(status, 200, "{written}");
    assert_eq!(admin.patch("places/demo", &json!({"four_eyes": true})).0, 200);
    // The reviewer who writes last cannot pass it.
    let mut own = as_it_stands(&written);
    own["answers"] = written["answers"].clone();
    let (_, own) = reviewer.put(&path, &own);
    let (status, refused) = step(&reviewer, &own["version"], "publish", None);
    assert_eq!((status, refused["code"].as_str()), (403, Some("four_eyes")), "{refused}");
    let (status, done) = step(&admin, &own["version"], "approve", None);
    assert_eq!(status, 200, "{done}");

    let (text, cited) = said(&server, "demo", "星期天可以去打麻将吗");
    assert_eq!(text, "开的，周六和周日早上九点到晚上八点都开，不收钱。");
    assert_eq!(cited[0]["title"], "社区的棋牌室周末开不开？");
}

#[test]
fn what_was_asked_in_vain_is_counted_and_answered() {
    let server = serve();
    let admin = Worker::administrator(&server);
    let desk: &Desk = &admin;
    let question = "社区的陶艺教室怎么报名？";
    for words in [question, "陶艺教室怎么报名"] {
        let resident = Resident::new(server.base(), "demo");
        let answer = resident.say(words);
        // A question back is answered with the same words: then it is a gap.
        if answer.disposition() == "clarify" {
            resident.say(words);
        }
    }
    let mut gaps = Value::Null;
    wait_until("the question is listed as a gap", || {
        gaps = desk.get("knowledge/gaps?community=demo").1;
        gaps["gaps"].as_array().is_some_and(|gaps| gaps.iter().any(|gap| gap["count"] == 2))
    });
    let gap = gaps["gaps"].as_array().expect("gaps").iter().find(|gap| gap["count"] == 2).expect("the gap");
    assert_eq!(gap["weeks"].as_array().map(Vec::len), Some(12));
    assert!(gap["near"].as_array().is_some_and(|near| !near.is_empty()), "{gap}");

    let begin = json!({
        "kind": "answer", "community_id": "demo", "gap": gap["id"],
        "answer": "每周三上午带身份证到社区服务大厅登记，材料费 100 元。",
    });
    let (status, draft) = desk.post("knowledge/drafts", &begin);
    assert_eq!(status, 201, "{draft}");
    publish(desk, &draft);
    assert!(said(&server, "demo", question).0.contains("材料费 100 元"));
    let (_, after) = desk.get("knowledge/gaps?community=demo&state=answered");
    assert_eq!(after["gaps"][0]["id"], gap["id"], "{after}");
}

#[test]
fn a_street_hands_its_knowledge_down_and_what_was_edited_there_stays() {
    let server = serve();
    let admin = Worker::administrator(&server);
    admin.add_community("river");
    let desk: &Desk = &admin;
    let (_, uploaded) = upload(desk, "demo", "tools.md", "text/markdown", TOOLS.as_bytes());
    publish(desk, &uploaded["draft"]);
    let take = |version: &str| {
        let (kind, pack) = desk.download(&format!(
            "knowledge/packs/export?community=demo&name=%E5%B7%A5%E5%85%B7&version={version}"
        ));
        assert_eq!(kind, "application/zip");
        pack
    };
    let give = |pack: &[u8]| desk.upload("knowledge/packs?community=river", "application/zip", pack);
    let first = take("1");
    let (status, summary) = give(&first);
    assert_eq!(status, 200, "{summary}");
    assert_eq!(summary["added"], 1, "{summary}");
    assert!(said(&server, "river", "工具房借电钻一天多少钱？").0.contains("8 元"));
    assert_eq!(give(&first).1["unchanged"], 1);

    // The river community has its own price; the street's next version does not take it away.
    let (_, list) = desk.get("knowledge/documents?community=river");
    let document = id(&list["documents"][0]["id"]).to_owned();
    let edit = |place: &str, document: &str, from: &str, to: &str| {
        let (_, draft) = desk.post(&format!("knowledge/documents/{document}/draft"), &json!({}));
        let text = as_it_stands(&draft).to_string().replace(from, to);
        let writing: Value = serde_json::from_str(&text).expect("JSON");
        let (status, draft) = desk.put(&format!("knowledge/drafts/{}", id(&draft["id"])), &writing);
        assert_eq!(status, 200, "{place}: {draft}");
        publish(desk, &draft);
    };
    edit("river", &document, "8 元", "7 元");
    let (_, own) = desk.get("knowledge/documents?community=demo&q=%E5%B7%A5%E5%85%B7");
    edit("demo", id(&own["documents"][0]["id"]), "8 元", "10 元");
    let (status, summary) = give(&take("2"));
    assert_eq!(status, 200, "{summary}");
    assert_eq!(summary["kept"].as_array().map(Vec::len), Some(1), "{summary}");
    assert!(summary["kept"][0]["draft"].is_string(), "{summary}");
    assert!(said(&server, "river", "工具房借电钻一天多少钱？").0.contains("7 元"));
    assert_eq!(give(b"PK\x03\x04 not a pack").0, 422);
}

#[test]
fn a_key_opens_what_it_was_made_for_and_nothing_else() {
    let server = serve();
    let admin = Worker::administrator(&server);
    let wanted = json!({"community_id": "demo", "name": "官网", "permissions": ["write_knowledge"]});
    let (status, made) = admin.post("knowledge/api-keys", &wanted);
    assert_eq!(status, 201, "{made}");
    let token = made["token"].as_str().expect("a token").to_owned();
    let program = Desk::with_key(server.base(), &token);
    assert_eq!(program.get("knowledge/documents?community=demo").0, 200);
    let (status, uploaded) = upload(&program, "demo", "tools.md", "text/markdown", TOOLS.as_bytes());
    assert_eq!(status, 201, "{uploaded}");
    let path = format!("knowledge/drafts/{}/moves", id(&uploaded["draft"]["id"]));
    let publish = json!({"version": uploaded["draft"]["version"], "move": "publish"});
    assert_eq!(program.post(&path, &publish).0, 403);
    assert_eq!(program.get("accounts").0, 403);
    assert_eq!(program.get("me/sessions").0, 403);
    assert_eq!(program.get("mentions").0, 403);
    let all = json!({"community_id": "demo", "name": "官网", "permissions": ["manage_accounts"]});
    assert_eq!(admin.post("knowledge/api-keys", &all).0, 403);
    assert_eq!(program.get("work-orders").0, 403);
    assert_eq!(program.get("knowledge/documents?community=cn").0, 403);
    let (_, keys) = admin.get("knowledge/api-keys?community=demo");
    assert!(keys[0]["last_used_at"].is_number() && keys[0].get("token").is_none(), "{keys}");
    assert_eq!(admin.delete(&format!("knowledge/api-keys/{}", id(&made["key"]["id"]))).0, 204);
    assert_eq!(program.get("knowledge/documents?community=demo").0, 401);
}

#[test]
fn a_paper_is_fetched_by_its_address_only_where_that_is_allowed() {
    let site = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let page = format!("http://{}/tools/rules", site.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for visitor in site.incoming() {
            let mut visitor = visitor.expect("a visitor");
            let mut asked = BufReader::new(&visitor).lines();
            while asked.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let body = "<html><head><title>共享雨伞借用办法</title></head><body><h1>共享雨伞借用办法</h1>\
                        <p>雨伞在门卫室借，三天内归还，不收钱。</p></body></html>";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
            visitor.write_all(answer.as_bytes()).expect("the visitor reads");
        }
    });
    let wanted = json!({"community": "demo", "address": page});
    let fetch = |flags: &[&str]| {
        let mut all = vec!["--set=models.writing=none", "--set=models.hearing=none", "--set=models.speaking=none"];
        all.extend(flags);
        let server = Product::with_starter_pack().serve_with(&all);
        let admin = Worker::administrator(&server);
        admin.post("knowledge/addresses", &wanted)
    };
    let (status, refused) = fetch(&[]);
    assert_eq!((status, refused["code"].as_str()), (403, Some("addresses_off")), "{refused}");
    let allowed = "--set=knowledge.fetch_addresses=true";
    let (status, refused) = fetch(&[allowed]);
    assert_eq!(status, 422, "{refused}");
    assert!(refused["detail"].as_str().is_some_and(|why| why.contains("内网")), "{refused}");
    let (status, fetched) = fetch(&[allowed, "--set=knowledge.fetch_private=true"]);
    assert_eq!(status, 201, "{fetched}");
    assert_eq!(fetched["draft"]["metadata"]["title"], "共享雨伞借用办法");
    assert!(fetched["draft"].to_string().contains("三天内归还"), "{fetched}");
}
