//! The small lexicons of the check: words that say nothing, words that say the same, words that
//! name things, and words that have an opposite.

use std::{collections::HashSet, ops::Range};

use dialects::numerals::Quantity;

use super::clauses::{Reading, ends_clause};

/// Words of one meaning; the first stands for all. Only words that swap freely in residents'
/// matters: a wrong pair here lets a wrong sentence through.
const SYNONYMS: &[&[&str]] = &[
    &["户口簿", "户口本", "居民户口簿"],
    &["身份证", "居民身份证"],
    &["不动产权证", "房产证", "房屋所有权证", "不动产权属证书"],
    &["出生医学证明", "出生证明", "出生证"],
    &["社保卡", "社会保障卡"],
    &["残疾人证", "残疾证"],
    &["照片", "相片"],
    &["社保", "社会保险"],
    &["医保", "医疗保险", "医疗保障"],
    &["低保", "最低生活保障"],
    &["居委会", "居民委员会"],
    &["村委会", "村民委员会"],
    &["街道办", "街道办事处"],
    &["派出所", "公安派出所", "公安机关", "公安局", "公安部门"],
    &["民政部门", "民政局"],
    &[
        "人社部门",
        "人社局",
        "人力资源社会保障部门",
        "人力资源和社会保障局",
        "人力资源和社会保障部门",
    ],
    &["医保部门", "医保局", "医疗保障局", "医疗保障部门"],
    &[
        "住建部门",
        "住建局",
        "住房和城乡建设部门",
        "住房城乡建设部门",
        "房管局",
        "房屋管理部门",
    ],
    &["司法局", "司法行政部门"],
    &["老人", "老年人"],
    &["孩子", "小孩", "儿童", "子女"],
    &["爱人", "配偶"],
    &["打电话", "致电", "拨打"],
    &["网上", "线上", "在线"],
    &["手机", "移动端"],
    &["领", "领取"],
    &["交钱", "缴费", "交费", "缴纳费用"],
    &[
        "免费",
        "不收费",
        "不收取费用",
        "不要钱",
        "不收钱",
        "不花钱",
        "免收费用",
    ],
    &["不用", "不需要", "无需", "无须", "不必", "不须"],
    &[
        "不得",
        "不能",
        "不可以",
        "不可",
        "禁止",
        "严禁",
        "不准",
        "不允许",
        "不许",
        "不应当",
    ],
    &["应当", "必须", "务必"],
    &["携带", "要带", "带上", "拿上", "拿着", "带着", "带好"],
    &["首次", "第一次", "初次", "头一次", "头一回"],
    &["提交", "递交", "上交", "交上"],
    &["申请", "提出申请", "递交申请"],
    &["告诉", "告知", "通知"],
    &["丢", "丢失", "遗失", "弄丢"],
    &["坏", "损坏"],
    &["去世", "死亡", "过世"],
    &["马上", "立即", "立刻"],
    &["每日", "每天"],
    &["每月", "每个月"],
    &["住满", "居住满"],
    &["工钱", "工资", "劳动报酬"],
    &["打官司", "起诉", "提起诉讼", "向人民法院提起诉讼"],
    &["法院", "人民法院"],
    &["补贴", "津贴"],
    &["罚", "罚款", "处以罚款"],
];

/// Offices, papers and persons. A sentence that names one must find it in the passages.
const THINGS: &[&str] = &[
    // Offices and places.
    "派出所",
    "民政部门",
    "人社部门",
    "医保部门",
    "住建部门",
    "司法局",
    "居委会",
    "村委会",
    "街道办",
    "乡镇",
    "法院",
    "检察院",
    "税务",
    "教育局",
    "卫健",
    "市场监管",
    "城管",
    "交警",
    "消防",
    "残联",
    "妇联",
    "工会",
    "红十字会",
    "公证处",
    "仲裁",
    "调解委员会",
    "物业公司",
    "物业服务企业",
    "业主委员会",
    "业委会",
    "政务服务中心",
    "社区服务中心",
    "党群服务中心",
    "便民服务中心",
    "社区卫生服务中心",
    "社区医院",
    "医院",
    "银行",
    "学校",
    "幼儿园",
    "养老院",
    "养老机构",
    "殡仪馆",
    "救助站",
    "邮局",
    "婚姻登记",
    "不动产登记",
    "车管所",
    "出入境",
    "社保局",
    "社保经办",
    "医保经办",
    "公积金中心",
    "供电",
    "供水",
    "燃气公司",
    "自来水公司",
    "信访",
    "居住地",
    "户籍地",
    "户口所在地",
    "自助机",
    "微信",
    "支付宝",
    "公众号",
    "小程序",
    // Papers.
    "身份证",
    "户口簿",
    "照片",
    "结婚证",
    "离婚证",
    "出生医学证明",
    "居住证",
    "不动产权证",
    "银行卡",
    "存折",
    "申请表",
    "申请书",
    "诊断证明",
    "病历",
    "社保卡",
    "残疾人证",
    "收入证明",
    "劳动合同",
    "租赁合同",
    "租房合同",
    "购房合同",
    "营业执照",
    "委托书",
    "驾驶证",
    "行驶证",
    "护照",
    "准生证",
    "死亡证明",
    "火化证",
    "遗嘱",
    "公证书",
    "判决书",
    "发票",
    "收据",
    "体检报告",
    "疫苗本",
    "预防接种证",
    "学生证",
    "毕业证",
    "退休证",
    "承诺书",
    "居住证明",
    "就业证明",
    "在职证明",
    "无犯罪记录证明",
    "单身证明",
    "亲属关系证明",
    "复印件",
    "原件",
    // Persons.
    "监护人",
    "代理人",
    "律师",
    "医生",
    "房东",
    "业主",
    "租客",
    "承租人",
    "出租人",
    "用人单位",
    "配偶",
    "爱人",
    "孩子",
    "父母",
    "老人",
    "残疾人",
    "孕妇",
    "退役军人",
    "学生",
    "农民工",
    "外国人",
    "港澳台",
];

