//! Making sound beforehand.

use std::time::Duration;

use anyhow::Result;

use super::{Manner, Speaking};

/// How often it is looked whether anybody is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Makes the sound of a line while nobody is there.
///
/// Making sound takes every core: beside a resident it would keep them waiting to be heard and answered. Where
/// somebody comes it is broken off, and gone on with when they have left; what was made by then is kept.
pub(crate) async fn make_while(
    is_alone: &(dyn Fn() -> bool + Send + Sync),
    speaking: &Speaking,
    line: &str,
    manner: &Manner,
) -> Result<()> {
    loop {
        while !is_alone() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let mut speech = speaking.say_beforehand(line, manner)?;
        while is_alone() {
            if speech.next().await?.is_none() {
                return Ok(());
            }
        }
    }
}
