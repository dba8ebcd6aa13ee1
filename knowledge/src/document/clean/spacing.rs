//! White space and invisible characters inside a line.

use dialects::Mapped;

/// Share of the gaps between Han characters that must be spaces before all of them go.
const SPACED_OUT: f64 = 0.3;

/// Drops invisible characters and control characters, turns every kind of white space into single
/// spaces, and closes up text that was typed with spaces between its characters: 居  住  证.
///
/// White space at both ends goes.
pub(crate) fn tidy(line: &str) -> Mapped {
    let pieces = pieces(line);
    let gaps = pieces
        .windows(3)
        .filter(|window| is_gap_between_han(window))
        .count();
    let han = pieces.iter().filter(|piece| piece.is_han()).count();
    let close_all = gaps >= 3 && gaps as f64 > han as f64 * SPACED_OUT;

    let mut spaced = spaced_runs(&pieces);
    // 附 则 alone on its line, or behind 第八章.
    if let [before @ .., one, gap, other] = &pieces[..]
        && one.is_han()
        && gap.character == ' '
        && other.is_han()
        && (before.is_empty() || (before.len() > 1 && ends_marker(&before[..before.len() - 1])))
    {
        spaced[pieces.len() - 2] = true;
    }

    let mut result = Mapped::new();
    for (index, piece) in pieces.iter().enumerate() {
        if piece.character != ' ' {
            let mut buffer = [0; 4];
            result.push(
                piece.character.encode_utf8(&mut buffer),
                piece.start..piece.end,
            );
            continue;
        }
        let at_an_end = index == 0 || index + 1 == pieces.len();
        let close = !at_an_end
            && is_gap_between_han(&pieces[index - 1..=index + 1])
            && (close_all || spaced[index])
            && !ends_marker(&pieces[..index]);
        if !at_an_end && !close {
            result.push(" ", piece.start..piece.end);
        }
    }
    result
}

/// A character, or a run of white space as one space.
struct Piece {
    character: char,
    start: usize,
    end: usize,
}

impl Piece {
    fn is_han(&self) -> bool {
        is_han(self.character)
    }
}

/// Whether a character is a Han character.
pub(crate) fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (start, character) in line.char_indices() {
        let end = start + character.len_utf8();
        if is_invisible(character) {
            continue;
        }
        if character.is_whitespace() || character == '\u{2800}' || character == '\u{3164}' {
            if let Some(last) = pieces.last_mut()
                && last.character == ' '
            {
                last.end = end;
            } else {
                pieces.push(Piece {
                    character: ' ',
                    start,
                    end,
                });
            }
        } else {
            pieces.push(Piece {
                character,
                start,
                end,
            });
        }
    }
    pieces
}

/// Characters that a reader never sees: joiners, marks of direction, soft hyphens, controls, and the
/// bullets that Word keeps in its symbol fonts.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
            | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}'
            | '\u{f000}'..='\u{f0ff}'
    ) || (character.is_control() && !character.is_whitespace())
}

fn is_gap_between_han(window: &[Piece]) -> bool {
    window[0].is_han() && window[1].character == ' ' && window[2].is_han()
}

/// Marks the spaces between three or more characters that stand alone: 办 理 时 间.
fn spaced_runs(pieces: &[Piece]) -> Vec<bool> {
    let mut marked = vec![false; pieces.len()];
    let alone = |at: usize| {
        pieces.get(at).is_some_and(Piece::is_han)
            && pieces.get(at + 1).is_none_or(|next| !next.is_han())
            && (at == 0 || !pieces[at - 1].is_han())
    };
    let mut at = 0;
    while at < pieces.len() {
        let start = at;
        while alone(at) && pieces.get(at + 1).is_some_and(|gap| gap.character == ' ') {
            at += 2;
        }
        // The last one has no space behind it, or one that leads out of the run.
        let last = if alone(at) { at } else { at.saturating_sub(2) };
        if last >= start + 4 {
            for gap in (start + 1..last).step_by(2) {
                marked[gap] = true;
            }
        }
        at = at.max(start) + 1;
    }
    marked
}

/// Whether what stands before the space is 第十二条 or another number of a law's parts.
fn ends_marker(before: &[Piece]) -> bool {
    let before = match before {
        [first, rest @ ..] if first.character == ' ' => rest,
        _ => before,
    };
    before.len() <= 12
        && before.first().is_some_and(|piece| piece.character == '第')
        && before
            .last()
            .is_some_and(|piece| "条章节编目".contains(piece.character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spaces_between_characters_close_up() {
        for (written, tidied) in [
            ("居  住  证  怎  么  办", "居住证怎么办"),
            ("目    录", "目录"),
            ("第二编 物 权", "第二编 物权"),
            ("办 理 时 间：周一至周五", "办理时间：周一至周五"),
            ("第一条  为了规范 居住证管理", "第一条 为了规范 居住证管理"),
            ("第 一 条  为 了 规 范", "第一条 为了规范"),
            (
                "广州市医疗保障局 广州市财政局",
                "广州市医疗保障局 广州市财政局",
            ),
            ("\u{3000}\u{3000}居住\u{200b}证\u{a0}ABC", "居住证 ABC"),
            ("市 长：温国辉", "市 长：温国辉"),
        ] {
            assert_eq!(tidy(written).text(), tidied, "{written}");
        }
    }

    proptest! {
        #[test]
        fn only_white_space_is_lost(line in "[居住证第条 \u{3000}a1。\u{200b}]{0,40}") {
            let bare = |text: &str| -> String {
                text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
            };
            prop_assert_eq!(bare(tidy(&line).text()), bare(&line));
        }
    }
}
