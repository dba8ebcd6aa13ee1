//! Lines that belong to a web page and not to the document on it: navigation, buttons, shares.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::RegexSet;

use crate::document::describe::dates;
use crate::document::line::Line;

/// Lines longer than this, in characters, are text whatever they begin with.
const LONGEST: usize = 120;

/// Patterns of lines that never are text, wherever they stand.
static ANYWHERE: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"^(您|你)?(当前|现在|所在|当前所在|现在所在|的|当前的|现在的|所在的)的?位置(是|为)?\s*[:：]",
        r"^(您|你)(当前|现在)?所在的?位置",
        r"^(首页|主页|网站首页)\s*([>＞»›/|]|→|-{1,2}>)",
        r"^[\[【(（]?(字号|字体)(大小)?\s*[:：]?\s*[\[【(（]?\s*(大|小|中|默认|较大|超大|增大|缩小|特大|[TtAa][+-]?|[+-]|\s|[|｜/、\[【(（\]】)）])*$",
        r"^[\[【(（]?(大|小|中|\s|[|｜/、])+[\]】)）]?$",
        r"^([\[【(（「]?\s*(打印(本页|此页|文章|页面)?|关闭(窗口|本页|页面|此页)?|收藏(本页)?|返回(顶部|首页|上页|上一页|列表)?|繁体(中文|版)?|简体(中文|版)?|繁體(中文|版)?|簡體(中文|版)?|English|EN|下载(文本|打印)?|复制链接|分享|微信|微博|QQ|无障碍(浏览|阅读)?|长者(模式|助手|版)|关怀版|适老化|智能问答|听全文|语音(播报|朗读)|纯净版|阅读模式|TOP|网站地图|网站声明|联系我们|关于我们|使用帮助|隐私声明|回到顶部|扫一扫)\s*[\]】)）」]?[\s|｜·/-]*)+$",
        r"^(分享|转发)(到|至)?(微信|微博|朋友圈|QQ|\s|[:：、,，])*$",
        r"^(登录|注册)\s*[|｜/]\s*(登录|注册)$",
        r"^((微信(好友|朋友圈)?|朋友圈|新浪微博|腾讯微博|QQ空间|QQ好友|人人网|豆瓣|复制链接|钉钉)\s*)+$",
        r"^[\[【]?(上|下)一(篇|条|页|则)[\]】]?\s*([:：>＞]|$|没有|无)",
        r"^(责任编辑|责编|编辑)\s*[:：]\s*\S{0,12}$",
        r"^(浏览|阅读|点击|访问)(次数|量|数)?\s*[:：]?\s*[\d,-]*\s*次?$",
        r"(ICP备|公网安备|网安备)\s*\d+",
        r"^(网站标识码|政府网站标识码|网站支持IPv6|本网站已支持IPv6)",
        r"^(版权所有|Copyright|©|\(c\)\s*20)",
        r"^主办(单位)?\s*[:：].{0,60}(承办|维护|技术支持)",
        r"^(技术支持|网站维护|运行维护|建设维护)(单位)?\s*[:：].{0,60}$",
        r"^[\[【](音频|视频|图片|图文|文字|图表|动漫|一图|漫画|H5)?\s*(解读|一图读懂|读懂|图解|视频解读)[\]】]",
        r"^[\[【]?一图读懂[\]】]?",
        r"^(点击|点此|请点击)(这里|此处)?(可)?(查看|返回|进入|下载|阅读)\S{0,60}(解读|首页|原文|全文|详情|更多)\S{0,60}$",
        r"^《[^》]+》(的)?(政策)?解读\s*((19|20)\d\d-\d\d-\d\d\s*\|?|\|)$",
        r"^(相关(链接|阅读|文章|新闻|稿件|解读)|延伸阅读|热点推荐|猜你喜欢|推荐阅读|政策解读|文件下载|附件下载)\s*[:：]?$",
        r"^(用手机)?(扫一扫|扫码|扫描二维码).{0,12}(手机(上)?(打开|浏览|查看)|分享|当前页)",
        r"^(本文|此文)?(来源|转载)请注明",
        r"^<!--.*-->$",
        r"^\[pic\]$",
        r"^您的浏览器(不支持|版本)",
        r"^(页面)?(正在)?加载中",
    ])
});

/// Patterns of the lines that say where and when a page was published.
static NOTES: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"^(发表|发布|更新|公布|创建|生成|成文|发文|录入|上传)?(时间|日期)\s*[:：]\s*\d{4}",
        r"^(信息|文章|稿件|新闻|内容|文件|资料)?(来源|出处)\s*[:：]",
        r"^(作者|发布(者|人|机构|单位)|索引号|信息索引|主题分类|文件编号|统一编号|体裁分类|公开(方式|范围|类别|属性)|有效性|是否有效)\s*[:：].{0,60}$",
        r"^\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?\s*(\d{1,2}:\d{2}(:\d{2})?)?\s*((来源|作者|浏览|阅读)\S*[:：].*)?$",
    ])
});

