//! A changed text that still knows where each of its bytes stood in the original.

use std::ops::Range;

/// A text together with the place of each byte in the text it was made from.
///
/// Steps that drop, replace or insert characters can be chained with [`Mapped::then`]; the result
/// still points into the first original.
///
/// ```
/// use dialects::Mapped;
/// let mut cleaned = Mapped::new();
/// cleaned.push("居住证", 0..9);
/// cleaned.push("办理", 11..17); // two spaces were dropped
/// assert_eq!(cleaned.text(), "居住证办理");
/// assert_eq!(cleaned.original(9..15), 11..17);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    text: String,
    runs: Vec<Run>,
}

/// Units of `new_unit` bytes, one after another, each made from `old_unit` bytes of the original.
///
/// Han characters of a GBK file make one run of (3, 2), unchanged text one of (1, 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    new: usize,
    old: usize,
    new_unit: usize,
    old_unit: usize,
}

impl Mapped {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// `text` as it stands, every byte at its own place.
    pub fn unchanged(text: impl Into<String>) -> Self {
        let text = text.into();
        let mut mapped = Self::new();
        let length = text.len();
        mapped.record(length, 0..length);
        mapped.text = text;
        mapped
    }

    /// The text after all changes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Appends `text`, which stands for `original`. Ranges are pushed in ascending order.
    ///
    /// Where both have the same length their bytes correspond one by one.
    pub fn push(&mut self, text: &str, original: Range<usize>) {
        self.record(text.len(), original);
        self.text.push_str(text);
    }

    /// Appends `text`, which stands for `original` as a whole: every part of it points to all of
    /// `original`, even where both are of the same length.
    pub fn replace(&mut self, text: &str, original: Range<usize>) {
        let new = self.text.len();
        self.add_whole(new, text.len(), original);
        self.text.push_str(text);
    }

    /// Appends `text` that has no counterpart; it is placed at byte `at` of the original.
    pub fn insert(&mut self, text: &str, at: usize) {
        self.push(text, at..at);
    }

