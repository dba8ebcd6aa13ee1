//! Bytes of unknown encoding as text that knows its byte in the file.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use dialects::Mapped;
use encoding_rs::{BIG5, CoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::Warning;
use crate::document::ImportError;

/// Share of characters that may be undecodable or control characters before it is no text.
const MOST_BROKEN: f64 = 0.05;

/// A decoded file.
pub(crate) struct Decoded {
    /// The text without a byte order mark.
    pub(crate) text: Mapped,
    /// Number of places that could not be decoded.
    pub(crate) broken: usize,
}

/// Decodes a text file: by its byte order mark, as UTF-8, or by what the bytes look like
/// (GB18030, Big5, UTF-16 and others).
///
/// `declared` is the encoding that the file itself names, as a web page does.
pub(crate) fn decode(
    bytes: &[u8],
    declared: Option<&'static Encoding>,
) -> Result<Decoded, ImportError> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (guess(bytes, declared), 0),
    };
    let body = &bytes[mark..];
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(body)
    {
        let mut mapped = Mapped::new();
        mapped.push(text, mark..bytes.len());
        return accept(mapped);
    }
    accept(decode_with(encoding, bytes, mark))
}

/// Tells the importing person of places that could not be decoded.
pub(crate) fn warning(broken: usize) -> Option<Warning> {
    let message = || format!("有 {broken} 处字符认不出来，显示为“\u{fffd}”。请对照原文改正。");
    (broken > 0).then(|| Warning::new("undecodable_characters", message()))
}

fn accept(text: Mapped) -> Result<Decoded, ImportError> {
    let mut characters = 0_usize;
    let mut control = 0_usize;
    let mut broken = 0_usize;
    for character in text.text().chars() {
        characters += 1;
        match character {
            char::REPLACEMENT_CHARACTER => broken += 1,
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => {}
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => control += 1,
            _ => {}
        }
    }
    if (control + broken) as f64 > characters as f64 * MOST_BROKEN {
        return Err(ImportError::WrongType {
            found: "看不出内容的数据",
        });
    }
    Ok(Decoded { text, broken })
}

fn guess(bytes: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    // A file cut off inside a character is still UTF-8.
    let valid = std::str::from_utf8(bytes);
    if valid.is_ok_and(|text| !text.contains('\0'))
        || valid.is_err_and(|error| {
            error.error_len().is_none() && bytes.len() > 3 && !bytes.contains(&0)
        })
    {
        return UTF_8;
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return encoding;
    }
    if mostly_utf_8(bytes) {
        return UTF_8;
    }
    if let Some(encoding) = declared
        && encoding != UTF_8
    {
        return widest(encoding);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    match widest(detector.guess(Some(b"cn"), Utf8Detection::Allow)) {
        encoding if encoding == GB18030 && common_in(bytes, BIG5) > common_in(bytes, GB18030) => {
            BIG5
        }
        encoding => encoding,
    }
}

/// Share of the two-byte characters that stand in the part of an encoding that holds punctuation
/// and the common characters. Short texts are told apart by this better than by the statistics.
fn common_in(bytes: &[u8], encoding: &'static Encoding) -> f64 {
    let common = if encoding == BIG5 {
        0xa4..=0xc6
    } else {
        0xb0..=0xd7
    };
    let trail = |byte: u8| {
        let low = encoding == BIG5 && (0x40..=0x7e).contains(&byte);
        low || byte >= 0xa1
    };
    let (mut hits, mut all) = (0_usize, 0_usize);
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] < 0x81 {
            at += 1;
            continue;
        }
        let (lead, second) = (bytes[at], bytes[at + 1]);
        all += 1;
        hits +=
            usize::from((common.contains(&lead) || lead <= 0xa3) && trail(second) && lead >= 0xa1);
        at += 2;
    }
    hits as f64 / all.max(1) as f64
}

