//! How a report gets to its endpoint, once.

use super::reply::{Reply, candidates, reply, reply_to};
use super::text::{first, hash, line};
use super::{FeedbackPayload, Options, Target, target_of};
use serde_json::{Map, Value};
use std::collections::{HashMap, VecDeque};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use ureq::Agent;
use uuid::Uuid;

const USER_AGENT: &str = "PatchworkMCP-Rust/2.0";

/// Sends one report and says what happened to it, with a thread for the waiting: dropping the future does not lose the report.
pub async fn send_feedback(payload: &FeedbackPayload, options: Option<&Options>) -> String {
    let (payload, options) = (payload.clone(), options.cloned().unwrap_or_default());
    let sending = tokio::task::spawn_blocking(move || submit_feedback(payload, &options));
    sending.await.map_or_else(
        |_| "Not recorded: this server is about to end.".to_owned(),
        |reply| reply.text,
    )
}

/// `send_feedback` for a thread that may block, for up to 17 seconds.
pub fn submit_feedback(mut payload: FeedbackPayload, options: &Options) -> Reply {
    for (field, text) in [
        ("what_i_needed", &payload.what_i_needed),
        ("what_i_tried", &payload.what_i_tried),
    ] {
        if text.trim().is_empty() {
            let text = format!("Not recorded: {field} is missing. Add it and call feedback again.");
            return reply("rejected", text, Map::new());
        }
    }
    let handle = payload.handle.clone();
    if let Some(first) = chosen(&payload) {
        return reply_to(&deliver(&first, options), &first, handle.as_deref());
    }
    payload.same_as = None;

    let mut content = payload.clone();
    (
        content.report_id,
        content.session_id,
        content.session_source,
    ) = Default::default();
    let share = if handle.is_some() {
        ""
    } else {
        &payload.session_id
    };
    let key = hash(&format!("{share}\n{}", as_json(&content)));
    let fresh = || Sent {
        payload: payload.clone(),
        at: Instant::now(),
        outcome: None,
    };
    let known = lock(&REPORTED).get_or(key, || Arc::new(Mutex::new(fresh())));
    let mut sent = lock(&known); // another call with the same content waits here for the outcome
    // Calls without a session to share are taken for one loop within ten minutes only.
    if handle.is_some() && sent.at.elapsed() > Duration::from_secs(600) {
        *sent = fresh();
    }
    match &sent.outcome {
        Some(earlier) if earlier.refusal.is_some() => {
            return reply_to(earlier, &sent.payload, handle.as_deref());
        }
        Some(earlier) if earlier.answer.is_some() => {
            let text = "Already reported in this session. Go on with the tools you have.";
            return reply("repeated", text.to_owned(), Map::new());
        }
        _ => {}
    }
    let outcome = deliver(&sent.payload, options);
    sent.at = Instant::now();
    let gaps: Vec<i64> = candidates(&outcome)
        .into_iter()
        .map(|(gap, _)| gap)
        .collect();
    if !gaps.is_empty() {
        let offer = Offer {
            payload: sent.payload.clone(),
            gaps,
        };
        lock(&OFFERED).remember(payload.session_id.clone(), offer);
    }
    let said = reply_to(&outcome, &sent.payload, handle.as_deref());
    sent.outcome = Some(outcome);
    said
}

/// The session's first report with the known gap it was offered and has now chosen.
fn chosen(payload: &FeedbackPayload) -> Option<FeedbackPayload> {
    let mut offered = lock(&OFFERED);
    let offer = offered.values.get(&payload.session_id)?;
    let same_as = payload
        .same_as
        .filter(|number| offer.gaps.contains(number))?;
    let offer = offered.values.remove(&payload.session_id)?;
    Some(FeedbackPayload {
        same_as: Some(same_as),
        ..offer.payload
    })
}

