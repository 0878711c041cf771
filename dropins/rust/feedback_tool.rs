//! PatchworkMCP feedback tool for Rust MCP servers on rmcp 3. Copy this file and the folder `feedback_tool` beside it into `src`,
//! and add two lines:
//!
//! ```ignore
//! register_feedback_tool(&mut tool_router, "my-server", Options::default());
//! info.with_instructions(INSTRUCTIONS) // in `get_info`
//! ```
//!
//! Servers without rmcp leave out `feedback_tool/router.rs` and the two lines that name it, list a tool with `TOOL_NAME`,
//! `TOOL_DESCRIPTION` and `tool_input_schema()`, and answer its calls with
//! `send_feedback(&payload_from_args(&args, "my-server"), None).await`.
//!
//! Needs tokio, serde, serde_json and uuid, which rmcp brings, and three small crates: ureq for HTTP (it blocks, so it works in a
//! thread for that, and is a fraction of an asynchronous client), regex-lite for redaction and sha2, neither with further crates
//! of weight.
//!
//! ```toml
//! serde = { version = "1", features = ["derive"] }
//! serde_json = "1" # with its feature `preserve_order` the parameters are listed in their order, else by name
//! tokio = { version = "1", features = ["rt"] }
//! uuid = { version = "1", features = ["v4"] }
//! ureq = "3"
//! regex-lite = "0.1"
//! sha2 = { version = "0.11", default-features = false }
//! ```
//!
//! Adds nothing to your other tools, never writes to stdout, never follows a redirect.
//!
//! It sends what the agent wrote about the gap (secrets and e-mail addresses taken out), names and versions of your server and of
//! the client, the names of your tools, a hash of them with their parameters, the model if known, and a hash of the session: to
//! PATCHWORKMCP_URL (with PATCHWORKMCP_API_KEY and PATCHWORKMCP_SERVER_SLUG) if set, else to FEEDBACK_SIDECAR_URL (with
//! FEEDBACK_API_KEY), else to http://localhost:8099. What cannot be delivered becomes a line on stderr and, if PATCHWORKMCP_SPOOL
//! names a folder, a file there that the next success sends.

mod delivery;
mod reply;
mod router;
mod text;

pub use delivery::{flush, send_feedback, submit_feedback};
pub use reply::Reply;
pub use router::{feedback_tool, register_feedback_tool};

use regex_lite::Regex;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;
use text::{as_text, clip, first, hash, new_handle, pattern, redact, ulid, word};

pub const TOOL_NAME: &str = "feedback";
pub const TOOL_DESCRIPTION: &str = "Report a gap in THIS server's tools to its maintainers: no listed tool does what the task needs, \
    a needed parameter is missing, or results came back incomplete or in an unusable format. Check the tool list first; report each \
    gap once, then continue the task. Not for: your own input errors (fix and retry), timeouts or rate limits, permission refusals, \
    other servers. Describe the need generically: no names, secrets, file contents or user text.";
pub const INSTRUCTIONS: &str = "If you are about to say something cannot be done, or you worked around these tools, call `feedback` \
    once for that gap before your final answer, then finish the task with what is available.";

/// Listed as it stands; a value of another type does not lose the report.
const INPUT_SCHEMA: &str = r#"{"type": "object", "properties": {
  "what_i_needed": {"type": "string", "description": "What is missing. Good: \"no way to filter get_costs by run_id\". Bad: \"the tool was bad\"."},
  "what_i_tried": {"type": "string", "description": "Tools called and what came back. Good: \"get_costs: 412 rows, no filter\". Bad: \"everything\"."},
  "gap_type": {"type": "string", "description": "The kind of gap.", "enum": ["missing_tool", "incomplete_results", "missing_parameter", "wrong_format", "other"]},
  "suggestion": {"type": "string", "description": "What would close the gap. Good: \"optional run_id on get_costs\". Bad: \"make it better\"."},
  "user_goal": {"type": "string", "description": "The task, generically. Good: \"compare the costs of two runs\". Bad: the words of the user."},
  "resolution": {"type": "string", "description": "How the task went on.", "enum": ["blocked", "worked_around", "partial"]},
  "tools_available": {"type": "array", "items": {"type": "string"}, "description": "Leave out: the server knows its tools."},
  "agent_model": {"type": "string", "description": "Your exact model id. Leave out if unsure."},
  "session_id": {"type": "string", "description": "Only a session_id that an earlier reply of this tool gave you."},
  "client_type": {"type": "string", "description": "Leave out: the protocol tells it."},
  "same_as": {"type": "integer", "description": "Only when a reply offered known gaps: the number of this very gap."}
}, "required": ["what_i_needed", "what_i_tried", "gap_type"]}"#;

