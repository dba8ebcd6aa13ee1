use std::collections::HashMap;

/// The bytes of each token that is text, from `vocabulary.json`.
///
/// In it a byte that cannot be seen is written as a letter that can; see `bytes_to_unicode` of
/// GPT-2. Text ends where the first special token stands.
pub(super) fn read(json: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let words: Vec<String> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let bytes = letters();
    words
        .iter()
        .take_while(|word| *word != "<|endoftext|>")
        .map(|word| {
            word.chars()
                .map(|letter| bytes.get(&letter).copied())
                .collect::<Option<Vec<u8>>>()
                .ok_or_else(|| format!("认不出词元 {word:?}"))
        })
        .collect()
}

/// The byte that each letter stands for.
fn letters() -> HashMap<char, u8> {
    let mut unseen = 256;
    (0..=u8::MAX)
        .filter_map(|byte| {
            let seen = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
            let letter = if seen {
                u32::from(byte)
            } else {
                unseen += 1;
                unseen - 1
            };
            Some((char::from_u32(letter)?, byte))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_the_bytes_they_stand_for() {
        let words =
            read(r#"["!", "Ġa", "ä¸Ń", "", "<|endoftext|>", "<|zh|>"]"#.as_bytes()).unwrap();
        assert_eq!(
            words,
            [b"!".to_vec(), b" a".to_vec(), "中".into(), Vec::new()]
        );
        assert!(read(r#"["中"]"#.as_bytes()).is_err());
    }
}
