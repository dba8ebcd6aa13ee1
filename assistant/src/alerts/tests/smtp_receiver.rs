//! A real mail server (aiosmtpd, Debian's `python3-aiosmtpd`) as a child process.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::{Mail, Secret, Security};

pub(super) const USER: &str = "desk";
pub(super) const PASSWORD: &str = "correct-horse-battery";

/// A server on a free port, gone when dropped.
pub(super) struct SmtpReceiver {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
    security: Security,
    folder: TempDir,
}

impl SmtpReceiver {
    /// Starts a server whose first recipients are answered with `replies`; with encryption it asks
    /// for [`USER`] and [`PASSWORD`]. `None`, said on the terminal, where the tools are missing.
    pub(super) fn start(security: Security, replies: &[&str]) -> Option<Self> {
        let python = python_with_aiosmtpd()?;
        let folder = tempfile::tempdir().expect("a folder");
        let encrypted = security != Security::None;
        if encrypted && !make_certificate(folder.path()) {
            return skip("openssl is missing (apt install openssl)");
        }
        let options = json!({
            "security": security,
            "certificate": folder.path().join("server.pem"),
            "key": folder.path().join("server.key"),
            "user": if encrypted { USER } else { "" },
            "password": PASSWORD,
            "replies": replies,
        });
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/alerts/tests/smtp_receiver.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python was there a moment ago");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the port");
        let port = line.trim().parse().expect("the port");
        Some(Self {
            child,
            output,
            port,
            security,
            folder,
        })
    }

    /// The configuration that fits this server.
    pub(super) fn mail(&self) -> Mail {
        let encrypted = self.security != Security::None;
        Mail {
            host: "localhost".to_owned(),
            port: self.port,
            security: self.security,
            user: if encrypted { USER } else { "" }.to_owned(),
            password: Secret::new(if encrypted { PASSWORD } else { "" }),
            from: "乡音 <desk@community.example>".to_owned(),
            certificate: if encrypted {
                self.folder.path().join("authority.pem")
            } else {
                PathBuf::new()
            },
        }
    }

    /// The next mail, as the server's own library reads it.
    pub(super) fn received(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a mail");
        serde_json::from_str(&line).expect("a mail")
    }

    /// Every further mail, after telling the server to end.
    pub(super) fn rest(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        let lines = self.output.by_ref().lines();
        lines
            .map(|line| serde_json::from_str(&line.expect("a mail")).expect("a mail"))
            .collect()
    }
}

impl Drop for SmtpReceiver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian's package belongs to Debian's own interpreter, which need not be the first in the path.
fn python_with_aiosmtpd() -> Option<&'static str> {
    static FOUND: LazyLock<Option<&str>> = LazyLock::new(|| {
        let has_it = |python: &&str| runs(Command::new(python).args(["-c", "import aiosmtpd"]));
        ["python3", "/usr/bin/python3"].into_iter().find(has_it)
    });
    (*FOUND).or_else(|| skip("aiosmtpd is missing (apt install python3-aiosmtpd)"))
}

/// An authority, and a server's certificate for `localhost` signed by it.
fn make_certificate(folder: &Path) -> bool {
    let make = |arguments: &str| {
        runs(
            Command::new("openssl")
                .args(arguments.split(' '))
                .current_dir(folder),
        )
    };
    let common = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
    make(&format!(
        "{common} -subj /CN=authority -keyout authority.key -out authority.pem"
    )) && make(&format!(
        "{common} -subj /CN=localhost -keyout server.key -out server.pem -CA authority.pem \
             -CAkey authority.key -addext basicConstraints=critical,CA:FALSE \
             -addext subjectAltName=DNS:localhost"
    ))
}

fn runs(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Past the test harness, which shows what a passing test prints to nobody.
fn skip<T>(why: &str) -> Option<T> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    writeln!(io::stderr(), "\nSKIPPED {test}: {why}").expect("a terminal");
    None
}
