use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PullError {
    /// No source had the file, or none that was tried gave the right one.
    #[error("没能取到模型文件 {file}。{}请接通网络后重新运行 xiangyin models pull；\
        没有网络时，在别的机器上下载这个文件，放进 {}，再运行一次", told(tried), folder.display())]
    NoSource {
        /// The name of the file.
        file: String,
        /// Where it should stand.
        folder: PathBuf,
        /// What was tried, in order.
        tried: Vec<Attempt>,
    },
    /// The disk has no room.
    #[error("磁盘空间不够：{} 还需要 {} MB，只剩 {} MB。请腾出空间后重新运行 xiangyin models pull",
        folder.display(), needed.div_ceil(1 << 20), free >> 20)]
    DiskFull {
        /// Where the file should stand.
        folder: PathBuf,
        /// Bytes that are still needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A file or folder cannot be read or written.
    #[error("读写 {} 出错：{source}。请检查磁盘和权限", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The catalogue names a file with a path in it.
    #[error("模型目录里的文件名 {name:?} 不能用。请在配置里改成不带路径的文件名")]
    BadName {
        /// The name.
        name: String,
    },
}

/// A source that was tried and failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The source, in words.
    pub source: String,
    /// Why it failed, in words.
    pub reason: String,
}

fn told(tried: &[Attempt]) -> String {
    if tried.is_empty() {
        return "配置里没有它的来源。".to_owned();
    }
    let mut told = "试过：".to_owned();
    for Attempt { source, reason } in tried {
        // Writing to a string cannot fail.
        let _ = write!(told, "\n  {source}：{reason}");
    }
    told.push('\n');
    told
}

/// Why one source failed: the next one may do better, or none can.
pub(super) enum Failure {
    Source(String),
    Fatal(PullError),
}

impl From<PullError> for Failure {
    fn from(error: PullError) -> Self {
        Self::Fatal(error)
    }
}

/// Says which file or folder an error of the system is about.
pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> PullError + '_ {
    |source| PullError::Disk {
        path: path.to_owned(),
        source,
    }
}
