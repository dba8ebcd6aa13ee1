//! From the configuration to a telephone line.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::config::{self, Transfer};
use crate::phone::{Network, Peer, PhoneAccount, PhoneCredential, PhoneSettings, PhoneTls};

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
    // Without one, no account is reached over TLS; where there is one, a missing file is an error.
    let over_tls = phone.accounts.iter().any(|account| account.registrar.to_ascii_lowercase().contains("transport=tls"));
    let authorities = if over_tls { read("phone.tls.authorities", &phone.tls.authorities)? } else { Vec::new() };
    Ok(Some(PhoneSettings {
        listen,
        tls: tls(&phone.tls)?,
        authorities,
        public_address,
        ports: phone.first_port..=phone.last_port,
        calls: phone.calls,
        peers,
        accounts: phone.accounts.iter().map(account).collect(),
        ..PhoneSettings::default()
    }))
}

/// SIP over TLS as the files have it now; `None` where it is not served.
pub(super) fn tls(tls: &config::PhoneTls) -> Result<Option<PhoneTls>> {
    if tls.certificate.is_empty() {
        return Ok(None);
    }
    Ok(Some(PhoneTls {
        port: tls.port,
        certificate: read("phone.tls.certificate", &tls.certificate)?,
        key: read("phone.tls.key", &tls.key)?,
    }))
}

fn read(setting: &str, path: &str) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{setting}: {path} cannot be read"))
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
        srtp: account.srtp,
        expires: REGISTRATION,
    }
}
