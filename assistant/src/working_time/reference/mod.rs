//! The same reckoning done the slow way: minute by minute, with nothing of the fast one's but the
//! calendar's words about a day. Both must agree, whatever the hours, the days and the zone.

mod clocks;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::{Calendar, CalendarDay, DayKind, WorkingHours, WorkingTime};

const ZONES: [&str; 4] = [
    "Asia/Shanghai",
    "America/New_York",
    // Half an hour of summer time, and changes of the clocks at midnight.
    "Australia/Lord_Howe",
    "America/Havana",
];

static NATIONAL: LazyLock<Calendar> = LazyLock::new(Calendar::builtin);

/// Shifts of a day as minutes from and until; beyond 24:00 on the next day.
type Shifts = Vec<(u16, u16)>;

/// A node, as raw as it was drawn.
#[derive(Clone, Debug)]
struct Node {
    /// From Monday.
    week: Vec<Option<Shifts>>,
    days_off: Shifts,
    local: HashMap<Date, DayKind>,
    zone: &'static str,
}

impl Node {
    fn working_time(&self) -> WorkingTime {
        let names = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let mut written = serde_json::Map::new();
        for (name, shifts) in names.iter().zip(&self.week) {
            if let Some(shifts) = shifts {
                written.insert((*name).to_owned(), write(shifts));
            }
        }
        written.insert("days_off".to_owned(), write(&self.days_off));
        let hours: WorkingHours = serde_json::from_value(written.into()).unwrap();
        let local = self.local.iter().map(|(day, kind)| CalendarDay {
            day: *day,
            kind: *kind,
            name: "local".to_owned(),
        });
        WorkingTime::new(Arc::new(NATIONAL.clone().with_local(local)), hours)
            .in_zone(TimeZone::get(self.zone).unwrap())
    }

    fn hours_on(&self, day: Date) -> (&Shifts, bool) {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let kind = self.local.get(&day).copied().or_else(|| NATIONAL.kind(day));
        if kind == Some(DayKind::Off) {
            return (&self.days_off, false);
        }
        if kind == Some(DayKind::Work) && weekend {
            for shifts in self.week[..5].iter().flatten() {
                if !shifts.is_empty() {
                    return (shifts, true);
                }
            }
            return (const { &Vec::new() }, false);
        }
        let weekday = day.weekday().to_monday_zero_offset();
        match &self.week[usize::try_from(weekday).unwrap()] {
            Some(shifts) => (shifts, !weekend),
            None => (&self.days_off, false),
        }
    }

    /// Whether a time on the wall is part of a shift, last night's or today's.
    fn shift_at(&self, shown: DateTime, only_working_days: bool) -> bool {
        let today = shown.date();
        let minute =
            u16::try_from(shown.hour()).unwrap() * 60 + u16::try_from(shown.minute()).unwrap();
        [(today, minute), (today.yesterday().unwrap(), minute + 1440)]
            .into_iter()
            .any(|(day, minute)| {
                let (shifts, working) = self.hours_on(day);
                (working || !only_working_days)
                    && shifts
                        .iter()
                        .any(|(from, until)| (*from..*until).contains(&minute))
            })
    }
}

fn write(shifts: &Shifts) -> serde_json::Value {
    let clock = |minute: u16| match minute {
        1441.. => format!("{:02}:{:02}", minute / 60 - 24, minute % 60),
        _ => format!("{:02}:{:02}", minute / 60, minute % 60),
    };
    let written = shifts
        .iter()
        .map(|(from, until)| format!("{}-{}", clock(*from), clock(*until)));
    written.collect::<Vec<_>>().into()
}

/// Minutes one after the other, each with whether the node is open in it and whether it is so on a
/// working day.
struct Walk<'node> {
    node: &'node Node,
    zone: TimeZone,
    at: Timestamp,
    /// The latest time that the clock on the wall has shown. While clocks that went back show an
    /// hour again, nothing begins and nothing ends.
    latest: DateTime,
}

impl<'node> Walk<'node> {
    fn new(node: &'node Node, from: Timestamp) -> Self {
        let zone = TimeZone::get(node.zone).unwrap();
        let earlier = from - 3.hours();
        let mut walk = Self {
            node,
            latest: zone.to_datetime(earlier),
            zone,
            at: earlier,
        };
        while walk.at < from {
            walk.next();
        }
        walk
    }
}

impl Iterator for Walk<'_> {
    /// The minute that begins at the instant: open, open on a working day.
    type Item = (Timestamp, bool, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        self.latest = self.latest.max(self.zone.to_datetime(at));
        self.at += 1.minute();
        let open = self.node.shift_at(self.latest, false);
        let working_day = open && self.node.shift_at(self.latest, true);
        Some((at, open, working_day))
    }
}

fn minutes(count: usize) -> Duration {
    Duration::from_secs(count as u64 * 60)
}

