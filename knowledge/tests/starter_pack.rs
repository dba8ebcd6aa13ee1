//! The starter pack: every guide is whole, asks as residents ask, and names law that exists.

#![expect(clippy::print_stderr, reason = "a skipped test must be seen")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use knowledge::ImportedDocument;
use knowledge::document::{Limits, import_folder};

/// Sections that every guide has.
const REQUIRED: [&str; 4] = ["简要回答", "各地不一样的地方", "常见问题", "法律依据"];
/// Fewest ways of asking for a whole guide, and fewest common questions.
const FEWEST_QUESTIONS: usize = 5;
const FEWEST_COMMON: usize = 3;
/// Longest short answer, in characters.
const LONGEST_ANSWER: usize = 140;
/// The fewest guides that make a starter pack.
const FEWEST_GUIDES: usize = 80;
/// Short numbers that hold in the whole country.
const NATIONAL_NUMBERS: [&str; 23] = [
    "110", "119", "120", "122", "112", "12123", "12301", "12305", "12309", "12315", "12318",
    "12320", "12328", "12329", "12333", "12338", "12345", "12348", "12349", "12355", "12356",
    "12393", "96110",
];

/// A guide with its file's name.
struct Guide {
    name: String,
    source: String,
    document: ImportedDocument,
}

fn guides() -> Vec<Guide> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter/guides");
    import_folder(&folder, &Limits::default())
        .map(|(path, result)| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let document = result.unwrap_or_else(|error| panic!("{name}: {error}"));
            let source = fs::read_to_string(&path).expect("a guide is text");
            Guide {
                name,
                source,
                document,
            }
        })
        .collect()
}

/// Names of the fields that a community fills in.
fn fields() -> BTreeSet<String> {
    let table =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("starter/fields.tsv"))
            .expect("the table of fields is there");
    table
        .lines()
        .skip(1)
        .filter_map(|line| Some(line.split('\t').next()?.to_owned()))
        .collect()
}

/// What stands between `open` and `close`, each time.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(close)?.0))
        .collect()
}

/// Runs of digits of three and more that could be a telephone number: no year, no part of a sum.
fn telephone_numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    let mut before = ' ';
    for character in text.chars().chain([' ']) {
        if character.is_ascii_digit() || (character == '-' && !run.is_empty()) {
            run.push(character);
            continue;
        }
        let digits = run.trim_end_matches('-');
        let amount = matches!(
            character,
            '年' | '月' | '日' | '号' | '元' | '.' | '%' | '天' | '万' | '条'
        ) || matches!(before, '.' | '〔' | '第');
        if digits.chars().filter(char::is_ascii_digit).count() >= 3 && !amount {
            found.push(digits.to_owned());
        }
        run.clear();
        before = character;
    }
    found
}

