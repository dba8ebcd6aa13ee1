//! What a suite hands back: typed numbers, from which JSON, Markdown and a page are made.
//!
//! ```text
//! let mut report = Report::new("Retrieval", "Are the articles found that answer a question?");
//! report.condition("questions", questions.len());
//! report.cases_of("leco", ids.zip(texts));
//! let section = report.section("Rankings");
//! section.table(Table::new("Recall", ["ranking", "recall@10"])
//!     .row("fused", [Measure::of_cases("leco", &values, seed).into()])
//!     .charted(1));
//! section.cases(Listing::of("Worst", cases.map(|case| Case::new(case.id).says("question", case.text))));
//! ```

mod chart;
mod html;
mod markdown;
mod measure;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

pub(crate) use html::page;
pub(crate) use markdown::{head, table, tables, text};
pub(crate) use measure::{Better, Measure, PerCase, Unit};

/// Version of the JSON; a reader refuses any other.
pub(crate) const FORMAT: u32 = 1;

/// Result of one suite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Version of this format.
    pub(crate) format: u32,
    pub(crate) title: String,
    /// What was measured and how it is to be read.
    pub(crate) description: String,
    /// On what: data set, sizes, seed, machine; in the order in which they are shown.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) sections: Vec<Section>,
    /// The cases that measures count, by set; a measure's values stand in their order.
    pub(crate) case_sets: BTreeMap<String, Vec<CaseName>>,
    /// What making it took and what made it; filled in by whoever ran the suite.
    pub(crate) cost: Option<Cost>,
    pub(crate) made: Option<Made>,
}

/// One thing that the numbers depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// What a suite took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    /// Largest memory of this program meanwhile; `None` where the system does not say.
    pub(crate) peak_memory_bytes: Option<u64>,
}

/// By which program, with which settings and when a report was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) at: String,
    /// Version of the program and of the files that it measures.
    pub(crate) program: String,
    /// The settings as JSON.
    pub(crate) settings: String,
    /// How many processes wanted to run before; above the number of cores, times are too long.
    pub(crate) load: Option<f64>,
}

/// A case that measures count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaseName {
    /// The same in every run.
    pub(crate) id: String,
    /// What a reader knows it by, such as the question; may be empty.
    pub(crate) text: String,
}

/// A part of the report under a heading of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) parts: Vec<Part>,
}

/// What stands in a section.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// A paragraph.
    Text(String),
    Table(Table),
    Listing(Listing),
}

/// Named rows of measures, some of whose columns are drawn as bars too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) caption: String,
    /// The first is the head of the rows' names.
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// Columns that are drawn, counted as in `head`.
    pub(crate) charted: Vec<usize>,
}

/// One row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// One for each further head.
    pub(crate) cells: Vec<Cell>,
}

/// What stands in a table.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cell {
    Measure(Measure),
    /// A size that says nothing about quality.
    Count(u64),
    Text(String),
    /// Not measured, or not applicable.
    Nothing,
}

/// Cases in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listing {
    pub(crate) heading: String,
    pub(crate) cases: Vec<Case>,
}

/// One case in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) says: Vec<Condition>,
}

