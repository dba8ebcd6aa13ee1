//! What is a quantity, what it is worth, and what only looks like one.

use dialects::numerals::{Kind, Quantity, Value, chinese, quantities};
use proptest::prelude::*;

/// Writes what was found in a short form: `30日`, `3~5工作日`, `2025-5-1`, `17:00`, `§16.1`.
fn brief(quantity: &Quantity) -> String {
    let unit = quantity.unit.as_deref().unwrap_or_default();
    match &quantity.value {
        Value::Number(number) => match quantity.kind {
            Kind::Ordinal => format!("#{number}{unit}"),
            _ => format!("{number}{unit}"),
        },
        Value::Range(low, high) => format!("{low}~{high}{unit}"),
        Value::Fraction {
            numerator,
            denominator,
        } => format!("{numerator}/{denominator}"),
        Value::Date {
            lunar,
            year,
            month,
            day,
        } => {
            let part = |part: Option<u16>| part.map_or("?".to_owned(), |part| part.to_string());
            let (month, day) = (part(month.map(u16::from)), part(day.map(u16::from)));
            format!(
                "{}{}-{month}-{day}",
                if *lunar { "农历" } else { "" },
                part(*year)
            )
        }
        Value::Time { hour, minute } => format!("{hour}:{minute:02}"),
        Value::Weekday(day) => format!("周{day}"),
        Value::Digits(digits) => format!("☎{digits}"),
        Value::Article {
            number,
            inserted: None,
        } => format!("§{number}"),
        Value::Article {
            number,
            inserted: Some(inserted),
        } => format!("§{number}.{inserted}"),
    }
}