    /// Appends another text made from the same original.
    pub fn append(&mut self, other: &Self) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        for (index, run) in other.runs.iter().enumerate() {
            let moved = Run {
                new: run.new + shift,
                ..*run
            };
            let end = other.run_end(index) + shift;
            self.add(moved, end - moved.new);
        }
    }

    /// The stretch of the original that `range` of the text was made from.
    ///
    /// An empty range gives an empty one.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let Some(first) = self.run_at(range.start) else {
            return 0..0;
        };
        let run = self.runs[first];
        let start = run.old + (range.start - run.new) / run.new_unit * run.old_unit;
        if range.is_empty() {
            return start..start;
        }
        let last = self.run_at(range.end - 1).unwrap_or(first);
        let run = self.runs[last];
        let end = run.old + ((range.end - 1 - run.new) / run.new_unit + 1) * run.old_unit;
        start..end.max(start)
    }

    /// A stretch of the text with its places.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        Self {
            text: self.text[range.clone()].to_owned(),
            runs: self.places(range).into_iter().map(|(run, _)| run).collect(),
        }
    }

    /// Applies a further change; the result points into the original of `self`.
    #[must_use]
    pub fn then(&self, change: impl FnOnce(&str) -> Self) -> Self {
        let changed = change(&self.text);
        if changed.keeps_places(self.text.len()) {
            return Self {
                text: changed.text,
                runs: self.runs.clone(),
            };
        }
        let mut result = Self::new();
        for index in 0..changed.runs.len() {
            let run = changed.runs[index];
            let end = changed.run_end(index);
            if (run.new_unit, run.old_unit) == (1, 1) {
                let same = self.places(run.old..run.old + (end - run.new));
                for (part, length) in same {
                    let moved = Run {
                        new: run.new + part.new,
                        ..part
                    };
                    result.add(moved, length);
                }
                continue;
            }
            let mut new = run.new;
            let mut old = run.old;
            while new < end {
                let length = run.new_unit.min(end - new);
                result.add_whole(new, length, self.original(old..old + run.old_unit));
                new += length;
                old += run.old_unit;
            }
        }
        result.text = changed.text;
        result
    }

    /// Whether every byte stands where it stood in an original of `length` bytes.
    fn keeps_places(&self, length: usize) -> bool {
        self.text.len() == length
            && (length == 0
                || matches!(
                    self.runs[..],
                    [Run {
                        old: 0,
                        new_unit: 1,
                        old_unit: 1,
                        ..
                    }]
                ))
    }

    /// The runs of a stretch, placed from 0, with their lengths in bytes of the text.
    fn places(&self, range: Range<usize>) -> Vec<(Run, usize)> {
        let mut places = Vec::new();
        let Some(first) = self.run_at(range.start) else {
            return places;
        };
        for index in first..self.runs.len() {
            let run = self.runs[index];
            if run.new >= range.end {
                break;
            }
            let mut start = run.new.max(range.start);
            let end = self.run_end(index).min(range.end);
            let mut old = run.old + (start - run.new) / run.new_unit * run.old_unit;
            let into_unit = (start - run.new) % run.new_unit;
            if into_unit > 0 {
                let rest = (run.new_unit - into_unit).min(end - start);
                places.push((
                    Run {
                        new: start - range.start,
                        old,
                        ..run
                    },
                    rest,
                ));
                start += rest;
                old += run.old_unit;
            }
            if start < end {
                places.push((
                    Run {
                        new: start - range.start,
                        old,
                        ..run
                    },
                    end - start,
                ));
            }
        }
        places
    }

    fn record(&mut self, length: usize, original: Range<usize>) {
        let new = self.text.len();
        if length == original.len() {
            let run = Run {
                new,
                old: original.start,
                new_unit: 1,
                old_unit: 1,
            };
            self.add(run, length);
        } else {
            self.add_whole(new, length, original);
        }
    }

    fn add_whole(&mut self, new: usize, length: usize, original: Range<usize>) {
        let run = Run {
            new,
            old: original.start,
            new_unit: length,
            old_unit: original.len(),
        };
        self.add(run, length);
    }

    /// Adds a run of `length` bytes of the text, joining it to the last one where it continues it.
    fn add(&mut self, run: Run, length: usize) {
        if length == 0 {
            return;
        }
        if let Some(last) = self.runs.last() {
            let covered = run.new - last.new;
            let continues = last.new_unit == run.new_unit
                && last.old_unit == run.old_unit
                && covered.is_multiple_of(last.new_unit)
                && last.old + covered / last.new_unit * last.old_unit == run.old;
            if continues {
                return;
            }
        }
        self.runs.push(run);
    }

    fn run_at(&self, at: usize) -> Option<usize> {
        self.runs
            .partition_point(|run| run.new <= at)
            .checked_sub(1)
    }

    fn run_end(&self, index: usize) -> usize {
        self.runs
            .get(index + 1)
            .map_or(self.text.len(), |next| next.new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Drops spaces, writes 啊 for every a and turns every 辦 into 办.
    fn change(text: &str) -> Mapped {
        let mut changed = Mapped::new();
        for (at, character) in text.char_indices() {
            let range = at..at + character.len_utf8();
            match character {
                ' ' => {}
                'a' => changed.push("啊", range),
                '辦' => changed.push("办", range),
                _ => changed.push(&text[range.clone()], range),
            }
        }
        changed
    }

    #[test]
    fn a_change_that_keeps_all_places_is_a_change() {
        assert_eq!(Mapped::unchanged("辦理").then(change).text(), "办理");
    }

    #[test]
    fn a_replaced_stretch_is_one_even_where_lengths_agree() {
        let mut mapped = Mapped::new();
        mapped.replace("ab", 0..2);
        mapped.push("é", 2..4);
        assert_eq!(mapped.original(0..1), 0..2);
        let again = mapped.then(|text| {
            let mut upper = Mapped::new();
            upper.replace("é", 0..2);
            upper.push(&text[2..], 2..4);
            upper
        });
        assert_eq!(again.original(0..2), 0..2);
        assert_eq!(again.original(2..4), 2..4);
    }

    proptest! {
        #[test]
        fn every_character_points_at_its_own(text in "[ aab居辦\n]{0,40}", cut in 0..20_usize) {
            let mapped = Mapped::unchanged(text.as_str()).then(change);
            for (at, character) in mapped.text().char_indices() {
                let original = &text[mapped.original(at..at + character.len_utf8())];
                let expected = match character { '啊' => "a", '办' => "辦", _ => original };
                prop_assert_eq!(original, expected);
                prop_assert_eq!(original.chars().count(), 1);
            }
            // A part, and two parts put together, point at the same places.
            let cut = mapped.text().char_indices().nth(cut).map_or(mapped.text().len(), |(at, _)| at);
            let (first, second) = (mapped.slice(0..cut), mapped.slice(cut..mapped.text().len()));
            let mut joined = first.clone();
            joined.append(&second);
            prop_assert_eq!(&joined, &mapped);
            let again = mapped.then(|text| {
                let mut upper = Mapped::new();
                for (at, character) in text.char_indices() {
                    let range = at..at + character.len_utf8();
                    upper.push(if character == 'b' { "乙" } else { &text[range.clone()] }, range);
                }
                upper
            });
            for (at, character) in again.text().char_indices() {
                let original = &text[again.original(at..at + character.len_utf8())];
                let expected = match character { '啊' => "a", '办' => "辦", '乙' => "b", _ => original };
                prop_assert_eq!(original, expected);
            }
        }
    }
}
