//! What is said in every call becomes sound beforehand, while nobody is there.
//!
//! The sound is kept on disk, so that a restart has little to make.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Calls, wording};
use crate::phone::PhoneLine;
use crate::voice::make_while;

impl Calls {
    /// Makes the sound of every fixed line, the greetings first, and tells the log when all are there.
    pub(super) async fn prepare(self: Arc<Self>) {
        let lines = self.lines_of_every_call().await;
        let is_alone = || self.nobody_is_there();
        for line in &lines {
            if let Err(error) = make_while(&is_alone, &self.speaking, line, &self.manner()).await {
                tracing::warn!(error = format!("{error:#}"), "a line could not be prepared");
            }
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
                Ok(community) => lines.push(super::greeting(&community)),
                Err(error) => tracing::warn!(error = format!("{error:#}"), community = id, "no such community"),
            }
        }
        lines.extend(wording::OF_EVERY_CALL.map(str::to_owned));
        lines
    }

    fn nobody_is_there(&self) -> bool {
        let on_the_line = self.line.as_ref().map_or(0, PhoneLine::calls);
        on_the_line == 0 && self.voice.is_listening_to_nobody() && self.assistant.is_idle()
    }
}
