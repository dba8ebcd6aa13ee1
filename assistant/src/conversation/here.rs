//! What the day is, when the community's people work and how they are reached.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::assistant::Assistant;
use super::evidence::LocalFields;
use super::policy::{Day, Here};
use super::turn::{Disposition, Reply, Sentence};
use super::wording;
use crate::store::Community;

/// The local field that names the office's telephone.
const OFFICE_TELEPHONE: &str = "社区服务站电话";

impl Assistant {
    /// Answers from the clock, the calendar and the tree of places.
    pub(super) async fn here(&self, here: Here, lineage: &[Community]) -> Result<Reply> {
        let mut reply = Reply::new(Disposition::Answered);
        let Some(community) = lineage.first() else { return Ok(reply) };
        let time = self.work_orders.time_at(&community.id).await?;
        let now = Timestamp::now();
        let local = now.to_zoned(time.zone().clone());
        let telephone = telephone(lineage);
        let said = match here {
            Here::Now => vec![wording::now(&local)],
            Here::Telephone => vec![wording::office_telephone(&community.name, telephone.as_deref())],
            Here::Hours(day) => {
                let day = date(day, local.date());
                let (shifts, _) = time.hours().on(day, time.calendar());
                let mut said = vec![wording::hours(&community.name, day, shifts)];
                if day == local.date() && time.is_open(now) {
                    said.push(wording::OPEN_NOW.to_owned());
                } else {
                    // From now, or from the beginning of a day to come.
                    let from = day.to_zoned(time.zone().clone()).map_or(now, |start| start.timestamp().max(now));
                    let next = time.next_open(from).map(|at| at.to_zoned(time.zone().clone()));
                    said.extend(next.filter(|next| next.date() != day).map(|next| wording::next_open(&next)));
                }
                said.extend(telephone.map(|number| wording::ring_first(&number)));
                said
            }
        };
        reply.sentences = said.into_iter().map(Sentence::plain).collect();
        Ok(reply)
    }
}

/// What the nearest place names.
fn telephone(lineage: &[Community]) -> Option<String> {
    let field = LocalFields::of(lineage).get(OFFICE_TELEPHONE).map(str::to_owned);
    field.or_else(|| lineage.iter().find_map(|node| node.phone.clone()))
}

fn date(day: Day, today: Date) -> Date {
    let ahead = match day {
        Day::Ahead(days) => days,
        Day::Next(weekday) => days_until(today.weekday(), weekday),
    };
    today.saturating_add(jiff::Span::new().days(ahead))
}

fn days_until(from: Weekday, until: Weekday) -> i8 {
    from.until(until)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as on;

    use super::*;

    #[test]
    fn a_named_day_is_the_next_of_its_name() {
        let monday = on(2026, 11, 23);
        assert_eq!(date(Day::Ahead(1), monday), on(2026, 11, 24));
        assert_eq!(date(Day::Next(Weekday::Monday), monday), monday);
        assert_eq!(date(Day::Next(Weekday::Sunday), monday), on(2026, 11, 29));
    }
}