/// What the lines around the document said before they were taken out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PageNotes {
    /// Day on which the page was published.
    pub(crate) published_on: Option<Date>,
    /// Where the page took the text from.
    pub(crate) source: Option<String>,
    /// Number of lines that were taken out.
    pub(crate) removed: usize,
}

/// Takes out what belongs to the page. `title` is the document's title where it is known already;
/// what follows its last repetition at the end is a preview for sharing.
pub(crate) fn remove(lines: &mut Vec<Line>, title: &str) -> PageNotes {
    let before = lines.len();
    let mut notes = PageNotes::default();
    drop_preview(lines, title);
    let head = head_length(lines, title);
    let mut index = 0;
    lines.retain(|line| {
        let in_head = index < head;
        index += 1;
        !line.is_plain() || !is_furniture(line.as_str(), in_head, &mut notes)
    });
    notes.removed = before - lines.len();
    notes
}

fn is_furniture(text: &str, in_head: bool, notes: &mut PageNotes) -> bool {
    if text.chars().count() > LONGEST {
        return false;
    }
    if ANYWHERE.is_match(text) {
        return true;
    }
    if !in_head {
        return false;
    }
    let matched = NOTES.matches(text);
    if matched.matched(1)
        && let Some((_, source)) = text.split_once([':', '：'])
    {
        notes.source.get_or_insert_with(|| source.trim().to_owned());
    }
    if matched.matched(0) || matched.matched(3) {
        notes.published_on = notes.published_on.or_else(|| dates::first_date(text));
    }
    matched.matched_any()
}

/// Number of lines before the text proper begins: up to the first line that is a sentence.
fn head_length(lines: &[Line], title: &str) -> usize {
    lines
        .iter()
        .position(|line| {
            let text = line.as_str();
            text.ends_with(['。', '；', '！'])
                && text.chars().count() > 20
                && !same_words(text, title)
        })
        .unwrap_or(lines.len())
        .min(25)
}

/// Cuts what pages keep at their end for sharing: the title again, the date, and the first words
/// of the text with three dots.
fn drop_preview(lines: &mut Vec<Line>, title: &str) {
    if title.is_empty() {
        return;
    }
    let near_end = lines.len().saturating_sub(10).max(lines.len() / 2);
    let repeats = |line: &Line| same_words(line.as_str(), title);
    let Some(first) = lines.iter().position(repeats) else {
        return;
    };
    let Some(at) = (near_end.max(first + 1)..lines.len()).find(|&at| repeats(&lines[at])) else {
        return;
    };
    let rest = &lines[at + 1..];
    let cut_short = rest
        .last()
        .is_none_or(|line| line.as_str().ends_with(['…', '.']));
    let short = rest
        .iter()
        .all(|line| line.as_str().chars().count() <= LONGEST);
    if cut_short && short {
        lines.truncate(at);
    }
}

/// Whether two texts are the same but for white space and punctuation.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|character| character.is_alphanumeric())
            .collect()
    };
    let one = words(one);
    !one.is_empty() && one == words(other)
}

fn set(patterns: &[&str]) -> RegexSet {
    RegexSet::new(patterns).expect("the patterns are constants of the program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_page_is_told_from_text() {
        for line in [
            "您当前所在的位置：首页 > 政务服务 > 居住证办理",
            "当前位置：首页>办事指南",
            "首页 > 政民互动 > 常见问题",
            "【字号：大 中 小】",
            "字号：[大] [中] [小]",
            "大 中 小",
            "【打印】【关闭】",
            "打印 关闭",
            "分享到：",
            "微信好友",
            "上一篇：关于供水的通知",
            "下一篇 没有了",
            "粤ICP备12345678号",
            "繁体",
            "听全文",
            "【音频解读】《广州市老年人优待办法》 2021-02-09",
            "《关于印发通知》政策解读 2019-06-18 |",
            "点击可返回广州市社会保障卡首页",
            "版权所有：某某街道办事处",
            "浏览次数：1024",
        ] {
            assert!(
                is_furniture(line, false, &mut PageNotes::default()),
                "{line}"
            );
        }
        for line in [
            "打印：到窗口打印居住证明。",
            "大中小学生凭学生证办理。",
            "位置：幸福路12号",
            "关闭燃气总阀门。",
            "登录后即可办理",
            "《居住证暂行条例》第二条：在居住地住满半年。",
            "分享到的经验有三条。",
            "上一年度平均工资的百分之六十。",
        ] {
            assert!(
                !is_furniture(line, false, &mut PageNotes::default()),
                "{line}"
            );
        }
    }

    #[test]
    fn notes_of_the_page_are_kept_as_facts() {
        let mut notes = PageNotes::default();
        assert!(is_furniture(
            "发表时间：2025-08-11 18:04:59",
            true,
            &mut notes
        ));
        assert!(is_furniture("信息来源：区住建园林局", true, &mut notes));
        assert_eq!(notes.published_on, Some(jiff::civil::date(2025, 8, 11)));
        assert_eq!(notes.source.as_deref(), Some("区住建园林局"));
        assert!(!is_furniture("来源：区住建园林局", false, &mut notes));
    }
}
