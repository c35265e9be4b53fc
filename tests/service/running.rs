//! A running worker.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::{PATIENCE, World, until};

/// A running worker; killed when dropped.
pub(crate) struct Worker {
    child: Child,
    pub(crate) http: String,
    log: PathBuf,
}

impl Worker {
    pub(crate) fn start(world: &World, more: &[(&str, &str)]) -> Self {
        Self::with(&world.settings, world.folder.path(), more)
    }

    /// With these settings; its log goes into the folder.
    pub(crate) fn with(
        settings: &BTreeMap<String, String>,
        folder: &Path,
        more: &[(&str, &str)],
    ) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let http = free.local_addr().unwrap().to_string();
        drop(free);
        let log = folder.join(format!("worker-{http}.log"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command
            .arg("worker")
            .envs(settings)
            .env("COUNTERSIGN_WORKER__HTTP", &http);
        command
            .envs(more.iter().copied())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap());
        Self {
            child: command.spawn().unwrap(),
            http,
            log,
        }
    }

    pub(crate) async fn is_ready(&self) -> bool {
        self.get("/health/ready")
            .await
            .is_some_and(|(status, _)| status == 200)
    }

    pub(crate) async fn until_ready(&self) {
        until("the worker is ready", || self.is_ready()).await;
    }

    /// Status and body.
    pub(crate) async fn get(&self, path: &str) -> Option<(u16, String)> {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(&self.http).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: worker\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        Some((status, body.to_owned()))
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Memory of the worker without its reader children.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        resident.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Its exit code, once it has ended.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                Instant::now() < end,
                "the worker does not end; it says: {}",
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("the worker said:\n{}", self.said());
        }
    }
}
