//! Saved questions with what their answer must be: run with what is published, and with a draft
//! before it goes out.

use anyhow::Result;
use dialects::Variety;
use serde::Serialize;

use super::Editor;
use super::drafts::EditorError;
use crate::conversation::{Composition, Disposition, Rehearsal, Reply};
use crate::store::{
    Actor, Check, CheckRunLine, Draft, Expectation, ExpectedEnd, NewCheck, new_id, now,
};

/// Checks that are run at once, each of which searches twice.
const MOST_CHECKS: usize = 2_000;

/// How a check went.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) disposition: Disposition,
    pub(crate) composition: Composition,
    pub(crate) said: String,
    pub(crate) document_id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) locator: Option<String>,
    pub(crate) passed: bool,
    pub(crate) why: Option<String>,
}

/// What a draft changes for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Better,
    Worse,
    Same,
}

/// A check with how it went.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CheckResult {
    pub(crate) check: Check,
    pub(crate) before: Option<Outcome>,
    pub(crate) after: Outcome,
    pub(crate) verdict: Verdict,
}

/// All checks of a place.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CheckRun {
    #[serde(flatten)]
    pub(crate) line: CheckRunLine,
    pub(crate) results: Vec<CheckResult>,
}

impl Editor {
    /// Runs checks; with a draft, both without it and with it.
    pub(crate) async fn run_checks(&self, checks: Vec<Check>, draft: Option<&Draft>) -> Result<CheckRun> {
        let on = self.assistant.today();
        let staged = match draft {
            Some(draft) => Some(self.staged(draft, on).await?),
            None => None,
        };
        let mut results = Vec::new();
        for check in checks.into_iter().take(MOST_CHECKS) {
            let mut rehearsal = Rehearsal {
                community: check.community.id.clone(),
                question: check.question.clone(),
                on,
                variety: check.variety.as_deref().and_then(|id| id.parse::<Variety>().ok()),
                spoken: check.spoken,
                preview: None,
                without: Vec::new(),
                writes: false,
                as_question: false,
            };
            let published = judge(&check.expect, &self.assistant.rehearse(&rehearsal).await?.reply);
            let (before, after) = match &staged {
                None => (None, published),
                Some((preview, without)) => {
                    rehearsal.preview.clone_from(preview);
                    rehearsal.without.clone_from(without);
                    let with = judge(&check.expect, &self.assistant.rehearse(&rehearsal).await?.reply);
                    (Some(published), with)
                }
            };
            let verdict = match before.as_ref().map(|before| (before.passed, after.passed)) {
                Some((false, true)) => Verdict::Better,
                Some((true, false)) => Verdict::Worse,
                _ => Verdict::Same,
            };
            results.push(CheckResult { check, before, after, verdict });
        }
        let count = |wanted: fn(&CheckResult) -> bool| results.iter().filter(|one| wanted(one)).count() as i64;
        let line = CheckRunLine {
            id: new_id(),
            at: now(),
            by: None,
            total: results.len() as i64,
            passed: count(|one| one.after.passed),
            better: count(|one| one.verdict == Verdict::Better),
            worse: count(|one| one.verdict == Verdict::Worse),
        };
        // Those that a reader must see come first.
        results.sort_by_key(|one| match (one.verdict, one.after.passed) {
            (Verdict::Worse, _) => 0,
            (Verdict::Better, _) => 1,
            (Verdict::Same, false) => 2,
            (Verdict::Same, true) => 3,
        });
        Ok(CheckRun { line, results })
    }

    /// Runs the checks of a node and below, and keeps how they went.
    pub(crate) async fn run_kept_checks(
        &self,
        community_id: &str,
        place_path: &str,
        draft: Option<&Draft>,
        actor: &Actor,
    ) -> Result<CheckRun> {
        let store = self.assistant.store();
        let run = self.run_checks(store.checks(place_path).await?, draft).await?;
        if draft.is_none() {
            let went: Vec<(String, bool, Option<String>)> = run
                .results
                .iter()
                .map(|one| (one.check.id.clone(), one.after.passed, one.after.why.clone()))
                .collect();
            store.checks_went(&went).await?;
        }
        store.keep_check_run(community_id, draft.map(|draft| draft.id.as_str()), &run.line, actor).await?;
        Ok(run)
    }
}