#[test]
fn starter_pack_is_sound() {
    let guides = guides();
    let fields = fields();
    let mut faults: Vec<String> = Vec::new();
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    for guide in &guides {
        let mut fault = |what: String| faults.push(format!("{}: {what}", guide.name));
        let document = &guide.document;
        let metadata = &document.metadata;
        if metadata.title.is_empty() || metadata.category.is_none() || metadata.keywords.is_empty()
        {
            fault("title, category or keywords are missing".to_owned());
        }
        if !metadata.scope.is_empty() || metadata.version_date.is_none() {
            fault("scope is not the whole country, or there is no version date".to_owned());
        }
        for section in REQUIRED {
            if !document
                .passages
                .iter()
                .any(|passage| passage.headings.iter().any(|heading| heading == section))
            {
                fault(format!("no section {section}"));
            }
        }
        check_answers(document, &mut fault);
        for warning in &document.warnings {
            fault(format!("{}: {}", warning.code, warning.message));
        }
        for field in between(&guide.source, "{{", "}}") {
            if !fields.contains(field) {
                fault(format!("{field} is not in fields.tsv"));
            }
        }
        for number in telephone_numbers(&document.text) {
            if !NATIONAL_NUMBERS.contains(&number.as_str()) {
                fault(format!("{number} is no national short number"));
            }
        }
        for question in document.answers.iter().flat_map(|answer| &answer.questions) {
            if let Some(other) = asked.insert(question.clone(), guide.name.clone()) {
                fault(format!("{question} is asked in {other} as well"));
            }
        }
    }
    if guides.len() < FEWEST_GUIDES {
        faults.push(format!(
            "{} guides are fewer than {FEWEST_GUIDES}",
            guides.len()
        ));
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

fn check_answers(document: &ImportedDocument, fault: &mut impl FnMut(String)) {
    let Some((whole, common)) = document.answers.split_first() else {
        fault("no prepared answer".to_owned());
        return;
    };
    if whole.questions.len() < FEWEST_QUESTIONS {
        fault(format!("{} ways of asking", whole.questions.len()));
    }
    if common.len() < FEWEST_COMMON {
        fault(format!("{} common questions", common.len()));
    }
    let length = whole.answer.chars().count();
    if length > LONGEST_ANSWER {
        fault(format!("the short answer has {length} characters"));
    }
    if document.passages[whole.passage as usize].text != whole.answer {
        fault("the short answer is not one passage".to_owned());
    }
}

/// 《居住证暂行条例》第二条、第三条 as (居住证暂行条例, 第二条), (居住证暂行条例, 第三条).
fn cited(legal_basis: &str) -> Vec<(String, String)> {
    let mut citations = Vec::new();
    for line in legal_basis.lines() {
        let before = line.split(['：', ':']).next().unwrap_or(line);
        for part in before.split('《').skip(1) {
            let Some((law, articles)) = part.split_once('》') else {
                continue;
            };
            for article in articles.split('第').skip(1) {
                if let Some((number, rest)) = article.split_once('条') {
                    let sub = rest.strip_prefix('之').map(|sub| {
                        sub.chars()
                            .take_while(|c| "一二三四五六七八九十".contains(*c))
                            .collect::<String>()
                    });
                    let sub = sub
                        .filter(|sub| !sub.is_empty())
                        .map(|sub| format!("之{sub}"));
                    let name = format!("第{number}条{}", sub.unwrap_or_default());
                    citations.push((law.to_owned(), name));
                }
            }
        }
    }
    citations
}

/// A law's name without 中华人民共和国 and without a remark in brackets.
fn short_name(law: &str) -> String {
    let bare = law.replace("中华人民共和国", "");
    bare.split(['（', '('])
        .next()
        .unwrap_or(&bare)
        .trim()
        .to_owned()
}

#[test]
fn every_article_that_a_guide_names_exists() {
    let shared = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/kb"));
    if !shared.is_dir() {
        eprintln!("SKIPPED: {} is not there", shared.display());
        return;
    }
    let mut laws: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, result) in import_folder(shared, &Limits::default()) {
        let Ok(law) = result else { continue };
        let articles = law.passages.iter().filter_map(|passage| {
            let locator = &passage.locator;
            let end = locator.find('条').filter(|_| locator.starts_with('第'))? + '条'.len_utf8();
            let sub = locator[end..].strip_prefix('之').map_or(0, |sub| {
                let digits = sub
                    .chars()
                    .take_while(|c| "一二三四五六七八九十".contains(*c));
                '之'.len_utf8() + digits.map(char::len_utf8).sum::<usize>()
            });
            Some(locator[..end + sub].to_owned())
        });
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let articles: BTreeSet<String> = articles.collect();
        for name in [short_name(&law.metadata.title), short_name(&stem)] {
            laws.entry(name)
                .or_default()
                .extend(articles.iter().cloned());
        }
    }
    let mut faults = Vec::new();
    for guide in guides() {
        let basis: String = guide
            .document
            .passages
            .iter()
            .filter(|passage| passage.headings.iter().any(|heading| heading == "法律依据"))
            .map(|passage| format!("{}\n", passage.text))
            .collect();
        let citations = cited(&basis);
        if citations.is_empty() {
            faults.push(format!("{}: names no article", guide.name));
        }
        for (law, article) in citations {
            match laws.get(&short_name(&law)) {
                None => faults.push(format!("{}: 《{law}》 is not at hand", guide.name)),
                Some(articles) if !articles.contains(&article) => {
                    faults.push(format!("{}: 《{law}》 has no {article}", guide.name));
                }
                Some(_) => {}
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}
