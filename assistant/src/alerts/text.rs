//! Text cut to size.

use std::borrow::Cow;

use super::notice::Notice;

/// What stands for the part that was cut.
const CUT: char = '…';

/// `text`, or as much of it as fits `limit` bytes together with a `…`; never half a character.
pub(super) fn within(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let Some(room) = limit.checked_sub(CUT.len_utf8()) else {
        return Cow::Borrowed("");
    };
    let kept = text[..text.floor_char_boundary(room)].trim_end();
    Cow::Owned(format!("{kept}{CUT}"))
}

/// `text` on one line: runs of white space and control characters become one space.
pub(super) fn one_line(text: &str) -> String {
    let blank = |character: char| character.is_whitespace() || character.is_control();
    text.split(blank)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words of a stranger's program, fit to stand in a message: one line, 200 bytes at most.
pub(super) fn foreign(text: &str) -> String {
    within(&one_line(text), 200).into_owned()
}

/// `text` with no control characters but line feeds.
pub(super) fn lines(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n").replace(
        |character: char| character.is_control() && character != '\n',
        " ",
    )
}

/// Title, body and address of a notice in at most `limit` bytes.
///
/// The body gives way first: the title gets up to a quarter, and the address, useless when cut, is
/// left out only if it alone needs more than half.
pub(super) fn message(notice: &Notice, limit: usize) -> String {
    let title = one_line(&notice.title);
    let title = within(&title, limit / 4);
    let url = notice
        .url
        .as_deref()
        .filter(|url| url.len() <= limit / 2)
        .unwrap_or_default();
    let separators = 4;
    let room = limit.saturating_sub(title.len() + url.len() + separators);
    let body = lines(&notice.body);
    let parts = [&*title, &*within(&body, room), url];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::notice;
    use super::*;

    proptest! {
        #[test]
        fn a_cut_text_fits_and_is_a_start_of_the_whole(text in "\\PC{0,80}", limit in 0_usize..200) {
            let cut = within(&text, limit);
            prop_assert!(cut.len() <= limit);
            if text.len() <= limit {
                prop_assert_eq!(&*cut, &text);
            } else if let Some(start) = cut.strip_suffix(CUT) {
                prop_assert!(text.starts_with(start));
                // Nothing that would have fitted was thrown away, but for white space at the end.
                let next = text[start.len()..].chars().find(|character| !character.is_whitespace());
                let spaces = text[start.len()..].len() - text[start.len()..].trim_start().len();
                let needed = start.len() + spaces + next.map_or(0, char::len_utf8) + CUT.len_utf8();
                prop_assert!(needed > limit);
            } else {
                prop_assert!(cut.is_empty() && limit < CUT.len_utf8());
            }
        }

        #[test]
        fn a_message_never_exceeds_its_limit(
            title in any::<String>(),
            body in "\\PC{0,400}",
            url in proptest::option::of("https://[a-z/]{0,300}"),
            limit in 40_usize..800,
        ) {
            let notice = Notice { title, body, url, ..notice() };
            prop_assert!(message(&notice, limit).len() <= limit);
        }
    }

    #[test]
    fn the_address_stays_whole_when_the_body_is_cut() {
        let url = "https://community.example/desk/1".to_owned();
        let notice = Notice {
            body: "水".repeat(2000),
            url: Some(url.clone()),
            ..notice()
        };
        let message = message(&notice, 2048);
        assert!(message.len() > 2040, "the room is used: {}", message.len());
        assert!(message.ends_with(&format!("…\n\n{url}")));
    }
}
