//! What a turn asks: in standard Mandarin, and in full where it leans on the matter before it.

use anyhow::Result;

use super::assistant::Assistant;
use super::follow_up;
use super::look::Looked;
use super::respond::Running;

/// A question in full, and what was found for it.
pub(super) struct Question {
    /// In standard Mandarin.
    pub(super) text: String,
    /// How it was understood, where that differs from what was said.
    pub(super) understood: Option<String>,
    /// What was found.
    pub(super) looked: Looked,
    /// Whether it had no matter of its own and took that of the question before.
    leans: bool,
}

impl Question {
    /// A question made of what was said and what it leans on.
    fn leaning(text: String, looked: Looked) -> Self {
        Self { understood: Some(text.clone()), text, looked, leans: true }
    }
}

impl Assistant {
    /// What is asked, and what was found for it.
    pub(super) async fn in_context(&self, running: &Running<'_>) -> Result<Question> {
        let before = running.question_before();
        let (said, rewritten, found) = self.standard(running).await?;
        let question = match follow_up::complete(&said, before.as_deref()) {
            Some(whole) => {
                let looked = self.look(running, &whole).await?;
                Question::leaning(whole, looked)
            }
            None => {
                Question { understood: rewritten.then(|| said.clone()), text: said.clone(), looked: found, leans: false }
            }
        };
        if let Some(titled) = self.under_title_before(running, &said, &question).await? {
            return Ok(titled);
        }
        // Then it has the matter of the question before already.
        if question.leans && !rewritten {
            return Ok(question);
        }
        let wider = self.with_matter_before(running, &said, &question, before.as_deref()).await?;
        Ok(wider.unwrap_or(question))
    }

    /// The turn under the title of the document that was cited before, where that speaks of what is asked.
    async fn under_title_before(
        &self,
        running: &Running<'_>,
        said: &str,
        question: &Question,
    ) -> Result<Option<Question>> {
        let Some(cited) = running.cited_before() else { return Ok(None) };
        if !question.leans && question.looked.has_its_own_matter(said, &cited.document) {
            return Ok(None);
        }
        let Some(titled) = follow_up::under_title(said, &cited.title) else { return Ok(None) };
        let looked = self.look(running, &titled).await?;
        let stays = looked.found.gate.sufficient && looked.first_document() == Some(cited.document.as_str());
        let better = if question.leans {
            question.looked.first_document() != Some(cited.document.as_str())
                || !looked.found.answers.is_empty()
                || looked.found.gate.probability >= question.looked.found.gate.probability
        } else {
            looked.is_prepared() || looked.speaks_of_all(said, &question.looked)
        };
        Ok((stays && better).then(|| Question::leaning(titled, looked)))
    }

    /// The question beside the matter of the one before, where the documents know that better.
    async fn with_matter_before(
        &self,
        running: &Running<'_>,
        said: &str,
        question: &Question,
        before: Option<&str>,
    ) -> Result<Option<Question>> {
        let alone = &question.looked;
        if !alone.found.answers.is_empty() {
            return Ok(None);
        }
        let Some(wider) = follow_up::with_matter(&question.text, before) else { return Ok(None) };
        let looked = self.look(running, &wider).await?;
        let clearer =
            !alone.found.gate.sufficient && looked.found.gate.probability > alone.found.gate.probability;
        let same_matter = !alone.names_title(&question.text)
            && looked.first_document().is_some()
            && looked.first_document() == running.document_before()
            && (question.leans || looked.speaks_of_all(said, alone));
        Ok((clearer || same_matter).then(|| Question::leaning(wider, looked)))
    }

    /// The question in standard Mandarin, and whether that differs from what was said.
    ///
    /// Where the documents do not know what was understood, what was said is tried as it stands,
    /// and as a recogniser might have misheard it; the reading that they know best is taken.
    async fn standard(&self, running: &Running<'_>) -> Result<(String, bool, Looked)> {
        let first = &running.understood;
        let mut best = (first.text.clone(), first.rewritten);
        let mut known = self.look(running, &first.text).await?;
        if known.found.gate.sufficient && !first.doubtful {
            return Ok((best.0, best.1, known));
        }
        let misheard = self
            .understanding
            .read(&running.question, &running.speaker, false)
            .await?;
        for (text, rewritten, spoken) in [
            (running.question.clone(), false, running.spoken),
            (misheard.text, misheard.rewritten, true),
        ] {
            if text == best.0 {
                continue;
            }
            let other = self.look_by(running, &text, spoken).await?;
            if other.found.gate.probability > known.found.gate.probability {
                (best, known) = ((text, rewritten), other);
            }
        }
        Ok((best.0, best.1, known))
    }
}
