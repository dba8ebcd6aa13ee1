//! From the configuration to a telephone line.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::config::{self, Transfer};
use crate::phone::{Network, Peer, PhoneAccount, PhoneCredential, PhoneSettings};

/// How long a registration is asked to last.
const REGISTRATION: Duration = Duration::from_secs(300);

/// What the line needs to know; `None` where no telephone is configured.
pub(super) fn line(phone: &config::Phone) -> Result<Option<PhoneSettings>> {
    if phone.listen.is_empty() {
        return Ok(None);
    }
    let listen: SocketAddr = phone.listen.parse().with_context(|| {
        format!("phone.listen: {} is no address with a port, such as 0.0.0.0:5060", phone.listen)
    })?;
    ensure!(phone.first_port < phone.last_port, "phone.first_port must be below phone.last_port");
    ensure!(phone.calls > 0, "phone.calls must be at least 1");
    let public_address = match phone.public_address.as_str() {
        "" => None,
        address => Some(address.parse().with_context(|| format!("phone.public_address: {address} is no address"))?),
    };
    let peers = phone.peers.iter().map(peer).collect::<Result<Vec<_>>>()?;
    ensure!(
        !peers.is_empty() || !phone.accounts.is_empty(),
        "the telephone would let nobody in: name an exchange in [[phone.accounts]] or a network in [[phone.peers]]"
    );
    if phone.transfer == Transfer::Bridge && phone.accounts.is_empty() {
        tracing::warn!("no account to dial with: calls reach a person only with phone.transfer = \"refer\"");
    }
    Ok(Some(PhoneSettings {
        listen,
        public_address,
        ports: phone.first_port..=phone.last_port,
        calls: phone.calls,
        peers,
        accounts: phone.accounts.iter().map(account).collect(),
        ..PhoneSettings::default()
    }))
}

fn peer(peer: &config::PhonePeer) -> Result<Peer> {
    let network: Network = peer.network.parse().map_err(|error| anyhow::anyhow!("phone.peers: {error}"))?;
    let named = !peer.name.is_empty();
    Ok(Peer {
        network,
        community: (!peer.community.is_empty()).then(|| peer.community.clone()),
        credential: named
            .then(|| PhoneCredential { name: peer.name.clone(), password: peer.password.clone() }),
    })
}

fn account(account: &config::PhoneAccount) -> PhoneAccount {
    PhoneAccount {
        name: account.name.clone(),
        community: account.community.clone(),
        registrar: account.registrar.clone(),
        credential: PhoneCredential { name: account.number.clone(), password: account.password.clone() },
        digest_name: (!account.digest_name.is_empty()).then(|| account.digest_name.clone()),
        register: account.register,
        expires: REGISTRATION,
    }
}
