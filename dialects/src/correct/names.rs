//! Names, which no dictionary has: they are to be left as they were heard.

use std::ops::Range;

/// Characters that hold sentences together.
pub(super) const HOLDING_TOGETHER: &str = "的了是我你他她在有不要这那哪就都和也去吗呢吧把被给个能会到想问得着没还又再从对为些么已才刚很更最只及与或并其此该之于由所因而且但一二三四五六七八九十百千万两几";

/// The commonest surnames, about nine people in ten (Ministry of Public Security, report on names
/// of 2021, and the hundred surnames of the 2020 census).
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧";

/// Surnames of two characters.
const LONG_SURNAMES: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟",
];

/// Characters that given names are often made of.
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文辉力永健世广义兴良海山仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以树炎德行时泰盛雄琛钧冠策腾楠榕风航弘淑惠珠翠雅芝萍荣爱妹琴青婷姣婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琳露洁馨云莲真环雪佳嘉琼勤珍贞莉晶妍茜秋珊莎锦黛倩欣萱梦蕊薇菁岚苑婕雨轩宇浩然俊家悦源";

/// What names of places end with.
const PLACES: &[&str] = &[
    "路",
    "街",
    "巷",
    "村",
    "镇",
    "乡",
    "县",
    "市",
    "区",
    "桥",
    "湾",
    "苑",
    "站",
    "寨",
    "坪",
    "小区",
    "社区",
    "小学",
    "中学",
    "大学",
    "公司",
    "酒店",
    "花园",
    "广场",
    "医院",
    "公园",
    "大道",
    "大厦",
    "学校",
    "幼儿园",
    "街道",
    "家园",
    "新村",
    "公寓",
];

/// Log probability of a surname as the beginning of a name, and of each character behind it: one
/// that names are often made of, and another.
const SURNAME: f32 = -8.0;
const COMMON_IN_NAMES: f32 = -5.5;
const OTHER_IN_NAMES: f32 = -8.0;

/// Log probability that a place is named before its kind, and of each character of the name.
const PLACE: f32 = -6.0;
const IN_PLACES: f32 = -7.0;

/// Longest name of a place without its kind, in characters.
const LONGEST_PLACE: usize = 4;

/// The stretches of a text that could be names, with their log probability.
pub(super) fn names(characters: &[char]) -> Vec<(Range<usize>, f32)> {
    let mut found = Vec::new();
    for start in 0..characters.len() {
        let rest = &characters[start..];
        let surname = LONG_SURNAMES
            .iter()
            .find(|surname| begins_with(rest, surname))
            .map(|_| 2)
            .or_else(|| SURNAMES.contains(rest[0]).then_some(1));
        if let Some(length) = surname {
            let mut likely = SURNAME;
            for (place, character) in rest.iter().enumerate().skip(length).take(2) {
                if !is_han(*character) {
                    break;
                }
                likely += if GIVEN.contains(*character) {
                    COMMON_IN_NAMES
                } else {
                    OTHER_IN_NAMES
                };
                found.push((start..start + place + 1, likely));
            }
        }
        for length in 2..=LONGEST_PLACE.min(rest.len()) {
            let (name, after) = rest.split_at(length);
            let of_a_place = name.iter().all(|character| is_han(*character))
                && PLACES.iter().any(|kind| begins_with(after, kind));
            if of_a_place {
                found.push((start..start + length, PLACE + IN_PLACES * length as f32));
            }
        }
    }
    found
}

fn begins_with(characters: &[char], text: &str) -> bool {
    let mut rest = characters.iter();
    text.chars()
        .all(|character| rest.next() == Some(&character))
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}') && !HOLDING_TOGETHER.contains(character)
}
