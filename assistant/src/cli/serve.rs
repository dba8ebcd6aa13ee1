//! `xiangyin serve`.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinHandle;

use super::{Call, output};
use crate::System;
use crate::accounts::Passwords;
use crate::alerts::{Deliverer, Rules};
use crate::attachments::Attachments;
use crate::calls::Calls;
use crate::config;
use crate::conversation::{Assistant, Writer};
use crate::editor::{Addresses, Editor};
use crate::first_sign_in::FirstSignIn;
use crate::http;
use crate::knowledge_base::KnowledgeBase;
use crate::outreach::{Dial, OutreachRunner, Outreaches};
use crate::practice::Practice;
use crate::store::Store;
use crate::voice::{Manner, Recordings, Voice};
use crate::work_orders::Runner;

/// How often drafts that are due and questions asked in vain are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// How often recordings whose time is over are removed.
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// How often the index looks for documents that another process has published.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn run(call: &Call) -> Result<ExitCode> {
    let config = call.config();
    let listener = http::bind(&config.http.listen).await?;
    let system = System::open(config.clone()).await?;
    let knowledge_base = system.knowledge_base.clone();
    if system.store.published_editions().await? == 0 {
        let summary = knowledge_base.import_starter_pack().await?;
        output::note(format!("起步包：{} 份指南", summary.published));
    }
    super::knowledge::follow(&knowledge_base).await?;
    tell_first_password(&system).await?;

    let writer = Writer::default();
    let loading = (system.engines.clone(), Arc::clone(&writer));
    if config.has_writer() {
        tokio::task::spawn_blocking(move || {
            let (engines, writer) = loading;
            match engines.load_writer(&writer) {
                Ok(()) => tracing::info!("the writer is ready"),
                Err(error) => tracing::error!(
                    error = format!("{error:#}"),
                    "the writer could not be loaded; answers are quoted"
                ),
            }
        });
    } else {
        tracing::info!("no writer is configured; answers are verified or quoted");
    }

    let assistant = Arc::new(system.assistant(writer).await?);
    let voice = Arc::new(Voice::new(&config.data_dir));
    let loaded = load_voice(&system, &assistant, &voice);
    let outreaches = Outreaches::new(system.store.clone(), system.work_orders.clone());
    let rules = Rules {
        allow_private: config.alerts.allow_private,
        ..Rules::default()
    };
    let deliverer = Deliverer::new(config.mail(), rules)
        .map_err(|reason| anyhow::anyhow!("alerts.mail: {reason}"))?;
    let calls = Arc::new(OnceLock::new());
    let telephone = Telephone {
        phone: config.phone.clone(),
        assistant: Arc::clone(&assistant),
        voice: Arc::clone(&voice),
        outreaches: outreaches.clone(),
        deliverer: deliverer.clone(),
        calls: Arc::clone(&calls),
    };
    tokio::spawn(telephone.open(loaded));
    if config.speaks() && config.models.practice {
        let manner = Manner { voice: config.phone.voice.clone(), speed: config.phone.speed, ..Manner::default() };
        tokio::spawn(Practice::new(Arc::clone(&assistant), Arc::clone(&voice), manner).run());
    }
    let recovered = assistant.recover().await?;
    if recovered > 0 {
        tracing::warn!(recovered, "messages cut off by the last stop became work orders");
    }
    let work_orders = &system.work_orders;
    tokio::spawn(work_orders.feed().clone().run(system.store.clone()));
    let runner = Runner::new(
        work_orders.clone(),
        deliverer.clone(),
        &config.desk_url(),
        Duration::from_secs(60 * u64::from(config.work_orders.urgent_every_minutes.max(1))),
    );
    tokio::spawn(runner.run());
    let originals = Attachments::new(&config.data_dir.join("originals"));
    let fetches = config.knowledge.fetch_addresses;
    let addresses = fetches.then(|| Addresses::new(config.knowledge.fetch_private));
    let editor = Editor::new(Arc::clone(&assistant), knowledge_base.clone(), originals, addresses);
    editor.tidy().await;
    tokio::spawn(keep_following(knowledge_base));
    tokio::spawn(look_after(editor.clone()));
    tokio::spawn(tidy_recordings(voice.recordings.clone(), system.store.clone()));
    output::note(format!("乡音已就绪 Xiangyin is ready on {}", config.base_url()));
    output::note(format!("  居民页面  {}/", config.base_url()));
    output::note(format!("  工作台    {}/desk", config.base_url()));
    output::note(format!(
        "  网页小组件 <script src=\"{}/widget.js\" data-community=\"{}\" async></script>",
        config.base_url(),
        config.conversation.community
    ));
    http::serve(listener, assistant, &system.instance, &config, deliverer, editor, outreaches, voice, stopped()).await?;
    if let Some(calls) = calls.get() {
        calls.close().await;
    }
    system.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// What a telephone line needs.
