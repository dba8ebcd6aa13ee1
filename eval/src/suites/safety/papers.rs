//! Puts papers in as an administrator does: with the command line, into a data directory of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::answers;

/// One file that is imported.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suites) struct Paper {
    /// Name with its ending, which tells the format.
    pub(in crate::suites) name: String,
    /// What stands in the file.
    pub(in crate::suites) text: String,
}

/// The product's command line.
pub(in crate::suites) struct Product {
    binary: PathBuf,
}

impl Product {
    /// The binary that the options name, or the one beside this program.
    pub(in crate::suites) fn of(options: &answers::Options) -> Result<Self> {
        let binary = match &options.binary {
            Some(binary) => binary.clone(),
            None => answers::beside_this_program()?,
        };
        Ok(Self { binary })
    }

    /// Publishes the starter pack in the data directory `data`.
    pub(in crate::suites) fn publish_starter_pack(&self, data: &Path) -> Result<()> {
        answers::say("publishing the starter pack");
        self.run(data, &["knowledge", "import"]).map(|_| ())
    }

    /// Publishes papers for `community`, in their order.
    pub(in crate::suites) fn publish(&self, data: &Path, papers: &[Paper], community: &str) -> Result<()> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let mut paths = Vec::new();
        for paper in papers {
            let path = folder.path().join(&paper.name);
            fs::write(&path, &paper.text).with_context(|| format!("cannot write {}", path.display()))?;
            paths.push(path.to_string_lossy().into_owned());
        }
        answers::say(&format!("publishing {} papers", papers.len()));
        let mut arguments = vec!["knowledge", "import", "--community", community];
        arguments.extend(paths.iter().map(String::as_str));
        self.run(data, &arguments).map(|_| ())
    }

    /// Runs a command over `data` and returns what it prints.
    pub(in crate::suites) fn run(&self, data: &Path, arguments: &[&str]) -> Result<String> {
        fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
        let output = Command::new(&self.binary)
            .arg("--set")
            .arg(format!("data_dir={}", data.display()))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {}", self.binary.display()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`xiangyin {}` failed: {}", arguments.join(" "), said.trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
