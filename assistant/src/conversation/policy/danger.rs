//! Somebody is in danger now, and which number helps.

use super::contains_any;

/// A danger to life or home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// Fire or smoke.
    Fire,
    /// Smell of gas.
    Gas,
    /// Injury or sudden illness.
    Medical,
    /// Somebody may take their life.
    Suicide,
    /// Violence or a break-in that is going on.
    Violence,
    /// Somebody is shut in a lift.
    Lift,
    /// A child or a confused old person is gone.
    Missing,
    /// Somebody is being talked out of their money.
    Fraud,
}

/// Words of each danger. Suicide stands first: who speaks of it may name a means (煤气, 跳楼) too.
const SIGNS: &[(Danger, &[&str])] = &[
    (
        Danger::Suicide,
        &[
            "不想活", "想死", "自杀", "寻短见", "轻生", "活不下去", "想跳楼", "要跳楼", "跳楼了", "割腕", "喝农药",
            "了结自己", "结束自己", "活着没意思", "死了算了", "自鲨", "自沙",
            "我站在楼顶", "我站在天台", "你们就见不到我", "人就醒不过来", "绳子都挂好",
        ],
    ),
    (
        Danger::Gas,
        &[
            "煤气味", "燃气味", "天然气味", "煤气泄漏", "燃气泄漏", "天然气泄漏", "煤气漏了", "燃气漏了", "天然气漏了",
            "漏煤气", "漏燃气", "漏天然气", "漏气了", "煤气中毒", "一氧化碳中毒", "煤气罐漏", "气罐漏", "燃气管漏", "煤气管漏", "一股煤气", "闻到煤气", "闻到燃气", "闻到天然气", "煤气在漏", "燃气在漏",
        ],
    ),
    (
        Danger::Fire,
        &[
            "着火了", "起火了", "失火了", "着火啦", "起火啦", "烧起来了", "着火", "冒浓烟", "火灾", "失火", "冒烟", "好大的烟", "好大烟", "全是烟", "都是烟", "黑烟", "火苗", "车正在烧", "车在烧", "房子在烧",
        ],
    ),
    (
        Danger::Lift,
        &["困在电梯", "电梯困人", "关在电梯", "关电梯里", "困电梯", "电梯里出不来", "电梯里面出不", "电梯卡住", "被电梯困"],
    ),
    (
        Danger::Medical,
        &[
            "晕倒", "昏倒", "昏迷", "昏过去", "晕过去", "不省人事", "没有知觉", "没知觉", "没反应", "没有反应", "叫不应", "喊不答应", "倒在地上", "躺在地上", "胸闷", "胸口闷", "胸口压", "心口疼", "心口痛", "心口闷", "安眠药", "农药", "叫不醒", "喘不上来气", "喘不过来气", "嘴唇发紫", "嘴唇都紫", "半边身子动不了", "半边身子不能动", "口眼歪斜", "嘴也歪", "嘴歪", "说不清话", "说不出话来", "没有呼吸", "没呼吸", "喘不上气", "喘不过气", "心脏病发", "心梗", "中风了",
            "脑梗发作", "抽搐", "大出血", "流血不止", "血止不住", "胸口疼", "胸口痛", "触电", "溺水", "吞了药", "吃错药", "摔倒起不来", "烧得抽", "烧抽了", "高热惊厥", "烧得翻白眼", "烧到翻白眼", "烧得说胡话",
            "摔了起不来", "口吐白沫", "羊水破", "噎住", "卡住喉咙",
            "羊水淌", "羊水流", "羊水都", "摸到电线", "让电打", "着电打", "被电打",
        ],
    ),
    (
        Danger::Violence,
        &[
            "正在打我", "要打死我", "要杀我", "要杀人", "拿刀", "持刀", "拿着刀", "拿着菜刀", "提着刀", "动刀", "菜刀", "有人打架", "入室", "进贼", "小偷进", "抢劫",
            "打人了", "打起来了", "绑架", "强奸", "砍人", "在打我", "救命", "把我打得", "jiu ming", "jiuming",
        ],
    ),
    (
        Danger::Missing,
        &["走丢", "走失", "孩子不见", "娃不见", "小孩不见", "老人不见", "孩子找不到", "娃找不到", "找不到孩子", "找不到娃", "孩子不见了", "小孩不见了", "老人不见了", "娃不见了", "孩子丢了"],
    ),
];

/// What a swindler is after. It makes a fraud only beside one of [`LURES`].
const AFTER_MONEY: &[&str] = &[
    "转账", "转钱", "转给", "转了", "转到", "转过去", "再转", "准备转", "打钱", "打款", "汇款", "汇过去", "汇钱", "取钱", "存折",
    "验证码", "屏幕", "U盾", "收钱", "手续费", "保证金", "银行卡用",
];

