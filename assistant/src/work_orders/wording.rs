//! What is said about work orders, to residents and to staff, in one place for translation.

use super::moves::{MoveName, Survey};
use super::state::State;

/// "It can't be done from this state."
pub(super) fn not_from(name: MoveName, state: State) -> String {
    format!("工单现在是“{state}”，不能{}。请刷新看看最新的情况。", name.label())
}

/// "You may not do this."
pub(super) fn not_entitled(name: MoveName) -> String {
    format!("您在这里没有“{}”的权限，请找本社区的派单员或管理员。", name.label())
}

/// "Say why, or what."
pub(super) fn words_missing(name: MoveName) -> String {
    match name {
        MoveName::Finish | MoveName::Decline => "请写下给居民的答复。".to_owned(),
        MoveName::AskResident => "请写下要问居民的话。".to_owned(),
        _ => format!("“{}”要写明原因。", name.label()),
    }
}

/// "It went back too often."
pub(super) fn returned_too_often(most: u32) -> String {
    format!("这张工单已经退过 {most} 次，不能再退，请派单员协调由谁主办。")
}

/// "An extension is of 1 to n days."
pub(super) fn extension_bounds(longest: u32) -> String {
    format!("延期要在 1 到 {longest} 个工作日之间。")
}

/// "Name another order."
pub(super) const MERGE_WITH_ITSELF: &str = "不能并入自己，请填另一张工单的号。";

/// "Say whether it is solved."
pub(super) const SOLVED_MISSING: &str = "联系上了居民，请选“已解决”或“没解决”。";

/// To the resident: it was accepted.
pub(super) fn told_accepted(number: &str) -> String {
    format!("您的工单 {number} 社区已经受理，正在安排人办。")
}

/// To the resident: somebody is at it.
pub(super) fn told_in_progress(number: &str) -> String {
    format!("您的工单 {number} 已经有工作人员在办了。")
}

/// To the resident: it takes longer.
pub(super) fn told_extended(number: &str, days: u32, reason: &str) -> String {
    format!("您的工单 {number} 要多等 {days} 个工作日，原因是：{reason}。让您久等了。")
}

/// To the resident: it waits.
pub(super) fn told_suspended(number: &str, reason: &str) -> String {
    format!("您的工单 {number} 暂时停一下，原因是：{reason}。一有进展就告诉您。")
}

/// To the resident: a question.
pub(super) fn told_question(number: &str, question: &str) -> String {
    format!("办您的工单 {number} 的工作人员想问您：{question}　直接在这里回复就行。")
}

/// To the resident: the outcome, and whether it helped.
pub(super) fn told_finished(number: &str, answer: &str) -> String {
    format!("您的工单 {number} 办好了：{answer}　问题解决了吗？没解决可以要求重办。")
}

/// To the resident: it begins again.
pub(super) fn told_reopened(number: &str) -> String {
    format!("知道了，工单 {number} 重新办理，办好再告诉您。")
}

/// To the resident: it is not ours.
pub(super) fn told_declined(number: &str, answer: &str) -> String {
    format!("您的工单 {number} 社区办不了：{answer}")
}

/// To the resident: others reported the same.
pub(super) fn told_merged(number: &str) -> String {
    format!("您反映的事（工单 {number}）也有别的居民反映，已经合在一起办，有进展一样会告诉您。")
}

/// To the resident after their verdict.
pub(super) const THANKS_FOR_VERDICT: &str = "谢谢您的评价，这件事就办完了。以后有事随时来说。";

/// How a verdict stands in the history.
pub(super) fn survey(survey: &Survey, by_resident: bool) -> String {
    if !survey.contacted {
        return "回访：没有联系上居民".to_owned();
    }
    let who = if by_resident { "居民评价" } else { "回访" };
    let solved = if survey.solved == Some(true) { "已解决" } else { "没解决" };
    let mut text = format!("{who}：{solved}");
    if let Some(satisfaction) = survey.satisfaction {
        text.push('，');
        text.push_str(satisfaction.name());
    }
    if let Some(note) = survey.note.as_deref().filter(|note| !note.trim().is_empty()) {
        text.push('。');
        text.push_str(note.trim());
    }
    text
}

/// In the history: three quarters of the limit are spent.
pub(super) const CLOCK_WARNS: &str = "快到时限，提醒经办人";

/// In the history: the limit has run out.
pub(super) const CLOCK_RAN_OUT: &str = "已超时，自动督办";

/// To the resident who waited for a person.
pub(super) const NOBODY_CAME: &str =
    "工作人员暂时都在忙，没能马上接您的话，对不起。您的事已经登记成工单，他们会来联系您。等的时候，我还可以先帮您查。";

/// To the resident whom the person left without a word: the machine answers again, and where what
/// was said is kept; with the lookup code where the order is new.
pub(crate) fn taken_back(name: &str, number: &str, code: Option<&str>) -> String {
    let kept = match code {
        None => format!("您说的话已经记在工单 {number} 里"),
        Some(code) => format!("您说的话已经登记成工单，工单号是 {number}，查询码是 {code}"),
    };
    format!(
        "{name}好一会儿没有回话，可能有急事走开了，对不起。{kept}，工作人员会来联系您。\
         现在又由我（智能助手，是电脑）陪您说。要找人，说“人工”就行。"
    )
}

/// In the history, to whoever held the conversation.
pub(crate) fn holder_silent(name: &str, minutes: i64) -> String {
    let waited = if minutes > 0 { format!("{minutes} 分钟") } else { "一会儿".to_owned() };
    format!("@{name} 居民等了{waited}没有等到回话，助手已把对话接回，请看工单联系居民。")
}

/// Why an order begins again where it is a neighbour for whom it is not solved.
pub(super) const NEIGHBOUR_UNSOLVED: &str = "一起反映的居民说还没解决";

/// To the resident: a person has taken over.
pub(crate) fn taken_over(name: &str) -> String {
    format!("现在由社区工作人员 {name} 跟您说，是真人。")
}

/// To the resident: the machine answers again.
pub(crate) const GIVEN_BACK: &str = "工作人员先去忙了，现在又由我（智能助手，是电脑）陪您说。要找人，说“人工”就行。";
