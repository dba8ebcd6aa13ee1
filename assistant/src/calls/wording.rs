//! Every fixed sentence that is said on the telephone, in one place for translation.

use dialects::Variety;
use jiff::civil::DateTime;

/// "Hello, this is the computer assistant of {name}. Just say what you need; for a person press zero or
/// say 人工."
pub(super) fn greeting(name: &str, variety: Option<Variety>) -> String {
    let opening = variety.and_then(dialects::greeting).map_or("您好，", |homely| homely.opening);
    format!("{opening}我是{name}的电脑助手。有事您直接说。要找工作人员，按零，或者说人工。")
}

/// "The call is recorded to serve you better; if you do not want that, say 不要录音."
pub(super) const RECORDED: &str = "通话会录音，不想录就说不要录音。";
/// "Good, nothing is recorded."
pub(super) const NOT_RECORDED: &str = "好的，不录音。您有什么事？";
/// "All lines are busy; please call again in a few minutes."
pub(super) const BUSY: &str = "您好，现在打电话的人多，请过几分钟再打来。急事请直接联系社区工作人员。";
/// "I am looking it up."
pub(super) const LOOKING: &str = "我查一下，您稍等。";
/// "Still looking."
pub(super) const STILL_LOOKING: &str = "还在查，马上就好。";
/// "I did not catch that; please say it once more."
pub(super) const ONCE_MORE: &str = "不好意思，没听清，请您再说一遍。";
/// "Many are calling; please say it once more."
pub(super) const CROWDED: &str = "现在打电话的人多，我没来得及听清，请您再说一遍。";
/// "It could not be answered. Say it again, or press zero for a person."
pub(super) const FAILED: &str = "刚才没能答完，您的话已经记下了。请您再说一遍，或者按零找工作人员。";
/// "Are you still there? Take your time."
pub(super) const STILL_THERE: &str = "您还在吗？有什么事，慢慢说。";
/// "Then I hang up; call again any time. Goodbye."
pub(super) const GOODBYE: &str = "那我先挂了。以后有事随时打来，再见。";
/// "Shall I go on?"
pub(super) const GO_ON: &str = "后面还有，要不要我接着说？";
/// "There is more: shall I go on? To have it on your telephone, say 发短信."
pub(super) const GO_ON_OR_TEXT: &str = "后面还有，要不要我接着说？想发到手机上看，就说发短信。";
/// "The message could not be sent, sorry. Shall I go on, or is there anything else?"
pub(super) const NOT_TEXTED: &str = "短信没发出去，对不起。要听就说再说一遍，还有别的事也请直接说。";
/// "Good. Anything else?"
pub(super) const ANYTHING_ELSE: &str = "好的。还有别的事吗？";
/// "Take your time, I wait."
pub(super) const TAKE_YOUR_TIME: &str = "好的，您慢慢来，不着急，我等着。";
/// "I try to reach a person; please stay on the line."
pub(super) const CONNECTING: &str = "我现在试着接通工作人员，请您别挂。";
/// "Still trying."
pub(super) const STILL_CONNECTING: &str = "还在接通，请您稍等。";
/// "The other side has hung up. Anything else?"
pub(super) const WORKER_LEFT: &str = "工作人员那边挂断了。您还有别的事吗？";
/// "You may also type the number on the telephone and end with the hash key."
pub(super) const TYPE_IT: &str = "您可以说，也可以在电话上按号码，按完再按井号键。";

/// What is said in every call and is always the same.
pub(super) const OF_EVERY_CALL: [&str; 14] = [
    CONNECTING, LOOKING, ONCE_MORE, RECORDED, STILL_LOOKING, STILL_THERE, GOODBYE, GO_ON, GO_ON_OR_TEXT, STILL_CONNECTING, TYPE_IT,
    BUSY, CROWDED, FAILED,
];

