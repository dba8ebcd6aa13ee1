//! Units of measure that are written in Latin letters or signs.

/// Written and said; longer ones first where one begins another.
const UNITS: &[(&str, &str)] = &[
    ("kW·h", "千瓦时"),
    ("kwh", "千瓦时"),
    ("kWh", "千瓦时"),
    ("KWh", "千瓦时"),
    ("km/h", "公里每小时"),
    ("km²", "平方公里"),
    ("km2", "平方公里"),
    ("mmHg", "毫米汞柱"),
    ("mmol/L", "毫摩尔每升"),
    ("mg/L", "毫克每升"),
    ("μg/m³", "微克每立方米"),
    ("m³/h", "立方米每小时"),
    ("m/s", "米每秒"),
    ("Mbps", "兆"),
    ("MPa", "兆帕"),
    ("kPa", "千帕"),
    ("kg", "公斤"),
    ("KG", "公斤"),
    ("Kg", "公斤"),
    ("km", "公里"),
    ("KM", "公里"),
    ("cm²", "平方厘米"),
    ("cm", "厘米"),
    ("CM", "厘米"),
    ("mm", "毫米"),
    ("m²", "平方米"),
    ("m2", "平方米"),
    ("m³", "立方米"),
    ("m3", "立方米"),
    ("ml", "毫升"),
    ("mL", "毫升"),
    ("ML", "毫升"),
    ("mg", "毫克"),
    ("kW", "千瓦"),
    ("KW", "千瓦"),
    ("kV", "千伏"),
    ("dB", "分贝"),
    ("db", "分贝"),
    ("GB", "G"),
    ("MB", "兆"),
    ("KB", "K"),
    ("min", "分钟"),
    ("㎡", "平方米"),
    ("㎥", "立方米"),
    ("㎞", "公里"),
    ("㎏", "公斤"),
    ("㎝", "厘米"),
    ("㎜", "毫米"),
    ("℃", "摄氏度"),
    ("°C", "摄氏度"),
    ("℉", "华氏度"),
    ("°", "度"),
    ("Ω", "欧姆"),
    ("m", "米"),
    ("g", "克"),
    ("t", "吨"),
    ("h", "小时"),
    ("s", "秒"),
    ("L", "升"),
    ("l", "升"),
    ("V", "伏"),
    ("W", "瓦"),
    ("w", "瓦"),
    ("A", "安"),
];

/// The unit that a text begins with: its length in bytes and how it is said.
pub(super) fn at_start(text: &str) -> Option<(usize, &'static str)> {
    UNITS
        .iter()
        .find(|(written, _)| {
            text.strip_prefix(written).is_some_and(|rest| {
                !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            })
        })
        .map(|(written, said)| (written.len(), *said))
}

/// The pattern of all units, for rules.
pub(super) fn pattern() -> String {
    let written: Vec<String> = UNITS
        .iter()
        .map(|(written, _)| regex::escape(written))
        .collect();
    written.join("|")
}
