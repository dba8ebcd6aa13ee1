//! Fonts of a PDF as far as text needs them: which codes a string has, what they say, how wide
//! they are (PDF 32000-1, 9.6 and 9.7).

use std::collections::HashMap;

use encoding_rs::{BIG5, Encoding, GB18030, MACINTOSH, UTF_16BE, WINDOWS_1252};
use lopdf::{Dictionary, Document, Object};

use super::cmap::CMap;

/// Width that is assumed where a font says none, in thousandths of its size.
const USUAL_WIDTH: f32 = 500.0;
/// Width of a full-width character.
const FULL_WIDTH: f32 = 1000.0;

/// A font.
#[derive(Debug, Default)]
pub(crate) struct Font {
    codes: Codes,
    to_unicode: Option<CMap>,
    /// Names for codes of a simple font that differ from its encoding.
    differences: HashMap<u32, String>,
    widths: HashMap<u32, f32>,
    usual_width: f32,
}

/// How strings in a font are split into codes, and what they mean without a table.
#[derive(Debug, Default)]
enum Codes {
    /// One byte a code, in an encoding of western letters.
    Single(Option<&'static Encoding>),
    /// Two bytes a code, meaningful to the font alone.
    #[default]
    Double,
    /// Codes as an embedded table splits them.
    Embedded(CMap),
    /// Characters of a national encoding, such as GBK-EUC-H or UniGB-UCS2-H.
    National(&'static Encoding),
}

/// One character of a string.
#[derive(Debug, PartialEq)]
pub(crate) struct Glyph {
    /// What it says; `None` where the font does not tell.
    pub(crate) text: Option<String>,
    /// Its width in thousandths of the font's size.
    pub(crate) width: f32,
    /// Whether it is the one-byte code 32, which word spacing applies to.
    pub(crate) is_space: bool,
}

impl Font {
    /// Reads a font's dictionary; at most `most` bytes of its tables are unpacked.
    pub(crate) fn read(document: &Document, font: &Dictionary, most: usize) -> Self {
        let get = |key: &[u8]| get(document, font, key);
        let to_unicode = get(b"ToUnicode")
            .and_then(|table| table.as_stream().ok())
            .and_then(|stream| stream.get_plain_content_with_limit(most).ok())
            .map(|content| CMap::read(&content));
        let composite =
            get(b"Subtype").is_some_and(|kind| kind.as_name().is_ok_and(|name| name == b"Type0"));
        if composite {
            let codes = match get(b"Encoding") {
                Some(Object::Name(name)) => national(name).map_or(Codes::Double, Codes::National),
                Some(Object::Stream(stream)) => stream
                    .get_plain_content_with_limit(most)
                    .map_or(Codes::Double, |content| {
                        Codes::Embedded(CMap::read(&content))
                    }),
                _ => Codes::Double,
            };
            let descendant = get(b"DescendantFonts")
                .and_then(|fonts| fonts.as_array().ok())
                .and_then(|fonts| fonts.first())
                .and_then(|font| document.dereference(font).ok())
                .and_then(|(_, font)| font.as_dict().ok());
            let (widths, usual_width) = descendant.map_or_else(
                || (HashMap::new(), FULL_WIDTH),
                |descendant| composite_widths(document, descendant),
            );
            return Self {
                codes,
                to_unicode,
                differences: HashMap::new(),
                widths,
                usual_width,
            };
        }
        let (encoding, differences) = simple_encoding(document, get(b"Encoding"));
        let first = get(b"FirstChar")
            .and_then(|first| first.as_i64().ok())
            .unwrap_or(0) as u32;
        let mut widths = HashMap::new();
        if let Some(Object::Array(list)) = get(b"Widths") {
            for (width, code) in list.iter().zip(first..) {
                if let Some(width) = number(document, width) {
                    widths.insert(code, width);
                }
            }
        }
        // Type 3 fonts measure in their own units.
        let scale = get(b"FontMatrix")
            .and_then(|matrix| matrix.as_array().ok())
            .and_then(|matrix| number(document, matrix.first()?))
            .map_or(1.0, |scale| (scale * 1000.0).abs());
        for width in widths.values_mut() {
            *width *= scale;
        }
        Self {
            codes: Codes::Single(encoding),
            to_unicode,
            differences,
            widths,
            usual_width: USUAL_WIDTH,
        }
    }

    /// The characters of a string shown in this font.
    pub(crate) fn glyphs(&self, bytes: &[u8]) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let length = self.code_length(rest).clamp(1, rest.len());
            let code = rest[..length]
                .iter()
                .fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
            at += length;
            let width = self.widths.get(&code).copied().unwrap_or(match self.codes {
                Codes::National(_) if length == 1 || code < 0x80 => USUAL_WIDTH,
                _ => self.usual_width,
            });
            let is_space = length == 1 && code == 32;
            glyphs.push(Glyph {
                text: self.text(code, &rest[..length]),
                width,
                is_space,
            });
        }
        glyphs
    }

