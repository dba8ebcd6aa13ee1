//! The places: a 市 with 6 区, 35 街道 and 420 社区 (462 places), and three 网格 in each 社区.

use super::words::PLACES;

/// Id of the 市.
pub(super) const CITY: &str = "云岭市";

/// How many 社区 there are.
pub(super) const COMMUNITIES: usize = 420;

/// How many 网格 each 社区 has.
pub(super) const GRIDS: usize = 3;

/// A place to be inserted.
pub(super) struct Node {
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) path: String,
}

/// All places, parents before their children.
pub(super) fn nodes() -> Vec<Node> {
    let root = Node {
        id: "cn".to_owned(),
        parent: String::new(),
        kind: "全国",
        name: "全国".to_owned(),
        path: "cn/".to_owned(),
    };
    let mut nodes = vec![below(&root, "市", CITY)];
    level(&mut nodes, "市", "区", 6, |index| format!("{}区", PLACES[index % PLACES.len()]));
    level(&mut nodes, "区", "街道", 35, |index| format!("{}街道", PLACES[(index * 7 + 3) % PLACES.len()]));
    level(&mut nodes, "街道", "社区", COMMUNITIES, |index| {
        format!("{}{}社区", PLACES[(index * 3 + 1) % PLACES.len()], index / PLACES.len() + 1)
    });
    level(&mut nodes, "社区", "网格", COMMUNITIES * GRIDS, |index| format!("第{}网格", index / COMMUNITIES + 1));
    nodes
}

/// Adds `count` places of a kind, dealt out evenly to those of the kind above.
fn level(nodes: &mut Vec<Node>, above: &str, kind: &'static str, count: usize, name: impl Fn(usize) -> String) {
    let parents: Vec<usize> = (0..nodes.len()).filter(|index| nodes[*index].kind == above).collect();
    for index in 0..count {
        let node = below(&nodes[parents[index % parents.len()]], kind, &name(index));
        nodes.push(node);
    }
}

fn below(parent: &Node, kind: &'static str, name: &str) -> Node {
    // As the product makes ids of the places of a path.
    let id = if parent.kind == "全国" { name.to_owned() } else { format!("{}-{name}", parent.id) };
    Node {
        path: format!("{}{id}/", parent.path),
        id,
        parent: parent.id.clone(),
        kind,
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_place_has_an_id_of_its_own_and_lies_below_its_parent() {
        let nodes = nodes();
        assert_eq!(nodes.len(), 462 + COMMUNITIES * GRIDS);
        let ids: HashSet<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
        assert_eq!(ids.len(), nodes.len());
        for node in &nodes[1..] {
            let parent = nodes.iter().find(|other| other.id == node.parent).unwrap();
            assert_eq!(node.path, format!("{}{}/", parent.path, node.id));
        }
    }
}
