//! Xiangyin beside what people would use instead: the same documents, questions and models.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use knowledge::IndexedEdition;

use super::retrieval::{Values, judged};
use super::{LECO, Setting, dialect, progress_bar};
use crate::answers::{self, Kind, Question as Asked};
use crate::baseline::PlainBm25;
use crate::data;
use crate::peers::{self, Found, Given, Task};
use crate::questions::{self, Collection, Document, Question};
use crate::report::{Case, Cell, Listing, Measure, Report, Table, Unit};
use crate::statistics::Generator;
use crate::{collections, machine};

/// Articles beside those that answer, unless the setting says how many.
const OTHERS: usize = 1500;

/// Questions that are searched for and that are answered, unless the setting says how many: a peer takes
/// its time.
const SEARCHED: usize = 300;
const ANSWERED: usize = 20;

/// Documents that each is judged on.
const DEPTH: usize = 10;

/// The peers, by the runner's names.
const PEERS: [&str; 2] = ["llamaindex", "haystack"];

/// Xiangyin in the tables.
const OURS: &str = "Xiangyin";

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let mut report = Report::new(
        "Peers",
        "Xiangyin beside plain BM25 and the default pipelines of LlamaIndex and Haystack, which get the same \
         documents, questions, embedding model and language model.",
    );
    report.condition("seed", setting.seed);
    retrieve(setting, &mut report)?;
    if answers::lacks(&setting.product).is_none() {
        answer(setting, &mut report)?;
    }
    Ok(report)
}

/// One row of the table about retrieval.
struct Row {
    name: String,
    values: Vec<Values>,
    index_seconds: f64,
    /// A question's.
    seconds: Vec<f64>,
    peak_memory_bytes: Option<u64>,
}

fn retrieve(setting: &Setting, report: &mut Report) -> anyhow::Result<()> {
    let collection = collection(setting)?;
    let questions = sample(setting, collection.answered(), SEARCHED);
    let mut rows = vec![plain(&collection, &questions)?, ours(setting, &collection, &questions)?];
    for peer in PEERS {
        let found = peers::run(peer, &given(setting, Task::Retrieve, &collection.documents, &questions))?;
        rows.push(Row {
            name: peer.to_owned(),
            values: questions.iter().map(|one| value(one, found.replies.get(&one.id).map(|one| &one.ranked))).collect(),
            index_seconds: found.summary.index_seconds,
            seconds: found.replies.values().map(|reply| reply.seconds).collect(),
            peak_memory_bytes: Some(found.summary.peak_memory_bytes),
        });
        report.condition(peer, versions(&found));
    }
    let set = format!("{}, searched", collection.name);
    let head = ["", "recall@5", "recall@10", "MRR@10", "to take in", "a search, p50", "memory"];
    let mut table = Table::new("", head).charted(2).charted(6);
    for row in &rows {
        let column = |which: usize| -> Vec<f64> { row.values.iter().map(|one| one[which]).collect() };
        let mut cells: Vec<Cell> =
            [0, 1, 2].map(|which| Measure::of_cases(&set, &column(which), setting.seed).into()).into();
        cells.push(Measure::new(row.index_seconds, Unit::Seconds).lower().into());
        cells.push(Measure::percentile(&row.seconds, 0.5, Unit::Seconds, setting.seed).into());
        cells.push(memory(row.peak_memory_bytes));
        table.push(row.name.clone(), cells);
    }
    report.cases_of(set, questions.iter().map(|one| (one.id.clone(), one.question.clone())));
    report
        .section("Retrieval")
        .text(format!(
            "{} questions of {} over {} documents. Memory is the most that the whole process took, its models \
             included; plain BM25 runs in the process of this program.",
            questions.len(),
            collection.name,
            collection.documents.len()
        ))
        .table(table);
    Ok(())
}

