//! Are the documents found that answer a question?
//!
//! Laypersons' legal questions and articles of LeCoQA/STARD, where an article that stands twice in the
//! corpus is one; and every other collection, document by document.

mod ranking;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use knowledge::{Evidence, IndexedEdition, Library, Metadata, Origin, Passage};

use self::ranking::Judged;
pub(crate) use self::ranking::{Values, judged};
use super::{LECO, Setting, progress_bar};
use crate::baseline::PlainBm25;
use crate::cases::{Case, Place, Set};
use crate::collections::COMMUNITY;
use crate::data::{self, Article, LegalQuestion};
use crate::questions::{self, Collection};
use crate::report::Report;
use crate::statistics::Generator;

/// How many documents each ranking is judged on.
const DEPTH: usize = 10;

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let mut report = Report::new(
        "Retrieval",
        "Are the documents found that answer a question? Mean and 95 % interval. Words, pairs of characters \
         and meaning are fused into the order that the product uses; plain BM25 ranks jieba's words.",
    );
    report.condition("seed", setting.seed);
    if setting.wants(LECO) && setting.lacks_data(&[data::QUESTIONS, data::ARTICLES]).is_none() {
        legal(setting)?.tell(&mut report, setting.seed);
    }
    for collection in questions::all(setting)? {
        of_collection(setting, &collection)?.tell(&mut report, setting.seed);
    }
    Ok(report)
}

/// Laypersons' legal questions over articles.
fn legal(setting: &Setting) -> anyhow::Result<Judged> {
    let questions = data::legal_questions(&setting.data)?;
    let articles = chosen(data::articles(&setting.data)?, &questions, setting);
    let questions = setting.limited(questions);
    let corpus = Corpus::of(&articles);
    let baseline = PlainBm25::of(articles.iter().map(|article| {
        let text = format!("{} {}", article.name, article.text);
        (corpus.same[&article.id], text)
    }))?;
    let library = setting.library("retrieval", corpus.editions)?;
    let mut judged = Judged::new(LECO, articles.len());
    let bar = progress_bar(questions.len(), "asking leco")?;
    for question in &questions {
        let gold: BTreeSet<u32> =
            question.gold_ids.iter().filter_map(|id| corpus.same.get(id).copied()).collect();
        let plain = baseline.search(&question.question, 2 * DEPTH)?;
        judged.ask(&library, (&question.id, &question.question), &gold, &plain, |evidence| {
            corpus.article_of[&(evidence.edition_id.clone(), evidence.passage.ordinal)]
        })?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(judged)
}

/// The answered questions of a collection over its documents.
fn of_collection(setting: &Setting, collection: &Collection) -> anyhow::Result<Judged> {
    let documents = &collection.documents;
    let baseline = PlainBm25::of(
        (0..).zip(documents).map(|(number, document)| (number, format!("{} {}", document.title, document.text))),
    )?;
    let library = setting.library(&collection.index(), collection.editions()?)?;
    let questions = setting.limited(collection.answered());
    let mut judged = Judged::new(&collection.name, documents.len());
    let bar = progress_bar(questions.len(), "asking")?;
    for question in &questions {
        let gold: BTreeSet<String> = question.gold.iter().cloned().collect();
        let plain = baseline.search(&question.question, 2 * DEPTH)?;
        let plain = plain.into_iter().filter_map(|number| Some(documents.get(number as usize)?.id.clone()));
        let document = |evidence: &Evidence| evidence.edition_id.clone();
        judged.ask(&library, (&question.id, &question.question), &gold, &plain.collect::<Vec<_>>(), document)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(judged)
}

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
