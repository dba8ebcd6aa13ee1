//! What a resident experiences, over the wire of the widget.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Product, Resident, Server, get, request, shared_server};

fn resident() -> Resident {
    Resident::new(shared_server().base(), "demo")
}

#[test]
fn a_common_question_is_answered_word_for_word_with_its_source() {
    let answer = resident().say("居住证怎么办？");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert_eq!(answer.event("disposition").unwrap()["verified"], true);
    let cited = answer.cited();
    assert!(
        cited.iter().any(|source| source["title"].as_str().unwrap().contains("居住证")),
        "{cited:?}"
    );
    // The source opens at the cited passage, and the words said stand there.
    let source = &cited[0];
    let path = format!("/api/editions/{}?community=demo", source["edition"].as_str().unwrap());
    let (status, edition) = get(shared_server().base(), &path, None);
    assert_eq!(status, 200);
    assert_eq!(edition["status"], "in_force");
    let passage = edition["passages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|passage| passage["passage"] == source["passage"])
        .expect("the cited passage is in the edition");
    let bare = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).collect::<String>();
    assert!(bare(passage["text"].as_str().unwrap()).contains(&bare(&answer.text())), "{answer:?}");
}

#[test]
fn a_question_that_no_prepared_answer_fits_is_written_and_cited() {
    let answer = resident().say("我在这边租房子上班，刚来三个月，想知道要住满多长时间才可以领居住证");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(!answer.cited().is_empty(), "{answer:?}");
    assert!(answer.text().contains("半年"), "{}", answer.text());
    assert!(!answer.text().contains("三个月"), "{}", answer.text());
}

#[test]
fn a_short_turn_stays_with_the_guide_that_speaks_of_it_and_leaves_one_that_does_not() {
    let resident = resident();
    let about = |answer: &tests::Answer, title: &str| {
        answer.cited().iter().all(|source| source["title"].as_str().unwrap().contains(title))
    };
    for said in ["公租房咋申请", "老人能优先不", "要带啥材料去"] {
        let answer = resident.say(said);
        assert!(answer.disposition() == "answered" && about(&answer, "公租房"), "{said}: {answer:?}");
    }
    let answer = resident.say("楼下狗叫咋办");
    assert!(!about(&answer, "公租房"), "{answer:?}");
}

#[test]
fn two_things_asked_in_one_breath_are_both_answered() {
    let answer = resident().say("护照多少天能下来，能管几年");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    let text = answer.text();
    assert!(text.contains("15日") && text.contains("十年"), "{text}");
    let passages: std::collections::BTreeSet<String> =
        answer.cited().iter().map(|source| source["passage"].to_string()).collect();
    assert!(passages.len() >= 2, "{answer:?}");
}

#[test]
fn a_word_that_fits_any_matter_leaves_the_matter_as_it_was() {
    let resident = resident();
    resident.say("临时救助怎么申请");
    // 申请 stands in other titles too.
    let answer = resident.say("外地户口能申请不");
    assert!(answer.cited().iter().any(|source| source["title"] == "临时救助"), "{answer:?}");
}

#[test]
fn what_nobody_wrote_down_becomes_a_work_order_that_can_be_asked_about() {
    let resident = resident();
    let answer = resident.say("《战国无双3》是由哪两个公司合作开发的？");
    assert_eq!(answer.disposition(), "escalated", "{answer:?}");
    let (number, code) = answer.work_order().expect("a work order");
    assert!(answer.text().contains(&number) && answer.text().contains(&code));
    let base = shared_server().base();

    let path = format!("/api/work-orders/{number}?code={code}");
    let (status, order) = get(base, &path, None);
    assert_eq!((status, order["state"].as_str()), (200, Some("待受理")));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let (status, problem) = get(base, &format!("/api/work-orders/{number}?code={wrong}"), None);
    assert_eq!((status, problem["code"].as_str()), (404, Some("no_such_work_order")));

    let contact = json!({"lookup_code": code, "phone": "13812345678", "name": "王桂兰"});
    let (status, _) = request("PUT", base, &format!("/api/work-orders/{number}/contact"), None, Some(&contact));
    assert_eq!(status, 200);
    let shown = shared_server().product().json(&["work-orders", "show", &number]);
    assert_eq!(shown["question"], "《战国无双3》是由哪两个公司合作开发的？");
    assert_eq!(shown["contact"], "王** 138******78");

    let progress = resident.say("我的工单处理得怎么样了");
    assert!(progress.text().contains(&number) && progress.text().contains("待受理"), "{progress:?}");
}

#[test]
fn somebody_in_danger_is_told_the_number_first_and_an_urgent_order_is_filed() {
    let answer = resident().say("我家厨房着火了，火好大");
    assert_eq!(answer.disposition(), "emergency");
    let first = answer.event("sentence").unwrap()["text"].as_str().unwrap();
    assert!(first.contains("119"), "{first}");
    let (number, _) = answer.work_order().expect("a work order");
    let order = shared_server().product().json(&["work-orders", "show", &number]);
    assert_eq!(order["urgent"], true);
}

