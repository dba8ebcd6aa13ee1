//! The search for evidence, and how what was found is shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use knowledge::{Adjustments, Evidence, SearchQuery, SearchResult};

use super::assistant::Assistant;
use super::evidence::{self, LocalFields};
use super::follow_up;
use super::orders_in_text::without_orders;
use super::respond::Running;
use super::turn::{Sentence, Source};

/// Passages shown with a reply.
const SHOWN: usize = 4;

/// Section of a guide that names the articles behind it.
const LEGAL_BASIS: &str = "法律依据";

/// Probability from which the best passage is taken to be the answer.
const SURE: f32 = 0.7;

/// Likeness from which on what was asked is a prepared question, word for word or nearly so.
const PREPARED: f32 = 0.95;

/// Passages quoted where nothing was written.
const QUOTED: usize = 2;

/// What a search gave.
#[derive(Debug)]
pub(super) struct Looked {
    /// The ranking and its verdict.
    pub(super) found: SearchResult,
    /// The passages as a resident sees them, numbered from 1.
    pub(super) sources: Vec<Source>,
    /// The same passages whole, with local facts filled in.
    pub(super) wholes: Vec<String>,
    fields: LocalFields,
}

impl Looked {
    /// The verified answer to this question, word for word, with its source.
    pub(super) fn verified(&self) -> Option<Vec<Sentence>> {
        let answer = self.found.answers.first()?;
        let carries = |source: &Source| {
            let itself = source.edition == answer.edition_id && Some(source.passage) == answer.passage_ordinal;
            let named = answer.sources.iter().any(|one| one.edition_id == source.edition && one.ordinal == source.passage);
            if answer.sources.is_empty() { itself } else { named }
        };
        let numbers: Vec<u32> =
            self.sources.iter().filter(|source| carries(source)).map(|source| source.number).collect();
        let text = self.fields.fill(&answer.answer);
        Some(
            super::grounding::sentences(&text)
                .into_iter()
                .map(|text| Sentence {
                    text,
                    citations: numbers.clone(),
                })
                .collect(),
        )
    }

    /// The verified answer as it is read aloud, where that differs.
    pub(super) fn verified_aloud(&self) -> Option<String> {
        let spoken = self.found.answers.first()?.spoken.as_deref()?;
        Some(self.fields.fill(spoken))
    }

    /// Whether the best passage answers residents in their own words, whole and short enough to be
    /// read: a writer could only say the same again, seconds later.
    pub(super) fn speaks_for_itself(&self) -> bool {
        let (Some(best), Some(source), Some(whole)) =
            (self.found.evidence.first(), self.sources.first(), self.wholes.first())
        else {
            return false;
        };
        let same = source.edition == best.edition_id && source.passage == best.passage.ordinal;
        same && best.scores.signals.answers_prepared_question()
            && self.found.gate.probability >= SURE
            && source.quote == whole.trim()
    }

    /// The document of the best passage.
    pub(super) fn first_document(&self) -> Option<&str> {
        self.sources.first().map(|source| source.document.as_str())
    }

    /// Whether the question has a word of the best passage's title: then it has a matter of its own. 申请 and the like fit
    /// any matter, and do not count.
    pub(super) fn names_title(&self, question: &str) -> bool {
        let matter = follow_up::matter(question);
        self.sources
            .first()
            .is_some_and(|source| evidence::shares_words(&source.title, &matter))
    }

    /// Whether what was asked is a prepared question.
    pub(super) fn is_prepared(&self) -> bool {
        self.found.answers.first().is_some_and(|answer| answer.score >= PREPARED)
    }

    /// Whether this is about a matter that the turn `said` named in full, or about that of the document `before` anyway.
    pub(super) fn has_its_own_matter(&self, said: &str, before: &str) -> bool {
        let words = telling_words(said, self.found.evidence.iter());
        let title = self.sources.first().map_or("", |source| source.title.as_str());
        let named = !words.is_empty() && words.iter().all(|word| evidence::shares_words(title, word));
        self.is_prepared() || named || self.first_document() == Some(before)
    }

