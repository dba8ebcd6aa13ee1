//! Pairs of a passage and a sentence about it: true paraphrases pass, anything else fails.

use super::{Reason, SentenceSplitter, Verdict, check, citations, sentences};

const RESIDENCE: &str = "《居住证暂行条例》第九条 申领居住证，应当向居住地公安派出所或者受公安机关委托的社区服务机构提交\
本人居民身份证、本人相片以及居住地住址、就业、就读等证明材料。未满16周岁的未成年人和行动不便的老年人、残疾人等，\
可以由其监护人、近亲属代为申领。公安机关应当自受理之日起15日内制作发放居住证；在偏远地区、交通不便的地区或者因\
特殊情况，不能按期制作发放居住证的，制作发放时限最长不得超过30日。首次申领居住证，免收证件工本费。";

const ALLOWANCE: &str = "高龄津贴 年满80周岁不满90周岁的老年人，每月发放100元；年满90周岁不满100周岁的，每月发放300元；\
年满100周岁以上的，每月发放800元。本人或者家属可以带户口簿、身份证到户籍所在地社区居民委员会申请，也可以在网上申请。\
社区应当自收到申请之日起5个工作日内完成初审。津贴从批准的次月起按月发放到本人社会保障卡。弄虚作假冒领的，应当退回。";

const MARRIAGE: &str = "《中华人民共和国民法典》第一千零四十七条 结婚年龄，男不得早于二十二周岁，女不得早于二十周岁。\
办理结婚登记不收取费用。要求结婚的男女双方应当亲自到婚姻登记机关申请结婚登记，不得委托他人代办。";

const NOISE: &str = "《噪声污染防治法》第六十五条 家庭及其成员应当培养形成减少噪声产生的良好习惯，乘坐公共交通工具、饲养宠物\
和其他日常活动尽量避免产生噪声对周围人员造成干扰。违反规定的，可以先由基层群众性自治组织劝阻、调解；不听劝阻的，\
可以拨打110报警，处警告，可以并处200元以上500元以下罚款。昼间是指6:00至22:00，夜间22:00至次日6:00禁止进行建筑施工。";

const DOGS: &str = "养犬人应当自犬只出生满三个月之日起30日内办理登记，每户限养一只。携犬出户应当使用长度不超过1.5米的牵引绳。\
禁止携带犬只乘坐公共汽车，导盲犬除外。违反规定的，由公安机关处五百元以上二千元以下罚款。犬只免疫每年一次。";

/// The cases that were not judged as they should be, with the judgement.
fn misjudged(cases: &[(&str, &str)], should_pass: bool) -> Vec<String> {
    let judged = cases
        .iter()
        .map(|(sentence, passage)| (sentence, check(sentence, &[passage], "")));
    judged
        .filter(|(_, verdict)| (*verdict == Verdict::Supported) != should_pass)
        .map(|(sentence, verdict)| format!("{sentence} {verdict:?}"))
        .collect()
}

fn supported(sentence: &str, passage: &str) -> bool {
    check(sentence, &[passage], "") == Verdict::Supported
}