/// Words that have an opposite; a number beside one belongs to that condition.
const CONDITIONS: &[&str] = &[
    "男",
    "女",
    "城镇",
    "农村",
    "城市",
    "本市",
    "外地",
    "外市",
    "本省",
    "外省",
    "单位",
    "个人",
    "首次",
    "再次",
    "补办",
    "换领",
    "申领",
    "成年",
    "未成年",
    "单方",
    "双方",
    "职工",
    "居民",
    "一般",
    "特殊",
    "复杂",
    "简单",
    "简易",
    "普通",
    "紧急",
    "住院",
    "门诊",
    "公办",
    "民办",
    "线下",
    "网上",
    "个体",
    "企业",
    "经营",
    "非经营",
    "新建",
    "二手",
    "机动车",
    "非机动车",
    "犬",
    "猫",
    "工作日",
    "节假日",
    "白天",
    "夜间",
    "昼间",
    "上午",
    "下午",
    "夏季",
    "冬季",
    "首套",
    "二套",
    "独生",
    "双胞胎",
    "难产",
    "顺产",
    "父亲",
    "母亲",
    "夫",
    "妻",
    "自愿",
    "强制",
    "全部",
    "部分",
    "轻微",
    "严重",
    "较轻",
    "较重",
    "县级",
    "市级",
    "省级",
    "基本",
    "最低",
    "最高",
    "重度",
    "轻度",
];

/// Words that say nothing by themselves.
const GLUE: &[&str] = &[
    "您",
    "你",
    "我",
    "请",
    "的",
    "了",
    "是",
    "在",
    "和",
    "与",
    "或",
    "或者",
    "以及",
    "及",
    "就",
    "都",
    "也",
    "还",
    "再",
    "又",
    "并",
    "并且",
    "而",
    "但",
    "但是",
    "不过",
    "如果",
    "若",
    "的话",
    "因为",
    "所以",
    "因此",
    "等",
    "之",
    "者",
    "所",
    "一下",
    "一些",
    "即可",
    "就行",
    "就可以",
    "可以",
    "能",
    "能够",
    "需要",
    "需",
    "要",
    "应当",
    "应",
    "会",
    "到",
    "去",
    "来",
    "从",
    "由",
    "被",
    "把",
    "给",
    "对",
    "为",
    "为了",
    "以",
    "用",
    "使用",
    "按",
    "按照",
    "根据",
    "依据",
    "依照",
    "其",
    "该",
    "此",
    "这",
    "那",
    "这些",
    "那些",
    "这个",
    "那个",
    "才",
    "吗",
    "呢",
    "吧",
    "啊",
    "呀",
    "哦",
    "向",
    "于",
    "着",
    "过",
    "同时",
    "另外",
    "此外",
    "具体",
    "比如",
    "例如",
    "包括",
    "分别",
    "办",
    "办理",
    "办好",
    "办完",
    "手续",
    "进行",
    "做",
    "做好",
    "完成",
    "提供",
    "提交",
    "前往",
    "联系",
    "咨询",
    "打电话",
    "直接",
    "及时",
    "尽快",
    "马上",
    "先",
    "然后",
    "接着",
    "最后",
    "首先",
    "一般",
    "通常",
    "情况",
    "有关",
    "相关",
    "规定",
    "政策",
    "要求",
    "本人",
    "自己",
    "带",
    "要带",
    "拿",
    "交",
    "找",
    "问",
    "说",
    "看",
    "有",
    "没有",
    "时",
    "的时候",
    "时候",
    "后",
    "前",
    "内",
    "里",
    "上",
    "下",
    "共",
    "总共",
    "大约",
    "材料",
    "资料",
    "方式",
    "方法",
    "步骤",
    "条件",
    "注意",
    "建议",
    "提醒",
    "温馨提示",
    "清楚",
    "明确",
    "什么",
    "怎么",
    "如何",
    "哪些",
    "哪里",
    "多少",
    "是否",
    "不",
    "不用",
    "不得",
    "每",
    "各",
    "个",
    "只要",
    "只有",
    "即",
    "则",
    "便",
    "将",
    "已",
    "已经",
    "须",
    "可",
    "属于",
    "出",
    "起",
    "让",
    "帮",
    "帮助",
    "方便",
    "当地",
    "所在",
    "满",
    "年满",
    "已满",
    "未满",
    "不满",
    "以上",
    "以下",
    "以内",
    "超过",
    "不超过",
    "最多",
    "最长",
    "至少",
    "符合",
    "满足",
    "领",
    "拨打",
    "写",
    "填",
    "填写",
    "准备",
    "齐",
    "齐全",
    "好",
];

