//! Who is answered at all: peers we know, at a pace we can bear.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::phone::settings::{Network, Peer, PhoneSettings};

/// Addresses remembered at once; a scan from more of them makes the memory begin anew.
const REMEMBERED: usize = 1_024;
/// Lines of the log about strangers are at least so far apart.
const LOG_EVERY: Duration = Duration::from_secs(60);

struct Pace {
    left: f64,
    at: Instant,
}

#[derive(Default)]
struct State {
    registrars: HashSet<IpAddr>,
    paces: HashMap<IpAddr, Pace>,
    strangers: u64,
    logged: Option<Instant>,
}

/// Decides before a message is even parsed.
pub(in crate::phone) struct Gate {
    networks: Vec<Network>,
    a_second: f64,
    state: Mutex<State>,
}

impl Gate {
    pub(in crate::phone) fn new(settings: &PhoneSettings) -> Self {
        Self {
            networks: settings
                .peers
                .iter()
                .map(|peer: &Peer| peer.network)
                .collect(),
            a_second: f64::from(settings.messages_a_second.max(1)),
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an exchange in at which we hold an account.
    pub(in crate::phone) fn learn(&self, address: IpAddr) {
        let mut state = self.state();
        // Registrars come from our own settings; a name that moves through many addresses must still not grow this.
        if state.registrars.len() >= REMEMBERED {
            state.registrars.clear();
        }
        state.registrars.insert(address.to_canonical());
    }

    /// Whether a message from `address` at `now` is read.
    pub(in crate::phone) fn admits(&self, address: IpAddr, now: Instant) -> bool {
        let address = address.to_canonical();
        let mut state = self.state();
        if !state.registrars.contains(&address)
            && !self
                .networks
                .iter()
                .any(|network| network.contains(address))
        {
            state.strangers += 1;
            if state
                .logged
                .is_none_or(|logged| now.saturating_duration_since(logged) > LOG_EVERY)
            {
                state.logged = Some(now);
                tracing::warn!(%address, ignored = state.strangers, "phone: {address} is no known peer and gets no answer");
                state.strangers = 0;
            }
            return false;
        }
        if state.paces.len() >= REMEMBERED && !state.paces.contains_key(&address) {
            state.paces.clear();
        }
        let burst = self.a_second;
        let pace = state.paces.entry(address).or_insert(Pace {
            left: burst,
            at: now,
        });
        let passed = now.saturating_duration_since(pace.at).as_secs_f64();
        pace.left = (pace.left + passed * self.a_second).min(burst);
        pace.at = now;
        if pace.left < 1.0 {
            if state
                .logged
                .is_none_or(|logged| now.saturating_duration_since(logged) > LOG_EVERY)
            {
                state.logged = Some(now);
                tracing::warn!(%address, "phone: {address} sends more messages than it may; the rest is dropped");
            }
            return false;
        }
        pace.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        let peer = Peer {
            network: "10.0.0.0/8".parse().expect("a network"),
            community: None,
            credential: None,
        };
        Gate::new(&PhoneSettings {
            peers: vec![peer],
            messages_a_second: 10,
            ..PhoneSettings::default()
        })
    }

    #[test]
    fn strangers_are_ignored_until_they_are_learnt() {
        let (gate, now) = (gate(), Instant::now());
        let stranger = IpAddr::from([203, 0, 113, 5]);
        assert!(!gate.admits(stranger, now));
        gate.learn(stranger);
        assert!(gate.admits(stranger, now));
    }

    #[test]
    fn a_flood_is_cut_to_the_pace() {
        let (gate, now) = (gate(), Instant::now());
        let peer = IpAddr::from([10, 0, 0, 1]);
        let admitted = |from: Instant| (0..100).filter(|_| gate.admits(peer, from)).count();
        assert_eq!(admitted(now), 10);
        assert_eq!(admitted(now + Duration::from_millis(500)), 5);
    }

    #[test]
    fn a_scan_from_everywhere_leaves_memory_flat() {
        let (gate, now) = (gate(), Instant::now());
        for index in 0..100_000u32 {
            gate.admits(IpAddr::V4((0x0a00_0000 + index).into()), now);
            gate.learn(IpAddr::V4(index.into()));
        }
        assert!(
            gate.state().paces.len() <= REMEMBERED && gate.state().registrars.len() <= REMEMBERED
        );
    }
}
