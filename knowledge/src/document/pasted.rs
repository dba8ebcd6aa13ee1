//! Text that a person pasted.

use super::{ImportError, Limits, read_document};
use crate::ImportedDocument;

/// Reads pasted text, markdown or HTML; `title` is the document's, and where it is empty the text
/// says its own.
pub fn from_text(
    title: &str,
    text: &str,
    limits: &Limits,
) -> Result<ImportedDocument, ImportError> {
    if text.len() as u64 > limits.max_bytes {
        return Err(ImportError::TooLarge {
            bytes: text.len() as u64,
            limit: limits.max_bytes,
        });
    }
    let title = title.trim();
    read_document(
        text.as_bytes(),
        "",
        Some(title).filter(|title| !title.is_empty()),
        limits,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_read_by_what_it_is() {
        let read = |title, text| from_text(title, text, &Limits::default()).expect("it is text");
        let plain = read(
            "装修须知",
            "装修前要到物业登记。\n\n噪音大的活，中午十二点到两点不能做。",
        );
        assert_eq!(plain.metadata.title, "装修须知");
        assert!(plain.text.contains("中午十二点"));
        let markdown = read(
            "",
            "# 装修须知\n\n## 什么时候能做\n\n早上八点到中午十二点。",
        );
        assert_eq!(markdown.metadata.title, "装修须知");
        assert_eq!(markdown.passages[0].headings, ["什么时候能做"]);
        let page =
            "<html><body><h1>装修须知</h1><p>装修前要到物业登记，押金两千元。</p></body></html>";
        assert!(!read("装修须知", page).text.contains('<'));
        assert!(matches!(
            from_text("空", " \n", &Limits::default()),
            Err(ImportError::Empty)
        ));
    }
}
