//! The question how far a work order is.

use super::contains_any;

/// Number and lookup code as said, where the turn asks for the progress of an order.
pub(super) fn asked(text: &str) -> Option<(Option<String>, Option<String>)> {
    let runs = digit_runs(text);
    let number = runs
        .windows(2)
        .find(|pair| pair[0].len() == 8 && pair[0].starts_with("20") && pair[1].len() >= 4)
        .map(|pair| format!("{}-{}", pair[0], pair[1]));
    let code = runs.iter().find(|run| run.len() == 6).cloned();
    let named = contains_any(text, &["工单", "单号", "查询码", "报修单"]);
    let asks = contains_any(
        text,
        &["进度", "到哪", "怎么样", "咋样", "处理得", "处理了", "办到", "办得", "查", "修好", "有结果", "有消息", "多久能好"],
    );
    let own = contains_any(
        text,
        &["我报的", "我报修的", "刚才报的", "报的那个", "我投诉的", "我反映的", "反映的那", "上次报的", "上次反映"],
    );
    (number.is_some() || (named && asks) || (own && asks)).then_some((number, code))
}

fn digit_runs(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = String::new();
    for character in text.chars().chain([' ']) {
        let digit = match character {
            '０'..='９' => char::from_u32(character as u32 - 0xFF10 + 0x30),
            '0'..='9' => Some(character),
            _ => None,
        };
        if let Some(digit) = digit {
            run.push(digit);
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs
}
