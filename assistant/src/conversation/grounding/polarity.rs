//! What is allowed, required, forbidden or denied stays so.

use std::collections::HashMap;

use super::{Reason, clauses::Reading, words::Letter};

/// How a statement is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mode {
    /// Plainly.
    Plain,
    /// 可以, 允许.
    Allowed,
    /// 要, 需要.
    Needed,
    /// 应当, 必须.
    Required,
    /// 不用, 免于.
    Waived,
    /// 不得, 禁止.
    Forbidden,
    /// 不, 未, 没有.
    Denied,
}

impl Mode {
    /// Whether a sentence may speak in this mode of what the passage says in the `other`.
    fn may_render(self, other: Self) -> bool {
        use Mode::{Allowed, Denied, Forbidden, Needed, Plain, Required, Waived};
        match self {
            Plain => !matches!(other, Waived | Forbidden | Denied),
            Allowed => matches!(other, Plain | Allowed | Needed | Required | Waived),
            Needed => matches!(other, Plain | Allowed | Needed | Required),
            Required => matches!(other, Plain | Needed | Required),
            // Nobody has to do what nobody may demand.
            Waived => matches!(other, Waived | Forbidden | Denied),
            Forbidden | Denied => matches!(other, Forbidden | Denied),
        }
    }
}

/// Words that set the mode of what follows, the longest of a kind first. The synonyms have been
/// made one word before.
const MARKERS: &[(&str, Mode)] = &[
    ("不得", Mode::Forbidden),
    ("不应", Mode::Forbidden),
    ("不要", Mode::Forbidden),
    ("请勿", Mode::Forbidden),
    ("切勿", Mode::Forbidden),
    ("别", Mode::Forbidden),
    ("不用", Mode::Waived),
    ("免于", Mode::Waived),
    ("免交", Mode::Waived),
    ("免缴", Mode::Waived),
    ("免", Mode::Waived),
    ("应当", Mode::Required),
    ("须", Mode::Required),
    ("应", Mode::Required),
    ("需要", Mode::Needed),
    ("需", Mode::Needed),
    ("要", Mode::Needed),
    ("可以", Mode::Allowed),
    ("允许", Mode::Allowed),
    ("能够", Mode::Allowed),
    ("有权", Mode::Allowed),
    ("可", Mode::Allowed),
    ("能", Mode::Allowed),
    ("没有", Mode::Denied),
    ("没", Mode::Denied),
    ("无", Mode::Denied),
    ("不予", Mode::Denied),
    ("未", Mode::Denied),
    ("非", Mode::Denied),
    ("不", Mode::Denied),
];

/// Words in which the marker is not one.
const NO_MARKERS: &[&str] = &[
    "需求",
    "要求",
    "重要",
    "主要",
    "要件",
    "要素",
    "要点",
    "要是",
    "只要",
    "还要",
    "应急",
    "供应",
    "对应",
    "相应",
    "反应",
    "适应",
    "响应",
    "应用",
    "应届",
    "应付",
    "应得",
    "能力",
    "功能",
    "性能",
    "智能",
    "可能",
    "许可",
    "认可",
    "可靠",
    "不可抗力",
    "免费",
    "免疫",
    "避免",
    "减免",
    "未成年",
    "未来",
    "不动产",
    "不同",
    "不断",
    "不良",
    "不仅",
    "不但",
    "不论",
    "不管",
    "不便",
    "不少于",
    "不超过",
    "不低于",
    "不高于",
    "不满",
    "未满",
    "不足",
    "不服",
    "非常",
    "非法",
    "特别",
    "分别",
    "类别",
    "级别",
    "区别",
    "识别",
    "个别",
    "性别",
    "别人",
    "别的",
    "没收",
    "是否",
    "能否",
    "可否",
    "不得少于",
    "不得低于",
    "不得超过",
    "不得高于",
    "不得早于",
    "不早于",
    "不到",
    "无论",
    "急需",
    "所需",
    "无障碍",
    "不良",
    "必要",
    "需要的",
    "不管",
    "要么",
    "须知",
    "免责",
    "能源",
    "节能",
    "不小心",
    "不清楚",
    "不明白",
    "不方便",
    "不放心",
    "差不多",
];

/// How far a denial reaches, in characters: 不收取费用, but not a whole clause.
const REACH_OF_DENIAL: usize = 3;

/// How far the other words reach within their clause.
const REACH: usize = 14;

