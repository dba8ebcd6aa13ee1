//! The value of a number, whichever figures it is written in.

/// The characters that Chinese numerals are made of.
pub(super) const CHINESE: &str = "零〇一二两三四五六七八九十百千万亿";

/// Either kind of plain number.
pub(super) fn plain(text: &[char], start: usize) -> Option<(String, usize)> {
    if text.get(start)?.is_ascii_digit() {
        Some(arabic(text, start))
    } else {
        chinese(text, start)
    }
}

/// Arabic figures with their multiplier, and the place behind them: 1.5万 is `15000`, 2.5% is `2.5%`.
pub(super) fn arabic(text: &[char], start: usize) -> (String, usize) {
    let mut end = start;
    while end < text.len() && (text[end].is_ascii_digit() || joins_figures(text, end)) {
        end += 1;
    }
    let figures: String = text[start..end]
        .iter()
        .filter(|figure| **figure != ',')
        .collect();
    if text.get(end) == Some(&'%') {
        return (format!("{}%", figure(&figures)), end + 1);
    }
    let factor = match text.get(end) {
        Some('万') => 1e4,
        Some('亿') => 1e8,
        Some('千') if !text[end..].starts_with(&['千', '米']) => 1e3,
        Some('百') => 1e2,
        _ => return (figure(&figures), end),
    };
    let scaled = figures.parse::<f64>().unwrap_or(0.0) * factor;
    (format!("{}", scaled.round()), end + 1)
}

/// A point between figures, or a comma that groups three of them: 2.5, 1,000.
fn joins_figures(text: &[char], at: usize) -> bool {
    let after = text[at + 1..].iter();
    let figures = after.take_while(|next| next.is_ascii_digit()).count();
    match text[at] {
        '.' => figures > 0,
        ',' => figures == 3,
        _ => false,
    }
}

/// `1.50` as `1.5`; what begins with a nought is a telephone number and stays.
fn figure(figures: &str) -> String {
    if figures.contains('.') {
        figures
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else {
        figures.to_owned()
    }
}

/// Chinese figures and the place behind them.
pub(super) fn chinese(text: &[char], start: usize) -> Option<(String, usize)> {
    let length = text[start..]
        .iter()
        .take_while(|character| CHINESE.contains(**character))
        .count();
    let run = &text[start..start + length];
    // 百姓, 千万别, 万一, 十分满意; nor does a number begin inside another.
    let inside = start > 0 && CHINESE.contains(text[start - 1]);
    if inside || run.is_empty() || matches!(run[0], '百' | '千' | '万' | '亿') {
        return None;
    }
    let next = text.get(start + length);
    let minutes = text.get(start + length + 1) == Some(&'钟');
    let part = text.get(start + length + 1) == Some(&'之');
    if run == ['十'] && next == Some(&'分') && !minutes && !part {
        return None;
    }
    Some((value_of(run)?.to_string(), start + length))
}

/// The value of a run of Chinese numerals; `None` for 三五天 and the like.
fn value_of(run: &[char]) -> Option<u64> {
    let digit = |character: char| -> Option<u64> {
        Some(match character {
            '零' | '〇' => 0,
            '两' => 2,
            other => "一二三四五六七八九".chars().position(|one| one == other)? as u64 + 1,
        })
    };
    if run.iter().all(|character| digit(*character).is_some()) {
        return match run.len() {
            1 => digit(run[0]),
            // 二〇二六 is read figure by figure; 三五 is a guess.
            3..=11 => run
                .iter()
                .try_fold(0_u64, |sum, one| Some(sum * 10 + digit(*one)?)),
            _ => None,
        };
    }
    let (mut total, mut section, mut pending) = (0_u64, 0_u64, None::<u64>);
    for &character in run {
        match character {
            '十' | '百' | '千' => {
                let factor = match character {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                section += pending.take().filter(|one| *one > 0).unwrap_or(1) * factor;
            }
            '万' | '亿' => {
                let factor = if character == '万' {
                    10_000
                } else {
                    100_000_000
                };
                section += pending.take().unwrap_or(0);
                total = (total + section.max(1)) * factor;
                section = 0;
            }
            '零' | '〇' => pending = None,
            other => {
                // 十五六 is a guess, not a number.
                if pending.is_some() {
                    return None;
                }
                pending = digit(other);
            }
        }
    }
    Some(total + section + pending.unwrap_or(0))
}

/// 三分之二 as `2/3`.
pub(super) fn fraction(text: &[char], below: String, end: usize) -> (String, usize) {
    if text[end.min(text.len())..].starts_with(&['分', '之'])
        && let Some((above, end)) = plain(text, end + 2)
    {
        return (format!("{above}/{below}"), end);
    }
    (below, end)
}
