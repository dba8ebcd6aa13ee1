//! Digits and letters that are a name: telephones, identity cards, plates, numbers of documents
//! and orders, addresses of the network.

use super::{
    numbers::{code, dictated, digits, grouped, number, whole},
    rules::{Found, Rule},
};

/// What stands before a number of this kind, with what may stand between.
const CALLED: &str = "(?:编号|单号|工单|查询码|验证码|校验码|编码|代码|账号|帐号|卡号|尾号|取件码|提货码|密码|邮编|车牌|证号|序列号|条形码|流水号|口令|学号|工号|户号|表号|房号|号码|案号|识别号)(?:是|为|就是|:|：|“|\"|「|（|\\(|\\s|后四位|后六位|后\\d位|末四位|末尾){0,4}";

/// Provinces as they stand on number plates.
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

pub(super) fn rules() -> Vec<Option<Rule>> {
    let mut rules = network();
    rules.extend(names());
    rules.extend(telephones());
    rules
}

fn network() -> Vec<Option<Rule>> {
    vec![
        Rule::new(
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
            |found| {
                let (name, host) = found.group(0).split_once('@')?;
                Some(format!("{}艾特{}", address(name), address(host)))
            },
        ),
        Rule::new(
            r"(?:https?://)?((?:[A-Za-z0-9-]+\.)+(?:com|cn|net|org|gov|edu|io|top|vip|app|shop|me|info)(?:\.cn)?)((?::\d+)?(?:/[A-Za-z0-9._~%/?#=&+-]*)?)",
            |found| {
                let rest = found.group(2).trim_end_matches('/');
                let rest = if rest.is_empty() {
                    ""
                } else {
                    "，后面的地址请看屏幕"
                };
                Some(format!("{}{rest}", address(found.group(1))))
            },
        ),
    ]
}

/// An address of the network: letters one by one, dots said.
fn address(written: &str) -> String {
    let mut said = String::new();
    for letter in written.chars() {
        match letter {
            '.' => said.push('点'),
            '-' => said.push('杠'),
            '_' => said.push_str("下划线"),
            '0'..='9' => said.push_str(&digits(&letter.to_string())),
            'a'..='z' | 'A'..='Z' => said.push(letter.to_ascii_uppercase()),
            _ => {}
        }
    }
    said.replace("WWW", "三W").replace("点COM", "点com")
}

fn names() -> Vec<Option<Rule>> {
    vec![
        // 国发〔2020〕12号
        Rule::new(
            r"\s*[〔\[【（(［]\s*((?:19|20)\d{2})\s*[〕\]】）)］]\s*(第)?\s*(\d+)\s*号",
            |found| {
                Some(format!(
                    "{}年{}{}号",
                    digits(found.group(1)),
                    found.group(2),
                    whole(found.group(3))
                ))
            },
        ),
        // Identity cards.
        Rule::new(r"\d{17}[\dXx]", |found| {
            (!found.is_part()).then(|| grouped(found.group(0), &[6, 4, 4]))
        }),
        Rule::new(
            &format!("[{PROVINCES}][A-Z][·•. ]?[A-HJ-NP-Z0-9]{{5,6}}"),
            |found| {
                let plate = found.group(0);
                let province = plate.chars().next()?;
                let has_digit = plate.chars().any(|letter| letter.is_ascii_digit());
                (has_digit
                    && !found
                        .after
                        .starts_with(|next: char| next.is_ascii_alphanumeric()))
                .then(|| format!("{province}{}", code(plate)))
            },
        ),
        Rule::new(
            &format!(r"{CALLED}(?P<said>[A-Za-z0-9][A-Za-z0-9-]{{2,}})"),
            |found| {
                let has_digit = found
                    .said()
                    .contains(|letter: char| letter.is_ascii_digit());
                has_digit.then(|| dictated(found.said()))
            },
        ),
        // 3-2-501, of a building.
        Rule::new(r"(\d{1,3})-(\d{1,2})-(\d{1,4})(?:-(\d{1,4}))?", |found| {
            let parts: Vec<String> = (1..=4)
                .map(|at| found.group(at))
                .filter(|part| !part.is_empty())
                .map(|part| {
                    if part.len() > 2 {
                        code(part)
                    } else {
                        whole(part)
                    }
                })
                .collect();
            (!found.is_part()).then(|| parts.join("杠"))
        }),
        Rule::new(r"(\d{3,4})(?P<rest>号?(?:室|房)(?:间)?)", |found| {
            let named = ["室友", "房价"].iter().any(|word| {
                found.group(2).ends_with(&word[..3]) && found.after.starts_with(&word[3..])
            });
            (!found.is_part_before() && !named)
                .then(|| format!("{}{}", code(found.group(1)), found.group(2)))
        }),
        // Bus lines and roads.
        Rule::new(
            r"(\d{3})(?P<rest>路(?:公交|车|公共汽车)?)",
            |found| {
                (!found.is_part_before())
                    .then(|| format!("{}{}", code(found.group(1)), found.group(2)))
            },
        ),
    ]
}

