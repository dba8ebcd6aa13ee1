//! Whether a sentence is written officially; nobody speaks so, so no dialect is in it.

/// Words of laws and notices that residents hardly use.
const OFFICIAL: &[&str] = &[
    "应当",
    "予以",
    "依照",
    "依法",
    "本法",
    "本条例",
    "本办法",
    "本规定",
    "规定的",
    "下列",
    "有关部门",
    "主管部门",
    "人民政府",
    "行政机关",
    "违反",
    "处罚",
    "责任人员",
    "的，由",
    "或者其他",
    "以及",
    "其他组织",
    "之日起",
    "所称",
    "前款",
    "相关部门",
];

/// How official a sentence sounds: 0 for everyday speech, 1 for a law.
pub(crate) fn formality(sentence: &str) -> f32 {
    let found = OFFICIAL
        .iter()
        .filter(|word| sentence.contains(**word))
        .count();
    let article = sentence.starts_with('第') && sentence.contains('条');
    (found as f32 / 3.0 + f32::from(u8::from(article))).min(1.0)
}
