//! What an import yields and what the index is fed: one edition of one document.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a document says about itself, from its front matter or its first lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Title as published, without 《》.
    pub title: String,
    /// Kind of document as the source names it: 法律, 办事指南, 政策文件 ...
    pub kind: Option<String>,
    /// Issuing body.
    pub issuer: Option<String>,
    /// Document number, such as 穗府办规〔2022〕5号.
    pub number: Option<String>,
    /// Path of places from the widest to the narrowest, such as `["山东", "济南市"]`;
    /// empty where the document holds for the whole country.
    pub scope: Vec<String>,
    /// Day of publication.
    pub published_on: Option<Date>,
    /// First day on which it is in force; `None` means since always.
    pub effective_on: Option<Date>,
    /// First day on which it is no longer in force.
    pub expires_on: Option<Date>,
    /// Day of this version's text.
    pub version_date: Option<Date>,
    /// Matter it belongs to, such as 户籍证件.
    pub category: Option<String>,
    /// Words that residents use for the matter.
    pub keywords: Vec<String>,
    /// Whom it is for, such as 八十岁以上老人.
    pub audience: Option<String>,
    /// Kind of service, such as 行政给付.
    pub service_kind: Option<String>,
    /// Title or number of the document that it replaces.
    pub replaces: Option<String>,
    /// Address of the page it was taken from.
    pub url: Option<String>,
    /// Terms under which the text may be used.
    pub licence: Option<String>,
}

/// Where in the original file a passage stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Byte range in a text original (md, txt, html), in its own encoding.
    Bytes(Range<usize>),
    /// Page of a PDF, counted from 1.
    Page(u32),
    /// Paragraphs of a docx, counted from 0.
    Paragraphs(Range<u32>),
    /// Row of a sheet, counted from 1.
    Row {
        /// Name of the sheet.
        sheet: String,
        /// Row number as the spreadsheet shows it.
        row: u32,
    },
}

/// A stretch of one edition that is found, shown and cited as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Place within the edition, from 0.
    pub ordinal: u32,
    /// Headings above it, outermost first, without the document's title.
    pub headings: Vec<String>,
    /// How a person names the place: 第十二条, 要带什么材料, 表1第3行.
    pub locator: String,
    /// Its text, exactly `edition.text[span]`.
    pub text: String,
    /// Byte range in the edition's text.
    pub span: Range<usize>,
    /// Where it stands in the original file.
    pub origin: Origin,
}

/// Names one passage of one edition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    /// The edition.
    pub edition_id: String,
    /// Place of the passage within it, from 0.
    pub ordinal: u32,
}

/// A question with an approved answer that a document brings with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedAnswer {
    /// The ways of asking it, the plainest first; never empty.
    pub questions: Vec<String>,
    /// The answer, said word for word.
    pub answer: String,
    /// Ordinal of the passage that holds the answer.
    pub passage: u32,
    /// The answer as it is spoken on the telephone, where that differs.
    #[serde(default)]
    pub spoken: Option<String>,
    /// What the answer rests on, in other documents too.
    #[serde(default)]
    pub sources: Vec<SourceRef>,
}

/// What was noticed during an import and does not prevent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable name for programs, such as `no_text_on_page`.
    pub code: String,
    /// What happened and what to do, in Chinese, for the person who imports.
    pub message: String,
    /// Pages of the original that it is about, from 1; empty where it is about no page or all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<u32>,
}

impl Warning {
    /// A warning about no page in particular.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            pages: Vec::new(),
        }
    }
}

/// One document as read from a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedDocument {
    /// What the document says about itself.
    pub metadata: Metadata,
    /// The whole cleaned text; passages are ranges of it.
    pub text: String,
    /// The text cut along the document's own structure.
    pub passages: Vec<Passage>,
    /// Questions answered word for word.
    pub answers: Vec<PreparedAnswer>,
    /// What the importing person should look at.
    pub warnings: Vec<Warning>,
    /// SHA-256 of the original file, lower-case hexadecimal.
    pub source_sha256: String,
}
