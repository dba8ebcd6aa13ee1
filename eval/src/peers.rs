//! Runs what people would use instead of Xiangyin over the same documents, questions and models.
//!
//! `eval/peers/run.py` does the work; this gives it its files and reads what it found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::data;
use crate::questions::{Document, Question};

/// What a peer does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Retrieve,
    Answer,
}

impl Task {
    /// Name on the runner's command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Retrieve => "retrieve",
            Self::Answer => "answer",
        }
    }
}

/// What a peer is given.
pub(crate) struct Given<'a> {
    pub(crate) task: Task,
    pub(crate) documents: &'a [Document],
    pub(crate) questions: &'a [Question],
    /// Folder of the product's model files.
    pub(crate) models: &'a Path,
    /// Folder in which its results are kept; a run that was cut off goes on from there.
    pub(crate) out: &'a Path,
}

/// What a peer found.
pub(crate) struct Found {
    /// By question.
    pub(crate) replies: BTreeMap<String, Reply>,
    pub(crate) summary: Summary,
}

/// What it found for one question.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reply {
    id: String,
    /// Documents, the best first.
    #[serde(default)]
    pub(crate) ranked: Vec<String>,
    pub(crate) answer: Option<String>,
    pub(crate) seconds: f64,
}

/// What the whole run took.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Summary {
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) load_seconds: f64,
    pub(crate) index_seconds: f64,
    pub(crate) peak_memory_bytes: u64,
}

/// A line of the results: the last one is the summary.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Summary(Summary),
    Reply(Reply),
}

/// A question as a peer gets it: without what answers it.
#[derive(Serialize)]
struct Asked<'a> {
    id: &'a str,
    question: &'a str,
}

/// What is missing before peers can run.
pub(crate) fn lacks() -> Option<String> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let ready = cache.is_some_and(|cache| cache.join("xiangyin/eval/peers/ready").exists());
    (!ready).then(|| "the peers are not installed: run eval/peers/install".to_owned())
}

/// Runs one peer.
pub(crate) fn run(peer: &str, given: &Given<'_>) -> Result<Found> {
    let folder = given.out.join("peers").join(given.task.name());
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let (documents, questions) = (folder.join("documents.jsonl"), folder.join("questions.jsonl"));
    let asked: Vec<Asked<'_>> =
        given.questions.iter().map(|one| Asked { id: &one.id, question: &one.question }).collect();
    let mut changed = lay(&documents, given.documents)?;
    changed |= lay(&questions, &asked)?;
    if changed {
        forget(&folder)?;
    }
    let out = folder.join(format!("{peer}.found.jsonl"));
    let status = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/run.py"))
        .args([peer, "--task", given.task.name()])
        .arg("--documents")
        .arg(&documents)
        .arg("--questions")
        .arg(&questions)
        .arg("--models")
        .arg(given.models)
        .arg("--out")
        .arg(&out)
        .stdin(Stdio::null())
        .status()
        .context("cannot run python3, which the peers need")?;
    if !status.success() {
        bail!("the peer {peer} ended with {status}");
    }
    read(&out)
}

fn read(path: &Path) -> Result<Found> {
    let (mut replies, mut summary) = (BTreeMap::new(), None);
    for line in data::lines(path)? {
        match line {
            Line::Summary(last) => summary = Some(last),
            Line::Reply(reply) => {
                replies.insert(reply.id.clone(), reply);
            }
        }
    }
    let summary = summary.with_context(|| format!("{} has no summary: the peer did not end", path.display()))?;
    Ok(Found { replies, summary })
}

/// Writes the lines where they do not stand already; whether it had to.
fn lay(path: &Path, lines: &[impl Serialize]) -> Result<bool> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
    }
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return Ok(false);
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    Ok(true)
}

/// What was found in other documents or for other questions does not count.
fn forget(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".found.jsonl") {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}
