//! `xiangyin backup` and `restore`: one file that brings a community back.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Call, output};
use crate::attachments::Attachments;
use crate::store::Store;

/// Names inside the file.
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "xiangyin.db";
/// Folders of files under their digests, in the data folder and in the backup alike.
const FOLDERS: [&str; 2] = ["attachments", "originals"];

#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// File to write [default: xiangyin-backup-DATE.zip in this folder]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// File that `xiangyin backup` wrote
    file: PathBuf,
    /// Puts the present database aside (xiangyin.db.before-restore) instead of refusing
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    version: String,
    created_at: String,
    database_sha256: String,
}

/// Copies the database and the files that it names, consistent while the server goes on; the index is derived and left out.
pub(super) async fn backup(call: &Call, arguments: &BackupArguments) -> Result<ExitCode> {
    let config = call.config();
    let moment = jiff::Zoned::now();
    let target = arguments.file.clone().unwrap_or_else(|| {
        PathBuf::from(format!("xiangyin-backup-{}.zip", moment.strftime("%Y%m%d-%H%M%S")))
    });
    ensure!(!target.exists(), "{} 已经存在，请换个文件名。", target.display());
    let store = Store::open(&config.database_url()).await?;
    let copy = config.data_dir.join(format!("backup-{}.db", std::process::id()));
    let written = async {
        store.copy_to(&copy).await?;
        // The files after the database: each was on disk before the database named it.
        write(&copy, &config.data_dir, &target, moment.timestamp().to_string())
    }
    .await;
    store.close().await;
    if copy.exists() {
        fs::remove_file(&copy)?;
    }
    written?;
    output::line(format!("已备份到 {}", target.display()));
    Ok(ExitCode::SUCCESS)
}

fn write(copy: &Path, data_dir: &Path, target: &Path, created_at: String) -> Result<()> {
    let database = fs::read(copy)?;
    let manifest = Manifest {
        format: 1,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created_at,
        database_sha256: hex(&Sha256::digest(&database)),
    };
    let part = target.with_extension("zip.part");
    let mut archive = ZipWriter::new(File::create(&part)?);
    let options = SimpleFileOptions::default().large_file(true);
    archive.start_file(MANIFEST, options)?;
    archive.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
    archive.start_file(DATABASE, options)?;
    archive.write_all(&database)?;
    for folder in FOLDERS {
        for (sha256, path) in Attachments::new(&data_dir.join(folder)).files()? {
            archive.start_file(format!("{folder}/{sha256}"), options)?;
            std::io::copy(&mut File::open(path)?, &mut archive)?;
        }
    }
    archive.finish()?.sync_all()?;
    fs::rename(part, target)?;
    Ok(())
}

pub(super) fn restore(call: &Call, arguments: &RestoreArguments) -> Result<ExitCode> {
    let config = call.config();
    ensure!(
        config.database.url.is_empty(),
        "数据库设在别处（database.url），请用那个数据库自己的工具恢复。"
    );
    let file = File::open(&arguments.file)
        .with_context(|| format!("打不开 {}", arguments.file.display()))?;
    let mut archive = ZipArchive::new(file).context("这不是乡音的备份文件")?;
    let manifest: Manifest = serde_json::from_reader(
        archive.by_name(MANIFEST).context("这不是乡音的备份文件")?,
    )?;
    ensure!(manifest.format == 1, "这个备份来自更新的版本，请先升级乡音再恢复。");
    let mut database = Vec::new();
    archive
        .by_name(DATABASE)
        .context("备份文件里没有数据库")?
        .read_to_end(&mut database)?;
    if hex(&Sha256::digest(&database)) != manifest.database_sha256 {
        bail!("备份文件损坏了（校验不符），请换一个备份。现有数据没有改动。");
    }

    fs::create_dir_all(&config.data_dir)?;
    let target = config.data_dir.join(DATABASE);
    let listening = std::net::TcpStream::connect(&config.http.listen).is_ok();
    ensure!(!listening, "服务正在 {} 上运行，请先停下它再恢复。", config.http.listen);
    ensure!(
        !target.exists() || arguments.force,
        "{} 里已有数据。确定要换成备份，请加 --force（现有数据库会改名留着）。",
        config.data_dir.display()
    );
    restore_files(&mut archive, &config.data_dir)?;
    for ending in ["", "-wal", "-shm"] {
        let present = config.data_dir.join(format!("{DATABASE}{ending}"));
        if present.exists() {
            let aside = config.data_dir.join(format!("{DATABASE}.before-restore{ending}"));
            fs::rename(&present, aside)?;
        }
    }
    let part = config.data_dir.join(format!("{DATABASE}.part"));
    let mut out = File::create(&part)?;
    out.write_all(&database)?;
    out.sync_all()?;
    fs::rename(part, target)?;
    // The index is derived: it is fed again from the restored database at the next start.
    let index = config.data_dir.join("index");
    for entry in fs::read_dir(&index).into_iter().flatten() {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        }
    }
    output::line(format!("已恢复 {} 的备份。", manifest.created_at));
    Ok(ExitCode::SUCCESS)
}

/// Files first, so that the database never names one that is not there.
fn restore_files(archive: &mut ZipArchive<File>, data_dir: &Path) -> Result<()> {
    for place in 0..archive.len() {
        let mut entry = archive.by_index(place)?;
        let name = entry.name()?.into_owned();
        let Some((folder, sha256)) = name.split_once('/').filter(|(folder, _)| FOLDERS.contains(folder)) else {
            continue;
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        if hex(&Sha256::digest(&bytes)) != sha256 {
            bail!("备份文件里有一个附件损坏了（校验不符），请换一个备份。现有数据没有改动。");
        }
        Attachments::new(&data_dir.join(folder)).keep_blocking(&bytes)?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