/// Whether a reply is what it must be.
fn judge(expect: &Expectation, reply: &Reply) -> Outcome {
    let cited: Vec<_> = reply
        .sources
        .iter()
        .filter(|source| reply.sentences.iter().any(|sentence| sentence.citations.contains(&source.number)))
        .collect();
    let first = cited.first();
    let said = reply.text();
    let ended = match expect.disposition {
        ExpectedEnd::Any => true,
        ExpectedEnd::Answered => reply.disposition == Disposition::Answered,
        ExpectedEnd::Declined => matches!(reply.disposition, Disposition::Clarify | Disposition::Escalated),
        ExpectedEnd::Emergency => reply.disposition == Disposition::Emergency,
    };
    let rests = |wanted: &dyn Fn(&crate::conversation::Source) -> bool| cited.iter().any(|source| wanted(source));
    let why = if !ended {
        let name = match reply.disposition {
            Disposition::Answered => "答了",
            Disposition::Clarify => "反问了",
            Disposition::Escalated => "没答，转了工单",
            Disposition::Emergency => "当成了紧急情况",
            Disposition::Handoff => "转了人工",
        };
        Some(format!("应当{}，实际{name}。", end_name(expect.disposition)))
    } else if let Some(wanted) = &expect.document_id
        && !rests(&|source| source.document == *wanted || Some(&source.title) == expect.title.as_ref())
    {
        Some(format!("没有引用《{}》。", expect.title.as_deref().unwrap_or("指定的文件")))
    } else if let (None, Some(wanted)) = (&expect.document_id, &expect.title)
        && !rests(&|source| source.title == *wanted)
    {
        Some(format!("没有引用《{wanted}》。"))
    } else if let Some(wanted) = &expect.locator
        && !rests(&|source| source.locator == *wanted)
    {
        Some(format!("没有引用“{wanted}”。"))
    } else if let Some(missing) = expect.contains.iter().find(|wanted| !one_of(&said, wanted)) {
        Some(format!("没有说到“{missing}”。"))
    } else {
        expect.lacks.iter().find(|wanted| one_of(&said, wanted)).map(|found| format!("说了不该说的“{found}”。"))
    };
    Outcome {
        disposition: reply.disposition,
        composition: reply.composition,
        document_id: first.map(|source| source.document.clone()),
        title: first.map(|source| source.title.clone()),
        locator: first.map(|source| source.locator.clone()),
        passed: why.is_none(),
        why,
        said,
    }
}

fn end_name(end: ExpectedEnd) -> &'static str {
    match end {
        ExpectedEnd::Answered => "回答",
        ExpectedEnd::Declined => "不答",
        ExpectedEnd::Emergency => "当成紧急情况",
        ExpectedEnd::Any => "怎样都行",
    }
}

/// Whether one of the ways of saying it, parted by `|`, is said; blanks do not count.
fn one_of(said: &str, ways: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
    let said = bare(said);
    ways.split('|').map(bare).any(|way| !way.is_empty() && said.contains(&way))
}

/// Columns of a table of checks.
const COLUMNS: [&str; 7] = ["question", "disposition", "document", "locator", "contains", "lacks", "variety"];

/// Reads checks from a table with a header line; the wrong lines are all told at once.
pub(crate) fn read_table(bytes: &[u8], community_id: &str) -> Result<Vec<NewCheck>, EditorError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|_| table("第 1 行读不懂：要用逗号分隔的 UTF-8 表格。"))?.clone();
    let column = |name: &str| header.iter().position(|cell| cell == name);
    if column("question").is_none() {
        return Err(table(&format!("第 1 行要写列名，至少有 question。可用的列：{}。", COLUMNS.join("、"))));
    }
    let mut checks = Vec::new();
    let mut wrong = Vec::new();
    for (place, record) in reader.records().enumerate() {
        let line = place + 2;
        let Ok(record) = record else {
            wrong.push(format!("第 {line} 行读不懂"));
            continue;
        };
        let cell = |name: &str| column(name).and_then(|at| record.get(at)).unwrap_or("").to_owned();
        let question = cell("question");
        if question.is_empty() || question.chars().count() > 200 {
            wrong.push(format!("第 {line} 行的问题是空的或超过 200 字"));
            continue;
        }
        let disposition = match cell("disposition").as_str() {
            "" | "answered" | "回答" => ExpectedEnd::Answered,
            "declined" | "不答" => ExpectedEnd::Declined,
            "emergency" | "紧急" => ExpectedEnd::Emergency,
            "any" | "不限" => ExpectedEnd::Any,
            other => {
                wrong.push(format!("第 {line} 行的 disposition“{other}”不认识（answered、declined、emergency、any）"));
                continue;
            }
        };
        let variety = Some(cell("variety")).filter(|id| !id.is_empty());
        if let Some(id) = &variety
            && id.parse::<Variety>().is_err()
        {
            wrong.push(format!("第 {line} 行的方言“{id}”不认识"));
            continue;
        }
        let list = |text: String| text.split(';').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        checks.push(NewCheck {
            community_id: community_id.to_owned(),
            question,
            variety,
            spoken: false,
            expect: Expectation {
                disposition,
                document_id: None,
                title: filled(cell("document")).map(|title| title.trim_matches(['《', '》']).to_owned()),
                locator: filled(cell("locator")),
                contains: list(cell("contains")),
                lacks: list(cell("lacks")),
            },
        });
    }
    if !wrong.is_empty() {
        let more = wrong.len().saturating_sub(10);
        let rest = if more > 0 { format!("；还有 {more} 处") } else { String::new() };
        wrong.truncate(10);
        return Err(table(&format!("{}{rest}。请改好再传。", wrong.join("；"))));
    }
    if checks.is_empty() {
        return Err(table("表格里没有问题。"));
    }
    Ok(checks)
}

