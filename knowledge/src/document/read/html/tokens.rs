//! The tags and texts of an HTML page, with their places; every input is some page.

use std::ops::Range;

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text between tags, character references not yet resolved.
    Text(Range<usize>),
    /// An opening tag.
    Open {
        /// Its name in lower case.
        name: String,
        /// Where its attributes stand.
        attributes: Range<usize>,
    },
    /// A closing tag, its name in lower case.
    Close(String),
}

/// Elements whose content is no markup.
const RAW: [&str; 6] = ["script", "style", "textarea", "title", "xmp", "noembed"];

/// Reads a page piece by piece. Comments, declarations and processing instructions are left out.
pub(crate) fn tokens(page: &str) -> impl Iterator<Item = Token> + '_ {
    let mut at = 0;
    let mut raw: Option<String> = None;
    std::iter::from_fn(move || {
        loop {
            if at >= page.len() {
                return None;
            }
            if let Some(name) = raw.take() {
                let end = find_close(page, at, &name);
                let text = at..end;
                at = end;
                if !text.is_empty() {
                    return Some(Token::Text(text));
                }
                continue;
            }
            let rest = &page[at..];
            if !begins_tag(rest) {
                let skip = rest.chars().next().map_or(1, char::len_utf8);
                let end = next_tag(page, at + skip);
                let text = at..end;
                at = end;
                return Some(Token::Text(text));
            }
            if let Some(comment) = rest.strip_prefix("<!--") {
                at = comment
                    .find("-->")
                    .map_or(page.len(), |end| at + 4 + end + 3);
                continue;
            }
            if rest.starts_with("<!") || rest.starts_with("<?") {
                at = rest.find('>').map_or(page.len(), |end| at + end + 1);
                continue;
            }
            let end = tag_end(page, at);
            let inner = at + 1..end;
            at = (end + 1).min(page.len());
            let token = tag(page, inner);
            if let Token::Open { name, .. } = &token
                && RAW.contains(&name.as_str())
            {
                raw = Some(name.clone());
            }
            return Some(token);
        }
    })
}

/// The value of an attribute, character references not resolved.
pub(crate) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let length = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        let key = &rest[..length];
        rest = rest[length..].trim_start();
        let value = if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, left) = if let Some(quote) = quote {
                after[1..].split_once(quote).unwrap_or((&after[1..], ""))
            } else {
                after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()))
            };
            rest = left;
            value
        } else {
            if length == 0 {
                return None;
            }
            ""
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
}

fn begins_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'<')
        && bytes
            .next()
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

fn next_tag(page: &str, from: usize) -> usize {
    page[from..]
        .match_indices('<')
        .map(|(at, _)| from + at)
        .find(|&at| begins_tag(&page[at..]))
        .unwrap_or(page.len())
}

/// Where a tag ends; a > in quotation marks does not end it.
fn tag_end(page: &str, start: usize) -> usize {
    let mut quote = None;
    let mut before = b'<';
    for (at, byte) in page.as_bytes().iter().enumerate().skip(start) {
        match (quote, *byte) {
            (None, b'>') => return at,
            // A new tag begins: the last one was never closed.
            (None, b'<') if at > start => return at.saturating_sub(1).max(start + 1),
            (None, mark @ (b'"' | b'\'')) if before == b'=' => quote = Some(mark),
            (Some(mark), byte) if mark == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
        // A quotation mark that is never closed must not swallow the page.
        if at > start + 20_000 {
            break;
        }
    }
    page[start..]
        .find('>')
        .map_or(page.len(), |end| start + end)
}

fn tag(page: &str, inner: Range<usize>) -> Token {
    let text = page.get(inner.clone()).unwrap_or_default();
    let closing = text.starts_with('/');
    let text_start = inner.start + usize::from(closing);
    let body = &text[usize::from(closing)..];
    let length = body
        .find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '"' | '='))
        .unwrap_or(body.len());
    let name = body[..length].to_ascii_lowercase();
    // Word writes <o:p> and the like.
    if closing {
        Token::Close(name)
    } else {
        Token::Open {
            name,
            attributes: text_start + length..inner.start + text.len(),
        }
    }
}

fn find_close(page: &str, from: usize, name: &str) -> usize {
    page[from..]
        .match_indices("</")
        .map(|(at, _)| from + at)
        .find(|&at| {
            page.get(at + 2..at + 2 + name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        })
        .unwrap_or(page.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn attributes_are_found_in_every_spelling() {
        let tag = r#" class="a b" id='x'  hidden style = display:none data-x="""#;
        assert_eq!(attribute(tag, "class"), Some("a b"));
        assert_eq!(attribute(tag, "ID"), Some("x"));
        assert_eq!(attribute(tag, "hidden"), Some(""));
        assert_eq!(attribute(tag, "style"), Some("display:none"));
        assert_eq!(attribute(tag, "title"), None);
    }

    proptest! {
        #[test]
        fn every_text_is_some_page(page in "[<>/!a-cp='\" \\-居]{0,60}") {
            let mut last = 0;
            for token in tokens(&page) {
                if let Token::Text(range) = token {
                    prop_assert!(range.start >= last && range.end <= page.len());
                    last = range.end;
                }
            }
        }
    }
}
