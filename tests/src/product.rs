//! The program over a data folder of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::get;

/// Longest wait for a server to come up: the first start embeds the starter pack.
const START: Duration = Duration::from_secs(600);

/// A data folder and the program.
pub struct Product {
    folder: TempDir,
    address: String,
}

impl Product {
    /// An empty data folder and a free port.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        Self {
            folder: TempDir::new().expect("a folder"),
            address,
        }
    }

    /// A product that has the starter pack in store and index, copied from one that took it in once.
    pub fn with_starter_pack() -> Self {
        static PREPARED: OnceLock<Product> = OnceLock::new();
        let prepared = PREPARED.get_or_init(|| {
            let product = Self::new();
            product.succeed(&["knowledge", "import"]);
            product
        });
        let product = Self::new();
        copy(prepared.data_dir(), product.data_dir());
        // Each data folder is told apart by its own name.
        let _ = std::fs::remove_file(product.data_dir().join("instance"));
        product
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The program with this folder and port.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .arg(format!("--set=data_dir={}", self.data_dir().display()))
            .arg(format!("--set=http.listen={}", self.address))
            .arg("--set=http.messages_per_minute=6000")
            // What is made beforehand would take the processor from what is tested.
            .arg("--set=models.practice=false")
            .args(arguments);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Runs a command that must succeed and returns what it printed.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?} failed:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("the output is text")
    }

    /// Runs a command with `--json` and returns its result, whatever its exit status.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).arg("--json").output().expect("the program runs");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!(
                "{arguments:?} printed no JSON ({error}):\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    /// Starts the server and waits until it answers.
    pub fn serve(self) -> Server {
        self.serve_with(&[])
    }

    /// Starts the server with further flags and waits until it answers.
    pub fn serve_with(self, flags: &[&str]) -> Server {
        let mut server = self.start_with(flags);
        server.wait_until_ready();
        server
    }

    /// Starts a server that takes calls, with these settings in TOML, and waits until it hears, speaks and has made what
    /// it says in every call. It writes nothing, as on answers that were verified.
    pub fn serve_telephone(self, settings: &str, flags: &[&str]) -> Server {
        let file = self.data_dir().join("xiangyin.toml");
        std::fs::write(&file, settings).expect("the configuration");
        let file = file.display().to_string();
        let server = self.serve_with(&[&["--config", &file, "--set=models.writing=none"], flags].concat());
        let able = |name: &str| get(server.base(), "/api/voice", None).1[name] == Value::Bool(true);
        wait_until("what hears and speaks", || able("hearing") && able("speaking"));
        server.wait_for_log("what is said in every call is prepared");
        server
    }

    /// Starts the server with further flags and does not wait for it.
    pub fn start_with(self, flags: &[&str]) -> Server {
        let mut arguments = flags.to_vec();
        arguments.push("serve");
        let log_path = self.data_dir().join("server.log");
        let log = File::create(&log_path).expect("a log file");
        let child = self
            .command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .expect("the server starts");
        let base = format!("http://{}", self.address);
        Server {
            product: self,
            child,
            base,
        }
    }
}

impl Default for Product {
    fn default() -> Self {
        Self::new()
    }
}

/// A running server; dropping it kills it.
pub struct Server {
    product: Product,
    child: Child,
    base: String,
}

impl Server {
    /// Where it is reached.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The product that it serves.
    pub fn product(&self) -> &Product {
        &self.product
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it answers.
    pub fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while crate::get(&self.base, "/api/health", None).0 != 200 {
            if let Some(status) = self.child.try_wait().expect("the server can be looked at") {
                let log = std::fs::read_to_string(self.product.data_dir().join("server.log")).unwrap_or_default();
                panic!("the server stopped ({status}):\n{log}");
            }
            assert!(began.elapsed() < START, "the server did not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The one-time password of the first administrator.
    pub fn first_password(&self) -> String {
        let told = std::fs::read_to_string(self.product.data_dir().join("first-sign-in.txt"))
            .expect("the file with the first password");
        let password = told.lines().find_map(|line| line.strip_prefix("password: "));
        password.expect("a password").to_owned()
    }

    /// Waits until a line of its log contains `text`.
    pub fn wait_for_log(&self, text: &str) {
        wait_until(&format!("{text:?} in the log"), || {
            let log = File::open(self.product.data_dir().join("server.log")).expect("a log");
            BufReader::new(log).lines().any(|line| line.is_ok_and(|line| line.contains(text)))
        });
    }

    /// Waits until the writer is loaded.
    pub fn wait_for_writer(&self) {
        self.wait_for_log("the writer is ready");
    }

    /// Keeps it for all tests of a file; it ends when they do.
    pub fn share(self) -> &'static Self {
        stop_at_exit(self.child.id());
        Box::leak(Box::new(self))
    }

    /// Kills it as a power cut would (SIGKILL) and gives the product back.
    pub fn kill(mut self) -> Product {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
        std::mem::take(&mut self.product)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One server with the starter pack and the writer, shared by the tests of a file.
pub fn shared_server() -> &'static Server {
    static SERVER: OnceLock<&'static Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Product::with_starter_pack().serve();
        server.wait_for_writer();
        server.share()
    })
}

/// What is shared is never dropped, so its server is stopped by a watcher that outlives the tests.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn stop_at_exit(server: u32) {
    let own = std::process::id();
    Command::new("sh")
        .args([
            "-c",
            &format!("while kill -0 {own} 2>/dev/null; do sleep 1; done; kill {server} 2>/dev/null"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the watcher starts");
}

/// `xiangyin` beside this test in the build folder.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("the test knows its own file");
    let folder = own.ancestors().nth(2).expect("the build folder");
    let program = folder.join("xiangyin");
    assert!(
        program.exists(),
        "{} is not built; run `cargo build --workspace` or `make test`",
        program.display()
    );
    program
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

/// Waits for something that comes by itself.
pub fn wait_until(what: &str, mut come: impl FnMut() -> bool) {
    let began = Instant::now();
    while !come() {
        assert!(began.elapsed() < START, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
