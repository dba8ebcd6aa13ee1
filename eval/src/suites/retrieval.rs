//! Are the articles found that answer a layperson's legal question?
//!
//! Questions and articles of LeCoQA/STARD. An article that stands twice in the corpus is one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use knowledge::{
    Adjustments, Evidence, IndexedEdition, Library, Metadata, Origin, Passage, Score, SearchQuery,
};
use serde::Serialize;

use super::{Setting, progress_bar};
use crate::baseline::PlainBm25;
use crate::cases::{Case, Place, Set};
use crate::collections::{COMMUNITY, TODAY};
use crate::data::{self, Article, LegalQuestion};
use crate::report::{Report, table};
use crate::statistics::{Estimate, Generator};

/// How many articles each ranking is judged on.
const DEPTH: usize = 10;

/// Everything the suite measured.
#[derive(Serialize)]
struct Numbers {
    questions: usize,
    articles: usize,
    seed: u64,
    rankings: BTreeMap<&'static str, Measures>,
    /// Fused minus the ranking of that name, question by question.
    lead_of_fused: BTreeMap<&'static str, Measures>,
    median_milliseconds: f64,
}

/// How well one ranking did.
#[derive(Serialize)]
struct Measures {
    recall_at_5: Estimate,
    recall_at_10: Estimate,
    /// Reciprocal of the first right place among ten.
    reciprocal_rank: Estimate,
}

/// One question's values for one ranking: recall at 5, at 10, reciprocal rank.
type Values = [f64; 3];

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let questions = data::legal_questions(&setting.data)?;
    let articles = chosen(data::articles(&setting.data)?, &questions, setting);
    let corpus = Corpus::of(&articles);
    let baseline = PlainBm25::of(articles.iter().map(|article| {
        let text = format!("{} {}", article.name, article.text);
        (corpus.same[&article.id], text)
    }))?;
    let library = setting.library("retrieval", corpus.editions)?;

    let mut values: BTreeMap<&'static str, Vec<Values>> = BTreeMap::new();
    let mut milliseconds = Vec::new();
    let bar = progress_bar(questions.len(), "asking")?;
    for question in &questions {
        let gold: BTreeSet<u32> = question
            .gold_ids
            .iter()
            .filter_map(|id| corpus.same.get(id).copied())
            .collect();
        let found = search(&library, &question.question)?;
        milliseconds.push(found.milliseconds);
        let mut judge = |name, order: Vec<u32>| {
            values.entry(name).or_default().push(judged(&order, &gold));
        };
        judge("plain BM25", baseline.search(&question.question, 2 * DEPTH)?);
        for (name, score) in RANKINGS {
            judge(name, in_order_of(&found.evidence, score, &corpus.article_of));
        }
        let fused = found.evidence.iter().map(|evidence| article(evidence, &corpus.article_of));
        judge("fused", fused.collect());
        bar.inc(1);
    }
    bar.finish_and_clear();
    report(setting, &questions, articles.len(), &values, milliseconds)
}

/// The rankings that are fused.
const RANKINGS: [(&str, fn(&Evidence) -> Score); 3] = [
    ("words", |evidence| evidence.scores.words),
    ("bigrams", |evidence| evidence.scores.bigrams),
    ("dense", |evidence| evidence.scores.dense),
];

/// The corpus as the library takes it.
struct Corpus {
    editions: Vec<IndexedEdition>,
    /// The article that stands for an article and its copies.
    same: HashMap<u32, u32>,
    /// The article of a passage, by edition and ordinal.
    article_of: HashMap<(String, u32), u32>,
}

impl Corpus {
    fn of(articles: &[Article]) -> Self {
        let mut first: HashMap<(&str, &str), u32> = HashMap::new();
        let mut same = HashMap::new();
        let mut laws: BTreeMap<&str, Vec<(&str, &Article)>> = BTreeMap::new();
        for article in articles {
            let text = (article.name.as_str(), article.text.as_str());
            let stands_for = *first.entry(text).or_insert(article.id);
            same.insert(article.id, stands_for);
            let (law, place) = data::split_name(&article.name);
            laws.entry(law).or_default().push((place, article));
        }
        let mut article_of = HashMap::new();
        let mut editions = Vec::new();
        for (law, articles) in laws {
            let mut passages = Vec::new();
            for (place, article) in articles {
                let ordinal = passages.len() as u32;
                article_of.insert((law.to_owned(), ordinal), same[&article.id]);
                passages.push(Passage {
                    ordinal,
                    headings: Vec::new(),
                    locator: place.to_owned(),
                    text: article.text.clone(),
                    span: 0..article.text.len(),
                    origin: Origin::Bytes(0..article.text.len()),
                });
            }
            editions.push(IndexedEdition {
                edition_id: law.to_owned(),
                document_id: law.to_owned(),
                community_id: COMMUNITY.to_owned(),
                metadata: Metadata {
                    title: law.to_owned(),
                    ..Metadata::default()
                },
                passages,
                answers: Vec::new(),
            });
        }
        Self {
            editions,
            same,
            article_of,
        }
    }
}

