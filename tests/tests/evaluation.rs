//! A site measures the program on its own documents and questions before it goes live.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tests::skip;

const DOCUMENTS: &str = r#"// remarks are allowed
{"id":"parking","title":"小区停车办法","text":"业主停车每月二百元，到物业服务中心办理。\n\n访客停车前两个小时不收费，之后每小时三元。"}
{"id":"water","title":"二次供水水箱清洗","text":"水箱每半年清洗一次，清洗前三天在单元门口贴通知。停水一般是早上九点到下午三点。"}
{"id":"lift","title":"电梯困人怎么办","text":"被困在电梯里不要扒门，按紧急呼叫按钮，或者打物业值班电话。维保人员三十分钟内到场。"}
"#;

const QUESTIONS: &str = r#"{"id":"1","question":"朋友来我家停车要钱吗？","gold":["parking"]}
{"id":"2","question":"水箱多久洗一回？","gold":["water"]}
{"id":"3","question":"电梯关住人了咋办？","gold":["lift"]}
{"id":"4","question":"火星上有没有水？","gold":[]}
"#;

/// A data folder with one collection of the site's own.
struct Site(TempDir);

impl Site {
    fn new(questions: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let collection = folder.path().join("data/collections/site");
        fs::create_dir_all(&collection).unwrap();
        fs::write(collection.join("documents.jsonl"), DOCUMENTS).unwrap();
        fs::write(collection.join("questions.jsonl"), questions).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn measure(&self, out: &str) -> Output {
        let mut command = evaluation();
        command.args(["run", "retrieval", "refusal"]);
        for (option, folder) in [("--data", "data"), ("--indexes", "indexes"), ("--out", out)] {
            command.arg(option).arg(self.path(folder));
        }
        command.output().expect("xiangyin-eval runs")
    }
}

/// `xiangyin-eval` of this build.
fn evaluation() -> Command {
    let own = std::env::current_exe().expect("the test knows its own file");
    let folder = own.parent().and_then(Path::parent).expect("it stands in target/debug/deps");
    Command::new(folder.join(format!("xiangyin-eval{}", std::env::consts::EXE_SUFFIX)))
}

fn model_is_missing() -> bool {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let missing = !home.join(".cache/xiangyin/models/e5-small-q4.bin").exists();
    if missing {
        skip("the embedding model is not there: `make models` fetches it");
    }
    missing
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_site_measures_its_own_questions_and_compares_two_runs() {
    if model_is_missing() {
        return;
    }
    let site = Site::new(QUESTIONS);
    let run = site.measure("before");
    assert!(run.status.success(), "{}", told(&run));
    let text = fs::read(site.path("before/retrieval.json")).unwrap();
    let report: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(report["case_sets"]["site"].as_array().map(Vec::len), Some(3), "{report}");
    let rows = report["sections"][0]["parts"][1]["table"]["rows"].as_array().unwrap();
    let fused = rows.iter().find(|row| row["name"] == "fused").unwrap();
    assert_eq!(fused["cells"][1]["measure"]["value"], 1.0, "{fused}");
    let refusal = fs::read_to_string(site.path("before/refusal.md")).unwrap();
    assert!(refusal.contains("| site, unanswered | declined | 1 |"), "{refusal}");
    let page = fs::read_to_string(site.path("before/report.html")).unwrap();
    assert!(page.contains("<svg") && !page.contains("<script"), "{page}");

    let again = site.measure("before");
    assert!(told(&again).contains("measured before"), "{}", told(&again));

    // The same seed gives the same numbers.
    assert!(site.measure("after").status.success());
    let compared = evaluation()
        .arg("compare")
        .args([site.path("before/refusal.json"), site.path("after/refusal.json")])
        .output()
        .unwrap();
    assert!(compared.status.success(), "{}", told(&compared));
    let compared = String::from_utf8(compared.stdout).unwrap();
    assert!(compared.contains("Nothing has changed"), "{compared}");
}

#[test]
fn a_question_that_does_not_fit_is_named_with_its_line() {
    let site = Site::new("{\"id\":\"1\",\"question\":\"停车？\",\"gold\":[\"nowhere\"]}\n");
    let run = site.measure("out");
    assert!(!run.status.success());
    assert!(told(&run).contains("nowhere"), "{}", told(&run));
    let site = Site::new("// a remark\n{\"id\":\"1\",\"frage\":\"停车？\"}\n");
    let run = site.measure("out");
    assert!(told(&run).contains("line 2"), "{}", told(&run));
}
