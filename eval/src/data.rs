//! The evaluation data as ../shared/data keeps it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where the sets stand in the data folder.
pub(crate) const QUESTIONS: &str = "qa/lecoqa_stard/queries_dev.jsonl";
pub(crate) const ARTICLES: &str = "qa/lecoqa_stard/articles_full.jsonl.gz";
pub(crate) const OFF_TOPIC: &str = "qa/cmrc2018/dev_questions.jsonl";

/// A question a layperson asked, with the articles that answer it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LegalQuestion {
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) gold_ids: Vec<u32>,
    pub(crate) gold_names: Vec<String>,
    /// Whether the laws of those articles are among the documents: all, some or none.
    pub(crate) kb_cover: String,
}

/// An article of a law.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Article {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A question about an encyclopedia page: off topic for a community.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OffTopicQuestion {
    pub(crate) id: String,
    pub(crate) question: String,
}

/// The legal questions with their answers' articles.
pub(crate) fn legal_questions(data: &Path) -> anyhow::Result<Vec<LegalQuestion>> {
    lines(&data.join(QUESTIONS))
}

/// Every article of the corpus.
pub(crate) fn articles(data: &Path) -> anyhow::Result<Vec<Article>> {
    lines(&data.join(ARTICLES))
}

/// The off-topic questions.
pub(crate) fn off_topic_questions(data: &Path) -> anyhow::Result<Vec<OffTopicQuestion>> {
    lines(&data.join(OFF_TOPIC))
}

/// One JSON value a line, gzipped or not; empty lines and lines that begin with `//` are skipped.
pub(crate) fn lines<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut values = Vec::new();
    for (number, line) in BufReader::new(reader).lines().enumerate() {
        let line = line.with_context(|| format!("reading {}", path.display()))?;
        let text = line.trim();
        if text.is_empty() || text.starts_with("//") {
            continue;
        }
        let value = serde_json::from_str(text).with_context(|| {
            let beginning: String = text.chars().take(60).collect();
            format!("{}, line {}, does not fit: {beginning}", path.display(), number + 1)
        })?;
        values.push(value);
    }
    Ok(values)
}

/// An article's law and its place there: 民法典第五十四条 is 民法典 and 第五十四条.
pub(crate) fn split_name(name: &str) -> (&str, &str) {
    let numerals = |text: &str| text.chars().all(|c| "零〇一二三四五六七八九十百千之".contains(c));
    for (start, _) in name.rmatch_indices('第') {
        let place = &name[start + '第'.len_utf8()..];
        if let Some((number, after)) = place.split_once('条')
            && numerals(number)
            && numerals(after)
        {
            return (&name[..start], &name[start..]);
        }
    }
    (name, "")
}