/// The library of all articles, and the questions with the places that answer them.
pub(crate) fn cases(setting: &Setting) -> anyhow::Result<(Library, Vec<Case>)> {
    let questions = data::legal_questions(&setting.data)?;
    let articles = chosen(data::articles(&setting.data)?, &questions, setting);
    let corpus = Corpus::of(&articles);
    let mut places: HashMap<u32, Vec<(String, u32)>> = HashMap::new();
    for (place, article) in &corpus.article_of {
        places.entry(*article).or_default().push(place.clone());
    }
    let cases = questions.into_iter().map(|question| {
        let gold = question
            .gold_ids
            .iter()
            .filter_map(|id| places.get(corpus.same.get(id)?))
            .flatten()
            .map(|(edition, ordinal)| Place::Passage {
                edition: edition.clone(),
                ordinal: *ordinal,
            });
        Case::legal(Set::Legal, question.id.as_str(), question.question.clone(), gold.collect())
    });
    let cases = cases.collect();
    Ok((setting.library("retrieval", corpus.editions)?, cases))
}

/// All articles, or those that answer a question and a number of others.
fn chosen(articles: Vec<Article>, questions: &[LegalQuestion], setting: &Setting) -> Vec<Article> {
    let Some(others) = setting.documents else {
        return articles;
    };
    let gold: BTreeSet<u32> = questions.iter().flat_map(|q| q.gold_ids.clone()).collect();
    let (mut chosen, mut rest): (Vec<_>, Vec<_>) = articles
        .into_iter()
        .partition(|article| gold.contains(&article.id));
    Generator::new(setting.seed).shuffle(&mut rest);
    chosen.extend(rest.into_iter().take(others));
    chosen.sort_by_key(|article| article.id);
    chosen
}

struct Found {
    evidence: Vec<Evidence>,
    milliseconds: f64,
}

fn search(library: &Library, question: &str) -> anyhow::Result<Found> {
    let result = library.search(&SearchQuery {
        text: question,
        communities: &[COMMUNITY.to_owned()],
        on: TODAY,
        limit: usize::MAX,
        spoken: false,
        as_unseen: false,
        adjustments: Adjustments::default(),
    })?;
    let timings = result.timings;
    Ok(Found {
        milliseconds: f64::from(timings.embedding_ms + timings.ranking_ms),
        evidence: result.evidence,
    })
}

fn article(evidence: &Evidence, article_of: &HashMap<(String, u32), u32>) -> u32 {
    article_of[&(evidence.edition_id.clone(), evidence.passage.ordinal)]
}

/// The order that one of the fused rankings gives alone.
fn in_order_of(
    evidence: &[Evidence],
    score: fn(&Evidence) -> Score,
    article_of: &HashMap<(String, u32), u32>,
) -> Vec<u32> {
    let mut ranked: Vec<(u32, u32)> = evidence
        .iter()
        .filter_map(|evidence| Some((score(evidence).rank?, article(evidence, article_of))))
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, article)| article).collect()
}

fn judged(order: &[u32], gold: &BTreeSet<u32>) -> Values {
    let mut seen = BTreeSet::new();
    let distinct: Vec<u32> = order.iter().copied().filter(|id| seen.insert(*id)).collect();
    let recall = |depth: usize| {
        let right = distinct.iter().take(depth).filter(|id| gold.contains(id));
        right.count() as f64 / gold.len().max(1) as f64
    };
    let first = distinct.iter().take(DEPTH).position(|id| gold.contains(id));
    [
        recall(5),
        recall(10),
        first.map_or(0.0, |place| 1.0 / (place + 1) as f64),
    ]
}

fn measures(values: impl Iterator<Item = Values> + Clone, seed: u64) -> Measures {
    let estimate = |which: usize| {
        let column: Vec<f64> = values.clone().map(|values| values[which]).collect();
        Estimate::of(&column, seed)
    };
    Measures {
        recall_at_5: estimate(0),
        recall_at_10: estimate(1),
        reciprocal_rank: estimate(2),
    }
}

fn report(
    setting: &Setting,
    questions: &[LegalQuestion],
    articles: usize,
    values: &BTreeMap<&'static str, Vec<Values>>,
    mut milliseconds: Vec<f64>,
) -> anyhow::Result<Report> {
    let fused = &values["fused"];
    let lead = |others: &[Values]| {
        let differences: Vec<Values> = fused
            .iter()
            .zip(others)
            .map(|(fused, other)| std::array::from_fn(|which| fused[which] - other[which]))
            .collect();
        measures(differences.into_iter(), setting.seed)
    };
    milliseconds.sort_unstable_by(f64::total_cmp);
    let numbers = Numbers {
        questions: questions.len(),
        articles,
        seed: setting.seed,
        rankings: values
            .iter()
            .map(|(name, values)| (*name, measures(values.iter().copied(), setting.seed)))
            .collect(),
        lead_of_fused: values
            .iter()
            .filter(|(name, _)| **name != "fused")
            .map(|(name, values)| (*name, lead(values)))
            .collect(),
        median_milliseconds: milliseconds[milliseconds.len() / 2],
    };
    let rows = |all: &BTreeMap<&'static str, Measures>| -> Vec<Vec<String>> {
        all.iter()
            .map(|(name, measures)| {
                vec![
                    (*name).to_owned(),
                    measures.recall_at_5.shown(),
                    measures.recall_at_10.shown(),
                    measures.reciprocal_rank.shown(),
                ]
            })
            .collect()
    };
    let markdown = format!(
        "# Retrieval\n\n{} questions over {articles} articles; mean and 95 % interval; \
         a search took {:.0} ms (median).\n\n{}\nFused ahead of\n\n{}",
        questions.len(),
        numbers.median_milliseconds,
        table(&["ranking", "recall@5", "recall@10", "MRR@10"], &rows(&numbers.rankings)),
        table(&["than", "recall@5", "recall@10", "MRR@10"], &rows(&numbers.lead_of_fused)),
    );
    Report::new(&numbers, markdown)
}
