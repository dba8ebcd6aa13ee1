//! Those who work here: first sign-in, lock-out, roles in the tree, and the trail they leave.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use tests::{Desk, Product, Server};

const PASSWORD: &str = "河边的老槐树开了白花";

/// A server that answers from passages only: nobody waits for the writer here.
fn serve() -> Server {
    Product::with_starter_pack().serve_with(&["--set=models.writing=none"])
}

fn first_password(server: &Server) -> String {
    let told = std::fs::read_to_string(server.product().data_dir().join("first-sign-in.txt"))
        .expect("the file with the first password");
    told.lines()
        .find_map(|line| line.strip_prefix("password: "))
        .expect("a password")
        .to_owned()
}

fn administrator(server: &Server) -> Desk {
    Desk::sign_in_first(server.base(), "admin", &first_password(server), PASSWORD)
}

fn add(desk: &Desk, login: &str, place: &str, role: &str) -> (u16, Value) {
    let roles = json!([{"community_id": place, "role": role}]);
    desk.post("accounts", &json!({"login": login, "name": login, "roles": roles}))
}

/// Adds an account and signs in as it.
fn join(server: &Server, desk: &Desk, login: &str, place: &str, role: &str) -> (String, Desk) {
    let (status, added) = add(desk, login, place, role);
    assert_eq!(status, 201, "{added}");
    let password = added["password"].as_str().expect("a password");
    let joined = Desk::sign_in_first(server.base(), login, password, PASSWORD);
    (added["account"]["id"].as_str().expect("an id").to_owned(), joined)
}

fn code((status, body): &(u16, Value)) -> (u16, &str) {
    (*status, body["code"].as_str().unwrap_or_default())
}

