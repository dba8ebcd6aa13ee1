//! Work orders as the rest of the product uses them: filed with limits, moved by the rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::clocks::Clocks;
use super::feed::Feed;
use super::kinds::Kinds;
use super::lifecycle::Actor;
use super::moves::{Move, Survey};
use super::similar::{SAME_MATTER, likeness};
use super::wording;
use crate::store::{
    Addition, Changed, MoveError, Moved, NewWorkOrder, OrderEdit, OrderLine, Store, WorkOrder, new_id,
};
use crate::working_time::{Calendar, CalendarDay, DayKind, WorkingHours, WorkingTime};

/// Most orders of one community that a new one is compared with.
const MOST_COMPARED: u32 = 400;

/// How far back a report about the same matter may lie, in milliseconds: fourteen days.
const SAME_DAYS_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// The work orders; cheap to clone.
#[derive(Clone, Debug)]
pub struct WorkOrders {
    pub(super) store: Store,
    pub(super) kinds: Arc<Kinds>,
    calendar: Arc<Calendar>,
    feed: Feed,
    /// Rings when a job was kept.
    pub(super) jobs: Arc<Notify>,
}

impl WorkOrders {
    /// Over a store, with the kinds of the site.
    pub fn new(store: Store, kinds: Kinds) -> Self {
        Self {
            store,
            kinds: Arc::new(kinds),
            calendar: Arc::new(Calendar::builtin()),
            feed: Feed::default(),
            jobs: Arc::new(Notify::new()),
        }
    }

    /// The kinds of the site.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Tells what changes.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Something was written: pages and jobs are looked after at once.
    pub fn changed(&self) {
        self.feed.look();
        self.jobs.notify_one();
    }

    /// Working time at a place: its own hours or those of the nearest node above, the national
    /// calendar and the days that differ there.
    pub async fn time_at(&self, community_id: &str) -> Result<WorkingTime> {
        let lineage = self.store.lineage(community_id).await?;
        let hours = lineage.iter().find_map(|node| node.working_hours.clone());
        let hours: WorkingHours = match hours {
            Some(json) => serde_json::from_value(json)?,
            None => WorkingHours::default(),
        };
        let mut local: Vec<CalendarDay> = Vec::new();
        // From the root down: what is nearer is written over what is further up.
        for node in lineage.iter().rev() {
            for day in self.store.local_days(std::slice::from_ref(&node.id)).await? {
                local.push(CalendarDay {
                    day: day.day.parse()?,
                    kind: if day.kind == "work" { DayKind::Work } else { DayKind::Off },
                    name: day.name,
                });
            }
        }
        let calendar = if local.is_empty() {
            Arc::clone(&self.calendar)
        } else {
            Arc::new((*self.calendar).clone().with_local(local))
        };
        Ok(WorkingTime::new(calendar, hours))
    }

    /// Fills in what an order needs before it is filed: what the words say already, and how long it
    /// may take.
    pub async fn complete(&self, order: &mut NewWorkOrder) -> Result<()> {
        let now = Timestamp::now();
        let mut slots = super::slots::extract(&order.question);
        let asked: Vec<&str> = self.kinds.slots_of(&order.kind).iter().map(|slot| slot.id.as_str()).collect();
        slots.retain(|id, _| asked.contains(&id.as_str()));
        slots.append(&mut order.slots);
        order.slots = slots;
        if let Some(kind) = self.kinds.get(&order.kind) {
            order.clocks = Clocks::start(kind, order.urgent, now);
        }
        let time = self.time_at(&order.community_id).await?;
        order.reading = order.clocks.read(&time, now);
        Ok(())
    }

    /// The first question still to be asked about an order, with the slot's id.
    pub fn next_question(&self, order: &WorkOrder, skipped: &[String]) -> Option<(String, String)> {
        self.kinds
            .slots_of(&order.kind)
            .into_iter()
            .find(|slot| {
                let known = if slot.id == "contact" {
                    order.contact.reveal().phone.is_some()
                } else {
                    order.slots.contains_key(&slot.id)
                };
                !known && !skipped.contains(&slot.id)
            })
            .map(|slot| (slot.id.clone(), slot.question.clone()))
    }

    /// Makes a move as `actor`.
    pub async fn make_move(
        &self,
        number: &str,
        made: &Move,
        actor: &Actor,
        request_id: &str,
        version: Option<i64>,
    ) -> Result<Moved, MoveError> {
        let order = self.store.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
        let time = self.time_at(&order.community_id).await?;
        let moved = self.store.make_move(number, made, self.change(actor, request_id, version, &time)).await?;
        self.changed();
        Ok(moved)
    }

    /// The resident's verdict on their order. Where it is part of another, what is not solved for
    /// them begins again for all; whether it is over is for the one who reported it first to say.
    pub async fn judge(&self, number: &str, survey: &Survey, request_id: &str) -> Result<WorkOrder, MoveError> {
        if self.store.main_order(number).await?.is_some() {
            let said = wording::survey(survey, true);
            let unsolved = survey.solved == Some(false);
            return self.speak_for_part(number, &said, unsolved, request_id).await;
        }
        let made = Move::FollowUp { survey: survey.clone() };
        Ok(self.make_move(number, &made, &Actor::Resident, request_id, None).await?.order)
    }

