//! What is said in every call becomes sound beforehand, while nobody is there.
//!
//! Making sound takes every core: next to a live call it would keep the caller waiting to be heard and answered.
//! The sound is kept on disk, so that a restart has little to make.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Calls, wording};

/// How often it is looked whether anybody is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Calls {
    /// Makes the sound of every fixed line, the greetings first, and tells the log when all are there.
    pub(super) async fn prepare(self: Arc<Self>) {
        let lines = self.lines_of_every_call().await;
        for line in &lines {
            while !self.make(line).await {}
        }
        tracing::info!(lines = lines.len(), "phone: what is said in every call is prepared");
    }

    async fn lines_of_every_call(&self) -> Vec<String> {
        let accounts = self.settings.accounts.iter().map(|account| account.community.as_str());
        let peers = self.settings.peers.iter().map(|peer| peer.community.as_str());
        let communities: HashSet<&str> =
            accounts.chain(peers).chain([self.assistant.default_community()]).filter(|id| !id.is_empty()).collect();
        let mut lines = Vec::new();
        for id in communities {
            match self.assistant.store().community(id).await {
                Ok(community) => lines.push(self.greeting(&community)),
                Err(error) => tracing::warn!(error = format!("{error:#}"), community = id, "no such community"),
            }
        }
        lines.extend(wording::OF_EVERY_CALL.map(str::to_owned));
        lines
    }

    /// Makes the sound of a line; `false` where somebody came meanwhile and it is to be gone on with later.
    async fn make(&self, line: &str) -> bool {
        while !self.nobody_is_there() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let mut speech = match self.speaking.say(line, &self.manner()) {
            Ok(speech) => speech,
            Err(error) => {
                tracing::warn!(%error, "a line could not be prepared");
                return true;
            }
        };
        loop {
            match speech.next().await {
                Ok(Some(_)) if self.nobody_is_there() => {}
                // What is made already is kept.
                Ok(Some(_)) => return false,
                Ok(None) => return true,
                Err(error) => {
                    tracing::warn!(%error, "a line could not be prepared");
                    return true;
                }
            }
        }
    }

    fn nobody_is_there(&self) -> bool {
        let on_the_line = self.line.as_ref().map_or(0, |line| line.calls());
        on_the_line == 0 && self.voice.is_listening_to_nobody() && self.assistant.is_idle()
    }
}