impl Report {
    /// An empty report.
    pub(crate) fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            format: FORMAT,
            title: title.into(),
            description: description.into(),
            conditions: Vec::new(),
            sections: Vec::new(),
            case_sets: BTreeMap::new(),
            cost: None,
            made: None,
        }
    }

    /// Notes what the numbers depend on.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts are handed over as they are")]
    pub(crate) fn condition(&mut self, name: &str, value: impl ToString) {
        self.conditions.push(Condition {
            name: name.to_owned(),
            value: value.to_string(),
        });
    }

    /// Names the cases of a set, as (id, text), in the order of the measures' values.
    pub(crate) fn cases_of(
        &mut self,
        set: impl Into<String>,
        cases: impl IntoIterator<Item = (String, String)>,
    ) {
        let cases = cases.into_iter().map(|(id, text)| CaseName { id, text });
        self.case_sets.insert(set.into(), cases.collect());
    }

    /// Begins a section.
    pub(crate) fn section(&mut self, heading: impl Into<String>) -> &mut Section {
        self.sections.push(Section {
            heading: heading.into(),
            parts: Vec::new(),
        });
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }

    /// Reads a report that [`Self::write`] wrote.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let text = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let head: Head = serde_json::from_slice(&text)
            .with_context(|| format!("{} is no report of this program", path.display()))?;
        anyhow::ensure!(
            head.format == FORMAT,
            "{} has format {}, this program reads {FORMAT}: measure again",
            path.display(),
            head.format
        );
        serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))
    }

    /// Writes `<name>.json`, `<name>.md` and `<name>.html`.
    pub(crate) fn write(&self, directory: &Path, name: &str) -> anyhow::Result<()> {
        let json = serde_json::to_string(self)?;
        let html = page(&self.title, &[], std::slice::from_ref(self));
        for (extension, text) in [("json", json), ("md", text(self)), ("html", html)] {
            let path = directory.join(format!("{name}.{extension}"));
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }
}

impl Cost {
    /// As it stands after the conditions: `12 s, 340 MiB at most`.
    pub(crate) fn shown(&self) -> String {
        let memory = self.peak_memory_bytes.map_or(String::new(), |bytes| {
            format!(", {} MiB of memory at most", bytes >> 20)
        });
        format!("{:.0} s{memory}", self.seconds)
    }
}

impl Made {
    /// As it stands after the cost: `measured 2026-11-22 18:40 UTC, load 1.5 before`.
    pub(crate) fn shown(&self) -> String {
        let load = self.load.map_or(String::new(), |load| format!(", load {load:.1} before"));
        format!("measured {}{load}", self.at)
    }
}

impl Section {
    /// Adds a paragraph.
    pub(crate) fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Adds a table.
    pub(crate) fn table(&mut self, table: Table) -> &mut Self {
        self.parts.push(Part::Table(table));
        self
    }

    /// Adds cases in full; a list without any is left out.
    pub(crate) fn cases(&mut self, listing: Listing) -> &mut Self {
        if !listing.cases.is_empty() {
            self.parts.push(Part::Listing(listing));
        }
        self
    }
}

impl Table {
    /// An empty table; the first head names the rows.
    pub(crate) fn new<S: Into<String>>(
        caption: impl Into<String>,
        head: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            caption: caption.into(),
            head: head.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            charted: Vec::new(),
        }
    }

    /// With one more row.
    #[must_use]
    pub(crate) fn row(
        mut self,
        name: impl Into<String>,
        cells: impl IntoIterator<Item = Cell>,
    ) -> Self {
        self.push(name, cells);
        self
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, name: impl Into<String>, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(Row {
            name: name.into(),
            cells: cells.into_iter().collect(),
        });
    }

    /// With a column drawn as bars; 1 is the first after the rows' names.
    #[must_use]
    pub(crate) fn charted(mut self, column: usize) -> Self {
        self.charted.push(column);
        self
    }
}

impl Listing {
    /// With all of these cases.
    pub(crate) fn of(heading: impl Into<String>, cases: impl IntoIterator<Item = Case>) -> Self {
        Self {
            heading: heading.into(),
            cases: cases.into_iter().collect(),
        }
    }
}

impl Case {
    /// A case with nothing said about it yet.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            says: Vec::new(),
        }
    }

    /// With one more thing said; an empty one is left out.
    #[must_use]
    pub(crate) fn says(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.says.push(Condition {
                name: name.to_owned(),
                value,
            });
        }
        self
    }
}

impl From<Measure> for Cell {
    fn from(measure: Measure) -> Self {
        Self::Measure(measure)
    }
}

impl From<Option<Measure>> for Cell {
    fn from(measure: Option<Measure>) -> Self {
        measure.map_or(Self::Nothing, Self::Measure)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Cell {
    /// As it stands in a table.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Measure(measure) => measure.shown(),
            Self::Count(count) => grouped(*count),
            Self::Text(text) => text.clone(),
            Self::Nothing => String::from("–"),
        }
    }
}

/// A number with its thousands set apart: 56,929.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
