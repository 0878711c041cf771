use super::{
    Call, Options, TOOL_DESCRIPTION, TOOL_NAME, payload_of_call, submit_feedback, tool_input_schema,
};
use rmcp::handler::server::ServerHandler;
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::model::{CallToolResult, ContentBlock, PaginatedRequestParams, Tool, ToolAnnotations};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};
use ureq::http::request::Parts;

/// Adds the tool. With `Options::default()` the environment says where reports go.
pub fn register_feedback_tool<S: ServerHandler>(
    router: &mut ToolRouter<S>,
    server_name: &str,
    options: Options,
) {
    let server_name = server_name.to_owned();
    router.add_route(ToolRoute::new_dyn(feedback_tool(), move |call| {
        let (server_name, options) = (server_name.clone(), options.clone());
        Box::pin(async move { Ok(answer(call, server_name, options).await.into()) })
    }));
}

/// The tool as it is listed.
pub fn feedback_tool() -> Tool {
    let schema = tool_input_schema().as_object().cloned().unwrap_or_default();
    let hints = ToolAnnotations::new()
        .read_only(false)
        .destructive(false)
        .idempotent(true)
        .open_world(true);
    let mut tool = Tool::new(TOOL_NAME, TOOL_DESCRIPTION, schema).with_annotations(hints);
    // Not to be hidden behind a search for tools.
    tool.meta = serde_json::from_value(json!({ "anthropic/alwaysLoad": true })).ok();
    tool
}

async fn answer<S: ServerHandler>(
    asked: ToolCallContext<'_, S>,
    server_name: String,
    options: Options,
) -> CallToolResult {
    let (server, context) = (asked.service.get_info().server_info, asked.request_context);
    let mut call = Call {
        server_version: server.version,
        tools: listed_tools(asked.service, &context).await,
        meta: (**context.meta).clone(),
        ..Call::default()
    };
    if let Some(request) = context.extensions.get::<Parts>() {
        let header = |name| {
            request
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        (call.user_agent, call.transport_session, call.http) =
            (header("user-agent"), header("mcp-session-id"), true);
    }
    // Without a session and `_meta` rmcp makes up a client.
    let known =
        !call.http || !call.transport_session.is_empty() || context.meta.client_info().is_some();
    if let Some(client) = context.client_info().filter(|_| known) {
        (call.client_name, call.client_version) = (client.name, client.version);
    }
    let name = if server_name.is_empty() {
        server.name
    } else {
        server_name
    };
    let arguments = Value::Object(asked.arguments.unwrap_or_default());
    let sending = tokio::task::spawn_blocking(move || {
        submit_feedback(
            payload_of_call(&arguments, &name, &call, &options),
            &options,
        )
    });
    match sending.await {
        Ok(reply) => {
            let content = vec![ContentBlock::text(reply.text)];
            let mut result = if reply.is_error {
                CallToolResult::error(content)
            } else {
                CallToolResult::success(content)
            };
            result.structured_content = Some(Value::Object(reply.structured));
            result
        }
        Err(_) => CallToolResult::error(vec![ContentBlock::text(
            "Not recorded: this server is about to end.",
        )]),
    }
}

async fn listed_tools<S: ServerHandler>(
    server: &S,
    context: &RequestContext<RoleServer>,
) -> Vec<(String, Value)> {
    let mut tools = Vec::new();
    let mut page = None;
    for _ in 0..50 {
        let Ok(listed) = server.list_tools(page, context.clone()).await else {
            break;
        };
        tools.extend(
            listed
                .tools
                .iter()
                .map(|tool| (tool.name.to_string(), tool.schema_as_json_value())),
        );
        let Some(cursor) = listed.next_cursor else {
            break;
        };
        page = Some(PaginatedRequestParams::default().with_cursor(Some(cursor)));
    }
    tools
}