#[test]
fn the_first_password_is_told_once_and_must_be_changed() {
    let server = serve();
    let file = server.product().data_dir().join("first-sign-in.txt");
    assert_eq!(std::fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    let password = first_password(&server);
    server.wait_for_log(&password);

    let mut desk = Desk::new(server.base());
    assert_eq!(code(&desk.get("me")), (401, "not_signed_in"));
    assert_eq!(code(&desk.sign_in("admin", "not this one")), (401, "wrong_login"));
    assert_eq!(code(&desk.sign_in("nobody", "not this one")), (401, "wrong_login"));
    let (status, me) = desk.sign_in("Admin", &password);
    assert_eq!(status, 200, "{me}");
    assert_eq!(me["account"]["must_change"], true);
    assert_eq!(me["account"]["roles"][0]["role"], "administrator");
    assert!(me["places"].as_array().expect("places").iter().any(|place| place["id"] == "demo"));

    assert_eq!(code(&desk.get("accounts")), (403, "must_change_password"));
    let change = |old: &str, new: &str| desk.put("me/password", &json!({"old": old, "new": new}));
    assert_eq!(code(&change(&password, "1234567890")), (400, "weak_password"));
    assert_eq!(code(&change("not this one", PASSWORD)), (403, "wrong_password"));
    assert_eq!(change(&password, PASSWORD).0, 204);
    assert!(!file.exists());
    assert_eq!(desk.get("accounts").0, 200);

    let body = json!({"login": "li", "name": "李", "roles": []});
    assert_eq!(code(&desk.post_from("https://stranger.example", "accounts", &body)), (403, "foreign_site"));
    assert_eq!(desk.post_from(server.base(), "accounts", &body).0, 201);

    // The session outlives a crash; no second administrator is made.
    let product = server.kill();
    let server = product.serve_with(&["--set=models.writing=none"]);
    assert!(!server.product().data_dir().join("first-sign-in.txt").exists());
    let (status, sessions) = desk.get("me/sessions");
    assert_eq!((status, sessions[0]["current"].as_bool()), (200, Some(true)), "{sessions}");
    assert_eq!(desk.post("sign-out", &json!({})).0, 204);
    assert_eq!(code(&desk.get("me")), (401, "not_signed_in"));
}

#[test]
fn roles_hold_below_their_node_and_what_was_done_is_in_the_trail() {
    let server = serve();
    let admin = administrator(&server);
    for (id, parent) in [("street", "cn"), ("here", "street"), ("beside", "cn")] {
        let place = json!({"id": id, "parent_id": parent, "kind": "街道", "name": id});
        let (status, place) = admin.post("places", &place);
        assert_eq!(status, 201, "{place}");
    }

    let (_, street) = join(&server, &admin, "street.admin", "street", "administrator");
    let (status, places) = street.get("places");
    assert_eq!(status, 200);
    let ids: Vec<&str> = places.as_array().unwrap().iter().filter_map(|place| place["id"].as_str()).collect();
    assert_eq!(ids, ["street", "here"]);
    assert_eq!(places[1]["path"], json!(["cn", "street", "here"]));

    let (worker_id, mut worker) = join(&server, &street, "li", "here", "worker");
    assert_eq!(code(&add(&street, "chen", "beside", "worker")), (403, "not_allowed"));
    assert_eq!(code(&add(&street, "chen", "cn", "viewer")), (403, "not_allowed"));
    assert_eq!(code(&add(&street, "li", "here", "worker")), (409, "login_taken"));
    let root = admin.get("me").1["account"]["id"].as_str().unwrap().to_owned();
    assert_eq!(code(&street.post(&format!("accounts/{root}/password"), &json!({}))), (403, "not_allowed"));
    assert_eq!(code(&worker.get("accounts")), (403, "not_allowed"));

    // Working hours, days of its own and duty.
    let hours = json!({"working_hours": {"any": "thing"}});
    let (status, _) = street.patch("places/here", &json!({"phone": "0871-6312345"}));
    assert_eq!(status, 200);
    assert_eq!(code(&street.patch("places/beside", &hours)), (403, "not_allowed"));
    let day = json!({"kind": "off", "name": "火把节"});
    assert_eq!(street.put("places/street/days/2026-08-07", &day).0, 204);
    assert_eq!(code(&street.put("places/street/days/soon", &day)), (400, "bad_day"));
    let (status, seen) = worker.get("places/here/hours");
    assert_eq!((status, seen["days"][0]["name"].as_str()), (200, Some("火把节")), "{seen}");
    let shift = |place: &str| json!({"community_id": place, "account_id": worker_id, "starts_at": 1000, "ends_at": 2000});
    let (status, shift_here) = street.post("duty", &shift("here"));
    assert_eq!(status, 201, "{shift_here}");
    assert_eq!(code(&street.post("duty", &shift("street"))), (400, "not_for_duty"));
    assert_eq!(worker.get("duty?community=here").1.as_array().map(Vec::len), Some(1));
    assert_eq!(street.delete(&format!("duty/{}", shift_here["id"].as_str().unwrap())).0, 204);

    // Wrong passwords lock, and a reset opens.
    for _ in 0..4 {
        assert_eq!(code(&worker.sign_in("li", "wrong")), (401, "wrong_login"));
    }
    assert_eq!(code(&worker.sign_in("li", "wrong")), (429, "locked"));
    assert_eq!(code(&worker.sign_in("li", PASSWORD)), (429, "locked"));
    // A name that nobody has is locked alike, so that nobody learns which names there are.
    let stranger = &mut Desk::new(server.base());
    for _ in 0..4 {
        assert_eq!(code(&stranger.sign_in("nobody.here", "wrong")), (401, "wrong_login"));
    }
    let (status, unknown) = stranger.sign_in("nobody.here", "wrong");
    let (_, known) = stranger.sign_in("li", "wrong");
    assert_eq!((status, &unknown["code"], &unknown["title"]), (429, &known["code"], &known["title"]));
    let reset = server.product().json(&["accounts", "reset-password", "li"]);
    assert_eq!(code(&worker.get("me")), (401, "not_signed_in"));
    let one_time = reset["password"].as_str().expect("a password");
    let worker = Desk::sign_in_first(server.base(), "li", one_time, PASSWORD);

    // Who is disabled is out at once.
    assert_eq!(worker.get("me").0, 200);
    assert_eq!(code(&street.patch(&format!("accounts/{root}"), &json!({"disabled": true}))), (403, "not_allowed"));
    assert_eq!(street.patch(&format!("accounts/{worker_id}"), &json!({"disabled": true})).0, 200);
    assert_eq!(code(&worker.get("me")), (401, "not_signed_in"));
    assert_eq!(code(&Desk::new(server.base()).sign_in("li", PASSWORD)), (401, "wrong_login"));
    assert_eq!(code(&admin.patch(&format!("accounts/{root}"), &json!({"disabled": true}))), (403, "own_account"));

    // The trail knows it all, each sees the own part of it, and the chain holds.
    let (status, trail) = admin.get(&format!("audit?subject=account:{worker_id}"));
    assert_eq!(status, 200);
    let actions: Vec<&str> = trail.as_array().unwrap().iter().filter_map(|event| event["action"].as_str()).collect();
    for action in ["account.add", "sign_in", "sign_in.failed", "account.reset_password", "account.edit", "duty.add"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
    let (_, part) = street.get("audit");
    assert!(part.as_array().unwrap().iter().all(|event| {
        ["street", "here"].contains(&event["community_id"].as_str().unwrap_or_default())
    }));
    let verdict = server.product().json(&["audit", "verify"]);
    assert_eq!(verdict["broken_at"], Value::Null);
    assert!(verdict["checked"].as_i64().unwrap() > 10, "{verdict}");
    let shown = server.product().json(&["accounts", "list"]);
    assert!(!shown.to_string().contains("argon2"), "{shown}");
}
