//! Why a file could not be imported, and what the person can do about it.

use std::io;

/// Why a file could not be imported. Its text is shown to the person who imports.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file has no bytes, or nothing but white space.
    #[error("这个文件是空的。请打开看一看，确认有内容后再导入。")]
    Empty,
    /// The file is larger than the limit; it was not read.
    #[error(
        "文件太大（{} MB），最多能导入 {} MB。请去掉里面的图片，或者拆成几个文件再导入。",
        megabytes(*.bytes), megabytes(*.limit)
    )]
    TooLarge {
        /// Size of the file in bytes.
        bytes: u64,
        /// Largest size that is accepted, in bytes.
        limit: u64,
    },
    /// What the file unpacks to is larger than the limit: a decompression bomb or a huge table.
    #[error(
        "文件解开以后太大，可能是损坏的或者有害的文件。请用 Word 或 WPS 打开，另存一份再导入。"
    )]
    UnpacksTooLarge,
    /// The content is of a kind that is not read.
    #[error(
        "这个文件其实是{found}，读不出文字。请换成 docx、pdf、xlsx、网页（html）、md 或 txt 文件。"
    )]
    WrongType {
        /// What the content is, in Chinese, such as 图片（PNG）.
        found: &'static str,
    },
    /// An Office file of before 2007, or another format that its own program can save as a new one.
    #[error("这是旧格式的文件（{found}）。请用 Word 或 WPS 打开，另存为 {save_as} 后再导入。")]
    OldFormat {
        /// The old format, such as doc.
        found: &'static str,
        /// The format to save it as, such as docx.
        save_as: &'static str,
    },
    /// The file is protected with a password.
    #[error("文件加了密码，打不开。请去掉密码，另存一份再导入。")]
    Encrypted,
    /// The file is broken.
    #[error("文件已损坏，读不完整（{detail}）。请重新下载，或者用原来的软件打开后另存一份再导入。")]
    Damaged {
        /// What is wrong, for the log.
        detail: String,
    },
    /// A PDF of pictures only.
    #[error(
        "这个 PDF 是扫描件（{pages} 页），里面没有文字。请换成带文字的版本，或者先做文字识别。"
    )]
    NoText {
        /// Number of pages.
        pages: u32,
    },
    /// A reader failed in a way that it should not.
    #[error(
        "读这个文件时程序出了错，其他文件不受影响。请用原来的软件另存一份再试，或者把文件交给维护人员。"
    )]
    ReaderFailed {
        /// What the reader said, for the log.
        detail: String,
    },
    /// The file could not be opened or read.
    #[error("打不开这个文件（{0}）。请检查文件还在不在、有没有读取的权限。")]
    Unreadable(#[from] io::Error),
}

impl ImportError {
    /// Stable name for programs, such as `too_large`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::TooLarge { .. } => "too_large",
            Self::UnpacksTooLarge => "unpacks_too_large",
            Self::WrongType { .. } => "wrong_type",
            Self::OldFormat { .. } => "old_format",
            Self::Encrypted => "encrypted",
            Self::Damaged { .. } => "damaged",
            Self::NoText { .. } => "no_text",
            Self::ReaderFailed { .. } => "reader_failed",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// A broken file, with what is wrong.
    pub(super) fn damaged(detail: impl Into<String>) -> Self {
        Self::Damaged {
            detail: detail.into(),
        }
    }
}

/// Bytes as whole megabytes, rounded up.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1024 * 1024)
}