/// "Shall staff call you at the number that you call from, ending in {tail}?"
pub(super) fn own_number(tail: &str) -> String {
    format!("用您现在打来的号码，尾号{tail}，联系您行不行？要换一个号码，就说号码，或者在电话上按，按完再按井号键。")
}

/// "Nobody took the call. It is registered, and staff will call back, at the latest {by}."
pub(super) fn not_connected(by: Option<DateTime>) -> String {
    let by = at_the_latest(by);
    format!("工作人员没接上，对不起。您的事已经登记好了，工作人员会给您回电话{by}。")
}

/// "You cannot be connected now. It is registered, and staff will call back, at the latest {by}."
pub(super) fn nobody_to_ring(by: Option<DateTime>) -> String {
    let by = at_the_latest(by);
    format!("现在没有工作人员能接电话，对不起。您的事已经登记好了，工作人员会给您回电话{by}。")
}

/// ", at the latest before 9 o'clock on November 23rd"
fn at_the_latest(by: Option<DateTime>) -> String {
    by.map_or(String::new(), |by| format!("，最晚{}月{}日{}点前", by.month(), by.day(), by.hour()))
}

/// "The order's number is {number}, the code {code}. To hear it again, press star."
pub(super) fn order(number: &str, code: &str) -> String {
    format!("工单号是{number}，查询码是{code}。要再听一遍，按星号键。")
}

/// "Sent to the telephone ending in {tail}. Anything else?"
pub(super) fn texted(tail: &str) -> String {
    format!("短信发出去了，发到尾号{tail}的手机上。还有别的事吗？")
}

/// In a text message: "Order {number}, code {code}."
pub(super) fn order_in_text(number: &str, code: &str) -> String {
    format!("工单号{number}，查询码{code}。")
}

/// "That is from {title}."
pub(super) fn source(title: &str) -> String {
    format!("这是{title}里写的。")
}

/// "First, …? Second, …?"
pub(super) fn choices(questions: &[String]) -> Vec<String> {
    const ORDINALS: [&str; 3] = ["第一，", "第二，", "第三，"];
    ORDINALS.iter().zip(questions).map(|(ordinal, question)| format!("{ordinal}{question}")).collect()
}

/// What a worker hears before the resident: "A resident's call from {name}. {matter}. Speak or press a key
/// to take it."
pub(super) fn summary(name: &str, matter: Option<&str>) -> String {
    let matter = matter.map_or(String::new(), |matter| format!("居民问的是：{matter}。"));
    format!("您好，{name}转来一位居民的电话。{matter}方便接听，请说话，或者按任意键。")
}
/// "Now type the six digits of the code, then the hash key."
pub(super) const TYPE_CODE: &str = "请再按六位查询码，按完按井号键。";
/// "The number seems incomplete; type it again, then the hash key."
pub(super) const TYPE_AGAIN: &str = "这个号码好像不全，请再按一遍，按完按井号键。";
/// After the question how a matter went: "Or press one for solved, two for not solved, nine for no more calls."
pub(super) const OUTREACH_ANSWER: &str = "也可以按键：解决了按一，没解决按二，以后不想接到这类电话按九。";
/// "Thank you, it is noted. Goodbye."
pub(super) const OUTREACH_THANKS: &str = "谢谢您，记下了。再见。";
/// "Then that is it. Goodbye."
pub(super) const OUTREACH_GOODBYE: &str = "那就不打扰您了，再见。";
/// "We will not call you again about such things. Sorry for the disturbance."
pub(super) const OUTREACH_OPTED_OUT: &str = "好的，以后不再给您打这类电话，打扰了，再见。";

/// Whether somebody says that they want no such calls.
pub(super) fn refuses_calls(text: &str) -> bool {
    const REFUSALS: &[&str] = &["不要再打", "别再打", "别打了", "不要打", "莫打", "不想接", "不要给我打", "别给我打", "取消订阅"];
    REFUSALS.iter().any(|refusal| text.contains(refusal))
}