/// GB18030 holds all of GBK.
fn widest(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// Text in Latin letters or Han characters has its zero and its high bytes on fixed sides.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pairs = bytes.len() / 2;
    let typical = |high: usize| {
        bytes
            .chunks_exact(2)
            .filter(|pair| matches!(pair[high], 0 | 0x30 | 0x4e..=0x9f | 0xff))
            .count()
    };
    let (big, little) = (typical(0), typical(1));
    let enough = |hits: usize, others: usize| hits * 10 >= pairs * 9 && others * 10 < pairs * 6;
    if !bytes.contains(&0) {
        return None;
    }
    if enough(little, big) {
        Some(UTF_16LE)
    } else if enough(big, little) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A UTF-8 file with a few broken places: most of its high bytes form whole characters.
fn mostly_utf_8(bytes: &[u8]) -> bool {
    let mut whole = 0_usize;
    let mut broken = 0_usize;
    for chunk in bytes.utf8_chunks() {
        whole += chunk
            .valid()
            .chars()
            .filter(|character| !character.is_ascii())
            .count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > broken * 50
}

/// Decodes byte by byte, so that each character's bytes are known.
fn decode_with(encoding: &'static Encoding, bytes: &[u8], start: usize) -> Mapped {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut mapped = Mapped::new();
    let mut from = start;
    let mut buffer = [0_u8; 32];
    for at in start..=bytes.len() {
        let last = at == bytes.len();
        let input = if last { &[][..] } else { &bytes[at..=at] };
        let (result, _, written, _) = decoder.decode_to_utf8(input, &mut buffer, last);
        debug_assert_eq!(
            result,
            CoderResult::InputEmpty,
            "one byte never fills the buffer"
        );
        if written == 0 {
            continue;
        }
        let end = (at + 1).min(bytes.len());
        if let Ok(text) = std::str::from_utf8(&buffer[..written]) {
            mapped.push(text, from.min(end)..end);
        }
        from = end;
    }
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "居住证办理须知：在居住地住满半年，有合法稳定住所的，可以申请。\nABC 123";

    fn check(bytes: &[u8], part: &str, expected_bytes: &[u8]) {
        let decoded = decode(bytes, None).expect("it is text");
        let text = decoded.text.text();
        let at = text
            .find(part)
            .unwrap_or_else(|| panic!("{part} is not in {text}"));
        assert_eq!(
            &bytes[decoded.text.original(at..at + part.len())],
            expected_bytes
        );
    }

    #[test]
    fn places_are_bytes_of_the_file() {
        let (gbk, ..) = GB18030.encode(TEXT);
        let (word, ..) = GB18030.encode("住所");
        check(&gbk, "住所", &word);
        check(&gbk, "123", b"123");
        check(TEXT.as_bytes(), "住所", "住所".as_bytes());
        let (big5, ..) =
            BIG5.encode("居住證辦理須知：在居住地住滿半年，有合法穩定住所的，可以申請。");
        let (word, ..) = BIG5.encode("合法穩定");
        check(&big5, "合法穩定", &word);
        for (little, mark) in [(true, true), (true, false), (false, true), (false, false)] {
            let units = mark.then_some('\u{feff}').into_iter().chain(TEXT.chars());
            let encode = |unit: u16| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            let bytes: Vec<u8> = units
                .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
                .flat_map(encode)
                .collect();
            let word: Vec<u8> = "住所".encode_utf16().flat_map(encode).collect();
            check(&bytes, "住所", &word);
        }
    }

    #[test]
    fn a_broken_place_does_not_spoil_the_file() {
        let mut bytes = TEXT.repeat(5).into_bytes();
        bytes[1] = b'?';
        let decoded = decode(&bytes, None).expect("it is still text");
        assert!(decoded.broken > 0);
        assert!(decoded.text.text().contains("办理须知"));
    }

    #[test]
    fn noise_is_refused() {
        let noise: Vec<u8> = (0..4000_u32).map(|n| (n * 7919 % 251) as u8).collect();
        assert!(matches!(
            decode(&noise, None),
            Err(ImportError::WrongType { .. })
        ));
    }
}
