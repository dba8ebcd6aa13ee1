//! The pages in a real browser: checks written for node, run by Chromium.

use std::path::Path;
use std::process::Command;

use crate::{Server, skip};

/// A script of `assistant/web`, with what it is told.
pub struct BrowserChecks {
    command: Command,
}

impl BrowserChecks {
    /// The checks of this file; without more they run against their own stand-in server, which can
    /// break off and delay where a real one can't be made to. `None`, said aloud, where there is no
    /// browser.
    pub fn of(script: &str) -> Option<Self> {
        let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/web"));
        if !web.join("node_modules").exists() || !Path::new("/usr/bin/chromium").exists() {
            skip("the browser or the pages' packages are missing; `make test` installs them");
            return None;
        }
        let mut command = Command::new("node");
        command.arg(script).current_dir(web).env_remove("BASE_URL");
        Some(Self { command })
    }

    /// Tells them an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Tells them a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Against this server.
    #[must_use]
    pub fn at(self, base: &str) -> Self {
        self.env("BASE_URL", base)
    }

    /// Against this server, signed in as its first administrator.
    #[must_use]
    pub fn as_administrator(self, server: &Server) -> Self {
        self.at(server.base())
            .env("DESK_LOGIN", "admin")
            .env("DESK_PASSWORD", server.first_password())
    }

    /// Runs them; the pictures they take into `SHOTS` go with them.
    pub fn pass(mut self) {
        let shots = tempfile::tempdir().expect("a folder");
        let output = self.command.env("SHOTS", shots.path()).output().expect("node runs");
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