/// Of this process: what was reported, by session and content, and which known gaps a session was offered.
static REPORTED: LazyLock<Mutex<Memory<Arc<Mutex<Sent>>>>> = LazyLock::new(Default::default);
static OFFERED: LazyLock<Mutex<Memory<Offer>>> = LazyLock::new(Default::default);

struct Sent {
    payload: FeedbackPayload,
    at: Instant,
    outcome: Option<Outcome>,
}

struct Offer {
    payload: FeedbackPayload,
    gaps: Vec<i64>,
}

struct Memory<T> {
    keys: VecDeque<String>,
    values: HashMap<String, T>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Memory {
            keys: VecDeque::new(),
            values: HashMap::new(),
        }
    }
}

impl<T> Memory<T> {
    fn remember(&mut self, key: String, value: T) {
        self.keys.retain(|known| *known != key);
        self.keys.push_back(key.clone());
        self.values.insert(key, value);
        if self.keys.len() > 500 {
            self.keys
                .pop_front()
                .and_then(|oldest| self.values.remove(&oldest));
        }
    }
}

impl<T: Clone> Memory<T> {
    fn get_or(&mut self, key: String, make: impl Fn() -> T) -> T {
        let value = self.values.get(&key).cloned().unwrap_or_else(make);
        self.remember(key, value.clone());
        value
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
pub struct Outcome {
    pub reason: String,
    /// Of a 201.
    pub answer: Option<Map<String, Value>>,
    /// Why it will never be taken.
    pub refusal: Option<String>,
    /// How many seconds to wait, if another attempt makes sense.
    retry: Option<f64>,
    pub spooled: bool,
}

/// Three attempts; what cannot be delivered is logged and spooled.
fn deliver(payload: &FeedbackPayload, options: &Options) -> Outcome {
    let (target, body) = (target_of(options), as_json(payload));
    let mut outcome = post(&target, &body);
    for backoff in [0.5, 1.0] {
        let Some(wait) = outcome.retry.filter(|wait| *wait <= 5.0) else {
            break;
        };
        let jitter = 0.8 + 0.4 * f64::from(Uuid::new_v4().as_u128() as u32) / f64::from(u32::MAX);
        thread::sleep(Duration::from_secs_f64((backoff * jitter).max(wait)));
        outcome = post(&target, &body);
    }
    let folder = std::env::var("PATCHWORKMCP_SPOOL").unwrap_or_default();
    if outcome.answer.is_some() {
        if !folder.is_empty() {
            send_spooled_in_background(folder, target);
        }
        return outcome;
    }
    if !folder.is_empty() && outcome.refusal.is_none() {
        outcome.spooled = spool(Path::new(&folder), &payload.report_id, &body).is_ok();
    }
    let line = format!(
        "PATCHWORKMCP_UNSENT_FEEDBACK reason={} payload={body}",
        outcome.reason
    );
    match options.log {
        // A broken logger is no reason to lose the outcome.
        Some(log) => drop(std::panic::catch_unwind(|| log(&line))),
        None => drop(writeln!(std::io::stderr(), "{line}")),
    }
    outcome
}

/// Redirects are not followed, so that the key stays where it belongs.
static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let config = Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(2)))
        .timeout_global(Some(Duration::from_secs(5)))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false);
    config.build().into()
});

