//! The calls that the desk's pages and the program's own clockwork make.

use anyhow::{Context, Result};
use assistant::store::{OrderFilter, OrderQueue, Sort, Span, Split, Store};
use assistant::work_orders::similar::likeness;

use super::facts::Facts;
use super::life::DAY;
use super::stopwatch::Stopwatch;
use super::words::{ABSENT, COMMON, RARE};

const QUEUES: [(OrderQueue, &str); 14] = [
    (OrderQueue::Mine, "mine"),
    (OrderQueue::ToAccept, "to_accept"),
    (OrderQueue::ToDispatch, "to_dispatch"),
    (OrderQueue::ToSign, "to_sign"),
    (OrderQueue::InProgress, "in_progress"),
    (OrderQueue::Suspended, "suspended"),
    (OrderQueue::ToReview, "to_review"),
    (OrderQueue::ToFollowUp, "to_follow_up"),
    (OrderQueue::Overdue, "overdue"),
    (OrderQueue::Urgent, "urgent"),
    (OrderQueue::Mentions, "mentions"),
    (OrderQueue::Open, "open"),
    (OrderQueue::Archived, "archived"),
    (OrderQueue::All, "all"),
];

const SORTS: [(Sort, &str); 3] = [(Sort::Due, "due"), (Sort::Newest, "newest"), (Sort::Oldest, "oldest")];

const SPLITS: [(Split, &str); 4] = [
    (Split::Total, "total"),
    (Split::Community, "by community"),
    (Split::Kind, "by kind"),
    (Split::Month, "by month"),
];

/// By how much the day begins earlier in China, in milliseconds.
const AHEAD: i64 = 8 * 3_600_000;

/// Whose list it is.
struct Reader<'a> {
    name: &'static str,
    account: &'a str,
    scopes: &'a [String],
}

fn readers(facts: &Facts) -> [Reader<'_>; 3] {
    [
        Reader { name: "city", account: &facts.dispatcher, scopes: &facts.city },
        Reader { name: "20 社区", account: &facts.worker, scopes: &facts.twenty },
        Reader { name: "社区", account: &facts.worker, scopes: &facts.community },
    ]
}

async fn list(store: &Store, reader: &Reader<'_>, filter: &OrderFilter) -> Result<i64> {
    let page = store.order_list(reader.account, reader.scopes, filter).await?;
    Ok(page.total)
}

/// Every queue in every order, first pages and deep ones.
pub(super) async fn lists(store: &Store, facts: &Facts, watch: &mut Stopwatch) -> Result<()> {
    for reader in &readers(facts) {
        for (queue, queue_name) in QUEUES {
            for (sort, sort_name) in SORTS {
                let filter = OrderFilter { queue, sort, ..OrderFilter::default() };
                let name = format!("{queue_name}, {sort_name}, {}", reader.name);
                watch.time("list", name, async |_| list(store, reader, &filter).await).await?;
            }
        }
        for (sort, sort_name) in SORTS {
            for queue in [OrderQueue::All, OrderQueue::Archived] {
                let filter = OrderFilter { queue, sort, after: Some(format!("{}_", facts.middle)), ..OrderFilter::default() };
                let name = format!("{queue:?}, {sort_name}, {}, from the middle on", reader.name).to_lowercase();
                watch.time("list", name, async |_| list(store, reader, &filter).await).await?;
            }
        }
        let narrowed = [
            ("kind", OrderFilter { kind: Some("求助".to_owned()), ..OrderFilter::default() }),
            ("clock", OrderFilter { clock: Some("missed".to_owned()), ..OrderFilter::default() }),
            ("assignee", OrderFilter { assignee: Some(facts.worker.clone()), ..OrderFilter::default() }),
            ("community", OrderFilter { community: Some(facts.community_id.clone()), ..OrderFilter::default() }),
        ];
        for (name, filter) in narrowed {
            let filter = OrderFilter { queue: OrderQueue::All, ..filter };
            let name = format!("all, due, {}, of one {name}", reader.name);
            watch.time("list", name, async |_| list(store, reader, &filter).await).await?;
        }
        let name = format!("counts of the queues, {}", reader.name);
        watch
            .time("list", name, async |_| {
                Ok(store.queue_counts(reader.account, reader.scopes).await?.in_progress)
            })
            .await?;
    }
    Ok(())
}

/// Searches of all orders and of the open ones.
pub(super) async fn searches(store: &Store, facts: &Facts, watch: &mut Stopwatch) -> Result<()> {
    let day = jiff::Timestamp::from_millisecond(facts.middle)?.strftime("%Y%m%d").to_string();
    let words = [
        ("a rare word", RARE.to_owned()),
        ("a common word", COMMON.to_owned()),
        ("a word that nobody wrote", ABSENT.to_owned()),
        ("two words", "电梯 异响".to_owned()),
        ("one character", "水".to_owned()),
        ("a telephone number", facts.phone.clone()),
        ("its last four digits", facts.phone.chars().skip(7).collect()),
        ("a number", facts.open.first().context("no order is open")?.clone()),
        ("the numbers of a day", day),
    ];
    for reader in &readers(facts) {
        for (name, q) in &words {
            for (queue, among) in [(OrderQueue::All, "all"), (OrderQueue::Open, "open")] {
                for (sort, sort_name) in &SORTS[..2] {
                    let filter = OrderFilter { queue, sort: *sort, q: Some(q.clone()), ..OrderFilter::default() };
                    let name = format!("{name}, {among}, {sort_name}, {}", reader.name);
                    watch.time("search", name, async |_| list(store, reader, &filter).await).await?;
                }
            }
        }
    }
    Ok(())
}

