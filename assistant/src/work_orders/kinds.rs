//! The kinds of work orders of a site: what is asked, who looks twice, how long it may take.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::working_time::Limit;

/// What can be asked of a resident about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Its id in [`super::WorkOrder::slots`]; `contact` stands for how to reach the resident.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// The question in plain words.
    pub question: String,
}

/// One kind of work order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its name: 报修, 投诉, ...
    pub name: String,
    /// What is asked, in this order, by the ids of the slots.
    pub slots: Vec<String>,
    /// Until somebody signs for it.
    pub respond: Limit,
    /// Until it is done.
    pub finish: Limit,
    /// The same where it is urgent.
    pub urgent_respond: Limit,
    /// The same where it is urgent.
    pub urgent_finish: Limit,
    /// Whether a second person looks at the result before the resident hears it.
    #[serde(default)]
    pub needs_review: bool,
}

/// All kinds, with the slots and outcomes that they use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// How an order can end.
    pub outcomes: Vec<String>,
    /// What can be asked.
    #[serde(rename = "slot")]
    pub slots: Vec<Slot>,
    /// The kinds, in the order in which they are offered.
    #[serde(rename = "kind")]
    pub kinds: Vec<Kind>,
}

impl Kinds {
    /// The list that the program carries.
    pub fn builtin() -> Self {
        Self::read(include_str!("../../data/work_orders/kinds.toml"))
            .expect("the built-in kinds are tested")
    }

    /// The list in a file of the site.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the kinds of work orders in {}", path.display()))?;
        Self::read(&text).with_context(|| format!("in {}", path.display()))
    }

    fn read(text: &str) -> Result<Self> {
        let kinds: Self = toml::from_str(text)?;
        ensure!(!kinds.outcomes.is_empty(), "outcomes are missing: an order must end in one");
        for name in ["报修", "投诉", "求助", "咨询", "建议"] {
            ensure!(
                kinds.get(name).is_some(),
                "the kind {name} is missing: the assistant files orders of it"
            );
        }
        for kind in &kinds.kinds {
            for id in &kind.slots {
                ensure!(kinds.slot(id).is_some(), "{} asks for the slot {id}, which is not described", kind.name);
            }
        }
        Ok(kinds)
    }

    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// The slot of this id.
    pub fn slot(&self, id: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == id)
    }

    /// What a kind asks, in order; nothing for a kind that is no longer in the list.
    pub fn slots_of(&self, kind: &str) -> Vec<&Slot> {
        self.get(kind)
            .into_iter()
            .flat_map(|kind| &kind.slots)
            .filter_map(|id| self.slot(id))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_kinds_are_complete_and_a_gap_is_named() {
        assert!(Kinds::builtin().get("上门服务").is_some());
        let text = include_str!("../../data/work_orders/kinds.toml");
        let without = text.replace("name = \"咨询\"", "name = \"问事\"");
        assert!(Kinds::read(&without).unwrap_err().to_string().contains("咨询"));
        let unknown = text.replace("[\"parties\", ", "[\"partys\", ");
        assert!(Kinds::read(&unknown).unwrap_err().to_string().contains("partys"));
    }
}
