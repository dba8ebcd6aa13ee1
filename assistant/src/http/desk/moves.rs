//! Moves of one order, and of many at once.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::order_page::{OrderPage, actor, find, page};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::WorkOrder;
use crate::work_orders::Move;

/// Most orders moved by one request.
const MOST: usize = 200;

#[derive(Deserialize)]
pub(crate) struct MoveRequest {
    request_id: String,
    version: i64,
    #[serde(flatten)]
    made: Move,
}

async fn make(state: &AppState, who: &SignedIn, number: &str, request: &MoveRequest) -> AppResult<WorkOrder> {
    let order = find(state, who, number).await?;
    if let Move::Dispatch { assignee_id } = &request.made {
        let assignee = state.assistant.store().find_account(assignee_id).await?;
        let fits = assignee.is_some_and(|account| {
            !account.disabled && account.may(Permission::WorkOnOrders, &order.place_path)
        });
        if !fits {
            return Err(Problem::unprocessable(
                "no_such_assignee",
                "这个人不能办这里的工单，请换一位。",
            ));
        }
    }
    if let Move::Finish { outcome, .. } = &request.made
        && !state.assistant.work_orders().kinds().outcomes.contains(outcome)
    {
        return Err(Problem::unprocessable("no_such_outcome", "请从列表里选办理结果。"));
    }
    if let Move::Merge { into } = &request.made {
        // The other order must be one that the account may read.
        find(state, who, into).await?;
    }
    let actor = actor(who, &order.place_path);
    let moved = state
        .assistant
        .work_orders()
        .make_move(number, &request.made, &actor, &request.request_id, Some(request.version))
        .await?;
    Ok(moved.order)
}

pub(crate) async fn make_one(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
    Body(request): Body<MoveRequest>,
) -> AppResult<Json<OrderPage>> {
    let order = make(&state, &who, &number, &request).await?;
    Ok(Json(page(&state, &who, order).await?))
}

#[derive(Deserialize)]
pub(crate) struct ManyMoves {
    moves: Vec<NamedMove>,
}

#[derive(Deserialize)]
struct NamedMove {
    number: String,
    #[serde(flatten)]
    request: MoveRequest,
}

/// What became of one of many.
#[derive(Serialize)]
pub(crate) struct Outcome {
    number: String,
    ok: bool,
    problem: Option<Problem>,
}

pub(crate) async fn make_many(
    State(state): State<AppState>,
    who: SignedIn,
    Body(many): Body<ManyMoves>,
) -> AppResult<Json<Vec<Outcome>>> {
    if many.moves.len() > MOST {
        return Err(Problem::invalid("too_many_moves", "一次最多处理 200 张工单，请分几次。"));
    }
    let mut outcomes = Vec::with_capacity(many.moves.len());
    for one in many.moves {
        let problem = make(&state, &who, &one.number, &one.request).await.err();
        outcomes.push(Outcome {
            number: one.number,
            ok: problem.is_none(),
            problem,
        });
    }
    Ok(Json(outcomes))
}