#[test]
fn true_renderings_pass() {
    let cases = [
        (
            "您要带身份证、照片和居住地住址、就业、就读的证明材料，到居住地派出所申领居住证[1]。",
            RESIDENCE,
        ),
        ("第一次申领居住证不收工本费。", RESIDENCE),
        ("首次申领居住证，免收证件工本费。", RESIDENCE),
        ("受理后15日内发居住证。", RESIDENCE),
        ("公安机关自受理之日起十五日内制作发放居住证。", RESIDENCE),
        ("交通不便的地区，最长不超过三十天。", RESIDENCE),
        ("行动不便的老人可以由监护人、近亲属代为申领。", RESIDENCE),
        ("不满16周岁的，可以由监护人代为申领。", RESIDENCE),
        ("也可以向公安机关委托的社区服务机构提交材料。", RESIDENCE),
        ("依据是《居住证暂行条例》第九条。", RESIDENCE),
        ("80岁到90岁的老人，每月发100元。", ALLOWANCE),
        ("年满九十周岁不满一百周岁的，每月发放三百元。", ALLOWANCE),
        ("满100岁以上的老人每月800元。", ALLOWANCE),
        ("带户口本、身份证到户籍所在地社区居委会申请。", ALLOWANCE),
        ("您也可以在网上申请。", ALLOWANCE),
        ("家属也可以帮着申请。", ALLOWANCE),
        ("社区5个工作日内完成初审。", ALLOWANCE),
        ("津贴从批准的次月起，按月发到本人的社保卡。", ALLOWANCE),
        ("弄虚作假冒领的要退回。", ALLOWANCE),
        ("1. 带上户口簿和身份证。", ALLOWANCE),
        ("结婚年龄男的不得早于22周岁。", MARRIAGE),
        ("男满22周岁、女满20周岁才能结婚。", MARRIAGE),
        ("办理结婚登记不收费。", MARRIAGE),
        ("双方要亲自到婚姻登记机关申请结婚登记。", MARRIAGE),
        ("结婚登记不能委托别人代办。", MARRIAGE),
        ("《民法典》第1047条规定了结婚年龄。", MARRIAGE),
        ("可以先由基层群众性自治组织劝阻、调解。", NOISE),
        ("不听劝阻的，可以拨打110报警。", NOISE),
        ("可以罚款200元到500元。", NOISE),
        ("夜间22点到次日6点禁止建筑施工。", NOISE),
        ("晚上10点到次日6:00禁止进行建筑施工。", NOISE),
        ("每户限养一只。", DOGS),
        ("牵引绳长度不超过1.5米。", DOGS),
        ("不能携带犬只乘坐公共汽车，导盲犬除外。", DOGS),
        ("犬只出生满三个月，30天内办理登记。", DOGS),
        ("犬只每年免疫一次。", DOGS),
        ("违反规定的，公安机关处500元以上2000元以下罚款。", DOGS),
        ("具体如下：", DOGS),
    ];
    assert_eq!(misjudged(&cases, true), Vec::<String>::new());
}

#[test]
fn altered_numbers_fail() {
    let cases = [
        ("受理后20日内发居住证。", RESIDENCE),
        ("受理后15个工作日内发居住证。", RESIDENCE),
        ("受理后15个月内发居住证。", RESIDENCE),
        ("申领居住证收工本费15元。", RESIDENCE),
        ("未满18周岁的，可以由监护人代为申领。", RESIDENCE),
        ("年满16周岁的未成年人，可以由监护人代为申领。", RESIDENCE),
        ("80岁到90岁的老人，每月发200元。", ALLOWANCE),
        ("80岁到90岁的老人，每月发300元。", ALLOWANCE),
        ("80岁到90岁的老人，每年发100元。", ALLOWANCE),
        ("年满70周岁的老年人，每月发放100元。", ALLOWANCE),
        ("社区3个工作日内完成初审。", ALLOWANCE),
        ("社区5日内完成初审。", ALLOWANCE),
        ("男满20周岁、女满22周岁才能结婚。", MARRIAGE),
        ("结婚年龄女不得早于十八周岁。", MARRIAGE),
        ("《民法典》第1048条规定了结婚年龄。", MARRIAGE),
        ("结婚登记收取费用9元。", MARRIAGE),
        ("不听劝阻的，可以拨打120报警。", NOISE),
        ("可以罚款200元到1000元。", NOISE),
        ("夜间21:00至次日6:00禁止进行建筑施工。", NOISE),
        ("牵引绳长度不超过2米。", DOGS),
        ("牵引绳长度不少于1.5米。", DOGS),
        ("每户限养两只。", DOGS),
        ("犬只免疫每年两次。", DOGS),
        ("处五百元以上五千元以下罚款。", DOGS),
        ("犬只出生满三个月，30日后办理登记。", DOGS),
    ];
    assert_eq!(misjudged(&cases, false), Vec::<String>::new());
}

