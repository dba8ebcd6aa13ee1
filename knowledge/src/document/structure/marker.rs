//! The number or word that a line begins with: 第十二条, 一、, （二）, 3., ①, 问：

/// How a line is numbered, in the order in which documents nest them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    /// 附件, 附录.
    Attachment,
    /// 第一编.
    Book,
    /// 第一分编.
    SubBook,
    /// 第一章.
    Chapter,
    /// 第一节.
    Section,
    /// 第一目.
    SubSection,
    /// 第一条.
    Article,
    /// 01 什么是……
    Padded,
    /// 一、
    Han,
    /// 第一步
    Step,
    /// （一）
    HanBracket,
    /// 1. or 1、
    Number,
    /// 1.1
    Decimal2,
    /// 1.1.1 and deeper.
    Decimal3,
    /// （1） or 1）
    NumberBracket,
    /// ①
    Circled,
    /// 问： or Q1
    Question,
    /// 答：
    Answer,
    /// ● or ★ or 注： or a.
    Sign,
}

/// What a line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    /// Its style.
    pub(crate) style: Style,
    /// Its number, 0 where the style has none.
    pub(crate) number: u32,
    /// 之一 of 第一百三十三条之一, else 0.
    pub(crate) sub_number: u32,
    /// Where in the line the text behind it begins, white space skipped.
    pub(crate) end: usize,
}

impl Style {
    /// Whether it divides a law above its articles.
    pub(crate) fn is_division(self) -> bool {
        matches!(
            self,
            Self::Book | Self::SubBook | Self::Chapter | Self::Section | Self::SubSection
        )
    }
}

/// Reads what `line` begins with; `line` has no white space before it.
pub(crate) fn marker(line: &str) -> Option<Marker> {
    let first = line.chars().next()?;
    let found = match first {
        '第' => division(line),
        '（' | '(' => bracketed(line),
        '0'..='9' => arabic(line),
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' => {
            han(line)
        }
        '①'..='⑳' => Some((
            Style::Circled,
            u32::from(first) - u32::from('①') + 1,
            first.len_utf8(),
        )),
        '附' => attachment(line),
        '问' | 'Q' | 'q' => question(line),
        '答' | 'A' => answer(line),
        '●' | '★' | '◆' | '■' | '▲' | '※' | '•' | '·' | '▶' | '➢' | '◎' | '○' | '☆' | '◇' | '□' => {
            Some((Style::Sign, 0, first.len_utf8()))
        }
        '注' | '备' | '说'
            if ["注：", "注:", "备注：", "备注:", "说明："]
                .iter()
                .any(|sign| line.starts_with(sign)) =>
        {
            Some((Style::Sign, 0, 0))
        }
        'a'..='z' | 'A'..='Z' if line[1..].starts_with(['.', '、', '）', ')']) => {
            Some((Style::Sign, 0, 0))
        }
        _ => None,
    };
    let (style, number, end) = found?;
    let (sub_number, end) = if style == Style::Article {
        sub_article(line, end)
    } else {
        (0, end)
    };
    let rest = &line[end..];
    let rest = if style == Style::Step {
        rest.trim_start_matches(['：', ':'])
    } else {
        rest
    };
    let end = line.len() - rest.trim_start().len();
    Some(Marker {
        style,
        number,
        sub_number,
        end,
    })
}

fn division(line: &str) -> Option<(Style, u32, usize)> {
    let body = &line['第'.len_utf8()..];
    let (number, length) = number(body)?;
    let after = &body[length..];
    let style = [
        ("分编", Style::SubBook),
        ("编", Style::Book),
        ("章", Style::Chapter),
        ("节", Style::Section),
        ("目", Style::SubSection),
        ("条", Style::Article),
        ("步", Style::Step),
    ]
    .into_iter()
    .find(|(word, _)| after.starts_with(word));
    let (word, style) = style?;
    Some((style, number, '第'.len_utf8() + length + word.len()))
}

/// 之一 behind an article's number.
fn sub_article(line: &str, end: usize) -> (u32, usize) {
    let read = || {
        let rest = line[end..].strip_prefix('之')?;
        let (number, length) = number(rest)?;
        Some((number, end + '之'.len_utf8() + length))
    };
    read().unwrap_or((0, end))
}

