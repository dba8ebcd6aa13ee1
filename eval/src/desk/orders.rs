//! Orders as rows, with the conversation they came from and what happened to them.

use std::collections::HashMap;

use anyhow::{Context, Result};
use assistant::conversation::{Disposition, Reply, Sentence, Source};
use assistant::work_orders::{Clocks, Kinds};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::{Any, Transaction};

use super::life::{Life, live};
use super::rows::{Cell, Rows};
use super::tree::Node;
use super::words::{Story, one, story};
use crate::statistics::Generator;

/// A UUID v7 of a moment, drawn and not random, so that every run fills alike.
pub(super) fn id(at: i64, generator: &mut Generator) -> String {
    let mut draw = |bits: u32| generator.below(1 << bits);
    let (high, low) = (draw(12), draw(14) | 0x8000);
    let (left, right) = (draw(24), draw(24));
    format!("{:08x}-{:04x}-7{high:03x}-{low:04x}-{left:06x}{right:06x}", at >> 16, at & 0xffff)
}

/// Rows of one transaction.
pub(super) struct Tables {
    conversations: Rows,
    turns: Rows,
    orders: Rows,
    events: Rows,
}

impl Tables {
    pub(super) fn new() -> Self {
        Self {
            conversations: Rows::new("conversations", &["id", "community_id", "channel", "token_sha256", "created_at", "spoken", "filed"]),
            turns: Rows::new(
                "turns",
                &["id", "conversation_id", "ordinal", "client_id", "text", "reply", "created_at", "finished_at"],
            ),
            orders: Rows::new(
                "work_orders",
                &[
                    "id", "number", "lookup_code", "kind", "urgent", "state", "reason", "community_id", "conversation_id",
                    "turn_id", "question", "transcript", "evidence", "contact", "created_at", "updated_at", "place_path",
                    "channel", "slots", "department", "assignee_id", "supervised", "reopened", "waiting_for_resident",
                    "merged_into", "outcome", "answer", "contacted", "solved", "satisfaction", "signed_at", "finished_at",
                    "archived_at", "clocks", "clock_status", "due_at", "clock_next_at",
                ],
            ),
            events: Rows::new(
                "work_order_events",
                &["id", "work_order_id", "kind", "body", "at", "account_id", "from_state", "to_state", "open", "request_id"],
            ),
        }
    }

    pub(super) async fn insert(&mut self, transaction: &mut Transaction<'_, Any>) -> Result<()> {
        self.conversations.insert(transaction).await?;
        self.turns.insert(transaction).await?;
        self.orders.insert(transaction).await?;
        self.events.insert(transaction).await
    }
}

/// Writes orders one after the other.
pub(super) struct Writer<'a> {
    now: i64,
    /// 社区, each with its 网格.
    communities: Vec<(&'a Node, Vec<&'a Node>)>,
    workers: &'a HashMap<String, String>,
    kinds: &'a Kinds,
    /// How many orders each day has.
    numbers: HashMap<String, usize>,
    /// The newest order of each 社区 that others may be part of.
    heads: HashMap<String, String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(nodes: &'a [Node], workers: &'a HashMap<String, String>, kinds: &'a Kinds, now: i64) -> Self {
        let mut grids: HashMap<&str, Vec<&Node>> = HashMap::new();
        for node in nodes.iter().filter(|node| node.kind == "网格") {
            grids.entry(&node.parent).or_default().push(node);
        }
        let communities = nodes
            .iter()
            .filter(|node| node.kind == "社区")
            .map(|node| (node, grids.remove(node.id.as_str()).unwrap_or_default()))
            .collect();
        Self { now, communities, workers, kinds, numbers: HashMap::new(), heads: HashMap::new() }
    }

    /// A 社区 and where in it: some have three times as many residents as others, and a third of
    /// the orders have no 网格.
    fn place(&self, generator: &mut Generator) -> (&'a Node, &'a Node) {
        let count = self.communities.len();
        let drawn = generator.below(count).min(generator.below(count + count / 2));
        let (community, grids) = &self.communities[drawn];
        let node = if generator.below(3) == 0 { *community } else { one(generator, grids) };
        (community, node)
    }

    /// An order filed at `at`, with its conversation of two turns.
    pub(super) fn order(&mut self, tables: &mut Tables, index: usize, at: i64, generator: &mut Generator) -> Result<()> {
        let story = story(index, generator);
        let (community, node) = self.place(generator);
        let urgent = story.matter.kind != "咨询" && generator.below(40) == 0;
        let life = live(at, urgent, self.now, generator);
        let channel = one(generator, &["widget", "widget", "web", "phone", "counter"]);
        let sources = sources(at, generator);
        let (conversation, turns) = conversation(tables, node, channel, at, &[story.place.as_str(), &story.question], &sources, generator)?;
        let order = id(at, generator);
        let day = Timestamp::from_millisecond(at)?.to_zoned(TimeZone::get("Asia/Shanghai")?).strftime("%Y%m%d").to_string();
        let number = self.numbers.entry(day.clone()).or_default();
        *number += 1;
        let assignee = life.signed_at.is_some() || life.state == "待签收";
        let worker = self.workers.get(&community.path).filter(|_| assignee).cloned();
        let merged = (life.state == "合并").then(|| self.heads.get(&community.id).cloned()).flatten();
        if life.state != "合并" {
            self.heads.insert(community.id.clone(), order.clone());
        }
        let transcript = serde_json::json!([
            {"resident": story.place, "assistant": "好的，请您说一下是什么情况，什么时候开始的。"},
            {"resident": story.question, "assistant": null},
        ]);
        tables.orders.add([
            order.clone().into(),
            format!("{day}-{number:04}").into(),
            format!("{:06}", generator.below(1_000_000)).into(),
            story.matter.kind.into(),
            i64::from(urgent).into(),
            life.state.into(),
            "\"reported\"".into(),
            node.id.clone().into(),
            conversation.into(),
            turns.into(),
            story.question.clone().into(),
            transcript.to_string().into(),
            serde_json::to_string(&sources)?.into(),
            serde_json::json!({"phone": story.phone, "name": story.name}).to_string().into(),
            at.into(),
            life.steps.last().map_or(at, |step| step.at).into(),
            node.path.clone().into(),
            channel.into(),
            serde_json::json!({"place": story.place, "since": story.since}).to_string().into(),
            story.matter.department.into(),
            worker.clone().into(),
            i64::from(life.clock_status == "overdue").into(),
            life.reopened.into(),
            i64::from(life.state == "挂起" && generator.below(2) == 0).into(),
            merged.into(),
            life.finished_at.map(|_| "已解决".to_owned()).into(),
            life.finished_at.map(|_| "师傅已经上门处理好了，有问题随时再联系我们。".to_owned()).into(),
            life.contacted.into(),
            life.solved.into(),
            life.satisfaction.map(str::to_owned).into(),
            life.signed_at.into(),
            life.finished_at.into(),
            life.archived_at.into(),
            self.clocks(&story, urgent, at, &life)?.into(),
            life.clock_status.into(),
            life.due_at.into(),
            life.clock_next_at.into(),
        ]);
        for step in &life.steps {
            let by = worker.clone().filter(|_| step.by_staff);
            let request = step.by_staff.then(|| id(step.at, generator));
            tables.events.add([
                id(step.at, generator).into(),
                order.clone().into(),
                step.kind.into(),
                step.text.into(),
                step.at.into(),
                by.into(),
                step.from.map(str::to_owned).into(),
                step.to.map(str::to_owned).into(),
                1.into(),
                request.into(),
            ]);
        }
        Ok(())
    }

    /// A conversation that ended in an answer.
    pub(super) fn question(&mut self, tables: &mut Tables, at: i64, generator: &mut Generator) {
        let story = story(0, generator);
        let (_, node) = self.place(generator);
        let sources = sources(at, generator);
        conversation(tables, node, "widget", at, &[&story.question], &sources, generator)
            .expect("what is written here can be written as JSON");
    }

    fn clocks(&self, story: &Story, urgent: bool, at: i64, life: &Life) -> Result<String> {
        let kind = self.kinds.get(story.matter.kind).context("a kind that is built in")?;
        let mut clocks = Clocks::start(kind, urgent, Timestamp::from_millisecond(at)?);
        if let (Some(clock), Some(signed)) = (&mut clocks.respond, life.signed_at) {
            clock.stop(Timestamp::from_millisecond(signed)?);
        }
        if let (Some(clock), Some(finished)) = (&mut clocks.finish, life.finished_at) {
            clock.stop(Timestamp::from_millisecond(finished)?);
        }
        Ok(serde_json::to_string(&clocks)?)
    }
}