/// Up to three shifts of a day, the last perhaps past midnight, in steps of five minutes.
fn shifts() -> impl Strategy<Value = Shifts> {
    let cuts = proptest::collection::btree_set(0_u16..288, 0..=6);
    prop_oneof![
        1 => Just(vec![(0, 1440)]),
        1 => (240_u16..288, 1_u16..200).prop_map(|(from, length)| {
            vec![(from * 5, (from + length) * 5)]
        }),
        5 => cuts.prop_map(|cuts| {
            let cuts: Vec<u16> = cuts.into_iter().collect();
            cuts.chunks_exact(2).map(|pair| (pair[0] * 5, pair[1] * 5)).collect()
        }),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    let day = || proptest::option::weighted(0.85, shifts());
    let week = proptest::collection::vec(day(), 7);
    let local = proptest::collection::hash_map(
        (0_i32..730).prop_map(|number| date(2025, 1, 1) + number.days()),
        prop_oneof![Just(DayKind::Off), Just(DayKind::Work)],
        0..200,
    );
    let days_off = prop_oneof![Just(Vec::new()), shifts()];
    (week, days_off, local, proptest::sample::select(&ZONES[..]))
        .prop_map(|(week, days_off, local, zone)| Node {
            week,
            days_off,
            local,
            zone,
        })
        .prop_filter("some hours on most weeks", |node| {
            node.week[..5]
                .iter()
                .flatten()
                .any(|shifts| !shifts.is_empty())
        })
}

/// A minute of the years 2025 and 2026, half of them in the weeks when clocks change or the
/// country is on holiday.
fn instant() -> impl Strategy<Value = Timestamp> {
    let year_start: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let whole = 0_i64..730 * 1440;
    let eventful = (
        proptest::sample::select(vec![25_i64, 65, 92, 270, 300, 405, 430, 455, 630, 665]),
        0_i64..10 * 1440,
    );
    prop_oneof![
        whole,
        eventful.prop_map(|(day, minute)| day * 1440 + minute)
    ]
    .prop_map(move |minute| year_start + minute.minutes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn open_time_is_what_a_walk_along_the_minutes_counts(
        node in node(),
        from in instant(),
        length in prop_oneof![0_usize..3000, 0_usize..30_000],
        amount in prop_oneof![0_usize..600, 0_usize..5000],
    ) {
        let time = node.working_time();
        let until = from + minutes(length);
        let mut open = 0;
        let mut end = (amount == 0).then_some(from);
        for (at, is_open, _) in Walk::new(&node, from).take(length) {
            if at < from + 3.hours() {
                prop_assert_eq!(time.is_open(at), is_open, "{}", at);
            }
            open += usize::from(is_open);
            if end.is_none() && open == amount {
                end = Some(at + 1.minute());
            }
        }
        prop_assert_eq!(time.between(from, until), minutes(open));
        prop_assert_eq!(time.between(until, from), if length == 0 { minutes(open) } else { Duration::ZERO });
        let added = time.add(from, minutes(amount)).unwrap();
        match end {
            Some(end) => prop_assert_eq!(added, end),
            None => prop_assert!(added > until),
        }
    }

    #[test]
    fn adding_and_counting_undo_each_other(
        node in node(),
        from in instant(),
        nanoseconds in 0_u64..60_000_000_000,
        amount in 0_u64..400 * 3_600_000,
        until in instant(),
    ) {
        let time = node.working_time();
        let from = from + Duration::from_nanos(nanoseconds);
        let amount = Duration::from_millis(amount);
        prop_assert_eq!(time.between(from, time.add(from, amount).unwrap()), amount);

        let between = time.between(from, until);
        let back = time.add(from, between).unwrap();
        // Later by closed time only.
        if from <= until {
            prop_assert!(back <= until);
            prop_assert_eq!(time.between(back, until), Duration::ZERO);
        }
        // A time in between divides it.
        let middle = from + amount / 3;
        if middle <= until {
            prop_assert_eq!(time.between(from, middle) + time.between(middle, until), between);
        }
        let opening = time.next_open(from).unwrap();
        prop_assert!(opening >= from && time.is_open(opening));
        prop_assert_eq!(time.between(from, opening), Duration::ZERO);
    }

    #[test]
    fn working_days_end_as_counted_on_a_calendar(
        node in node(),
        from in instant(),
        days in 0_u32..15,
    ) {
        let time = node.working_time();
        let zone = time.zone();
        let first = zone.to_datetime(from).date().yesterday().unwrap();
        let mut ends = Vec::new();
        let mut day = first;
        while ends.len() <= days as usize {
            let (shifts, working) = node.hours_on(day);
            if working && let Some((_, until)) = shifts.last() {
                let shown = day.to_datetime(jiff::civil::Time::midnight())
                    + i64::from(*until).minutes();
                let around = zone.to_ambiguous_timestamp(shown).compatible().unwrap();
                let mut walk = Walk::new(&node, around - 3.hours());
                let mut end = walk.at;
                while walk.latest < shown {
                    end = walk.at;
                    walk.next();
                }
                if end > ends.last().copied().unwrap_or(from) {
                    ends.push(end);
                }
            }
            day = day.tomorrow().unwrap();
        }
        prop_assert_eq!(time.end_of_working_days(from, days).unwrap(), ends[days as usize]);
    }
}
