//! What a document says about itself in its first and last lines.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use regex::Regex;

use super::dates::{all_dates, digit_value, first_date, pattern};
use crate::Metadata;
use crate::document::clean::furniture::PageNotes;
use crate::document::line::Line;

/// Lines at either end of a document that may say what it is.
const HEAD: usize = 16;
const TAIL: usize = 12;
/// What may be left of a date before a name.
const DAY: [char; 3] = ['年', '月', '日'];

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\p{Han}{1,14}[〔\[（(【﹝]\s*(?:19|20)\d\d\s*[〕\]）)】﹞]\s*第?\s*\d{1,5}\s*号")
});
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(\p{Han}{2,20}?)令\s*[（(]?第?\s*[\d零〇一二三四五六七八九十百]{1,8}\s*号")
});
static CONGRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[日)）\s]\s*(\p{Han}{0,12}?)第[零一二三四五六七八九十百]+届((?:全国)?人民代表大会(?:常务委员会)?)",
    )
});
static COURT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(最高人民(?:法院|检察院))(?:审判|检察)委员会"));
static IN_FORCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?:起|之日起|开始)?\s*(?:正式)?(?:施行|执行|实施|生效|试行)"));
static FROM_ISSUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"自(?:印发|发布|公布|颁布|下发|发文)之日起(?:正式)?(?:施行|执行|实施|生效|试行)")
});
static VALID_FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"有效期(?:限)?(?:为|至|到|截至|截止)?\s*([1-9一二三四五六七八九十两])\s*年")
});
static VALID_UNTIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"有效期(?:限)?(?:至|到|截至|截止到?)"));
static BODY_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\p{Han}{2,40}(?:人民政府|办公厅|办公室|委员会|常务委员会|街道办事处|局|厅|部|委|院|署|中心|支队|大队|总队|联合会|管委会|居委会|居民委员会|村民委员会)$",
    )
});

/// Fills what `metadata` does not say yet from the document's lines.
pub(crate) fn complete(metadata: &mut Metadata, lines: &[Line], notes: &PageNotes) {
    let head = &lines[..lines.len().min(HEAD)];
    let tail = &lines[lines.len().saturating_sub(TAIL)..];
    let signed = signature(tail);

    fill(&mut metadata.number, || number(head));
    fill(&mut metadata.issuer, || {
        issuer_in_title(&metadata.title)
            .or_else(|| issuer_in_head(head))
            .or_else(|| signed.as_ref().map(|(issuer, _)| issuer.clone()))
            .or_else(|| {
                notes
                    .source
                    .clone()
                    .filter(|source| BODY_NAME.is_match(source))
            })
    });
    let history = history(head);
    fill(&mut metadata.version_date, || history.latest);
    fill(&mut metadata.published_on, || {
        history
            .published
            .or(notes.published_on)
            .or(signed.map(|(_, date)| date))
    });
    let published = metadata.published_on.or(metadata.version_date);
    let term = Term::read(lines, published);
    fill(&mut metadata.effective_on, || {
        term.effective_on.or(history.effective)
    });
    fill(&mut metadata.expires_on, || term.expires_on);
}

fn fill<T>(field: &mut Option<T>, find: impl FnOnce() -> Option<T>) {
    if field.is_none() {
        *field = find();
    }
}

/// A document number that stands for this document, not one that the text refers to.
fn number(head: &[Line]) -> Option<String> {
    let own = |line: &&Line| {
        let text = line.as_str();
        text.chars().count() <= 60 && !text.contains(['《', '。'])
    };
    let compact = |text: &str| text.split_whitespace().collect::<String>();
    let written = head
        .iter()
        .filter(own)
        .find_map(|line| NUMBER.find(line.as_str()));
    if let Some(found) = written {
        return Some(compact(found.as_str()));
    }
    orders(head).find_map(|text| Some(compact(ORDER.find(&text)?.as_str().trim_start_matches(DAY))))
}

/// Lines that may hold the number of an order, 中华人民共和国 left out: 国务院令第256号, or
/// 广州市人民政府令 with 第179号 on the next line.
fn orders(head: &[Line]) -> impl Iterator<Item = String> + '_ {
    head.iter().enumerate().filter_map(|(index, line)| {
        let mut text = line.as_str().to_owned();
        if text.contains(['《', '。']) || text.chars().count() > 60 {
            return None;
        }
        if text.ends_with('令')
            && let Some(next) = head.get(index + 1)
        {
            text.push_str(next.as_str());
        }
        Some(text.replace("中华人民共和国", ""))
    })
}

