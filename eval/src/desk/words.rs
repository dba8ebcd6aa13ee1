//! What residents write and staff do, composed from parts.

use crate::statistics::Generator;

/// A word that stands in about one order in twelve.
pub(super) const COMMON: &str = "漏水";
/// A word that stands in a handful of orders.
pub(super) const RARE: &str = "凤头鹦鹉";
/// A word that stands in none.
pub(super) const ABSENT: &str = "恐龙化石";

/// One kind of order: how many of a hundred are of it, what it is about and what is wrong with it.
pub(super) struct Matter {
    pub(super) kind: &'static str,
    pub(super) share: usize,
    pub(super) department: &'static str,
    things: &'static [&'static str],
    troubles: &'static [&'static str],
}

pub(super) const MATTERS: [Matter; 5] = [
    Matter {
        kind: "报修",
        share: 44,
        department: "城乡建设",
        things: &[
            "楼道灯", "单元门", "电梯", "下水道", "自来水管", "屋顶", "暖气", "路灯", "井盖", "健身器材", "消防栓", "围墙",
            "厨房的管子", "门禁", "监控", "车棚的充电桩",
        ],
        troubles: &[
            "坏了", "漏水", "不亮", "堵了", "有异响", "松动了", "老是跳闸", "一直没人修", "漏水漏到楼下了", "裂了一道缝", "停了两天",
            "关不上", "没有反应",
        ],
    },
    Matter {
        kind: "投诉",
        share: 24,
        department: "环境保护",
        things: &[
            "楼下烧烤店", "隔壁装修", "广场舞", "小区门口的摊子", "物业", "楼上住户", "工地", "快递柜", "停在通道的车", "养狗的人",
            "垃圾站", "棋牌室",
        ],
        troubles: &[
            "半夜还很吵", "油烟直往家里灌", "占了消防通道", "乱收费", "没人管", "味道很大", "往楼下扔东西", "不牵绳", "堵住了出口",
            "说了几次都不改", "把公共绿地圈起来了",
        ],
    },
    Matter {
        kind: "求助",
        share: 12,
        department: "民政",
        things: &["独居的老人", "我父亲", "邻居大爷", "刚出院的老伴", "孩子", "我腿脚不便", "楼上的大姐"],
        troubles: &[
            "需要人上门看看", "想申请助餐", "没有人照顾", "想办残疾证", "找不到回家的路", "想装扶手", "要送医院复查", "连着几天没出门",
        ],
    },
    Matter {
        kind: "咨询",
        share: 14,
        department: "劳动和社会保障",
        things: &["医保", "居住证", "公租房", "社保卡", "老年证", "低保", "养老金认证", "生育登记"],
        troubles: &[
            "怎么办", "要带什么材料", "在哪里办", "多久能办好", "外地户口能不能办", "代办要什么手续", "到期了怎么续", "为什么查不到",
        ],
    },
    Matter {
        kind: "建议",
        share: 6,
        department: "环境保护",
        things: &["小区中间的空地", "东门", "活动室", "儿童乐园", "垃圾分类点", "公交站", "停车位"],
        troubles: &["加几张椅子", "晚一点关门", "装个雨棚", "多放几个桶", "画上线", "换个地方", "增加夜间照明"],
    },
];

const SINCE: [&str; 10] = [
    "昨天晚上开始的", "有三四天了", "上个星期就这样", "今天早上发现的", "断断续续有一个月", "下雨以后更厉害", "从过年到现在",
    "每天晚上十点以后", "就刚才", "去年也有过一次",
];

const WISHES: [&str; 10] = [
    "麻烦派个人来看看", "请尽快处理", "希望给个答复", "家里有老人，等不起", "打物业电话没人接", "再不修要出事了", "谢谢你们",
    "能不能协调一下", "孩子写作业受影响", "请问什么时候能解决",
];

const REMARKS: [&str; 8] = [
    "", "", "", "我跟楼里好几户都说过，大家都有这个情况。", "之前反映过一次，当时说要等配件，到现在也没消息。",
    "白天我要上班，最好晚上六点以后或者周末来，来之前打个电话。", "我拍了照片，可以发给你们看。",
    "我已经七十多岁了，爬不动楼，也不太会用手机，请说得慢一点。",
];

const SURNAMES: [&str; 16] =
    ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "林"];

/// Names of a 街道 or 社区.
pub(super) const PLACES: [&str; 20] = [
    "柳荫", "东湖", "和平", "青石", "南园", "新桥", "凤栖", "长宁", "翠屏", "望江", "金马", "碧鸡", "莲花", "白塔", "双河", "春城",
    "文昌", "永安", "丹霞", "北辰",
];

/// What was written down when an order was filed.
pub(super) struct Story {
    pub(super) matter: &'static Matter,
    pub(super) place: String,
    pub(super) since: &'static str,
    pub(super) question: String,
    pub(super) name: String,
    pub(super) phone: String,
}

/// One of several.
pub(super) fn one<T: Copy>(generator: &mut Generator, of: &[T]) -> T {
    of[generator.below(of.len())]
}

/// A story; number `index` decides whether the rare word stands in it.
pub(super) fn story(index: usize, generator: &mut Generator) -> Story {
    let mut drawn = generator.below(100);
    let matter = MATTERS
        .iter()
        .find(|matter| {
            let here = drawn < matter.share;
            drawn = drawn.saturating_sub(matter.share);
            here
        })
        .unwrap_or(&MATTERS[0]);
    let place = format!(
        "{}期{}栋{}单元{}{:02}室",
        one(generator, &["一", "二", "三"]),
        1 + generator.below(38),
        1 + generator.below(4),
        1 + generator.below(18),
        1 + generator.below(4),
    );
    let since = one(generator, &SINCE);
    let mut question = format!(
        "{place}{}{}，{since}，{}。{}",
        one(generator, matter.things),
        one(generator, matter.troubles),
        one(generator, &WISHES),
        one(generator, &REMARKS),
    );
    if index % 14_000 == 7_000 {
        question.push_str("窗外还飞来一只");
        question.push_str(RARE);
        question.push_str("，不知道是谁家的。");
    }
    Story {
        matter,
        place,
        since,
        question,
        name: format!("{}{}", one(generator, &SURNAMES), one(generator, &["先生", "女士", "大爷", "阿姨"])),
        phone: format!("1{}{:09}", one(generator, &[3, 5, 7, 8, 9]), generator.below(1_000_000_000)),
    }
}