#[test]
fn a_person_is_one_word_away_and_gets_what_was_asked_before() {
    let resident = resident();
    resident.say("低保怎么申请");
    let answer = resident.say("转人工");
    assert_eq!(answer.disposition(), "handoff");
    let (number, _) = answer.work_order().expect("a work order");
    let order = shared_server().product().json(&["work-orders", "show", &number]);
    assert!(order["question"].as_str().unwrap().contains("低保"), "{order}");
    assert!(order["transcript"].as_array().unwrap().len() >= 2, "{order}");
}

#[test]
fn a_report_is_filed_at_once_and_what_follows_is_added_to_it() {
    let resident = resident();
    let answer = resident.say("我们单元楼道的灯坏了三天了");
    assert_eq!(answer.disposition(), "escalated");
    let (number, _) = answer.work_order().expect("a work order");
    resident.say("3栋2单元，我电话13812345678");
    let order = shared_server().product().json(&["work-orders", "show", &number, "--reveal"]);
    assert_eq!(order["kind"], "报修");
    assert_eq!(order["contact"]["phone"], "13812345678");
    assert!(order["history"].to_string().contains("3栋2单元"), "{order}");
}

#[test]
fn a_follow_up_is_about_the_matter_before_it() {
    let resident = resident();
    resident.say("居住证怎么办？");
    let answer = resident.say("那要多少钱？");
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
    assert!(
        answer.cited().iter().any(|source| source["title"].as_str().unwrap().contains("居住证")),
        "{answer:?}"
    );
    assert!(
        answer.event("disposition").unwrap()["understood"].as_str().unwrap().contains("居住证"),
        "{answer:?}"
    );
}

#[test]
fn the_conversation_is_there_after_a_reload_and_a_repeated_message_is_the_same_turn() {
    let resident = resident();
    let first = resident.say_as("高龄津贴怎么领", "once");
    let again = resident.say_as("高龄津贴怎么领", "once");
    assert_eq!(first.text(), again.text());
    let page = resident.reload();
    let turns = page["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 1);
    assert_eq!(turns[0]["disposition"], "answered");
    let turn = turns[0]["id"].as_str().unwrap();
    let path = format!("/api/conversations/{}/turns/{turn}/rating", resident.id);
    let base = shared_server().base();
    let rating = json!({"rating": "down", "reason": "没说多少钱"});
    assert_eq!(request("PUT", base, &path, Some(&resident.token), Some(&rating)).0, 204);
    assert_eq!(resident.reload()["turns"][0]["rating"], "down");

    let path = format!("/api/conversations/{}", resident.id);
    let (status, problem) = get(base, &path, Some("wrong"));
    assert_eq!((status, problem["code"].as_str()), (404, Some("no_such_conversation")));
}

#[test]
fn messages_in_a_row_are_answered_as_one() {
    let resident = resident();
    // The second message comes while the first is still being read by the writer.
    let mut merged = false;
    std::thread::scope(|scope| {
        let (go, wait) = std::sync::mpsc::channel();
        let early = scope.spawn({
            let resident = &resident;
            move || {
                let mut names = Vec::new();
                resident.stream("我父亲今年八十多了，走路不太方便，想问一下社区这边", "first", |name, _| {
                    names.push(name.to_owned());
                    if name == "progress" || name == "disposition" {
                        let _ = go.send(name.to_owned());
                    }
                    true
                });
                names
            }
        });
        let seen = wait.recv().expect("the first turn gets somewhere");
        let late = resident.say_as("有没有人可以上门帮他洗澡做饭这样的服务", "second");
        let names = early.join().expect("the first stream ends");
        if seen == "progress" {
            merged = names.iter().any(|name| name == "merged");
            assert!(merged, "{names:?} {late:?}");
        }
        assert_ne!(late.disposition(), "none");
    });
    if merged {
        let page = resident.reload();
        assert_eq!(page["turns"][0]["reason"], "merged");
    }
}

#[test]
fn only_sites_that_the_community_allows_may_open_conversations() {
    let server = shared_server();
    let open = |origin: &str| {
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(format!("{}/api/conversations", server.base()))
            .header("content-type", "application/json")
            .header("origin", origin)
            .body(json!({"community": "demo"}).to_string())
            .unwrap();
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let response = agent.run(request).unwrap();
        let allowed = response
            .headers()
            .get("access-control-allow-origin")
            .map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), allowed)
    };
    assert_eq!(open(server.base()).0, 201);
    assert_eq!(open("https://stranger.example"), (403, None));
    server.product().succeed(&["communities", "set", "demo", "--allow", "https://street.example"]);
    assert_eq!(
        open("https://street.example"),
        (201, Some("https://street.example".to_owned()))
    );
}