/// 广州市人民政府办公厅关于印发……的通知 was issued by 广州市人民政府办公厅.
fn issuer_in_title(title: &str) -> Option<String> {
    let (issuer, _) = title.split_once("关于")?;
    let names: Vec<&str> = issuer.split_whitespace().collect();
    let known = !names.is_empty()
        && names
            .iter()
            .all(|name| BODY_NAME.is_match(name) || name.starts_with("最高人民"));
    known.then(|| names.join("、"))
}

fn issuer_in_head(head: &[Line]) -> Option<String> {
    let decided = head.iter().find_map(|line| {
        let text = line.as_str();
        if let Some(found) = CONGRESS.captures(&format!(" {text}")) {
            return Some(format!("{}{}", &found[1], &found[2]));
        }
        if let Some(found) = COURT.captures(text) {
            return Some(found[1].to_owned());
        }
        None
    });
    decided.or_else(|| {
        orders(head).find_map(|text| {
            let found = ORDER.captures(&text)?;
            let name = found[1].trim_start_matches(DAY);
            (name == "国务院" || name.ends_with("人民政府") || name.ends_with('部'))
                .then(|| name.to_owned())
        })
    })
}

/// The body that signed, and the day: the last two lines, or 某某局 2021年2月7日印发.
fn signature(tail: &[Line]) -> Option<(String, Date)> {
    for (index, line) in tail.iter().enumerate().rev() {
        let text = line.as_str();
        let Some(date) = first_date(text).filter(|_| text.chars().count() <= 60) else {
            continue;
        };
        let name = text
            .split(|c: char| c.is_ascii_digit() || c == '二')
            .next()
            .unwrap_or_default();
        let name = name.trim().trim_end_matches("秘书处");
        if text.ends_with("印发") && BODY_NAME.is_match(name) {
            return Some((name.to_owned(), date));
        }
        let alone = name.is_empty() || text.starts_with('二');
        if let Some(before) = index.checked_sub(1).and_then(|index| tail.get(index))
            && alone
            && BODY_NAME.is_match(before.as_str())
        {
            return Some((before.as_str().to_owned(), date));
        }
    }
    None
}

#[derive(Debug, Default)]
struct History {
    latest: Option<Date>,
    published: Option<Date>,
    effective: Option<Date>,
}

/// Reads lines such as （2007年8月30日……通过　根据2018年……决定修正）.
fn history(head: &[Line]) -> History {
    let mut history = History::default();
    let mut open = false;
    for line in head {
        let text = line.as_str();
        let note = open
            || text.starts_with(['（', '('])
            || text.starts_with(|c: char| c.is_ascii_digit())
            || text.starts_with("根据");
        open = note && text.starts_with(['（', '(']) && !text.ends_with(['）', ')']);
        if !note || text.ends_with('。') {
            continue;
        }
        let mut dates = all_dates(text).peekable();
        while let Some((date, place)) = dates.next() {
            let until = dates.peek().map_or(text.len(), |(_, next)| next.start);
            let deed = &text[place.end..until];
            if deed.trim_start().starts_with("施行") || IN_FORCE.is_match(deed) {
                history.effective = Some(date);
                continue;
            }
            let deeds = [
                "通过", "修正", "修订", "批准", "公布", "发布", "颁布", "修改", "印发",
            ];
            if deeds.iter().any(|word| deed.contains(word)) {
                history.latest = history.latest.max(Some(date));
            }
            if ["公布", "发布", "颁布"]
                .iter()
                .any(|word| deed.contains(word))
            {
                history.published = history.published.max(Some(date));
            }
        }
    }
    history
}

/// From when to when a document says that it is in force.
#[derive(Debug, Default)]
struct Term {
    effective_on: Option<Date>,
    expires_on: Option<Date>,
}

impl Term {
    fn read(lines: &[Line], published: Option<Date>) -> Self {
        let mut term = Self::default();
        for line in lines {
            for sentence in line.as_str().split_inclusive('。') {
                term.read_sentence(sentence, published);
            }
        }
        term
    }