/// Laypersons' legal questions with their articles and some others, or another collection.
fn collection(setting: &Setting) -> anyhow::Result<Collection> {
    if !setting.wants(LECO) || setting.lacks_data(&[data::QUESTIONS, data::ARTICLES]).is_some() {
        let all = questions::all(setting)?;
        return all.into_iter().next().ok_or_else(|| anyhow::anyhow!("the data holds no collection"));
    }
    let questions = data::legal_questions(&setting.data)?;
    let articles = data::articles(&setting.data)?;
    let gold: BTreeSet<u32> = questions.iter().flat_map(|one| one.gold_ids.clone()).collect();
    let (mut chosen, mut rest): (Vec<_>, Vec<_>) = articles.into_iter().partition(|one| gold.contains(&one.id));
    Generator::new(setting.seed).shuffle(&mut rest);
    chosen.extend(rest.into_iter().take(setting.documents.unwrap_or(OTHERS)));
    chosen.sort_by_key(|article| article.id);
    // An article that stands twice is one document.
    let mut first: BTreeMap<(String, String), u32> = BTreeMap::new();
    let (mut same, mut documents) = (BTreeMap::new(), Vec::new());
    for article in chosen {
        let stands_for = *first.entry((article.name.clone(), article.text.clone())).or_insert(article.id);
        same.insert(article.id, stands_for);
        if stands_for == article.id {
            documents.push(Document { id: article.id.to_string(), title: article.name, text: article.text });
        }
    }
    let questions = questions.into_iter().map(|one| {
        let gold: BTreeSet<u32> = one.gold_ids.iter().filter_map(|id| same.get(id).copied()).collect();
        Question { id: one.id, question: one.question, gold: gold.iter().map(ToString::to_string).collect() }
    });
    Ok(Collection { name: LECO.to_owned(), questions: questions.collect(), documents })
}

/// As many as the setting says, or as `usual`.
fn sample<T>(setting: &Setting, items: Vec<T>, usual: usize) -> Vec<T> {
    let limit = Some(setting.limit.unwrap_or(usual));
    Setting { limit, ..setting.clone() }.limited(items)
}

fn given<'a>(
    setting: &'a Setting,
    task: Task,
    documents: &'a [Document],
    questions: &'a [Question],
) -> Given<'a> {
    let models = setting.embedding_model.parent().unwrap_or(Path::new("."));
    Given { task, documents, questions, models, out: &setting.out }
}

fn value(question: &Question, ranked: Option<&Vec<String>>) -> Values {
    let gold: BTreeSet<String> = question.gold.iter().cloned().collect();
    judged(ranked.map_or(&[], Vec::as_slice), &gold)
}

fn plain(collection: &Collection, questions: &[Question]) -> anyhow::Result<Row> {
    let started = Instant::now();
    let documents = &collection.documents;
    let index = PlainBm25::of(
        (0..).zip(documents).map(|(number, one)| (number, format!("{} {}", one.title, one.text))),
    )?;
    let mut row = Row {
        name: "plain BM25".to_owned(),
        values: Vec::new(),
        index_seconds: started.elapsed().as_secs_f64(),
        seconds: Vec::new(),
        peak_memory_bytes: None,
    };
    for question in questions {
        let started = Instant::now();
        let best = index.search(&question.question, DEPTH)?;
        row.seconds.push(started.elapsed().as_secs_f64());
        let ranked = best.iter().filter_map(|at| Some(documents.get(*at as usize)?.id.clone())).collect();
        row.values.push(value(question, Some(&ranked)));
    }
    Ok(row)
}

