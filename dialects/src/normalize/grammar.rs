//! Constructions that no replacement of a word can render.

use std::ops::Range;

use crate::{Variety, lexicon::ends_clause};

/// A construction found in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    /// Byte range in the sentence.
    pub(crate) range: Range<usize>,
    /// The standard construction.
    pub(crate) gloss: String,
    /// How often it has this meaning there.
    pub(crate) share: f32,
}

/// Verbs of one character that people use of offices, papers and things at home.
const VERBS: &str = "办领交报去走吃拿取开买卖搞做弄修换查用住坐喝进改转缴补签盖填寄送借还租迁上下退停追轮赶赔看听算整";

/// What a question adverb stands before, of one character, with how often 给 is one there.
const MODALS: &[(&str, f32)] = &[
    ("要", 0.93),
    ("能", 0.95),
    ("会", 0.95),
    ("是", 0.95),
    ("敢", 0.97),
    ("肯", 0.97),
    ("够", 0.97),
    ("对", 0.9),
    ("想", 0.9),
    ("消", 0.98),
    ("准", 0.95),
    ("算", 0.9),
    ("该", 0.9),
    ("用", 0.6),
    ("好", 0.6),
    ("行", 0.9),
    ("在", 0.8),
    ("收", 0.6),
];

/// What follows 得 in the potential of a verb.
const POTENTIAL: &[&str] = &[
    "成", "着", "到", "了", "起", "回来", "下来", "上", "进", "出来",
];

/// What a question adverb stands before, of two characters.
const LONG_MODALS: &[&str] = &[
    "可以", "需要", "晓得", "知道", "愿意", "应该", "记得", "认得", "方便", "清楚", "懂得", "能够",
    "允许",
];

/// The constructions of a variety in a sentence.
pub(crate) fn patterns(sentence: &str, variety: Option<Variety>) -> Vec<Pattern> {
    let Some(variety) = variety else {
        return Vec::new();
    };
    let text = Text::new(sentence);
    let mut found = Vec::new();
    for at in 0..text.characters.len() {
        match variety {
            Variety::Kunming => {
                found.extend(question_adverb(
                    &text,
                    at,
                    &[('咯', 0.97), ('格', 0.9), ('给', 0.85)],
                ));
                found.extend(can(&text, at));
                found.extend(final_question(&text, at));
            }
            Variety::Chengdu | Variety::Chongqing | Variety::Guiyang => {
                found.extend(can(&text, at));
                found.extend(final_question(&text, at));
            }
            Variety::Hefei => {
                found.extend(question_adverb(&text, at, &[('可', 0.75), ('克', 0.75)]));
                found.extend(all_right(&text, at, "管中照"));
            }
            Variety::Shanghai | Variety::Suzhou => {
                found.extend(question_adverb(&text, at, &[('阿', 0.92), ('啊', 0.8)]));
            }
            Variety::Luxi | Variety::Jinan | Variety::Zhongyuan => {
                found.extend(all_right(&text, at, "中管沾"));
                found.extend(final_question(&text, at));
            }
            Variety::Dongbei => found.extend(final_question(&text, at)),
            Variety::Guangzhou => found.extend(cantonese(&text, at)),
            Variety::Yiwu
            | Variety::Changsha
            | Variety::Nanchang
            | Variety::Meixian
            | Variety::Xiamen => {}
        }
    }
    found
}

/// A sentence by characters.
struct Text<'a> {
    sentence: &'a str,
    characters: Vec<char>,
    offsets: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(sentence: &'a str) -> Self {
        Self {
            sentence,
            characters: sentence.chars().collect(),
            offsets: sentence
                .char_indices()
                .map(|(at, _)| at)
                .chain([sentence.len()])
                .collect(),
        }
    }

    fn at(&self, index: usize) -> char {
        self.characters.get(index).copied().unwrap_or('。')
    }

    fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or('。', |index| self.at(index))
    }

    fn from(&self, index: usize) -> &'a str {
        self.offsets
            .get(index)
            .map_or("", |&at| &self.sentence[at..])
    }

    fn is_verb(&self, index: usize) -> bool {
        VERBS.contains(self.at(index))
    }

    /// Whether a clause ends before the character, perhaps behind a particle.
    fn ends(&self, index: usize) -> bool {
        ends_clause(self.at(index))
            || "嘛吗呢喃啊哈哇呀".contains(self.at(index)) && ends_clause(self.at(index + 1))
    }

    fn pattern(&self, characters: Range<usize>, gloss: String, share: f32) -> Pattern {
        Pattern {
            range: self.offsets[characters.start]..self.offsets[characters.end],
            gloss,
            share,
        }
    }
}

