//! XML of Office files, piece by piece, without entities of its own and without recursion.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::document::ImportError;

/// A piece of an XML text; names are without their prefix.
pub(crate) enum Xml<'a> {
    /// An element begins.
    Start(&'a str, Attributes<'a>),
    /// An element ends.
    End(&'a str),
    /// Text, character references resolved.
    Text(&'a str),
}

/// The attributes of an element.
#[derive(Clone, Copy)]
pub(crate) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// The value of an attribute by its name without prefix.
    pub(crate) fn get(self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let attribute = attributes
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| attribute.key.local_name().into_inner() == name)?;
        let value = quick_xml::escape::unescape(&attribute.value).ok()?;
        Some(value.into_owned())
    }

    /// The value of an attribute as a number.
    pub(crate) fn number<T: std::str::FromStr>(self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }
}

/// Hands every piece of `xml` to `visit`. Entities that the text declares itself are left out.
pub(crate) fn walk(xml: &str, mut visit: impl FnMut(Xml<'_>)) -> Result<(), ImportError> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0_usize;
    loop {
        match reader
            .read_event()
            .map_err(|error| ImportError::damaged(error.to_string()))?
        {
            Event::Start(start) => {
                depth += 1;
                visit(Xml::Start(
                    start.local_name().into_inner(),
                    Attributes(&start),
                ));
            }
            Event::Empty(start) => {
                visit(Xml::Start(
                    start.local_name().into_inner(),
                    Attributes(&start),
                ));
                visit(Xml::End(start.local_name().into_inner()));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                visit(Xml::End(end.local_name().into_inner()));
            }
            Event::Text(text) => visit(Xml::Text(&text)),
            Event::CData(text) => visit(Xml::Text(&text)),
            Event::GeneralRef(reference) => {
                if let Some(text) = resolve_predefined_entity(&reference) {
                    visit(Xml::Text(text));
                } else if let Ok(Some(character)) = reference.resolve_char_ref() {
                    visit(Xml::Text(character.encode_utf8(&mut [0; 4])));
                }
            }
            Event::Eof if depth > 0 => return Err(ImportError::damaged("内容不完整")),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}