/// Writes checks as a table that [`read_table`] reads.
pub(crate) fn write_table(checks: &[Check]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for check in checks {
        let expect = &check.expect;
        let disposition = match expect.disposition {
            ExpectedEnd::Answered => "answered",
            ExpectedEnd::Declined => "declined",
            ExpectedEnd::Emergency => "emergency",
            ExpectedEnd::Any => "any",
        };
        writer.write_record([
            check.question.as_str(),
            disposition,
            expect.title.as_deref().unwrap_or(""),
            expect.locator.as_deref().unwrap_or(""),
            &expect.contains.join(";"),
            &expect.lacks.join(";"),
            check.variety.as_deref().unwrap_or(""),
        ])?;
    }
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn table(told: &str) -> EditorError {
    EditorError::Bad("table", told.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Sentence, Source};

    fn reply(text: &str, title: &str) -> Reply {
        let mut reply = Reply::new(Disposition::Answered);
        reply.sentences = vec![Sentence { text: text.to_owned(), citations: vec![1] }];
        reply.sources = vec![Source {
            number: 1,
            document: "d".to_owned(),
            edition: "e".to_owned(),
            passage: 0,
            title: title.to_owned(),
            issuer: None,
            locator: "第二条".to_owned(),
            headings: Vec::new(),
            quote: String::new(),
            place: String::new(),
            effective_on: None,
        }];
        reply
    }

    #[test]
    fn an_answer_must_rest_on_the_right_paper_and_say_the_right_things() {
        let expect = Expectation {
            title: Some("居住证".to_owned()),
            contains: vec!["半年|六个月".to_owned()],
            lacks: vec!["一年".to_owned()],
            ..Expectation::default()
        };
        assert!(judge(&expect, &reply("住满 半 年可以办。", "居住证")).passed);
        assert!(judge(&expect, &reply("住满六个月可以办。", "居住证")).passed);
        assert_eq!(judge(&expect, &reply("住满六个月。", "户口")).why.as_deref(), Some("没有引用《居住证》。"));
        assert!(!judge(&expect, &reply("半年或一年。", "居住证")).passed);
        assert!(!judge(&expect, &Reply::new(Disposition::Escalated)).passed);
    }

    #[test]
    fn a_table_tells_all_its_wrong_lines() {
        let good = "question,disposition,document,contains\n居住证怎么办,answered,《居住证》,半年;社区\n天气,declined,,\n";
        let checks = read_table(good.as_bytes(), "demo").unwrap();
        assert_eq!(checks.len(), 2);
        assert_eq!(checks[0].expect.title.as_deref(), Some("居住证"));
        assert_eq!(checks[0].expect.contains, ["半年", "社区"]);
        let bad = "question,disposition\n,answered\n问题,也许\n";
        let told = read_table(bad.as_bytes(), "demo").unwrap_err().to_string();
        assert!(told.contains("第 2 行") && told.contains("第 3 行"), "{told}");
        assert!(read_table(b"a,b\n1,2\n", "demo").is_err());
        assert!(read_table(&[0xff, 0xfe, 0x00], "demo").is_err());
    }
}
