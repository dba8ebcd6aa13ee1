//! Why a notice did not arrive.
//!
//! [`DeliveryError`] tells the queue what to do, [`Reason`] tells the administrator.

use std::time::Duration;

use thiserror::Error;

use super::reach::Forbidden;
use super::retry::retry_delay;

/// What became of an attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DeliveryError {
    /// Worth another attempt.
    #[error("{reason}")]
    Temporary {
        /// What happened.
        reason: Reason,
        /// How long the receiver asked to be left alone, one day at most.
        retry_after: Option<Duration>,
    },
    /// The same attempt can only fail again; somebody has to change something.
    #[error("{reason}")]
    Permanent {
        /// What happened, and what to change.
        reason: Reason,
    },
}

impl DeliveryError {
    /// An error worth another attempt, whenever the schedule says.
    pub(super) fn temporary(reason: Reason) -> Self {
        Self::Temporary {
            reason,
            retry_after: None,
        }
    }

    /// An error that stays.
    pub(super) fn permanent(reason: Reason) -> Self {
        Self::Permanent { reason }
    }

    /// What happened.
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Temporary { reason, .. } | Self::Permanent { reason } => reason,
        }
    }

    /// Time to wait before the next attempt, when `attempts` were made; `None` to give up.
    ///
    /// The schedule of [`retry_delay`], or what the receiver asked for if that is longer.
    pub fn retry_in(&self, attempts: u32, jitter: u8) -> Option<Duration> {
        match self {
            Self::Temporary { retry_after, .. } => {
                Some(retry_delay(attempts, jitter)?.max(retry_after.unwrap_or_default()))
            }
            Self::Permanent { .. } => None,
        }
    }
}

/// What happened, in words for an administrator; holds no secret and no full address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// An address that nothing can be sent to.
    #[error("接收地址写得不对。请检查网址或邮箱，改好后再试。")]
    Address,
    /// A webhook secret of another form.
    #[error("签名密钥写得不对，应当是 whsec_ 开头的一串。请重新生成，并把新密钥交给接收方。")]
    WebhookSecret,
    /// A mistake of this program.
    #[error("通知编号里有不能用的字符，这是程序的错误，请联系开发者。")]
    NoticeId,
    /// An address that calls are never, or not by these rules, sent to.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No connection.
    #[error("连不上接收方（{0}）。请检查对方是否在运行、网络是否通畅。")]
    Unreachable(String),
    /// Connected, and then nothing for this many seconds.
    #[error("接收方超过 {0} 秒没有答复。")]
    TimedOut(u64),
    /// The certificate or the handshake.
    #[error("与接收方的加密连接没有建立（{0}）。请检查对方的证书是否过期、是否与域名相符。")]
    Encryption(String),
    /// An HTTP status other than the ones below.
    #[error("接收方答复了 HTTP {0}，没有收下通知。")]
    Status(u16),
    /// HTTP 410.
    #[error("接收方表示不再接收通知（HTTP 410）。请停用这个地址，或者与对方确认新的地址。")]
    Gone,
    /// HTTP 3xx; never followed, as the new place was not checked by anybody.
    #[error("接收方要求转到别的地址（HTTP {0}）。请直接填写最终的地址。")]
    Redirected(u16),
    /// An answer that is not what this kind of receiver gives.
    #[error("看不懂接收方的答复（{0}）。请检查地址是否填对。")]
    Answer(String),
    /// A group robot said no.
    #[error("群机器人没有收下通知（错误码 {code}：{message}）。")]
    Robot {
        /// `errcode`.
        code: i64,
        /// `errmsg`, shortened.
        message: String,
    },
    /// No mail server is configured.
    #[error("还没有设置发信服务器，邮件发不出去。请先在配置里填写 mail。")]
    NoMailServer,
    /// The configuration of mail can't work.
    #[error("发信设置有问题（{0}）。请检查配置里的 mail。")]
    MailSetup(String),
    /// The mail server answered with an SMTP error.
    #[error("邮件服务器没有收下邮件（{code}：{message}）。")]
    MailRefused {
        /// Reply code of RFC 5321, such as 550.
        code: u16,
        /// The server's words, shortened.
        message: String,
    },
}

impl Reason {
    /// [`Reason::TimedOut`], in whole seconds.
    pub(super) fn timed_out(timeout: Duration) -> Self {
        Self::TimedOut(timeout.as_millis().div_ceil(1000) as u64)
    }

    /// A stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::WebhookSecret => "webhook_secret",
            Self::NoticeId => "notice_id",
            Self::Forbidden(Forbidden::Never) => "forbidden_address",
            Self::Forbidden(Forbidden::Private) => "private_address",
            Self::Forbidden(Forbidden::Unencrypted) => "unencrypted",
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut(_) => "timed_out",
            Self::Encryption(_) => "encryption",
            Self::Status(_) => "status",
            Self::Gone => "gone",
            Self::Redirected(_) => "redirected",
            Self::Answer(_) => "answer",
            Self::Robot { .. } => "robot",
            Self::NoMailServer => "no_mail_server",
            Self::MailSetup(_) => "mail_setup",
            Self::MailRefused { .. } => "mail_refused",
        }
    }
}
