//! What kind of turn this is, decided before any answer: word lists first, then a small
//! classifier for what the lists took for a question.

mod classifier;
mod danger;
mod here;
mod meaning;
mod person;
mod progress;
mod report;
mod small_talk;

pub use danger::Danger;
pub use here::{Day, Here};

use crate::privacy;
use crate::store::OrderKind;

pub(crate) use meaning::{Examples, Judgement};
pub(crate) use small_talk::SmallTalk;

/// What the resident wants of this turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Somebody is in danger.
    Emergency(Danger),
    /// A person, not a machine.
    Person,
    /// How far a work order is, with its number and lookup code where they were said.
    Progress {
        /// Number of the order.
        number: Option<String>,
        /// Its lookup code.
        code: Option<String>,
    },
    /// A telephone number, or more about the order that was just filed.
    Supplement {
        /// The telephone number, where there is one.
        phone: Option<String>,
    },
    /// Something to be done by a person.
    Report(OrderKind),
    /// Greeting, thanks, goodbye and the like.
    SmallTalk(SmallTalk),
    /// The day, the office's hours, its telephone.
    Here(Here),
    /// A question for the knowledge.
    Question,
}

/// What the decision may know of the conversation so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context {
    /// The turn before this one filed a work order.
    pub(crate) just_filed: bool,
}

/// Whether the turn says outright that somebody is in danger.
pub(crate) fn is_danger(text: &str) -> bool {
    danger::detect(text).is_some()
}

/// Whether the resident takes leave.
pub(crate) fn says_goodbye(text: &str) -> bool {
    decide(text, Context::default()) == Intent::SmallTalk(SmallTalk::Goodbye)
}

/// Whether the resident wants a person.
pub(crate) fn wants_person(text: &str) -> bool {
    decide(text, Context::default()) == Intent::Person
}

/// Decides what kind of turn `text` is; `text` is in simplified characters.
pub(crate) fn decide(text: &str, context: Context) -> Intent {
    if let Some(danger) = danger::detect(text) {
        return Intent::Emergency(danger);
    }
    if person::wanted(text) {
        return Intent::Person;
    }
    if let Some((number, code)) = progress::asked(text) {
        return Intent::Progress { number, code };
    }
    if context.just_filed {
        let phone = privacy::phone_in(text);
        if phone.is_some() || report::is_supplement(text) {
            return Intent::Supplement { phone };
        }
    }
    if let Some(kind) = small_talk::detect(text) {
        return Intent::SmallTalk(kind);
    }
    if let Some(here) = here::detect(text) {
        return Intent::Here(here);
    }
    if let Some(kind) = report::detect(text) {
        return Intent::Report(kind);
    }
    Intent::Question
}

/// Whether a short turn tells more about an order: a place, a time, a name.
pub(super) fn tells_more(text: &str) -> bool {
    report::is_supplement(text)
}

/// Whether any of `words` stands in `text`.
fn contains_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether the turn asks for information: it has a question word or mark.
pub(super) fn is_question(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "怎么", "咋", "如何", "什么", "啥", "哪", "多少", "几", "吗", "？", "?", "能不能", "可不可以", "可以不",
        "是不是", "有没有", "要不要", "该不该", "谁", "为什么", "为何", "呢", "何时", "多久",
        "好久", "好多", "得不得", "规定", "政策", "条件", "流程", "材料", "手续", "标准", "请问", "想问", "咨询", "了解",
    ];
    // 能罚他们不, 行不, 有没得: the question stands in the last word.
    let bare = text.trim_end_matches(|character: char| !character.is_alphanumeric());
    // 坏了好几天 asks for nothing.
    let text = &text.replace("好几", "");
    let ends_open = bare.ends_with(['不', '没', '否']) || bare.ends_with("不嘛") || bare.ends_with("没得");
    ends_open || contains_any(text, WORDS) || asks_yes_or_no(text)
}