struct Telephone {
    phone: config::Phone,
    assistant: Arc<Assistant>,
    voice: Arc<Voice>,
    outreaches: Outreaches,
    deliverer: Deliverer,
    calls: Arc<OnceLock<Arc<Calls>>>,
}

impl Telephone {
    /// Opens the line once residents are heard and answered aloud; then lists of people are called too.
    async fn open(self, loaded: Vec<JoinHandle<()>>) {
        for part in loaded {
            // What could not be loaded has been told.
            let _ = part.await;
        }
        let dials = !self.phone.accounts.is_empty();
        // Half of the lines are for residents who call.
        let keep_free = self.phone.calls.div_ceil(2);
        match Calls::start(self.phone, self.assistant, self.voice, self.deliverer).await {
            Ok(Some(calls)) => {
                if dials {
                    self.outreaches.set_dial(Arc::clone(&calls) as Arc<dyn Dial>);
                    tokio::spawn(OutreachRunner::new(self.outreaches, Arc::clone(&calls) as _, keep_free).run());
                }
                // It is started once.
                let _ = self.calls.set(calls);
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "nobody can call"),
        }
    }
}

/// Loads what hears and speaks, beside everything else.
fn load_voice(system: &System, assistant: &Arc<Assistant>, voice: &Arc<Voice>) -> Vec<JoinHandle<()>> {
    let mut loading = Vec::new();
    if system.config.hears() {
        let (engines, assistant, voice) = (system.engines.clone(), Arc::clone(assistant), Arc::clone(voice));
        loading.push(tokio::task::spawn_blocking(move || match engines.recognizer() {
            Ok(recognizer) => {
                voice.set_hearing(assistant.hearing(recognizer));
                tracing::info!("residents are heard");
            }
            Err(error) => tracing::error!(
                error = format!("{error:#}"),
                "the recogniser could not be loaded; residents type. `xiangyin models pull` gets it"
            ),
        }));
    }
    if system.config.speaks() {
        let (engines, voice) = (system.engines.clone(), Arc::clone(voice));
        loading.push(tokio::task::spawn_blocking(move || match engines.speaking() {
            Ok(speaking) => {
                voice.set_speaking(speaking);
                tracing::info!("replies are said aloud");
            }
            Err(error) => tracing::error!(
                error = format!("{error:#}"),
                "the voice could not be loaded; replies are read. `xiangyin models pull` gets it"
            ),
        }));
    }
    loading
}

/// Makes the first administrator where nobody can sign in yet, and says how.
async fn tell_first_password(system: &System) -> Result<()> {
    let first = FirstSignIn::new(&system.config.data_dir);
    let passwords = Passwords::new(1)?;
    if let Some((login, password)) = first.prepare(&system.store, &passwords).await? {
        output::note("第一位管理员 the first administrator（首次登录后要改密码）");
        output::note(format!("  登录名 login: {login}"));
        output::note(format!("  一次性密码 one-time password: {password}"));
        output::note(format!("  也写在 also in {}", first.path().display()));
    }
    Ok(())
}

/// Takes in what `xiangyin knowledge import` and other nodes publish.
async fn keep_following(knowledge_base: KnowledgeBase) {
    let mut ticks = tokio::time::interval(FOLLOW_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = knowledge_base.catch_up().await {
            tracing::warn!(error = format!("{error:#}"), "the index could not follow; trying again");
        }
    }
}

/// Publishes what is due and sorts what was asked in vain.
async fn look_after(editor: Editor) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = editor.look_after().await {
            tracing::warn!(error = format!("{error:#}"), "the knowledge could not be looked after; trying again");
        }
    }
}

/// Removes recordings when their time is over.
async fn tidy_recordings(recordings: Recordings, store: Store) {
    let mut ticks = tokio::time::interval(TIDY_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = recordings.tidy(&store).await {
            tracing::warn!(error = format!("{error:#}"), "old recordings could not be removed; trying again");
        }
    }
}

async fn stopped() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(%error, "cannot hear SIGTERM");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
