//! What the writer is asked: fixed instructions first, so that their reading is shared by all
//! requests, then the numbered passages, then the question.

use models::{GenerationRequest, Message};

use super::turn::Source;

/// The instructions; the same for every request.
pub(crate) const INSTRUCTIONS: &str = "你是社区服务助手，回答老年居民的问题。只用下面编号的资料，不用别的知识。\
每句话写完都标出处，如[1]。用短句和大白话，先说结论，最多四句。\
数字、日期、金额、条件要和资料一字不差，资料里没有的不说。";

/// What the writer says of itself when it finds no answer in the passages.
pub(crate) const NOTHING: &str = "资料里没有";

/// The two answers to whether the passages say it, the one that they do first.
const SAID_OR_NOT: [&str; 2] = ["有", "没有"];

/// The request to answer one question.
pub(crate) fn request(
    question: &str,
    passages: &[(&Source, &str)],
    max_tokens: usize,
) -> GenerationRequest {
    // The last line is what a small model heeds most: without it, citations are left out.
    GenerationRequest {
        max_tokens,
        ..GenerationRequest::new(messages(question, passages, "回答（每句末尾写出处编号，如[1]）："))
    }
}

/// The request to say whether the passages answer it: the same up to the last line, so that who is asked to
/// answer afterwards has read nearly everything.
pub(crate) fn answerability(question: &str, passages: &[(&Source, &str)]) -> GenerationRequest {
    let wanted = "先判断：上面的资料有没有写明这个问题的答案？只回答“有”或“没有”。";
    GenerationRequest::choosing(messages(question, passages, wanted), &SAID_OR_NOT)
}

fn messages(question: &str, passages: &[(&Source, &str)], wanted: &str) -> Vec<Message> {
    let mut text = String::from("资料：\n");
    for (source, passage) in passages {
        let heading = source.headings.last().map_or("", String::as_str);
        text.push_str(&format!(
            "[{}]《{}》{}{}：{}\n",
            source.number,
            source.title,
            if source.locator.contains(heading) { "" } else { heading },
            source.locator,
            passage.replace('\n', " "),
        ));
    }
    text.push_str(&format!("\n问题：{question}\n{wanted}"));
    vec![Message::system(INSTRUCTIONS), Message::user(text)]
}
