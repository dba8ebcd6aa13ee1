//! The keys of the telephone: single ones, and numbers typed in.

use std::time::Duration;

/// Keys that one number may have; what is longer begins anew.
const LONGEST: usize = 20;
/// After this pause a number is taken as it is.
const PAUSE: Duration = Duration::from_secs(4);
/// After this pause a `0` that begins no number asks for a person.
const PAUSE_AFTER_ZERO: Duration = Duration::from_secs(2);

/// What a key, or the pause after one, means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// More may follow within this time; then [`Keys::paused`] decides.
    Wait(Duration),
    /// `0`: a person.
    Person,
    /// `*`: once more.
    Again,
    /// `1` to `9` where no number is asked for.
    Choice(u32),
    /// A number, ended by `#` or a pause.
    Number(String),
    /// Nothing that means anything here.
    Nothing,
}

/// Collects the keys of one call.
#[derive(Debug, Default)]
pub(super) struct Keys {
    typed: String,
    /// Whether a number is asked for, so that digits are parts of it.
    pub(super) number_asked: bool,
}

impl Keys {
    /// Takes a key.
    pub(super) fn press(&mut self, key: char) -> Pressed {
        match key {
            '#' => self.paused(),
            '*' => {
                self.typed.clear();
                Pressed::Again
            }
            '0'..='9' if self.number_asked || !self.typed.is_empty() => {
                if self.typed.len() >= LONGEST {
                    self.typed.clear();
                }
                self.typed.push(key);
                Pressed::Wait(if self.typed == "0" { PAUSE_AFTER_ZERO } else { PAUSE })
            }
            '0' => Pressed::Person,
            '1'..='9' => key.to_digit(10).map_or(Pressed::Nothing, Pressed::Choice),
            _ => Pressed::Nothing,
        }
    }

    /// No key for a while, or `#`: what was typed is complete.
    pub(super) fn paused(&mut self) -> Pressed {
        match std::mem::take(&mut self.typed).as_str() {
            "" => Pressed::Nothing,
            "0" => Pressed::Person,
            number => Pressed::Number(number.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &mut Keys, text: &str) -> Pressed {
        text.chars().map(|key| keys.press(key)).last().unwrap_or(Pressed::Nothing)
    }

    #[test]
    fn a_zero_brings_a_person_unless_it_begins_a_number() {
        let mut keys = Keys::default();
        assert_eq!(keys.press('0'), Pressed::Person);
        keys.number_asked = true;
        assert_eq!(keys.press('0'), Pressed::Wait(PAUSE_AFTER_ZERO));
        assert_eq!(keys.paused(), Pressed::Person);
        assert_eq!(typed(&mut keys, "087163001234#"), Pressed::Number("087163001234".to_owned()));
        assert_eq!(typed(&mut keys, "13888881234"), Pressed::Wait(PAUSE));
        assert_eq!(keys.paused(), Pressed::Number("13888881234".to_owned()));
    }

    #[test]
    fn other_keys_choose_repeat_or_mean_nothing() {
        let mut keys = Keys::default();
        assert_eq!(keys.press('2'), Pressed::Choice(2));
        assert_eq!(keys.press('*'), Pressed::Again);
        assert_eq!(keys.press('#'), Pressed::Nothing);
        assert_eq!(keys.press('A'), Pressed::Nothing);
    }
}
