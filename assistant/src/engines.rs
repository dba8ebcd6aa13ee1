//! The models that the configuration names, on this machine or on servers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use knowledge::{Embed, TextKind};
use models::catalog::{Catalog, CatalogEntry};
use models::embed::Kind;
use models::pull::{Puller, SourcePreferences};
use models::speak::{RemoteVoice, Voice, local_voice};
use models::{
    Embedder, Generate, GeneratorOptions, LocalGenerator, LocalRecognizer, Message, Recognize, RecognizerOptions,
    RemoteGenerator, RemoteRecognizer, ServerOptions, StockGenerator, StockOptions, Turns,
};

use crate::config::{Config, ModelServer};
use crate::conversation::INSTRUCTIONS;
use crate::voice::Speaking;

/// Requests to one server at once.
const AT_ONCE: usize = 16;

/// Loads models. Those that it loads share the processor by turns.
///
/// Loading takes seconds: call it off the asynchronous threads.
#[derive(Clone, Debug)]
pub struct Engines {
    config: Config,
    turns: Turns,
}

impl Engines {
    /// Nothing is loaded yet.
    pub fn new(config: Config) -> Self {
        Self { config, turns: Turns::default() }
    }

    /// The model that finds passages by meaning.
    pub fn embedding(&self) -> Result<LocalEmbedding> {
        let LocalEmbedding(embedder) = LocalEmbedding::load(&self.file(&self.config.models.embedding)?)?;
        Ok(LocalEmbedding(embedder.with_turns(self.turns.clone())))
    }

    /// What hears speech; an error where the configuration has none.
    pub fn recognizer(&self) -> Result<Arc<dyn Recognize>> {
        ensure!(self.config.hears(), "没有设语音识别模型（models.hearing = none）。");
        if let Some(server) = self.config.models.servers.hearing.in_use() {
            return Ok(Arc::new(RemoteRecognizer::new(options(server))));
        }
        let file = self.file(&self.config.models.hearing)?;
        let options = RecognizerOptions {
            threads: self.threads(),
            turns: self.turns.clone(),
            ..RecognizerOptions::default()
        };
        Ok(Arc::new(LocalRecognizer::load(&file, options)?))
    }

    /// What says replies aloud; an error where the configuration has none.
    pub fn speaking(&self) -> Result<Speaking> {
        ensure!(self.config.speaks(), "没有设朗读的声音（models.speaking = none）。");
        let (voice, turns): (Box<dyn Voice>, Turns) = match self.config.models.servers.speaking.in_use() {
            Some(server) => {
                let names = self.config.models.servers.voices.clone();
                // Waiting for a server takes nothing from this machine.
                (Box::new(RemoteVoice::new(options(server), names)), Turns::unbounded())
            }
            None => {
                let catalog = self.catalog();
                let entry = entry(&catalog, &self.config.models.speaking)?;
                (local_voice(&self.config.models.dir, entry, self.threads())?, self.turns.clone())
            }
        };
        Ok(Speaking::start(voice, &self.config.data_dir.join("speech"), turns)?)
    }

    /// What writes answers: on a server, on a graphics card, or on the processor.
    pub fn writer(&self) -> Result<Arc<dyn Generate>> {
        if let Some(server) = self.config.models.servers.writing.in_use() {
            return Ok(Arc::new(RemoteGenerator::new(options(server))));
        }
        let file = self.file(&self.config.models.writing)?;
        let queue = self.config.models.queue;
        if let Some(card) = StockOptions::of_graphics_card() {
            return Ok(Arc::new(StockGenerator::load(&file, StockOptions { queue, ..card })?));
        }
        let options = GeneratorOptions {
            queue,
            warm_up: vec![Message::system(INSTRUCTIONS)],
            turns: self.turns.clone(),
            ..GeneratorOptions::default()
        };
        Ok(Arc::new(LocalGenerator::load(&file, options)?))
    }

    /// Loads the writer into its place.
    pub fn load_writer(&self, writer: &OnceLock<Arc<dyn Generate>>) -> Result<()> {
        // A second load would only be thrown away.
        let _ = writer.set(self.writer()?);
        Ok(())
    }

    fn catalog(&self) -> Catalog {
        Catalog::with(self.config.models.catalog.clone())
    }

    fn file(&self, id: &str) -> Result<PathBuf> {
        let catalog = self.catalog();
        let entry = entry(&catalog, id)?;
        Ok(Puller::new(&self.config.models.dir, SourcePreferences::default()).path(entry))
    }

    /// Threads for a model that hears or speaks.
    fn threads(&self) -> usize {
        match self.config.models.threads {
            0 => RecognizerOptions::default().threads,
            threads => threads,
        }
    }
}

fn entry<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a CatalogEntry> {
    catalog.get(id).with_context(|| format!("目录里没有模型 {id:?}；用 xiangyin models list 看有哪些"))
}

fn options(server: &ModelServer) -> ServerOptions {
    ServerOptions {
        base: server.address.clone(),
        model: server.model.clone(),
        key: (!server.key.is_empty()).then(|| server.key.expose().to_owned()),
        timeout: Duration::from_secs(u64::from(server.seconds.max(1))),
        most_at_once: AT_ONCE,
    }
}

/// The local embedding model as the knowledge crate wants it.
pub struct LocalEmbedding(Embedder);

impl LocalEmbedding {
    /// Loads the model's file.
    pub fn load(path: &Path) -> Result<Self> {
        let embedder = Embedder::load(path)
            .with_context(|| format!("loading {}; `xiangyin models pull` gets it", path.display()))?;
        Ok(Self(embedder))
    }
}

impl Embed for LocalEmbedding {
    fn model(&self) -> &str {
        self.0.model_id()
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    fn embed(
        &self,
        texts: &[&str],
        kind: TextKind,
    ) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>> {
        let kind = match kind {
            TextKind::Query => Kind::Query,
            TextKind::Passage => Kind::Passage,
        };
        Ok(self.0.embed(texts, kind)?)
    }
}
