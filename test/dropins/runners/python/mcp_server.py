"""A server on FastMCP of mcp 1 or MCPServer of mcp 2 with the drop-in, as a user would write it: `stdio|sessions|http [bare]`."""

import sys
from typing import Any

from feedback_tool import INSTRUCTIONS, register_feedback_tool
from serving import serve

mode, *bare = sys.argv[1:]
server: Any
try:
    from mcp.server.mcpserver import MCPServer

    server, version = MCPServer("matrix", version="1.3.2", instructions=INSTRUCTIONS, log_level="ERROR"), {}
except ImportError:
    from mcp.server.fastmcp import FastMCP

    server, version = FastMCP("matrix", instructions=INSTRUCTIONS, log_level="ERROR"), {"server_version": "1.3.2"}


@server.tool(description="Says it again.")
async def echo(text: str, times: int = 1) -> str:
    return text * times


if not bare:
    register_feedback_tool(server, "matrix-server", **version)

if mode == "stdio":
    server.run()
elif version:
    server.settings.stateless_http = mode == "http"
    serve(server.streamable_http_app())
else:
    serve(server.streamable_http_app(stateless_http=mode == "http"))
