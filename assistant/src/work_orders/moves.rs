//! What can be done to a work order, and what doing it needs.

use serde::{Deserialize, Serialize};

/// How the resident judged the end of their matter (回访).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Survey {
    /// Whether the resident was reached at all; only these count in the figures.
    pub contacted: bool,
    /// Whether the matter is solved, in the resident's eyes.
    pub solved: Option<bool>,
    /// How satisfied they are.
    pub satisfaction: Option<Satisfaction>,
    /// Their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A resident's satisfaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Satisfaction {
    /// Satisfied.
    #[serde(rename = "满意")]
    Satisfied,
    /// Mostly satisfied; counts 0.9 in the 满意率.
    #[serde(rename = "基本满意")]
    Mostly,
    /// Not satisfied.
    #[serde(rename = "不满意")]
    Dissatisfied,
}

impl Satisfaction {
    /// Its name on screen and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Satisfied => "满意",
            Self::Mostly => "基本满意",
            Self::Dissatisfied => "不满意",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Satisfied, Self::Mostly, Self::Dissatisfied]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// One thing done to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub enum Move {
    /// 受理: it is ours.
    Accept,
    /// 派单, 改派: this account shall do it.
    Dispatch {
        /// Who shall do it.
        assignee_id: String,
    },
    /// 我来办: who says so does it.
    Claim,
    /// 签收: whoever it was given to takes it.
    Sign,
    /// 退单: it was given to the wrong hands.
    Return {
        /// Why it is the wrong place.
        reason: String,
    },
    /// 申请延期: more time is needed.
    AskExtension {
        /// Why.
        reason: String,
        /// Working days wished for.
        days: u32,
    },
    /// 延期: more time is given.
    Extend {
        /// Why.
        reason: String,
        /// Working days given.
        days: u32,
    },
    /// 督办: somebody above watches it.
    Supervise {
        /// What is expected.
        reason: String,
    },
    /// 挂起: it waits for something outside.
    Suspend {
        /// For what.
        reason: String,
    },
    /// It waits for an answer of the resident.
    AskResident {
        /// What the resident is asked.
        question: String,
    },
    /// 恢复: it goes on.
    Resume,
    /// 办结: it is done, with an outcome and words for the resident.
    Finish {
        /// One of [`super::Kinds::outcomes`].
        outcome: String,
        /// What the resident is told.
        answer: String,
    },
    /// 审核通过: the second person agrees.
    Approve,
    /// 审核退回: the second person does not.
    SendBack {
        /// What is missing.
        reason: String,
    },
    /// 回访: the resident was asked, or answered by themselves.
    FollowUp {
        /// What they said.
        survey: Survey,
    },
    /// 重办: it was not solved after all.
    Reopen {
        /// What is still wrong.
        reason: String,
    },
    /// 不予受理: it is not ours, and the resident is told where it belongs.
    Decline {
        /// What the resident is told.
        answer: String,
    },
    /// 合并: another order is about the same matter.
    Merge {
        /// Number of that order.
        into: String,
    },
    /// 取消合并.
    Unmerge,
}

/// The name of a move without its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each stands with its meaning in `Move`")]
pub enum MoveName {
    Accept,
    Dispatch,
    Claim,
    Sign,
    Return,
    AskExtension,
    Extend,
    Supervise,
    Suspend,
    AskResident,
    Resume,
    Finish,
    Approve,
    SendBack,
    FollowUp,
    Reopen,
    Decline,
    Merge,
    Unmerge,
}

/// What a form must ask for before a move can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as the fields of `Move`")]
pub enum Need {
    Assignee,
    Reason,
    Outcome,
    Answer,
    Question,
    Days,
    Into,
    Survey,
}

impl MoveName {
    /// All of them, those that are made most often first.
    pub const ALL: [Self; 19] = [
        Self::Sign,
        Self::Claim,
        Self::Accept,
        Self::Dispatch,
        Self::Finish,
        Self::Approve,
        Self::SendBack,
        Self::FollowUp,
        Self::AskResident,
        Self::Resume,
        Self::Suspend,
        Self::Return,
        Self::AskExtension,
        Self::Extend,
        Self::Supervise,
        Self::Merge,
        Self::Unmerge,
        Self::Reopen,
        Self::Decline,
    ];

    /// What the button says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Accept => "受理",
            Self::Dispatch => "派单",
            Self::Claim => "我来办",
            Self::Sign => "签收",
            Self::Return => "退单",
            Self::AskExtension => "申请延期",
            Self::Extend => "延期",
            Self::Supervise => "督办",
            Self::Suspend => "挂起",
            Self::AskResident => "问居民",
            Self::Resume => "恢复办理",
            Self::Finish => "办结",
            Self::Approve => "审核通过",
            Self::SendBack => "审核退回",
            Self::FollowUp => "回访",
            Self::Reopen => "重办",
            Self::Decline => "不予受理",
            Self::Merge => "合并",
            Self::Unmerge => "取消合并",
        }
    }

    /// What must be said with it.
    pub fn needs(self) -> &'static [Need] {
        match self {
            Self::Dispatch => &[Need::Assignee],
            Self::Return | Self::Supervise | Self::Suspend | Self::SendBack | Self::Reopen => &[Need::Reason],
            Self::AskExtension | Self::Extend => &[Need::Reason, Need::Days],
            Self::AskResident => &[Need::Question],
            Self::Finish => &[Need::Outcome, Need::Answer],
            Self::FollowUp => &[Need::Survey],
            Self::Decline => &[Need::Answer],
            Self::Merge => &[Need::Into],
            Self::Accept | Self::Claim | Self::Sign | Self::Resume | Self::Approve | Self::Unmerge => &[],
        }
    }
}

impl Move {
    /// Its name.
    pub fn name(&self) -> MoveName {
        match self {
            Self::Accept => MoveName::Accept,
            Self::Dispatch { .. } => MoveName::Dispatch,
            Self::Claim => MoveName::Claim,
            Self::Sign => MoveName::Sign,
            Self::Return { .. } => MoveName::Return,
            Self::AskExtension { .. } => MoveName::AskExtension,
            Self::Extend { .. } => MoveName::Extend,
            Self::Supervise { .. } => MoveName::Supervise,
            Self::Suspend { .. } => MoveName::Suspend,
            Self::AskResident { .. } => MoveName::AskResident,
            Self::Resume => MoveName::Resume,
            Self::Finish { .. } => MoveName::Finish,
            Self::Approve => MoveName::Approve,
            Self::SendBack { .. } => MoveName::SendBack,
            Self::FollowUp { .. } => MoveName::FollowUp,
            Self::Reopen { .. } => MoveName::Reopen,
            Self::Decline { .. } => MoveName::Decline,
            Self::Merge { .. } => MoveName::Merge,
            Self::Unmerge => MoveName::Unmerge,
        }
    }

    /// The words that a person wrote with it.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Return { reason }
            | Self::AskExtension { reason, .. }
            | Self::Extend { reason, .. }
            | Self::Supervise { reason }
            | Self::Suspend { reason }
            | Self::SendBack { reason }
            | Self::Reopen { reason } => Some(reason),
            Self::AskResident { question } => Some(question),
            Self::Finish { answer, .. } | Self::Decline { answer } => Some(answer),
            _ => None,
        }
    }
}
