//! What stands between two `---` lines at the head of a file.

use std::ops::Range;

use serde_yaml_ng::{Mapping, Value};

use super::dates;
use crate::document::line::line_ranges;
use crate::{Metadata, Warning};

/// Longest head that is taken for front matter, in bytes.
const LONGEST: usize = 64 * 1024;

/// The head of a file, read.
#[derive(Debug, Default)]
pub(crate) struct FrontMatter {
    /// What it says about the document.
    pub(crate) metadata: Metadata,
    /// Ways of asking for the whole document.
    pub(crate) questions: Vec<String>,
    /// What the importing person should look at.
    pub(crate) warnings: Vec<Warning>,
}

/// Reads the front matter of `text`; the second part is where the document itself begins.
pub(crate) fn read(text: &str) -> (FrontMatter, usize) {
    let Some((head, body)) = find(text) else {
        return (FrontMatter::default(), 0);
    };
    let head = &text[head];
    let fields = match serde_yaml_ng::from_str::<Mapping>(head) {
        Ok(fields) => fields,
        // A title with a colon is no YAML, and yet everybody writes it.
        Err(_) => plain_fields(head),
    };
    (interpret(&fields), body)
}

/// The ranges of the head and the start of the body.
fn find(text: &str) -> Option<(Range<usize>, usize)> {
    let mut lines = line_ranges(text).skip_while(|range| text[range.clone()].trim().is_empty());
    let first = lines.next()?;
    if text[first.clone()].trim_end() != "---" {
        return None;
    }
    for line in lines {
        if line.start > first.end + LONGEST {
            return None;
        }
        if matches!(text[line.clone()].trim_end(), "---" | "...") {
            let head = first.end..line.start;
            let is_fields = text[head.clone()]
                .lines()
                .any(|line| line.contains([':', '：']));
            return is_fields.then_some((head, line.end));
        }
    }
    None
}

/// `key: value` lines and `- item` lists, taken word for word.
fn plain_fields(head: &str) -> Mapping {
    let mut fields = Mapping::new();
    let mut list: Option<String> = None;
    for line in head.lines() {
        let trimmed = line.trim();
        if let Some(item) = trimmed.strip_prefix("- ")
            && let Some(key) = &list
            && let Some(Value::Sequence(items)) = fields.get_mut(key.as_str())
        {
            items.push(Value::String(unquote(item).to_owned()));
        } else if let Some((key, value)) = trimmed.split_once(':').or(trimmed.split_once('：')) {
            let key = key.trim().to_owned();
            let value = unquote(value);
            if value.is_empty() {
                fields.insert(Value::String(key.clone()), Value::Sequence(Vec::new()));
                list = Some(key);
            } else {
                fields.insert(Value::String(key), Value::String(value.to_owned()));
                list = None;
            }
        }
    }
    fields
}

