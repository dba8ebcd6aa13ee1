//! Papers from the internet, by their address: off unless the configuration turns it on.

use std::io::Read as _;
use std::time::Duration;

use tokio::task::spawn_blocking;
use ureq::Agent;
use ureq::http::{HeaderMap, Uri, header};
use ureq::unversioned::transport::DefaultConnector;

use super::drafts::{EditorError, Uploaded};
use super::Editor;
use crate::alerts::{Forbidden, GuardedResolver};
use crate::store::Actor;

/// Largest paper that is fetched, in bytes.
const LARGEST: u64 = 50 * 1024 * 1024;
/// Longest time for all of it.
const LONGEST: Duration = Duration::from_secs(60);
/// Times that a site may send on to another address; each is looked at like the first.
const REDIRECTS: u32 = 5;

/// Fetches papers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Addresses {
    agent: Agent,
}

/// What came from an address.
struct Fetched {
    name: String,
    media_type: String,
    bytes: Vec<u8>,
}

impl Addresses {
    /// With `private`, addresses in the own network and on this machine too.
    pub fn new(private: bool) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(REDIRECTS)
            .timeout_global(Some(LONGEST))
            // A proxy would resolve the name itself, behind the back of the guarded resolver.
            .proxy(None)
            .max_idle_connections(0)
            .user_agent(concat!("xiangyin/", env!("CARGO_PKG_VERSION")))
            .build();
        // What everybody may read need not be encrypted on its way.
        let resolver = GuardedResolver::new(private).unencrypted();
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }

    async fn fetch(&self, address: &str) -> Result<Fetched, EditorError> {
        let wrong = || bad("网址不对，要以 http:// 或 https:// 开头。".to_owned());
        let uri: Uri = address.trim().parse().map_err(|_| wrong())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong());
        }
        let agent = self.agent.clone();
        let fetched = spawn_blocking(move || fetch(&agent, &uri)).await.map_err(anyhow::Error::from)?;
        fetched.map_err(|reason| bad(reason.to_owned()))
    }
}

impl Editor {
    /// Whether papers may be fetched by their address.
    pub(crate) fn fetches(&self) -> bool {
        self.addresses.is_some()
    }

    /// Fetches a paper and begins a draft of it, like an upload.
    pub(crate) async fn upload_from(
        &self,
        community_id: &str,
        address: &str,
        actor: &Actor,
    ) -> Result<Uploaded, EditorError> {
        let Some(addresses) = &self.addresses else {
            return Err(bad("这里没有打开按网址取文件（knowledge.fetch_addresses）。".to_owned()));
        };
        let fetched = addresses.fetch(address).await?;
        self.upload(community_id, &fetched.name, &fetched.media_type, fetched.bytes, actor).await
    }
}

fn bad(reason: String) -> EditorError {
    EditorError::Bad("address", reason)
}

fn fetch(agent: &Agent, uri: &Uri) -> Result<Fetched, &'static str> {
    let mut response = agent.get(uri.clone()).call().map_err(|error| trouble(&error))?;
    match response.status().as_u16() {
        200..=299 => {}
        401 | 403 => return Err("那个网站不让看这一页。请在浏览器里打开，存成文件再上传。"),
        404 | 410 => return Err("那个网址上没有这一页了，请检查网址。"),
        _ => return Err("那个网站现在给不了这一页，请过一会儿再试，或者存成文件再上传。"),
    }
    let media_type = header_text(response.headers(), header::CONTENT_TYPE.as_str());
    let disposition = header_text(response.headers(), header::CONTENT_DISPOSITION.as_str());
    let name = file_name(uri, &media_type, &disposition);
    let mut bytes = Vec::new();
    let read = response.body_mut().as_reader().take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|_| "这一页没有取完整，请再试一次。")?;
    if bytes.is_empty() {
        return Err("这一页是空的。");
    }
    if bytes.len() as u64 > LARGEST {
        return Err("这份文件超过 50 MB，请拆开再上传。");
    }
    Ok(Fetched { name, media_type, bytes })
}

fn header_text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn trouble(error: &ureq::Error) -> &'static str {
    use ureq::Error;
    match error {
        Error::Other(other) => match other.downcast_ref::<Forbidden>() {
            Some(Forbidden::Private) => {
                "这个网址在内网。确实要取内网的文件，请在配置里打开 knowledge.fetch_private。"
            }
            Some(_) => "这个网址属于系统保留的范围，不能取。",
            None => "连不上那个网站，请检查网址。",
        },
        Error::HostNotFound => "找不到这个网站，请检查网址。",
        Error::Timeout(_) => "那个网站太慢，一分钟没有取完。请存成文件再上传。",
        Error::TooManyRedirects => "那个网址转来转去，取不到。请在浏览器里打开，存成文件再上传。",
        _ => "连不上那个网站，请检查网址。",
    }
}

/// A name that tells the kind of the file, because readers go by its ending too.
fn file_name(uri: &Uri, media_type: &str, disposition: &str) -> String {
    let told = disposition
        .split(';')
        .find_map(|part| part.trim().strip_prefix("filename="))
        .map(|name| name.trim_matches('"').to_owned());
    let last = uri.path().rsplit('/').find(|part| !part.is_empty()).map(decoded);
    let name = told.or(last).unwrap_or_else(|| uri.host().unwrap_or("网页").to_owned());
    let ending = match media_type.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => "html",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        "text/markdown" => "md",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        _ => return name,
    };
    let known = ["html", "htm", "pdf", "txt", "md", "docx", "xlsx"];
    let has_one = name.rsplit_once('.').is_some_and(|(_, end)| known.contains(&end.to_lowercase().as_str()));
    if has_one { name } else { format!("{name}.{ending}") }
}

/// A part of a path without its percent signs (RFC 3986 2.1).
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let value = (first == b'%').then(|| after.get(..2)).flatten();
        let value = value.and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = value.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fetched_paper_is_named_by_what_it_is() {
        let name = |address: &str, media_type: &str, disposition: &str| {
            file_name(&address.parse().unwrap(), media_type, disposition)
        };
        assert_eq!(name("https://a.cn/zc/123", "text/html; charset=gbk", ""), "123.html");
        assert_eq!(name("https://a.cn/%E5%8A%9E%E6%B3%95.pdf", "application/pdf", ""), "办法.pdf");
        assert_eq!(name("https://a.cn/", "text/html", ""), "a.cn.html");
        let told = "attachment; filename=\"guide.docx\"";
        assert_eq!(name("https://a.cn/down?id=1", "application/octet-stream", told), "guide.docx");
        assert_eq!(decoded("50%"), "50%");
        assert_eq!(decoded("%zz%41"), "%zzA");
    }
}
