//! A server of our own for the length of the run.

use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::client::Client;
use super::say;

/// Longest that a server may take to load its models and knowledge.
const PATIENCE: Duration = Duration::from_hours(1);

/// Longest that it may take to load the language model once it answers.
const WRITER_PATIENCE: Duration = Duration::from_mins(10);

/// What the log says once the language model is there, or will never be.
const WRITER_SETTLED: [&str; 2] = ["the writer is ready", "the writer could not be loaded"];

/// What the server is started with.
pub(crate) struct Start<'a> {
    /// The binary `xiangyin`; the one beside this program where none is named.
    pub(crate) binary: Option<&'a Path>,
    /// A prepared data directory to work on a copy of.
    pub(crate) data_dir: Option<&'a Path>,
    /// Whether the statute pack must be fetched into a fresh data directory.
    pub(crate) statutes: bool,
    /// Further settings, `key=value`.
    pub(crate) settings: &'a [String],
    /// Where its log goes.
    pub(crate) log: &'a Path,
}

/// A running server; it ends with this value, and its data with it.
pub(crate) struct Server {
    child: Child,
    base: String,
    _data: tempfile::TempDir,
}

impl Server {
    /// Starts a server on a free port and waits until it answers.
    pub(crate) fn start(start: &Start<'_>) -> Result<Self> {
        let binary = match start.binary {
            Some(path) => path.to_owned(),
            None => beside_this_program()?,
        };
        let data = tempfile::tempdir().context("cannot make a temporary data directory")?;
        if let Some(prepared) = start.data_dir {
            say(&format!("copying {}", prepared.display()));
            copy(prepared, data.path()).with_context(|| {
                format!("cannot copy the data directory {}", prepared.display())
            })?;
            forget_identity(data.path())?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let listen = format!("127.0.0.1:{port}");
        let mut common: Vec<OsString> = Vec::new();
        let settings = [
            format!("data_dir={}", data.path().display()),
            format!("http.listen={listen}"),
            "http.messages_per_minute=6000".to_owned(),
        ];
        for setting in settings.iter().chain(start.settings) {
            common.push("--set".into());
            common.push(setting.into());
        }
        let log = File::create(start.log)
            .with_context(|| format!("cannot write {}", start.log.display()))?;
        let command = |arguments: &[&str]| -> Result<Command> {
            let mut command = Command::new(&binary);
            command
                .args(&common)
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log.try_clone()?);
            Ok(command)
        };
        if start.statutes && start.data_dir.is_none() {
            say("fetching the statute pack; --data-dir reuses a directory that has it");
            let status = command(&["knowledge", "pull", "laws"])?
                .status()
                .with_context(|| format!("cannot run {}", binary.display()))?;
            if !status.success() {
                bail!("`knowledge pull laws` failed; see {}", start.log.display());
            }
        }
        say(&format!("starting {} on {listen}", binary.display()));
        let child = command(&["serve"])?
            .spawn()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let mut server = Self {
            child,
            base: format!("http://{listen}"),
            _data: data,
        };
        server.wait(start.log)?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has taken, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        crate::machine::peak_memory_of(self.child.id())
    }

    fn wait(&mut self, log: &Path) -> Result<()> {
        let client = Client::new(&self.base, "");
        let began = Instant::now();
        while !client.is_up() {
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "the server stopped at once ({status}); see {}",
                    log.display()
                );
            }
            if began.elapsed() > PATIENCE {
                bail!(
                    "the server did not answer within an hour; see {}",
                    log.display()
                );
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        // Until the writer is there answers are quoted, which is not what is to be measured.
        let up = Instant::now();
        while !WRITER_SETTLED.iter().any(|words| logged(log, words)) {
            if self.child.try_wait()?.is_some() || up.elapsed() > WRITER_PATIENCE {
                bail!("the writer was not ready in time; see {}", log.display());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        say(&format!(
            "the server is ready after {:.0} s",
            began.elapsed().as_secs_f64()
        ));
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either fails only where it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary `xiangyin` that was built with this program.
pub(crate) fn beside_this_program() -> Result<PathBuf> {
    let binary = std::env::current_exe()?
        .with_file_name(format!("xiangyin{}", std::env::consts::EXE_SUFFIX));
    if !binary.exists() {
        bail!(
            "there is no {}: build it with `cargo build -p assistant`, or name it with --binary, \
             or use a running server with --server",
            binary.display()
        );
    }
    Ok(binary)
}

/// A copy is another node than the original.
fn forget_identity(data: &Path) -> Result<()> {
    match std::fs::remove_file(data.join("instance")) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn logged(log: &Path, words: &str) -> bool {
    std::fs::read_to_string(log).is_ok_and(|text| text.contains(words))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
