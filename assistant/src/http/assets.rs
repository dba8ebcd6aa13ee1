//! The built pages, carried inside the program.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use rust_embed::RustEmbed;

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

/// Pages run only their own scripts and speak only to this server.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; frame-ancestors 'self'";

/// Serves a built file; `/` is the sample site, `/desk` the staff's, `/kiosk` that of the voice kiosk and `/source/…` the reading page.
pub(crate) async fn serve(request: Request) -> Response<Body> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Problem::not_found("no_such_address", "没有这个地址。").into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let name = match path {
        "" => "index.html",
        "desk" => "desk.html",
        "kiosk" => "kiosk.html",
        "docs" => "docs.html",
        path if path.starts_with("source/") => "source.html",
        path => path,
    };
    let Some(file) = Dist::get(name) else {
        if Dist::get("index.html").is_none() {
            return Problem::not_found(
                "pages_not_built",
                "网页还没有构建：请在项目目录运行 make run。",
            )
            .into_response();
        }
        return Problem::not_found("no_such_address", "没有这个页面。").into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    };
    let etag: String = file.metadata.sha256_hash()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let etag = format!("\"{etag}\"");
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    #[expect(clippy::case_sensitive_file_extension_comparisons, reason = "the build names its files so")]
    let of_the_widget = name == "widget.js" || (name.starts_with("assets/") && name.ends_with(".js"));
    if of_the_widget {
        // Other sites load it and its parts; which of them may open conversations is decided by the
        // community.
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
    }
    response
}
