//! What can be set, its default, and where each value in force came from.
//!
//! Strength rises from the built-in default over `xiangyin.toml` and the environment
//! (`XIANGYIN_HTTP_LISTEN` for `http.listen`) to the flag `--set http.listen=…`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::alerts;

mod phone;
mod settings;

pub use phone::{Phone, PhoneAccount, PhonePeer, PhoneSms, PhoneTls, Transfer};
pub use settings::{Settings, Source};

/// Everything that can be set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the database, the index and the originals.
    pub data_dir: PathBuf,
    /// The server.
    pub http: Http,
    /// The database.
    pub database: Database,
    /// The local models.
    pub models: Models,
    /// Where documents come from.
    pub knowledge: Knowledge,
    /// How residents are answered.
    pub conversation: Conversation,
    /// What a person must finish.
    pub work_orders: WorkOrders,
    /// Where staff are told outside the desk.
    pub alerts: Alerts,
    /// The telephone.
    pub phone: Phone,
    /// What is written about the running program.
    pub log: Log,
}

/// The server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port to listen on.
    pub listen: String,
    /// Messages a minute that one address may send before it is asked to wait.
    pub messages_per_minute: u32,
    /// Set when a reverse proxy stands in front and writes `X-Forwarded-For`.
    pub behind_proxy: bool,
}

/// The database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`; empty means `xiangyin.db` in the data folder.
    pub url: String,
}

/// The local models.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Folder of the model files.
    pub dir: PathBuf,
    /// Folder to look into before any download; empty for none.
    pub folder: String,
    /// Base address used in place of Hugging Face; empty for none.
    pub mirror: String,
    /// Catalogue name of the model that writes; `none`: answers are verified or quoted.
    pub writing: String,
    /// Catalogue name of the embedding model.
    pub embedding: String,
    /// Catalogue name of the model that hears speech; `none`: nobody is heard.
    pub hearing: String,
    /// Catalogue name of the voice that reads replies aloud; where its files are missing espeak-ng
    /// does; `none`: nothing is read aloud.
    pub speaking: String,
    /// Whether replies that are likely to be asked for are made into sound while nobody is there.
    pub practice: bool,
    /// Threads for the models; 0 means one a physical core.
    pub threads: usize,
    /// Requests that may wait for the writer before a new one is quoted to instead.
    pub queue: usize,
    /// Servers that run models in place of this machine.
    pub servers: ModelServers,
    /// Further models, in the form of the built-in catalogue.
    #[serde(default)]
    pub catalog: Vec<models::catalog::CatalogEntry>,
}

/// Servers that speak `OpenAI`'s protocol; where an address is set, no model is loaded here for it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelServers {
    /// Writes answers: `POST /chat/completions`.
    pub writing: ModelServer,
    /// Hears speech: `POST /audio/transcriptions`.
    pub hearing: ModelServer,
    /// Reads replies aloud: `POST /audio/speech`.
    pub speaking: ModelServer,
    /// Names of the voices that the latter has, the default first.
    #[serde(default)]
    pub voices: Vec<String>,
}

/// A server and a model on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelServer {
    /// Up to and with the version, such as `http://inference:8000/v1`; empty for none.
    pub address: String,
    /// Name of the model, as the server knows it.
    pub model: String,
    /// Sent as a bearer token; empty for none.
    pub key: alerts::Secret,
    /// Seconds that one answer may take.
    pub seconds: u32,
}

impl Default for ModelServer {
    /// None.
    fn default() -> Self {
        Self { address: String::new(), model: String::new(), key: alerts::Secret::default(), seconds: 60 }
    }
}

impl ModelServer {
    /// The server, where one is set.
    pub(crate) fn in_use(&self) -> Option<&Self> {
        (!self.address.is_empty()).then_some(self)
    }
}

/// Where documents come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// Whether editors may have a page of the internet read by its address.
    pub fetch_addresses: bool,
    /// Whether such an address may lie in the own network or on this machine.
    pub fetch_private: bool,
}

/// How residents are answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// Community that a conversation belongs to when none is named.
    pub community: String,
    /// Seconds a resident may wait for the first written words before passages are quoted instead.
    pub first_words_seconds: f64,
    /// Most tokens one answer may have.
    pub answer_tokens: usize,
}

/// What a person must finish.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkOrders {
    /// File of the kinds, their questions and their limits; empty for the built-in ones.
    pub kinds: String,
    /// Minutes after which an urgent order that nobody has signed for alerts again.
    pub urgent_every_minutes: u32,
    /// Seconds that a resident waits for a person before being told that nobody is free.
    pub person_wait_seconds: u32,
    /// Seconds that a person who has taken over a conversation may leave the resident without a word
    /// before the assistant takes it back.
    pub holder_wait_seconds: u32,
    /// Weights of the three shares in the total.
    pub weights: Weights,
}