    /// Whether the passages of the best document have all the telling words of the turn `said` that were found for
    /// it `alone`.
    pub(super) fn speaks_of_all(&self, said: &str, alone: &Self) -> bool {
        let best = self.first_document();
        let own = self.found.evidence.iter().filter(|one| Some(one.document_id.as_str()) == best);
        let asked = telling_words(said, alone.found.evidence.iter());
        !asked.is_empty() && asked.is_subset(&telling_words(said, own))
    }

    /// Matters near to what was asked, for buttons and to be read out: a whole question that is answered
    /// where one was prepared, else the title.
    pub(super) fn suggestions(&self, question: &str) -> Vec<String> {
        let verified = self.found.answers.first().map(|answer| &answer.document_id);
        let best = self.found.evidence.first().map(|one| &one.document_id);
        let answered = verified.or_else(|| best.filter(|_| self.found.gate.sufficient));
        let mut offered: Vec<String> = Vec::new();
        for one in &self.found.evidence {
            let other = Some(&one.document_id) != answered;
            let offer = one.nearest_question.as_ref().unwrap_or(&one.title);
            if other && !offered.contains(offer) && !question.contains(offer.trim_end_matches('？')) {
                offered.push(offer.clone());
            }
        }
        offered.truncate(3);
        offered
    }

    /// The best passages' own sentences, where nothing else can be said; a second passage only
    /// from the same document. A line before them says that they are quoted.
    pub(super) fn quoted(&self) -> Vec<Sentence> {
        std::iter::once(Sentence::plain(super::wording::QUOTED))
            .chain(self.quotes())
            .collect()
    }

    /// The same without that line, where the passages speak to residents in their own words.
    pub(super) fn quotes(&self) -> Vec<Sentence> {
        let document = self.first_document();
        self.sources
            .iter()
            .filter(|source| Some(source.document.as_str()) == document)
            .filter(|source| !source.quote.is_empty())
            .take(QUOTED)
            .map(|source| Sentence {
                text: without_number(&source.quote).to_owned(),
                citations: vec![source.number],
            })
            .collect()
    }
}

/// Words of the turn `said` that stand in passages, the shortest of those that contain each other, without those
/// that fit any matter.
fn telling_words<'a>(said: &str, found: impl Iterator<Item = &'a Evidence>) -> BTreeSet<&'a str> {
    let all = found.flat_map(|one| &one.matched_words).map(String::as_str);
    let words: BTreeSet<&str> =
        all.filter(|word| said.contains(word) && follow_up::matter(word).chars().count() >= 2).collect();
    let holds_another = |word: &&str| words.iter().any(|other| other != word && word.contains(other));
    words.iter().copied().filter(|word| !holds_another(word)).collect()
}

/// A line without its number in the list that it was taken from: 5. 没有地方的，可以……
fn without_number(line: &str) -> &str {
    let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let said = rest.strip_prefix(['.', '．', '、']).map(str::trim_start);
    // 3.5 万元 is no third line.
    said.filter(|said| rest.len() < line.len() && !said.starts_with(|first: char| first.is_ascii_digit())).unwrap_or(line)
}

impl Assistant {
    /// Searches what holds for the resident today; where they spoke, what sounds alike counts too.
    pub(super) async fn look(&self, running: &Running<'_>, question: &str) -> Result<Looked> {
        self.look_by(running, question, running.spoken).await
    }