/// An objection where a statement of the passages is turned round.
pub(super) fn objection(sentence: &Reading, passages: &Reading) -> Option<Reason> {
    let ours = statements(sentence);
    let theirs = statements(passages);
    let turned_round = ours.iter().any(|clause| {
        let best = most_alike(clause, &theirs);
        let modes: HashMap<[char; 2], Vec<Mode>> = best
            .iter()
            .flat_map(|clause| &clause.pairs)
            .fold(HashMap::new(), |mut modes, pair| {
                modes.entry(pair.letters).or_default().push(pair.mode);
                modes
            });
        let mut said = 0usize;
        let mut against = 0usize;
        let mut last_marker = None;
        for pair in &clause.pairs {
            if let Some(modes) = modes.get(&pair.letters) {
                let turned = !modes.iter().any(|mode| pair.mode.may_render(*mode));
                said += 1;
                against += usize::from(turned);
                // What comes first behind a marker is what it is about.
                let first = pair.marker.is_some() && pair.marker != last_marker;
                last_marker = pair.marker;
                if turned && first {
                    return true;
                }
            }
        }
        against * 2 > said
    });
    turned_round.then_some(Reason::Negation)
}

/// A clause as pairs of neighbouring characters, each with the mode it is said in.
struct Statement {
    pairs: Vec<Pair>,
}

struct Pair {
    letters: [char; 2],
    mode: Mode,
    /// Index of the letter where the marker that governs it begins.
    marker: Option<usize>,
}

fn statements(reading: &Reading) -> Vec<Statement> {
    let letters = &reading.letters;
    let modes = modes(reading, letters);
    let mut statements: Vec<Statement> = reading
        .clauses
        .iter()
        .map(|_| Statement { pairs: Vec::new() })
        .collect();
    for (index, pair) in letters.windows(2).enumerate() {
        let (mode, marker) = modes[index];
        let is_marker = modes[index].1 == Some(index) || modes[index + 1].1 == Some(index + 1);
        if !pair[0].joined || is_marker || !(pair[0].counts || pair[1].counts) {
            continue;
        }
        let clause = reading
            .clauses
            .iter()
            .position(|clause| clause.contains(&pair[0].index))
            .filter(|_| modes[index].0 == modes[index + 1].0 || mode == Mode::Denied);
        if let Some(clause) = clause {
            let letters = [pair[0].character, pair[1].character];
            statements[clause].pairs.push(Pair {
                letters,
                mode,
                marker,
            });
        }
    }
    statements
}

/// The mode of each letter, and the index of the letter where its marker begins.
fn modes(reading: &Reading, letters: &[Letter]) -> Vec<(Mode, Option<usize>)> {
    let mut modes = vec![(Mode::Plain, None); letters.len()];
    let mut index = 0;
    while index < letters.len() {
        let rest = &reading.text[letters[index].index..];
        if let Some(word) = longest(NO_MARKERS.iter().copied(), rest) {
            index += word.chars().count();
            continue;
        }
        let marker = MARKERS
            .iter()
            .filter(|(word, _)| rest.starts_with(word))
            .max_by_key(|(word, _)| word.len());
        let Some((word, mode)) = marker else {
            index += 1;
            continue;
        };
        let after = index + word.chars().count();
        let reach = if *mode == Mode::Denied {
            REACH_OF_DENIAL
        } else {
            REACH
        };
        let clause = reading.clause_at(letters[index].index);
        for (position, letter) in letters
            .iter()
            .enumerate()
            .skip(index)
            .take(after - index + reach)
        {
            if !clause.contains(&letter.index) {
                break;
            }
            modes[position] = (*mode, Some(if position < after { position } else { index }));
        }
        index = after.max(index + 1);
    }
    modes
}

fn longest<'a>(words: impl Iterator<Item = &'a str>, rest: &str) -> Option<&'a str> {
    words
        .filter(|word| rest.starts_with(word))
        .max_by_key(|word| word.len())
}

/// The clauses that share the most with this one.
fn most_alike<'a>(clause: &Statement, theirs: &'a [Statement]) -> Vec<&'a Statement> {
    let shared = |other: &Statement| {
        clause
            .pairs
            .iter()
            .filter(|pair| {
                other
                    .pairs
                    .iter()
                    .any(|theirs| theirs.letters == pair.letters)
            })
            .count()
    };
    let counts: Vec<usize> = theirs.iter().map(shared).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    theirs
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0 && *count * 10 >= most * 7)
        .map(|(clause, _)| clause)
        .collect()
}
