use super::FeedbackPayload;
use super::delivery::Outcome;
use super::text::{first, line, whole};
use serde_json::{Map, Value, json};

/// What the agent is told: `text`, and the same in `structured`.
#[derive(Clone, Debug)]
pub struct Reply {
    pub text: String,
    pub is_error: bool,
    pub structured: Map<String, Value>,
}

pub fn reply(status: &str, text: String, mut more: Map<String, Value>) -> Reply {
    more.insert("status".to_owned(), status.into());
    more.insert("message".to_owned(), text.clone().into());
    Reply {
        text,
        is_error: status == "rejected",
        structured: more,
    }
}

const UNCHANGED: &str = "Nothing changed in this session: no new tools were added. \
    Continue with the tools you have and tell the user what could not be done.";

/// The endpoint's own sentence if it sent one, else the truth in the words of its answer.
pub fn reply_to(outcome: &Outcome, payload: &FeedbackPayload, handle: Option<&str>) -> Reply {
    let mut more = Map::new();
    more.insert("report_id".to_owned(), payload.report_id.as_str().into());
    more.extend(handle.map(|handle| ("session_id".to_owned(), handle.into())));
    let reason = &outcome.reason;
    if let Some(refusal) = &outcome.refusal {
        let text = format!("Not recorded: {refusal} Correct it and call feedback again, or go on.");
        return reply("rejected", text, more);
    }
    if outcome.spooled {
        return reply(
            "queued",
            format!("Saved locally, not sent yet ({reason}). {UNCHANGED}"),
            more,
        );
    }
    let Some(answer) = &outcome.answer else {
        let text = format!("Not delivered ({reason}); it is in this server's log. {UNCHANGED}");
        return reply("unsent", text, more);
    };
    let count = |key: &str| answer.get(key).and_then(whole);
    let text = |key: &str, length| line(answer.get(key).unwrap_or(&Value::Null), length);
    let (gap, seen) = (count("gap"), count("seen"));
    more.extend(gap.map(|gap| ("gap".to_owned(), gap.into())));
    more.extend(seen.map(|seen| ("seen".to_owned(), seen.into())));
    let (workaround, fixed_in) = (text("workaround", 500), text("fixed_in", 500));
    for (key, text) in [
        ("workaround", &workaround),
        ("fixed_in", &fixed_in),
        ("url", &text("url", 500)),
    ] {
        if !text.is_empty() {
            more.insert(key.to_owned(), text.as_str().into());
        }
    }
    let known = candidates(outcome);
    if !known.is_empty() {
        let list = known
            .iter()
            .map(|(gap, title)| json!({ "gap": gap, "title": title }));
        more.insert("candidates".to_owned(), list.collect());
    }
    let number = gap
        .filter(|gap| *gap != 0)
        .map(|gap| format!(" #{gap}"))
        .unwrap_or_default();
    let (status, mut said) = if !fixed_in.is_empty() {
        let version = first([&payload.server_version, "an unknown version"]);
        (
            "fixed",
            format!("Fixed in {fixed_in}; this server runs {version}."),
        )
    } else if let Some(seen) = seen.filter(|seen| *seen > 1) {
        let text =
            format!("Known gap{number} (seen {seen} times). Counted, no need to report it again.");
        ("counted", text)
    } else if number.is_empty() {
        ("recorded", format!("Recorded. {UNCHANGED}"))
    } else {
        ("recorded", format!("Recorded as gap{number}. {UNCHANGED}"))
    };
    if !workaround.is_empty() {
        said += &format!(" Known workaround: {workaround}");
    }
    let said = first([&text("message", 1000), &said]) + &invitation(&known, handle);
    reply(status, said, more)
}

fn invitation(known: &[(i64, String)], handle: Option<&str>) -> String {
    let session = handle.map(|handle| format!("session_id: \"{handle}\""));
    if known.is_empty() {
        let again = |session| format!(" To report again in this conversation, pass {session}.");
        return session.map(again).unwrap_or_default();
    }
    let list: Vec<String> = known
        .iter()
        .map(|(gap, title)| format!("#{gap} \"{title}\""))
        .collect();
    let with = session
        .map(|session| format!(", {session}"))
        .unwrap_or_default();
    format!(
        " Known gaps it might be (titles as reported): {}. If one is exactly this gap, call feedback again with the same \
        arguments and same_as: <its number>{with}; otherwise do nothing.",
        list.join(", ")
    )
}

pub fn candidates(outcome: &Outcome) -> Vec<(i64, String)> {
    let list = outcome
        .answer
        .as_ref()
        .and_then(|answer| answer.get("candidates")?.as_array());
    let numbered = list.into_iter().flatten().filter_map(|entry| {
        let gap = whole(&entry["gap"]).filter(|gap| *gap > 0)?;
        Some((gap, line(&entry["title"], 120).replace('"', "'")))
    });
    numbered.take(5).collect()
}
