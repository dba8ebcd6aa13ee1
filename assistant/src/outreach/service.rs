//! Outreach as the desk and the runner use it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use super::dial::{CalledOrder, Dial, DialAccount, Outcome, OutreachCall};
use super::purpose::Purpose;
use super::result::CallResult;
use super::script::script;
use crate::phone::Number;
use crate::store::{Store, WorkOrder, new_id};
use crate::work_orders::WorkOrders;

/// Longest call.
pub(super) const LONGEST_CALL: Duration = Duration::from_mins(10);

/// Outreach; cheap to clone.
#[derive(Clone)]
pub struct Outreaches {
    pub(super) store: Store,
    pub(super) work_orders: WorkOrders,
    dial: Arc<OnceLock<Arc<dyn Dial>>>,
}

impl Outreaches {
    /// Over a store; without a line, lists are kept and nobody is called.
    pub fn new(store: Store, work_orders: WorkOrders) -> Self {
        Self { store, work_orders, dial: Arc::default() }
    }

    /// Gives it the line, once.
    pub fn set_dial(&self, dial: Arc<dyn Dial>) {
        // A second line would only be thrown away.
        let _ = self.dial.set(dial);
    }

    /// The line, where there is one.
    pub fn dial(&self) -> Option<&Arc<dyn Dial>> {
        self.dial.get()
    }

    /// The accounts that a place may call from: those of itself and of the nodes above.
    pub async fn accounts(&self, community_id: &str) -> Result<Vec<DialAccount>> {
        let Some(dial) = self.dial() else { return Ok(Vec::new()) };
        let lineage = self.store.lineage(community_id).await?;
        let above = |account: &DialAccount| lineage.iter().any(|node| node.id == account.community_id);
        Ok(dial.accounts().into_iter().filter(above).collect())
    }

    /// What a call in the name of a place says, in order.
    pub async fn script(
        &self,
        community_id: &str,
        purpose: Purpose,
        said: &str,
        order: Option<&WorkOrder>,
    ) -> Result<Vec<String>> {
        let lineage = self.store.lineage(community_id).await?;
        let place = lineage.first().context("a community without a name")?;
        let phone = lineage.iter().find_map(|node| node.phone.as_deref());
        let time = self.work_orders.time_at(community_id).await?;
        let filed = order.map(|order| Timestamp::from_millisecond(order.created_at)).transpose()?;
        Ok(script(purpose, &place.name, phone, said, filed.map(|at| (at, time.zone()))))
    }

    /// Calls one number now, so that whoever writes an outreach hears it; keeps nothing of it. `None` without a line.
    pub async fn try_out(
        &self,
        community_id: &str,
        purpose: Purpose,
        said: &str,
        account: Option<&str>,
        number: &Number,
    ) -> Result<Option<Outcome>> {
        let Some(dial) = self.dial() else { return Ok(None) };
        let call = OutreachCall {
            id: new_id(),
            community_id: community_id.to_owned(),
            account: account.map(str::to_owned),
            number: number.clone(),
            purpose,
            script: self.script(community_id, purpose, said, None).await?,
            order: None,
        };
        Ok(Some(bounded(dial.as_ref(), call).await))
    }

    /// The call to be made about an order, or about none.
    pub(super) async fn call(
        &self,
        outreach: &super::Outreach,
        call_id: &str,
        number: &Number,
        order: Option<&WorkOrder>,
    ) -> Result<OutreachCall> {
        Ok(OutreachCall {
            id: call_id.to_owned(),
            community_id: outreach.community_id.clone(),
            account: outreach.account.clone(),
            number: number.clone(),
            purpose: outreach.purpose,
            script: self.script(&outreach.community_id, outreach.purpose, &outreach.said, order).await?,
            order: order.map(|order| CalledOrder {
                number: order.number.clone(),
                conversation_id: order.conversation_id.clone(),
            }),
        })
    }
}

/// A call that does not last for ever: whoever held out so long has heard enough not to be called again.
pub(super) async fn bounded(dial: &dyn Dial, call: OutreachCall) -> Outcome {
    let long = LONGEST_CALL.as_secs() as u32;
    tokio::time::timeout(LONGEST_CALL, dial.call(call))
        .await
        .unwrap_or_else(|_| Outcome { heard_seconds: long, ..Outcome::unheard(CallResult::Partly) })
}