/// 给要 is 要不要, 咯有 is 有没有, 可晓得 is 知不知道, 阿要 is 要不要, 给还办得成 is 还能不能办.
fn question_adverb(text: &Text, at: usize, adverbs: &[(char, f32)]) -> Option<Pattern> {
    let &(adverb, share) = adverbs.iter().find(|(adverb, _)| *adverb == text.at(at))?;
    // 还给, 发给, 交给 and 不可 are other words; 可要 after 你 is the question.
    if "还发交送递转拨补赔借租卖带付分退留不许认尚亦无".contains(text.before(at))
    {
        return None;
    }
    let still = usize::from(text.at(at + 1) == '还');
    let still_text = if still == 1 { "还" } else { "" };
    let next = at + 1 + still;
    let rest = text.from(next);
    if rest.starts_with('得') && text.ends(next + 1) {
        return Some(text.pattern(at..next + 1, format!("{still_text}行不行"), share.max(0.95)));
    }
    if let Some(potential) = potential(text, next) {
        let asked = format!("{still_text}能不能{}", potential.verb);
        return Some(text.pattern(at..potential.end, asked, share.max(0.95)));
    }
    if rest.starts_with('有') {
        // 给有关部门, 给有困难的人: there it is the preposition.
        let named = ["有关", "有需", "有困", "有权", "有些", "有条", "有以"];
        if named.iter().any(|word| rest.starts_with(word)) || text.clause_has(at, '的') {
            return None;
        }
        return Some(text.pattern(at..next + 1, format!("{still_text}有没有"), share));
    }
    if let Some(modal) = LONG_MODALS.iter().find(|modal| rest.starts_with(**modal)) {
        let standard = modal.replace("晓得", "知道").replace("认得", "认识");
        let first: String = standard.chars().take(1).collect();
        let asked = format!("{still_text}{first}不{standard}");
        return Some(text.pattern(at..next + 2, asked, share.max(0.93)));
    }
    let (modal, question) = MODALS.iter().find(|(modal, _)| rest.starts_with(*modal))?;
    // 可是, 可能, 可用, 可行 and 可对 are words; only the lexicon's contexts tell them.
    if adverb == '可' && !["要", "会", "敢", "肯", "收", "够", "想"].contains(modal) {
        return None;
    }
    let standard = modal.replace('消', "用");
    let share = if adverb == '给' { *question } else { share };
    Some(text.pattern(
        at..next + 1,
        format!("{still_text}{standard}不{standard}"),
        share,
    ))
}

/// A verb with what can come of it: 办得成, 追得回来.
struct Potential {
    /// The verb, with what comes of it where that says more than that it can be done.
    verb: String,
    /// Index after it.
    end: usize,
}

fn potential(text: &Text, at: usize) -> Option<Potential> {
    let verb = text.at(at);
    if !text.is_verb(at) || text.at(at + 1) != '得' {
        return None;
    }
    let rest = text.from(at + 2);
    match POTENTIAL.iter().find(|result| rest.starts_with(**result)) {
        Some(result) => {
            let kept = if matches!(*result, "成" | "着" | "起" | "了") {
                ""
            } else {
                *result
            };
            Some(Potential {
                verb: format!("{verb}{kept}"),
                end: at + 2 + result.chars().count(),
            })
        }
        None if text.ends(at + 2) => Some(Potential {
            verb: verb.to_string(),
            end: at + 2,
        }),
        None => None,
    }
}

