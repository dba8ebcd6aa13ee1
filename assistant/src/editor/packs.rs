//! A set of documents, verified answers and checks in one file, handed from a street to its
//! communities; what was edited there since stays.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use knowledge::document::content_digest;
use knowledge::pack::{self, Original as PackedOriginal, Pack, PackedDocument, PackedSource, Update};
use knowledge::SourceRef;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::Editor;
use super::drafts::EditorError;
use crate::store::{
    Actor, Community, DocumentFilter, DocumentKind, DraftChange, DraftContent, Expectation, InForce, NewCheck,
    NewDraft, Original, PackDocument, Publication, Shown,
};

/// Documents of a page while a pack is put together.
const PAGE: u32 = 500;

/// What taking in a pack came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct PackSummary {
    name: String,
    version: String,
    added: usize,
    updated: usize,
    unchanged: usize,
    kept: Vec<Kept>,
    checks: usize,
}

/// A document that was edited here; the pack's text waits as a draft.
#[derive(Debug, Serialize)]
struct Kept {
    document_id: String,
    title: String,
    draft: Option<String>,
}

impl Editor {
    /// Puts the documents in force at a node and below, or those of these ids, into a pack.
    pub(crate) async fn export_pack(
        &self,
        community: &Community,
        wanted: Option<&[String]>,
        name: &str,
        version: &str,
    ) -> Result<Vec<u8>> {
        let store = self.assistant.store();
        let today = self.assistant.today();
        let mut pack = Pack::new(name, version, Timestamp::now());
        let mut places: HashMap<SourceRef, PackedSource> = HashMap::new();
        let mut sources: Vec<Vec<Vec<SourceRef>>> = Vec::new();
        let mut filter = DocumentFilter {
            scopes: vec![community.path.clone()],
            shown: Shown::InForce,
            text: String::new(),
            kind: None,
            category: String::new(),
            today,
            soon: self.soon(),
            offset: 0,
            limit: PAGE,
        };
        loop {
            let (lines, _) = store.documents(&filter).await?;
            if lines.is_empty() {
                break;
            }
            filter.offset += lines.len() as u32;
            for line in lines {
                if wanted.is_some_and(|ids| !ids.contains(&line.id)) {
                    continue;
                }
                let editions = store.editions(&line.id, today).await?;
                let Some(edition) = editions.into_iter().find(|edition| edition.in_force == InForce::Now) else {
                    continue;
                };
                let (document, _, original) = self.text_of(&edition.id).await?;
                let number = pack.documents.len() as u32;
                for passage in &document.passages {
                    let place = SourceRef { edition_id: edition.id.clone(), ordinal: passage.ordinal };
                    places.insert(place, PackedSource { document: number, ordinal: passage.ordinal });
                }
                sources.push(document.answers.iter().map(|answer| answer.sources.clone()).collect());
                let mut packed = PackedDocument::new(line.kind.name(), document);
                packed.scope = self.below(community, &line.community.id).await?;
                if let Some(original) = original {
                    let bytes = self.originals.read(&original.sha256).await?;
                    pack.originals.insert(original.sha256.clone(), PackedOriginal { name: original.name, bytes });
                    packed.original = Some(original.sha256);
                }
                pack.documents.push(packed);
            }
        }
        // What an answer rests on travels as a place in the pack, where it is in the pack at all.
        for (packed, answers) in pack.documents.iter_mut().zip(sources) {
            if answers.iter().any(|sources| !sources.is_empty()) {
                packed.sources = answers
                    .into_iter()
                    .map(|sources| sources.iter().filter_map(|source| places.get(source).copied()).collect())
                    .collect();
            }
        }
        for check in store.checks(&community.path).await? {
            let expect = Expectation { document_id: None, ..check.expect };
            pack.checks.push(serde_json::json!({
                "question": check.question,
                "variety": check.variety,
                "spoken": check.spoken,
                "expect": expect,
            }));
        }
        let bytes = spawn_blocking(move || pack.write()).await.context("the packing was cut off")??;
        Ok(bytes)
    }

    /// Names of the nodes from below `community` to the node with this id.
    async fn below(&self, community: &Community, id: &str) -> Result<Vec<String>> {
        let lineage = self.assistant.store().lineage(id).await?;
        let mut names: Vec<String> = lineage
            .into_iter()
            .take_while(|node| node.id != community.id)
            .map(|node| node.name)
            .collect();
        names.reverse();
        Ok(names)
    }

