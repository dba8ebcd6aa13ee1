//! Roles that an account holds, and where they reach.

use serde::Serialize;

use super::{Permission, Role};

/// A role held at a node; it is valid at that node and at every node below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldRole {
    /// The node.
    pub community_id: String,
    /// Its name.
    pub community_name: String,
    /// Ids from the root down to the node, each followed by a slash.
    #[serde(skip)]
    pub path: String,
    /// The role.
    pub role: Role,
}

/// Whether `path` is the node at `above` or stands below it.
pub fn is_within(path: &str, above: &str) -> bool {
    !above.is_empty() && path.starts_with(above)
}

/// Whether these roles allow something at the node with this path.
pub fn may(roles: &[HeldRole], permission: Permission, path: &str) -> bool {
    roles
        .iter()
        .any(|held| held.role.may(permission) && is_within(path, &held.path))
}

/// Paths of the highest nodes at and below which these roles allow something, in order.
pub fn scopes(roles: &[HeldRole], permission: Permission) -> Vec<String> {
    highest(roles.iter().filter(|held| held.role.may(permission)))
}

/// Paths of the highest nodes at and below which any of these roles is held, in order.
pub fn reach(roles: &[HeldRole]) -> Vec<String> {
    highest(roles.iter())
}

fn highest<'a>(roles: impl Iterator<Item = &'a HeldRole>) -> Vec<String> {
    let mut paths: Vec<&str> = roles
        .map(|held| held.path.as_str())
        .filter(|path| !path.is_empty())
        .collect();
    // What stands below a node comes right after it.
    paths.sort_unstable();
    paths.dedup();
    let mut kept: Vec<String> = Vec::new();
    for path in paths {
        if !kept.last().is_some_and(|last| is_within(path, last)) {
            kept.push(path.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(path: &str, role: Role) -> HeldRole {
        HeldRole {
            community_id: path.rsplit('/').nth(1).unwrap_or_default().to_owned(),
            community_name: String::new(),
            path: path.to_owned(),
            role,
        }
    }

    #[test]
    fn a_role_holds_at_its_node_and_below_and_not_beside_or_above() {
        let roles = [held("cn/street/", Role::Dispatcher)];
        let may = |path| may(&roles, Permission::DispatchOrders, path);
        assert!(may("cn/street/"));
        assert!(may("cn/street/demo/grid-1/"));
        assert!(!may("cn/"));
        assert!(!may("cn/street-2/"));
        assert!(!may(""));
        assert!(!super::may(&[held("", Role::Administrator)], Permission::ReadAudit, "cn/"));
    }

    #[test]
    fn scopes_name_only_the_highest_nodes() {
        let roles = [
            held("cn/b/x/", Role::Worker),
            held("cn/a/", Role::Viewer),
            held("cn/b/", Role::Dispatcher),
            held("cn/a/y/", Role::Worker),
            held("cn/b/x/", Role::KnowledgeEditor),
        ];
        assert_eq!(scopes(&roles, Permission::WorkOnOrders), ["cn/a/y/", "cn/b/"]);
        assert_eq!(scopes(&roles, Permission::WriteKnowledge), ["cn/b/x/"]);
        assert_eq!(scopes(&roles, Permission::ManageAccounts), [""; 0]);
        assert_eq!(reach(&roles), ["cn/a/", "cn/b/"]);
    }
}
