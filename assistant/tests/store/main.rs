//! What the repositories promise, proven on SQLite and on PostgreSQL alike.
//!
//! PostgreSQL takes part where `XIANGYIN_TEST_POSTGRES` names a server, as under
//! `.ci/with-postgres cargo test --workspace --test store`.

#![expect(clippy::print_stderr, reason = "a skipped test must be seen")]

mod accounts;
mod audit;
mod communities;
mod conversations;
mod drafts;
mod database;
mod duty;
mod figures;
mod holding;
mod knowledge;
mod local_words;
mod outreach;
mod recordings;
mod sessions;
mod work_orders;