/// 收不收, 用没用: a verb, no, and the verb again.
fn asks_yes_or_no(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let found = |three: &[char]| three[0] == three[2] && matches!(three[1], '不' | '没');
    characters.windows(3).any(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_turn_is_told_from_the_others() {
        use OrderKind::{Complaint, Help, Repair, Suggestion};
        let cases: &[(&str, Intent)] = &[
            ("我家着火了", Intent::Emergency(Danger::Fire)),
            ("厨房一股煤气味，头好晕", Intent::Emergency(Danger::Gas)),
            ("屋里燃气味道很大怎么办", Intent::Emergency(Danger::Gas)),
            ("我老伴突然晕倒了叫不醒", Intent::Emergency(Danger::Medical)),
            ("我爸胸口疼得厉害喘不上气", Intent::Emergency(Danger::Medical)),
            ("我不想活了", Intent::Emergency(Danger::Suicide)),
            ("我想死你们了", Intent::Question),
            ("娃娃烧得抽起来了", Intent::Emergency(Danger::Medical)),
            ("社区今天几点下班", Intent::Here(Here::Hours(Day::Ahead(0)))),
            ("活着没意思，想跳楼", Intent::Emergency(Danger::Suicide)),
            ("有人拿刀在楼道里打人", Intent::Emergency(Danger::Violence)),
            ("老公正在打我", Intent::Emergency(Danger::Violence)),
            ("我被困在电梯里了", Intent::Emergency(Danger::Lift)),
            ("孩子走丢了", Intent::Emergency(Danger::Missing)),
            ("有人打电话说是我孙子撞了人，我去取钱了", Intent::Emergency(Danger::Fraud)),
            ("刷单转了八千，他说再转一万才能提出来", Intent::Emergency(Danger::Fraud)),
            ("刚给骗子转了账还能追回来吗", Intent::Question),
            ("网上认识的朋友借钱不还怎么办", Intent::Question),
            ("楼道失火应该怎么预防", Intent::Question),
            ("去年家里着火，能申请临时救助吗", Intent::Question),
            ("消防通道被堵了怎么投诉", Intent::Question),
            ("高空抛物砸到人谁负责", Intent::Question),
            // A word of the past, of rules or of an if beside what goes on now.
            ("他昨天动刀了，现在还堵在门口", Intent::Emergency(Danger::Violence)),
            ("他拿着刀逼我签字，有法律效力吗", Intent::Emergency(Danger::Violence)),
            ("要账的拿着刀堵在门口，非要我赔钱", Intent::Emergency(Danger::Violence)),
            ("我爸突然倒在地上，医保能报销吗", Intent::Emergency(Danger::Medical)),
            ("要是再不来人，我妈就没呼吸了", Intent::Emergency(Danger::Medical)),
            ("羊水破了，准生证还没申请", Intent::Emergency(Danger::Medical)),
            ("羊水穿刺能报销吗", Intent::Question),
            ("上班突然昏迷算不算工伤，责任怎么分", Intent::Question),
            ("申请低保半个月了没反应", Intent::Question),
            ("门禁卡刷了没反应，进不去家门", Intent::Question),
            ("我家菜刀钝得切不动，哪天有磨刀的", Intent::Question),
            ("灶头打不着火，表上没得电池了", Intent::Question),
            ("电梯里头抽烟的天天有", Intent::Question),
            ("我妈在电梯里头喊，门打不开", Intent::Emergency(Danger::Lift)),
            ("我要报修电梯，人还在里面", Intent::Emergency(Danger::Lift)),
            ("电梯坏了，坐轮椅的老人出不去", Intent::Report(Repair)),
            ("投诉燃气公司，管子嘶嘶冒气没人来", Intent::Emergency(Danger::Gas)),
            ("对面的电瓶车正在烧，物业负不负责", Intent::Emergency(Danger::Fire)),
            ("楼下的烧烤摊半夜还在烧烤，油烟好大", Intent::Report(Complaint)),
            ("家庭暴力怎么办", Intent::Question),
            ("转人工", Intent::Person),
            ("我要找个真人说话", Intent::Person),
            ("人工", Intent::Person),
            ("人工流产有产假吗", Intent::Question),
            ("我想找社区工作人员", Intent::Person),
            ("我的工单到哪一步了", Intent::Progress { number: None, code: None }),
            (
                "查一下20261122-0007，查询码123456",
                Intent::Progress {
                    number: Some("20261122-0007".to_owned()),
                    code: Some("123456".to_owned()),
                },
            ),
            ("楼道灯坏了三天了", Intent::Report(Repair)),
            ("我们单元的路灯不亮", Intent::Report(Repair)),
            ("家里停水了没人管", Intent::Report(Repair)),
            ("3栋2单元的电梯坏了好几天", Intent::Report(Repair)),
            ("12栋的外墙瓷砖掉下来了", Intent::Report(Repair)),
            ("小区西门外的路面坑坑洼洼，车过去颠得很", Intent::Report(Repair)),
            ("我要报修", Intent::Report(Repair)),
            ("楼下烧烤摊太吵了，天天半夜吵得睡不着", Intent::Report(Complaint)),
            ("我要投诉物业", Intent::Report(Complaint)),
            ("垃圾堆了一个星期没人清", Intent::Report(Complaint)),
            ("我腿脚不方便，想请人上门帮我办认证", Intent::Report(Help)),
            ("建议小区门口装个减速带", Intent::Report(Suggestion)),
            ("楼道灯坏了找谁修", Intent::Question),
            ("邻居太吵怎么办", Intent::Question),
            ("停水了怎么报修？", Intent::Question),
            ("居住证怎么办", Intent::Question),
            ("办理高龄津贴", Intent::Question),
            ("我妈喘不上来气了，嘴唇都紫了", Intent::Emergency(Danger::Medical)),
            ("我被关电梯里头了出不去", Intent::Emergency(Danger::Lift)),
            ("我家老头出去一整天没回来，他有老年痴呆", Intent::Emergency(Danger::Missing)),
            ("突然半边身子动不了，嘴也歪了", Intent::Emergency(Danger::Medical)),
            ("楼梯间里全是黑烟往上冒", Intent::Emergency(Danger::Fire)),
            ("我爷爷倒在地上喊不答应", Intent::Emergency(Danger::Medical)),
            ("她把一整瓶安眠药都吃了", Intent::Emergency(Danger::Medical)),
            ("有个人提着刀在院子里转", Intent::Emergency(Danger::Violence)),
            ("娃不见了到处都找不到", Intent::Emergency(Danger::Missing)),
            ("前天家里着火，烧得啥也没了，能不能给点救急钱", Intent::Question),
            ("我身份证掉了", Intent::Question),
            ("广场舞天天吵得我神经衰弱，能罚他们不", Intent::Question),
            ("打他们客服也不理，怎么办", Intent::Question),
            ("别跟我扯了，给我找个人来说", Intent::Person),
            ("我刚才报的那个修得怎么样了", Intent::Progress { number: None, code: None }),
            ("我想问一下", Intent::SmallTalk(SmallTalk::AboutToAsk)),
            ("你好", Intent::SmallTalk(SmallTalk::Greeting)),
            ("谢谢啊", Intent::SmallTalk(SmallTalk::Thanks)),
            ("再见", Intent::SmallTalk(SmallTalk::Goodbye)),
            ("你是谁", Intent::SmallTalk(SmallTalk::WhoAreYou)),
            ("你能帮我做什么", Intent::SmallTalk(SmallTalk::WhatCanYouDo)),
            ("你好，居住证怎么办", Intent::Question),
        ];
        for (text, expected) in cases {
            assert_eq!(&decide(text, Context::default()), expected, "{text}");
        }
    }

    #[test]
    fn what_follows_a_filed_order_belongs_to_it() {
        let context = Context { just_filed: true };
        assert_eq!(
            decide("13812345678，姓王", context),
            Intent::Supplement { phone: Some("13812345678".to_owned()) }
        );
        assert_eq!(decide("3栋2单元501", context), Intent::Supplement { phone: None });
        assert_eq!(decide("医保怎么报销", context), Intent::Question);
    }
}
