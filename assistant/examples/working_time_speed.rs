//! Prints how long reckoning in working time takes:
//! `cargo run --release -p assistant --example working_time_speed`
#![expect(
    clippy::print_stdout,
    reason = "the output of an example is what it prints"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use assistant::working_time::{Clock, Limit, WorkingTime};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn main() {
    let start: Timestamp = "2025-01-02T02:00:00Z".parse().expect("written here");
    let four_hundred_days = Duration::from_hours(3000);
    for zone in ["Asia/Shanghai", "America/New_York"] {
        let zone_of = TimeZone::get(zone).expect("a zone of the system's");
        let time = WorkingTime::default().in_zone(zone_of);
        let end = time.add(start, four_hundred_days).expect("within range");
        println!("{zone}, 400 working days, until {end}");
        measure("  add", || time.add(start, four_hundred_days));
        measure("  between", || time.between(start, end));
        let mut clock = Clock::start(start, Limit::WorkingDays(5));
        clock.pause(start + Duration::from_hours(1));
        clock.resume(start + Duration::from_hours(100));
        let now = start + Duration::from_hours(200);
        measure("  status of a 5-day clock", || {
            clock.status(&time, now, 0.8)
        });
    }
}

/// Prints the fastest of many runs: what the machine does besides only makes it slower.
fn measure<T>(what: &str, run: impl Fn() -> T) {
    let fastest = (0..2000)
        .map(|_| {
            let begin = Instant::now();
            black_box(run());
            begin.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{what}: {:.1} µs", fastest.as_secs_f64() * 1e6);
}
