//! What kind of file some bytes are: by their content first, then by the file's name.

use super::package::Package;
use crate::document::ImportError;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Markdown,
    Plain,
    Html,
    Docx,
    Xlsx,
    Pdf,
}

/// First bytes of files that hold no text, with the name of their kind.
const NO_TEXT: [(&[u8], &str); 22] = [
    (b"\x89PNG\r\n", "图片（PNG）"),
    (b"\xff\xd8\xff", "图片（JPEG）"),
    (b"GIF8", "图片（GIF）"),
    (b"BM", "图片（BMP）"),
    (b"II*\0", "图片（TIFF）"),
    (b"MM\0*", "图片（TIFF）"),
    (b"RIFF", "音频、视频或图片"),
    (b"ID3", "音频（MP3）"),
    (b"\xff\xfb", "音频（MP3）"),
    (b"OggS", "音频（OGG）"),
    (b"fLaC", "音频（FLAC）"),
    (b"\x1f\x8b", "压缩包（gz）"),
    (b"Rar!", "压缩包（rar）"),
    (b"7z\xbc\xaf", "压缩包（7z）"),
    (b"BZh", "压缩包（bz2）"),
    (b"\xfd7zXZ", "压缩包（xz）"),
    (b"\x7fELF", "程序"),
    (b"MZ", "程序"),
    (b"SQLite format 3", "数据库"),
    (b"\x00\x00\x01\x00", "图标"),
    (b"{\\rtf", "RTF 文件"),
    (b"%!PS", "PostScript 文件"),
];

/// The signature of Office files of before 2007, and of encrypted ones of after.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Tells the format of a file.
pub(crate) fn detect(
    bytes: &[u8],
    file_name: &str,
    most_unpacked: u64,
) -> Result<Format, ImportError> {
    let extension = extension(file_name);
    if bytes
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(ImportError::Empty);
    }
    if bytes.starts_with(COMPOUND) {
        return Err(compound(bytes, &extension));
    }
    if bytes[..bytes.len().min(1024)]
        .windows(5)
        .any(|window| window == b"%PDF-")
    {
        return Ok(Format::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return packaged(bytes, most_unpacked);
    }
    for (signature, found) in NO_TEXT {
        let short = signature.len() <= 2;
        // Two letters may begin a text; then the rest is no text either.
        if bytes.starts_with(signature) && (!short || bytes[..bytes.len().min(512)].contains(&0)) {
            return Err(match found {
                "RTF 文件" => ImportError::OldFormat {
                    found: "rtf",
                    save_as: "docx",
                },
                _ => ImportError::WrongType { found },
            });
        }
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(ImportError::WrongType {
            found: "视频或图片",
        });
    }
    match extension.as_str() {
        "md" | "markdown" => Ok(Format::Markdown),
        "html" | "htm" | "xhtml" | "shtml" | "mht" => Ok(Format::Html),
        // A page saved under another name, as many sites offer their “docx”.
        _ if looks_like_html(bytes) => Ok(Format::Html),
        "docx" | "docm" | "xlsx" | "xlsm" | "pdf" => {
            let text = std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0);
            if text && !bytes.starts_with(b"<?xml") {
                Ok(Format::Plain)
            } else {
                Err(ImportError::damaged("文件的开头不对"))
            }
        }
        "png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" => {
            Err(ImportError::WrongType { found: "图片" })
        }
        "" | "txt" | "text" if looks_like_markdown(bytes) => Ok(Format::Markdown),
        _ => Ok(Format::Plain),
    }
}

fn extension(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    base.rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default()
}

/// Names inside a compound file are UTF-16.
fn compound(bytes: &[u8], extension: &str) -> ImportError {
    let contains = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if contains("EncryptedPackage") || contains("EncryptionInfo") {
        return ImportError::Encrypted;
    }
    let (found, save_as) = match extension {
        "xls" | "et" | "xlsx" => ("xls", "xlsx"),
        "ppt" | "dps" => ("ppt", "pdf"),
        "wps" => ("wps", "docx"),
        _ if contains("Workbook") => ("xls", "xlsx"),
        _ if contains("PowerPoint Document") => ("ppt", "pdf"),
        _ => ("doc", "docx"),
    };
    ImportError::OldFormat { found, save_as }
}

fn packaged(bytes: &[u8], most_unpacked: u64) -> Result<Format, ImportError> {
    let package = Package::open(bytes, most_unpacked)?;
    if package.contains("word/document.xml") {
        return Ok(Format::Docx);
    }
    if package.contains("xl/workbook.xml") {
        return Ok(Format::Xlsx);
    }
    let starts = |prefix: &str| package.names().any(|name| name.starts_with(prefix));
    Err(
        if starts("word/") || starts("xl/") || starts("[Content_Types]") {
            if starts("ppt/") {
                ImportError::OldFormat {
                    found: "pptx",
                    save_as: "pdf",
                }
            } else {
                ImportError::damaged("缺少正文部分")
            }
        } else if starts("mimetype") || starts("META-INF") {
            ImportError::OldFormat {
                found: "odt、ofd 或 epub",
                save_as: "docx 或 pdf",
            }
        } else {
            ImportError::WrongType {
                found: "压缩包（zip），请先解压",
            }
        },
    )
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let head: Vec<u8> = bytes[..bytes.len().min(2048)].to_ascii_lowercase();
    let has = |tag: &[u8]| head.windows(tag.len()).any(|window| window == tag);
    let starts = head
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .map(|at| &head[at..]);
    has(b"<!doctype html")
        || has(b"<html")
        || (has(b"<body") && has(b"<"))
        || starts.is_some_and(|start| start.starts_with(b"<div") || start.starts_with(b"<p>"))
}

fn looks_like_markdown(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let headings = head
        .lines()
        .filter(|line| line.starts_with("# ") || line.starts_with("## "));
    head.trim_start_matches('\u{feff}').starts_with("---\n") || headings.count() > 0
}
