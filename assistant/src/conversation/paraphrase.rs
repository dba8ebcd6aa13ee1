//! Other ways of asking a question, as the model puts them; a person accepts each.

use anyhow::Result;
use models::{GenerationRequest, Message};

use super::assistant::Assistant;

/// What the writer is asked.
const WANTED: &str = "把下面的问题换成六种社区居民口头会用的问法，意思不能变，每行一种，不要编号，不要解释。";
/// Longest output, in tokens.
const TOKENS: usize = 160;
/// Longest way of asking, in characters.
const LONGEST: usize = 40;

impl Assistant {
    /// Ways of asking the same; none where there is no writer.
    pub(crate) async fn paraphrases(&self, question: &str) -> Result<Vec<String>> {
        let Some(generator) = self.generator.get() else { return Ok(Vec::new()) };
        let generation = generator.generate(GenerationRequest {
            messages: vec![Message::system(WANTED), Message::user(question)],
            max_tokens: TOKENS,
            ..GenerationRequest::new(Vec::new())
        })?;
        let (text, _) = generation.text().await?;
        Ok(lines(&text, question))
    }
}

/// The lines without numbers and marks before them, each once.
fn lines(text: &str, question: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches(|character: char| {
            character.is_ascii_digit() || character.is_whitespace() || "、.．-*•）)".contains(character)
        });
        let line = line.trim().to_owned();
        if !line.is_empty() && line.chars().count() <= LONGEST && line != question && !found.contains(&line) {
            found.push(line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whatever_marks_it_has() {
        let text = "1. 居住证咋办\n2、办居住证要啥\n- 居住证怎么办？\n\n办居住证要啥";
        assert_eq!(lines(text, "居住证怎么办？"), ["居住证咋办", "办居住证要啥"]);
    }
}
