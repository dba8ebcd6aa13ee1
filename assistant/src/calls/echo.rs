//! Our own voice, come back over the resident's loudspeaker.

use std::collections::HashSet;

use dialects::pinyin;

/// Utterances that are shorter may share their syllables with anything.
const SHORTEST: usize = 5;
/// Share of an utterance's pairs of syllables that we said ourselves, from which on it is an echo.
const SHARE: f32 = 0.7;

/// Whether what was heard is what we said ourselves, compared by sound.
pub(super) fn is_echo(heard: &str, said: &str) -> bool {
    let heard = syllables(heard);
    if heard.len() < SHORTEST {
        return false;
    }
    let said = syllables(said);
    let ours: HashSet<&[String]> = said.windows(2).collect();
    let shared = heard.windows(2).filter(|pair| ours.contains(pair)).count();
    shared as f32 >= SHARE * (heard.len() - 1) as f32
}

fn syllables(text: &str) -> Vec<String> {
    text.chars().filter_map(|character| pinyin::readings(character).into_iter().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::is_echo;

    #[test]
    fn our_own_words_come_back_and_the_residents_do_not() {
        let said = "首次申领居住证不收工本费，您带上身份证和租房合同就行。";
        assert!(is_echo("首次申领居住证不收工本费", said));
        assert!(is_echo("您代上身份证和租房合同", said));
        assert!(!is_echo("那租房合同要原件吗", said));
        assert!(!is_echo("身份证", said));
        assert!(!is_echo("高龄津贴怎么申请", said));
    }
}
