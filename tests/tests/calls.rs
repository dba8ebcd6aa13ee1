//! Residents who call and residents who are called, with real telephones at the other end of the running product.
//!
//! What is decided by the product is read from its own desk; what was said is read from the telephones' recordings
//! once the call is over, by the product's own recogniser.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Microphone, Notice, Product, Resident, Server, Telephone, Worker, baresip_is_missing, free_ports, receiver,
    wait_until,
};

/// Samples a second on the telephone.
const RATE: usize = 8_000;
/// Nobody has spoken for so long: it is the other side's turn. Between two sentences a busy machine takes seconds.
const TURN: usize = 4 * RATE;
/// What is said while an answer is looked for is shorter, in seconds of voice; every answer is longer.
const ANSWER: usize = 5;

/// What signs text messages.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
/// So much of an answer is read, in seconds: what it is about is said first.
const READ: usize = 20;

/// Whoever speaks needs both cores: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A server that takes calls and writes nothing, shared by all tests.
struct Line {
    server: &'static Server,
    administrator: Worker,
    port: u16,
    /// Where the person is rung whom callers are connected with.
    person: u16,
    /// Text messages that were sent.
    texts: Mutex<mpsc::Receiver<Notice>>,
}

/// The line, for one test alone; `None` where there is no telephone.
fn line() -> Option<(&'static Line, MutexGuard<'static, ()>)> {
    static LINE: OnceLock<Line> = OnceLock::new();
    if baresip_is_missing() {
        return None;
    }
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    Some((LINE.get_or_init(Line::open), alone))
}

impl Line {
    fn open() -> Self {
        let (port, person) = (free_ports(), free_ports());
        let (gateway, texts) = receiver(0);
        let first = 50_000 + port % 100 * 100;
        let settings = format!(
            "[phone]\nlisten = \"127.0.0.1:{port}\"\nfirst_port = {first}\nlast_port = {}\nring_seconds = 8\ncalls = 2\n\
             [phone.sms]\naddress = \"{gateway}\"\nsecret = \"whsec_{KEY}\"\n\
             [[phone.peers]]\nnetwork = \"127.0.0.0/8\"\ncommunity = \"demo\"\n\
             [[phone.accounts]]\nname = \"exchange\"\ncommunity = \"demo\"\nregistrar = \"sip:127.0.0.1:{person}\"\n\
             number = \"12345\"\nregister = false\nperson = \"13900001111\"\n",
            first + 99,
        );
        let server =
            Product::with_starter_pack().serve_telephone(&settings, &["--set=alerts.allow_private=true"]);
        let administrator = Worker::administrator(&server);
        administrator.set_open("demo", true);
        Self { server: server.share(), administrator, port, person, texts: Mutex::new(texts) }
    }