fn bracketed(line: &str) -> Option<(Style, u32, usize)> {
    let open = line.chars().next()?.len_utf8();
    let body = &line[open..];
    let (number, length) = number(body)?;
    let close = body[length..]
        .chars()
        .next()
        .filter(|close| matches!(close, '）' | ')'))?;
    let style = if body.starts_with(|c: char| c.is_ascii_digit()) {
        Style::NumberBracket
    } else {
        Style::HanBracket
    };
    Some((style, number, open + length + close.len_utf8()))
}

fn han(line: &str) -> Option<(Style, u32, usize)> {
    let (number, length) = number(line)?;
    let sign = line[length..]
        .chars()
        .next()
        .filter(|sign| matches!(sign, '、' | '．' | '.' | '：' | ','))?;
    (number < 100).then_some((Style::Han, number, length + sign.len_utf8()))
}

fn arabic(line: &str) -> Option<(Style, u32, usize)> {
    let (value, length) = number(line)?;
    let after = &line[length..];
    let sign = after.chars().next();
    if line.starts_with('0') && length == 2 {
        let rest = after.trim_start_matches(['.', '、', ' ', '丨', '|']);
        let is_title = rest.len() < after.len() || rest.starts_with(|c: char| !c.is_ascii());
        let is_unit = rest.starts_with(['年', '月', '日', ':', '：', '-', '—']);
        return (is_title
            && !rest.is_empty()
            && !is_unit
            && !rest.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| (Style::Padded, value, line.len() - rest.len()));
    }
    if value == 0 || value > 999 {
        return None;
    }
    match sign? {
        '、' | '．' => Some((Style::Number, value, length + '、'.len_utf8())),
        '）' | ')' => Some((Style::NumberBracket, value, length + sign?.len_utf8())),
        '.' => Some(decimal(line, value, length)),
        _ => None,
    }
}

/// 1. or 1.1 or 1.1.1; in 1.2025年 and 1.50元 the number ends at the first point.
fn decimal(line: &str, value: u32, length: usize) -> (Style, u32, usize) {
    let single = (Style::Number, value, length + 1);
    let mut end = length;
    let mut last = value;
    let mut depth = 1;
    while let Some(rest) = line[end..].strip_prefix('.')
        && rest.starts_with(|c: char| c.is_ascii_digit())
        && let Some((part, part_length)) = number(rest)
    {
        if part_length > 2 {
            return single;
        }
        last = part;
        depth += 1;
        end += 1 + part_length;
    }
    if depth == 1 {
        return single;
    }
    let rest = line[end..]
        .strip_prefix(['.', '、'])
        .unwrap_or(&line[end..]);
    if rest.starts_with([
        '年', '月', '日', '万', '亿', '元', '个', '%', '％', '倍', '米', '号', '小', '周', '岁',
    ]) {
        return single;
    }
    let style = if depth == 2 {
        Style::Decimal2
    } else {
        Style::Decimal3
    };
    (style, last, line.len() - rest.len())
}

fn attachment(line: &str) -> Option<(Style, u32, usize)> {
    let rest = line
        .strip_prefix("附件")
        .or_else(|| line.strip_prefix("附录"))?;
    let trimmed = rest.trim_start();
    let (value, length) = number(trimmed).unwrap_or((0, 0));
    let end = line.len() - trimmed.len() + length;
    let rest = line[end..].trim_start_matches(['：', ':', '.', '、', ' ']);
    Some((Style::Attachment, value, line.len() - rest.len()))
}

fn question(line: &str) -> Option<(Style, u32, usize)> {
    let rest = line.strip_prefix(['问', 'Q', 'q'])?;
    let rest = rest.strip_prefix('题').unwrap_or(rest);
    let (value, length) = number(rest).unwrap_or((0, 0));
    let sign = rest[length..]
        .chars()
        .next()
        .filter(|sign| matches!(sign, '：' | ':' | '.' | '、'))?;
    Some((
        Style::Question,
        value,
        line.len() - rest.len() + length + sign.len_utf8(),
    ))
}