/// One attempt: 2 s to connect, 5 s in all.
fn post(target: &Target, body: &str) -> Outcome {
    let failed = |reason: &str, retry| Outcome {
        reason: reason.to_owned(),
        retry,
        ..Outcome::default()
    };
    let mut request = AGENT
        .post(&target.url)
        .header("content-type", "application/json")
        .header("user-agent", USER_AGENT);
    if !target.key.is_empty() {
        request = request.header("authorization", format!("Bearer {}", target.key));
    }
    let answered = request.send(body).and_then(|mut response| {
        let text = response
            .body_mut()
            .with_config()
            .limit(65_536)
            .read_to_vec()?;
        Ok((response, text))
    });
    let (response, text) = match answered {
        Ok(answered) => answered,
        Err(ureq::Error::Timeout(ureq::Timeout::Connect)) => {
            return failed("unreachable", Some(0.0));
        }
        Err(ureq::Error::Timeout(_)) => return failed("timeout", None),
        Err(ureq::Error::BodyExceedsLimit(_)) => return failed("bad_answer", None),
        Err(ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::TlsRequired) => {
            return failed("bad_configuration", None);
        }
        Err(_) => return failed("unreachable", Some(0.0)),
    };
    let status = response.status().as_u16();
    let reason = format!("status_{status}");
    let answer: Option<Map<String, Value>> = serde_json::from_slice(&text).ok();
    match status {
        201 if answer.is_none() => failed("bad_answer", None),
        201 => Outcome {
            reason,
            answer,
            ..Outcome::default()
        },
        400 | 409 | 413 | 422 => {
            let problem = answer
                .as_ref()
                .and_then(|answer| answer.get("error"))
                .unwrap_or(&Value::Null);
            let refusal = Some(first([
                &line(&problem["message"], 300),
                &format!("{reason}."),
            ]));
            Outcome {
                reason,
                refusal,
                ..Outcome::default()
            }
        }
        429 | 500.. => {
            let after = response
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok());
            let seconds = after
                .and_then(|value| value.parse().ok())
                .filter(|after: &f64| !after.is_nan());
            Outcome {
                retry: seconds.or(Some(0.0)), // absent, or a date
                reason,
                ..Outcome::default()
            }
        }
        _ => failed(&reason, None),
    }
}

/// An error when 500 reports wait, so that a dead endpoint does not fill the disk.
fn spool(folder: &Path, id: &str, body: &str) -> std::io::Result<()> {
    let (mut maker, mut opener) = (DirBuilder::new(), OpenOptions::new());
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        maker.mode(0o700);
        opener.mode(0o600);
    }
    maker.recursive(true).create(folder)?;
    if fs::read_dir(folder)?.count() >= 500 {
        return Err(std::io::ErrorKind::StorageFull.into());
    }
    let (part, file) = (
        folder.join(format!("{id}.json.part")),
        folder.join(format!("{id}.json")),
    );
    opener
        .write(true)
        .create(true)
        .truncate(true)
        .open(&part)?
        .write_all(body.as_bytes())?;
    fs::rename(part, file)
}

static SENDING: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

fn send_spooled_in_background(folder: String, target: Target) {
    let mut sending = lock(&SENDING);
    if sending.as_ref().is_none_or(JoinHandle::is_finished) {
        *sending = thread::Builder::new()
            .spawn(move || drop(send_spooled(Path::new(&folder), &target)))
            .ok();
    }
}

/// Waits until what was spooled is sent, which happens in the background: for a process that is about to end.
pub fn flush() {
    let sending = lock(&SENDING).take();
    let _ = sending.map(JoinHandle::join);
}

/// One attempt each; the first that cannot be delivered waits, with the rest, for the next success.
fn send_spooled(folder: &Path, target: &Target) -> std::io::Result<()> {
    let report = |name: &str| name.strip_suffix(".json").is_some_and(is_ulid);
    let names =
        fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut waiting: Vec<String> = names.filter(|name| report(name)).collect();
    waiting.sort();
    for file in waiting.iter().map(|name| folder.join(name)) {
        let body = fs::read_to_string(&file)?;
        if serde_json::from_str::<Map<String, Value>>(&body).is_ok() {
            let outcome = post(target, &body);
            if outcome.answer.is_none() && outcome.refusal.is_none() {
                break;
            }
        }
        fs::remove_file(&file)?;
    }
    Ok(())
}

fn is_ulid(id: &str) -> bool {
    id.len() == 26
        && id
            .bytes()
            .all(|letter| letter.is_ascii_digit() || letter.is_ascii_uppercase())
}

fn as_json(payload: &FeedbackPayload) -> String {
    serde_json::to_string(payload).unwrap_or_default()
}
