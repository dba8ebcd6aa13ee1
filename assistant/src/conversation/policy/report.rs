//! Something broken, wrong, needed or proposed: a person must act.

use super::{contains_any, is_question};
use crate::store::OrderKind;

/// Words by which a resident says outright what kind of order it is.
const OUTRIGHT: &[(OrderKind, &[&str])] = &[
    (OrderKind::Repair, &["我要报修", "要报修", "帮我报修", "报个修", "报修一下", "来修一下", "派人来修", "来人修"]),
    (OrderKind::Complaint, &["我要投诉", "要投诉", "投诉一下", "我投诉", "我要举报", "举报一下", "我举报"]),
    (
        OrderKind::Help,
        &["我要求助", "上门帮", "请人上门", "派人上门", "来家里帮", "能不能来家里", "帮我送", "需要人照顾", "请社区帮", "请社区派", "社区派个人", "社区派人"],
    ),
    (OrderKind::Suggestion, &["我建议", "建议在", "建议小区", "建议社区", "提个建议", "提个意见", "希望社区", "希望小区", "建议给"]),
];

/// What breaks in a house or a street.
const THINGS: &[&str] = &[
    "灯", "路灯", "电梯", "水管", "下水道", "管道", "门禁", "大门", "单元门", "井盖", "路面", "墙皮", "屋顶", "楼顶", "消防栓",
    "灭火器", "健身器材", "栏杆", "扶手", "充电桩", "监控", "水", "电", "燃气", "暖气", "厕所", "马桶", "水表", "电表", "闸",
    "围墙", "外墙", "墙砖", "瓷砖", "地砖", "玻璃", "窗户", "天花板", "屋檐", "台阶", "坡道", "垃圾桶", "水泵", "化粪池", "树",
];

/// What happens to it.
const FAULTS: &[&str] = &[
    "坏了", "坏掉", "不亮", "不灵", "漏水", "渗水", "堵了", "堵住", "堵塞", "爆了", "爆裂", "裂了", "断了", "掉了", "松了", "停水",
    "停电", "停气", "没水", "没电", "跳闸", "打不开", "关不上", "用不了", "不能用", "失灵", "冒水", "返水", "倒灌", "塌了", "脱落",
    "不见了", "倒了", "积水", "卡了", "掉下来", "掉落", "碎了", "破了", "开裂", "塌陷", "坑坑洼洼",
];

/// What is wrong between people.
const WRONGS: &[&str] = &[
    "太吵", "吵得", "吵死", "噪音大", "噪音很大", "扰民", "没人管", "没人清", "没人扫", "没人修", "臭", "脏", "乱停", "占道", "占了",
    "堵着", "乱扔", "乱丢", "乱堆", "堆了", "不拴绳", "不牵绳", "乱收费", "态度", "骂人", "欺负", "油烟", "遛狗", "违建", "搭建",
    "不作为", "不退", "不处理", "飞线充电", "高空抛物", "扔下来",
];

/// What kind of order the turn reports, where it reports one rather than asks about it.
pub(super) fn detect(text: &str) -> Option<OrderKind> {
    for (kind, words) in OUTRIGHT {
        if contains_any(text, words) && !asks_how(text) {
            return Some(*kind);
        }
    }
    if is_question(text) {
        return None;
    }
    let fault = contains_any(text, FAULTS);
    if fault && contains_any(text, THINGS) {
        return Some(OrderKind::Repair);
    }
    contains_any(text, WRONGS).then_some(OrderKind::Complaint)
}

/// 怎么投诉 asks for the way; 我要投诉，怎么没人管 reports.
fn asks_how(text: &str) -> bool {
    contains_any(
        text,
        &["怎么投诉", "怎么报修", "怎么举报", "如何投诉", "如何报修", "哪里投诉", "哪投诉", "找谁", "什么条件", "哪些材料", "怎么申请"],
    )
}

/// Whether a short turn after a filed order tells more about it: a place, a time, a name.
pub(super) fn is_supplement(text: &str) -> bool {
    const PLACES: &[&str] = &[
        "栋", "幢", "单元", "号楼", "室", "楼道", "门口", "路", "街", "巷", "小区", "苑", "村", "层", "门牌", "地址", "隔壁", "楼下",
        "楼上",
    ];
    const TIMES: &[&str] = &["昨天", "今天", "前天", "早上", "晚上", "下午", "上午", "上周", "星期", "三天", "一直", "每天"];
    const NAMES: &[&str] = &["我姓", "我叫", "姓名", "电话", "手机号", "联系"];
    !is_question(text)
        && text.chars().count() <= 40
        && (contains_any(text, PLACES) || contains_any(text, TIMES) || contains_any(text, NAMES))
}
