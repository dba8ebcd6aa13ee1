//! What can be set, its default, and where each value in force came from.
//!
//! Strength rises from the built-in default over `xiangyin.toml` and the environment
//! (`XIANGYIN_HTTP_LISTEN` for `http.listen`) to the flag `--set http.listen=…`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::alerts;

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
    /// Threads for the models; 0 means one a physical core.
    pub threads: usize,
    /// Requests that may wait for the writer before a new one is quoted to instead.
    pub queue: usize,
    /// Further models, in the form of the built-in catalogue.
    #[serde(default)]
    pub catalog: Vec<models::catalog::CatalogEntry>,
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
                threads: 0,
                queue: 8,
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

    /// Catalogue names of the models that are used.
    pub fn models_in_use(&self) -> Vec<String> {
        let writing = self.has_writer().then(|| self.models.writing.clone());
        let hearing = self.hears().then(|| self.models.hearing.clone());
        let speaking = self.speaks().then(|| self.models.speaking.clone());
        let others = hearing.into_iter().chain(speaking);
        writing.into_iter().chain([self.models.embedding.clone()]).chain(others).collect()
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

/// Where a value in force came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Built in.
    Default,
    /// The named file.
    File(PathBuf),
    /// The named environment variable.
    Environment(String),
    /// A flag of this call.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(formatter, "default"),
            Self::File(path) => write!(formatter, "file {}", path.display()),
            Self::Environment(name) => write!(formatter, "environment {name}"),
            Self::Flag => write!(formatter, "flag"),
        }
    }
}

/// The configuration in force with the source of each value.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The values.
    pub config: Config,
    /// Source of every key, such as `http.listen`.
    pub sources: BTreeMap<String, Source>,
    table: Table,
}

impl Settings {
    /// Reads the layers. `file` is named by the caller or `xiangyin.toml` where that exists.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(String, String)],
    ) -> Result<Self> {
        let mut table = Table::try_from(Config::defaults())?;
        let mut sources: BTreeMap<String, Source> = leaves(&table)
            .into_iter()
            .map(|(key, _)| (key, Source::Default))
            .collect();

        let default_file = Path::new("xiangyin.toml");
        let file = file.or_else(|| default_file.exists().then_some(default_file));
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the configuration {}", path.display()))?;
            let layer: Table = text
                .parse()
                .with_context(|| format!("{} is not valid TOML", path.display()))?;
            for (key, value) in leaves(&layer) {
                put(&mut table, &sources, &key, value)
                    .with_context(|| format!("in {}", path.display()))?;
                sources.insert(key, Source::File(path.to_owned()));
            }
        }

        let by_variable: BTreeMap<String, String> = sources
            .keys()
            .map(|key| (variable(key), key.clone()))
            .collect();
        // `XIANGYIN_TEST_…` speaks to the tests, whose environment the program inherits.
        let ours = |name: &str| name.starts_with("XIANGYIN_") && !name.starts_with("XIANGYIN_TEST_");
        for (name, text) in environment.filter(|(name, _)| ours(name)) {
            let Some(key) = by_variable.get(&name) else {
                bail!(
                    "the environment sets {name}, which is no setting; `xiangyin config` lists them"
                );
            };
            let value = like(&table, key, &text).with_context(|| format!("in {name}"))?;
            put(&mut table, &sources, key, value)?;
            sources.insert(key.clone(), Source::Environment(name));
        }

        for (key, text) in flags {
            let value = like(&table, key, text).with_context(|| format!("in --set {key}"))?;
            put(&mut table, &sources, key, value)?;
            sources.insert(key.clone(), Source::Flag);
        }

        let config = table
            .clone()
            .try_into()
            .context("the configuration does not fit")?;
        Ok(Self {
            config,
            sources,
            table,
        })
    }

    /// Every key with its value as TOML and its source, in order of the keys.
    pub fn rows(&self) -> Vec<(String, Value, Source)> {
        leaves(&self.table)
            .into_iter()
            .map(|(key, value)| {
                let source = self.sources.get(&key).cloned().unwrap_or(Source::Default);
                (key, value, source)
            })
            .collect()
    }
}

