//! The runner of dropins/vectors/README.md for the Rust drop-in.

use runner::feedback_tool::{Call, Options, flush, payload_of_call, submit_feedback};
use serde_json::{Value, json};

fn main() {
    let input: Value = serde_json::from_reader(std::io::stdin()).unwrap();
    let mut replies = Vec::new();
    for call in input["calls"].as_array().unwrap() {
        let context = &call["context"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tools = context["tools"].as_array().into_iter().flatten();
        let told = Call {
            server_version: text(&context["server_version"]),
            tools: tools
                .map(|tool| (text(&tool["name"]), tool["inputSchema"].clone()))
                .collect(),
            client_name: text(&context["client"]["name"]),
            client_version: text(&context["client"]["version"]),
            user_agent: text(&context["user_agent"]),
            meta: context["meta"].as_object().cloned().unwrap_or_default(),
            transport_session: text(&context["transport_session"]),
            http: context["http"] == true,
        };
        let options = Options::default();
        let payload = payload_of_call(
            &call["arguments"],
            &text(&input["server_name"]),
            &told,
            &options,
        );
        let reply = submit_feedback(payload, &options);
        replies.push(json!({ "text": reply.text, "is_error": reply.is_error, "structured": reply.structured }));
    }
    flush();
    println!("{}", Value::Array(replies));
}