/// Adds a conversation of these messages; its id and that of its last turn.
fn conversation(
    tables: &mut Tables,
    node: &Node,
    channel: &str,
    at: i64,
    messages: &[&str],
    sources: &[Source],
    generator: &mut Generator,
) -> Result<(String, String)> {
    let conversation = id(at, generator);
    let token = format!("{}{}", id(at, generator), id(at, generator)).replace('-', "");
    tables.conversations.add([
        conversation.clone().into(),
        node.id.clone().into(),
        channel.into(),
        token.into(),
        at.into(),
        1.into(),
        i64::from(messages.len() > 1).into(),
    ]);
    let mut last = String::new();
    for (ordinal, message) in messages.iter().enumerate() {
        last = id(at, generator);
        let mut reply = Reply::new(Disposition::Answered);
        reply.sentences.push(Sentence::plain("好的，您说的情况我记下了，正在帮您查。"));
        reply.sources = sources.to_vec();
        tables.turns.add([
            last.clone().into(),
            conversation.clone().into(),
            (ordinal as i64).into(),
            id(at, generator).into(),
            Cell::from(*message),
            serde_json::to_string(&reply)?.into(),
            at.into(),
            (at + 1_500).into(),
        ]);
    }
    Ok((conversation, last))
}

/// Three passages of about two hundred characters, as the assistant keeps those it looked at.
fn sources(at: i64, generator: &mut Generator) -> Vec<Source> {
    const SENTENCES: [&str; 6] = [
        "物业服务人应当按照约定和物业的使用性质，妥善维修、养护、清洁、绿化和经营管理业主共有部分。",
        "对物业服务区域内违反有关治安、环保、消防等法律法规的行为，应当及时采取合理措施制止。",
        "共用部位、共用设施设备保修期满后的维修和更新、改造，使用专项维修资金。",
        "居民可以到社区党群服务中心一楼窗口登记，工作日上午九点到下午五点，周末有人值班。",
        "任何单位和个人不得占用、堵塞、封闭疏散通道、安全出口、消防车通道。",
        "接到报修以后，一般故障当天上门，需要更换配件的三个工作日内修好，并告知居民。",
    ];
    (1..=3)
        .map(|number| Source {
            number,
            document: id(at, generator),
            edition: id(at, generator),
            passage: generator.below(80) as u32,
            title: one(generator, &["物业管理条例", "社区报修办事指南", "消防安全管理规定"]).to_owned(),
            issuer: Some("云岭市住房和城乡建设局".to_owned()),
            locator: format!("第{}条", 1 + generator.below(60)),
            headings: vec!["第三章 物业的使用与维护".to_owned()],
            quote: (0..5).map(|_| one(generator, &SENTENCES)).collect(),
            place: "云岭市".to_owned(),
            effective_on: None,
        })
        .collect()
}
