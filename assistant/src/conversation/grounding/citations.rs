//! The numbers of passages that a sentence names.

/// The sentence without its citation marks, and the passages they name in order, each once.
///
/// Reads `[1]`, `[1][2]`, `[1,2]`, `[1-3]`, `［1］`, `【1】` and `[资料1]`. A year in square brackets,
/// as in document numbers, is none: passages have at most two digits.
pub(crate) fn citations(sentence: &str) -> (String, Vec<u32>) {
    let mut text = String::with_capacity(sentence.len());
    let mut numbers = Vec::new();
    let mut rest = sentence;
    while let Some(start) = rest.find(['[', '［', '【']) {
        let (before, marked) = rest.split_at(start);
        text.push_str(before);
        if let Some((named, after)) = mark(marked) {
            text.truncate(text.trim_end_matches([' ', '\u{3000}']).len());
            for number in named {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
            rest = after;
        } else {
            let bracket = marked.chars().next().map_or(0, char::len_utf8);
            text.push_str(&marked[..bracket]);
            rest = &marked[bracket..];
        }
    }
    text.push_str(rest);
    (text, numbers)
}

/// The passages named by the mark at the beginning of `marked`, and what follows it.
fn mark(marked: &str) -> Option<(Vec<u32>, &str)> {
    let opening = marked.chars().next()?;
    let closing = match opening {
        '[' => ']',
        '［' => '］',
        '【' => '】',
        _ => return None,
    };
    let end = marked.find(closing)?;
    let inside = marked[opening.len_utf8()..end].trim();
    let inside = inside.strip_prefix("资料").unwrap_or(inside);
    let mut named = Vec::new();
    for part in inside
        .split([',', '，', '、', ' ', ';', '；'])
        .filter(|part| !part.is_empty())
    {
        let (first, last) = part.split_once(['-', '–', '~']).unwrap_or((part, part));
        let (first, last) = (passage_number(first)?, passage_number(last)?);
        if first > last || last - first > 8 {
            return None;
        }
        named.extend(first..=last);
    }
    (!named.is_empty()).then(|| (named, &marked[end + closing.len_utf8()..]))
}

fn passage_number(written: &str) -> Option<u32> {
    let digits: Option<String> = written
        .trim()
        .chars()
        .map(|letter| match letter {
            '０'..='９' => char::from_u32(u32::from(letter) - 0xfee0),
            '0'..='9' => Some(letter),
            _ => None,
        })
        .collect();
    let digits = digits.filter(|digits| (1..=2).contains(&digits.len()))?;
    digits.parse().ok().filter(|number| *number > 0)
}