fn unquote(value: &str) -> &str {
    let value = value.trim();
    ['"', '\'']
        .iter()
        .find_map(|&quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

fn interpret(fields: &Mapping) -> FrontMatter {
    let text = |keys: &[&str]| {
        keys.iter()
            .filter_map(|key| fields.get(*key))
            .find_map(scalar)
    };
    let list = |keys: &[&str]| {
        keys.iter()
            .filter_map(|key| fields.get(*key))
            .map(items)
            .find(|items| !items.is_empty())
    };
    let date = |keys: &[&str]| text(keys).and_then(|value| dates::first_date(&value));

    let metadata = Metadata {
        title: text(&["title", "标题"]).unwrap_or_default(),
        kind: text(&["kind", "类别", "类型"]),
        issuer: text(&["issuer", "发布机关", "发文机关", "制定机关"]),
        number: text(&["doc_no", "number", "文号", "发文字号"]).filter(|number| is_number(number)),
        scope: text(&["scope", "jurisdiction", "适用范围"])
            .map(|place| scope(&place))
            .or_else(|| list(&["scope", "jurisdiction"]).map(|places| scope(&places.join("/"))))
            .unwrap_or_default(),
        published_on: date(&["publish_date", "published_on", "发布日期", "公布日期"]),
        effective_on: date(&["effective_date", "effective_on", "施行日期", "生效日期"]),
        expires_on: date(&["expiry_date", "expires_on", "失效日期"]),
        version_date: date(&["version_date"]),
        category: text(&["category", "分类"]),
        keywords: list(&["keywords", "关键词"]).unwrap_or_default(),
        audience: text(&["audience", "适用对象", "服务对象"]),
        service_kind: text(&["service_kind", "事项类型"]),
        replaces: text(&["replaces", "代替", "废止文件"]),
        url: text(&["url", "来源网址"]),
        licence: text(&["licence", "license"]),
    };
    let mut warnings = Vec::new();
    let status = text(&["status", "状态"]).unwrap_or_default();
    let ended = [
        "repealed",
        "abolished",
        "expired",
        "withdrawn",
        "废止",
        "失效",
    ];
    if ended.iter().any(|word| status.contains(word)) {
        let message = format!("文件标明已经失效（{status}）。确认不再使用的，请不要发布。");
        warnings.push(Warning::new("no_longer_in_force", message));
    }
    if status == "not_yet_in_force" && metadata.effective_on.is_none() {
        let message = "文件标明还没有生效，但没写哪天生效。请补上生效日期再发布。";
        warnings.push(Warning::new("effective_date_missing", message));
    }
    FrontMatter {
        metadata,
        questions: list(&["questions", "问题"]).unwrap_or_default(),
        warnings,
    }
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn items(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(items) => items.iter().filter_map(scalar).collect(),
        Value::String(text) => text
            .split([',', '，', '、', ';', '；'])
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// A document number of its own, not a remark such as （依据粤财社〔2026〕19号） or （政务问答）.
fn is_number(text: &str) -> bool {
    text.contains('号') && !text.starts_with(['（', '('])
}

/// 山东/济南市 as a path of places; a province or city named twice (上海/上海市) stands once.
fn scope(place: &str) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    for name in place.split(['/', '／', '>', '·']).map(str::trim) {
        if name.is_empty() || matches!(name, "全国" | "国家" | "中国") {
            continue;
        }
        let bare = name.trim_end_matches(['省', '市']);
        if path
            .last()
            .is_some_and(|last| last.trim_end_matches(['省', '市']) == bare)
        {
            continue;
        }
        path.push(name.to_owned());
    }
    path
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_title_with_a_colon_and_lists_are_read() {
        let text = "---\ntitle: 通知: 关于：居住证\nstatus: not_yet_in_force\n\
                    jurisdiction: 山东/济南市\neffective_date: 2027-01-01\nquestions:\n  - 怎么办？\n\
                    - 去哪办\n---\n正文";
        let (head, body) = read(text);
        assert_eq!(head.metadata.title, "通知: 关于：居住证");
        assert_eq!(head.metadata.scope, ["山东", "济南市"]);
        assert_eq!(head.metadata.effective_on, Some(date(2027, 1, 1)));
        assert_eq!(head.questions, ["怎么办？", "去哪办"]);
        assert_eq!(text[body..].trim(), "正文");
        assert!(head.warnings.is_empty());
    }

    #[test]
    fn places_named_twice_stand_once() {
        assert_eq!(scope("上海/上海市"), ["上海"]);
        assert_eq!(scope("广东/广东省"), ["广东"]);
        assert_eq!(scope("广东/广州市/天河区"), ["广东", "广州市", "天河区"]);
        assert!(scope("全国").is_empty());
    }

    #[test]
    fn a_rule_of_dashes_is_no_front_matter() {
        assert_eq!(read("---\n第一段。\n---\n第二段。").1, 0);
        assert_eq!(read("标题\n---\na: b\n---\n").1, 0);
    }
}
