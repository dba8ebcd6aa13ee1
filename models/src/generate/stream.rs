//! From the model's bytes to text that can be shown: whole characters, nothing past a stop text.

/// Collects bytes and hands out the text that is certain.
#[derive(Debug)]
pub(super) struct TextStream {
    stops: Vec<String>,
    /// Bytes of a character that is not complete yet.
    bytes: Vec<u8>,
    /// Text that may turn out to be the beginning of a stop text.
    held: String,
}

/// What came of a few more bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certain {
    /// Text to show; may be empty.
    pub(super) text: String,
    /// Whether a stop text came up: nothing follows.
    pub(super) stopped: bool,
}

impl TextStream {
    pub(super) fn new(stops: &[String]) -> Self {
        let stops = stops
            .iter()
            .filter(|stop| !stop.is_empty())
            .cloned()
            .collect();
        Self {
            stops,
            bytes: Vec::new(),
            held: String::new(),
        }
    }

    /// Takes the bytes of one token.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Certain {
        self.bytes.extend_from_slice(bytes);
        self.take_whole_characters();
        let stop = self
            .stops
            .iter()
            .filter_map(|stop| self.held.find(stop.as_str()))
            .min();
        if let Some(stop) = stop {
            self.held.truncate(stop);
            return Certain {
                text: std::mem::take(&mut self.held),
                stopped: true,
            };
        }
        let undecided = self.held.split_off(self.held.len() - self.possible_stop());
        Certain {
            text: std::mem::replace(&mut self.held, undecided),
            stopped: false,
        }
    }

    /// What was held back, once nothing more comes. A character that was never completed is lost.
    pub(super) fn finish(self) -> String {
        self.held
    }

    fn take_whole_characters(&mut self) {
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(text) => {
                    self.held.push_str(text);
                    self.bytes.clear();
                    return;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    self.held
                        .push_str(&String::from_utf8_lossy(&self.bytes[..valid]));
                    self.bytes.drain(..valid);
                    // Bytes that cannot begin a character are dropped; unfinished ones wait.
                    let Some(invalid) = error.error_len() else {
                        return;
                    };
                    self.bytes.drain(..invalid);
                }
            }
        }
    }

    /// Length of the longest end of the held text that begins a stop text.
    fn possible_stop(&self) -> usize {
        let ends = self
            .held
            .char_indices()
            .map(|(start, _)| &self.held[start..]);
        let possible = |end: &&str| self.stops.iter().any(|stop| stop.starts_with(end));
        ends.into_iter().find(possible).map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stops: &[&str], pieces: &[&[u8]]) -> (Vec<String>, bool) {
        let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let mut stream = TextStream::new(&stops);
        let mut shown = Vec::new();
        for piece in pieces {
            let certain = stream.push(piece);
            shown.push(certain.text);
            if certain.stopped {
                return (shown, true);
            }
        }
        shown.push(stream.finish());
        (shown, false)
    }

    #[test]
    fn a_character_is_shown_when_it_is_whole() {
        let bytes = "居住证".as_bytes();
        let (pieces, _) = shown(&[], &[&bytes[..2], &bytes[2..4], &bytes[4..]]);
        assert_eq!(pieces, ["", "居", "住证", ""]);
    }

    #[test]
    fn bytes_that_are_no_text_are_dropped() {
        let (pieces, _) = shown(&[], &[b"a\xff\xffb", "证".as_bytes(), b"\xe5"]);
        assert_eq!(pieces.concat(), "ab证");
    }

    #[test]
    fn nothing_after_a_stop_text_is_shown_and_its_beginning_waits() {
        let (pieces, stopped) = shown(
            &["\n问题："],
            &["好。\n".as_bytes(), "问".as_bytes(), "题：还有".as_bytes()],
        );
        assert_eq!((pieces.concat().as_str(), stopped), ("好。", true));
        let (pieces, stopped) = shown(&["\n问题："], &["好。\n".as_bytes(), "问谁".as_bytes()]);
        assert_eq!(pieces[0], "好。");
        assert_eq!((pieces.concat().as_str(), stopped), ("好。\n问谁", false));
    }
}