    fn code_length(&self, bytes: &[u8]) -> usize {
        match &self.codes {
            Codes::Single(_) => 1,
            Codes::Double => 2,
            Codes::Embedded(table) => table.code_length(bytes).unwrap_or(2),
            Codes::National(encoding) if *encoding == UTF_16BE => match bytes[0] {
                0xd8..=0xdb => 4,
                _ => 2,
            },
            Codes::National(encoding) => match (bytes[0], bytes.get(1)) {
                (0..=0x80, _) => 1,
                (_, Some(0x30..=0x39)) if *encoding == GB18030 => 4,
                _ => 2,
            },
        }
    }

    fn text(&self, code: u32, bytes: &[u8]) -> Option<String> {
        let mapped = self.to_unicode.as_ref().and_then(|table| table.text(code));
        if let Some(text) = mapped.filter(|text| !text.is_empty()) {
            return Some(text);
        }
        match &self.codes {
            Codes::Single(encoding) => {
                if let Some(name) = self.differences.get(&code) {
                    return glyph_name(name);
                }
                let (text, _) = encoding
                    .unwrap_or(WINDOWS_1252)
                    .decode_without_bom_handling(bytes);
                let readable = text
                    .chars()
                    .all(|c| c != char::REPLACEMENT_CHARACTER && !c.is_control());
                // A font without table and encoding uses codes of its own.
                (readable && (encoding.is_some() || code < 0x80)).then(|| text.into_owned())
            }
            Codes::National(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(std::borrow::Cow::into_owned),
            Codes::Double | Codes::Embedded(_) => None,
        }
    }
}

/// The national encodings that PDF names (PDF 32000-1, table 118).
fn national(name: &[u8]) -> Option<&'static Encoding> {
    let name = std::str::from_utf8(name).ok()?;
    let family = name.trim_end_matches("-H").trim_end_matches("-V");
    match family {
        "GB-EUC" | "GBpc-EUC" | "GBK-EUC" | "GBKp-EUC" | "GBK2K" => Some(GB18030),
        "B5pc" | "HKscs-B5" | "ETen-B5" | "ETenms-B5" => Some(BIG5),
        "UniGB-UCS2" | "UniGB-UTF16" | "UniCNS-UCS2" | "UniCNS-UTF16" | "UniJIS-UCS2"
        | "UniJIS-UTF16" | "UniKS-UCS2" | "UniKS-UTF16" => Some(UTF_16BE),
        _ => None,
    }
}

