//! What stands around a number and changes its meaning: 以上, 不超过, 每月.

use super::clauses::Reading;

/// How a quantity limits something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// 60岁以上, 满16周岁, 不少于.
    AtLeast,
    /// 30日内, 500元以下, 不满, 不超过.
    AtMost,
    /// 3日后.
    After,
    /// 10日前.
    Before,
}

impl Bound {
    /// Whether both cannot be said of the same quantity.
    pub(super) fn contradicts(self, other: Self) -> bool {
        let lasting = |bound| matches!(bound, Self::AtLeast | Self::After);
        self != other && !(lasting(self) && lasting(other))
    }
}

/// Words after a quantity, the longest first.
const AFTER: &[(&str, Bound)] = &[
    ("及以上", Bound::AtLeast),
    ("(含)以上", Bound::AtLeast),
    ("以上", Bound::AtLeast),
    ("及以下", Bound::AtMost),
    ("以下", Bound::AtMost),
    ("以内", Bound::AtMost),
    ("之内", Bound::AtMost),
    ("内", Bound::AtMost),
    ("以后", Bound::After),
    ("之后", Bound::After),
    ("后", Bound::After),
    ("以前", Bound::Before),
    ("之前", Bound::Before),
    ("前", Bound::Before),
];

/// Words before a quantity, the longest first: 不超过 must be met before 超过.
const BEFORE: &[(&str, Bound)] = &[
    ("不得少于", Bound::AtLeast),
    ("不得低于", Bound::AtLeast),
    ("不得早于", Bound::AtLeast),
    ("不少于", Bound::AtLeast),
    ("不低于", Bound::AtLeast),
    ("不早于", Bound::AtLeast),
    ("不得超过", Bound::AtMost),
    ("不得高于", Bound::AtMost),
    ("不得多于", Bound::AtMost),
    ("不能超过", Bound::AtMost),
    ("不超过", Bound::AtMost),
    ("不高于", Bound::AtMost),
    ("不多于", Bound::AtMost),
    ("未超过", Bound::AtMost),
    ("没超过", Bound::AtMost),
    ("不满", Bound::AtMost),
    ("未满", Bound::AtMost),
    ("没满", Bound::AtMost),
    ("不到", Bound::AtMost),
    ("不足", Bound::AtMost),
    ("低于", Bound::AtMost),
    ("少于", Bound::AtMost),
    ("小于", Bound::AtMost),
    ("最多", Bound::AtMost),
    ("至多", Bound::AtMost),
    ("最长", Bound::AtMost),
    ("最高", Bound::AtMost),
    ("最迟", Bound::AtMost),
    ("至少", Bound::AtLeast),
    ("最少", Bound::AtLeast),
    ("最低", Bound::AtLeast),
    ("年满", Bound::AtLeast),
    ("已满", Bound::AtLeast),
    ("超过", Bound::AtLeast),
    ("高于", Bound::AtLeast),
    ("大于", Bound::AtLeast),
    ("多于", Bound::AtLeast),
    ("满", Bound::AtLeast),
];

/// How the quantity at this byte range limits something, where the words beside it say so.
pub(super) fn bound(text: &str, span: &std::ops::Range<usize>) -> Option<Bound> {
    let after = text[span.end..].trim_start_matches('的');
    let before = &text[..span.start];
    let before_word = BEFORE.iter().find(|(word, _)| before.ends_with(word));
    let after_word = AFTER.iter().find(|(word, _)| after.starts_with(word));
    before_word.or(after_word).map(|(_, bound)| *bound)
}

/// Periods and heads that an amount may be counted by.
const RATES: &[(&str, &str)] = &[
    ("每年", "年"),
    ("每月", "月"),
    ("每个月", "月"),
    ("每日", "日"),
    ("每天", "日"),
    ("每周", "周"),
    ("每学期", "学期"),
    ("每学年", "学年"),
    ("每季度", "季度"),
    ("每小时", "小时"),
    ("按年", "年"),
    ("按月", "月"),
    ("按季", "季度"),
    ("/年", "年"),
    ("/月", "月"),
    ("/日", "日"),
    ("/天", "日"),
    ("/小时", "小时"),
    ("一年", "年"),
    ("一个月", "月"),
];

/// The period by which the quantity is counted: 每月300元, 300元/月.
pub(super) fn rate(reading: &Reading, span: &std::ops::Range<usize>) -> Option<&'static str> {
    let after = reading.text[span.end..].trim_start_matches(['(', '（']);
    if let Some((_, period)) = RATES.iter().find(|(word, _)| after.starts_with(word)) {
        return Some(period);
    }
    let clause = reading.clause_at(span.start);
    let before = &reading.text[clause.start.min(span.start)..span.start];
    let place = |word: &str| before.rfind(word);
    RATES
        .iter()
        .filter(|(word, _)| word.starts_with(['每', '按']))
        .filter_map(|(word, period)| place(word).map(|place| (place, *period)))
        .max_by_key(|(place, _)| *place)
        .map(|(_, period)| period)
}

/// Whether the text speaks of this period anywhere.
pub(super) fn speaks_of(text: &str, period: &str) -> bool {
    RATES
        .iter()
        .any(|(word, known)| *known == period && text.contains(word))
}
