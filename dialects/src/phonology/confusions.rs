//! What recognisers and speakers of most varieties take for one another.

/// Initials with the cost of taking one for the other, between 0 and 1.
///
/// From the correspondences that most tables of sounds share, and from what recognisers of
/// Putonghua confuse: the same place or manner of articulation.
pub(super) const INITIALS: &[(&str, &str, f32)] = &[
    ("zh", "z", 0.08),
    ("ch", "c", 0.08),
    ("sh", "s", 0.08),
    ("n", "l", 0.12),
    ("r", "l", 0.25),
    ("r", "z", 0.3),
    ("f", "h", 0.25),
    ("b", "p", 0.25),
    ("d", "t", 0.25),
    ("g", "k", 0.25),
    ("j", "q", 0.25),
    ("zh", "ch", 0.25),
    ("z", "c", 0.25),
    ("j", "zh", 0.3),
    ("j", "z", 0.3),
    ("q", "ch", 0.3),
    ("q", "c", 0.3),
    ("x", "sh", 0.3),
    ("x", "s", 0.3),
    ("ch", "sh", 0.35),
    ("g", "j", 0.35),
    ("h", "x", 0.35),
    ("h", "k", 0.4),
    ("m", "n", 0.4),
];

/// Finals with the cost of taking one for the other, between 0 and 1.
pub(super) const FINALS: &[(&str, &str, f32)] = &[
    ("ing", "in", 0.06),
    ("eng", "en", 0.06),
    ("ang", "an", 0.12),
    ("iang", "ian", 0.25),
    ("uang", "uan", 0.12),
    ("ong", "eng", 0.25),
    ("ong", "un", 0.3),
    ("ong", "uo", 0.4),
    ("un", "en", 0.25),
    ("un", "vn", 0.3),
    ("iong", "vn", 0.3),
    ("v", "i", 0.22),
    ("v", "u", 0.3),
    ("ve", "ie", 0.22),
    ("van", "ian", 0.22),
    ("van", "uan", 0.3),
    ("vn", "in", 0.22),
    ("ian", "ie", 0.3),
    ("ian", "in", 0.35),
    ("ian", "an", 0.35),
    ("e", "uo", 0.25),
    ("e", "ei", 0.3),
    ("e", "a", 0.35),
    ("ai", "ei", 0.3),
    ("ai", "a", 0.35),
    ("ao", "ou", 0.3),
    ("ao", "iao", 0.35),
    ("ou", "iu", 0.3),
    ("u", "ou", 0.35),
    ("u", "uo", 0.35),
    ("ui", "ei", 0.25),
    ("ui", "uai", 0.35),
    ("uan", "an", 0.3),
    ("uang", "ang", 0.3),
    ("ua", "a", 0.3),
    ("ua", "uo", 0.35),
    ("ia", "a", 0.35),
    ("ia", "ie", 0.35),
    ("i", "-i", 0.3),
    ("i", "ei", 0.35),
    ("e", "-i", 0.3),
    ("er", "e", 0.3),
    ("er", "a", 0.3),
    ("en", "an", 0.35),
    ("in", "en", 0.35),
];

/// Initials that the broad folding merges.
pub(super) const BROAD_INITIALS: &[(&str, &str)] =
    &[("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")];

/// Finals that the broad folding merges.
pub(super) const BROAD_FINALS: &[(&str, &str)] = &[
    ("ing", "in"),
    ("eng", "en"),
    ("ang", "an"),
    ("uang", "uan"),
    ("v", "i"),
    ("ve", "ie"),
    ("van", "ian"),
    ("vn", "in"),
];
