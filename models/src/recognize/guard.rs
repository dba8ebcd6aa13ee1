//! What a recogniser says although nobody said it.

use super::Nothing;

/// Phrases that Whisper learnt from subtitles and writes over noise, in simplified and traditional
/// characters, without punctuation and in small letters.
const SUBTITLES: &[&str] = &[
    "谢谢观看",
    "謝謝觀看",
    "感谢观看",
    "感謝觀看",
    "感谢收看",
    "感謝收看",
    "谢谢收看",
    "謝謝收看",
    "谢谢大家观看",
    "謝謝大家觀看",
    "感谢您的观看",
    "感謝您的觀看",
    "请不吝点赞",
    "請不吝點贊",
    "請不吝點讚",
    "点赞订阅",
    "點贊訂閱",
    "點讚訂閱",
    "订阅转发",
    "訂閱轉發",
    "打赏支持",
    "打賞支持",
    "明镜与点点",
    "明鏡與點點",
    "字幕by",
    "字幕由",
    "字幕志愿者",
    "字幕志願者",
    "字幕提供",
    "字幕制作",
    "字幕製作",
    "中文字幕",
    "字幕组",
    "字幕組",
    "amaraorg",
    "优优独播剧场",
    "優優獨播劇場",
    "yoyotelevision",
    "下期再见",
    "下期再見",
    "下期视频",
    "本期视频",
    "词曲",
    "作词作曲",
    "作詞作曲",
];

/// Characters of hesitation.
const FILLERS: &str = "嗯啊呃唔哦噢喔额呀欸诶哎唉咳哼恩";

/// A text with more of the prompt in it than this many characters in a row repeats the prompt.
const ECHO: usize = 10;

/// Whether a list ends in so many repetitions of the same that nobody speaks like this.
pub(super) fn loops<Item: PartialEq>(items: &[Item]) -> bool {
    (1..=12).any(|period| {
        let times = match period {
            1 => 8,
            2 => 5,
            _ => 4,
        };
        let Some(tail) = items.len().checked_sub(period * times) else {
            return false;
        };
        let tail = &items[tail..];
        tail.iter()
            .zip(&tail[period..])
            .all(|(one, next)| one == next)
    })
}

/// Whether a text is nothing but hesitation, such as 嗯 or 啊。
///
/// To a question of yes or no, 嗯 is an answer: only who asked can tell.
pub fn is_filler(text: &str) -> bool {
    let spoken = spoken(text);
    !spoken.is_empty() && spoken.chars().all(|character| FILLERS.contains(character))
}

/// Why a text is not to be believed, if so. `prompt` is the text that the model was given before.
pub(super) fn distrust(text: &str, prompt: &str) -> Option<Nothing> {
    let spoken = spoken(text);
    let characters: Vec<char> = spoken.chars().collect();
    if characters.is_empty() {
        return Some(Nothing::NoSpeech);
    }
    if loops(&characters) {
        return Some(Nothing::Loop);
    }
    let subtitles: usize = SUBTITLES
        .iter()
        .filter(|phrase| spoken.contains(**phrase))
        .map(|phrase| phrase.chars().count())
        .sum();
    // Within a longer sentence somebody may speak of subtitles.
    let invented = subtitles > 0 && (characters.len() <= 12 || 2 * subtitles >= characters.len());
    (invented || echoes(text, &spoken, prompt)).then_some(Nothing::Invented)
}

/// Whether the text reads out the prompt, its list of terms for instance.
fn echoes(text: &str, spoken: &str, prompt: &str) -> bool {
    if prompt.is_empty() || spoken.chars().count() <= ECHO {
        return false;
    }
    let listed = text.contains('、') && prompt.contains(text.trim_end_matches(['。', '，', '、']));
    listed || self::spoken(prompt).contains(spoken)
}

/// The text without punctuation and spaces, in small letters.
fn spoken(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_of_subtitles_and_loops_are_not_believed() {
        let invented = [
            "字幕by索兰娅",
            "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
            "謝謝觀看！",
            "中文字幕志愿者 李宗盛",
        ];
        for text in invented {
            assert_eq!(distrust(text, ""), Some(Nothing::Invented), "{text}");
        }
        let looping = "我们的我们的我们的我们的我们的";
        assert_eq!(distrust(looping, ""), Some(Nothing::Loop));
        assert_eq!(distrust(" 。", ""), Some(Nothing::NoSpeech));
    }

    #[test]
    fn what_people_say_is_believed() {
        let said = [
            "谢谢。",
            "对对对对，就是这个",
            "我家电视的字幕太小了，想问问社区有没有人能来帮我调一下",
            "居住证",
            "119",
        ];
        for text in said {
            assert_eq!(distrust(text, "居住证、高龄津贴。"), None, "{text}");
        }
    }

    #[test]
    fn reading_out_the_prompt_is_no_speech() {
        let prompt = "居住证、高龄津贴、老年优待证、医保。请问您要办什么？";
        let read = ["居住证、高龄津贴、老年优待证、", "高龄津贴老年优待证医保"];
        for text in read {
            assert_eq!(distrust(text, prompt), Some(Nothing::Invented), "{text}");
        }
        assert_eq!(distrust("高龄津贴和居住证", prompt), None);
    }

    #[test]
    fn hesitation_is_told_from_words() {
        assert!(is_filler("嗯，啊……"));
        assert!(!is_filler("嗯，好的"));
        assert!(!is_filler(""));
    }
}
