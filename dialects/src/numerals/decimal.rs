//! Exact decimal numbers.

use std::fmt;

/// An exact number of at most 27 digits, such as 12.5; equal numbers are equal however written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits; divided by 10 to the power `places` they are the value.
    digits: i128,
    /// Digits after the point; the last of them is not 0.
    places: u32,
}

/// More digits than this are an identifier, not a number.
const MOST_DIGITS: u32 = 27;

impl Decimal {
    /// `digits` divided by 10 to the power `places`.
    pub(super) fn new(mut digits: i128, mut places: u32) -> Self {
        while places > 0 && digits % 10 == 0 {
            digits /= 10;
            places -= 1;
        }
        Self { digits, places }
    }

    /// Reads plain digits with at most one point.
    pub(super) fn parse(written: &str) -> Option<Self> {
        let (whole, part) = written.split_once('.').unwrap_or((written, ""));
        if whole.len() + part.len() > MOST_DIGITS as usize {
            return None;
        }
        let digits = format!("{whole}{part}").parse().ok()?;
        Some(Self::new(digits, part.len() as u32))
    }

    /// This number with its point moved `powers` places to the right.
    pub(super) fn times_power_of_ten(self, powers: u32) -> Option<Self> {
        let lost = self.places.min(powers);
        let digits = self
            .digits
            .checked_mul(10i128.checked_pow(powers - lost)?)?;
        Some(Self::new(digits, self.places - lost))
    }

    /// A tenth of it.
    pub(super) fn tenth(self) -> Self {
        Self::new(self.digits, self.places + 1)
    }

    /// Sum of two numbers.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        let scaled = |number: Self| {
            number
                .digits
                .checked_mul(10i128.checked_pow(places - number.places)?)
        };
        Some(Self::new(
            scaled(self)?.checked_add(scaled(other)?)?,
            places,
        ))
    }

    /// The number, where it is whole and not negative.
    pub fn whole(self) -> Option<u64> {
        if self.places == 0 {
            u64::try_from(self.digits).ok()
        } else {
            None
        }
    }

    pub(super) fn is_below(self, other: Self) -> bool {
        let places = self.places.max(other.places);
        let scaled = |number: Self| {
            number
                .digits
                .saturating_mul(10i128.saturating_pow(places - number.places))
        };
        scaled(self) < scaled(other)
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self::new(i128::from(number), 0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.places == 0 {
            return write!(formatter, "{}", self.digits);
        }
        let places = self.places as usize;
        let digits = format!("{:0>width$}", self.digits, width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        write!(formatter, "{whole}.{part}")
    }
}