/// Taken in anew, in a folder of its own, so that no vector is there before.
fn ours(setting: &Setting, collection: &Collection, questions: &[Question]) -> anyhow::Result<Row> {
    let folder = tempfile::tempdir()?;
    let fresh = Setting { indexes: folder.path().to_owned(), ..setting.clone() };
    machine::forget_peak();
    let started = Instant::now();
    let library = fresh.library("peers", collection.editions()?)?;
    let mut row = Row {
        name: OURS.to_owned(),
        values: Vec::new(),
        index_seconds: started.elapsed().as_secs_f64(),
        seconds: Vec::new(),
        peak_memory_bytes: None,
    };
    let bar = progress_bar(questions.len(), "asking")?;
    for question in questions {
        let started = Instant::now();
        let found = dialect::search(&library, &question.question, false, 4 * DEPTH)?;
        row.seconds.push(started.elapsed().as_secs_f64());
        let ranked = found.into_iter().map(|evidence| evidence.edition_id).collect();
        row.values.push(value(question, Some(&ranked)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    row.peak_memory_bytes = machine::peak_memory();
    Ok(row)
}

/// The bench's questions over the starter pack, answered in words.
fn answer(setting: &Setting, report: &mut Report) -> anyhow::Result<()> {
    let documents = guides(&collections::starter()?);
    let asked = answers::questions(&setting.product.questions)?;
    let asked = asked.into_iter().filter(|one| {
        one.kind() == Kind::Covered && one.pack == answers::Pack::Starter && one.said_at_once().is_some()
    });
    let asked = sample(setting, asked.collect(), ANSWERED);
    let plain: Vec<Question> = asked
        .iter()
        .map(|one| Question { id: one.id.clone(), question: one.said(), gold: Vec::new() })
        .collect();
    let (ours, peak) = answers::replies(setting, &asked)?;
    let mut rows = vec![(OURS.to_owned(), ours, 0.0, peak)];
    for peer in PEERS {
        let found = peers::run(peer, &given(setting, Task::Answer, &documents, &plain))?;
        let replies = plain.iter().map(|one| {
            let reply = found.replies.get(&one.id);
            (reply.and_then(|one| one.answer.clone()).unwrap_or_default(), reply.map_or(0.0, |one| one.seconds))
        });
        let taken = found.summary.load_seconds + found.summary.index_seconds;
        rows.push((peer.to_owned(), replies.collect(), taken, Some(found.summary.peak_memory_bytes)));
    }
    tell(report, setting, &asked, rows);
    Ok(())
}

/// A row about answers: name, replies with their seconds, seconds to load and take in, memory.
type Answered = (String, Vec<(String, f64)>, f64, Option<u64>);

fn tell(report: &mut Report, setting: &Setting, asked: &[Asked], rows: Vec<Answered>) {
    let set = "bench, answered";
    let head = ["", "facts said", "something forbidden", "p50", "p95", "characters, p50", "memory"];
    let mut table = Table::new("", head).charted(1).charted(3);
    let mut cases: Vec<Case> = asked.iter().map(|one| Case::new(format!("{} {}", one.id, one.said()))).collect();
    for (name, replies, _, peak) in rows {
        let judged: Vec<(bool, bool)> =
            asked.iter().zip(&replies).map(|(one, (text, _))| answers::facts(one, text)).collect();
        let said: Vec<bool> = judged.iter().map(|(said, _)| *said).collect();
        let forbidden: Vec<bool> = judged.iter().map(|(_, forbidden)| *forbidden).collect();
        let seconds: Vec<f64> = replies.iter().map(|(_, seconds)| *seconds).collect();
        let lengths: Vec<f64> = replies.iter().map(|(text, _)| text.chars().count() as f64).collect();
        let time = |part| Cell::from(Measure::percentile(&seconds, part, Unit::Seconds, setting.seed));
        let length = Measure::percentile(&lengths, 0.5, Unit::Count, setting.seed);
        table.push(
            name.clone(),
            [
                Measure::share(set, &said, setting.seed).into(),
                Measure::share(set, &forbidden, setting.seed).lower().into(),
                time(0.5),
                time(0.95),
                length.map(Measure::neither).into(),
                memory(peak),
            ],
        );
        for ((case, (text, seconds)), said) in cases.iter_mut().zip(&replies).zip(&said) {
            let verdict = if *said { "right" } else { "not right" };
            *case = case.clone().says(&format!("{name}, {verdict}, {seconds:.1} s"), text);
        }
    }
    report.cases_of(set, asked.iter().map(|one| (one.id.clone(), one.said())));
    report
        .section("Answers")
        .text(
            "Questions of the bench that the starter pack answers, each said in one message. Right is a reply \
             with every required fact and nothing forbidden, wherever it says it takes that from. Times are \
             those of the whole reply. Memory is the most that the whole process took, its models included.",
        )
        .table(table)
        .cases(Listing::of("Every reply", cases));
}

/// Each guide as one document, its headings in their places.
fn guides(editions: &[IndexedEdition]) -> Vec<Document> {
    let text = |edition: &IndexedEdition| {
        let passages = edition.passages.iter().map(|passage| {
            let heading = passage.headings.last().map_or("", |heading| heading.split('｜').next().unwrap_or(""));
            format!("{heading}\n{}", passage.text)
        });
        passages.collect::<Vec<_>>().join("\n\n")
    };
    editions
        .iter()
        .map(|edition| Document {
            id: edition.edition_id.clone(),
            title: edition.metadata.title.clone(),
            text: text(edition),
        })
        .collect()
}

fn memory(bytes: Option<u64>) -> Cell {
    bytes.map(|bytes| Measure::new(bytes as f64, Unit::Bytes).lower()).into()
}

fn versions(found: &Found) -> String {
    let versions = found.summary.versions.iter().map(|(name, version)| format!("{name} {version}"));
    versions.collect::<Vec<_>>().join(", ")
}
