//! What becomes of an order: its state, its moments, its events, what the resident says at the end.

use crate::statistics::Generator;

use super::words::one;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of a day.
pub(super) const DAY: i64 = 24 * HOUR;

/// One step of an order.
pub(super) struct Step {
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
    pub(super) from: Option<&'static str>,
    pub(super) to: Option<&'static str>,
    pub(super) at: i64,
    /// Whether a member of the staff did it.
    pub(super) by_staff: bool,
}

/// The life of one order until now.
pub(super) struct Life {
    pub(super) state: &'static str,
    pub(super) steps: Vec<Step>,
    pub(super) signed_at: Option<i64>,
    pub(super) finished_at: Option<i64>,
    pub(super) archived_at: Option<i64>,
    pub(super) contacted: Option<i64>,
    pub(super) solved: Option<i64>,
    pub(super) satisfaction: Option<&'static str>,
    pub(super) clock_status: &'static str,
    pub(super) due_at: i64,
    pub(super) clock_next_at: Option<i64>,
    pub(super) reopened: i64,
}

/// Every step of an order that runs straight through, and the state that it leads to.
const STEPS: [(&str, &str, &str); 6] = [
    ("filed", "已登记，等待社区工作人员受理", "待受理"),
    ("accept", "已受理", "待派单"),
    ("dispatch", "已派给经办人", "待签收"),
    ("sign", "经办人已签收，开始办理", "办理中"),
    ("finish", "已办结，请您看看是否解决", "待回访"),
    ("archive", "已归档", "已归档"),
];

/// The life of an order that was filed at `created`; about three in a hundred are open at `now`.
pub(super) fn live(created: i64, urgent: bool, now: i64, generator: &mut Generator) -> Life {
    let age = (now - created) / DAY;
    let still_open = match age {
        0..14 => 900,
        14..30 => 400,
        _ => 5,
    };
    let done = generator.below(1000) >= still_open;
    let (state, passed) = if done {
        match generator.below(1000) {
            0..30 => ("合并", 2),
            30..40 if age < 40 => ("待回访", 5),
            _ => ("已归档", 6),
        }
    } else {
        match generator.below(100) {
            0..6 => ("待受理", 1),
            6..12 => ("待派单", 2),
            12..26 => ("待签收", 3),
            26..76 => ("办理中", 4),
            76..84 => ("挂起", 4),
            84..90 => ("待审核", 4),
            _ => ("待回访", 5),
        }
    };
    let mut at = created;
    let mut moments = Vec::new();
    for passing in 0..passed {
        if passing > 0 {
            let most = [1, 4 * HOUR, 4 * HOUR, 8 * HOUR, 6 * DAY, 3 * DAY][passing];
            at = (at + 5 * MINUTE + generator.below(most as usize) as i64).min(now);
        }
        moments.push(at);
    }
    let mut steps: Vec<Step> = moments
        .iter()
        .enumerate()
        .map(|(index, at)| Step {
            kind: STEPS[index].0,
            text: STEPS[index].1,
            from: index.checked_sub(1).map(|before| STEPS[before].2),
            to: Some(STEPS[index].2),
            at: *at,
            by_staff: index > 0,
        })
        .collect();
    let last = steps[steps.len() - 1].to;
    match state {
        "挂起" => steps.push(Step { kind: "suspend", text: "等待配件", from: last, to: Some(state), at, by_staff: true }),
        "待审核" => steps.push(Step { kind: "finish", text: "已办结，等待审核", from: last, to: Some(state), at, by_staff: true }),
        "合并" => steps.push(Step { kind: "merge", text: "与同一事项合并办理", from: last, to: Some(state), at, by_staff: true }),
        _ => {}
    }
    let finished_at = moments.get(4).copied();
    let limit = if urgent { DAY } else { 7 * DAY };
    let due_at = created + limit;
    let clock_status = match (state, finished_at) {
        ("合并" | "挂起", _) => "paused",
        (_, Some(finished)) if finished <= due_at => "met",
        (_, Some(_)) => "missed",
        _ if due_at <= now => "overdue",
        _ if created + limit * 3 / 4 <= now => "warning",
        _ => "running",
    };
    let followed = state == "已归档" && generator.below(100) < 70;
    let solved = followed.then(|| i64::from(generator.below(100) < 88));
    Life {
        state,
        steps,
        signed_at: moments.get(3).copied(),
        finished_at,
        archived_at: moments.get(5).copied(),
        contacted: (state == "已归档").then_some(i64::from(followed)),
        solved,
        satisfaction: followed.then(|| one(generator, &["满意", "满意", "满意", "基本满意", "基本满意", "不满意"])),
        clock_status,
        due_at,
        clock_next_at: match clock_status {
            "running" => Some(created + limit * 3 / 4),
            "warning" => Some(due_at),
            _ => None,
        },
        reopened: i64::from(done && generator.below(100) < 3),
    }
}

/// A moment in the past two years before `now`: order `index` of `count`, in daytime for the most.
pub(super) fn filed_at(index: usize, count: usize, now: i64, generator: &mut Generator) -> i64 {
    let span = 730 * DAY;
    let even = now - span + span / count.max(1) as i64 * index as i64;
    // China is eight hours ahead.
    let midnight = (even + 8 * HOUR) / DAY * DAY - 8 * HOUR;
    let hour = one(generator, &[7, 8, 8, 9, 9, 9, 10, 10, 11, 12, 13, 14, 14, 15, 15, 16, 17, 18, 19, 20, 21, 23]);
    let at = midnight + hour * HOUR + generator.below(HOUR as usize) as i64;
    // Today's evening has not come yet.
    at.min(now - HOUR + generator.below(HOUR as usize) as i64)
}
