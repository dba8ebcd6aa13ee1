//! The layers of the configuration, and where each value in force came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use super::Config;

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

    /// Every key with its value as TOML and its source, in order of the keys; passwords, keys and secrets are hidden.
    pub fn rows(&self) -> Vec<(String, Value, Source)> {
        leaves(&self.table)
            .into_iter()
            .map(|(key, value)| {
                let source = self.sources.get(&key).cloned().unwrap_or(Source::Default);
                let value = hidden(&key, value);
                (key, value, source)
            })
            .collect()
    }
}

/// A value without the passwords, keys and secrets in it.
fn hidden(key: &str, value: Value) -> Value {
    match value {
        Value::String(text) if is_secret(key) && !text.is_empty() => Value::String("***".to_owned()),
        Value::Array(values) => Value::Array(values.into_iter().map(|value| hidden(key, value)).collect()),
        Value::Table(table) => {
            Value::Table(table.into_iter().map(|(key, value)| (key.clone(), hidden(&key, value))).collect())
        }
        other => other,
    }
}

fn is_secret(key: &str) -> bool {
    ["password", ".key", ".secret"].iter().any(|ending| key.ends_with(ending))
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