fn simple_encoding(
    document: &Document,
    encoding: Option<&Object>,
) -> (Option<&'static Encoding>, HashMap<u32, String>) {
    let base = |name: &[u8]| match name {
        b"WinAnsiEncoding" | b"StandardEncoding" | b"PDFDocEncoding" => Some(WINDOWS_1252),
        b"MacRomanEncoding" => Some(MACINTOSH),
        _ => None,
    };
    let mut differences = HashMap::new();
    match encoding {
        Some(Object::Name(name)) => (base(name), differences),
        Some(Object::Dictionary(dictionary)) => {
            if let Some(Object::Array(list)) = get(document, dictionary, b"Differences") {
                let mut code = 0;
                for item in list {
                    match item {
                        Object::Integer(start) => code = (*start).clamp(0, 255) as u32,
                        Object::Name(name) => {
                            differences.insert(code, String::from_utf8_lossy(name).into_owned());
                            code += 1;
                        }
                        _ => {}
                    }
                }
            }
            let named =
                get(document, dictionary, b"BaseEncoding").and_then(|name| name.as_name().ok());
            (named.and_then(base), differences)
        }
        _ => (None, differences),
    }
}

/// Characters of the glyph names that western fonts use for digits and signs.
fn glyph_name(name: &str) -> Option<String> {
    const NAMES: [(&str, &str); 44] = [
        ("space", " "),
        ("exclam", "!"),
        ("quotedbl", "\""),
        ("numbersign", "#"),
        ("dollar", "$"),
        ("percent", "%"),
        ("ampersand", "&"),
        ("quotesingle", "'"),
        ("quoteright", "’"),
        ("quoteleft", "‘"),
        ("parenleft", "("),
        ("parenright", ")"),
        ("asterisk", "*"),
        ("plus", "+"),
        ("comma", ","),
        ("hyphen", "-"),
        ("minus", "-"),
        ("period", "."),
        ("slash", "/"),
        ("zero", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("colon", ":"),
        ("semicolon", ";"),
        ("less", "<"),
        ("equal", "="),
        ("greater", ">"),
        ("question", "?"),
        ("at", "@"),
        ("bracketleft", "["),
        ("bracketright", "]"),
        ("underscore", "_"),
        ("quotedblleft", "“"),
        ("quotedblright", "”"),
        ("endash", "–"),
        ("emdash", "—"),
        ("bullet", "•"),
    ];
    if let Some((_, text)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some((*text).to_owned());
    }
    let code = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'));
    if let Some(code) = code.filter(|code| (4..=6).contains(&code.len()))
        && let Ok(value) = u32::from_str_radix(code, 16)
    {
        return char::from_u32(value).map(String::from);
    }
    (name.len() == 1).then(|| name.to_owned())
}

/// Widths of a composite font: `W` lists `first [w1 w2 …]` and `first last w`.
fn composite_widths(document: &Document, font: &Dictionary) -> (HashMap<u32, f32>, f32) {
    let usual = get(document, font, b"DW")
        .and_then(|width| number(document, width))
        .unwrap_or(FULL_WIDTH);
    let mut widths = HashMap::new();
    let Some(Object::Array(entries)) = get(document, font, b"W") else {
        return (widths, usual);
    };
    let mut items = entries
        .iter()
        .filter_map(|item| document.dereference(item).ok())
        .map(|(_, item)| item);
    while let Some(first) = items.next() {
        let Some(first) = number(document, first) else {
            break;
        };
        match items.next() {
            Some(Object::Array(each)) => {
                for (width, code) in each.iter().zip(first as u32..) {
                    if let Some(width) = number(document, width) {
                        widths.insert(code, width);
                    }
                }
            }
            Some(last) => {
                let (Some(last), Some(width)) = (
                    number(document, last),
                    items.next().and_then(|width| number(document, width)),
                ) else {
                    break;
                };
                for code in (first as u32..=last as u32).take(65_536) {
                    widths.insert(code, width);
                }
            }
            None => break,
        }
    }
    (widths, usual)
}

/// An entry of a dictionary, references followed.
pub(crate) fn get<'a>(
    document: &'a Document,
    dictionary: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Object> {
    let entry = dictionary.get(key).ok()?;
    document.dereference(entry).ok().map(|(_, object)| object)
}

/// A number, reference followed.
pub(crate) fn number(document: &Document, object: &Object) -> Option<f32> {
    match document.dereference(object).ok()?.1 {
        Object::Integer(value) => Some(*value as f32),
        Object::Real(value) => Some(*value),
        _ => None,
    }
}
