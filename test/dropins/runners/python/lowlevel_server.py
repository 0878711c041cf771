"""A low-level server of mcp 1 or 2, which lists and answers by hand, with the drop-in: `stdio [bare]`."""

import asyncio
import sys
from typing import Any

from feedback_tool import INSTRUCTIONS, TOOL_NAME, Options, get_tool_definition, submit_feedback
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

_, *bare = sys.argv[1:]
schema = {"type": "object", "properties": {"text": {"type": "string"}, "times": {"type": "integer"}}, "required": ["text"]}
echo = types.Tool.model_validate({"name": "echo", "description": "Says it again.", "inputSchema": schema})
tools = [echo] if bare else [echo, get_tool_definition()]


async def answer(name: str, arguments: dict[str, Any], context: Any) -> dict[str, Any]:
    if name != TOOL_NAME:
        return {"message": arguments["text"], "status": "said"}
    options = Options(server_version="1.3.2", tools=tools, context=context)
    return await asyncio.to_thread(submit_feedback, arguments, "matrix-server", options)


server: Any
if hasattr(Server, "call_tool"):
    server = Server("matrix", version="1.3.2", instructions=INSTRUCTIONS)

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        return tools

    @server.call_tool(validate_input=False)  # else mcp 1 refuses a report for one wrong word
    async def call_tool(name: str, arguments: dict[str, Any]) -> Any:
        reply = await answer(name, arguments, server.request_context)
        if reply["status"] == "rejected":
            raise ValueError(reply["message"])
        return [types.TextContent(type="text", text=reply["message"])], reply

else:

    async def on_list_tools(context: Any, params: Any) -> Any:
        return types.ListToolsResult.model_validate({"tools": tools})

    async def on_call_tool(context: Any, params: Any) -> Any:
        reply = await answer(params.name, params.arguments or {}, context)
        content = [{"type": "text", "text": reply["message"]}]
        result = {"content": content, "structuredContent": reply, "isError": reply["status"] == "rejected"}
        return types.CallToolResult.model_validate(result)

    handlers: Any = {"on_list_tools": on_list_tools, "on_call_tool": on_call_tool}
    server = Server("matrix", version="1.3.2", instructions=INSTRUCTIONS, **handlers)


async def stdio() -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


asyncio.run(stdio())
