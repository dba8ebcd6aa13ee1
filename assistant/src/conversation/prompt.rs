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

/// Builds the request for one question.
pub(crate) fn request(
    question: &str,
    passages: &[(&Source, &str)],
    max_tokens: usize,
) -> GenerationRequest {
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
    // The last line is what a small model heeds most: without it, citations are left out.
    text.push_str(&format!(
        "\n问题：{question}\n回答（每句末尾写出处编号，如[1]）："
    ));
    GenerationRequest {
        messages: vec![
            Message::system(INSTRUCTIONS),
            Message::user(text),
        ],
        max_tokens,
        ..GenerationRequest::new(Vec::new())
    }
}
