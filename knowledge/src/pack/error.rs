//! Why a pack could not be read or written, and what the person can do about it.

use crate::document::ImportError;

/// Why a pack could not be read or written. Its text is shown to the person who has it.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It is no archive, or one without a manifest.
    #[error(
        "这个文件不是知识包。知识包是从“导出”得到的 .xiangyin-pack.zip 文件，请检查选对了没有。"
    )]
    NotAPack,
    /// It is larger than is accepted, packed or unpacked, or has too many parts.
    #[error("知识包太大，没有读。请让对方分成几个小一点的包，再发一次。")]
    TooLarge,
    /// A newer version made it.
    #[error("这个知识包是新版本的程序做的（格式 {format}），现在的程序读不了。请先升级程序。")]
    Newer {
        /// Its format.
        format: u32,
    },
    /// A part is missing, or is not what the manifest says.
    #[error("知识包不完整或者被改动过（{part}）。请让对方重新导出，再发一次。")]
    Damaged {
        /// Which part.
        part: String,
    },
    /// A document is not one.
    #[error("知识包里的《{title}》有错（{detail}）。请让对方改好后重新导出。")]
    BadDocument {
        /// Title of the document.
        title: String,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// Two documents have one title and one place.
    #[error("知识包里有两份《{title}》。请让对方留下一份，重新导出。")]
    TwoOfOneTitle {
        /// The title.
        title: String,
    },
    /// It could not be put together.
    #[error("知识包没有做成（{0}）。请再试一次。")]
    Unwritten(#[from] zip::result::ZipError),
}

impl PackError {
    /// Stable name for programs, such as `not_a_pack`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPack => "not_a_pack",
            Self::TooLarge => "pack_too_large",
            Self::Newer { .. } => "pack_too_new",
            Self::Damaged { .. } => "pack_damaged",
            Self::BadDocument { .. } => "pack_bad_document",
            Self::TwoOfOneTitle { .. } => "pack_two_of_one_title",
            Self::Unwritten(_) => "pack_unwritten",
        }
    }

    pub(super) fn damaged(part: impl Into<String>) -> Self {
        Self::Damaged { part: part.into() }
    }

    /// What unpacking one part says.
    pub(super) fn of_part(part: &str, error: &ImportError) -> Self {
        match error {
            ImportError::UnpacksTooLarge => Self::TooLarge,
            _ => Self::damaged(part),
        }
    }
}
