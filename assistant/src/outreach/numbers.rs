//! Telephone numbers as people paste them: a line each, with or without names, from a table or a chat.

use serde::Serialize;

use crate::phone::Number;
use crate::privacy::mask_text;

/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 20;

/// A number to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedNumber {
    /// The line that it stood in, from 1.
    pub line: usize,
    /// The number, digits only.
    pub number: Number,
    /// Whose it is.
    pub name: Option<String>,
}

/// A line that nobody will be called for, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedLine {
    /// Which line, from 1.
    pub line: usize,
    /// What stood there, numbers masked.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What was read of a pasted text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Numbers that can be called, each once.
    pub numbers: Vec<PastedNumber>,
    /// Every other line that is not empty and not a heading.
    pub refused: Vec<RefusedLine>,
}

impl Pasted {
    /// Reads lines such as `13812345678`, `王桂兰,138-1234-5678` or those copied from a table. A line may hold several
    /// numbers and nothing else. Of a number that stands twice, the second is refused.
    pub fn read(text: &str) -> Self {
        let mut pasted = Self::default();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let shown = line.trim();
            if shown.is_empty() || (index == 0 && is_heading(shown)) {
                continue;
            }
            match read_line(shown) {
                Ok(found) => {
                    for (number, name) in found {
                        pasted.take(index + 1, shown, number, name);
                    }
                }
                Err(reason) => pasted.refuse(index + 1, shown, reason.to_owned()),
            }
        }
        pasted
    }

    fn take(&mut self, line: usize, shown: &str, number: String, name: Option<String>) {
        match self.numbers.iter().find(|one| one.number.whole() == number) {
            Some(first) => {
                let reason = format!("和第 {} 行的号码重复，只打一次。", first.line);
                self.refuse(line, shown, reason);
            }
            None => self.numbers.push(PastedNumber { line, number: Number::new(number), name }),
        }
    }

    fn refuse(&mut self, line: usize, shown: &str, reason: String) {
        let text: String = shown.chars().take(60).collect();
        self.refused.push(RefusedLine { line, text: mask_text(&text), reason });
    }
}

/// The number in digits, or what is wrong with it.
pub fn callable(text: &str) -> Result<String, &'static str> {
    let digits: String = text.chars().filter_map(ascii_digit).collect();
    let abroad = text.trim_start().starts_with(['+', '＋']) || digits.starts_with("00");
    let digits = digits.trim_start_matches("00");
    let number = match digits.strip_prefix("86") {
        Some(rest) if abroad || (digits.len() == 13 && rest.starts_with('1')) => rest,
        _ if abroad => return Err("这是境外号码，打不了。"),
        _ => digits,
    };
    let second = number.as_bytes().get(1).copied().unwrap_or(b'0');
    match (number.as_bytes().first(), number.len()) {
        (Some(b'1'), 11) if second >= b'3' => Ok(number.to_owned()),
        (Some(b'0'), 10..=12) => Ok(number.to_owned()),
        (Some(b'2'..=b'8'), 7..=8) => Ok(number.to_owned()),
        (Some(b'1'), 3..=6) => Err("这是服务或求助号码，不能外呼。"),
        (Some(b'4' | b'8'), 10) => Err("这是服务热线，不能外呼。"),
        (_, 15 | 17 | 18) => Err("这像身份证号，不是电话号码。"),
        (Some(b'1'), 7..) => Err("手机号是 11 位，请核对有没有多打或少打数字。"),
        (None, _) => Err("这一行没有电话号码。"),
        _ => Err("这不像电话号码。座机请带区号，如 0871 开头。"),
    }
}

/// The same for a single call that somebody makes from the desk; extensions of the house are good too.
pub fn callable_from_desk(text: &str) -> Result<String, &'static str> {
    let digits: String = text.chars().filter_map(ascii_digit).collect();
    let extension = (3..=6).contains(&digits.len()) && digits.starts_with(['2', '3', '4', '5', '6', '7', '8']);
    if extension { Ok(digits) } else { callable(text) }
}

fn ascii_digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '０'..='９' => char::from_u32(character as u32 - 0xFF10 + 0x30),
        _ => None,
    }
}

/// Whether a first line names columns.
fn is_heading(line: &str) -> bool {
    let lower = line.to_lowercase();
    !line.chars().any(|character| ascii_digit(character).is_some())
        && ["电话", "手机", "号码", "phone", "number"].iter().any(|word| lower.contains(word))
}