    /// The same, as if the question were `spoken` or typed.
    pub(super) async fn look_by(
        &self,
        running: &Running<'_>,
        question: &str,
        spoken: bool,
    ) -> Result<Looked> {
        let library = Arc::clone(&self.library);
        let text = question.to_owned();
        let mut communities = running.communities();
        // What is tried out comes before what is published.
        communities.splice(0..0, running.scene.preview.clone());
        let on = running.scene.on;
        let without = running.scene.without.clone();
        let ruled = self.ruled(&running.lineage, question).await?;
        let (found, behind) = tokio::task::spawn_blocking(move || {
            let found = library.search(&SearchQuery {
                text: &text,
                communities: &communities,
                on,
                limit: SHOWN,
                spoken,
                as_unseen: false,
                adjustments: Adjustments {
                    without: &without,
                    pinned: &ruled.pinned,
                    excluded: &ruled.excluded,
                },
            })?;
            // The passage behind a verified answer need not be among the best by itself.
            let behind = match found.answers.first() {
                // What rests on other documents cites them, not itself.
                Some(answer) if answer.sources.is_empty() => match answer.passage_ordinal {
                    Some(ordinal) => library.passage(&answer.edition_id, ordinal)?,
                    None => None,
                },
                _ => None,
            };
            Ok::<_, knowledge::LibraryError>((found, behind))
        })
        .await
        .context("the search was cut off")??;

        let mut looked = Looked {
            found,
            sources: Vec::new(),
            wholes: Vec::new(),
            fields: LocalFields::of(&running.lineage),
        };
        let place = |id: &str| {
            running
                .lineage
                .iter()
                .find(|node| node.id == id)
                .map_or_else(String::new, |node| node.name.clone())
        };
        if let (Some(answer), Some(passage)) = (looked.found.answers.first(), behind) {
            let source = Source {
                number: 1,
                document: answer.document_id.clone(),
                edition: answer.edition_id.clone(),
                passage: passage.ordinal,
                title: answer.title.clone(),
                issuer: None,
                locator: passage.locator,
                headings: passage.headings,
                quote: String::new(),
                place: place(&answer.community_id),
                effective_on: None,
            };
            let whole = looked.fields.fill(&passage.text);
            looked.add(source, &whole, question);
        }
        let rests_on = looked.found.answers.first().map(|answer| answer.sources.clone()).unwrap_or_default();
        for place_of in rests_on {
            let Some(edition) = self.store.edition(&place_of.edition_id).await? else { continue };
            let Some(passage) = edition.passages.into_iter().find(|one| one.ordinal == place_of.ordinal) else {
                continue;
            };
            let metadata = edition.record.metadata;
            let source = Source {
                number: 0,
                document: edition.record.document_id,
                edition: place_of.edition_id,
                passage: passage.ordinal,
                title: metadata.title,
                issuer: metadata.issuer,
                locator: passage.locator,
                headings: passage.headings,
                quote: String::new(),
                place: place(&edition.record.community_id),
                effective_on: metadata.effective_on.or(metadata.version_date),
            };
            let whole = looked.fields.fill(&passage.text);
            looked.add(source, &whole, question);
        }
        // A list of articles backs a guide and never answers by itself: it goes last.
        looked
            .found
            .evidence
            .sort_by_key(|one| one.passage.locator == LEGAL_BASIS);
        for one in std::mem::take(&mut looked.found.evidence) {
            let known = looked.sources.iter().any(|source| {
                source.edition == one.edition_id && source.passage == one.passage.ordinal
            });
            if !known {
                let source = Source::found(0, &one, place(&one.community_id));
                let whole = looked.fields.fill(&one.passage.text);
                looked.add(source, &whole, question);
            }
            looked.found.evidence.push(one);
        }
        Ok(looked)
    }
}

impl Looked {
    fn add(&mut self, mut source: Source, whole: &str, question: &str) {
        source.number = self.sources.len() as u32 + 1;
        let whole = without_orders(whole).into_owned();
        evidence::telling_part(&whole, question, evidence::QUOTE).clone_into(&mut source.quote);
        self.sources.push(source);
        self.wholes.push(whole);
    }
}

#[cfg(test)]
mod tests {
    use super::without_number;

    #[test]
    fn a_line_of_a_list_is_quoted_without_its_number() {
        assert_eq!(without_number("5. 可以请居委会跟物业商量。"), "可以请居委会跟物业商量。");
        assert_eq!(without_number("3、带身份证。"), "带身份证。");
        for line in ["3.5万元以下的", "15日内拿证", "2026.5.1起", "身份证"] {
            assert_eq!(without_number(line), line);
        }
    }
}
