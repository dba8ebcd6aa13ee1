//! Which move is possible from where, by whom, and what it leads to: pure, no store and no clock.

use super::moves::{Move, MoveName, Survey};
use super::state::State;
use super::wording;

/// Most times an order may go back as wrongly dispatched; after that somebody above decides.
///
/// Two returns are the limit of the Shandong hotline rules.
const MOST_RETURNS: u32 = 2;

/// Most working days of one extension; ten is the limit of the Shandong hotline rules.
const LONGEST_EXTENSION: u32 = 10;

/// What the rules must know of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// Where it stood before it was suspended or merged.
    pub state_before: Option<State>,
    /// Who does it.
    pub assignee_id: Option<String>,
    /// How often it went back as wrongly dispatched.
    pub returned: u32,
    /// Whether a second person looks at the result.
    pub needs_review: bool,
    /// What the resident is to be told, once it is done.
    pub answer: Option<String>,
}

/// Who makes a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The resident, with number and code.
    Resident,
    /// The program, at a set time.
    System,
    /// An account with what it may do at the order's place.
    Staff {
        /// Its id.
        account_id: String,
        /// Network address, for the audit trail.
        address: String,
        /// Accepts and gives out.
        dispatches: bool,
        /// Does the work.
        works: bool,
        /// Looks at results.
        reviews: bool,
    },
}

impl Actor {
    /// The account, where it is one.
    pub fn account_id(&self) -> Option<&str> {
        match self {
            Self::Staff { account_id, .. } => Some(account_id),
            Self::Resident | Self::System => None,
        }
    }
}

/// What becomes of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    /// They go on as they are.
    None,
    /// Somebody signed: the response clock ends.
    Responded,
    /// They rest.
    Pause,
    /// They go on.
    Resume,
    /// The work is done.
    Finished,
    /// The work begins again with a new limit.
    Restart,
    /// This many working days more.
    Extend(u32),
}

/// What becomes of who does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// Nothing.
    Keep,
    /// This account.
    To(String),
    /// Nobody.
    Nobody,
}

/// What a move leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state after it.
    pub to: State,
    /// Who does it after it.
    pub assignment: Assignment,
    /// What becomes of the clocks.
    pub clock: ClockEffect,
    /// What the history says.
    pub history: String,
    /// What the resident is told, where they are told.
    pub told: Option<String>,
}

/// Why a move is not possible; its text is for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The account may not do this.
    #[error("{0}")]
    NotAllowed(String),
    /// Not from this state, or something is missing.
    #[error("{0}")]
    NotPossible(String),
}

/// Who may make a move, apart from the state.
fn entitled(name: MoveName, order: &Standing, actor: &Actor) -> bool {
    let Actor::Staff { account_id, dispatches, works, reviews, .. } = actor else {
        return match actor {
            Actor::Resident => matches!(name, MoveName::FollowUp | MoveName::Reopen | MoveName::Resume | MoveName::Merge),
            _ => matches!(name, MoveName::FollowUp | MoveName::Resume),
        };
    };
    let own = order.assignee_id.as_ref() == Some(account_id) && *works;
    match name {
        MoveName::Accept | MoveName::Claim => *works || *dispatches,
        MoveName::Sign => own,
        MoveName::Return | MoveName::AskExtension | MoveName::AskResident | MoveName::Suspend | MoveName::Resume
        | MoveName::Finish => own || *dispatches,
        MoveName::Merge | MoveName::Unmerge => own || *dispatches,
        MoveName::FollowUp => own || *dispatches || *reviews,
        // Four eyes: not who did it.
        MoveName::Approve | MoveName::SendBack => *reviews && order.assignee_id.as_ref() != Some(account_id),
        MoveName::Reopen => *dispatches || *reviews,
        MoveName::Dispatch | MoveName::Extend | MoveName::Supervise | MoveName::Decline => *dispatches,
    }
}