/// Figures of a month and of two years.
pub(super) async fn figures(store: &Store, facts: &Facts, watch: &mut Stopwatch) -> Result<()> {
    // As the page asks, in whole days of China.
    let until = (facts.newest + AHEAD) / DAY * DAY - AHEAD + DAY;
    for reader in &readers(facts) {
        for (length, days) in [("a month", 30), ("two years", 730)] {
            let span = Span {
                scopes: reader.scopes.to_vec(),
                from: until - days * DAY,
                until,
                kind: None,
            };
            let of_kind = Span { kind: Some("报修".to_owned()), ..span.clone() };
            for (split, name) in SPLITS {
                let name = format!("{name}, {length}, {}", reader.name);
                watch
                    .time("figures", name, async |_| {
                        let tallies = store.tallies(&span, split).await?;
                        Ok(tallies.values().map(|tally| tally.filed).sum())
                    })
                    .await?;
            }
            watch
                .time("figures", format!("total of 报修, {length}, {}", reader.name), async |_| {
                    let tallies = store.tallies(&of_kind, Split::Total).await?;
                    Ok(tallies.values().map(|tally| tally.filed).sum())
                })
                .await?;
            watch
                .time("figures", format!("the page with its months, {length}, {}", reader.name), async |_| {
                    page_of_figures(store, &span).await
                })
                .await?;
            watch
                .time("figures", format!("needs, {length}, {}", reader.name), async |_| {
                    Ok(store.needs(&span).await?.values().sum())
                })
                .await?;
        }
    }
    Ok(())
}

/// All that the page of figures asks for, side by side as it does.
async fn page_of_figures(store: &Store, span: &Span) -> Result<i64> {
    let (by_community, by_kind, by_month) = tokio::try_join!(
        store.tallies(span, Split::Community),
        store.tallies(span, Split::Kind),
        store.tallies(span, Split::Month),
    )?;
    let all = by_community.values().chain(by_kind.values()).chain(by_month.values());
    Ok(all.map(|tally| tally.filed).sum::<i64>() / 3)
}

/// All that the page of an order asks for, and orders like it.
pub(super) async fn order_page(store: &Store, facts: &Facts, watch: &mut Stopwatch) -> Result<()> {
    watch
        .time("order", "page of an order", async |repetition| {
            let number = &facts.open[repetition % facts.open.len()];
            let order = store.work_order(number, None).await?.context("the order is gone")?;
            let line = store.order_line(&order.id).await?.context("the order is gone")?;
            store.holding(&order.conversation_id).await?;
            let lineage = store.lineage(&order.community_id).await?;
            let ids: Vec<String> = lineage.into_iter().map(|node| node.id).collect();
            store.local_days(&ids).await?;
            store.attachments(&order.id).await?;
            store.merged_orders(&order.id).await?;
            store.others_present(&order.id, &facts.dispatcher).await?;
            store.department_corrections().await?;
            let others = store.orders_of_conversation(&order.conversation_id).await?;
            Ok(others.len() as i64 + i64::from(line.number == order.number) - 1)
        })
        .await?;
    watch
        .time("order", "orders like it", async |repetition| {
            let number = &facts.open[repetition % facts.open.len()];
            let order = store.work_order(number, None).await?.context("the order is gone")?;
            let since = order.created_at - 7 * DAY;
            let near = store.open_orders_nearby(&order.community_id, &order.kind, since, 200).await?;
            let alike = near.iter().filter(|line| likeness(&order.question, &line.question) > 0.4);
            Ok(alike.count() as i64)
        })
        .await?;
    watch
        .time("order", "how much each worker has open", async |_| Ok(store.open_by_assignee().await?.len() as i64))
        .await?;
    watch
        .time("order", "notes that name the account", async |_| Ok(store.mentions(&facts.worker).await?.len() as i64))
        .await
}

/// What the live page, the feed, the clocks and the jobs ask for.
pub(super) async fn clockwork(store: &Store, facts: &Facts, watch: &mut Stopwatch) -> Result<()> {
    for reader in &readers(facts) {
        watch
            .time("live", format!("conversations, {}", reader.name), async |_| {
                Ok(store.live_conversations(reader.scopes).await?.len() as i64)
            })
            .await?;
    }
    for (name, back) in [("ten seconds", 10_000), ("two hours", 7_200_000)] {
        watch
            .time("live", format!("changes of {name}"), async |_| {
                Ok(store.changes_since(facts.newest - back).await?.len() as i64)
            })
            .await?;
    }
    watch
        .time("clockwork", "clocks that are due", async |_| {
            Ok(store.orders_with_due_clocks(facts.newest + 2 * DAY, 100).await?.len() as i64)
        })
        .await?;
    watch
        .time("clockwork", "when the next clock is due", async |_| {
            Ok(i64::from(store.next_clock_at().await?.is_some()))
        })
        .await?;
    watch
        .time("clockwork", "open orders of a 社区", async |_| {
            Ok(store.open_orders_below(&facts.community[0]).await?.len() as i64)
        })
        .await?;
    watch
        .time("clockwork", "when the next job is due", async |_| {
            Ok(i64::from(store.next_job_at().await?.is_some()))
        })
        .await?;
    // The claims of an earlier run have run out by then.
    let at = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    watch
        .time("clockwork", "claiming twenty of ten thousand jobs", async |_| {
            Ok(store.claim_jobs(at, 20).await?.len() as i64)
        })
        .await
}
