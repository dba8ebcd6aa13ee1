//! PDF files with text: their lines by the place of each character on the page.

mod cmap;
mod font;
mod lines;
mod page;

use std::collections::HashMap;

use lopdf::{DecompressError, Document, Error, LoadOptions, Object, ObjectId};

use crate::Warning;
use crate::document::line::{Line, Mark, Place, Reading};
use crate::document::{ImportError, Limits};
use lines::TextLine;
use page::PageReader;

/// Lines at the top and at the bottom of a page that may be its running head or foot.
const EDGE: usize = 2;
/// Up to so many pages a running head or foot must stand on each of them, else on half of them.
const FEWEST_PAGES: usize = 3;

/// Reads a PDF file.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ImportError> {
    let options = LoadOptions::with_max_decompressed_size(limits.max_unpacked_bytes as usize);
    let document = Document::load_mem_with_options(bytes, options).map_err(failure)?;
    // A file that opens without a password is decrypted by now.
    if document.is_encrypted() && !document.was_encrypted() {
        return Err(ImportError::Encrypted);
    }
    let pages: Vec<ObjectId> = document.page_iter().collect();
    if pages.is_empty() {
        return Err(ImportError::damaged("没有页面"));
    }
    let read = pages.len().min(limits.max_pages as usize);
    let mut reader = PageReader::new(&document, limits.max_unpacked_bytes as usize);
    let mut texts: Vec<Vec<TextLine>> = Vec::with_capacity(read);
    for &page in &pages[..read] {
        texts.push(reader.lines(page).map_err(failure)?);
    }
    let without_text: Vec<u32> = texts
        .iter()
        .zip(1..)
        .filter(|(lines, _)| lines.is_empty())
        .map(|(_, number)| number)
        .collect();
    if without_text.len() == read {
        return Err(ImportError::NoText {
            pages: pages.len() as u32,
        });
    }
    remove_running_lines(&mut texts);
    let mut reading = Reading {
        outer_title: info_title(&document),
        ..Reading::default()
    };
    reading.warnings = warnings(&without_text, read as u32, pages.len() - read, reader.unreadable());
    for (lines, number) in texts.into_iter().zip(1..) {
        let left = lines
            .iter()
            .map(|line| line.extent.0)
            .fold(f32::INFINITY, f32::min);
        reading
            .lines
            .extend(lines.into_iter().map(|line| line.into_line(number, left)));
    }
    Ok(reading)
}

impl TextLine {
    /// The line as the other readers yield them; `left` is where the page's text begins.
    fn into_line(self, page: u32, left: f32) -> Line {
        let column = |x: f32| ((x - left) / (self.size / 2.0)).round().clamp(0.0, 1000.0) as usize;
        let (indent, columns) = (column(self.extent.0), column(self.extent.1));
        let text = dialects::Mapped::unchanged(self.text);
        let line = Line::new(text, Mark::Plain, Place::Page(page));
        Line {
            indent,
            columns,
            after_blank: self.after_gap,
            ..line
        }
    }
}

fn failure(error: Error) -> ImportError {
    match error {
        Error::InvalidPassword | Error::Decryption(_) => ImportError::Encrypted,
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => {
            ImportError::UnpacksTooLarge
        }
        other => ImportError::damaged(other.to_string()),
    }
}

/// `read` pages were read and `left_out` were not; `without_text` are the numbers of those without any.
fn warnings(without_text: &[u32], read: u32, left_out: usize, unreadable: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !without_text.is_empty() {
        let shown: Vec<String> = without_text.iter().take(10).map(u32::to_string).collect();
        let more = if without_text.len() > 10 { "等" } else { "" };
        let message = format!(
            "第 {}{more} 页没有文字（可能是图片），没有导入。共 {} 页。",
            shown.join("、"),
            without_text.len()
        );
        warnings.push(Warning {
            pages: without_text.to_vec(),
            ..Warning::new("no_text_on_page", message)
        });
    }
    if left_out > 0 {
        let message = format!("页数太多，最后 {left_out} 页没有导入。请拆成几个文件。");
        warnings.push(Warning {
            pages: vec![read + 1],
            ..Warning::new("pages_left_out", message)
        });
    }
    if unreadable > 0 {
        let message =
            format!("有 {unreadable} 个字的字体没有说明是什么字，没有导入。请对照原文检查。");
        warnings.push(Warning::new("undecodable_characters", message));
    }
    warnings
}

/// Takes out page numbers, and lines that stand at the edge of most pages.
fn remove_running_lines(pages: &mut [Vec<TextLine>]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for page in pages.iter() {
        let mut edges: Vec<String> = edges(page.len()).map(|at| same(&page[at].text)).collect();
        edges.sort();
        edges.dedup();
        for edge in edges {
            *seen.entry(edge).or_default() += 1;
        }
    }
    let often = if pages.len() <= FEWEST_PAGES {
        pages.len().max(2)
    } else {
        pages.len().div_ceil(2)
    };
    for page in pages {
        let drop: Vec<usize> = edges(page.len())
            .filter(|&at| {
                let text = page[at].text.trim();
                is_page_number(text) || seen.get(&same(text)).is_some_and(|count| *count >= often)
            })
            .collect();
        let mut index = 0;
        page.retain(|_| {
            index += 1;
            !drop.contains(&(index - 1))
        });
    }
}

/// The first and last lines of a page with some lines.
fn edges(lines: usize) -> impl Iterator<Item = usize> {
    (0..lines).filter(move |&at| at < EDGE || at + EDGE >= lines)
}

/// A line with its numbers made alike, as they differ from page to page.
fn same(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| {
            if character.is_ascii_digit() {
                '0'
            } else {
                character
            }
        })
        .collect()
}

/// 3, - 3 -, 第3页, 3/12, 第 3 页 共 12 页
fn is_page_number(text: &str) -> bool {
    let bare: String = text
        .chars()
        .filter(|character| !character.is_whitespace() && !"-—–―－·./|第页共".contains(*character))
        .collect();
    !bare.is_empty() && bare.len() <= 8 && bare.chars().all(|c| c.is_ascii_digit()) && {
        // A bare year or telephone number at the edge is text.
        bare.len() <= 4 || text.contains(['页', '/'])
    }
}

fn info_title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let (_, info) = document.dereference(info).ok()?;
    let title = info.as_dict().ok()?.get(b"Title").ok()?;
    let (_, title) = document.dereference(title).ok()?;
    let Object::String(bytes, _) = title else {
        return None;
    };
    let text = match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(wide) => {
            let units: Vec<u16> = wide
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    let readable = !text.trim().is_empty() && !text.contains(char::REPLACEMENT_CHARACTER);
    readable.then(|| text.trim().to_owned())
}