/// The states from which a move is possible.
fn from(name: MoveName) -> &'static [State] {
    use State::{Accepted, Archived, Dispatched, Filed, FollowUp, InProgress, InReview, Merged, Suspended};
    match name {
        MoveName::Accept => &[Filed],
        MoveName::Dispatch => &[Filed, Accepted, Dispatched, InProgress],
        MoveName::Claim => &[Filed, Accepted, Dispatched],
        MoveName::Sign => &[Dispatched],
        MoveName::Return => &[Dispatched, InProgress],
        MoveName::AskExtension | MoveName::Suspend | MoveName::Finish => &[InProgress],
        MoveName::AskResident => &[InProgress],
        MoveName::Extend => &[Dispatched, InProgress, Suspended],
        MoveName::Supervise => &[Filed, Accepted, Dispatched, InProgress, Suspended, InReview],
        MoveName::Resume => &[Suspended],
        MoveName::Approve | MoveName::SendBack => &[InReview],
        MoveName::FollowUp => &[FollowUp],
        MoveName::Reopen => &[FollowUp, Archived],
        MoveName::Decline => &[Filed, Accepted],
        MoveName::Merge => &[Filed, Accepted, Dispatched, InProgress, Suspended],
        MoveName::Unmerge => &[Merged],
    }
}

/// The moves that `actor` may make now.
pub fn allowed(order: &Standing, actor: &Actor) -> Vec<MoveName> {
    MoveName::ALL
        .into_iter()
        .filter(|name| from(*name).contains(&order.state) && entitled(*name, order, actor))
        .filter(|name| *name != MoveName::Return || order.returned < MOST_RETURNS)
        .filter(|name| {
            // Who has been given the order signs for it; the others may take it over.
            *name != MoveName::Claim
                || !matches!(actor, Actor::Staff { account_id, .. } if order.assignee_id.as_ref() == Some(account_id))
        })
        .collect()
}

/// What `made` leads to, or why it can't be made.
///
/// Pure: the same order, actor and move always lead to the same transition.
pub fn apply(order: &Standing, actor: &Actor, made: &Move) -> Result<Transition, Refusal> {
    let name = made.name();
    if !from(name).contains(&order.state) {
        return Err(Refusal::NotPossible(wording::not_from(name, order.state)));
    }
    if !entitled(name, order, actor) {
        return Err(Refusal::NotAllowed(wording::not_entitled(name)));
    }
    if made.words().is_some_and(|words| words.trim().is_empty()) {
        return Err(Refusal::NotPossible(wording::words_missing(name)));
    }
    let staff = match actor {
        Actor::Staff { account_id, .. } => Some(account_id.clone()),
        _ => None,
    };
    let keep = |to, clock, history: String, told: Option<String>| Transition {
        to,
        assignment: Assignment::Keep,
        clock,
        history,
        told,
    };
    let number = &order.number;
    Ok(match made {
        Move::Accept => keep(
            State::Accepted,
            ClockEffect::None,
            "已受理".to_owned(),
            Some(wording::told_accepted(number)),
        ),
        Move::Dispatch { assignee_id } => Transition {
            to: State::Dispatched,
            assignment: Assignment::To(assignee_id.clone()),
            clock: ClockEffect::None,
            history: "已派单".to_owned(),
            told: (order.state == State::Filed).then(|| wording::told_accepted(number)),
        },
        Move::Claim | Move::Sign => Transition {
            to: State::InProgress,
            assignment: staff.map_or(Assignment::Keep, Assignment::To),
            clock: ClockEffect::Responded,
            history: "已签收，开始办理".to_owned(),
            told: Some(wording::told_in_progress(number)),
        },
        Move::Return { reason } => {
            if order.returned >= MOST_RETURNS {
                return Err(Refusal::NotPossible(wording::returned_too_often(MOST_RETURNS)));
            }
            Transition {
                to: State::Accepted,
                assignment: Assignment::Nobody,
                clock: ClockEffect::None,
                history: format!("退单：{reason}"),
                told: None,
            }
        }
        Move::AskExtension { reason, days } | Move::Extend { reason, days } => {
            if !(1..=LONGEST_EXTENSION).contains(days) {
                return Err(Refusal::NotPossible(wording::extension_bounds(LONGEST_EXTENSION)));
            }
            if name == MoveName::AskExtension {
                keep(order.state, ClockEffect::None, format!("申请延期 {days} 个工作日：{reason}"), None)
            } else {
                keep(
                    order.state,
                    ClockEffect::Extend(*days),
                    format!("延期 {days} 个工作日：{reason}"),
                    Some(wording::told_extended(number, *days, reason)),
                )
            }
        }
        Move::Supervise { reason } => keep(order.state, ClockEffect::None, format!("督办：{reason}"), None),
        Move::Suspend { reason } => keep(
            State::Suspended,
            ClockEffect::Pause,
            format!("挂起：{reason}"),
            Some(wording::told_suspended(number, reason)),
        ),
        Move::AskResident { question } => keep(
            State::Suspended,
            ClockEffect::Pause,
            format!("问居民：{question}"),
            Some(wording::told_question(number, question)),
        ),
        Move::Resume => keep(State::InProgress, ClockEffect::Resume, "恢复办理".to_owned(), None),
        Move::Finish { outcome, answer } => {
            let to = if order.needs_review { State::InReview } else { State::FollowUp };
            keep(
                to,
                // What is sent back goes on within the same limit.
                if order.needs_review { ClockEffect::Pause } else { ClockEffect::Finished },
                format!("办结（{outcome}）：{answer}"),
                (to == State::FollowUp).then(|| wording::told_finished(number, answer)),
            )
        }
        Move::Approve => keep(
            State::FollowUp,
            ClockEffect::Finished,
            "审核通过".to_owned(),
            order.answer.as_deref().map(|answer| wording::told_finished(number, answer)),
        ),
        Move::SendBack { reason } => keep(
            State::InProgress,
            ClockEffect::Resume,
            format!("审核退回：{reason}"),
            None,
        ),
        Move::FollowUp { survey } => follow_up(order, actor, survey)?,
        Move::Reopen { reason } => keep(
            // Who did it does it again; nobody: it is given out anew.
            if order.assignee_id.is_some() { State::InProgress } else { State::Accepted },
            ClockEffect::Restart,
            format!("重办：{reason}"),
            Some(wording::told_reopened(number)),
        ),
        Move::Decline { answer } => keep(
            State::Archived,
            ClockEffect::Finished,
            format!("不予受理：{answer}"),
            Some(wording::told_declined(number, answer)),
        ),
        Move::Merge { into } if into == number => {
            return Err(Refusal::NotPossible(wording::MERGE_WITH_ITSELF.to_owned()));
        }
        Move::Merge { into } => keep(
            State::Merged,
            ClockEffect::Pause,
            format!("并入工单 {into}"),
            Some(wording::told_merged(number)),
        ),
        Move::Unmerge => {
            let to = order.state_before.unwrap_or(State::Accepted);
            let clock = if to == State::Suspended { ClockEffect::None } else { ClockEffect::Resume };
            keep(to, clock, "取消合并，单独办理".to_owned(), None)
        }
    })
}