    fn read_sentence(&mut self, sentence: &str, published: Option<Date>) {
        let of_itself = ["本", "现予", "现印发", "自印发", "自发布", "自公布"]
            .iter()
            .any(|word| sentence.contains(word));
        if !of_itself || !sentence.contains('自') {
            return;
        }
        let stated = all_dates(sentence).find(|(_, place)| {
            sentence[..place.start].trim_end().ends_with('自')
                && IN_FORCE.is_match(&sentence[place.end..])
        });
        let from = match stated {
            Some((date, _)) => Some(date),
            None if FROM_ISSUE.is_match(sentence) => published,
            None => return,
        };
        self.effective_on = from.or(self.effective_on);
        if let Some(until) = VALID_UNTIL.find(sentence) {
            self.expires_on = first_date(&sentence[until.end()..])
                .and_then(|date| date.tomorrow().ok())
                .or(self.expires_on);
        }
        if let Some(years) = VALID_FOR
            .captures(sentence)
            .and_then(|found| years(&found[1]))
            && let Some(end) = from.and_then(|from| from.checked_add(years).ok())
        {
            self.expires_on = Some(end);
        }
    }
}

fn years(text: &str) -> Option<Span> {
    let digit = text.chars().next()?;
    let years = match digit {
        '十' => 10,
        '两' => 2,
        _ => digit_value(digit)?,
    };
    Some(i64::from(years).years())
}

#[cfg(test)]
mod tests {
    use dialects::Mapped;
    use jiff::civil::date;

    use super::*;
    use crate::document::line::{Mark, Place};

    fn facts(title: &str, text: &str) -> Metadata {
        let lines: Vec<Line> = text
            .lines()
            .map(|line| Line::new(Mapped::unchanged(line), Mark::Plain, Place::Text))
            .collect();
        let mut metadata = Metadata {
            title: title.to_owned(),
            ..Metadata::default()
        };
        complete(&mut metadata, &lines, &PageNotes::default());
        metadata
    }

    #[test]
    fn a_law_tells_its_history() {
        let law = facts(
            "志愿服务促进条例",
            "（2021年12月29日 泰安市第十七届人民代表大会常务委员会第四十一次会议通过\n\
             2022年1月21日 山东省第十三届人民代表大会常务委员会第三十三次会议批准）\n\
             第一条 为了弘扬志愿服务精神，制定本条例。\n\
             第二十条 本条例自2022年3月1日起施行。",
        );
        assert_eq!(law.issuer.as_deref(), Some("泰安市人民代表大会常务委员会"));
        assert_eq!(law.version_date, Some(date(2022, 1, 21)));
        assert_eq!(law.effective_on, Some(date(2022, 3, 1)));
        assert_eq!(law.expires_on, None);
    }

    #[test]
    fn a_notice_tells_its_number_and_term() {
        let notice = facts(
            "广州市人民政府办公厅关于印发广州市临时救助实施细则的通知",
            "穗府办规〔2021〕19号\n各区人民政府：\n\
             《细则》已经同意，现印发给你们。根据粤府办〔2021〕4号执行。\n\
             本实施细则自印发之日起施行，有效期5年。《旧办法》自2019年1月1日起施行。\n\
             广州市人民政府办公厅秘书处 2021年12月6日印发",
        );
        assert_eq!(notice.number.as_deref(), Some("穗府办规〔2021〕19号"));
        assert_eq!(notice.issuer.as_deref(), Some("广州市人民政府办公厅"));
        assert_eq!(notice.effective_on, Some(date(2021, 12, 6)));
        assert_eq!(notice.expires_on, Some(date(2026, 12, 6)));
    }

    #[test]
    fn an_order_on_two_lines_is_one_number() {
        let order = facts(
            "广州市老年人优待办法",
            "广州市人民政府令\n第179号\n《办法》已经通过，现予公布，自2021年5月1日起施行。",
        );
        assert_eq!(order.number.as_deref(), Some("广州市人民政府令第179号"));
        assert_eq!(order.effective_on, Some(date(2021, 5, 1)));
        let regulation = facts("条例", "1998年12月27日 中华人民共和国国务院令第256号发布");
        assert_eq!(regulation.issuer.as_deref(), Some("国务院"));
        assert_eq!(regulation.number.as_deref(), Some("国务院令第256号"));
        assert_eq!(regulation.published_on, Some(date(1998, 12, 27)));
    }
}
