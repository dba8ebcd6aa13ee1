//! Sentences, and stretches of text packed up to a length without cutting one.

use std::ops::Range;

use super::marker::{Style, marker};

/// Ends of the sentences in `text`: byte ranges that cover it, each with the white space behind it.
///
/// A line end ends a sentence. A full stop inside brackets or quotation marks does not.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    cuts(text, |character, depth| depth == 0 && is_end(character))
}

/// Like [`sentences`], and cuts at a semicolon or colon that an item's number follows as well.
pub(crate) fn sentences_and_items(text: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for sentence in sentences(text) {
        let mut start = sentence.start;
        for (at, character) in text[sentence.clone()].char_indices() {
            let end = sentence.start + at + character.len_utf8();
            let cut = matches!(character, '；' | ';' | '：' | '。')
                && end < sentence.end
                && begins_item(&text[end..sentence.end]);
            if cut {
                pieces.push(start..end);
                start = end;
            }
        }
        pieces.push(start..sentence.end);
    }
    pieces
}

/// Packs neighbouring `pieces` of `text` into stretches of at most `most` characters; a piece that
/// is longer stands alone. A last stretch shorter than `least` joins the one before it.
pub(crate) fn pack(
    text: &str,
    pieces: &[Range<usize>],
    least: usize,
    most: usize,
) -> Vec<Range<usize>> {
    let mut packed: Vec<(Range<usize>, usize)> = Vec::new();
    for piece in pieces {
        let length = text[piece.clone()].chars().count();
        match packed.last_mut() {
            Some((open, used)) if *used + length <= most => {
                open.end = piece.end;
                *used += length;
            }
            _ => packed.push((piece.clone(), length)),
        }
    }
    if let [.., (_, before), (_, last)] = packed[..]
        && last < least
        && before + last <= most + least
        && let Some((tail, _)) = packed.pop()
        && let Some((before, _)) = packed.last_mut()
    {
        before.end = tail.end;
    }
    packed.into_iter().map(|(range, _)| range).collect()
}

/// Shrinks a range by the white space at its ends.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..(range.start + part.trim_end().len()).max(start)
}

fn cuts(text: &str, ends: impl Fn(char, usize) -> bool) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut ended = false;
    for (at, character) in text.char_indices() {
        let closing = is_close(character);
        if ended && !closing && !is_end(character) && !character.is_whitespace() {
            pieces.push(start..at);
            start = at;
            ended = false;
        }
        if is_open(character) {
            depth += 1;
        } else if closing {
            depth = depth.saturating_sub(1);
        }
        // “……。” ends with its quotation mark: the stop stands inside, the end outside.
        let quoted_end = closing && depth == 0 && text[..at].ends_with(is_end);
        if character == '\n' {
            depth = 0;
            ended = true;
        } else if ends(character, depth) || quoted_end {
            ended = true;
        }
    }
    if start < text.len() {
        pieces.push(start..text.len());
    }
    pieces
}

fn is_end(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '!' | '?')
}

fn is_open(character: char) -> bool {
    matches!(character, '（' | '(' | '“' | '《' | '「' | '【' | '〔')
}

fn is_close(character: char) -> bool {
    matches!(character, '）' | ')' | '”' | '》' | '」' | '】' | '〕')
}

fn begins_item(text: &str) -> bool {
    marker(text.trim_start()).is_some_and(|found| {
        matches!(
            found.style,
            Style::HanBracket | Style::NumberBracket | Style::Number | Style::Circled | Style::Han
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        let text = "可以申请。他说：“带身份证（原件。）来。”真的吗？！真的\n下一行";
        let parts: Vec<&str> = sentences(text)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(
            parts,
            [
                "可以申请。",
                "他说：“带身份证（原件。）来。”",
                "真的吗？！",
                "真的\n",
                "下一行"
            ]
        );
        let items = "需要：（一）身份证；（二）户口本。";
        assert_eq!(sentences_and_items(items).len(), 3);
    }

    proptest! {
        #[test]
        fn pieces_cover_the_text(text in "[居住。！？；：（）“”一1、\n a]{0,80}") {
            for pieces in [sentences(&text), sentences_and_items(&text)] {
                let joined: String = pieces.iter().map(|range| &text[range.clone()]).collect();
                prop_assert_eq!(&joined, &text);
                let packed = pack(&text, &pieces, 5, 20);
                let joined: String = packed.iter().map(|range| &text[range.clone()]).collect();
                prop_assert_eq!(&joined, &text);
            }
        }
    }
}