const GAP_TYPES: [&str; 5] = [
    "missing_tool",
    "incomplete_results",
    "missing_parameter",
    "wrong_format",
    "other",
];
const RESOLUTIONS: [&str; 3] = ["blocked", "worked_around", "partial"];

pub fn tool_input_schema() -> Value {
    serde_json::from_str(INPUT_SCHEMA).unwrap_or_default()
}

/// These go before the environment.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub patchwork_url: Option<String>,
    pub sidecar_url: Option<String>,
    pub api_key: Option<String>,
    pub server_slug: Option<String>,
    /// Takes the line about an undelivered report instead of stderr.
    pub log: Option<fn(&str)>,
}

/// What the server knows of itself and of one call; `register_feedback_tool` takes it from rmcp.
#[derive(Clone, Debug, Default)]
pub struct Call {
    pub server_version: String,
    /// Name and input schema of each of the server's tools.
    pub tools: Vec<(String, Value)>,
    pub client_name: String,
    pub client_version: String,
    pub user_agent: String,
    /// `_meta` of the request, `Mcp-Session-Id` of a legacy HTTP session, and whether one process serves many sessions.
    pub meta: Map<String, Value>,
    pub transport_session: String,
    pub http: bool,
}

/// The request's body: always all fields, the empty text for what is not known.
#[derive(Clone, Debug, Serialize)]
pub struct FeedbackPayload {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_slug: Option<String>,
    pub what_i_needed: String,
    pub what_i_tried: String,
    pub gap_type: String,
    pub suggestion: String,
    pub user_goal: String,
    pub resolution: String,
    pub tools_available: Vec<String>,
    pub agent_model: String,
    pub session_id: String,
    pub client_type: String,
    pub server_version: String,
    pub client_version: String,
    pub report_id: String,
    pub surface_hash: String,
    pub session_source: String,
    /// Sent only if it was offered to this session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<i64>,
    /// Of the session, only if it had to be made for this one call.
    #[serde(skip)]
    handle: Option<String>,
}

pub fn payload_from_args(args: &Value, server_name: &str) -> FeedbackPayload {
    payload_of_call(args, server_name, &Call::default(), &Options::default())
}

/// `payload_from_args` for those who know more about the call.
pub fn payload_of_call(
    args: &Value,
    server_name: &str,
    call: &Call,
    options: &Options,
) -> FeedbackPayload {
    let target = target_of(options);
    let clean = |text: &str, length| clip(&redact(&clip(text, 20_000), &target.key), length);
    let asked = |field| clean(&as_text(&args[field]), 10_000);
    let name = first([
        target.slug.as_deref().unwrap_or_default(),
        server_name,
        "unknown",
    ]);
    let name = Some(clean(&name, 200));
    let (server_name, server_slug) = if target.slug.is_some() {
        (None, name)
    } else {
        (name, None)
    };

    let agent = AGENT.captures(&call.user_agent);
    let agent = |part| {
        agent
            .as_ref()
            .and_then(|found| found.get(part))
            .map_or("", |found| found.as_str())
    };
    let client_type = first([&call.client_name, agent(1), &as_text(&args["client_type"])]);
    let client_version = if call.client_name.is_empty() {
        agent(2)
    } else {
        &call.client_version
    };
    let model = call
        .meta
        .get("x-codex-turn-metadata")
        .map_or(&Value::Null, |turn| &turn["model"]);

    let own: Vec<_> = call
        .tools
        .iter()
        .filter(|(name, _)| name != TOOL_NAME)
        .collect();
    let mut signatures: Vec<String> = own
        .iter()
        .map(|(name, schema)| signature(name, schema))
        .collect();
    signatures.sort();
    let mut tools_available: Vec<String> = own.iter().map(|(name, _)| name.clone()).collect();
    if own.is_empty() {
        let told = redact(&as_text(&args["tools_available"]), &target.key);
        tools_available = NAMES
            .find_iter(&told)
            .map(|name| name.as_str().to_owned())
            .collect();
    }
    tools_available.truncate(200);
    let session = session_of(args, call);
    FeedbackPayload {
        server_name,
        server_slug,
        what_i_needed: asked("what_i_needed"),
        what_i_tried: asked("what_i_tried"),
        gap_type: word(&args["gap_type"], &GAP_TYPES)
            .unwrap_or("other")
            .to_owned(),
        suggestion: asked("suggestion"),
        user_goal: asked("user_goal"),
        resolution: word(&args["resolution"], &RESOLUTIONS)
            .unwrap_or_default()
            .to_owned(),
        tools_available,
        agent_model: clean(
            &first([&as_text(model), &as_text(&args["agent_model"])]),
            200,
        ),
        session_id: session.id,
        client_type: clean(&client_type, 200),
        server_version: clean(&call.server_version, 200),
        client_version: clean(client_version, 200),
        report_id: ulid(),
        surface_hash: if own.is_empty() {
            String::new()
        } else {
            hash(&signatures.join("\n"))
        },
        session_source: session.source.to_owned(),
        same_as: as_text(&args["same_as"])
            .replacen('#', "", 1)
            .trim()
            .parse()
            .ok(),
        handle: session.handle,
    }
}

