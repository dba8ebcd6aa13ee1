//! Personal data that can't slip into a log, a page or an export by accident.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::store::Contact;

/// A value with personal data: shown masked by `Debug`, `Display` and `Serialize`; only
/// [`Private::reveal`] gives it whole.
#[derive(Clone)]
pub struct Private<T>(T);

/// How a value looks when it may not be read.
pub trait Mask {
    /// The value with what identifies a person hidden.
    fn masked(&self) -> String;
}

impl<T> Private<T> {
    /// Closes a value in.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for whoever is entitled to it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Mask> fmt::Debug for Private<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.masked())
    }
}

impl<T: Mask> fmt::Display for Private<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.masked())
    }
}

impl<T: Mask> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.masked())
    }
}

impl Mask for Contact {
    fn masked(&self) -> String {
        let name = self.name.as_deref().and_then(|name| name.chars().next());
        let phone = self.phone.as_deref().map(masked_phone);
        match (name, phone) {
            (None, None) => "未留联系方式".to_owned(),
            (Some(first), None) => format!("{first}**"),
            (None, Some(phone)) => phone,
            (Some(first), Some(phone)) => format!("{first}** {phone}"),
        }
    }
}

/// A telephone number with only its first three and last two digits.
fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 7 {
        return "***".to_owned();
    }
    let head: String = digits[..3].iter().collect();
    let tail: String = digits[digits.len() - 2..].iter().collect();
    format!("{head}{}{tail}", "*".repeat(digits.len() - 5))
}

/// A text with the digits of telephone and identity numbers hidden; those of a work order stay.
pub fn mask_text(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let run = characters[at..]
            .iter()
            .take_while(|character| character.is_ascii_digit() || matches!(character, 'x' | 'X'))
            .count();
        let digits = characters[at..at + run].iter().filter(|character| character.is_ascii_digit()).count();
        if digits >= 7 && !is_order_number(&characters[at..]) {
            masked.extend(&characters[at..at + 3]);
            masked.extend(std::iter::repeat_n('*', run - 5));
            masked.extend(&characters[at + run - 2..at + run]);
        } else {
            masked.extend(&characters[at..at + run.max(1)]);
        }
        at += run.max(1);
    }
    masked
}

/// Whether these characters begin with the number of a work order, such as 20261122-0007.
fn is_order_number(characters: &[char]) -> bool {
    let digits = |from: usize, until: usize| {
        characters.get(from..until).is_some_and(|some| some.iter().all(char::is_ascii_digit))
    };
    digits(0, 8) && characters.get(8) == Some(&'-') && digits(9, 13) && !digits(13, 14)
}

/// The first telephone number in what a resident wrote or said: a mobile number or a landline with
/// area code, in digits or read out (幺三八…).
pub fn phone_in(text: &str) -> Option<String> {
    let mut run = String::new();
    let mut runs = Vec::new();
    for character in text.chars().chain(['。']) {
        let digit = match character {
            '０'..='９' => char::from_u32(character as u32 - 0xFF10 + 0x30),
            '0'..='9' => Some(character),
            '零' | '〇' => Some('0'),
            '幺' | '一' => Some('1'),
            '二' | '两' => Some('2'),
            '三' => Some('3'),
            '四' => Some('4'),
            '五' => Some('5'),
            '六' => Some('6'),
            '七' => Some('7'),
            '八' => Some('8'),
            '九' => Some('9'),
            _ => None,
        };
        match digit {
            Some(digit) => run.push(digit),
            // People write 138-1234-5678 and 138 1234 5678.
            None if (character == '-' || character == ' ') && !run.is_empty() => {}
            None => {
                if !run.is_empty() {
                    runs.push(std::mem::take(&mut run));
                }
            }
        }
    }
    runs.into_iter().find(|digits| {
        let mobile = digits.len() == 11
            && digits.starts_with('1')
            && !matches!(digits.as_bytes()[1], b'0' | b'1' | b'2');
        let landline = digits.len() >= 10 && digits.len() <= 12 && digits.starts_with('0');
        mobile || landline
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_masked_wherever_it_is_written() {
        let contact = Private::new(Contact {
            phone: Some("13812345678".to_owned()),
            name: Some("王桂兰".to_owned()),
        });
        for written in [
            format!("{contact:?}"),
            contact.to_string(),
            serde_json::to_string(&contact).unwrap(),
        ] {
            assert!(written.contains("王** 138******78"), "{written}");
            assert!(!written.contains("桂兰") && !written.contains("1234"), "{written}");
        }
        assert_eq!(contact.reveal().phone.as_deref(), Some("13812345678"));
    }

    #[test]
    fn numbers_that_name_a_person_are_hidden_in_a_text() {
        assert_eq!(mask_text("电话13812345678，5栋"), "电话138******78，5栋");
        assert_eq!(mask_text("身份证53010219900101123X"), "身份证530*************3X");
        assert_eq!(mask_text("工单 20261122-0007，第12345"), "工单 20261122-0007，第12345");
    }

    #[test]
    fn telephone_numbers_are_read_as_people_write_them() {
        for (text, expected) in [
            ("我电话13812345678", Some("13812345678")),
            ("138-1234-5678，姓王", Some("13812345678")),
            ("0871 6312 3456", Some("087163123456")),
            ("１３８１２３４５６７８", Some("13812345678")),
            ("工单20261122-0007", None),
            ("身份证530102199001011234", None),
            ("打119", None),
            ("我的号码是幺三八零零零零幺二三四", Some("13800001234")),
            ("三栋二单元一楼", None),
        ] {
            assert_eq!(phone_in(text).as_deref(), expected, "{text}");
        }
    }
}
