//! Cutting text into sentences, also while it is still being written.

/// Marks that end a sentence.
const ENDS: &[char] = &['。', '！', '？', '!', '?', '；', ';'];

/// What may follow an end mark and still belongs to the sentence.
const CLOSING: &[char] = &['”', '’', '」', '』', '）', ')', '》', '"'];

/// After this many characters a bracket that was never closed is taken to be a slip.
const LONGEST_BRACKET: usize = 120;

/// Cuts a stream into sentences; each comes out as soon as it is certain that it is complete.
#[derive(Debug, Default)]
pub(crate) struct SentenceSplitter {
    pending: String,
}

impl SentenceSplitter {
    /// Takes the next piece of the stream and returns the sentences that it completed, trimmed.
    pub(crate) fn push(&mut self, piece: &str) -> Vec<String> {
        self.pending.push_str(piece);
        let mut complete = Vec::new();
        while let Some(end) = sentence_end(&self.pending) {
            let rest = self.pending.split_off(end);
            let sentence = std::mem::replace(&mut self.pending, rest);
            complete.extend(spoken(&sentence));
        }
        complete
    }

    /// What is left once the stream has ended.
    pub(crate) fn finish(self) -> Option<String> {
        spoken(&self.pending)
    }
}

/// All sentences of a text, with their end marks, trimmed.
pub(crate) fn sentences(text: &str) -> Vec<String> {
    let mut splitter = SentenceSplitter::default();
    let mut all = splitter.push(text);
    all.extend(splitter.finish());
    all
}

/// The sentence without the marker of the list item that it is: `1.`, `（二）`, `③`, `-`.
pub(super) fn without_list_marker(sentence: &str) -> &str {
    let sentence = sentence
        .trim_start()
        .trim_start_matches(['-', '*', '•', '·', '#'])
        .trim_start();
    let unbracketed = sentence.trim_start_matches(['（', '(']);
    let number = unbracketed.trim_start_matches(|letter: char| {
        letter.is_ascii_digit()
            || ('①'..='⑳').contains(&letter)
            || "一二三四五六七八九十".contains(letter)
    });
    let digits = unbracketed.len() - number.len();
    if digits == 0 {
        return sentence;
    }
    if unbracketed.len() < sentence.len() {
        return number
            .strip_prefix(['）', ')'])
            .map_or(sentence, str::trim_start);
    }
    if sentence.starts_with(|letter| ('①'..='⑳').contains(&letter)) {
        return number.trim_start();
    }
    match number.strip_prefix(['.', '、', '．', ')', '）']) {
        // 1.5倍 begins with a number, not with a marker.
        Some(rest) if !rest.starts_with(|letter: char| letter.is_ascii_digit()) => {
            rest.trim_start()
        }
        _ => sentence,
    }
}

fn spoken(sentence: &str) -> Option<String> {
    let sentence = sentence.trim();
    sentence
        .chars()
        .any(char::is_alphanumeric)
        .then(|| sentence.to_owned())
}

/// Byte index where the first sentence ends, where that is certain: something else follows it.
fn sentence_end(text: &str) -> Option<usize> {
    let mut open_brackets = 0usize;
    let mut letters = text.char_indices().enumerate();
    while let Some((count, (index, letter))) = letters.next() {
        match letter {
            '\n' => return Some(index + 1),
            '（' | '(' | '“' | '「' => open_brackets += 1,
            '）' | ')' | '”' | '」' => open_brackets = open_brackets.saturating_sub(1),
            _ if ENDS.contains(&letter) && (open_brackets == 0 || count > LONGEST_BRACKET) => {
                return after_closing(text, index + letter.len_utf8());
            }
            '。' if open_brackets == 1 => {
                // A full stop before the closing quote ends the sentence that is quoted last.
                let after = &text[index + letter.len_utf8()..];
                let quote = after.chars().next()?;
                if matches!(quote, '”' | '」') {
                    letters.next();
                    return after_closing(text, index + letter.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

/// Byte index after closing marks and citations at `index`, or `None` where more may come.
fn after_closing(text: &str, mut index: usize) -> Option<usize> {
    loop {
        let rest = &text[index..];
        let next = rest.chars().next()?;
        if CLOSING.contains(&next) || ENDS.contains(&next) {
            index += next.len_utf8();
        } else if matches!(next, '[' | '［' | '【') {
            let end = rest.find([']', '］', '】'])?;
            let closing = rest[end..].chars().next()?;
            let marked = &rest[..end + closing.len_utf8()];
            // A citation belongs to the sentence before it, any other bracket to the next one.
            let (left, named) = super::citations(marked);
            if named.is_empty() || !left.trim().is_empty() {
                return Some(index);
            }
            index += marked.len();
        } else if next == ' ' && rest.len() > 1 && rest[1..].starts_with(['[', '［', '【']) {
            index += 1;
        } else if next == ' ' && rest.len() == 1 {
            return None;
        } else {
            return Some(index);
        }
    }
}