#[test]
fn invented_extras_fail() {
    let cases = [
        ("带身份证和户口簿到居住地派出所申领居住证。", RESIDENCE),
        ("申领居住证可以在微信小程序上办理。", RESIDENCE),
        ("居住证有效期内可以享受免费乘坐公交车的优惠。", RESIDENCE),
        ("依据是《户口登记条例》第九条。", RESIDENCE),
        ("详情请访问 www.gov.cn 查询。", RESIDENCE),
        (
            "带户口簿、身份证和两张照片到社区居民委员会申请。",
            ALLOWANCE,
        ),
        ("到民政局申请高龄津贴。", ALLOWANCE),
        ("高龄津贴发放到本人银行卡。", ALLOWANCE),
        ("请拨打12345咨询高龄津贴。", ALLOWANCE),
        ("低保家庭的老年人津贴加倍发放，还送营养品。", ALLOWANCE),
        ("结婚登记之前要做婚前医学检查。", MARRIAGE),
        ("今天天气不错，适合出门散步。", MARRIAGE),
        ("狗狗需要植入芯片并购买责任保险。", DOGS),
        ("可以的。", DOGS),
        ("不可以。", DOGS),
    ];
    assert_eq!(misjudged(&cases, false), Vec::<String>::new());
}

#[test]
fn turned_round_statements_fail() {
    let cases = [
        ("首次申领居住证，需要交证件工本费。", RESIDENCE),
        ("行动不便的老年人，不得由近亲属代为申领。", RESIDENCE),
        ("申领居住证不需要提交本人相片。", RESIDENCE),
        ("家属不可以带户口簿去申请。", ALLOWANCE),
        ("不能在网上申请。", ALLOWANCE),
        ("弄虚作假冒领的，不用退回。", ALLOWANCE),
        ("结婚登记可以委托他人代办。", MARRIAGE),
        ("双方不用亲自到婚姻登记机关申请结婚登记。", MARRIAGE),
        ("办理结婚登记要收取费用。", MARRIAGE),
        ("可以携带犬只乘坐公共汽车。", DOGS),
        ("携犬出户不需要使用牵引绳。", DOGS),
        ("夜间允许进行建筑施工。", NOISE),
        ("听劝阻的，可以拨打110报警。", NOISE),
    ];
    assert_eq!(misjudged(&cases, false), Vec::<String>::new());
}

#[test]
fn the_reason_names_what_is_wrong() {
    let reason = |sentence: &str, passage: &str| match check(sentence, &[passage], "") {
        Verdict::Supported => panic!("{sentence} passed"),
        Verdict::Unsupported(reason) => reason,
    };
    assert_eq!(
        reason("受理后20日内发居住证。", RESIDENCE),
        Reason::Number("20日".to_owned())
    );
    assert_eq!(
        reason("不听劝阻的，可以拨打120报警。", NOISE),
        Reason::Phone
    );
    assert_eq!(
        reason("《民法典》第1048条规定了结婚年龄。", MARRIAGE),
        Reason::Article
    );
    assert_eq!(reason("5月1日起，结婚登记不收费。", MARRIAGE), Reason::Date);
    assert_eq!(
        reason("依据是《户口登记条例》第九条。", RESIDENCE),
        Reason::Name("户口登记条例".to_owned())
    );
    assert_eq!(reason("不能在网上申请。", ALLOWANCE), Reason::Negation);
    assert!(matches!(
        reason("今天天气不错，适合出门散步。", MARRIAGE),
        Reason::Content { overlap } if overlap < 0.2
    ));
    let uncited = check("每户限养一只。", &[], "");
    assert_eq!(uncited, Verdict::Unsupported(Reason::NoCitation));
}

#[test]
fn the_question_lends_words_but_no_numbers() {
    let question = "我家二哈能上公交车吗，罚3000元吗？";
    assert_eq!(
        check("二哈不能乘坐公共汽车。", &[DOGS], question),
        Verdict::Supported
    );
    assert_ne!(
        check("二哈乘坐公共汽车罚3000元。", &[DOGS], question),
        Verdict::Supported
    );
}

#[test]
fn any_passage_cited_may_support() {
    assert_eq!(
        check("每户限养一只[2]。", &[RESIDENCE, DOGS], ""),
        Verdict::Supported
    );
}

