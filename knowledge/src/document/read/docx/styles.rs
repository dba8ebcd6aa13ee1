//! Styles of a Word document as far as they tell headings and lists.

use std::collections::HashMap;

use crate::document::ImportError;
use crate::document::read::xml::{Xml, walk};

/// What a style says about its paragraphs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Style {
    /// Its name in lower case, such as heading 1.
    pub(crate) name: String,
    /// The style that it adds to.
    pub(crate) based_on: Option<String>,
    /// Depth of its headings from 0; 9 is none.
    pub(crate) outline: Option<u8>,
    /// The list that its paragraphs belong to.
    pub(crate) number: Option<String>,
    /// Their level in that list, from 0.
    pub(crate) level: usize,
}

/// Reads `word/styles.xml`: the styles by their names in the document.
pub(crate) fn read_styles(xml: &str) -> Result<HashMap<String, Style>, ImportError> {
    let mut styles: HashMap<String, Style> = HashMap::new();
    let mut open: Option<(String, Style)> = None;
    walk(xml, |piece| match (piece, &mut open) {
        (Xml::Start("style", attributes), _) => {
            open = attributes.get("styleId").map(|id| (id, Style::default()));
        }
        (Xml::End("style"), _) => styles.extend(open.take()),
        (Xml::Start("name", attributes), Some((_, style))) => {
            style.name = attributes.get("val").unwrap_or_default().to_lowercase();
        }
        (Xml::Start("basedOn", attributes), Some((_, style))) => {
            style.based_on = attributes.get("val");
        }
        (Xml::Start("outlineLvl", attributes), Some((_, style))) => {
            style.outline = attributes.number("val");
        }
        (Xml::Start("numId", attributes), Some((_, style))) => style.number = attributes.get("val"),
        (Xml::Start("ilvl", attributes), Some((_, style))) => {
            style.level = attributes.number("val").unwrap_or(0);
        }
        _ => {}
    })?;
    Ok(styles)
}
