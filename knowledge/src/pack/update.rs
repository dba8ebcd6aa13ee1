//! What a newer version of a pack does to a document that may have been edited since.

/// What to do with a document of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// It is new here.
    Add,
    /// Nothing is to be done: it says what is here, or brings nothing new to what was edited here.
    Unchanged,
    /// It is newer, and what is here is what the pack brought last time.
    Replace,
    /// It is newer, and what is here was edited or withdrawn: the new text waits as a draft.
    KeepLocal,
}

/// Compares by [`super::digest`]: what the pack brings, what it brought last time, and what is here
/// now; `None` where there was or is nothing.
pub fn update(brought: &str, last: Option<&str>, here: Option<&str>) -> Update {
    if here == Some(brought) {
        return Update::Unchanged;
    }
    match (last, here) {
        (None, None) => Update::Add,
        (Some(last), _) if last == brought => Update::Unchanged,
        (Some(last), Some(here)) if last == here => Update::Replace,
        _ => Update::KeepLocal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_edited_here_is_never_overwritten() {
        assert_eq!(update("new", None, None), Update::Add);
        assert_eq!(update("new", Some("old"), Some("old")), Update::Replace);
        assert_eq!(update("new", Some("old"), Some("new")), Update::Unchanged);
        assert_eq!(
            update("new", Some("old"), Some("edited")),
            Update::KeepLocal
        );
        assert_eq!(update("new", None, Some("own")), Update::KeepLocal);
        assert_eq!(update("new", Some("old"), None), Update::KeepLocal);
        assert_eq!(
            update("old", Some("old"), Some("edited")),
            Update::Unchanged
        );
        assert_eq!(update("old", Some("old"), None), Update::Unchanged);
    }
}
