//! Who may do what with a draft: pure rules.

use serde::Serialize;

use crate::store::{Draft, DraftState};

/// What somebody may do with a draft now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct May {
    /// Change its words.
    pub(crate) write: bool,
    /// Hand it in to be looked through.
    pub(crate) submit: bool,
    /// Pass it or send it back.
    pub(crate) approve: bool,
    /// Publish it, now or on a day.
    pub(crate) publish: bool,
    /// Throw it away.
    pub(crate) delete: bool,
    /// Why they may not publish, for the screen.
    pub(crate) why_not_publish: Option<&'static str>,
}

/// What this account may do: `writes` and `publishes` say what its roles allow at the draft's node;
/// with `four_eyes`, nobody publishes what they wrote last.
pub(crate) fn may(draft: &Draft, account: Option<&str>, writes: bool, publishes: bool, four_eyes: bool) -> May {
    let own = account.is_some() && draft.updated_by.as_deref() == account;
    let why_not_publish = if !publishes {
        Some("您的角色可以写，发布要请审核员或管理员。")
    } else if four_eyes && own {
        Some("本社区要求四眼原则：最后是您改的，请另一位审核员来发布。")
    } else {
        None
    };
    let publish = why_not_publish.is_none();
    May {
        write: writes,
        submit: writes && draft.state == DraftState::Draft,
        approve: publish && draft.state == DraftState::InReview,
        publish,
        delete: writes,
        why_not_publish,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use knowledge::{ImportedDocument, Metadata};

    use super::*;
    use crate::store::{DocumentKind, DraftContent};

    fn draft(state: DraftState, by: &str) -> Draft {
        Draft {
            id: "d".to_owned(),
            document_id: None,
            community_id: "demo".to_owned(),
            kind: DocumentKind::Document,
            state,
            version: 1,
            content: DraftContent {
                document: ImportedDocument {
                    metadata: Metadata::default(),
                    text: String::new(),
                    passages: Vec::new(),
                    answers: Vec::new(),
                    warnings: Vec::new(),
                    source_sha256: String::new(),
                },
                edited: BTreeSet::new(),
            },
            source_name: String::new(),
            original: None,
            based_on: None,
            publish_on: None,
            review_note: None,
            author_id: Some(by.to_owned()),
            updated_by: Some(by.to_owned()),
            reviewer_id: None,
            gap_id: None,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn with_four_eyes_nobody_publishes_their_own_words() {
        let own = draft(DraftState::InReview, "zhang");
        assert!(may(&own, Some("zhang"), true, true, false).publish);
        let refused = may(&own, Some("zhang"), true, true, true);
        assert!(!refused.publish && !refused.approve && refused.why_not_publish.is_some());
        assert!(may(&own, Some("li"), true, true, true).approve);
    }

    #[test]
    fn an_editor_hands_in_and_does_not_publish() {
        let begun = draft(DraftState::Draft, "zhang");
        let editor = may(&begun, Some("zhang"), true, false, false);
        assert!(editor.write && editor.submit && editor.delete);
        assert!(!editor.publish && editor.why_not_publish.is_some());
        assert!(!may(&draft(DraftState::InReview, "zhang"), Some("zhang"), true, false, false).submit);
    }
}
