//! Every fixed sentence that a resident reads or hears, in one place for translation.

use dialects::Variety;
use jiff::civil::{Date, Weekday};

use super::policy::{Danger, SmallTalk};
use crate::working_time::Shift;

/// Opens a conversation. "Hello, I am the assistant of {name}, a computer. Ask about papers,
/// insurance, old age, housing; report repairs; say 人工 for a person."
pub(crate) fn greeting(name: &str, variety: Option<Variety>) -> String {
    let opening = variety.and_then(dialects::greeting).map_or("您好，", |homely| homely.opening);
    format!(
        "{opening}我是{name}的智能助手，是电脑，不是真人。办证、医保、养老、住房这些事都可以问我，家里东西坏了也可以跟我说。\
         想找工作人员，说“人工”就行。"
    )
}

/// What is said in the same words every time, the most urgent first.
pub(crate) fn said_every_time() -> impl Iterator<Item = &'static str> {
    let advice = Danger::ALL.into_iter().flat_map(|danger| danger.advice().iter().copied());
    advice.chain([ALERTED, PERSON, NOTHING_WRITTEN, NONE_MEANT, LEAVE_A_NUMBER, NOTED, SAY_MORE, ONCE_MORE, WHICH])
}

/// Answers small talk.
///
/// Greeting and goodbye are homely where the resident's dialect is known; facts never are.
pub(crate) fn small_talk(kind: SmallTalk, variety: Option<Variety>) -> Vec<String> {
    match (kind, variety.and_then(dialects::greeting)) {
        (SmallTalk::Greeting, Some(homely)) => {
            vec![format!("{}有什么事要办，直接跟我说就行。", homely.opening)]
        }
        (SmallTalk::Goodbye, Some(homely)) => vec![homely.closing.to_owned()],
        _ => standard_small_talk(kind).iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn standard_small_talk(kind: SmallTalk) -> &'static [&'static str] {
    match kind {
        SmallTalk::Greeting => &["您好！有什么事要办，直接跟我说就行。"],
        SmallTalk::AboutToAsk => &["您说，是什么事？"],
        SmallTalk::Thanks => &["不客气。还有别的事，随时问我。"],
        SmallTalk::Goodbye => &["好的，再见。以后有事随时来问。"],
        SmallTalk::WhoAreYou => &[
            "我是社区的智能助手，是电脑，不是真人。",
            "我照着政策文件和办事指南回答，答不上来的会登记下来交给工作人员。",
        ],
        SmallTalk::WhatCanYouDo => &[
            "您可以问我办证、医保、社保、养老、低保、上学、住房、物业和邻里的事。",
            "东西坏了、有人扰民，也可以告诉我，我登记成工单交给工作人员。",
            "想找工作人员，说“人工”就行。",
        ],
        SmallTalk::Acknowledgement => &["好的。还想问什么，接着说就行。"],
        SmallTalk::Nothing => &["我没看清您说的是什么，请再说一遍。"],
    }
}

/// "Should you be in danger now: …", before the reply to what may be a danger.
pub(crate) fn caution(danger: Danger) -> String {
    format!("要是现在就有危险，{}", danger.call())
}

/// "Nobody wrote this down; I registered it for the staff."
pub(crate) const NOTHING_WRITTEN: &str =
    "这件事我手上的资料里没有写，不能乱说。我已经登记下来，社区工作人员会来办。";

/// "Then I don't have what you mean; I registered your question for the staff."
pub(crate) const NONE_MEANT: &str = "好，那您问的我这里没有找到。我把您的原话登记下来，社区工作人员会来答复。";

/// "This is registered already, under this number."
pub(crate) fn filed_already(number: &str) -> String {
    format!("这件事已经登记了，工单号是 {number}，工作人员会处理。有新的情况可以接着告诉我。")
}

/// "Leave a telephone number so that the staff can reach you."
pub(crate) const LEAVE_A_NUMBER: &str = "请留个电话，工作人员好联系您。不想留也没关系。";

/// "I asked a person to come; the matter is registered."
pub(crate) const PERSON: &str = "好的，我把您的事转给社区工作人员，现在给您登记。";

/// "Registered as …; staff will deal with it."
pub(crate) fn reported(kind: &str) -> String {
    format!("您说的情况我记下了，按“{kind}”登记，交给社区工作人员处理。")
}

/// "In the meantime this may help:" before a verified answer to a reported matter.
pub(crate) const MEANWHILE: &str = "另外，这类事情的规定是这样的：";

/// "The staff was told at once."
pub(crate) const ALERTED: &str = "我已经把这件事作为急事登记，通知社区。";

/// "Did you mean: …?"
pub(crate) fn did_you_mean(question: &str) -> String {
    format!("我没听得太准。您是想问“{question}”吗？是的话说“是”，不是就换个说法再讲一遍。")
}

/// "Then please put it another way."
pub(crate) const ONCE_MORE: &str = "好，那请您换个说法再讲一遍，慢慢说。";

/// "Is this the matter you mean?"
pub(crate) fn is_it(question: &str) -> String {
    let question = question.trim_end_matches(['？', '?']);
    format!("我不太确定您问的是哪件事。您想问的是“{question}”吗？是的话说“是”；不是就说“不是”，我请工作人员来回答您。")
}

/// "Is it one of these you mean?"
pub(crate) const WHICH: &str =
    "我不太确定您问的是哪件事。您想问的是下面哪一个？换个说法再告诉我也行；都不是就说“都不是”，我请工作人员来回答您。";

/// "Please say a bit more."
pub(crate) const SAY_MORE: &str = "我不太明白您想问什么。请您再说详细一点，比如要办什么事、遇到了什么情况。";

/// "The documents say:" before quoted sentences.
pub(crate) const QUOTED: &str = "资料里的原文是这样写的：";

/// "Noted." before the next question.
pub(crate) const NOTED: &str = "记下了。";

/// "Then it goes on by itself." before the next question.
pub(crate) const ALONE: &str = "好的，单独给您办。";

/// What is known about an order, read back.
pub(crate) fn read_back(number: &str, known: &[String]) -> String {
    if known.is_empty() {
        return format!("记下了，工单 {number} 会有工作人员来办。");
    }
    format!("都记好了，工单 {number}——{}。有不对的地方，直接告诉我。", known.join("，"))
}

/// "A neighbour reported the same; shall we go on together?"
pub(crate) fn same_matter(state: crate::work_orders::State, place: Option<&str>) -> String {
    let place = place.map_or(String::new(), |place| format!("（{place}）"));
    format!("同样的事{place}已经有邻居反映过了，现在是“{state}”。要不要一起跟进？说“一起”，有进展一样告诉您；不是同一件事就说“单独”。")
}

/// "You go on together with the neighbour."
pub(crate) fn together(number: &str) -> String {
    format!("好的，跟邻居的一起办，您的工单号 {number} 还是您的，随时可以查。")
}

/// "I passed it on to the worker who asked."
pub(crate) fn passed_on(number: &str) -> String {
    format!("好的，您的话已经转给办工单 {number} 的工作人员。")
}

/// After a good verdict.
pub(crate) const CLOSED: &str = "太好了，谢谢您的评价，这件事就办完了。";

/// After a bad verdict: it begins again.
pub(crate) fn again(number: &str) -> String {
    format!("对不起，没给您办好。工单 {number} 重新办理，办好再告诉您。")
}

/// "It is after hours; staff will call when they are back."
pub(crate) fn after_hours(next: Option<&jiff::Zoned>, phone: Option<&str>) -> String {
    let back = next.map_or(String::new(), |next| {
        format!("他们{}月{}日{}上班，", next.month(), next.day(), clock(next.hour(), next.minute()))
    });
    let phone = phone.map_or(String::new(), |phone| format!("等不及可以打 {phone}。"));
    format!("现在工作人员下班了，{back}到时候联系您，我先给您登记。{phone}")
}

/// "Today is … It is … o'clock."
pub(crate) fn now(moment: &jiff::Zoned) -> String {
    format!("今天是{}，现在{}。", day(moment.date()), clock(moment.hour(), moment.minute()))
}

/// "On … the office is open from … to …"
pub(crate) fn hours(community: &str, on: Date, shifts: &[Shift]) -> String {
    if shifts.is_empty() {
        return format!("{}{community}不上班。", day(on));
    }
    let minutes = |minutes: u16| clock((minutes / 60 % 24) as i8, (minutes % 60) as i8);
    let shifts: Vec<String> = shifts
        .iter()
        .map(|shift| {
            if *shift == Shift::ROUND_THE_CLOCK {
                return "全天".to_owned();
            }
            format!("{}到{}", minutes(shift.start_minute()), minutes(shift.end_minute()))
        })
        .collect();
    format!("{}{community}上班的时间是{}。", day(on), shifts.join("、"))
}

/// "They are there now."
pub(crate) const OPEN_NOW: &str = "现在有人在。";

/// "They are back on … at …"
pub(crate) fn next_open(next: &jiff::Zoned) -> String {
    format!("下一次上班是{}{}。", day(next.date()), clock(next.hour(), next.minute()))
}

/// "Ring before you come."
pub(crate) fn ring_first(number: &str) -> String {
    format!("去之前可以先打电话问：{number}。")
}

/// "The office's telephone is …"
pub(crate) fn office_telephone(community: &str, number: Option<&str>) -> String {
    match number {
        Some(number) => format!("{community}的电话是 {number}。"),
        None => format!("{community}还没有把电话填进来。您说“人工”，我请工作人员联系您；也可以打 12345。"),
    }
}

/// 11月23日星期一
fn day(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    };
    format!("{}月{}日星期{weekday}", date.month(), date.day())
}

