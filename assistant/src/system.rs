//! The parts of a running Xiangyin, put together from the configuration.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, ensure};
use dialects::Variety;
use dialects::script::to_simplified;
use knowledge::{Embed, Library, TextKind};
use models::catalog::{Catalog, CatalogEntry};
use models::embed::Kind;
use models::pull::{Puller, SourcePreferences};
use models::speak::local_voice;
use models::{Embedder, GeneratorOptions, LocalGenerator, LocalRecognizer, Message, Recognize, RecognizerOptions};

use crate::config::Config;
use crate::conversation::{Assistant, INSTRUCTIONS, Understanding, Writer};
use crate::knowledge_base::KnowledgeBase;
use crate::store::{Community, Store, new_id};
use crate::voice::{Hearing, Speaking};
use crate::work_orders::WorkOrders;

/// The store, the index and the embedding model, open and in step.
pub struct System {
    /// The configuration in force.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The documents and their index.
    pub knowledge_base: KnowledgeBase,
    /// What a person must finish.
    pub work_orders: WorkOrders,
    /// Tells this data folder apart from others.
    pub instance: String,
}

impl System {
    /// Opens everything that answers need except the writer.
    pub async fn open(config: Config) -> Result<Self> {
        std::fs::create_dir_all(&config.data_dir).with_context(|| {
            format!("cannot create the data folder {}", config.data_dir.display())
        })?;
        let instance = instance(&config.data_dir)?;
        let store = Store::open(&config.database_url()).await?;
        store.seed_communities().await?;
        let embedding = model_file(&config, &config.models.embedding)?;
        let index = config.data_dir.join("index");
        let library = tokio::task::spawn_blocking(move || -> Result<Library> {
            let embedder = LocalEmbedding::load(&embedding)?;
            Ok(Library::open(&index, Arc::new(embedder))?)
        })
        .await??;
        let knowledge_base = KnowledgeBase::new(store.clone(), Arc::new(library));
        let work_orders = WorkOrders::new(store.clone(), config.kinds()?);
        Ok(Self {
            config,
            store,
            knowledge_base,
            work_orders,
            instance,
        })
    }

    /// An utterance in standard Mandarin, as the assistant would read it.
    pub async fn understand(
        &self,
        said: &str,
        variety: Option<Variety>,
        lineage: &[Community],
    ) -> Result<String> {
        let library = Arc::clone(self.knowledge_base.library());
        let understanding = Understanding::load(library, self.store.clone()).await?;
        let speaker = understanding.speaker(variety.map(Variety::id), lineage).await?;
        let said = to_simplified(said.trim()).into_text();
        Ok(understanding.read(&said, &speaker, true).await?.text)
    }

    /// What hears speech by itself, without an assistant; loading takes a second.
    pub async fn hearing(&self) -> Result<Hearing> {
        let config = self.config.clone();
        let recognizer = tokio::task::spawn_blocking(move || Self::load_recognizer(&config)).await??;
        let library = Arc::clone(self.knowledge_base.library());
        let understanding = Understanding::load(library, self.store.clone()).await?;
        Ok(Hearing::new(recognizer, understanding))
    }

    /// Loads the recogniser, which takes a second; an error where the configuration has none. Call
    /// it off the asynchronous threads.
    pub fn load_recognizer(config: &Config) -> Result<Arc<dyn Recognize>> {
        ensure!(config.hears(), "没有设语音识别模型（models.hearing = none）。");
        let file = model_file(config, &config.models.hearing)?;
        let options = RecognizerOptions { threads: threads(config), ..RecognizerOptions::default() };
        Ok(Arc::new(LocalRecognizer::load(&file, options)?))
    }

    /// Loads the voice, which takes a second; an error where the configuration has none. Call it off
    /// the asynchronous threads.
    pub fn load_voice(config: &Config) -> Result<Speaking> {
        ensure!(config.speaks(), "没有设朗读的声音（models.speaking = none）。");
        let catalog = Catalog::with(config.models.catalog.clone());
        let entry = catalog_entry(&catalog, &config.models.speaking)?;
        let voice = local_voice(&config.models.dir, entry, threads(config))?;
        Ok(Speaking::start(voice, &config.data_dir.join("speech"))?)
    }

    /// The assistant over these parts; `writer` may be filled later.
    pub async fn assistant(&self, writer: Writer) -> Result<Assistant> {
        Assistant::new(
            self.store.clone(),
            Arc::clone(self.knowledge_base.library()),
            writer,
            self.config.conversation.clone(),
            self.work_orders.clone(),
            &self.config.work_orders,
        )
        .await
    }

    /// Loads the writer, which takes seconds; call it off the asynchronous threads.
    pub fn load_writer(config: &Config, writer: &OnceLock<Arc<dyn models::Generate>>) -> Result<()> {
        let file = model_file(config, &config.models.writing)?;
        let generator = LocalGenerator::load(
            &file,
            GeneratorOptions {
                queue: config.models.queue,
                warm_up: vec![Message::system(INSTRUCTIONS)],
                ..GeneratorOptions::default()
            },
        )?;
        // A second load would only be thrown away.
        let _ = writer.set(Arc::new(generator));
        Ok(())
    }
}

fn model_file(config: &Config, id: &str) -> Result<PathBuf> {
    let catalog = Catalog::with(config.models.catalog.clone());
    let entry = catalog_entry(&catalog, id)?;
    Ok(Puller::new(&config.models.dir, SourcePreferences::default()).path(entry))
}

fn catalog_entry<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a CatalogEntry> {
    catalog.get(id).with_context(|| format!("目录里没有模型 {id:?}；用 xiangyin models list 看有哪些"))
}

/// Threads for a model that hears or speaks.
fn threads(config: &Config) -> usize {
    match config.models.threads {
        0 => RecognizerOptions::default().threads,
        threads => threads,
    }
}

fn instance(data_dir: &Path) -> Result<String> {
    use std::io::{ErrorKind, Read, Write};
    let path = data_dir.join("instance");
    match File::create_new(&path) {
        Ok(mut file) => {
            let id = new_id();
            file.write_all(id.as_bytes())?;
            Ok(id)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut id = String::new();
            File::open(&path)?.read_to_string(&mut id)?;
            Ok(id)
        }
        Err(error) => Err(error).with_context(|| format!("cannot write {}", path.display())),
    }
}

/// The local embedding model as the knowledge crate wants it.
pub struct LocalEmbedding(Embedder);

impl LocalEmbedding {
    /// Loads the model's file.
    pub fn load(path: &Path) -> Result<Self> {
        let embedder = Embedder::load(path).with_context(|| {
            format!("loading {}; `xiangyin models pull` gets it", path.display())
        })?;
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
