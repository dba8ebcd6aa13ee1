//! Signs and marks: what is said, what is a pause, and what is passed over.

use super::{
    numbers::whole,
    rules::{Found, Rule},
};

/// Marks at the beginning of a line: numbers of a list and its bullets.
pub(super) fn of_lines() -> Vec<Option<Rule>> {
    vec![
        Rule::new(
            r"(?m)^[ \t>#]*(?:[-*+•·●■◆▪]|#{1,6})[ \t]+",
            |_| Some(String::new()),
        ),
        Rule::new(r"(?m)^[ \t]*(\d{1,2})[.、．)）]\s*", |found| {
            (!found.after.starts_with(|next: char| next.is_ascii_digit()))
                .then(|| format!("{}，", whole(found.group(1))))
        }),
        Rule::new(r"[（(](\d{1,2})[）)]", |found| {
            (!found.after.starts_with(['号', '室'])).then(|| format!("{}，", whole(found.group(1))))
        }),
        Rule::new(
            r"[（(]([一二三四五六七八九十]{1,3})[）)]",
            |found| {
                let article = found.follows(&["第"]);
                Some(if article {
                    found.group(1).to_owned()
                } else {
                    format!("{}，", found.group(1))
                })
            },
        ),
        Rule::new(r"[①-⑳]", |found| {
            let number = found.group(0).chars().next()? as u32 - '①' as u32 + 1;
            Some(format!("{}，", whole(&number.to_string())))
        }),
        Rule::new(r"[Ⅰ-Ⅻ]", |found| {
            let number = found.group(0).chars().next()? as u32 - 'Ⅰ' as u32 + 1;
            Some(whole(&number.to_string()))
        }),
    ]
}

/// Signs that are left when numbers are said.
pub(super) fn signs() -> Vec<Option<Rule>> {
    vec![
        Rule::new(r"\n+", |found| {
            let ended = found.before.trim_end().is_empty()
                || found
                    .before
                    .trim_end()
                    .ends_with(['。', '！', '？', '；', '：', '，', '!', '?']);
            Some(if ended { " " } else { "。" }.to_owned())
        }),
        Rule::new(r"(?:——|—|–|―)+", |found| {
            Some(dash(found).to_owned())
        }),
        Rule::new(r"[~～〜]+", |found| {
            let between = !found.before.is_empty() && !found.after.is_empty();
            Some(if between { "到" } else { "" }.to_owned())
        }),
        Rule::new(r"…+|\.{3,}|。{2,}", |_| Some("，".to_owned())),
        Rule::new(r"-+", |found| Some(hyphen(found).to_owned())),
        Rule::new(r"[+＋]", |_| Some("加".to_owned())),
        Rule::new(r"[=＝]", |_| Some("等于".to_owned())),
        Rule::new(r"±", |_| Some("正负".to_owned())),
        Rule::new(r"[×✕]", |_| Some("乘".to_owned())),
        Rule::new(r"÷", |_| Some("除以".to_owned())),
        Rule::new(r"≥|>=", |_| Some("大于等于".to_owned())),
        Rule::new(r"≤|<=", |_| Some("小于等于".to_owned())),
        Rule::new(r"[>＞]", |_| Some("大于".to_owned())),
        Rule::new(r"[<＜]", |_| Some("小于".to_owned())),
        Rule::new(r"[&＆]", |_| Some("和".to_owned())),
        Rule::new(r"[@＠]", |_| Some("艾特".to_owned())),
        Rule::new(r"[%％]", |_| Some("百分号".to_owned())),
        Rule::new(r"℃", |_| Some("摄氏度".to_owned())),
        Rule::new(r"㎡", |_| Some("平方米".to_owned())),
        Rule::new(r"№|(?:No|NO)\.", |_| Some("编号".to_owned())),
        Rule::new(r"\s*[→⇒➜]\s*|\s*[/／|｜]\s*", |_| {
            Some("，".to_owned())
        }),
        Rule::new(r"[*_`#^★☆●■◆▪•·〈〉<>\\{}]", |_| {
            Some(String::new())
        }),
        Rule::new(r"\s*[（(［\[【〔]\s*", |found| {
            Some(if found.before.is_empty() { "" } else { "，" }.to_owned())
        }),
        Rule::new(r"\s*[）)］\]】〕]\s*", |found| {
            let paused = found.after.is_empty() || found.after.starts_with(is_pause);
            Some(if paused { "" } else { "，" }.to_owned())
        }),
        Rule::new(r"[,;!?]\s*", |found| {
            Some(
                match found.group(0).trim_end() {
                    "," => "，",
                    ";" => "；",
                    "!" => "！",
                    _ => "？",
                }
                .to_owned(),
            )
        }),
        Rule::new(r":\s*", |_| Some("：".to_owned())),
        Rule::new(r"\.\s*", |found| {
            let ends = found.after.is_empty() || found.group(0).len() > 1;
            Some(if ends { "。" } else { "" }.to_owned())
        }),
        Rule::new("[“”‘’\"'「」『』《》]", |_| {
            Some(String::new())
        }),
    ]
}

/// Whether a mark is a pause.
pub(super) fn is_pause(mark: char) -> bool {
    matches!(
        mark,
        '，' | '。' | '、' | '；' | '：' | '！' | '？' | ',' | ';' | '!' | '?'
    )
}

/// A dash says 到 between days and times, else it is a pause.
fn dash(found: &Found<'_>) -> &'static str {
    let two = found.group(0).chars().count() > 1;
    let ends = found.before.is_empty() || found.after.is_empty();
    match (two, ends) {
        (_, true) => "",
        (false, _) if is_span(found) => "到",
        _ => "，",
    }
}

fn hyphen(found: &Found<'_>) -> &'static str {
    let latin = |letter: char| letter.is_ascii_alphanumeric();
    let between_latin = found.before.ends_with(latin) && found.after.starts_with(latin);
    if is_span(found) {
        "到"
    } else if found.before.is_empty() || found.after.is_empty() || between_latin {
        ""
    } else {
        "，"
    }
}

/// Whether both sides are days, times or amounts.
fn is_span(found: &Found<'_>) -> bool {
    const DAYS: &[&str] = &[
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
        "星期一",
        "星期二",
        "星期三",
        "星期四",
        "星期五",
        "星期六",
        "星期日",
        "星期天",
        "上午",
        "下午",
    ];
    let number =
        |letter: char| letter.is_ascii_digit() || "一二三四五六七八九十零两".contains(letter);
    let before = found.before.trim_end();
    let from = DAYS.iter().any(|day| before.ends_with(day))
        || before.ends_with(|letter: char| {
            letter.is_ascii_digit() || "年月日号点分时天岁元米度周楼栋层级".contains(letter)
        });
    let after = found.after.trim_start();
    from && (DAYS.iter().any(|day| after.starts_with(day))
        || after.starts_with(number)
        || after.starts_with(['第', '次']))
}
