//! The sockets of a line: UDP, TCP on the same port, and TLS on its own.

use std::net::SocketAddr;

use rsipstack::platform::CancellationToken;
use rsipstack::transport::tcp_listener::TcpListenerConnection;
use rsipstack::transport::tls::{TlsConfig, TlsListenerConnection};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipConnection, TransportLayer};

use crate::phone::error::PhoneError;
use crate::phone::settings::PhoneSettings;

/// Opens them; gives the address of UDP and TCP, and the listener of TLS, whose certificate may be renewed.
pub(in crate::phone) async fn listen(
    settings: &PhoneSettings,
    transports: &TransportLayer,
    closed: &CancellationToken,
) -> Result<(SocketAddr, Option<TlsListenerConnection>), PhoneError> {
    let failed = |source: std::io::Error| PhoneError::Listen {
        address: settings.listen,
        source,
    };
    let external = settings
        .public_address
        .map(|address| SocketAddr::new(address, settings.listen.port()));
    // The stack takes the address again; trying it here is what tells its owner why it cannot be had.
    let port = std::net::UdpSocket::bind(settings.listen)
        .and_then(|socket| socket.local_addr())
        .map_err(failed)?
        .port();
    let listening = SocketAddr::new(settings.listen.ip(), port);
    let udp =
        UdpConnection::create_connection(listening, external, Some(closed.child_token())).await?;
    transports.add_transport(udp.into());
    if settings.tcp {
        std::net::TcpListener::bind(listening).map_err(failed)?;
        transports.add_transport(
            TcpListenerConnection::new(listening, external)
                .await?
                .into(),
        );
    }
    let mut secure = None;
    if let Some(tls) = &settings.tls {
        let listening = SocketAddr::new(settings.listen.ip(), tls.port);
        std::net::TcpListener::bind(listening).map_err(|source| PhoneError::Listen {
            address: listening,
            source,
        })?;
        let external = settings
            .public_address
            .map(|address| SocketAddr::new(address, tls.port));
        let config = TlsConfig {
            cert: Some(tls.certificate.clone()),
            key: Some(tls.key.clone()),
            ..TlsConfig::default()
        };
        let listener = TlsListenerConnection::new(listening, external, config).await?;
        transports.add_transport(SipConnection::TlsListener(listener.clone()));
        secure = Some(listener);
    }
    transports.set_tls_config(TlsConfig {
        ca_certs: Some(settings.authorities.clone()),
        ..TlsConfig::default()
    });
    Ok((listening, secure))
}
