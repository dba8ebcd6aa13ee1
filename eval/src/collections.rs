//! The documents that suites search: the starter pack and the statutes of the evaluation data.

use std::path::Path;

use anyhow::{Context, ensure};
use jiff::civil::{Date, date};
use knowledge::document::{Limits, import_folder};
use knowledge::{IndexedAnswer, IndexedEdition};

/// The community node that all of them belong to.
pub(crate) const COMMUNITY: &str = "national";

/// The day on which the suites ask.
pub(crate) const TODAY: Date = date(2026, 12, 1);

/// The starter pack as it stands in the repository.
pub(crate) fn starter() -> anyhow::Result<Vec<IndexedEdition>> {
    let guides = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/starter/guides");
    editions(&guides)
}

/// The national laws, regulations and judicial interpretations of the evaluation data.
pub(crate) fn statutes(data: &Path) -> anyhow::Result<Vec<IndexedEdition>> {
    let mut all = Vec::new();
    for folder in ["national_laws", "admin_regs", "judicial_and_rules"] {
        all.extend(editions(&data.join("kb").join(folder))?);
    }
    Ok(all)
}

fn editions(folder: &Path) -> anyhow::Result<Vec<IndexedEdition>> {
    ensure!(folder.is_dir(), "{} is not a folder", folder.display());
    import_folder(folder, &Limits::default())
        .map(|(path, document)| {
            let document = document.with_context(|| format!("reading {}", path.display()))?;
            let id = edition_id(&path);
            let mut metadata = document.metadata;
            metadata.effective_on = metadata.effective_on.or(metadata.version_date);
            let answers = (0..).zip(document.answers);
            Ok(IndexedEdition {
                edition_id: id.clone(),
                document_id: id.clone(),
                community_id: COMMUNITY.to_owned(),
                metadata,
                passages: document.passages,
                answers: answers
                    .map(|(number, answer): (u32, _)| IndexedAnswer {
                        answer_id: format!("{id}-{number}"),
                        questions: answer.questions,
                        answer: answer.answer,
                        passage_ordinal: Some(answer.passage),
                        spoken: answer.spoken,
                        sources: answer.sources,
                    })
                    .collect(),
            })
        })
        .collect()
}

fn edition_id(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