/// 8 点, 8 点半, 8 点 40 分, as it is read aloud.
fn clock(hour: i8, minute: i8) -> String {
    match minute {
        0 => format!("{hour}点"),
        30 => format!("{hour}点半"),
        minute => format!("{hour}点{minute}分"),
    }
}

/// "Which order? Say number and code."
pub(crate) const WHICH_ORDER: &str = "请告诉我工单号和六位查询码，我帮您查。工单号像这样：20260101-0001。";

/// "Number and code do not fit."
pub(crate) const NO_SUCH_ORDER: &str = "没有查到这张工单，请核对一下工单号和查询码。";

/// State of an order.
pub(crate) fn order_state(number: &str, state: &str, last: &str) -> String {
    format!("工单 {number} 现在是“{state}”。最近的进展：{last}。")
}

/// "Added to your order."
pub(crate) fn supplemented(number: &str) -> String {
    format!("记下了，已经补充到工单 {number} 里。")
}

/// "The program stopped in the middle; your question is registered."
pub(crate) const INTERRUPTED: &str =
    "刚才系统中断了，没能答完，对不起。您的话没有丢，我已经登记下来，社区工作人员会来办。";

/// "It could not be answered; your message is kept. Send it again or ask for a person."
pub(crate) const FAILED: &str =
    "刚才没能答完，您的话已经记下了。请点重试；急事请直接联系社区工作人员。";

/// What stands where a community has not filled in a local fact: in few words, for it is read aloud too.
pub(crate) fn missing_field(name: &str) -> String {
    format!("（{name}请问工作人员）")
}
