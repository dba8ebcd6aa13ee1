//! What a plain full-text search gives: tantivy's own BM25 over jieba words.

use jieba_rs::{Jieba, TokenizeMode};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, IndexReader, TantivyDocument, Term};

/// An index in memory.
pub(crate) struct PlainBm25 {
    jieba: Jieba,
    reader: IndexReader,
    id: Field,
    text: Field,
}

impl PlainBm25 {
    /// Takes in texts with their ids.
    pub(crate) fn of(texts: impl Iterator<Item = (u32, String)>) -> anyhow::Result<Self> {
        let jieba = Jieba::new();
        let mut schema = Schema::builder();
        let id = schema.add_u64_field("id", FAST | STORED);
        let indexing =
            TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 64 << 20)?;
        for (number, content) in texts {
            let mut document = TantivyDocument::default();
            document.add_u64(id, number.into());
            document.add_pre_tokenized_text(text, words(&jieba, &content));
            writer.add_document(document)?;
        }
        writer.commit()?;
        Ok(Self {
            reader: index.reader()?,
            jieba,
            id,
            text,
        })
    }

    /// The best ids for a question.
    pub(crate) fn search(&self, question: &str, limit: usize) -> anyhow::Result<Vec<u32>> {
        Ok(self.scored(question, limit)?.into_iter().map(|(id, _)| id).collect())
    }

    /// The best ids for a question with their scores.
    pub(crate) fn scored(&self, question: &str, limit: usize) -> anyhow::Result<Vec<(u32, f32)>> {
        let terms = words(&self.jieba, question).tokens.into_iter().map(|token| {
            let term = Term::from_field_text(self.text, &token.text);
            let query: Box<dyn Query> =
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, query)
        });
        let query = BooleanQuery::new(terms.collect());
        let searcher = self.reader.searcher();
        let best = searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
        let mut ids = Vec::new();
        for (score, address) in best {
            let document: TantivyDocument = searcher.doc(address)?;
            let id = document.get_first(self.id).and_then(|value| value.as_u64());
            ids.extend(id.map(|id| (id as u32, score)));
        }
        Ok(ids)
    }
}

fn words(jieba: &Jieba, text: &str) -> PreTokenizedString {
    let tokens = jieba
        .tokenize(text, TokenizeMode::Search, true)
        .into_iter()
        .filter(|token| token.word.chars().any(char::is_alphanumeric))
        .enumerate()
        .map(|(position, token)| Token {
            position,
            text: token.word.to_lowercase(),
            ..Token::default()
        })
        .collect();
    PreTokenizedString {
        text: text.to_owned(),
        tokens,
    }
}