fn answer(line: &str) -> Option<(Style, u32, usize)> {
    let rest = line.strip_prefix(['答', 'A'])?;
    let (value, length) = number(rest).unwrap_or((0, 0));
    let sign = rest[length..]
        .chars()
        .next()
        .filter(|sign| matches!(sign, '：' | ':'))?;
    Some((
        Style::Answer,
        value,
        line.len() - rest.len() + length + sign.len_utf8(),
    ))
}

/// A number in Arabic or Han digits at the head of `text`, up to 9999, and its length in bytes.
fn number(text: &str) -> Option<(u32, usize)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        return (digits <= 4)
            .then(|| Some((text[..digits].parse().ok()?, digits)))
            .flatten();
    }
    let mut total = 0;
    let mut digit = None;
    let mut length = 0;
    for character in text.chars() {
        if let Some(value) = "零一二三四五六七八九".chars().position(|c| c == character) {
            digit = Some(value as u32);
        } else if character == '〇' || character == '○' {
            digit = Some(0);
        } else if character == '两' {
            digit = Some(2);
        } else if let Some(unit) = [('十', 10), ('百', 100), ('千', 1000)]
            .iter()
            .find(|(c, _)| *c == character)
        {
            total += digit.take().unwrap_or(1).max(1) * unit.1;
        } else {
            break;
        }
        length += character.len_utf8();
        if length > 30 {
            return None;
        }
    }
    (length > 0).then_some((total + digit.unwrap_or(0), length))
}

/// A number below 10,000 in Han digits, as laws count their articles: 1260 is 一千二百六十.
pub(crate) fn han_number(number: u32) -> String {
    let digits = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut text = String::new();
    let mut zero = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            zero = !text.is_empty();
            continue;
        }
        if zero {
            text.push('零');
            zero = false;
        }
        if !(unit == 10 && digit == 1 && text.is_empty()) {
            text.push_str(digits[digit as usize]);
        }
        text.push_str(name);
    }
    if text.is_empty() {
        "零".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_told() {
        for (line, style, number, text) in [
            ("第十二条 为了保障", Style::Article, 12, "为了保障"),
            ("第一千二百六十条　本法", Style::Article, 1260, "本法"),
            ("第108条 内容", Style::Article, 108, "内容"),
            ("第二十章 附则", Style::Chapter, 20, "附则"),
            ("第一分编 通则", Style::SubBook, 1, "通则"),
            ("一、办理对象", Style::Han, 1, "办理对象"),
            ("（十一）其他", Style::HanBracket, 11, "其他"),
            ("1.2025年度指标", Style::Number, 1, "2025年度指标"),
            ("2、户口本", Style::Number, 2, "户口本"),
            ("1.1 国内出生", Style::Decimal2, 1, "国内出生"),
            ("1.1.3随祖父母", Style::Decimal3, 3, "随祖父母"),
            ("1.5万元以下", Style::Number, 1, "5万元以下"),
            ("（1）流程", Style::NumberBracket, 1, "流程"),
            ("②学历", Style::Circled, 2, "学历"),
            (
                "01 什么是电子居住证？",
                Style::Padded,
                1,
                "什么是电子居住证？",
            ),
            ("问：能网上办吗？", Style::Question, 0, "能网上办吗？"),
            ("答：能。", Style::Answer, 0, "能。"),
            ("附件1：申请表", Style::Attachment, 1, "申请表"),
        ] {
            let found = marker(line).unwrap_or_else(|| panic!("{line} has a marker"));
            assert_eq!(
                (found.style, found.number, &line[found.end..]),
                (style, number, text)
            );
        }
        let sub = marker("第一百三十三条之二 内容").expect("it has a marker");
        assert_eq!((sub.number, sub.sub_number), (133, 2));
        for plain in [
            "一个月内",
            "2025年1月",
            "十八周岁以上",
            "附近的派出所",
            "第三人",
            "08:30上班",
        ] {
            assert_eq!(marker(plain), None, "{plain}");
        }
    }

    #[test]
    fn han_numbers_are_written_as_in_laws() {
        for (number, text) in [
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (105, "一百零五"),
            (110, "一百一十"),
            (1201, "一千二百零一"),
        ] {
            assert_eq!(han_number(number), text);
            assert_eq!(super::number(text), Some((number, text.len())));
        }
    }
}
