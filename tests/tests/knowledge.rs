//! Documents in: scope, dates, bad files, crashes, backup.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tests::{Product, Resident};

fn titles(found: &Value) -> Vec<String> {
    found["evidence"]
        .as_array()
        .expect("evidence")
        .iter()
        .map(|one| one["title"].as_str().expect("a title").to_owned())
        .collect()
}

fn rule(folder: &Path, name: &str, effective: &str, amount: u32) {
    fs::write(
        folder.join(name),
        format!(
            "---\ntitle: 幸福社区理发补贴办法\nkind: 政策文件\neffective_date: {effective}\n---\n\n\
             # 幸福社区理发补贴办法\n\n第一条 为了方便老年居民理发，制定本办法。\n\n\
             第二条 年满七十周岁的居民，每次理发补贴{amount}元，每月一次。\n"
        ),
    )
    .expect("a file");
}

#[test]
fn the_edition_in_force_on_the_day_is_found_and_no_other() {
    let product = Product::new();
    let folder = tempfile::tempdir().unwrap();
    // The newer one is read first: what counts is the day, not the order.
    rule(folder.path(), "a-new.md", "2026-06-01", 8);
    rule(folder.path(), "b-old.md", "2020-06-01", 5);
    product.succeed(&["knowledge", "import", folder.path().to_str().unwrap(), "--community", "demo"]);
    let on = |day: &str| {
        let found = product.json(&["knowledge", "search", "理发补贴多少钱", "--date", day, "--community", "demo"]);
        found["evidence"].to_string()
    };
    assert!(on("2025-01-01").contains("补贴5元") && !on("2025-01-01").contains("补贴8元"));
    assert!(on("2026-11-22").contains("补贴8元") && !on("2026-11-22").contains("补贴5元"));
    assert!(!on("2019-01-01").contains("补贴"));
}

#[test]
fn a_neighbouring_community_does_not_see_what_is_not_its_own() {
    let product = Product::new();
    let folder = tempfile::tempdir().unwrap();
    rule(folder.path(), "rule.md", "2020-06-01", 5);
    product.succeed(&["communities", "add", "xingfu", "--name", "幸福社区"]);
    product.succeed(&["knowledge", "import", folder.path().to_str().unwrap(), "--community", "xingfu"]);
    let search = |community: &str| {
        titles(&product.json(&["knowledge", "search", "理发补贴多少钱", "--community", community]))
    };
    assert_eq!(search("xingfu")[0], "幸福社区理发补贴办法");
    assert!(search("demo").is_empty());
}

#[test]
fn bad_files_are_each_told_why_and_the_rest_is_taken_in() {
    let product = Product::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    rule(folder.path(), "good.md", "2020-06-01", 5);
    fs::write(path("broken.docx"), b"PK\x03\x04 this is no archive").unwrap();
    fs::write(path("empty.txt"), b"").unwrap();
    fs::write(path("picture.docx"), b"\x89PNG\r\n\x1a\n0000").unwrap();
    fs::write(path("locked.pdf"), ENCRYPTED_PDF).unwrap();
    let mut large = fs::File::create(path("large.txt")).unwrap();
    large.set_len(200 << 20).unwrap();
    large.flush().unwrap();
    bomb(&path("bomb.docx"));

    let summary = product.json(&["knowledge", "import", folder.path().to_str().unwrap(), "--community", "demo"]);
    assert_eq!(summary["published"], 1, "{summary}");
    assert_eq!(summary["failed"], 6, "{summary}");
    for file in summary["files"].as_array().unwrap() {
        if file["outcome"] == "failed" {
            let note = file["notes"][0].as_str().unwrap();
            assert!(note.chars().count() > 8, "{file}");
        }
    }
    let found = product.json(&["knowledge", "search", "理发补贴多少钱"]);
    assert_eq!(titles(&found)[0], "幸福社区理发补贴办法");
}

/// A docx whose document is 2 GB of spaces.
fn bomb(path: &Path) {
    let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default().large_file(true);
    archive.start_file("[Content_Types].xml", options).unwrap();
    archive.write_all(b"<Types/>").unwrap();
    archive.start_file("word/document.xml", options).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..256 {
        archive.write_all(&block).unwrap();
    }
    archive.finish().unwrap();
}

/// The smallest file that says it is encrypted with a password.
const ENCRYPTED_PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
3 0 obj<</Filter/Standard/V 1/R 2/O<28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A>\
/U<28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A>/P -4>>endobj\n\
trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]/Size 4>>\n%%EOF\n";

