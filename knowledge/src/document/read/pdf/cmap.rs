//! Tables from character codes to text that PDF fonts carry (PDF 32000-1, 9.10.3).

use std::collections::HashMap;

/// Longest text that one code may stand for, in UTF-16 units; ligatures have four at most.
const LONGEST: usize = 16;

/// A `ToUnicode` table.
#[derive(Debug, Default)]
pub(crate) struct CMap {
    single: HashMap<u32, String>,
    /// Codes from the first to the second stand for consecutive characters from the third on.
    ranges: Vec<(u32, u32, u32)>,
    /// Lengths of codes in bytes with the bounds of their ranges.
    code_spaces: Vec<(usize, u32, u32)>,
}

impl CMap {
    /// Reads a table; what is not understood is left out.
    pub(crate) fn read(source: &[u8]) -> Self {
        let mut cmap = Self::default();
        let mut tokens = Tokens { source, at: 0 };
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(b"begincodespacerange") => {
                    while let (Some(Token::Bytes(low)), Some(Token::Bytes(high))) =
                        (tokens.next(), tokens.next())
                    {
                        cmap.code_spaces
                            .push((low.len(), number(&low), number(&high)));
                        if tokens.ends("endcodespacerange") {
                            break;
                        }
                    }
                }
                Token::Word(b"beginbfchar") => {
                    while let (Some(Token::Bytes(code)), Some(Token::Bytes(text))) =
                        (tokens.next(), tokens.next())
                    {
                        cmap.single.insert(number(&code), utf_16(&text));
                        if tokens.ends("endbfchar") {
                            break;
                        }
                    }
                }
                Token::Word(b"beginbfrange") => cmap.read_ranges(&mut tokens),
                _ => {}
            }
        }
        cmap.ranges.sort_unstable();
        cmap
    }

    fn read_ranges(&mut self, tokens: &mut Tokens<'_>) {
        while let (Some(Token::Bytes(low)), Some(Token::Bytes(high))) =
            (tokens.next(), tokens.next())
        {
            let (low, high) = (number(&low), number(&high));
            match tokens.next() {
                Some(Token::Bytes(text)) => {
                    let text = utf_16(&text);
                    let mut characters = text.chars();
                    match (characters.next(), characters.next()) {
                        (Some(first), None) => self.ranges.push((low, high, u32::from(first))),
                        (Some(_), Some(_)) => {
                            self.single.insert(low, text);
                        }
                        _ => {}
                    }
                }
                Some(Token::Open) => {
                    let mut code = low;
                    while let Some(Token::Bytes(text)) = tokens.next() {
                        self.single.insert(code, utf_16(&text));
                        code = code.saturating_add(1);
                    }
                }
                _ => return,
            }
            if tokens.ends("endbfrange") {
                return;
            }
        }
    }

    /// The text of a code.
    pub(crate) fn text(&self, code: u32) -> Option<String> {
        if let Some(text) = self.single.get(&code) {
            return Some(text.clone());
        }
        let after = self.ranges.partition_point(|&(low, ..)| low <= code);
        let &(low, high, first) = self.ranges[..after].last()?;
        (code <= high)
            .then(|| char::from_u32(first + (code - low)))
            .flatten()
            .map(String::from)
    }

    /// Length in bytes of the code with which `bytes` begin, if the table says so.
    pub(crate) fn code_length(&self, bytes: &[u8]) -> Option<usize> {
        self.code_spaces
            .iter()
            .filter(|(length, ..)| (1..=bytes.len()).contains(length))
            .find(|&&(length, low, high)| {
                // Each byte of a code lies between the bytes of its bounds.
                let shift = |value: u32, at: usize| (value >> (8 * (length - 1 - at))) & 0xff;
                (0..length)
                    .all(|at| (shift(low, at)..=shift(high, at)).contains(&u32::from(bytes[at])))
            })
            .map(|&(length, ..)| length)
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn utf_16(bytes: &[u8]) -> String {
    // A single byte is a character as well.
    if let [byte] = bytes {
        return char::from(*byte).to_string();
    }
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .take(LONGEST)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units).replace('\0', "")
}

enum Token<'a> {
    Word(&'a [u8]),
    Bytes(Vec<u8>),
    Open,
    Close,
}

struct Tokens<'a> {
    source: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn skip_space(&mut self) {
        while let Some(byte) = self.source.get(self.at) {
            match byte {
                b'%' => {
                    while self
                        .source
                        .get(self.at)
                        .is_some_and(|byte| !matches!(byte, b'\n' | b'\r'))
                    {
                        self.at += 1;
                    }
                }
                byte if byte.is_ascii_whitespace() || *byte == 0 => self.at += 1,
                _ => break,
            }
        }
    }

    /// Whether the next token is this word; the word is then read.
    fn ends(&mut self, word: &str) -> bool {
        self.skip_space();
        let ends = self.source[self.at..].starts_with(word.as_bytes());
        if ends {
            self.at += word.len();
        }
        ends
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_space();
        let first = *self.source.get(self.at)?;
        let start = self.at;
        self.at += 1;
        match first {
            b'<' if self.source.get(self.at) != Some(&b'<') => {
                let end = self.source[self.at..]
                    .iter()
                    .position(|byte| *byte == b'>')?;
                let digits: Vec<u8> = self.source[self.at..self.at + end]
                    .iter()
                    .filter_map(|byte| char::from(*byte).to_digit(16))
                    .map(|digit| digit as u8)
                    .collect();
                self.at += end + 1;
                let bytes = digits
                    .chunks(2)
                    .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
                    .collect();
                Some(Token::Bytes(bytes))
            }
            b'[' => Some(Token::Open),
            b']' => Some(Token::Close),
            _ => {
                while self.source.get(self.at).is_some_and(|byte| {
                    !byte.is_ascii_whitespace() && !matches!(byte, b'<' | b'[' | b']' | b'%')
                }) {
                    self.at += 1;
                }
                Some(Token::Word(&self.source[start..self.at]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_become_text() {
        let cmap = CMap::read(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <5C45> <0004> <00660069> endbfchar\n\
              2 beginbfrange <0010> <0012> <4E00> <0020> <0021> [<8BC1> <529E>] endbfrange",
        );
        assert_eq!(cmap.text(3).as_deref(), Some("居"));
        assert_eq!(cmap.text(4).as_deref(), Some("fi"));
        assert_eq!(cmap.text(0x11).as_deref(), Some("丁"));
        assert_eq!(cmap.text(0x21).as_deref(), Some("办"));
        assert_eq!(cmap.text(0x30), None);
        assert_eq!(cmap.code_length(&[0, 3]), Some(2));
    }

    proptest! {
        #[test]
        fn every_source_is_some_table(source in "[<>\\[\\]0-9a-f begincodspachrx%\n]{0,120}") {
            let _ = CMap::read(source.as_bytes()).text(0);
        }
    }
}
