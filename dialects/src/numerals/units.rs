//! What is counted, in one spelling each.

/// A unit as it is written, in the one spelling that it is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) written: &'static str,
    pub(super) known_as: &'static str,
    /// Whether even a lone 一 or 三 before it is a number: 三天 is, 四周 and 三角 are not.
    pub(super) firm: bool,
}

/// Written form and known form; the same twice where there is only one.
type Row = (&'static str, &'static str);

/// Units that make a number of whatever stands before them.
const FIRM: &[Row] = &[
    ("个工作日", "工作日"),
    ("工作日", "工作日"),
    ("个自然日", "日"),
    ("自然日", "日"),
    ("日", "日"),
    ("天", "日"),
    ("个月", "个月"),
    ("周岁", "岁"),
    ("周年", "年"),
    ("周", "周"),
    ("个星期", "周"),
    ("星期", "周"),
    ("个礼拜", "周"),
    ("礼拜", "周"),
    ("年级", "年级"),
    ("年", "年"),
    ("个学年", "学年"),
    ("学年", "学年"),
    ("个学期", "学期"),
    ("学期", "学期"),
    ("个季度", "季度"),
    ("季度", "季度"),
    ("个小时", "小时"),
    ("小时", "小时"),
    ("个钟头", "小时"),
    ("钟头", "小时"),
    ("分钟", "分钟"),
    ("秒钟", "秒"),
    ("岁", "岁"),
    ("元", "元"),
    ("块钱", "元"),
    ("块", "元"),
    ("圆", "元"),
    ("人次", "人次"),
    ("户次", "户次"),
    ("个人", "人"),
    ("人", "人"),
    ("名", "人"),
    ("位", "人"),
    ("口人", "人"),
    ("口", "人"),
    ("户", "户"),
    ("家", "家"),
    ("个百分点", "百分点"),
    ("百分点", "百分点"),
    ("个", "个"),
    ("份", "份"),
    ("张", "张"),
    ("件", "件"),
    ("套", "套"),
    ("本", "本"),
    ("项", "项"),
    ("种", "种"),
    ("条", "条"),
    ("款", "款"),
    ("次", "次"),
    ("回", "次"),
    ("级", "级"),
    ("档", "档"),
    ("类", "类"),
    ("栋", "栋"),
    ("幢", "栋"),
    ("层", "层"),
    ("楼", "层"),
    ("单元", "单元"),
    ("室", "室"),
    ("号", "号"),
    ("倍", "倍"),
    ("折", "折"),
    ("孩", "孩"),
    ("胎", "孩"),
    ("步", "步"),
    ("部门", "部门"),
    ("只", "只"),
    ("辆", "辆"),
    ("台", "台"),
    ("平方米", "平方米"),
    ("平方公里", "平方公里"),
    ("立方米", "立方米"),
    ("平米", "平方米"),
    ("平方", "平方米"),
    ("公顷", "公顷"),
    ("亩", "亩"),
    ("公里", "公里"),
    ("千米", "公里"),
    ("里", "里"),
    ("米", "米"),
    ("厘米", "厘米"),
    ("公分", "厘米"),
    ("毫米", "毫米"),
    ("公斤", "公斤"),
    ("千克", "公斤"),
    ("斤", "斤"),
    ("吨", "吨"),
];

/// Units that count only after digits or a numeral of several characters.
const LOOSE: &[Row] = &[
    ("月份", "月"),
    ("月", "月"),
    ("章", "章"),
    ("节", "节"),
    ("编", "编"),
    ("分贝", "分贝"),
    ("分", "分"),
    ("角", "角"),
    ("毛", "角"),
    ("秒", "秒"),
    ("时", "时"),
    ("点", "点"),
    ("成", "成"),
    ("度", "度"),
    ("处", "处"),
    ("间", "间"),
    ("期", "期"),
    ("批", "批"),
    ("页", "页"),
    ("册", "册"),
    ("枚", "枚"),
    ("部", "部"),
    ("匹", "匹"),
    ("棵", "棵"),
    ("把", "把"),
    ("瓶", "瓶"),
    ("桶", "桶"),
    ("箱", "箱"),
    ("寸", "寸"),
    ("吋", "寸"),
    ("门", "门"),
    ("科", "科"),
    ("届", "届"),
    ("场", "场"),
    ("趟", "趟"),
    ("站", "站"),
    ("路", "路"),
    ("代", "代"),
    ("遍", "遍"),
    ("字", "字"),
    ("克", "克"),
    ("升", "升"),
    ("毫升", "毫升"),
    ("千瓦时", "度"),
    ("千瓦", "千瓦"),
    ("千伏", "千伏"),
    ("瓦", "瓦"),
    ("伏", "伏"),
    ("摄氏度", "摄氏度"),
    ("℃", "摄氏度"),
    ("㎡", "平方米"),
    ("m²", "平方米"),
    ("m2", "平方米"),
    ("m³", "立方米"),
    ("km", "公里"),
    ("cm", "厘米"),
    ("mm", "毫米"),
    ("kg", "公斤"),
    ("dB", "分贝"),
    ("MB", "MB"),
    ("KB", "KB"),
    ("GB", "GB"),
    ("m", "米"),
    ("%", "%"),
    ("‰", "‰"),
];

/// Words that begin with a lone numeral and a unit and are no quantity.
const NO_QUANTITY: &[&str] = &[
    "一次性",
    "一条龙",
    "一个劲",
    "一家子",
    "一家亲",
    "一家人",
    "一口气",
    "一口价",
    "一日游",
    "一号通办",
    "一本正经",
    "一本通",
    "一天到晚",
    "一张网",
    "一步步",
    "一步到位",
    "一户式",
    "一年到头",
    "一日三餐",
    "一人一",
    "一户一",
    "一件一",
    "一家一",
    "一份力",
    "一份心",
    "一件事",
    "两口子",
    "三令五申",
];

/// The unit at the beginning of `rest`, the longest that fits.
pub(super) fn unit_at(rest: &[char]) -> Option<Unit> {
    let firm = FIRM.iter().map(|row| (row, true));
    let loose = LOOSE.iter().map(|row| (row, false));
    firm.chain(loose)
        .filter(|((written, _), _)| starts_with(rest, written))
        .max_by_key(|((written, _), _)| written.chars().count())
        .map(|((written, known_as), firm)| Unit {
            written,
            known_as,
            firm,
        })
}

/// Whether the text begins with a word that only looks like a quantity.
pub(super) fn is_no_quantity(text: &[char]) -> bool {
    NO_QUANTITY.iter().any(|word| starts_with(text, word))
}

/// Whether the letters begin with `word`.
pub(super) fn starts_with(letters: &[char], word: &str) -> bool {
    let mut letters = letters.iter();
    word.chars().all(|letter| letters.next() == Some(&letter))
}

/// Whether the letters end with `word`.
pub(super) fn ends_with(letters: &[char], word: &str) -> bool {
    let mut letters = letters.iter().rev();
    word.chars()
        .rev()
        .all(|letter| letters.next() == Some(&letter))
}