fn read_line(line: &str) -> Result<Vec<(String, Option<String>)>, &'static str> {
    let between = |character: char| matches!(character, ',' | '，' | ';' | '；' | '\t' | '、' | '|');
    let cells: Vec<&str> =
        line.split(between).map(|cell| cell.trim_matches(['"', '\'', ' ', '“', '”'])).filter(|cell| !cell.is_empty()).collect();
    // Several numbers and nothing else.
    let words: Vec<&str> = cells.iter().flat_map(|cell| cell.split_whitespace()).collect();
    if words.len() > 1
        && let Ok(numbers) = words.iter().map(|word| callable(word)).collect::<Result<Vec<_>, _>>()
        && !words.iter().any(|word| word.chars().any(char::is_alphabetic))
    {
        return Ok(numbers.into_iter().map(|number| (number, None)).collect());
    }
    let mut numbers = Vec::new();
    let mut name = None;
    for cell in &cells {
        for (part, is_number) in parts(cell) {
            if is_number {
                numbers.push(part);
            } else if name.is_none() && part.chars().any(char::is_alphabetic) {
                name = Some(part.trim().chars().take(LONGEST_NAME).collect::<String>());
            }
        }
    }
    match numbers.as_slice() {
        [] => Err("这一行没有电话号码。"),
        [number] => Ok(vec![(callable(number)?, name)]),
        _ => Err("这一行有几个号码，不知道打哪个。请一行写一个。"),
    }
}

/// A cell in stretches that may be a number (three digits and more, with blanks, dashes and brackets) and others.
fn parts(cell: &str) -> Vec<(String, bool)> {
    let of_number = |character: char| {
        ascii_digit(character).is_some() || matches!(character, '+' | '＋' | '-' | '－' | '—' | ' ' | '(' | ')' | '（' | '）')
    };
    let mut parts: Vec<(String, bool)> = Vec::new();
    for character in cell.chars() {
        let kind = of_number(character);
        match parts.last_mut() {
            Some((part, last)) if *last == kind => part.push(character),
            _ => parts.push((character.to_string(), kind)),
        }
    }
    // 3栋张三: a digit or two belong to the words.
    for (part, is_number) in &mut parts {
        *is_number = *is_number && part.chars().filter_map(ascii_digit).count() >= 3;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_paste_them() {
        let pasted = Pasted::read(
            "\u{feff}姓名,电话\r\n王桂兰,138-1234-5678\r\n13912345678 李大爷\n０８７１－６３３３４４５５\n\n\
             \"赵\",\"+86 137 1234 5678\"\n13812345678\n1381234567\n110\n家里没人\n13612345678 13512345678\n\
             53010219900101123X\n13612345679或13612345670\n+1 202 555 0100\n",
        );
        let numbers: Vec<(usize, &str, Option<&str>)> =
            pasted.numbers.iter().map(|one| (one.line, one.number.whole(), one.name.as_deref())).collect();
        assert_eq!(
            numbers,
            [
                (2, "13812345678", Some("王桂兰")),
                (3, "13912345678", Some("李大爷")),
                (4, "087163334455", None),
                (6, "13712345678", Some("赵")),
                (11, "13612345678", None),
                (11, "13512345678", None),
            ]
        );
        let refused: Vec<usize> = pasted.refused.iter().map(|one| one.line).collect();
        assert_eq!(refused, [7, 8, 9, 10, 12, 13, 14]);
        assert!(pasted.refused[0].reason.contains("第 2 行"));
        assert!(pasted.refused.iter().all(|one| !one.text.contains("13812345678")));
    }

    #[test]
    fn an_extension_is_called_from_the_desk_only() {
        assert_eq!(callable_from_desk("8001"), Ok("8001".to_owned()));
        assert!(callable("8001").is_err() && callable_from_desk("119").is_err() && callable_from_desk("12345").is_err());
    }

    proptest! {
        #[test]
        fn no_line_is_lost(lines in proptest::collection::vec("[0-9a-z王 ,+-]{0,24}", 0..12)) {
            let text = format!("第一行\n{}", lines.join("\n"));
            let pasted = Pasted::read(&text);
            for (index, line) in text.lines().enumerate() {
                let told = pasted.numbers.iter().any(|one| one.line == index + 1)
                    || pasted.refused.iter().any(|one| one.line == index + 1);
                prop_assert_eq!(told, !line.trim().is_empty(), "{}", line);
            }
        }
    }
}
