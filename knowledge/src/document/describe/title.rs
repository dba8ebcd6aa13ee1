//! The title of a document: where it is told, and where the text repeats it.

use std::sync::LazyLock;

use regex::Regex;

use super::dates::{first_date, pattern};
use crate::document::clean::furniture::same_words;
use crate::document::line::{Line, Mark};
use crate::document::structure::marker::marker;

/// Lines at the head of a document among which its title is looked for.
const HEAD: usize = 12;
/// Longest title in characters, and the most lines that it may take.
const LONGEST: usize = 120;
const MOST_LINES: usize = 4;

/// How titles of official documents end.
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(通知|通告|公告|公示|公报|办法|条例|规定|细则|意见|方案|指南|指引|须知|问答|解答|规则|规范|决定|解释|法|函|批复|计划|清单|流程|说明|手册|制度|守则|公约|标准|简介|简章|答复|名单|规程|章程|协议|声明|倡议书|？|！|\?|!)[）)》]?$",
    )
});
static NUMBERED_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[（(_\s-]*(?:(?:19|20)\d\d[-.年]?\d{1,2}[-.月]?\d{1,2}日?|nodate)[）)]?\s*$")
});
static SITE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s*[-_|–—]+\s*[^-_|–—]{0,30}(?:网|网站|政府|门户|平台|局|委|委员会|办事处|官网|中心)\s*$",
    )
});

/// The title as the document's first lines show it.
pub(crate) fn in_lines(lines: &[Line], outer: Option<&str>) -> Option<String> {
    let head = &lines[..lines.len().min(HEAD)];
    if let Some(marked) = lines.iter().find(|line| line.mark == Mark::Title) {
        return Some(clean(marked.as_str()));
    }
    // What the page's head or the file's properties repeat is the title.
    if let Some(outer) = outer
        && let Some(line) = head.iter().find(|line| {
            let text = line.as_str();
            text.chars().count() >= 4 && outer.contains(text)
        })
    {
        return Some(clean(line.as_str()));
    }
    let start = head.iter().position(|line| could_be_title(line.as_str()))?;
    // Before the title stand only a number, a date or the name of who issued it.
    if head[..start]
        .iter()
        .any(|line| line.as_str().chars().count() > 40)
    {
        return None;
    }
    if let Mark::Heading(_) = head[start].mark {
        return Some(clean(head[start].as_str()));
    }
    let mut title = head[start].as_str().to_owned();
    for line in head[start + 1..].iter().take(MOST_LINES - 1) {
        let text = line.as_str();
        let goes_on = !ENDING.is_match(&title)
            && line.is_plain()
            && !line.after_blank
            && could_be_title(text)
            && title.chars().count() + text.chars().count() <= LONGEST
            && (ENDING.is_match(text) || line.indent >= 8);
        if !goes_on {
            break;
        }
        title.push_str(text);
    }
    Some(clean(&title))
}

/// The title that a page's head or a file's properties tell, without the name of the site.
pub(crate) fn from_outer(outer: &str) -> Option<String> {
    let bare = SITE.replace(outer.trim(), "");
    let program = [
        "Microsoft Word",
        "PowerPoint",
        "无标题",
        "Untitled",
        "untitled",
        "文档",
        "幻灯片",
        "WPS",
    ];
    let known = !program.iter().any(|name| bare.starts_with(name));
    (known && bare.chars().filter(|c| c.is_alphanumeric()).count() >= 4).then(|| clean(&bare))
}

/// The title that a file's name tells.
pub(crate) fn from_file_name(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let bare = NUMBERED_DAY.replace(stem, "");
    let title = clean(if bare.is_empty() { stem } else { &bare });
    if title.is_empty() {
        "未命名文件".to_owned()
    } else {
        title
    }
}

/// Takes out every line that only repeats the title, and before the first sentence the lines of
/// which a title is made up.
pub(crate) fn remove_repetitions(lines: &mut Vec<Line>, title: &str) {
    if title.is_empty() {
        return;
    }
    let first_sentence = lines
        .iter()
        .position(|line| line.as_str().ends_with('。') || marker(line.as_str()).is_some())
        .unwrap_or(lines.len());
    let mut keep: Vec<bool> = lines
        .iter()
        .map(|line| line.mark == Mark::Title || !repeats(line.as_str(), title))
        .collect();
    for start in 0..first_sentence.min(HEAD * 2) {
        for count in 2..=MOST_LINES {
            let Some(parts) = lines.get(start..start + count) else {
                break;
            };
            let whole: String = parts.iter().map(Line::as_str).collect();
            if parts.iter().all(Line::is_plain) && same_words(&whole, title) {
                keep[start..start + count].fill(false);
            }
        }
    }
    // A document that says nothing but its title keeps it.
    if !keep.contains(&true) {
        return;
    }
    let mut keep = keep.into_iter();
    lines.retain(|_| keep.next().unwrap_or(true));
}

/// Whether a line is the title, with or without the name of the site behind it.
fn repeats(line: &str, title: &str) -> bool {
    line.len() < title.len() * 2 + 120
        && (same_words(line, title) || same_words(&SITE.replace(line, ""), title))
}

fn could_be_title(text: &str) -> bool {
    let length = text.chars().count();
    let letters = text
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    (3..=LONGEST).contains(&length)
        && letters * 2 > length
        && !text.ends_with(['。', '；', '，', '、', '：', ';', ',', ':'])
        && !text.ends_with("文件")
        && !(text.ends_with('号') && length < 24)
        && !(text.ends_with('令') && length < 16)
        && !(first_date(text).is_some() && (length < 20 || text.ends_with("通过")))
        && !text.starts_with(['（', '(', '|', '['])
        && marker(text).is_none_or(|found| found.end == 0)
        && !text.contains(['；', '。'])
}

/// A title without 《》 around it and without line ends in it.
fn clean(title: &str) -> String {
    let joined = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = joined
        .strip_prefix('《')
        .and_then(|rest| rest.strip_suffix('》'));
    inner
        .filter(|inner| !inner.contains('《'))
        .unwrap_or(&joined)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use dialects::Mapped;

    use super::*;
    use crate::document::line::Place;

    fn title(text: &str) -> Option<String> {
        let lines: Vec<Line> = text
            .lines()
            .map(|line| Line::new(Mapped::unchanged(line.trim()), Mark::Plain, Place::Text))
            .collect();
        in_lines(&lines, None)
    }

    #[test]
    fn the_title_is_found_below_numbers_and_in_several_lines() {
        assert_eq!(
            title(
                "某某市人民政府文件\n某政〔2024〕5号\n关于印发居家养老\n服务管理办法的通知\n各街道：\n现印发。"
            ),
            Some("关于印发居家养老服务管理办法的通知".to_owned())
        );
        assert_eq!(
            title("《居住证暂行条例》\n第一条 为了"),
            Some("居住证暂行条例".to_owned())
        );
        assert_eq!(title("持居住证的居民可以在这里办理。\n第二段。"), None);
        assert_eq!(title("一、办理对象\n本市居民。"), None);
    }

    #[test]
    fn names_outside_of_the_text_are_cut_to_the_title() {
        assert_eq!(from_file_name("护照法(2006-04-29).md"), "护照法");
        assert_eq!(from_file_name("C:\\文件\\办理须知.docx"), "办理须知");
        assert_eq!(
            from_outer("居住证办理指南_某某区人民政府").as_deref(),
            Some("居住证办理指南")
        );
        assert_eq!(from_outer("Microsoft Word - 1.doc"), None);
    }
}
