//! Lines that stand as headings above others, and how deep they rank.

use crate::document::clean::wrapping::ends_sentence;
use crate::document::describe::dates::first_date;
use crate::document::line::{Line, Mark};

use super::articles::{Articles, division, is_annexed_table, is_attached_title};
use super::marker::{Marker, Style, marker};

/// Longest heading, in characters; a question may be longer.
pub(crate) const LONGEST_HEADING: usize = 45;
const LONGEST_QUESTION: usize = 80;
/// Longest line without number or mark that can be a heading.
const LONGEST_BARE: usize = 22;

/// Depth of a heading. The numbers leave room between the families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(u8);

impl Rank {
    /// Whether a heading of this depth divides what hangs together.
    pub(crate) fn is_minor(self) -> bool {
        self >= Self::of_style(Style::Step)
    }

    /// A heading that stands in place of a number: bare, and the deepest.
    pub(crate) const BARE: Self = Self(60);
    /// A question that stands above its answer.
    pub(crate) const QUESTION: Self = Self(59);

    /// The depth of a numbered heading.
    pub(crate) fn of_style(style: Style) -> Self {
        Self(match style {
            Style::Attachment => 1,
            Style::Book => 11,
            Style::SubBook => 12,
            Style::Chapter => 13,
            Style::Section => 14,
            Style::SubSection => 15,
            Style::Padded => 40,
            Style::Han => 41,
            Style::Step => 42,
            Style::HanBracket => 43,
            Style::Number => 44,
            Style::Decimal2 => 45,
            Style::Decimal3 => 46,
            Style::NumberBracket => 47,
            Style::Circled => 48,
            Style::Question => 49,
            Style::Article | Style::Answer | Style::Sign => 60,
        })
    }

    /// The depth of a heading that the format marks, 1 the highest.
    pub(crate) fn of_mark(level: u8) -> Self {
        Self(20 + level.min(9))
    }
}

/// The depth and text of a heading, if the line is one.
pub(crate) fn heading(
    lines: &[Line],
    index: usize,
    articles: &Articles,
    title: &str,
) -> Option<(Rank, String)> {
    let line = &lines[index];
    let text = line.as_str();
    if let Some(found) = division(text) {
        return Some((Rank::of_style(found.style), text.to_owned()));
    }
    if let Mark::Heading(level) = line.mark {
        return Some((Rank::of_mark(level), text.to_owned()));
    }
    if line.mark != Mark::Plain || text == title {
        return None;
    }
    let behind_law = articles.first.is_some_and(|first| first < index);
    if is_attached_title(lines, index) || (behind_law && is_annexed_table(lines, index)) {
        return Some((Rank::of_style(Style::Attachment), text.to_owned()));
    }
    let next = lines
        .get(index + 1)
        .filter(|next| !matches!(next.mark, Mark::Heading(_)))?;
    let before = index.checked_sub(1).map(|before| &lines[before]);
    if let Some(found) = marker(text) {
        return numbered_heading(text, found, before, next);
    }
    if articles.begins(index + 1).is_some() {
        return None;
    }
    let rank = if text.ends_with(['？', '?']) {
        Rank::QUESTION
    } else {
        Rank::BARE
    };
    bare_heading(text, before, next).then(|| (rank, text.trim_end_matches('：').to_owned()))
}

fn numbered_heading(
    text: &str,
    found: Marker,
    before: Option<&Line>,
    next: &Line,
) -> Option<(Rank, String)> {
    let rank = Rank::of_style(found.style);
    let words = &text[found.end..];
    let length = words.chars().count();
    let following = marker(next.as_str());
    match found.style {
        Style::Question => return Some((rank, words.to_owned())),
        Style::Attachment => {
            let list = marker(words).is_some() || words.contains('.');
            let alone = length <= LONGEST_HEADING && !ends_sentence(words) && !list;
            return alone.then(|| (rank, text.to_owned()));
        }
        Style::Article | Style::Answer | Style::Sign => return None,
        _ => {}
    }
    if words.is_empty() {
        return None;
    }
    let answered = following.is_some_and(|next| next.style == Style::Answer);
    if answered && length <= LONGEST_QUESTION {
        return Some((rank, text.to_owned()));
    }
    let is_question = words.ends_with(['？', '?']);
    let leads_in = words.ends_with(['：', ':']);
    let longest = if is_question {
        LONGEST_QUESTION
    } else {
        LONGEST_HEADING
    };
    let whole = length <= longest
        && (is_question || leads_in || !ends_sentence(words))
        && !words.contains(['。', '；'])
        && !words.ends_with(['，', '、', ',']);
    let leads_in = words.ends_with(['：', ':']);
    let in_list = before
        .and_then(|before| marker(before.as_str()))
        .is_some_and(|before| {
            let sibling = before.style == found.style && before.number + 1 == found.number;
            before.style == Style::Attachment
                || (sibling && !(leads_in && found.style == Style::Han))
        });
    // 十、预约办理：87524298 is a field with its value.
    let field = words
        .split_once(['：', ':'])
        .is_some_and(|(name, value)| !value.is_empty() && name.chars().count() <= 12);
    let leads = match following {
        None => true,
        Some(next) => match next.style {
            Style::Answer | Style::Sign | Style::Question | Style::Step => true,
            Style::Attachment | Style::Article => false,
            style => style > found.style,
        },
    };
    (whole && !in_list && !field && leads)
        .then(|| (rank, text.trim_end_matches(['：', ':']).to_owned()))
}

/// 线上办理 or 丢了怎么办？ on a line of its own above its text.
fn bare_heading(text: &str, before: Option<&Line>, next: &Line) -> bool {
    let length = text.chars().count();
    let next_text = next.as_str();
    let apart = before.is_none_or(|before| {
        !before.is_plain()
            || ends_sentence(before.as_str())
            || before.as_str().chars().count() <= LONGEST_BARE
    });
    if !next.is_plain() && !matches!(next.mark, Mark::Row { .. }) {
        return false;
    }
    if text.ends_with(['？', '?']) {
        return length <= LONGEST_QUESTION && !next_text.ends_with(['？', '?', '！']) && apart;
    }
    let letters = text
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    let wordy = letters * 2 > length && first_date(text).is_none();
    let leads_in = ["以下", "下列", "如下", "包括", "的"]
        .iter()
        .any(|word| text.contains(word));
    if let Some(name) = text.strip_suffix(['：', ':']) {
        return wordy && apart && !leads_in && (2..=12).contains(&name.chars().count());
    }
    let clean = !text.contains(['。', '；', '，', '：', ':', '、', '|', '！', '—', ' '])
        && !ends_sentence(text);
    let text_follows =
        next.is_plain() && ends_sentence(next_text) && next_text.chars().count() * 2 > length * 3;
    wordy && clean && apart && (2..=LONGEST_BARE).contains(&length) && text_follows
}
