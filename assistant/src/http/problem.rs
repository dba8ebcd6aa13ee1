//! Errors as `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! A handler returns [`AppResult`]; what is the caller's fault is a [`Problem`] built by name,
//! everything else becomes `internal` and is logged, never shown.

use std::any::Any;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use tower_governor::GovernorError;

/// What a handler returns.
pub(crate) type AppResult<T> = Result<T, Problem>;

/// An error that reaches a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: String,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: &str) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            code,
            detail: detail.to_owned(),
            retry_after: None,
        }
    }

    /// Nothing is there, or it is not the caller's to see.
    pub(crate) fn not_found(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, "没有找到", detail)
    }

    /// The request can't be understood.
    pub(crate) fn invalid(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "请求有误", detail)
    }

    /// The caller may not do this.
    pub(crate) fn forbidden(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, "不允许", detail)
    }

    /// The caller has to sign in, or did so wrongly.
    pub(crate) fn unauthorized(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, "需要登录", detail)
    }

    /// Something is there that stands against it.
    pub(crate) fn conflict(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, "有冲突", detail)
    }

    /// The request is understood, and can't be done as things stand.
    pub(crate) fn unprocessable(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, "办不了", detail)
    }

    /// A receiver outside did not take what was sent.
    pub(crate) fn not_delivered(detail: &str) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "not_delivered", "没有送到", detail)
    }

    /// This server has no such ability, as it is set up or for now.
    pub(crate) fn unavailable(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, "现在用不了", detail)
    }

    /// The caller has to wait so many seconds.
    pub(crate) fn wait(code: &'static str, title: &'static str, detail: &str, seconds: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, code, title, detail);
        problem.retry_after = Some(seconds.max(1));
        problem
    }

    /// The turn broke off; the message is kept.
    pub(crate) fn interrupted(detail: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "turn_failed", "没能答完", detail)
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统出错",
            "系统出了点问题，请稍后再试；急事请直接联系社区工作人员。",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let status =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Too many messages from one address.
#[expect(clippy::needless_pass_by_value, reason = "the layer of limits hands it over")]
pub(crate) fn from_limit(error: GovernorError) -> Response<Body> {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => {
            let detail = format!("消息发得有点快，请等 {} 秒再发。", wait_time.max(1));
            Problem::wait("too_many_messages", "发得太快了", &detail, wait_time).into_response()
        }
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => {
            Problem::invalid("no_address", "服务器看不到来访地址，请检查反向代理的设置。")
                .into_response()
        }
    }
}

/// Too many sign-ins from one address.
pub(crate) fn from_sign_in_limit(error: GovernorError) -> Response<Body> {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => {
            let detail = format!("登录试得太频繁了，请等 {} 秒再试。", wait_time.max(1));
            Problem::wait("too_many_sign_ins", "请稍等", &detail, wait_time).into_response()
        }
        other => from_limit(other),
    }
}

/// A handler that panicked.
#[expect(clippy::needless_pass_by_value, reason = "the layer that catches hands it over")]
pub(crate) fn from_panic(panic: Box<dyn Any + Send>) -> Response<Body> {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    Problem::from(anyhow::anyhow!("a handler panicked: {what}")).into_response()
}