#[test]
fn requests_that_make_no_sense_are_told_why() {
    let resident = resident();
    let base = shared_server().base();
    let path = format!("/api/conversations/{}/turns", resident.id);
    let token = Some(resident.token.as_str());
    for (body, code) in [
        (json!({"text": "  "}), "empty_message"),
        (json!({"text": "长".repeat(2001)}), "message_too_long"),
    ] {
        let (status, problem) = request("POST", base, &path, token, Some(&body));
        assert_eq!((status, problem["code"].as_str()), (400, Some(code)));
    }
    let (status, problem) = request("POST", base, "/api/conversations", None, Some(&json!({"community": "nowhere"})));
    assert_eq!((status, problem["code"].as_str()), (404, Some("no_such_community")));
    assert_eq!(get(base, "/api/editions/none", None).0, 404);
}

/// A server that answers every chat with the first sentence of the first passage, and says whether the passages
/// answer as it is told to: its address, and what it was asked with which headers.
fn writer(sees_answer: &Arc<AtomicBool>) -> (String, mpsc::Receiver<(String, Value)>) {
    let sees_answer = Arc::clone(sees_answer);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut head).expect("a line") > 0);
            }
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let mut body = vec![0; length.expect("a length")];
            reader.read_exact(&mut body).expect("the body");
            let chat: Value = serde_json::from_slice(&body).expect("JSON");
            let prompt = chat["messages"][1]["content"].as_str().unwrap_or_default();
            let (_, passage) = prompt.split_once('：').and_then(|(_, rest)| rest.split_once('：')).expect("a passage");
            let sentence = format!("{}[1]。", passage.split('。').next().unwrap_or_default());
            let piece = if chat["logprobs"] == true {
                let (first, second) = if sees_answer.load(Ordering::Relaxed) { (-0.05, -3.0) } else { (-3.0, -0.05) };
                let alternatives = json!([{"token": "有", "logprob": first}, {"token": "没有", "logprob": second}]);
                json!({"choices": [{"delta": {"content": "有"}, "logprobs": {"content": [{"top_logprobs": alternatives}]}}]})
            } else {
                json!({"choices": [{"delta": {"content": sentence}, "finish_reason": null}]})
            };
            let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]});
            let events = format!("data: {piece}\n\ndata: {end}\n\ndata: [DONE]\n\n");
            let length = events.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{events}");
            // The program may have what it wants before the end.
            let _ = stream.write_all(answer.as_bytes());
            if sender.send((head, chat)).is_err() {
                return;
            }
        }
    });
    (address, asked)
}

fn serve_with_writer(address: &str) -> Server {
    let server = Product::with_starter_pack().serve_with(&[
        &format!("--set=models.servers.writing.address={address}"),
        "--set=models.servers.writing.model=large",
        "--set=models.servers.writing.key=swordfish",
        "--set=models.hearing=none",
        "--set=models.speaking=none",
    ]);
    server.wait_for_writer();
    server
}

#[test]
fn where_the_scores_leave_doubt_the_writer_s_word_decides() {
    let sees_answer = Arc::new(AtomicBool::new(true));
    let (address, asked) = writer(&sees_answer);
    let server = serve_with_writer(&address);
    let question = "房子租出去要交多少税";
    let ask = |sees: bool| {
        sees_answer.store(sees, Ordering::Relaxed);
        let resident = Resident::new(server.base(), "demo");
        let answer = resident.say(question);
        let (_, chat) = asked.recv_timeout(Duration::from_secs(60)).expect("the server is asked");
        assert_eq!((&chat["logprobs"], &chat["max_tokens"]), (&json!(true), &json!(1)), "{chat}");
        (resident, answer)
    };
    let (resident, answer) = ask(false);
    assert_eq!(answer.disposition(), "clarify", "{answer:?}");
    // What was offered is not what was meant: the question reaches a person as it was asked.
    let answer = resident.say("都不是。");
    assert_eq!(answer.disposition(), "escalated", "{answer:?}");
    let number = answer.event("disposition").expect("an end")["work_order"]["number"].clone();
    let order = server.product().json(&["work-orders", "show", number.as_str().expect("a number")]);
    assert_eq!(order["question"], question);

    let (_, answer) = ask(true);
    assert_eq!(answer.disposition(), "answered", "{answer:?}");
}

#[test]
fn a_server_may_write_in_place_of_this_machine() {
    let (address, asked) = writer(&Arc::new(AtomicBool::new(true)));
    let server = serve_with_writer(&address);
    let answer = Resident::new(server.base(), "demo").say("我要辞职，得提前多久跟单位说");
    let (head, chat) = asked.recv_timeout(Duration::from_secs(60)).expect("the server is asked");
    assert!(head.contains("authorization: bearer swordfish"), "{head}");
    assert_eq!(chat["model"], "large");
    // What it wrote was checked against the passage that it cites, and sent.
    let disposition = answer.event("disposition").expect("an end");
    assert_eq!((&disposition["verified"], &disposition["quoted"]), (&json!(false), &json!(false)), "{answer:?}");
    assert_eq!(answer.cited().len(), 1, "{answer:?}");
    let shown = server.product().succeed(&["config", "--set=models.servers.writing.key=swordfish"]);
    assert!(!shown.contains("swordfish"), "{shown}");
}