fn telephones() -> Vec<Option<Rule>> {
    vec![
        Rule::new(
            r"(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})",
            |found| {
                (!found.is_part() && !ends_in_code(found)).then(|| {
                    let parts = [found.group(1), found.group(2), found.group(3)];
                    parts.map(code).join("，")
                })
            },
        ),
        Rule::new(r"(1[3-9]\d)[*×xX]{4}(\d{4})", |found| {
            Some(format!(
                "{}，星号，{}",
                code(found.group(1)),
                code(found.group(2))
            ))
        }),
        Rule::new(
            r"[（(]?(0[12]\d|0[3-9]\d{2})[)）]?[- —]?(\d{7,8})(?:(?:-|转|转接|—)(\d{1,6}))?",
            |found| {
                if found.is_part() {
                    return None;
                }
                let local = found.group(2);
                let local = grouped(local, &[local.len() - 4]);
                let extension = match found.group(3) {
                    "" => String::new(),
                    extension => format!("，转{}", code(extension)),
                };
                Some(format!("{}，{local}{extension}", code(found.group(1))))
            },
        ),
        Rule::new(
            r"([48]00)(?:[- ]?(\d{3})[- ]?(\d{4})|[- ](\d{4})[- ](\d{3}))",
            |found| {
                (!found.is_part()).then(|| {
                    let parts = (1..=5)
                        .map(|at| found.group(at))
                        .filter(|part| !part.is_empty());
                    parts.map(code).collect::<Vec<_>>().join("，")
                })
            },
        ),
        Rule::new(
            r"(?:电话|热线|拨打|致电|拨|打|分机|呼叫|短信到|发送到|客服|报警)(?:是|为|:|：|“|（|\s|号码|：“){0,3}(?P<said>\d{3,8})",
            |found| {
                let counted =
                    found.precedes(&["元", "个", "次", "分", "天", "人", "折", "万", "%", "."]);
                (!counted
                    && !found
                        .after
                        .starts_with(|next: char| next.is_ascii_alphanumeric()))
                .then(|| dictated(found.said()))
            },
        ),
        Rule::new(r"110|112|114|117|119|120|122", |found| {
            (!found.is_part() && !is_counted(found)).then(|| code(found.group(0)))
        }),
        Rule::new(r"12\d{3}|9[56]\d{3,4}|100(?:86|10|00)|116114", |found| {
            (!found.is_part() && !is_counted(found)).then(|| dictated(found.group(0)))
        }),
        // Long numbers of nothing that is counted.
        Rule::new(r"\d{8,}", |found| {
            (!found.is_part() && !is_counted(found)).then(|| dictated(found.group(0)))
        }),
        Rule::new(r"(?i)(v|ver|版本)\s*(\d+(?:\.\d+)+)", |found| {
            let parts: Vec<String> = found.group(2).split('.').map(number).collect();
            Some(format!(
                "{}{}",
                found.group(1).to_uppercase(),
                parts.join("点")
            ))
        }),
        Rule::new(r"([A-Za-z]+)(\d+\.\d+)", |found| {
            (!found.is_part()).then(|| format!("{}{}", found.group(1), number(found.group(2))))
        }),
        Rule::new(
            r"[A-Za-z]+-?\d[A-Za-z0-9-]*|\d+[A-Za-z][A-Za-z0-9-]*",
            mixed,
        ),
    ]
}

/// Letters and digits in one token: A4, G318, 5G, WO-2026-0012.
fn mixed(found: &Found<'_>) -> Option<String> {
    let written = found.group(0);
    let measured = written.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if measured.len() < written.len() && super::units::at_start(measured).is_some() {
        return None;
    }
    let count = written.chars().filter(char::is_ascii_digit).count();
    let run = written
        .split(|letter: char| !letter.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0);
    if count > 2 || run > 2 || written.contains('-') && count > 1 {
        let said: Vec<String> = written.split('-').map(code).collect();
        return Some(said.join("，"));
    }
    let mut said = String::new();
    let mut digits_so_far = String::new();
    for letter in written.chars().chain([' ']) {
        if letter.is_ascii_digit() {
            digits_so_far.push(letter);
            continue;
        }
        if !digits_so_far.is_empty() {
            said.push_str(&whole(&digits_so_far));
            digits_so_far.clear();
        }
        if letter.is_ascii_alphabetic() {
            said.push(letter);
        }
    }
    Some(said)
}

/// Whether something is counted: 120元, 12345人.
fn is_counted(found: &Found<'_>) -> bool {
    const COUNTED: &[&str] = &[
        "元", "块", "个", "人", "名", "位", "户", "次", "天", "日内", "岁", "周", "年", "万", "千",
        "亿", "平", "米", "公", "斤", "克", "吨", "份", "张", "件", "套", "项", "家", "条", "分",
        "秒", "小时", "毫", "%", "％", "倍", "余", "多", "度", "台", "辆", "升", "立方", "只",
        "号楼", "栋", "级", "℃", "月", "期", "课时", "字", "页", "mm", "k", "m", "厘", "亩", "-",
        "~", "—", "至", "到1", "到2",
    ];
    found.precedes(COUNTED)
}

/// Whether it goes on behind a hyphen, as a longer code would.
fn ends_in_code(found: &Found<'_>) -> bool {
    found
        .after
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}