    /// What somebody will say, in the server's own voice. It is made before the call: nobody on the telephone waits
    /// for it.
    fn sound_of(&self, text: &str) -> Vec<i16> {
        let samples = Resident::new(self.server.base(), "demo").have_said(text).samples;
        // Half of the samples would alias; the mean of two is a filter good enough for speech.
        samples.chunks_exact(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect()
    }

    /// A resident who has dialled the number and was greeted.
    fn called_from(&self, number: &str) -> Caller {
        let telephone = Telephone::start(number, Microphone::Speech, ";audio_codecs=pcma");
        let mut caller = Caller { telephone, listened: 0, number: number.to_owned() };
        caller.telephone.command("dial", &format!("sip:12345@127.0.0.1:{}", self.port));
        caller.telephone.wait_for("CALL_ESTABLISHED");
        caller.listen(2);
        caller
    }

    /// Somebody with a telephone of this number where the exchange rings.
    fn rung(&self, number: &str, account: &str) -> Telephone {
        Telephone::start_at(self.person, number, Microphone::Speech, &format!(";audio_codecs=pcma{account}"))
    }

    /// What was said in a stretch of a telephone's recording.
    fn read(&self, sound: &[f32]) -> String {
        let resident = Resident::new(self.server.base(), "demo");
        let sound: Vec<i16> = sound.iter().flat_map(|sample| [(*sample * 32_767.0) as i16; 2]).collect();
        // The recogniser takes half a minute at a time.
        let parts = sound.chunks(16_000 * 25).map(|part| {
            let (status, heard) = resident.have_heard(part);
            assert_eq!(status, 200, "{heard}");
            heard["standard"].as_str().unwrap_or_default().to_owned()
        });
        parts.collect()
    }

    /// The call of a resident in the book, and its conversation, once they have hung up.
    fn over(&self, caller: &mut Caller) -> (Value, Value) {
        caller.telephone.command("hangup", "");
        let masked = format!("{}******{}", &caller.number[..3], &caller.number[9..]);
        let mut call = Value::Null;
        wait_until("the call in the book", || {
            let calls = self.administrator.get("calls").1;
            let found = calls.as_array().and_then(|calls| calls.iter().find(|call| call["number"] == masked.as_str()));
            call = found.cloned().unwrap_or_default();
            !call.is_null()
        });
        let id = call["conversation_id"].as_str().unwrap_or_default();
        let conversation = self.administrator.get(&format!("conversations/{id}")).1;
        assert_eq!(conversation["channel"], "phone");
        (call, conversation)
    }

    /// Nobody takes the call of a resident who wants a person: they are told so, and are owed a call.
    fn owes_a_call(&self, mut caller: Caller) {
        let from = caller.listened;
        caller.listen(ANSWER);
        let (call, conversation) = self.over(&mut caller);
        assert_eq!(call["connected"], false);
        let order = &conversation["work_orders"][0];
        assert!(order["due_at"].is_i64(), "{conversation}");
        let heard = self.read(&caller.telephone.recorded()[from..]);
        assert!(["接上", "登记", "回电"].iter().any(|word| heard.contains(word)), "{heard}");
    }
}

/// Somebody at a telephone.
struct Caller {
    telephone: Telephone,
    number: String,
    /// Samples of the recording that were listened to.
    listened: usize,
}

/// Samples of `sound` in frames of 20 ms with a voice in them.
fn voiced(sound: &[f32]) -> usize {
    let frames = sound.chunks(RATE / 50).filter(|frame| frame.iter().any(|sample| sample.abs() > 0.01));
    frames.count() * RATE / 50
}

/// Waits until a telephone has heard so many seconds of voice after `from`, and then nothing for a while; the length
/// of its recording.
fn listen(telephone: &Telephone, from: usize, seconds: usize) -> usize {
    let mut length = 0;
    wait_until("words and a pause", || {
        let sound = telephone.recorded();
        length = sound.len();
        let new = &sound[from.min(length)..];
        let last = new.iter().rposition(|sample| sample.abs() > 0.01);
        last.is_some_and(|last| new.len() - last > TURN) && voiced(new) > seconds * RATE
    });
    length
}

impl Caller {
    /// Waits until the other side has said something of so many seconds and has fallen silent.
    fn listen(&mut self, seconds: usize) {
        self.listened = listen(&self.telephone, self.listened, seconds);
    }
}

/// What the assistant said in a conversation, one reply after the other.
fn replies(conversation: &Value) -> Vec<&str> {
    let said = conversation["said"].as_array().map(Vec::as_slice).unwrap_or_default();
    let assistant = said.iter().filter(|one| one["who"] == "assistant");
    assistant.filter_map(|one| one["text"].as_str()).collect()
}

#[test]
fn a_question_is_answered_and_who_interrupts_is_heard() {
    let Some((line, _alone)) = line() else { return };
    let question = line.sound_of("您好，请问居住证怎么办？");
    let other = line.sound_of("等一下，我想问高龄津贴怎么领？");
    let mut caller = line.called_from("13800000002");
    caller.telephone.say(&question);
    // The answer is long; it has begun.
    let from = caller.listened;
    wait_until("the answer", || voiced(&caller.telephone.recorded()[from..]) > ANSWER * RATE);
    let interrupted = caller.telephone.recorded().len();
    caller.telephone.say(&other);
    caller.listened = interrupted;
    caller.listen(ANSWER);
    let (_, conversation) = line.over(&mut caller);
    let replies = replies(&conversation);
    assert!(replies.iter().any(|reply| reply.contains("居住证")), "{conversation}");
    assert!(replies.last().is_some_and(|reply| reply.contains("津贴")), "{conversation}");
    // The answer to the second question is what was heard after the first had been cut off.
    let sound = caller.telephone.recorded();
    let end = sound.len().min(interrupted + READ * RATE);
    let heard = line.read(&sound[interrupted..end]);
    assert!(heard.contains("津贴"), "{heard}");
}

#[test]
fn a_question_in_dialect_is_answered_and_the_answer_sent_to_be_read() {
    let Some((line, _alone)) = line() else { return };
    let question = line.sound_of("养老金认证要咋个整？");
    let wish = line.sound_of("请发短信给我。");
    let mut caller = line.called_from("13800000003");
    caller.telephone.say(&question);
    caller.listen(ANSWER);
    caller.telephone.say(&wish);
    let texts = line.texts.lock().unwrap_or_else(PoisonError::into_inner);
    let text = texts.recv_timeout(Duration::from_secs(60)).expect("a text message");
    let (_, conversation) = line.over(&mut caller);
    assert!(replies(&conversation).iter().any(|reply| reply.contains("认证")), "{conversation}");
    let text: Value = serde_json::from_str(&text.body).expect("JSON");
    assert_eq!((&text["type"], &text["data"]["details"]["to"]), (&json!("phone.sms"), &json!("13800000003")));
    assert!(text["data"]["details"]["text"].as_str().is_some_and(|text| text.contains("认证")), "{text}");
}

#[test]
fn a_caller_who_puts_us_on_hold_is_heard_afterwards() {
    let Some((line, _alone)) = line() else { return };
    let matter = line.sound_of("您好，我家楼道里的路灯坏了，晚上看不见。");
    let mut caller = line.called_from("13800000006");
    caller.telephone.command("hold", "");
    caller.telephone.wait_for("CALL_REMOTE_SDP");
    caller.telephone.command("resume", "");
    caller.telephone.wait_for("CALL_REMOTE_SDP");
    // A telephone that was on hold records no more of what it hears; the desk shows what we heard.
    let orders = || line.administrator.get("work-orders?queue=all").1["total"].as_i64();
    let before = orders();
    caller.telephone.say(&matter);
    wait_until("the matter", || orders() > before);
    let (_, conversation) = line.over(&mut caller);
    assert!(!replies(&conversation).is_empty(), "{conversation}");
}

#[test]
fn a_person_who_picks_up_speaks_with_the_caller() {
    let Some((line, _alone)) = line() else { return };
    let words = line.sound_of("您好，我是社区的工作人员，您请说。");
    let mut person = line.rung("13900001111", ";answermode=auto");
    let mut caller = line.called_from("13800000007");
    caller.telephone.keys("0");
    person.wait_for("CALL_ESTABLISHED");
    // They hear what it is about, and show that they are there.
    let told = listen(&person, 0, 1);
    person.keys("1");
    caller.telephone.say(&words);
    wait_until("the caller's voice", || voiced(&person.recorded()[told..]) > RATE);
    let from = caller.telephone.recorded().len();
    person.say(&words);
    wait_until("the person's voice", || voiced(&caller.telephone.recorded()[from..]) > RATE);
    let (call, conversation) = line.over(&mut caller);
    assert_eq!(call["connected"], true, "{conversation}");
}

#[test]
fn a_matter_told_on_the_telephone_is_an_order() {
    let Some((line, _alone)) = line() else { return };
    let matter = line.sound_of("您好，我家楼道里的路灯坏了，晚上看不见。");
    let mut caller = line.called_from("13800001234");
    caller.telephone.say(&matter);
    caller.listen(ANSWER);
    let (call, conversation) = line.over(&mut caller);
    assert_eq!(call["number"], "138******34");
    let order = &conversation["work_orders"][0];
    let page = line.administrator.order(order["number"].as_str().unwrap_or_default());
    assert!(page.to_string().contains(r#""channel":"phone""#), "{page}");
}

#[test]
fn a_person_who_declines_leaves_an_order_with_a_call_back() {
    let Some((line, _alone)) = line() else { return };
    let mut person = line.rung("13900001111", "");
    let mut caller = line.called_from("13800000004");
    caller.telephone.keys("0");
    person.wait_for("CALL_INCOMING");
    person.command("hangup", "");
    line.owes_a_call(caller);
}

#[test]
fn a_person_who_does_not_pick_up_leaves_an_order_with_a_call_back() {
    let Some((line, _alone)) = line() else { return };
    let mut person = line.rung("13900001111", "");
    let mut caller = line.called_from("13800000005");
    caller.telephone.keys("0");
    person.wait_for("CALL_INCOMING");
    person.wait_for("CALL_CLOSED");
    line.owes_a_call(caller);
}

#[test]
fn a_number_is_called_and_its_owner_may_refuse_further_calls() {
    let Some((line, _alone)) = line() else { return };
    let mut called = line.rung("13900002222", ";answermode=auto");
    let trial = json!({
        "community_id": "demo",
        "purpose": "announcement",
        "said": "明天上午八点到十二点停水，请提前接好水。",
        "number": "13900002222",
    });
    let told = std::thread::scope(|scope| {
        let asked = scope.spawn(|| line.administrator.post("outreach/trial", &trial));
        called.wait_for("CALL_ESTABLISHED");
        wait_until("the announcement", || voiced(&called.recorded()) > 4 * RATE);
        called.keys("9");
        asked.join().expect("the trial")
    });
    assert_eq!(told.0, 200, "{}", told.1);
    assert_eq!(told.1["opted_out"], true, "{}", told.1);
}
