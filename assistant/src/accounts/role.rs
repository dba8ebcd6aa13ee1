//! Roles and what each may do. A role is held at a node of the tree and is valid below it too.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an account is at a node of the tree and below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps places, accounts and settings, and may do whatever the others may.
    Administrator,
    /// Writes documents and verified answers.
    KnowledgeEditor,
    /// Passes what others wrote or finished: documents, answers, work orders.
    Reviewer,
    /// Accepts work orders and gives each to whoever will do it.
    Dispatcher,
    /// Does the work and speaks with residents.
    Worker,
    /// Reads, and changes nothing.
    Viewer,
}

/// Something that only some roles may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read work orders and conversations, personal data masked.
    ReadOrders,
    /// Sign for orders, write notes and messages, finish them, take over a conversation.
    WorkOnOrders,
    /// Accept, correct, assign, merge, supervise and extend orders; file one for a resident.
    DispatchOrders,
    /// Pass or send back finished orders, and ask the resident how it went.
    ReviewOrders,
    /// See a resident's name and telephone number; every look is kept in the audit trail.
    ReadContacts,
    /// Read figures and maps of needs.
    ReadFigures,
    /// Write canned replies.
    WriteReplies,
    /// Draft documents and verified answers.
    WriteKnowledge,
    /// Publish and withdraw documents and verified answers.
    PublishKnowledge,
    /// See who works here.
    ReadAccounts,
    /// Add accounts, change their roles, reset passwords.
    ManageAccounts,
    /// Read duty rosters.
    ReadDuty,
    /// Write duty rosters.
    ManageDuty,
    /// Add places, set their working hours, holidays and what is local.
    ManagePlaces,
    /// Set where alerts go.
    ManageAlerts,
    /// Read the audit trail.
    ReadAudit,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::KnowledgeEditor,
        Self::Reviewer,
        Self::Dispatcher,
        Self::Worker,
        Self::Viewer,
    ];

    /// Its name in the store, the API and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::KnowledgeEditor => "knowledge_editor",
            Self::Reviewer => "reviewer",
            Self::Dispatcher => "dispatcher",
            Self::Worker => "worker",
            Self::Viewer => "viewer",
        }
    }

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "管理员",
            Self::KnowledgeEditor => "知识编辑",
            Self::Reviewer => "审核员",
            Self::Dispatcher => "派单员",
            Self::Worker => "工作人员",
            Self::Viewer => "查看者",
        }
    }

    /// Whether whoever holds this role may do that, at the node where it is held and below.
    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Administrator => true,
            Self::KnowledgeEditor => matches!(permission, P::WriteKnowledge),
            Self::Reviewer => matches!(
                permission,
                P::ReadOrders
                    | P::ReviewOrders
                    | P::ReadContacts
                    | P::ReadFigures
                    | P::WriteKnowledge
                    | P::PublishKnowledge
                    | P::ReadDuty
            ),
            Self::Dispatcher => matches!(
                permission,
                P::ReadOrders
                    | P::WorkOnOrders
                    | P::DispatchOrders
                    | P::ReviewOrders
                    | P::ReadContacts
                    | P::ReadFigures
                    | P::WriteReplies
                    | P::ReadAccounts
                    | P::ReadDuty
                    | P::ManageDuty
            ),
            Self::Worker => matches!(
                permission,
                P::ReadOrders | P::WorkOnOrders | P::ReadContacts | P::ReadFigures | P::ReadDuty
            ),
            Self::Viewer => matches!(permission, P::ReadOrders | P::ReadFigures | P::ReadDuty),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

/// A word that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "没有角色 {0:?}；可用的角色：administrator 管理员、knowledge_editor 知识编辑、reviewer 审核员、\
     dispatcher 派单员、worker 工作人员、viewer 查看者"
)]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.id() == text || role.name() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_its_own_work_and_no_other() {
        use Permission as P;
        use Role::{Administrator, Dispatcher, KnowledgeEditor, Reviewer, Viewer, Worker};
        let may = |permission: P| -> Vec<Role> {
            Role::ALL.into_iter().filter(|role| role.may(permission)).collect()
        };
        assert_eq!(may(P::ManageAccounts), [Administrator]);
        assert_eq!(may(P::ManagePlaces), [Administrator]);
        assert_eq!(may(P::ReadAudit), [Administrator]);
        assert_eq!(may(P::DispatchOrders), [Administrator, Dispatcher]);
        assert_eq!(may(P::WorkOnOrders), [Administrator, Dispatcher, Worker]);
        assert_eq!(may(P::ReviewOrders), [Administrator, Reviewer, Dispatcher]);
        assert_eq!(may(P::ReadOrders), [Administrator, Reviewer, Dispatcher, Worker, Viewer]);
        assert_eq!(may(P::ReadContacts), [Administrator, Reviewer, Dispatcher, Worker]);
        assert_eq!(may(P::WriteKnowledge), [Administrator, KnowledgeEditor, Reviewer]);
        assert_eq!(may(P::PublishKnowledge), [Administrator, Reviewer]);
    }

    #[test]
    fn a_role_is_named_by_its_id_or_as_on_screen() {
        for role in Role::ALL {
            assert_eq!(role.id().parse(), Ok(role));
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("{:?}", role.id()));
        }
        assert!("boss".parse::<Role>().is_err());
    }
}