/// The resident's verdict: solved or not heard of, it is over; unsolved, it begins again.
fn follow_up(order: &Standing, actor: &Actor, survey: &Survey) -> Result<Transition, Refusal> {
    if survey.contacted && survey.solved.is_none() {
        return Err(Refusal::NotPossible(wording::SOLVED_MISSING.to_owned()));
    }
    let unsolved = survey.contacted && survey.solved == Some(false);
    let (to, clock) = if unsolved {
        let to = if order.assignee_id.is_some() { State::InProgress } else { State::Accepted };
        (to, ClockEffect::Restart)
    } else {
        (State::Archived, ClockEffect::None)
    };
    Ok(Transition {
        to,
        assignment: Assignment::Keep,
        clock,
        history: wording::survey(survey, *actor == Actor::Resident),
        told: if unsolved {
            Some(wording::told_reopened(&order.number))
        } else {
            (*actor == Actor::Resident).then(|| wording::THANKS_FOR_VERDICT.to_owned())
        },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(state: State) -> Standing {
        Standing {
            number: "20261122-0001".to_owned(),
            state,
            state_before: None,
            assignee_id: Some("wang".to_owned()),
            returned: 0,
            needs_review: false,
            answer: None,
        }
    }

    fn staff(account_id: &str, dispatches: bool, works: bool, reviews: bool) -> Actor {
        Actor::Staff {
            account_id: account_id.to_owned(),
            address: String::new(),
            dispatches,
            works,
            reviews,
        }
    }

    fn finish() -> Move {
        Move::Finish { outcome: "已解决".to_owned(), answer: "修好了".to_owned() }
    }

    #[test]
    fn only_who_was_given_the_order_signs_for_it_and_finishes_it() {
        let given = order(State::Dispatched);
        assert!(apply(&given, &staff("wang", false, true, false), &Move::Sign).is_ok());
        let other = apply(&given, &staff("li", false, true, false), &Move::Sign);
        assert!(matches!(other, Err(Refusal::NotAllowed(_))));
        let early = apply(&given, &staff("wang", false, true, false), &finish());
        assert!(matches!(early, Err(Refusal::NotPossible(_))));
    }

    #[test]
    fn who_did_it_does_not_pass_it() {
        let mut done = order(State::InProgress);
        done.needs_review = true;
        let finished = apply(&done, &staff("wang", false, true, false), &finish()).unwrap();
        assert_eq!((finished.to, finished.told), (State::InReview, None));
        let mut waiting = order(State::InReview);
        waiting.answer = Some("修好了".to_owned());
        assert!(apply(&waiting, &staff("wang", false, true, true), &Move::Approve).is_err());
        let passed = apply(&waiting, &staff("li", false, false, true), &Move::Approve).unwrap();
        assert_eq!(passed.to, State::FollowUp);
        assert!(passed.told.unwrap().contains("修好了"));
    }

    #[test]
    fn a_matter_that_is_not_solved_begins_again() {
        let survey = Survey { contacted: true, solved: Some(false), ..Survey::default() };
        let again = apply(&order(State::FollowUp), &Actor::Resident, &Move::FollowUp { survey }).unwrap();
        assert_eq!((again.to, again.clock), (State::InProgress, ClockEffect::Restart));
        let survey = Survey { contacted: true, ..Survey::default() };
        assert!(apply(&order(State::FollowUp), &Actor::Resident, &Move::FollowUp { survey }).is_err());
        let over = apply(
            &order(State::FollowUp),
            &Actor::System,
            &Move::FollowUp { survey: Survey::default() },
        );
        assert_eq!(over.unwrap().to, State::Archived);
    }

    #[test]
    fn an_order_goes_back_twice_and_no_more() {
        let mut given = order(State::Dispatched);
        let back = Move::Return { reason: "不归我们管".to_owned() };
        let worker = staff("wang", false, true, false);
        assert_eq!(apply(&given, &worker, &back).unwrap().assignment, Assignment::Nobody);
        given.returned = 2;
        assert!(apply(&given, &worker, &back).is_err());
        assert!(!allowed(&given, &worker).contains(&MoveName::Return));
    }

    fn moves() -> impl Strategy<Value = Move> {
        let words = || "\\PC{0,6}";
        prop_oneof![
            Just(Move::Accept),
            Just(Move::Claim),
            Just(Move::Sign),
            Just(Move::Resume),
            Just(Move::Approve),
            Just(Move::Unmerge),
            words().prop_map(|assignee_id| Move::Dispatch { assignee_id }),
            words().prop_map(|reason| Move::Return { reason }),
            (words(), 0u32..15).prop_map(|(reason, days)| Move::Extend { reason, days }),
            words().prop_map(|reason| Move::Suspend { reason }),
            words().prop_map(|question| Move::AskResident { question }),
            words().prop_map(|answer| Move::Finish { outcome: "已解决".to_owned(), answer }),
            words().prop_map(|reason| Move::SendBack { reason }),
            any::<Option<bool>>().prop_map(|solved| Move::FollowUp {
                survey: Survey { contacted: solved.is_some(), solved, ..Survey::default() }
            }),
            words().prop_map(|reason| Move::Reopen { reason }),
            words().prop_map(|answer| Move::Decline { answer }),
            words().prop_map(|into| Move::Merge { into }),
        ]
    }

    proptest! {
        /// Whatever is tried in whatever order, an order never gets stuck: from every state it
        /// comes into, somebody can move it on, and what is shown as possible is not refused for
        /// the state or the person.
        #[test]
        fn no_order_gets_stuck(tried in prop::collection::vec(moves(), 0..40), needs_review: bool) {
            let mut now = order(State::Filed);
            now.assignee_id = None;
            now.needs_review = needs_review;
            let everybody = [
                staff("wang", true, true, true),
                staff("li", true, true, true),
                Actor::Resident,
            ];
            for made in &tried {
                for actor in &everybody {
                    let possible = allowed(&now, actor).contains(&made.name());
                    let Ok(next) = apply(&now, actor, made) else { continue };
                    prop_assert!(possible || made.name() == MoveName::Claim, "{made:?} was made, but not offered");
                    if next.to == State::Merged {
                        now.state_before = Some(now.state);
                    }
                    now.state = next.to;
                    match next.assignment {
                        Assignment::Keep => {}
                        Assignment::To(account) => now.assignee_id = Some(account),
                        Assignment::Nobody => now.assignee_id = None,
                    }
                    break;
                }
                let offered: usize = everybody.iter().map(|actor| allowed(&now, actor).len()).sum();
                prop_assert!(offered > 0, "stuck in {}", now.state);
            }
        }
    }
}