fn variable(key: &str) -> String {
    format!("XIANGYIN_{}", key.replace('.', "_").to_uppercase())
}

fn leaves(table: &Table) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => found.extend(
                leaves(inner)
                    .into_iter()
                    .map(|(key, value)| (format!("{name}.{key}"), value)),
            ),
            other => found.push((name.clone(), other.clone())),
        }
    }
    found
}

fn put(
    table: &mut Table,
    known: &BTreeMap<String, Source>,
    key: &str,
    value: Value,
) -> Result<()> {
    if !known.contains_key(key) {
        bail!("{key} is no setting; `xiangyin config` lists them");
    }
    let mut parts: Vec<&str> = key.split('.').collect();
    let last = parts.pop().unwrap_or(key);
    let mut place = table;
    for part in parts {
        place = place
            .get_mut(part)
            .and_then(Value::as_table_mut)
            .with_context(|| format!("{key} is no setting"))?;
    }
    place.insert(last.to_owned(), value);
    Ok(())
}

/// Reads `text` as the type that the setting has.
fn like(table: &Table, key: &str, text: &str) -> Result<Value> {
    let mut value = None;
    let mut place = table;
    for part in key.split('.') {
        value = place.get(part);
        if let Some(Value::Table(inner)) = value {
            place = inner;
        }
    }
    Ok(match value {
        None => bail!("{key} is no setting; `xiangyin config` lists them"),
        Some(Value::Integer(_)) => Value::Integer(text.parse().context("a whole number is needed")?),
        Some(Value::Float(_)) => Value::Float(text.parse().context("a number is needed")?),
        Some(Value::Boolean(_)) => Value::Boolean(text.parse().context("true or false is needed")?),
        Some(Value::Array(_)) => bail!("{key} is a list and can only be set in xiangyin.toml"),
        Some(_) => Value::String(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
            .into_iter()
    }

    #[test]
    fn the_stronger_layer_wins_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("xiangyin.toml");
        std::fs::write(
            &file,
            "[http]\nlisten = \"0.0.0.0:1\"\nmessages_per_minute = 5\n[models]\nthreads = 3\n",
        )
        .unwrap();
        let settings = Settings::load(
            Some(&file),
            environment(&[("XIANGYIN_HTTP_LISTEN", "0.0.0.0:2"), ("XIANGYIN_MODELS_THREADS", "4")]),
            &[("http.listen".to_owned(), "0.0.0.0:3".to_owned())],
        )
        .unwrap();
        assert_eq!(settings.config.http.listen, "0.0.0.0:3");
        assert_eq!(settings.config.http.messages_per_minute, 5);
        assert_eq!(settings.config.models.threads, 4);
        assert_eq!(settings.sources["http.listen"], Source::Flag);
        assert_eq!(
            settings.sources["models.threads"],
            Source::Environment("XIANGYIN_MODELS_THREADS".to_owned())
        );
        assert_eq!(settings.sources["http.messages_per_minute"], Source::File(file));
        assert_eq!(settings.sources["data_dir"], Source::Default);
    }

    #[test]
    fn a_name_that_is_no_setting_is_refused_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("xiangyin.toml");
        std::fs::write(&file, "[http]\nlisten_on = \"x\"\n").unwrap();
        assert!(Settings::load(Some(&file), environment(&[]), &[]).is_err());
        std::fs::write(&file, "").unwrap();
        let wrong = environment(&[("XIANGYIN_HTP_LISTEN", "x")]);
        assert!(Settings::load(Some(&file), wrong, &[]).is_err());
        let flag = [("models.threads".to_owned(), "two".to_owned())];
        assert!(Settings::load(Some(&file), environment(&[]), &flag).is_err());
    }
}
