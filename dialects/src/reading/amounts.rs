//! Money, shares, ranges, fractions, and numbers with what they count.

use super::{
    numbers::{counted, digits, number, whole},
    rules::{Found, Rule},
    units,
};

const NUMBER: &str = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)";
const TO: &str = r"\s*(?:-|－|–|—|~|～)+\s*";

pub(super) fn rules() -> Vec<Option<Rule>> {
    [shares_and_money(), units_and_prices(), plain()]
        .into_iter()
        .flatten()
        .collect()
}

fn shares_and_money() -> Vec<Option<Rule>> {
    vec![
        Rule::new(
            &format!(r"([-+]?){NUMBER}\s*([%‰])?{TO}{NUMBER}\s*([%‰])"),
            |found| {
                let name = share_of(found.group(5));
                let from = if found.group(3).is_empty() && found.group(1).is_empty() {
                    format!("{name}{}", number(found.group(2)))
                } else {
                    format!("{}{name}{}", sign(found), number(found.group(2)))
                };
                (!found.is_part_before())
                    .then(|| format!("{from}到{name}{}", number(found.group(4))))
            },
        ),
        Rule::new(&format!(r"([-+]?){NUMBER}\s*([%‰])"), |found| {
            (!found.is_part_before()).then(|| {
                format!(
                    "{}{}{}",
                    sign(found),
                    share_of(found.group(3)),
                    number(found.group(2))
                )
            })
        }),
        Rule::new(
            &format!(r"[¥￥]\s*{NUMBER}(?:{TO}[¥￥]?{NUMBER})?\s*(万|亿)?元?"),
            |found| {
                let times = found.group(3);
                let low = found.group(1);
                Some(match found.group(2) {
                    "" if times.is_empty() => money(low),
                    "" => format!("{}{times}元", counted(low, times)),
                    high => format!("{}到{}{times}元", number(low), counted(high, "元")),
                })
            },
        ),
        Rule::new(&format!(r"(?:US)?\$\s*{NUMBER}"), |found| {
            Some(format!("{}美元", counted(found.group(1), "元")))
        }),
        Rule::new(r"(\d+\.\d{2})\s*元", |found| {
            (!found.is_part_before() && !found.after.starts_with(['/', '每']))
                .then(|| money(found.group(1)))
        }),
    ]
}

/// Temperatures, units in letters, and what something costs for each.
fn units_and_prices() -> Vec<Option<Rule>> {
    let unit = units::pattern();
    vec![
        Rule::new(
            &format!(r"(-|−)?{NUMBER}\s*({unit})?{TO}(-|−)?{NUMBER}\s*({unit})"),
            |found| {
                let said = unit_said(found.group(6))?;
                let below = |group: usize| {
                    if found.group(group).is_empty() {
                        ""
                    } else {
                        below_zero(said)
                    }
                };
                (!found.is_part()).then(|| {
                    format!(
                        "{}{}到{}{}{said}",
                        below(1),
                        counted(found.group(2), said),
                        below(4),
                        counted(found.group(5), said)
                    )
                })
            },
        ),
        Rule::new(
            &format!(r"(-|−)?{NUMBER}\s*({unit})(/[A-Za-z\p{{Han}}·]+)?"),
            |found| {
                let said = unit_said(found.group(3))?;
                let below = if found.group(1).is_empty() {
                    ""
                } else {
                    below_zero(said)
                };
                let each = per(found.group(4));
                (!found.is_part())
                    .then(|| format!("{below}{}{said}{each}", counted(found.group(2), said)))
            },
        ),
        Rule::new(
            r"(?P<said>(?:元|块|角|分|克|公斤|千克|次|人|个|户|升|吨|公里|米|斤|度|小时|天|平方米|立方米|千瓦时|万元|美元)(?:/(?:\p{Han}{1,5}|㎡|m²|m2|m³|m3|kg|km|kWh|kwh|h|L)(?:·\p{Han}{1,2})?)+)",
            |found| Some(per_all(found.said())),
        ),
    ]
}