/// What swindlers say.
const LURES: &[&str] = &[
    "安全账户", "涉嫌洗钱", "公安局打电话", "公安打电话", "警察打电话", "检察院打电话", "说是我孙子", "说是我儿子", "说是我女儿",
    "说他是我孙子", "刷单", "做任务", "返现", "网上认的", "网上认识", "网恋", "说能追回来", "才能提出来", "血管要爆",
    "养老金就能涨", "医保卡要停", "社保卡要停", "社保中心的，要我", "社保局的，要我", "医保局的，要我", "说我中奖", "冻结我的",
    "投资平台", "租我的银行卡", "借我的银行卡", "租我的卡", "共享屏幕", "屏幕共享",
];

/// What shows that the danger is over.
const PAST: &[&str] = &[
    "去年", "前年", "前天", "昨天", "大前天", "上周", "上星期", "上礼拜", "上次", "上个月", "之前", "以前", "曾经",
];

/// What shows that the turn is about danger in general or about its rules.
const GENERAL: &[&str] = &[
    "救急", "预防", "防止", "避免", "演练", "宣传", "培训", "证明", "保险", "赔偿", "赔", "补助", "救助", "申请", "报销", "责任",
    "负责", "法律", "规定", "处罚", "罚款", "判", "条例", "如果", "万一", "要是", "假如", "怎样才能不", "隐患", "统计", "知识",
];

/// What shows that it goes on, however it began: 昨天打的我，现在还堵在门口.
const GOES_ON: &[&str] = &[
    "现在还", "他还在", "人还在", "还没醒", "还不醒", "堵在", "堵着我", "堵住我", "这会儿", "今天早上", "今早", "一早起来", "不让我走", "不准我出", "不让我出",
];

/// What shows that it is here and now even where rules or an if are spoken of: 突然没反应，能报销吗.
const HERE_AND_NOW: &[&str] = &[
    "正在", "刚刚", "刚才", "再不来", "再不送", "快没气", "突然倒", "叫不醒", "喊不醒", "叫不应", "喊不答应", "止不住",
    "已经烧到", "逼我", "逼着我", "非要我", "堵在", "羊水淌", "羊水流", "羊水都", "羊水破",
];

/// Words of danger that mean none beside others: 菜刀钝了, 门禁刷了没反应. The first are struck out where
/// one of the second stands.
const HARMLESS: &[(&[&str], &[&str])] = &[
    (&["没反应", "没有反应"], &["刷卡", "刷了", "网页", "门禁", "手机", "电视", "遥控", "按钮", "按键", "机器", "软件"]),
    (&["菜刀"], &["磨", "钝", "快递"]),
    (&["着火"], &["打不着火", "点不着火"]),
    (&["想死"], &["想死你", "想死他", "想死她", "想死我", "想死那", "想死这", "想死家"]),
];

/// The danger that somebody is in now, if the words say so.
///
/// When in doubt it is one: naming a number too often costs a sentence, too seldom a life. Words of
/// suicide count even where the rest of the sentence sounds like a question of rules.
pub(super) fn detect(text: &str) -> Option<Danger> {
    if wandered_off(text) {
        return Some(Danger::Missing);
    }
    if shut_in(text) && !is_past_or_general(text) {
        return Some(Danger::Lift);
    }
    if gas_hisses(text) && !is_past_or_general(text) {
        return Some(Danger::Gas);
    }
    if contains_any(text, AFTER_MONEY) && contains_any(text, LURES) {
        return Some(Danger::Fraud);
    }
    let sounding = without_harmless(text);
    let (danger, _) = SIGNS
        .iter()
        .find(|(_, signs)| contains_any(&sounding, signs))?;
    let general = is_past_or_general(text);
    let bare_fire = *danger == Danger::Fire
        && !contains_any(text, &["了", "啦", "正在", "现在", "快", "烟", "火苗", "救"])
        && text.chars().count() > 6;
    let pet = *danger == Danger::Missing && contains_any(text, &["狗", "猫", "宠物", "鸟"]);
    match danger {
        Danger::Suicide => Some(*danger),
        _ if general || bare_fire || pet => None,
        _ => Some(*danger),
    }
}

/// The text without the words that sound like danger and are none beside what else is said.
fn without_harmless(text: &str) -> String {
    let struck = HARMLESS.iter().filter(|(_, beside)| contains_any(text, beside)).flat_map(|(words, _)| *words);
    struck.fold(text.to_owned(), |text, word| text.replace(word, "，"))
}