    /// The resident wants their order begun again; one that is part of another begins again with it.
    pub async fn reopen(&self, number: &str, reason: &str, request_id: &str) -> Result<WorkOrder, MoveError> {
        if self.store.main_order(number).await?.is_some() {
            return self.speak_for_part(number, reason, true, request_id).await;
        }
        let made = Move::Reopen { reason: reason.to_owned() };
        Ok(self.make_move(number, &made, &Actor::Resident, request_id, None).await?.order)
    }

    /// Keeps what the resident of an order that is part of another said to its end; their own words
    /// are not for the other residents.
    async fn speak_for_part(
        &self,
        number: &str,
        said: &str,
        again: bool,
        request_id: &str,
    ) -> Result<WorkOrder, MoveError> {
        let addition = Addition { note: Some(said.to_owned()), ..Addition::default() };
        let part = self.add(number, None, &addition, request_id).await?;
        if again && let Some(main) = self.store.main_order(number).await? {
            let made = Move::Reopen { reason: wording::NEIGHBOUR_UNSOLVED.to_owned() };
            match self.make_move(&main, &made, &Actor::Resident, request_id, None).await {
                // Somebody was quicker: it goes on already.
                Ok(_) | Err(MoveError::Refused(_) | MoveError::ChangedMeanwhile { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(part)
    }

    /// Adds what the resident says; the code is asked for where one is given.
    pub async fn add(
        &self,
        number: &str,
        code: Option<&str>,
        addition: &Addition,
        request_id: &str,
    ) -> Result<WorkOrder, MoveError> {
        let order = self.store.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
        let time = self.time_at(&order.community_id).await?;
        let change = self.change(&Actor::Resident, request_id, None, &time);
        let order = self.store.add_to_order(number, code, addition, change).await?;
        self.changed();
        Ok(order)
    }

    /// Corrects an order.
    pub async fn edit(
        &self,
        number: &str,
        edit: &OrderEdit,
        actor: &Actor,
        request_id: &str,
        version: Option<i64>,
    ) -> Result<Moved, MoveError> {
        let order = self.store.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
        let place = edit.community_id.as_deref().unwrap_or(&order.community_id);
        let time = self.time_at(place).await?;
        let moved = self.store.edit_order(number, edit, self.change(actor, request_id, version, &time)).await?;
        self.changed();
        Ok(moved)
    }

    /// Keeps a note between workers.
    pub async fn note(
        &self,
        number: &str,
        text: &str,
        mentions: &[String],
        actor: &Actor,
        request_id: &str,
    ) -> Result<(), MoveError> {
        let time = WorkingTime::new(Arc::clone(&self.calendar), WorkingHours::default());
        self.store.note(number, text, mentions, self.change(actor, request_id, None, &time)).await?;
        self.changed();
        Ok(())
    }

    /// Writes to the resident.
    pub async fn write_to_resident(
        &self,
        number: &str,
        text: &str,
        actor: &Actor,
        request_id: &str,
    ) -> Result<(), MoveError> {
        let time = WorkingTime::new(Arc::clone(&self.calendar), WorkingHours::default());
        self.store.write_to_resident(number, text, self.change(actor, request_id, None, &time)).await?;
        self.changed();
        Ok(())
    }

    /// Open orders nearby about what seems the same matter, the likest first.
    pub async fn similar(
        &self,
        community_id: &str,
        kind: &str,
        report: &str,
        except: Option<&str>,
    ) -> Result<Vec<OrderLine>> {
        let since = Timestamp::now().as_millisecond() - SAME_DAYS_MS;
        let nearby = self.store.open_orders_nearby(community_id, kind, since, MOST_COMPARED).await?;
        let mut found: Vec<(f32, OrderLine)> = nearby
            .into_iter()
            .filter(|line| except != Some(line.number.as_str()))
            .map(|line| {
                let place = line.place.clone().unwrap_or_default();
                let words = if line.question.contains(&place) {
                    line.question.clone()
                } else {
                    format!("{place}{}", line.question)
                };
                (likeness(report, &words), line)
            })
            .filter(|(likeness, _)| *likeness >= SAME_MATTER)
            .collect();
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        found.truncate(5);
        Ok(found.into_iter().map(|(_, line)| line).collect())
    }

    pub(super) fn change<'a>(
        &'a self,
        actor: &'a Actor,
        request_id: &'a str,
        version: Option<i64>,
        time: &'a WorkingTime,
    ) -> Changed<'a> {
        Changed {
            request_id,
            version,
            actor,
            kinds: &self.kinds,
            time,
            now: Timestamp::now(),
        }
    }

    /// A name for a request that nobody repeats.
    pub fn once() -> String {
        new_id()
    }

    /// Reads the clocks of every open order at or below a place anew: after hours or days changed.
    pub async fn read_clocks_anew(&self, place_path: &str) -> Result<u64> {
        let mut times: BTreeMap<String, WorkingTime> = BTreeMap::new();
        let mut count = 0;
        for order in self.store.open_orders_below(place_path).await? {
            if !times.contains_key(&order.community_id) {
                let time = self.time_at(&order.community_id).await?;
                times.insert(order.community_id.clone(), time);
            }
            let reading = order.clocks.read(&times[&order.community_id], Timestamp::now());
            self.store.keep_reading(&order.id, order.version, reading).await?;
            count += 1;
        }
        self.changed();
        Ok(count)
    }
}
