//! What a document is: its title, number, issuing body and dates.

pub(crate) mod dates;
pub(crate) mod facts;
pub(crate) mod front_matter;
pub(crate) mod title;