/// Whether it is over, or a matter of rules.
///
/// A word of the past or of rules settles it only where nothing says that it goes on: who is beaten
/// asks for the law too.
pub(super) fn is_past_or_general(text: &str) -> bool {
    if contains_any(text, GOES_ON) {
        return false;
    }
    contains_any(text, PAST) || (contains_any(text, GENERAL) && !contains_any(text, HERE_AND_NOW))
}

/// Somebody is still in the lift that is reported, or heard in it.
fn shut_in(text: &str) -> bool {
    const INSIDE: &[&str] = &[
        "人还在里", "里面还有人", "里头还有人", "还有人在里", "关在里", "困在里",
    ];
    const ALARMED: &[&str] = &["关在", "困在", "人还在", "哭", "喊", "拍门", "出不", "救", "闷", "怕", "晃"];
    let heard = text.contains("电梯里头") && contains_any(text, ALARMED);
    heard || (contains_any(text, &["电梯", "轿厢"]) && contains_any(text, INSIDE))
}

/// Gas hisses out of its pipe: 燃气公司不来人，管子嘶嘶冒气.
fn gas_hisses(text: &str) -> bool {
    contains_any(text, &["燃气", "煤气", "天然气", "气罐"]) && contains_any(text, &["嘶嘶", "滋滋", "呲呲"])
}

/// A child or a confused old person who has not come home.
fn wandered_off(text: &str) -> bool {
    const WHO: &[&str] = &["老人", "老头", "老太", "老伴", "爷爷", "奶奶", "孩子", "小孩", "娃", "痴呆", "糊涂"];
    const GONE: &[&str] = &["没回来", "没回家", "找不到人", "找不着人", "不知道去哪", "没见人影"];
    contains_any(text, WHO) && contains_any(text, GONE)
}

impl Danger {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Fire,
        Self::Gas,
        Self::Medical,
        Self::Suicide,
        Self::Violence,
        Self::Lift,
        Self::Missing,
        Self::Fraud,
    ];

    /// Whom to call, in one short sentence.
    pub(crate) fn call(self) -> &'static str {
        match self {
            Self::Fire | Self::Gas => "请先离开危险的地方，再打 119。",
            Self::Lift => "请按电梯里的报警按钮，打 119。",
            Self::Medical => "请马上打 120。",
            Self::Suicide => "请马上打 110 或 120，也可以打 12356，有人会听您说。",
            Self::Violence | Self::Missing => "请马上打 110。",
            Self::Fraud => "先不要转钱，打 96110 或者 110。",
        }
    }

    /// What to do at once, read aloud; the number to call comes first.
    pub(crate) fn advice(self) -> &'static [&'static str] {
        match self {
            Self::Fire => &[
                "请马上打 119 报火警。",
                "先保命：用湿毛巾捂住口鼻，弯腰从楼梯走，不要坐电梯，不要回去拿东西。",
                "有人受伤，同时打 120。",
            ],
            Self::Gas => &[
                "先离开：关掉燃气阀门，打开门窗，马上到室外去。",
                "不要开灯、不要关灯、不要点火，也不要在屋里打电话。",
                "到了室外再打 119，有人头晕不舒服打 120。",
            ],
            Self::Medical => &[
                "请马上打 120 叫救护车，说清楚地址和病人的情况。",
                "让病人平躺，不要喂水喂药，旁边不要离人，听 120 的指导。",
            ],
            Self::Suicide => &[
                "谢谢您愿意说出来。您现在的安全最要紧。",
                "请马上打 110 或 120，也可以打 12356 心理援助热线，有人会听您说。",
                "请到有人的地方去，不要一个人待着，让家里人或邻居来陪您。",
            ],
            Self::Violence => &[
                "请马上打 110 报警；不方便说话，可以发短信到 12110。",
                "先躲到安全的地方，把门反锁，不要和对方争。",
                "有人受伤，同时打 120。",
            ],
            Self::Lift => &[
                "请按电梯里的报警按钮；没人应答就打 119。",
                "不要扒门，不要跳，靠着电梯壁站好等人来。有人不舒服，打 120。",
            ],
            Self::Fraud => &[
                "先停下：不要转钱，不要念验证码，不要给人看手机屏幕，卡和 U 盾不要交出去。",
                "请打 96110 反诈专线问清楚；钱已经转了，马上打 110，越早越好。",
                "家里人拦不住的，也打 110，请警察来劝。",
            ],
            Self::Missing => &[
                "请马上打 110 报警，不用等二十四小时。",
                "说清楚人的年纪、衣服、走失的地方和时间，准备一张最近的照片。",
            ],
        }
    }
}