#[test]
fn a_crash_in_the_middle_of_an_import_loses_nothing_that_was_kept() {
    let product = Product::new();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..120 {
        fs::write(
            folder.path().join(format!("{number:03}.md")),
            format!("# 第{number}号通知\n\n第{number}号楼的居民请在本周内到社区领取{number}号门禁卡，逾期不候。\n"),
        )
        .unwrap();
    }
    let arguments = ["knowledge", "import", folder.path().to_str().unwrap(), "--community", "demo"];
    for kept_at_least in [1, 40] {
        let mut child = product
            .command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Kill once so many documents are in the database.
        let database = product.data_dir().join("xiangyin.db-wal");
        loop {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            let grown = fs::metadata(&database).map_or(0, |file| file.len());
            if grown > kept_at_least * 20_000 {
                child.kill().unwrap();
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        child.wait().unwrap();
    }
    let summary = product.json(&arguments);
    assert_eq!(summary["failed"], 0);
    assert_eq!(summary["files"].as_array().unwrap().len(), 120);
    let found = product.json(&["knowledge", "search", "第77号楼领门禁卡", "--limit", "1"]);
    assert_eq!(titles(&found), ["第77号通知"]);
    // Nothing stands twice.
    let all = product.json(&["knowledge", "search", "门禁卡逾期不候", "--limit", "200"]);
    let mut titles = titles(&all);
    let before = titles.len();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), before);
}

#[test]
fn a_crash_in_the_middle_of_a_turn_turns_the_message_into_a_work_order() {
    let server = Product::with_starter_pack().serve();
    server.wait_for_writer();
    let resident = Resident::new(server.base(), "demo");
    let text = "我母亲户口在外省，现在跟我住在这里一年了，她没有工作，想问她能不能在这边办居住证";
    let mut accepted = false;
    resident.stream(text, "cut", |name, _| {
        accepted |= name == "turn";
        name != "turn"
    });
    assert!(accepted);
    let product = server.kill();
    let server = product.serve();
    let page = {
        let (status, page) = tests::get(
            server.base(),
            &format!("/api/conversations/{}", resident.id),
            Some(&resident.token),
        );
        assert_eq!(status, 200);
        page
    };
    let turn = &page["turns"][0];
    assert_eq!(turn["text"], text);
    // Either the answer was complete before the power went, or a person has it now.
    if turn["reason"] == "interrupted" {
        let number = turn["work_order"]["number"].as_str().expect("a work order");
        let order = server.product().json(&["work-orders", "show", number]);
        assert_eq!(order["question"], text);
    } else {
        assert_eq!(turn["disposition"], "answered", "{turn}");
    }
}

#[test]
fn a_backup_brings_everything_back_and_a_damaged_one_changes_nothing() {
    let product = Product::new();
    let folder = tempfile::tempdir().unwrap();
    rule(folder.path(), "rule.md", "2020-06-01", 5);
    product.succeed(&["knowledge", "import", folder.path().to_str().unwrap(), "--community", "demo"]);
    let file = folder.path().join("kept.zip");
    let file = file.to_str().unwrap();
    product.succeed(&["backup", file]);

    let other = Product::new();
    other.succeed(&["restore", file]);
    let found = other.json(&["knowledge", "search", "理发补贴多少钱"]);
    assert_eq!(titles(&found)[0], "幸福社区理发补贴办法");
    assert!(!other.run(&["restore", file]).status.success(), "present data is not overwritten unasked");

    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xFF;
    let damaged = folder.path().join("damaged.zip");
    fs::write(&damaged, bytes).unwrap();
    assert!(!other.run(&["restore", "--force", damaged.to_str().unwrap()]).status.success());
    let found = other.json(&["knowledge", "search", "理发补贴多少钱"]);
    assert_eq!(titles(&found)[0], "幸福社区理发补贴办法");
}

#[test]
fn a_document_published_beside_a_running_server_reaches_residents() {
    let server = Product::with_starter_pack().serve();
    let folder = tempfile::tempdir().unwrap();
    rule(folder.path(), "rule.md", "2020-06-01", 5);
    server.product().succeed(&["knowledge", "import", folder.path().to_str().unwrap(), "--community", "demo"]);
    let began = std::time::Instant::now();
    loop {
        let answer = Resident::new(server.base(), "demo").say("七十岁理发补贴多少钱");
        if answer.cited().iter().any(|source| source["title"] == "幸福社区理发补贴办法") {
            assert!(answer.text().contains('5') || answer.text().contains('五'), "{answer:?}");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{answer:?}");
    }
}
