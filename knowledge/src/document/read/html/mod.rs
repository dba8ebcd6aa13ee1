//! Web pages: the text of the document on the page, each line with its bytes in the file.

mod elements;
mod page;
mod table;
mod tokens;

use std::sync::LazyLock;

use dialects::Mapped;
use encoding_rs::Encoding;
use regex::Regex;

use crate::document::ImportError;
use crate::document::clean::spacing::is_han;
use crate::document::describe::dates::pattern;
use crate::document::line::Reading;
use crate::document::read::{decode, entities};

use page::Page;
use tokens::{Token, tokens};

/// The encoding that a page names for itself.
static CHARSET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)"#));

/// Reads a web page.
pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ImportError> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]);
    let declared = CHARSET
        .captures(&head)
        .and_then(|found| Encoding::for_label(found[1].as_bytes()));
    let decoded = decode::decode(bytes, declared)?;
    let mut page = Page::new(&decoded.text);
    for token in tokens(decoded.text.text()) {
        match token {
            Token::Text(range) => page.text(range),
            Token::Open { name, attributes } => page.open(name, &decoded.text.text()[attributes]),
            Token::Close(name) => page.close(&name),
        }
    }
    let mut reading = page.finish();
    reading.warnings.extend(decode::warning(decoded.broken));
    Ok(reading)
}

/// Resolves character references.
pub(crate) fn resolve(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(found) = text[search..].find('&') {
        let start = search + found;
        search = start + 1;
        let Some(length) = text[start..].bytes().take(12).position(|byte| byte == b';') else {
            continue;
        };
        let end = start + length + 1;
        let Some(character) = text.get(start..end).and_then(entities::decode) else {
            continue;
        };
        result.push(&text[from..start], from..start);
        let mut buffer = [0; 4];
        result.push(character.encode_utf8(&mut buffer), start..end);
        from = end;
        search = end;
    }
    result.push(&text[from..], from..text.len());
    result
}

/// A line end in a page's source is a space, and nothing at all between two Han characters.
pub(crate) fn close_line_ends(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut at = 0;
    let mut before = None;
    while let Some(character) = text[at..].chars().next() {
        let length = if character.is_whitespace() {
            let run = &text[at..];
            run.len() - run.trim_start().len()
        } else {
            character.len_utf8()
        };
        let range = at..at + length;
        at = range.end;
        if !character.is_whitespace() {
            result.push(&text[range.clone()], range);
            before = Some(character);
            continue;
        }
        let after = text[at..].chars().next();
        let broken = text[range.clone()].contains(['\n', '\r']);
        let between_han = before.is_some_and(is_han) && after.is_some_and(is_han);
        if !(broken && between_han) {
            result.push(" ", range);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html><head><meta charset="utf-8"><title>居住证办理指南_某区人民政府</title>
<meta name="PubDate" content="2024-03-05 10:00"><style>p{}</style></head><body>
<div class="nav"><a href="/">首页</a> <a href="/a">政务公开</a></div>
<div class="TRS_Editor"><h1>居住证办理指南</h1>
<p>在居住地住满半年，<b>有合法稳定</b>
住所的，可以&nbsp;申请。</p>
<table><tr><th>材料</th><th>份数</th></tr><tr><td rowspan="2">身份证</td><td>原件1份</td></tr><tr><td>复印件1份</td></tr></table>
<p>第二段</p><script>var a = "<p>不要</p>";</script>
</div><div class="footer">版权所有 某区人民政府</div></body></html>"#;

    #[test]
    fn the_document_is_read_and_the_page_is_not() {
        let reading = read(PAGE.as_bytes()).expect("it is a page");
        let lines: Vec<String> = reading
            .lines
            .iter()
            .map(|line| line.as_str().trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(
            lines,
            [
                "居住证办理指南",
                "在居住地住满半年，有合法稳定住所的，可以 申请。",
                "材料：身份证；份数：原件1份",
                "材料：身份证；份数：复印件1份",
                "第二段",
            ]
        );
        assert_eq!(
            reading.outer_title.as_deref(),
            Some("居住证办理指南_某区人民政府")
        );
        assert_eq!(reading.published_on, Some(jiff::civil::date(2024, 3, 5)));
        let line = reading
            .lines
            .iter()
            .find(|line| line.as_str().contains("合法稳定"))
            .expect("it is there");
        let at = line.as_str().find("合法稳定").expect("it is there");
        assert_eq!(&PAGE[line.text.original(at..at + 12)], "合法稳定");
    }
}