/// Fractions, ranges, and numbers with what they count; dates were taken before.
fn plain() -> Vec<Option<Rule>> {
    vec![
        Rule::new(r"(\d{1,3})/(\d{1,4})", |found| {
            let (above, below) = (found.group(1), found.group(2));
            let (numerator, denominator) = (above.parse::<u32>().ok()?, below.parse::<u32>().ok()?);
            let proper = numerator < denominator && numerator > 0;
            let joined =
                found.is_part() || found.before.ends_with('/') || found.after.starts_with('/');
            (proper && !joined).then(|| format!("{}分之{}", whole(below), whole(above)))
        }),
        Rule::new(&format!(r"{NUMBER}{TO}{NUMBER}"), range),
        Rule::new(r"(\d+)\s*[×xX*]\s*(\d+)", |found| {
            (!found.is_part())
                .then(|| format!("{}乘{}", whole(found.group(1)), whole(found.group(2))))
        }),
        Rule::new(&format!(r"(第)\s*{NUMBER}"), |found| {
            Some(format!("第{}", whole(found.group(2))))
        }),
        // 12.3.4 and the like.
        Rule::new(r"\d+(?:\.\d+){2,}", |found| {
            let parts: Vec<String> = found.group(0).split('.').map(digits).collect();
            Some(parts.join("点"))
        }),
        Rule::new(&format!("[-−]{NUMBER}"), |found| {
            let apart = found.before.is_empty()
                || found.before.ends_with([
                    ' ', '，', '。', '：', ':', '（', '(', '是', '为', '到', '达',
                ]);
            apart.then(|| format!("负{}", number(found.group(1))))
        }),
        Rule::new(NUMBER, |found| Some(counted(found.group(1), found.after))),
        Rule::new(r"\d+", |found| Some(whole(found.group(0)))),
    ]
}

fn sign(found: &Found<'_>) -> &'static str {
    match found.group(1) {
        "-" => "负",
        "+" => "正",
        _ => "",
    }
}

fn share_of(mark: &str) -> &'static str {
    if mark == "‰" {
        "千分之"
    } else {
        "百分之"
    }
}

fn below_zero(unit: &str) -> &'static str {
    if unit.ends_with("氏度") || unit == "度" {
        "零下"
    } else {
        "负"
    }
}

fn unit_said(written: &str) -> Option<&'static str> {
    units::at_start(written).map(|(_, said)| said)
}

/// 12.80 is 十二元八角.
fn money(written: &str) -> String {
    let Some((above, below)) = written
        .split_once('.')
        .filter(|(above, below)| below.len() == 2 && !above.trim_start_matches('0').is_empty())
    else {
        return format!("{}元", counted(written, "元"));
    };
    let above = counted(above, "元");
    match below.as_bytes() {
        [b'0', b'0'] => format!("{above}元"),
        [b'0', _] => format!("{above}元零{}分", digits(&below[1..])),
        [_, b'0'] => format!("{above}元{}角", counted(&below[..1], "角")),
        _ => format!(
            "{above}元{}角{}分",
            counted(&below[..1], "角"),
            digits(&below[1..])
        ),
    }
}

/// 30-50: from 30 to 50; a smaller number behind, or a zero in front, is a name with a hyphen.
fn range(found: &Found<'_>) -> Option<String> {
    if found.is_part() || found.before.ends_with('-') {
        return None;
    }
    let (low, high) = (found.group(1), found.group(2));
    let value = |written: &str| written.replace(',', "").parse::<f64>().ok();
    let zero_first =
        |written: &str| written.len() > 1 && written.starts_with('0') && !written.contains('.');
    // 3-5万: the first counts 万 too.
    let goes_up = value(low)? < value(high)? || found.precedes(&["万", "亿"]);
    // 5-301 is building and room.
    let is_room = low.len() <= 2
        && high.len() >= 3
        && !high.contains(['.', ','])
        && (found.after.is_empty()
            || found.precedes(&["室", "号", "房", "，", "。", "、", "的", "漏", "停"]));
    if goes_up && !is_room && !zero_first(low) && !zero_first(high) {
        let from = if found.precedes(&["月", "号", "日", "楼", "栋", "单元"]) {
            number(low)
        } else {
            counted(low, found.after)
        };
        return Some(format!("{from}到{}", counted(high, found.after)));
    }
    let part = |written: &str| {
        if written.len() > 2 {
            super::numbers::code(written)
        } else {
            number(written)
        }
    };
    Some(format!("{}杠{}", part(low), part(high)))
}

/// What stands behind a slash: /月 is 每月.
fn per(written: &str) -> String {
    let Some(what) = written.strip_prefix('/') else {
        return String::new();
    };
    let said = units::at_start(what).map_or(what, |(_, said)| said);
    format!("每{}", said.replace('·', "每"))
}

fn per_all(written: &str) -> String {
    let mut parts = written.split('/');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + &per(&format!("/{part}")))
}
