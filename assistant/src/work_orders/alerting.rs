//! What staff are told outside the desk, in words without personal data.

use jiff::Timestamp;

use crate::alerts::Notice;
use crate::store::{WorkOrder, new_id};

/// The notice of an order's event; `base_url` is where the desk is.
pub(super) fn notice(order: &WorkOrder, community: &str, event: &str, base_url: &str, at: Timestamp) -> Notice {
    let what = match event {
        "filed" => "新工单",
        "urgent" => "紧急工单，还没有人签收",
        "warning" => "工单快到时限",
        "overdue" => "工单已超时，自动督办",
        "dispatch" => "派给您的工单，请签收",
        "return" => "工单被退回，请重新派单",
        "ask_extension" => "有工单申请延期",
        "supervise" => "工单被督办",
        "reopen" => "工单要重办",
        "unanswered" => "居民没等到回话，助手接回了对话",
        _ => "工单有变化",
    };
    let mut body = format!("{community}　{}　{}", order.kind, order.state);
    if let Some(department) = &order.department {
        body.push_str(&format!("　{department}"));
    }
    // What the resident wrote may name people: it is read at the desk, by those who may.
    Notice {
        id: new_id(),
        event: format!("work_order.{event}"),
        title: format!("{what}：{}", order.number),
        body,
        url: Some(format!("{base_url}/desk?order={}", order.number)),
        urgent: order.urgent || matches!(event, "urgent" | "overdue"),
        at,
        details: serde_json::json!({
            "number": order.number,
            "kind": order.kind,
            "state": order.state,
            "urgent": order.urgent,
            "community": order.community_id,
            "department": order.department,
            "due_at": order.due_at,
            "created_at": order.created_at,
        }),
    }
}
