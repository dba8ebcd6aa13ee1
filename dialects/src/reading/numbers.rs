//! Numbers in digits as they are said.

use crate::numerals::chinese;

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Digit by digit as of a year or behind a decimal point; what is no digit is left out.
pub(super) fn digits(written: &str) -> String {
    written
        .chars()
        .filter_map(|letter| letter.to_digit(10))
        .map(|digit| DIGITS[digit as usize])
        .collect()
}

/// Digit by digit as of a telephone number, where one is 幺; letters stay, the rest is left out.
pub(super) fn code(written: &str) -> String {
    written
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_digit(10) {
            Some(1) => '幺',
            Some(digit) => DIGITS[digit as usize],
            None => letter.to_ascii_uppercase(),
        })
        .collect()
}

/// [`code`] in groups of the given lengths with a pause between; what is left over is the last one.
pub(super) fn grouped(written: &str, lengths: &[usize]) -> String {
    let said: Vec<char> = code(written).chars().collect();
    let mut groups: Vec<String> = Vec::new();
    let mut from = 0;
    for length in lengths {
        let to = (from + length).min(said.len());
        groups.push(said[from..to].iter().collect());
        from = to;
    }
    groups.push(said[from..].iter().collect());
    groups.retain(|group| !group.is_empty());
    groups.join("，")
}

/// [`code`] in groups that are easy to write down: as many groups of four as there are, none of one.
pub(super) fn dictated(written: &str) -> String {
    if written.contains('-') {
        // Whoever wrote it has grouped it.
        return written.split('-').map(code).collect::<Vec<_>>().join("，");
    }
    let count = written.chars().filter(char::is_ascii_alphanumeric).count();
    match count {
        0..=5 => code(written),
        6 | 7 => grouped(written, &[3]),
        9 | 10 => grouped(written, &[3, 3]),
        11 => grouped(written, &[3, 4]),
        _ => grouped(written, &vec![4; (count - 2) / 4]),
    }
}

/// A whole number, with or without commas; one that begins with 0 or is too long digit by digit.
pub(super) fn whole(written: &str) -> String {
    let plain = written.replace([',', ' '], "");
    if plain.len() > 1 && plain.starts_with('0') {
        return digits(&plain);
    }
    match plain.parse::<u64>() {
        Ok(number) if plain.len() <= 13 => two_of_myriads(&chinese(number)),
        _ => digits(&plain),
    }
}

/// 20000 is 两万 and 120000 十二万.
fn two_of_myriads(written: &str) -> String {
    let mut said = String::with_capacity(written.len());
    let letters: Vec<char> = written.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let counts = letter == '二'
            && matches!(letters.get(at + 1), Some('万' | '亿'))
            && (at == 0 || matches!(letters[at - 1], '亿' | '零'));
        said.push(if counts { '两' } else { letter });
    }
    said
}

/// A number with or without sign, commas and decimals.
pub(super) fn number(written: &str) -> String {
    let (sign, written) = match written.strip_prefix(['-', '−']) {
        Some(rest) => ("负", rest),
        None => ("", written.trim_start_matches('+')),
    };
    match written.split_once('.') {
        Some((above, below)) => {
            let above = if above.is_empty() { "0" } else { above };
            format!("{sign}{}点{}", whole(above), digits(below))
        }
        None => format!("{sign}{}", whole(written)),
    }
}

/// Measure words before which two is 两.
const TWO: &[&str] = &[
    "个",
    "名",
    "位",
    "人",
    "次",
    "天",
    "年",
    "周",
    "小时",
    "分钟",
    "秒",
    "元",
    "块",
    "份",
    "张",
    "件",
    "套",
    "本",
    "项",
    "种",
    "条",
    "家",
    "户",
    "口",
    "米",
    "公里",
    "千米",
    "平方",
    "立方",
    "公斤",
    "千克",
    "斤",
    "升",
    "吨",
    "倍",
    "万",
    "千",
    "亿",
    "辆",
    "只",
    "台",
    "部",
    "间",
    "门",
    "遍",
    "趟",
    "场",
    "处",
    "页",
    "篇",
    "段",
    "步",
    "点",
    "片",
    "粒",
    "颗",
    "瓶",
    "盒",
    "袋",
    "包",
    "把",
    "座",
    "棵",
    "批",
    "轮",
    "岁",
    "代",
    "成",
    "学期",
    "季度",
    "星期",
    "礼拜",
    "工作日",
    "自然日",
    "刻钟",
    "起",
    "例",
    "封",
    "面",
    "双",
    "对",
    "桶",
    "根",
    "毫升",
    "厘米",
    "毫米",
    "亩",
    "匹",
    "床",
    "顿",
    "回",
    "下",
    "孩",
    "胎",
    "角",
    "毛",
    "分钱",
    "折",
    "类",
    "方",
    "级以",
    "孔",
    "道",
    "幅",
    "枚",
    "瓦",
    "千瓦",
    "度",
    "所",
    "支",
    "股",
    "排",
    "边",
    "者",
    "地",
];

/// Words that begin like a measure word of [`TWO`] and are none.
const NOT_TWO: &[&str] = &[
    "年级",
    "次方",
    "元二",
    "级",
    "部门",
    "周目",
    "分之",
    "门诊",
    "年生",
    "大队",
    "对一",
    "面体",
    "点零",
    "点一",
    "点二",
    "点三",
    "点四",
    "点五",
    "点六",
    "点七",
    "点八",
    "点九",
    "度电梯",
];

/// A number before what it counts: 2 is 两 before a measure word.
pub(super) fn counted(written: &str, after: &str) -> String {
    let after = after.trim_start_matches(' ');
    let is_two = written == "2"
        && TWO.iter().any(|unit| after.starts_with(unit))
        && !NOT_TWO.iter().any(|word| after.starts_with(word));
    if is_two {
        "两".to_owned()
    } else {
        number(written)
    }
}