/// Every text with one word for each group of synonyms.
pub(super) fn one_word_each(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let longest = SYNONYMS
            .iter()
            .flat_map(|group| group.iter().map(|word| (*word, group[0])))
            .filter(|(word, _)| rest.starts_with(word))
            .max_by_key(|(word, _)| word.len());
        if let Some((word, first)) = longest {
            written.push_str(first);
            rest = &rest[word.len()..];
        } else {
            written.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    written
}

/// The things named in a text, each as it is written there.
pub(super) fn things(text: &str) -> impl Iterator<Item = &'static str> {
    let mut index = 0;
    std::iter::from_fn(move || {
        while let Some(letter) = text[index..].chars().next() {
            let rest = &text[index..];
            let named = THINGS.iter().filter(|thing| rest.starts_with(**thing));
            if let Some(thing) = named.max_by_key(|thing| thing.len()) {
                index += thing.len();
                return Some(*thing);
            }
            index += letter.len_utf8();
        }
        None
    })
}

/// The conditions named in a text.
pub(super) fn conditions(text: &str) -> impl Iterator<Item = &'static str> {
    CONDITIONS
        .iter()
        .copied()
        .filter(move |word| text.contains(word))
}

/// Whether a text is only a yes or a no, which is a claim all the same.
pub(super) fn is_yes_or_no(text: &str) -> bool {
    const YES_AND_NO: &[&str] = &[
        "可以",
        "可以的",
        "可以办",
        "不可以",
        "能",
        "能的",
        "能办",
        "不能",
        "行",
        "不行",
        "是",
        "是的",
        "不是",
        "对",
        "不对",
        "会",
        "不会",
        "有",
        "有的",
        "没有",
        "不得",
        "不用",
        "需要",
        "要",
        "不要",
    ];
    let said = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    YES_AND_NO.contains(&said)
}

/// One character of a text that says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) letter: char,
    /// Byte index in the text.
    pub(super) index: usize,
    /// Whether the next of the list stands right after it, in the same clause.
    pub(super) joined: bool,
    /// Whether it belongs to a word with a meaning of its own.
    pub(super) counts: bool,
}

/// The characters of a text outside quantities, Latin words and punctuation.
pub(super) fn letters(text: &str, quantities: &[Quantity]) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut quantities = quantities.iter().map(|quantity| &quantity.span).peekable();
    let mut index = 0;
    let mut join = false;
    let mut glue_end = 0;
    while let Some(letter) = text[index..].chars().next() {
        while quantities.next_if(|span| span.end <= index).is_some() {}
        let next = index + letter.len_utf8();
        if let Some(span) = quantities.peek().filter(|span| span.contains(&index)) {
            index = span.end;
            join = false;
            continue;
        }
        let silent = ends_clause(letter) || letter.is_ascii() || !letter.is_alphanumeric();
        if silent {
            join = false;
        } else {
            if index >= glue_end {
                let glue = GLUE.iter().filter(|word| text[index..].starts_with(**word));
                glue_end = index + glue.map(|word| word.len()).max().unwrap_or(0);
            }
            if join && let Some(last) = letters.last_mut() {
                last.joined = true;
            }
            letters.push(Letter {
                letter,
                index,
                joined: false,
                counts: index >= glue_end,
            });
            join = true;
        }
        index = next;
    }
    letters
}

/// Pairs of neighbouring characters within a byte range that say something.
pub(super) fn content_pairs(reading: &Reading, range: &Range<usize>) -> HashSet<[char; 2]> {
    let start = reading
        .letters
        .partition_point(|letter| letter.index < range.start);
    reading.letters[start..]
        .windows(2)
        .take_while(|pair| pair[0].index < range.end)
        .filter(|pair| pair[0].joined)
        .filter(|pair| pair[0].counts && pair[1].counts)
        .map(|pair| [pair[0].letter, pair[1].letter])
        .collect()
}
