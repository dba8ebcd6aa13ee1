//! The parts of a running Xiangyin, put together from the configuration.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use dialects::Variety;
use dialects::script::to_simplified;
use knowledge::Library;

use crate::config::Config;
use crate::conversation::{Assistant, Understanding, Writer};
use crate::engines::Engines;
use crate::knowledge_base::KnowledgeBase;
use crate::store::{Community, Store, new_id};
use crate::voice::Hearing;
use crate::work_orders::WorkOrders;

/// The store, the index and the embedding model, open and in step.
pub struct System {
    /// The configuration in force.
    pub config: Config,
    /// The models, as far as they are loaded.
    pub engines: Engines,
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
        let engines = Engines::new(config.clone());
        let loading = engines.clone();
        let index = config.data_dir.join("index");
        let library = tokio::task::spawn_blocking(move || -> Result<Library> {
            Ok(Library::open(&index, Arc::new(loading.embedding()?))?)
        })
        .await??;
        let knowledge_base = KnowledgeBase::new(store.clone(), Arc::new(library));
        let work_orders = WorkOrders::new(store.clone(), config.kinds()?);
        Ok(Self {
            config,
            engines,
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
        let engines = self.engines.clone();
        let recognizer = tokio::task::spawn_blocking(move || engines.recognizer()).await??;
        let library = Arc::clone(self.knowledge_base.library());
        let understanding = Understanding::load(library, self.store.clone()).await?;
        Ok(Hearing::new(recognizer, understanding))
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