/// Every sentence that passes fails as soon as one of its digits is changed into a number that the
/// passage does not have.
#[test]
fn a_changed_digit_never_passes() {
    let true_sentences = [
        ("公安机关自受理之日起15日内制作发放居住证。", RESIDENCE),
        ("制作发放时限最长不得超过30日。", RESIDENCE),
        ("未满16周岁的未成年人可以由监护人代为申领。", RESIDENCE),
        ("年满80周岁不满90周岁的老年人，每月发放100元。", ALLOWANCE),
        ("年满100周岁以上的，每月发放800元。", ALLOWANCE),
        ("自收到申请之日起5个工作日内完成初审。", ALLOWANCE),
        ("男不得早于22周岁，女不得早于20周岁。", MARRIAGE),
        ("第1047条规定结婚年龄，男不得早于22周岁。", MARRIAGE),
        ("可以并处200元以上500元以下罚款。", NOISE),
        ("不听劝阻的，可以拨打110报警。", NOISE),
        ("昼间是指6:00至22:00。", NOISE),
        ("牵引绳长度不超过1.5米。", DOGS),
        ("犬只出生满3个月之日起30日内办理登记。", DOGS),
        ("处500元以上2000元以下罚款。", DOGS),
    ];
    let mut changed_sentences = 0;
    let mut passed = Vec::new();
    for (sentence, passage) in true_sentences {
        assert!(supported(sentence, passage), "{sentence}");
        for (index, digit) in sentence
            .char_indices()
            .filter(|(_, digit)| digit.is_ascii_digit())
        {
            for other in ('0'..='9').filter(|other| *other != digit) {
                let mut changed = sentence.to_owned();
                changed.replace_range(index..=index, &other.to_string());
                if supported(&changed, passage) {
                    passed.push(changed);
                }
                changed_sentences += 1;
            }
        }
    }
    assert_eq!(passed, Vec::<String>::new());
    assert!(changed_sentences > 300);
}

#[test]
fn a_stream_is_cut_into_sentences_wherever_the_pieces_break() {
    let text = "要带这些材料：\n1. 身份证[1]\n2. 户口簿（原件；复印件）。[1][2]每月发1.5万元[2]；\
        他说：“明天来办。”好的！真的吗？！电话是12345。\n\n- 5个工作日办完";
    let whole = sentences(text);
    assert_eq!(
        whole,
        [
            "要带这些材料：",
            "1. 身份证[1]",
            "2. 户口簿（原件；复印件）。[1][2]",
            "每月发1.5万元[2]；",
            "他说：“明天来办。”",
            "好的！",
            "真的吗？！",
            "电话是12345。",
            "- 5个工作日办完",
        ]
    );
    for size in 1..=7 {
        let letters: Vec<char> = text.chars().collect();
        let mut splitter = SentenceSplitter::default();
        let mut pieces: Vec<String> = letters
            .chunks(size)
            .flat_map(|piece| splitter.push(&piece.iter().collect::<String>()))
            .collect();
        pieces.extend(splitter.finish());
        assert_eq!(pieces, whole, "pieces of {size}");
    }
}

#[test]
fn a_sentence_leaves_as_soon_as_the_next_one_begins() {
    let mut splitter = SentenceSplitter::default();
    assert!(splitter.push("带身份证去。").is_empty());
    assert!(splitter.push("[").is_empty());
    assert!(splitter.push("1]").is_empty());
    assert_eq!(splitter.push("然后"), ["带身份证去。[1]"]);
    assert_eq!(splitter.finish().as_deref(), Some("然后"));
}

#[test]
fn citations_are_read_in_every_form() {
    let cases: [(&str, &str, &[u32]); 9] = [
        ("带身份证[1]。", "带身份证。", &[1]),
        ("带身份证 [1][2]。", "带身份证。", &[1, 2]),
        ("带身份证［１］。", "带身份证。", &[1]),
        ("带身份证【2】。", "带身份证。", &[2]),
        ("带身份证[1,2]。", "带身份证。", &[1, 2]),
        ("带身份证[1、3][1]。", "带身份证。", &[1, 3]),
        ("带身份证[1-3]。", "带身份证。", &[1, 2, 3]),
        ("带身份证[资料2]。", "带身份证。", &[2]),
        ("见[2022]5号【通知】[", "见[2022]5号【通知】[", &[]),
    ];
    for (marked, text, numbers) in cases {
        assert_eq!(
            citations(marked),
            (text.to_owned(), numbers.to_vec()),
            "{marked}"
        );
    }
}
