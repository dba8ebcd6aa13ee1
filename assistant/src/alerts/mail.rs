//! A notice by e-mail: plain text over SMTP.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use std::{fs, io, iter};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};

use super::error::{DeliveryError, Reason};
use super::notice::Notice;
use super::secret::Secret;
use super::text;

/// Longest subject in bytes before encoding; what a list of mails shows of it is shorter.
const SUBJECT_LIMIT: usize = 240;

/// The server that takes our mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Name of the server.
    pub host: String,
    /// 465 with `tls`, 587 with `starttls`, 25 with `none`.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Name to sign in with; empty for a server that asks for none.
    #[serde(default)]
    pub user: String,
    /// Password or 授权码; never sent over an unprotected connection.
    #[serde(default)]
    pub password: Secret,
    /// Sender: `name@domain` or `乡音 <name@domain>`.
    pub from: String,
    /// PEM file with the authority behind the server's certificate, in addition to the public ones;
    /// empty for none.
    #[serde(default)]
    pub certificate: PathBuf,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not; for a relay on this machine or in the own network.
    None,
    /// Begun in the clear, and given up if the server won't encrypt (RFC 3207).
    Starttls,
    /// From the first byte (RFC 8314).
    Tls,
}

/// Sends mail through one server.
#[derive(Clone, Debug)]
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

/// A mailbox from `name@domain`, with or without a name to show.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, Reason> {
    text.trim().parse().map_err(|_| Reason::Address)
}

impl Mailer {
    /// Checks the configuration; connects to nothing. `timeout` is for the whole of a mail.
    pub(super) fn new(mail: &Mail, timeout: Duration) -> Result<Self, Reason> {
        let setup = |problem: &str| Reason::MailSetup(problem.to_owned());
        let from = mailbox(&mail.from).map_err(|_| setup("mail.from 不是邮箱地址"))?;
        if !from.email.domain().is_ascii() {
            return Err(setup("mail.from 的域名要写成 xn-- 开头的形式"));
        }
        if mail.security == Security::None && !mail.user.is_empty() {
            return Err(setup(
                "要登录的服务器，mail.security 应当是 tls 或 starttls",
            ));
        }
        let tls = match mail.security {
            Security::None => Tls::None,
            Security::Starttls => Tls::Required(tls_parameters(mail)?),
            Security::Tls => Tls::Wrapper(tls_parameters(mail)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.host)
            .port(mail.port)
            .tls(tls)
            .timeout(Some(timeout));
        if !mail.user.is_empty() {
            let password = mail.password.expose().to_owned();
            builder = builder.credentials(Credentials::new(mail.user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            timeout,
        })
    }

    /// Hands the notice to the server; what happens to the mail after that is not seen here.
    pub(super) async fn deliver(&self, to: &str, notice: &Notice) -> Result<(), DeliveryError> {
        let to = mailbox(to).map_err(DeliveryError::permanent)?;
        let message = self
            .message(to, notice)
            .map_err(|error| DeliveryError::permanent(Reason::MailSetup(error.to_string())))?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error, self.timeout)),
            Err(_) => Err(DeliveryError::temporary(Reason::timed_out(self.timeout))),
        }
    }

    fn message(&self, to: Mailbox, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let subject = text::one_line(&notice.title);
        let mut body = text::lines(&notice.body);
        if let Some(url) = &notice.url {
            body = format!("{body}\n\n{url}");
        }
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .date(SystemTime::from(notice.at))
            .message_id(Some(format!(
                "<{}@{}>",
                notice.id,
                self.from.email.domain()
            )))
            .subject(text::within(&subject, SUBJECT_LIMIT))
            .header(ContentType::TEXT_PLAIN);
        // Keeps holiday replies away (RFC 3834 5).
        builder = field(builder, "Auto-Submitted", "auto-generated");
        if notice.urgent {
            // RFC 2156 defines the first; the second is what mail programs show.
            builder = field(builder, "Importance", "high");
            builder = field(builder, "X-Priority", "1 (Highest)");
        }
        builder.body(format!("{body}\n"))
    }
}

fn field(builder: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    let name = HeaderName::new_from_ascii_str(name);
    builder.raw_header(HeaderValue::new(name, value.to_owned()))
}

fn tls_parameters(mail: &Mail) -> Result<TlsParameters, Reason> {
    let mut parameters = TlsParameters::builder(mail.host.clone());
    if !mail.certificate.as_os_str().is_empty() {
        let unusable = |why: String| {
            Reason::MailSetup(format!(
                "mail.certificate {}：{why}",
                mail.certificate.display()
            ))
        };
        let pem = fs::read(&mail.certificate).map_err(|error| unusable(error.to_string()))?;
        let certificate =
            Certificate::from_pem(&pem).map_err(|error| unusable(error.to_string()))?;
        parameters = parameters.add_root_certificate(certificate);
    }
    parameters
        .build()
        .map_err(|error| Reason::MailSetup(text::foreign(&error.to_string())))
}

/// 4yz may pass and 5yz may not (RFC 5321 4.2.1), whatever else happened may.
fn failure(error: &smtp::Error, timeout: Duration) -> DeliveryError {
    let cause = iter::successors(error.source(), |&cause| cause.source()).last();
    let words = cause.map_or_else(|| error.to_string(), ToString::to_string);
    let message = text::foreign(&words);
    if let Some(code) = error.status() {
        let reason = Reason::MailRefused {
            code: code.into(),
            message,
        };
        if error.is_permanent() {
            DeliveryError::permanent(reason)
        } else {
            DeliveryError::temporary(reason)
        }
    } else if error.is_client() {
        DeliveryError::permanent(Reason::MailSetup(message))
    } else if error.is_timeout() {
        DeliveryError::temporary(Reason::timed_out(timeout))
    } else if error.is_tls() || cause.is_some_and(is_handshake) {
        DeliveryError::temporary(Reason::Encryption(message))
    } else {
        DeliveryError::temporary(Reason::Unreachable(message))
    }
}

/// A refused certificate reaches us as a connection that broke, with this kind.
fn is_handshake(cause: &(dyn Error + 'static)) -> bool {
    let cause = cause.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidData)
}