fn signature(name: &str, schema: &Value) -> String {
    let properties = schema["properties"].as_object();
    let mut parameters: Vec<_> = properties
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .collect();
    parameters.sort();
    format!("{name}({})", parameters.join(","))
}

struct Target {
    url: String,
    key: String,
    slug: Option<String>,
}

/// Each address goes with its own key, so that neither key can reach the other's server.
fn target_of(options: &Options) -> Target {
    let of = |option: &Option<String>| option.clone().unwrap_or_default();
    let set = |option, name| first([&of(option), &std::env::var(name).unwrap_or_default()]);
    let elsewhere = of(&options.patchwork_url).is_empty() && !of(&options.sidecar_url).is_empty();
    let hosted = if elsewhere {
        String::new()
    } else {
        set(&options.patchwork_url, "PATCHWORKMCP_URL")
    };
    if hosted.is_empty() {
        let base = first([
            &set(&options.sidecar_url, "FEEDBACK_SIDECAR_URL"),
            "http://localhost:8099",
        ]);
        let url = format!("{}/api/feedback", base.trim_end_matches('/'));
        let key = set(&options.api_key, "FEEDBACK_API_KEY").trim().to_owned();
        return Target {
            url,
            key,
            slug: None,
        };
    }
    let url = format!("{}/api/v1/feedback/", hosted.trim_end_matches('/'));
    let key = set(&options.api_key, "PATCHWORKMCP_API_KEY")
        .trim()
        .to_owned();
    let slug = Some(set(&options.server_slug, "PATCHWORKMCP_SERVER_SLUG"));
    Target { url, key, slug }
}

struct Session {
    id: String,
    source: &'static str,
    handle: Option<String>,
}

static OF_PROCESS: LazyLock<String> = LazyLock::new(new_handle);
const OF_HOST: [&str; 6] = [
    "vscode.conversationId",
    "openai/session",
    "threadId",
    "sessionId",
    "ai.opencode/sessionID",
    "antigravity.google/conversation_id",
];

/// The first handle of the conversation that is known, hashed.
fn session_of(args: &Value, call: &Call) -> Session {
    let env = |name| {
        if call.http {
            String::new()
        } else {
            std::env::var(name).unwrap_or_default()
        }
    };
    let meta = |name| {
        call.meta
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let trace = TRACE
        .captures(meta("traceparent"))
        .map_or(String::new(), |found| found[1].to_owned());
    let given = as_text(&args["session_id"]).trim().to_owned();
    let mut handles: Vec<(&str, String)> = OF_HOST
        .iter()
        .map(|key| (*key, meta(key).to_owned()))
        .collect();
    handles.extend(["CLAUDE_CODE_SESSION_ID", "GROK_SESSION_ID"].map(|key| (key, env(key))));
    handles.push((
        "traceparent",
        if trace.trim_matches('0').is_empty() {
            String::new()
        } else {
            trace
        },
    ));
    handles.push(("mcp-session-id", call.transport_session.clone()));
    if given.chars().count() >= 8 {
        handles.push((
            if given.starts_with("fbk_") {
                "minted"
            } else {
                "session_id"
            },
            given,
        ));
    }
    if !call.http {
        handles.push(("minted", OF_PROCESS.clone()));
    }
    match handles.into_iter().find(|(_, handle)| !handle.is_empty()) {
        Some((source, handle)) => Session {
            id: hash(&handle),
            source,
            handle: None,
        },
        None => {
            let handle = new_handle();
            Session {
                id: hash(&handle),
                source: "minted",
                handle: Some(handle),
            }
        }
    }
}

static AGENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([^\s/]+)(?:/([^\s]+))?"));
static NAMES: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w./-]{1,128}"));
static TRACE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9a-f]{2}-([0-9a-f]{32})-"));