fn found(text: &str) -> String {
    quantities(text)
        .iter()
        .map(brief)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn quantities_are_read_however_they_are_written() {
    let cases = [
        // Whole numbers and what they count.
        ("三十日内", "30日"),
        ("30日内", "30日"),
        ("３０ 日内", "30日"),
        ("三十天", "30日"),
        ("一百零五", "105"),
        ("两千零五元", "2005元"),
        ("三百五", "350"),
        ("一万二", "12000"),
        ("十二万元", "120000元"),
        ("1,500元", "1500元"),
        ("1.2万元", "12000元"),
        ("1.20万", "12000"),
        ("一点五倍", "1.5倍"),
        ("一点五万元", "15000元"),
        ("10多万元", "100000元"),
        ("二十余人", "20人"),
        ("1万5千元", "15000元"),
        ("叁佰元整", "300元"),
        ("壹万贰仟元", "12000元"),
        ("3千瓦时", "3度"),
        ("120平方米", "120平方米"),
        ("80㎡", "80平方米"),
        ("一万亿", "1000000000000"),
        ("三亿五千万", "350000000"),
        ("3个月内", "3个月"),
        ("60周岁以上", "60岁"),
        ("年满六十岁", "60岁"),
        ("收费30", "30"),
        ("两张照片和一份申请表", "2张 1份"),
        ("三个工作日", "3工作日"),
        ("二级残疾", "2级"),
        ("3名工作人员", "3人"),
        // Halves.
        ("半年", "0.5年"),
        ("半个月", "0.5个月"),
        ("一年半", "1.5年"),
        ("三个半月", "3.5个月"),
        ("一个半小时", "1.5小时"),
        ("缴一半", "1/2"),
        ("半价乘车", "1/2"),
        // Money.
        ("五块五", "5.5元"),
        ("五块钱", "5元"),
        ("5元5角", "5.5元"),
        ("5角", "0.5元"),
        ("￥500", "500元"),
        // Shares.
        ("百分之三十", "30%"),
        ("30%", "30%"),
        ("３０％", "30%"),
        ("百分之百", "100%"),
        ("千分之五", "5‰"),
        ("万分之五", "5‱"),
        ("三分之二", "2/3"),
        ("3%-5%", "3~5%"),
        // Ranges.
        ("三至五日", "3~5日"),
        ("3-5个工作日", "3~5工作日"),
        ("3—5个工作日", "3~5工作日"),
        ("3日至5日", "3~5日"),
        ("3至5万元", "30000~50000元"),
        ("18~60周岁", "18~60岁"),
        ("三五天", "3~5日"),
        ("两三个月", "2~3个月"),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn dates_names_in_digits_and_articles_are_told_apart() {
    let cases = [
        // Dates, weekdays, times.
        ("2025年5月1日", "2025-5-1"),
        ("2025 年 5 月 1 日", "2025-5-1"),
        ("二〇二五年五月一日", "2025-5-1"),
        ("二零二五年", "2025-?-?"),
        ("5月1日", "?-5-1"),
        ("5月1号", "?-5-1"),
        ("5月份", "?-5-?"),
        ("2025-05-01", "2025-5-1"),
        ("2025.5.1", "2025-5-1"),
        ("腊月二十三", "农历?-12-23"),
        ("正月初一", "农历?-1-1"),
        ("农历八月十五", "农历?-8-15"),
        ("九月初九", "农历?-9-9"),
        ("周一至周五", "周1 周5"),
        ("星期天", "周7"),
        ("每周三次", "3次"),
        ("8:30-17:00", "8:30 17:00"),
        ("上午9点到11点半", "9:00 11:30"),
        ("下午两点至五点", "14:00 17:00"),
        ("下午五点", "17:00"),
        ("9时30分", "9:30"),
        ("8小时", "8小时"),
        // Names in digits.
        ("拨打12345热线", "☎12345"),
        ("火警幺幺九", "☎119"),
        ("火警119", "☎119"),
        ("一一九", "☎119"),
        ("010-12345678", "☎01012345678"),
        ("138-1234-5678", "☎13812345678"),
        ("13812345678", "☎13812345678"),
        ("400-123-4567", "☎4001234567"),
        // Laws.
        ("第十六条", "§16"),
        ("第十六条之一", "§16.1"),
        ("第16条第二款第（三）项", "§16 #2款"),
        ("第一千一百八十一条", "§1181"),
        ("第三次", "#3次"),
        ("十六条意见", "16条"),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn words_that_look_like_numbers_are_left_out() {
    let words = "请您稍等一下，一些材料要统一提交，唯一的办法是一起去。万一不行，三轮车也十分方便，千万别急。\
        老百姓进一步了解，一般一律一次性告知，一站式办理，一网通办。几十元、数百人、上千户。\
        一点一滴做起，有一点难，三点建议，四周都是树，一定一直一样，另一方面，之一，三心二意。";
    let found = quantities(words);
    let shown: Vec<&str> = found
        .iter()
        .map(|quantity| &words[quantity.span.clone()])
        .collect();
    assert!(shown.is_empty(), "{shown:?}");
}

#[test]
fn the_same_amount_agrees_and_another_unit_does_not() {
    let one = |text| quantities(text).remove(0);
    for (left, right) in [
        ("三十日", "30天"),
        ("一万二千元", "1.2万元"),
        ("下午五点", "17:00"),
        ("百分之五", "5%"),
        ("拨打幺幺九", "119"),
        ("60周岁", "六十岁"),
        ("半小时", "0.5小时"),
    ] {
        assert!(one(left).agrees_with(&one(right)), "{left} {right}");
    }
    for (left, right) in [
        ("30日", "30元"),
        ("30日", "30个工作日"),
        ("第十六条", "16条"),
        ("5月1日", "5月2日"),
        ("3个月", "3月"),
        ("腊月二十三", "12月23日"),
        ("周一", "周二"),
    ] {
        assert!(!one(left).agrees_with(&one(right)), "{left} {right}");
    }
}

#[test]
fn spans_cover_what_was_read() {
    let text = "自２０２５年5月1日起，三十日内缴500元（12345）。";
    let shown: Vec<&str> = quantities(text)
        .iter()
        .map(|found| &text[found.span.clone()])
        .collect();
    assert_eq!(shown, ["２０２５年5月1日", "三十日", "500元", "12345"]);
}

/// Text made of the characters that numbers are made of, which meets the reader's corners.
fn number_like() -> impl Strategy<Value = String> {
    let pieces = [
        "一",
        "二",
        "两",
        "三",
        "五",
        "九",
        "十",
        "百",
        "千",
        "万",
        "亿",
        "零",
        "〇",
        "幺",
        "半",
        "点",
        "分之",
        "第",
        "条",
        "之",
        "年",
        "月",
        "日",
        "号",
        "周",
        "星期",
        "农历",
        "腊月",
        "初",
        "廿",
        "时",
        "分",
        "刻",
        "元",
        "块",
        "角",
        "个",
        "%",
        "至",
        "到",
        "-",
        "—",
        ".",
        ",",
        ":",
        "0",
        "1",
        "2",
        "9",
        "12",
        "2025",
        "13812345678",
        "９",
        "￥",
        " ",
        "多",
        "几",
        "统",
        "、",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..14).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn whole_numbers_survive_being_written_in_chinese(
        number in prop_oneof![0u64..200_000, 0u64..1_000_000_000_000_000],
    ) {
        let text = format!("共{}元", chinese(number));
        let found = quantities(&text);
        prop_assert_eq!(found.len(), 1, "{}", text);
        prop_assert_eq!(brief(&found[0]), format!("{number}元"));
    }

    #[test]
    fn any_text_is_read_without_fail(text in prop_oneof![number_like(), any::<String>()]) {
        let mut end = 0;
        for quantity in quantities(&text) {
            prop_assert!(quantity.span.start >= end && quantity.span.end <= text.len());
            prop_assert!(quantity.span.start < quantity.span.end);
            prop_assert!(text.get(quantity.span.clone()).is_some(), "inside a character");
            end = quantity.span.end;
        }
    }
}
