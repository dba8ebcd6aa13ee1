//! How much two reports are about the same thing.

use std::collections::BTreeSet;

/// From this likeness on, another order is offered as being about the same matter.
///
/// Chosen on the pairs of the test below: what neighbours write about one fault lies above it,
/// another fault at the same place and the same fault elsewhere below.
pub const SAME_MATTER: f32 = 0.42;

/// What two reports share, from 0 to 1: pairs of characters in their words, and the numbers in
/// them (栋, 单元, 号), which must not contradict each other.
pub fn likeness(one: &str, other: &str) -> f32 {
    if contradict(one, other) {
        return 0.0;
    }
    let (one, other) = (pairs(one), pairs(other));
    let shared = one.intersection(&other).count() as f32;
    let all = (one.len() + other.len()) as f32;
    if all == 0.0 { 0.0 } else { 2.0 * shared / all }
}

/// Characters that say nothing about the matter.
const EMPTY: &str = "的了吗呢吧啊呀嘛我你您他她它们这那有在是都也还就把被给和跟与请很太个一下们";

fn pairs(text: &str) -> BTreeSet<(char, char)> {
    let words: Vec<char> = text
        .chars()
        .filter(|character| character.is_alphanumeric() && !EMPTY.contains(*character))
        .collect();
    words.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Whether both name a building, unit or floor, and not the same: 3栋 and 5栋.
fn contradict(one: &str, other: &str) -> bool {
    let (one, other) = (numbered(one), numbered(other));
    one.iter().any(|(unit, number)| {
        let mut same_unit = other.iter().filter(|(other_unit, _)| other_unit == unit).peekable();
        same_unit.peek().is_some() && same_unit.all(|(_, other_number)| other_number != number)
    })
}

/// Numbers with what they count: 栋, 单元, 楼.
fn numbered(text: &str) -> BTreeSet<(char, u32)> {
    let mut found = BTreeSet::new();
    let mut run: Option<u32> = None;
    for character in text.chars() {
        if character == '十' {
            run = Some(run.unwrap_or(1).saturating_mul(10));
        } else if let Some(digit) = digit(character) {
            let before = run.unwrap_or(0);
            // 二十三: the tens stand already; 23: they are shifted.
            let shifted = if is_digit(character) || !before.is_multiple_of(10) { before.saturating_mul(10) } else { before };
            run = Some(shifted.saturating_add(digit));
        } else if let Some(number) = run.take() {
            let unit = match character {
                '栋' | '幢' | '座' => '栋',
                '单' => '单',
                '楼' | '层' => '楼',
                _ => continue,
            };
            found.insert((unit, number));
        }
    }
    found
}

fn is_digit(character: char) -> bool {
    matches!(character, '0'..='9' | '０'..='９')
}

fn digit(character: char) -> Option<u32> {
    match character {
        '0'..='9' => character.to_digit(10),
        '０'..='９' => Some(character as u32 - 0xFF10),
        '两' => Some(2),
        _ => "零一二三四五六七八九".chars().position(|one| one == character).map(|at| at as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_with_one_trouble_are_told_from_others() {
        for (one, other) in [
            ("3栋1单元电梯坏了，停在5楼不动", "3栋一单元的电梯坏了好几天"),
            ("小区东门的路灯不亮了", "东门路灯坏了晚上不亮"),
            ("楼下烧烤店油烟太大", "楼下烧烤店的油烟熏人，太大了"),
        ] {
            let found = likeness(one, other);
            assert!(found >= SAME_MATTER, "{one} / {other}: {found}");
        }
        for (one, other) in [
            ("3栋1单元电梯坏了", "5栋1单元电梯坏了"),
            ("小区东门的路灯不亮了", "小区东门垃圾没人清"),
            ("楼下烧烤店油烟太大", "楼上装修太吵"),
        ] {
            let found = likeness(one, other);
            assert!(found < SAME_MATTER, "{one} / {other}: {found}");
        }
    }
}