    /// Takes in a pack at a node. What is new is published; what was edited here since the pack came
    /// last stays, and the pack's text waits as a draft.
    pub(crate) async fn import_pack(
        &self,
        community: &Community,
        bytes: Vec<u8>,
        actor: &Actor,
    ) -> Result<PackSummary, EditorError> {
        let pack = spawn_blocking(move || Pack::read(&bytes)).await.context("the reading was cut off")?;
        let pack = pack.map_err(|told| EditorError::Bad("pack", told.to_string()))?;
        let store = self.assistant.store();
        let known: HashMap<String, PackDocument> = store
            .pack_documents(&community.id, &pack.name)
            .await?
            .into_iter()
            .map(|document| (document.entry.clone(), document))
            .collect();
        let mut summary =
            PackSummary { name: pack.name.clone(), version: pack.version.clone(), ..PackSummary::default() };
        // Papers first: what an answer rests on must stand before the answer.
        let mut order: Vec<usize> = (0..pack.documents.len()).collect();
        order.sort_by_key(|place| pack.documents[*place].kind == DocumentKind::Answer.name());
        let mut editions: HashMap<u32, String> = HashMap::new();
        for place in order {
            let packed = &pack.documents[place];
            let entry = serde_json::to_string(&packed.key()).map_err(anyhow::Error::from)?;
            let node = self.node_of(community, &packed.scope).await?;
            let title = &packed.document.metadata.title;
            let last = known.get(&entry);
            let there = match last {
                Some(last) => Some(last.document_id.clone()),
                None => store.document_titled(&node, title).await?,
            };
            let here = match &there {
                Some(id) => self.digest_here(id).await?,
                None => None,
            };
            let brought = packed.digest();
            let update = pack::update(&brought, last.map(|last| last.digest.as_str()), here.as_ref().map(|(digest, _)| digest.as_str()));
            let mut document = packed.document.clone();
            for (answer, sources) in document.answers.iter_mut().zip(&packed.sources) {
                answer.sources = sources
                    .iter()
                    .filter_map(|source| {
                        let edition_id = editions.get(&source.document)?.clone();
                        Some(SourceRef { edition_id, ordinal: source.ordinal })
                    })
                    .collect();
            }
            document.source_sha256 = content_digest(&document);
            if update == Update::Unchanged {
                summary.unchanged += 1;
                if let Some((_, edition)) = here {
                    editions.insert(place as u32, edition);
                }
                continue;
            }
            let original = match packed.original.as_ref().and_then(|sha256| pack.originals.get(sha256)) {
                Some(file) => Some(Original {
                    sha256: self.originals.keep(file.bytes.clone()).await?,
                    name: file.name.clone(),
                    media_type: media_type(&file.name).to_owned(),
                    bytes: file.bytes.len() as u64,
                }),
                None => None,
            };
            let new = NewDraft {
                document_id: there.clone(),
                community_id: node,
                kind: if packed.kind == DocumentKind::Answer.name() { DocumentKind::Answer } else { DocumentKind::Document },
                content: DraftContent { document, edited: BTreeSet::new() },
                source_name: format!("知识包《{}》{}", pack.name, pack.version),
                original,
                based_on: here.as_ref().map(|(_, edition)| edition.clone()),
                gap_id: None,
            };
            let draft = store.begin_draft(&new, actor).await?;
            let fresh = draft.content == new.content;
            if update == Update::KeepLocal || !fresh {
                let kept = fresh.then_some(draft.id);
                summary.kept.push(Kept {
                    document_id: there.unwrap_or_default(),
                    title: title.clone(),
                    draft: kept,
                });
                continue;
            }
            let note = format!("知识包《{}》{}", pack.name, pack.version);
            match self.publish(&draft, Some(&note), actor).await? {
                Publication::Published { document_id, edition_id } => {
                    let kept = PackDocument { entry, document_id, digest: brought };
                    store.keep_pack_document(&community.id, &pack.name, &kept).await?;
                    editions.insert(place as u32, edition_id);
                    if update == Update::Add { summary.added += 1 } else { summary.updated += 1 }
                }
                _ => {
                    if let DraftChange::Changed(_) | DraftChange::Stale(_) =
                        store.discard_draft(&draft.id, draft.version, actor).await?
                    {
                        tracing::warn!(draft = draft.id, "a draft of a pack is left");
                    }
                    summary.kept.push(Kept { document_id: String::new(), title: title.clone(), draft: None });
                }
            }
        }
        summary.checks = self.import_checks(community, &pack, actor).await?;
        Ok(summary)
    }

    /// Adds the pack's checks that are not here yet.
    async fn import_checks(&self, community: &Community, pack: &Pack, actor: &Actor) -> Result<usize> {
        #[derive(serde::Deserialize)]
        struct Packed {
            question: String,
            #[serde(default)]
            variety: Option<String>,
            #[serde(default)]
            spoken: bool,
            expect: Expectation,
        }
        let store = self.assistant.store();
        let here = store.checks(&community.path).await?;
        let mut added = 0;
        for check in &pack.checks {
            // What another version wrote and this one does not know is passed over.
            let Ok(check) = serde_json::from_value::<Packed>(check.clone()) else { continue };
            if here.iter().any(|one| one.question == check.question && one.expect == check.expect) {
                continue;
            }
            let new = NewCheck {
                community_id: community.id.clone(),
                question: check.question,
                variety: check.variety,
                spoken: check.spoken,
                expect: check.expect,
            };
            store.add_check(&new, actor).await?;
            added += 1;
        }
        Ok(added)
    }

    /// Digest and id of the edition of a document that holds today, or held last.
    async fn digest_here(&self, document_id: &str) -> Result<Option<(String, String)>> {
        let editions = self.assistant.store().editions(document_id, self.assistant.today()).await?;
        let now = editions.iter().find(|edition| edition.in_force == InForce::Now).or(editions.first());
        match now {
            Some(edition) if edition.in_force != InForce::Withdrawn => {
                let (document, _, _) = self.text_of(&edition.id).await?;
                Ok(Some((pack::digest(&document), edition.id.clone())))
            }
            _ => Ok(None),
        }
    }

    /// The node below `community` that these names lead to; the nearest there is.
    async fn node_of(&self, community: &Community, names: &[String]) -> Result<String> {
        let nodes = self.assistant.store().communities().await?;
        let mut at = community.id.clone();
        for name in names {
            match nodes.iter().find(|node| node.parent_id.as_deref() == Some(&at) && node.name == *name) {
                Some(node) => at.clone_from(&node.id),
                None => break,
            }
        }
        Ok(at)
    }
}

/// Media type of a file by its name, for whoever opens it again.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().map(str::to_lowercase).as_deref() {
        Some("pdf") => "application/pdf",
        Some("txt" | "md") => "text/plain",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}
