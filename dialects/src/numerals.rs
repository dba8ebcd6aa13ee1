//! Finds every quantity in Chinese text, with where it stands and its exact value.
//!
//! Numbers are read however they are written (三十, 30, ３０, 1,500, 1.2万, 三百五, 一点五), together
//! with what they count. Dates, times of day, weekdays, percentages, telephone numbers and article
//! numbers of laws are told apart, so that 30日 is never 30元 and 第十六条 is never 16条.
//!
//! Words that only look like numbers (一下, 统一, 十分满意, 千万别, 三轮车) are left out.
//!
//! ```
//! use dialects::numerals::quantities;
//!
//! let law = &quantities("自受理之日起三十日内办结")[0];
//! let said = &quantities("３０天内办好")[0];
//! assert!(law.agrees_with(said));
//! assert!(!law.agrees_with(&quantities("收费三十元")[0]));
//! ```

mod amount;
mod calendar;
mod chinese;
mod decimal;
mod read;
mod scan;
mod telephone;
mod units;

use std::ops::Range;

pub use self::{chinese::chinese, decimal::Decimal};

/// A quantity in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// What it amounts to.
    pub value: Value,
    /// What is counted, in one spelling each: 日 for 天, 元 for 块 and 块钱, 人 for 名 and 位, 小时
    /// for 个小时. `None` for a bare number and where the kind says it all.
    pub unit: Option<String>,
    /// Byte range in the text, unit included.
    pub span: Range<usize>,
    /// What sort of quantity it is.
    pub kind: Kind,
}

impl Quantity {
    /// Whether both say the same: the same value of the same thing, however written.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.unit == other.unit && self.value.equals(&other.value)
    }
}

/// What a quantity amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(Decimal),
    /// From the first number to the second, both included: 三至五日, 两三天.
    Range(Decimal, Decimal),
    /// A fraction in lowest terms: 三分之二, 一半.
    Fraction {
        /// Above the line.
        numerator: u64,
        /// Below the line, above 0.
        denominator: u64,
    },
    /// A day, month or year of the calendar; at least one part is there.
    Date {
        /// Whether it is of the traditional calendar: 腊月二十三.
        lunar: bool,
        /// Such as 2025.
        year: Option<u16>,
        /// 1 to 12.
        month: Option<u8>,
        /// 1 to 31.
        day: Option<u8>,
    },
    /// A time of day; 下午五点 is 17:00.
    Time {
        /// 0 to 24.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// A day of the week, 1 for Monday to 7 for Sunday.
    Weekday(u8),
    /// Digits that are a name rather than a number, without separators: telephone, identity card.
    Digits(String),
    /// An article of a law; 第十六条之一 is article 16, inserted 1.
    Article {
        /// The article's number.
        number: u64,
        /// Number of the article inserted after it.
        inserted: Option<u64>,
    },
}

impl Value {
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Digits(digits), Self::Number(number))
            | (Self::Number(number), Self::Digits(digits)) => *digits == number.to_string(),
            _ => self == other,
        }
    }
}

/// The sort of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number of something, or a bare number.
    Count,
    /// Money, in 元.
    Money,
    /// A part of a hundred, a thousand or ten thousand (unit %, ‰ or ‱) or a fraction.
    Share,
    /// A calendar date, or a weekday.
    Date,
    /// A time of day.
    Time,
    /// A telephone number.
    Phone,
    /// A long number that names something: identity card, account.
    Identifier,
    /// An article of a law.
    Article,
    /// A place in an order: 第二款, 第三次.
    Ordinal,
}

/// Every quantity in `text`, in order and without overlap.
pub fn quantities(text: &str) -> Vec<Quantity> {
    scan::Scanner::new(text).quantities()
}