impl Text<'_> {
    /// Whether a character stands in the clause after an index.
    fn clause_has(&self, index: usize, wanted: char) -> bool {
        self.characters[index..]
            .iter()
            .take_while(|character| !ends_clause(**character))
            .any(|character| *character == wanted)
    }
}

/// 办得成 is 能办, 办得不 is 能办吗, 吃不得 is 不能吃.
fn can(text: &Text, at: usize) -> Option<Pattern> {
    let verb = text.at(at);
    // In 还得 it is "still" and "must".
    if !text.is_verb(at) || verb == '还' {
        return None;
    }
    match [text.at(at + 1), text.at(at + 2)] {
        ['得', '成'] => Some(text.pattern(at..at + 3, format!("能{verb}"), 0.85)),
        ['得', '不'] if ends_clause(text.at(at + 3)) => {
            Some(text.pattern(at..at + 3, format!("能{verb}吗"), 0.9))
        }
        ['不', '得'] if text.ends(at + 3) && verb != '下' => {
            Some(text.pattern(at..at + 3, format!("不能{verb}"), 0.8))
        }
        // 不想去得 is 不想去.
        ['得', _] if text.ends(at + 2) && !"不想要肯没".contains(text.before(at)) => {
            Some(text.pattern(at..at + 2, format!("能{verb}"), 0.8))
        }
        _ => None,
    }
}

/// 能办不？ and 能办不嘛 are 能办吗, 晓不晓得 is 知不知道.
fn final_question(text: &Text, at: usize) -> Option<Pattern> {
    if text.from(at).starts_with("晓不晓得") {
        return Some(text.pattern(at..at + 4, "知不知道".to_owned(), 0.98));
    }
    let before = text.before(at);
    let open = before.is_alphanumeric() && !"不要就也可岂".contains(before);
    if text.at(at) != '不' || !open {
        return None;
    }
    let end = match text.at(at + 1) {
        '?' | '？' | '。' => at + 1,
        '嘛' | '哦' | '哇' | '喃' if ends_clause(text.at(at + 2)) => at + 2,
        _ => return None,
    };
    Some(text.pattern(at..end, "吗".to_owned(), 0.85))
}

/// 中不中, 管不管 and 沾不沾 at the end of a clause are 行不行.
fn all_right(text: &Text, at: usize, words: &str) -> Option<Pattern> {
    let word = text.at(at);
    let asks = words.contains(word)
        && text.at(at + 1) == '不'
        && text.at(at + 2) == word
        && text.ends(at + 3);
    let share = if word == '管' { 0.85 } else { 0.97 };
    asks.then(|| text.pattern(at..at + 3, "行不行".to_owned(), share))
}

/// 补唔补得返 is 能不能补回, 办紧 is 正在办, 办咗未 is 办了没有, 食先 is 先吃.
fn cantonese(text: &Text, at: usize) -> Option<Pattern> {
    let verb = text.at(at);
    // 补唔补得返 is 能不能补回.
    if text.is_verb(at) && [text.at(at + 1), text.at(at + 2), text.at(at + 3)] == ['唔', verb, '得']
    {
        let (kept, end) = match text.at(at + 4) {
            '返' => ("回", at + 5),
            '到' => ("到", at + 5),
            _ => ("", at + 4),
        };
        return Some(text.pattern(at..end, format!("能不能{verb}{kept}"), 0.97));
    }
    if text.from(at).starts_with("咗未") {
        return Some(text.pattern(at..at + 2, "了没有".to_owned(), 0.97));
    }
    if !(text.is_verb(at) || "食饮睇讲等搞揾做".contains(verb)) {
        return None;
    }
    let verb = match verb {
        '食' => '吃',
        '饮' => '喝',
        '睇' => '看',
        '讲' => '说',
        '揾' => '找',
        verb => verb,
    };
    match [text.at(at + 1), text.at(at + 2)] {
        ['紧', next] if !"急张密缺跟抓要凑".contains(next) => {
            Some(text.pattern(at..at + 2, format!("正在{verb}"), 0.9))
        }
        ['先', _] if text.ends(at + 2) => {
            Some(text.pattern(at..at + 2, format!("先{verb}"), 0.85))
        }
        _ => None,
    }
}
