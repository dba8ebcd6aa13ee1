//! What was heard a moment ago, until a turn names it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use dialects::Heard;

use crate::store::new_id;

/// Utterances that are remembered; the oldest goes first.
const REMEMBERED: usize = 512;

/// What was heard in all conversations of this process.
#[derive(Debug, Default)]
pub struct Utterances {
    heard: Mutex<VecDeque<Utterance>>,
}

#[derive(Debug)]
struct Utterance {
    id: String,
    conversation_id: String,
    heard: Heard,
}

impl Utterances {
    /// Remembers what was heard in a conversation and gives it a name.
    pub(crate) fn remember(&self, conversation_id: &str, heard: Heard) -> String {
        let id = new_id();
        let mut known = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.pop_front();
        }
        known.push_back(Utterance { id: id.clone(), conversation_id: conversation_id.to_owned(), heard });
        id
    }

    /// How `text` was spoken: with the recogniser's doubts where it is what was heard under this name,
    /// without them where the speaker has changed it since.
    pub(crate) fn spoken(&self, conversation_id: &str, id: &str, text: &str) -> Heard {
        let known = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .find(|one| one.id == id && one.conversation_id == conversation_id && one.heard.text == text)
            .map_or_else(|| Heard::spoken(text), |one| one.heard.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_belong_to_the_words_and_the_conversation_they_were_heard_in() {
        let utterances = Utterances::default();
        let heard = Heard { alternatives: vec!["居住证".to_owned()], ..Heard::spoken("居住正") };
        let id = utterances.remember("one", heard.clone());
        assert_eq!(utterances.spoken("one", &id, "居住正"), heard);
        assert_eq!(utterances.spoken("one", &id, "居住证"), Heard::spoken("居住证"));
        assert_eq!(utterances.spoken("another", &id, "居住正"), Heard::spoken("居住正"));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let utterances = Utterances::default();
        let heard = Heard { alternatives: vec!["一".to_owned()], ..Heard::spoken("七") };
        let first = utterances.remember("one", heard.clone());
        for _ in 0..REMEMBERED {
            utterances.remember("one", heard.clone());
        }
        assert_eq!(utterances.spoken("one", &first, "七"), Heard::spoken("七"));
    }
}