/// Weights of 响应率, 解决率 and 满意率 in the total (10, 50 and 40 % in Beijing's assessment).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Of the share of residents who were responded to.
    pub response: f64,
    /// Of the share of matters solved.
    pub solution: f64,
    /// Of the share of residents satisfied.
    pub satisfaction: f64,
}

/// Where staff are told outside the desk.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// Address under which staff reach the desk, for links; empty for that of the server.
    pub base_url: String,
    /// Whether receivers may stand in the own network or on this machine.
    pub allow_private: bool,
    /// The server that takes our mail; an empty `host` for none.
    pub mail: alerts::Mail,
}

/// What is written about the running program.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Filter such as `info` or `assistant=debug`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

impl Config {
    fn defaults() -> Self {
        let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
        Self {
            data_dir: home.join(".local/share/xiangyin"),
            http: Http {
                listen: "127.0.0.1:8311".to_owned(),
                messages_per_minute: 30,
                behind_proxy: false,
            },
            database: Database { url: String::new() },
            models: Models {
                dir: home.join(".cache/xiangyin/models"),
                folder: String::new(),
                mirror: String::new(),
                writing: "qwen2.5-coder-1.5b-instruct-q4_k_m".to_owned(),
                embedding: "multilingual-e5-small-q4".to_owned(),
                hearing: "whisper-base".to_owned(),
                speaking: "kokoro-82m-v1.0-mandarin".to_owned(),
                practice: true,
                threads: 0,
                queue: 8,
                servers: ModelServers::default(),
                catalog: Vec::new(),
            },
            knowledge: Knowledge {
                fetch_addresses: false,
                fetch_private: false,
            },
            conversation: Conversation {
                community: "demo".to_owned(),
                first_words_seconds: 5.0,
                answer_tokens: 220,
            },
            work_orders: WorkOrders {
                kinds: String::new(),
                urgent_every_minutes: 5,
                person_wait_seconds: 120,
                holder_wait_seconds: 300,
                weights: Weights {
                    response: 0.1,
                    solution: 0.5,
                    satisfaction: 0.4,
                },
            },
            alerts: Alerts {
                base_url: String::new(),
                allow_private: false,
                mail: alerts::Mail {
                    host: String::new(),
                    port: 465,
                    security: alerts::Security::Tls,
                    user: String::new(),
                    password: alerts::Secret::default(),
                    from: String::new(),
                    certificate: PathBuf::new(),
                },
            },
            phone: Phone::default(),
            log: Log {
                filter: "info,tantivy=warn".to_owned(),
                json: false,
            },
        }
    }

    /// Whether a model writes answers.
    pub fn has_writer(&self) -> bool {
        self.models.writing != "none"
    }

    /// Catalogue names of the models that are used on this machine.
    pub fn models_in_use(&self) -> Vec<String> {
        let Models { writing, hearing, speaking, embedding, servers, .. } = &self.models;
        let local = [(writing, &servers.writing), (hearing, &servers.hearing), (speaking, &servers.speaking)]
            .into_iter()
            .filter(|(name, server)| *name != "none" && server.in_use().is_none())
            .map(|(name, _)| name);
        local.chain([embedding]).cloned().collect()
    }

    /// Whether replies are read aloud.
    pub fn speaks(&self) -> bool {
        self.models.speaking != "none"
    }

    /// Whether a model hears speech.
    pub fn hears(&self) -> bool {
        self.models.hearing != "none"
    }

    /// Address of the database in force.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite:{}", self.data_dir.join("xiangyin.db").display())
        } else {
            self.database.url.clone()
        }
    }

    /// Address under which staff reach the desk.
    pub fn desk_url(&self) -> String {
        if self.alerts.base_url.is_empty() {
            self.base_url()
        } else {
            self.alerts.base_url.clone()
        }
    }

    /// The mail server, where there is one.
    pub fn mail(&self) -> Option<&alerts::Mail> {
        (!self.alerts.mail.host.is_empty()).then_some(&self.alerts.mail)
    }

    /// The kinds of work orders of this site.
    pub fn kinds(&self) -> Result<crate::work_orders::Kinds> {
        if self.work_orders.kinds.is_empty() {
            Ok(crate::work_orders::Kinds::builtin())
        } else {
            crate::work_orders::Kinds::load(Path::new(&self.work_orders.kinds))
        }
    }

    /// Address under which a browser on this machine reaches the server.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.http.listen)
    }
}
